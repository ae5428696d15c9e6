package transfer

import (
	"io"

	"github.com/stowage-go/stowage/internal/multipart"
)

// partReader is what a request sends of a part: the part's own reader, which ends with
// the part, or for one in memory one that can also write itself, so that it is hashed
// without a copy.
func partReader(body multipart.Body) io.ReadSeeker {
	b := body.Bytes()
	if b == nil {
		return body.SectionReader
	}
	return &memoryReader{SectionReader: body.SectionReader, b: b}
}

type memoryReader struct {
	*io.SectionReader
	b []byte
}

// Len is the number of bytes from where the reader stands.
func (r *memoryReader) Len() int { return len(r.rest()) }

func (r *memoryReader) rest() []byte {
	at, err := r.Seek(0, io.SeekCurrent)
	if err != nil || at > int64(len(r.b)) {
		return nil
	}
	return r.b[at:]
}

// WriteTo implements io.WriterTo.
func (r *memoryReader) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(r.rest())
	if _, serr := r.Seek(int64(n), io.SeekCurrent); err == nil {
		err = serr
	}
	return int64(n), err
}
