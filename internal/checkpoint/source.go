package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Source is by what a body is known again.
type Source struct {
	// Size in bytes.
	Size int64 `json:"size"`
	// Modified is when the file was changed last; zero for what is no file.
	Modified time.Time `json:"modified,omitzero"`
	// Fingerprint is the hash of samples.
	Fingerprint string `json:"fingerprint,omitempty"`
}

const (
	samples    = 64
	sampleSize = 4 << 10
)

// SourceOf looks at a body of that size, which can be read at offsets and stands where it
// begins. It reads samples from the first byte to the last, at most 256 KiB: a change between
// them is not seen but by the file's time.
func SourceOf(body io.Reader, size int64) (Source, error) {
	s := Source{Size: size}
	if f, ok := body.(*os.File); ok {
		info, err := f.Stat()
		if err != nil {
			return s, err
		}
		s.Modified = info.ModTime().UTC()
	}
	at, ok := body.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return s, errors.New("fingerprint: the body can't be read at offsets")
	}
	base, err := at.Seek(0, io.SeekCurrent)
	if err != nil {
		return s, err
	}
	h := sha256.New()
	buf := make([]byte, min(sampleSize, size))
	span := size - int64(len(buf))
	for i := range int64(samples) {
		// In this order span*i can't overflow.
		offset := span/(samples-1)*i + span%(samples-1)*i/(samples-1)
		n, err := at.ReadAt(buf, base+offset)
		if n < len(buf) {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return s, err
		}
		h.Write(buf)
	}
	s.Fingerprint = "sha256:" + hex.EncodeToString(h.Sum(nil))
	return s, nil
}

// Empty reports whether a body is a regular file without a byte from where it stands. Such a file
// counts as a stream, since those of /proc hide their length, but there is nothing to keep of it.
func Empty(body io.Reader) bool {
	f, ok := body.(*os.File)
	if !ok || f == nil {
		return false
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	at, err := f.Seek(0, io.SeekCurrent)
	return err == nil && at >= info.Size()
}

// Changed tells what is another now, empty for nothing. A time or a fingerprint that was not
// kept is not compared.
func (s Source) Changed(now Source) string {
	switch {
	case s.Size != now.Size:
		return fmt.Sprintf("it had %d bytes and has %d", s.Size, now.Size)
	case !s.Modified.IsZero() && !s.Modified.Equal(now.Modified):
		if now.Modified.IsZero() {
			return "it was a file and is none"
		}
		return fmt.Sprintf("it was modified at %v, then at %v", s.Modified, now.Modified)
	case s.Fingerprint != "" && s.Fingerprint != now.Fingerprint:
		return "its content is another"
	}
	return ""
}
