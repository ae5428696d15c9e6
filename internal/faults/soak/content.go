package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// content is what an object holds: bytes that follow from an id and their offset alone, so that
// every one can be compared at any time, and none is ever kept. No two places are alike: bytes
// that end up elsewhere are found.
type content struct {
	id   uint64
	size int64
}

// wordSize is how many bytes come of one step of the generator.
const wordSize = 8

// word is the step of SplitMix64 at an offset of words (Steele, Lea, Flood: "Fast splittable
// pseudorandom number generators").
func (c content) word(n uint64) uint64 {
	z := c.id + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// ReadAt implements io.ReaderAt.
func (c content) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("offset %d is negative", off)
	}
	if off >= c.size {
		return 0, io.EOF
	}
	var err error
	if left := c.size - off; int64(len(p)) > left {
		p, err = p[:left], io.EOF
	}
	n := 0
	for n < len(p) {
		at := uint64(off) + uint64(n)
		word, skip := c.word(at/wordSize), int(at%wordSize)
		if skip == 0 && len(p)-n >= wordSize {
			binary.LittleEndian.PutUint64(p[n:], word)
			n += wordSize
			continue
		}
		var b [wordSize]byte
		binary.LittleEndian.PutUint64(b[:], word)
		n += copy(p[n:], b[skip:])
	}
	return n, err
}

// reader reads all of it; it is seekable, and read at offsets by transfers.
func (c content) reader() *io.SectionReader { return io.NewSectionReader(c, 0, c.size) }

// stream reads all of it in order, once, and tells no length.
func (c content) stream() io.Reader { return struct{ io.Reader }{c.reader()} }

// name is the last segment of a key, which tells the content.
func (c content) name(serial int) string { return fmt.Sprintf("%06d-%d-%016x", serial, c.size, c.id) }

// contentOf reads the content off a key.
func contentOf(key string) (content, error) {
	fields := strings.Split(key[strings.LastIndexByte(key, '/')+1:], "-")
	if len(fields) != 3 {
		return content{}, fmt.Errorf("key %q tells no content", key)
	}
	size, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || size < 0 {
		return content{}, fmt.Errorf("key %q tells no size", key)
	}
	id, err := strconv.ParseUint(fields[2], 16, 64)
	if err != nil {
		return content{}, fmt.Errorf("key %q tells no id", key)
	}
	return content{id: id, size: size}, nil
}

// differentError: the bytes are not those that were stored.
type differentError struct {
	At   int64 // the offset of the first that differs, or how many there are
	Size int64
}

// Error tells where.
func (e *differentError) Error() string {
	return fmt.Sprintf("other bytes than were stored: they differ, or end, at %d of %d", e.At, e.Size)
}

// comparison compares what is written to it with a content, from an offset on.
type comparison struct {
	content
	at    int64
	chunk [4 << 10]byte
}

// Write implements io.Writer.
func (c *comparison) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		want := c.chunk[:min(len(c.chunk), len(p)-n)]
		m, _ := c.ReadAt(want, c.at)
		if m < len(want) {
			return n, &differentError{At: c.at + int64(m), Size: c.size}
		}
		if got := p[n : n+m]; !bytes.Equal(got, want) {
			for i := range got {
				if got[i] != want[i] {
					return n, &differentError{At: c.at + int64(i), Size: c.size}
				}
			}
		}
		c.at += int64(m)
		n += m
	}
	return len(p), nil
}

// compare reads r to its end, which must be all of the content from that offset up to end.
func (c content) compare(r io.Reader, from, end int64) error {
	w := &comparison{content: content{id: c.id, size: end}, at: from}
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	if w.at != end {
		return &differentError{At: w.at, Size: end}
	}
	return nil
}
