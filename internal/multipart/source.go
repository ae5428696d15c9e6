package multipart

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// ContextReader is a plain reader that stops waiting when the context ends, which it does
// when the upload fails for another reason. Its ReadContext is called in place of Read.
type ContextReader interface {
	io.Reader
	ReadContext(ctx context.Context, p []byte) (int, error)
}

// Source is what an upload reads: made by [ReaderSource] or [ReaderAtSource],
// used once. It is never closed.
type Source struct {
	at   io.ReaderAt // sections of it are sent without a copy
	base int64       // where the upload begins in at
	r    io.Reader   // read in order into buffers, when at is nil
	size int64       // -1 unknown
}

// Size returns the number of bytes to be uploaded, -1 when it is not known.
func (s Source) Size() int64 { return s.size }

// Buffered reports whether parts are held in memory, which is so for plain readers.
func (s Source) Buffered() bool { return s.at == nil }

// ReaderAtSource takes the first size bytes of r, in parallel and without a
// copy. Bytes of r beyond size are not looked at.
func ReaderAtSource(r io.ReaderAt, size int64) (Source, error) {
	if r == nil || size < 0 {
		return Source{}, fmt.Errorf("%w: source needs a reader and a size, got %T and %d", ErrOptions, r, size)
	}
	return Source{at: r, size: size}, nil
}

// SectionSource takes size bytes of r from offset on, as ReaderAtSource does.
func SectionSource(r io.ReaderAt, offset, size int64) (Source, error) {
	if offset < 0 {
		return Source{}, fmt.Errorf("%w: source begins at %d", ErrOptions, offset)
	}
	s, err := ReaderAtSource(r, size)
	s.base = offset
	return s, err
}

// ReaderSource takes r from where it stands to its end. size is its length in
// bytes, negative when it is not known.
//
// A regular *os.File, *bytes.Reader, *strings.Reader and *io.SectionReader is
// read by sections, in parallel and without a copy; its length is taken now,
// its own position is not moved, a size that contradicts the length is a
// [*LengthError], bytes appended later are not uploaded, and bytes that vanish
// later fail the part that misses them. It has to be of one of these very types:
// a type that embeds one may have a Read of its own.
//
// Every other reader (pipes and devices as well) is read once, in order, by the
// goroutine that calls [Upload], into buffers. It has to give exactly size bytes
// when size is not negative. A regular file without bytes is also read in this way,
// since files such as those of /proc hide their length.
func ReaderSource(r io.Reader, size int64) (Source, error) {
	var (
		s   Source
		err error
	)
	switch v := r.(type) {
	case nil:
		return Source{}, fmt.Errorf("%w: the source is nil", ErrOptions)
	case *os.File:
		s, err = fileSource(v)
	case *bytes.Reader:
		if v == nil {
			return Source{}, fmt.Errorf("%w: the source is a nil %T", ErrOptions, v)
		}
		s = Source{at: v, base: v.Size() - int64(v.Len()), size: int64(v.Len())}
	case *strings.Reader:
		if v == nil {
			return Source{}, fmt.Errorf("%w: the source is a nil %T", ErrOptions, v)
		}
		s = Source{at: v, base: v.Size() - int64(v.Len()), size: int64(v.Len())}
	case *io.SectionReader:
		if v == nil {
			return Source{}, fmt.Errorf("%w: the source is a nil %T", ErrOptions, v)
		}
		s, err = sectionSource(v)
	}
	switch {
	case err != nil:
		return Source{}, fmt.Errorf("multipart: measuring the source: %w", err)
	case s.at == nil:
		return Source{r: r, size: max(size, -1)}, nil
	case size >= 0 && size != s.size:
		return Source{}, &LengthError{Want: size, Got: s.size}
	}
	return s, nil
}

// fileSource returns a source without at for a file that has to be streamed.
func fileSource(f *os.File) (Source, error) {
	info, err := f.Stat()
	if err != nil {
		return Source{}, err
	}
	if info.IsDir() {
		return Source{}, &os.PathError{Op: "upload", Path: f.Name(), Err: syscall.EISDIR}
	}
	if !info.Mode().IsRegular() {
		return Source{}, nil
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return Source{}, err
	}
	if at >= info.Size() {
		return Source{}, nil
	}
	return Source{at: f, base: at, size: info.Size() - at}, nil
}

func sectionSource(r *io.SectionReader) (Source, error) {
	at, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return Source{}, err
	}
	// Standing beyond the end is allowed, and leaves nothing to be read.
	return Source{at: r, base: at, size: max(r.Size()-at, 0)}, nil
}

// cutter hands out the parts of a source in order.
type cutter interface {
	// first returns the first piece, and whether it is all there is and is to be
	// sent whole.
	first(ctx context.Context) (p piece, whole bool, err error)
	// next returns the piece after the one before, or false when there is none.
	next(ctx context.Context) (piece, bool, error)
	// release takes back a piece that first or next returned.
	release(p piece)
	// close frees what the cutter holds, once all pieces are released. It may be called
	// again.
	close()
}

// sections cuts a source with ReadAt.
type sections struct {
	src    Source
	plan   Plan
	asOne  bool
	number int
}

func (s *sections) first(ctx context.Context) (piece, bool, error) {
	if s.asOne {
		return s.piece(0, 0, s.src.size), true, nil
	}
	p, _, err := s.next(ctx)
	return p, false, err
}

func (s *sections) next(context.Context) (piece, bool, error) {
	if s.number == s.plan.Parts {
		return piece{}, false, nil
	}
	s.number++
	offset, size := s.plan.Part(s.number)
	return s.piece(s.number, offset, size), true, nil
}

func (s *sections) piece(number int, offset, size int64) piece {
	return piece{number: number, offset: offset, size: size, window: &window{
		src: s.src.at, base: s.src.base + offset, offset: offset, total: s.src.size,
	}}
}

func (s *sections) release(p piece) { p.window.close() }

func (s *sections) close() {}
