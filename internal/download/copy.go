package download

import (
	"fmt"
	"io"
	"sync"
)

// bufferSize is how much is gathered for one write. A read from a connection gives what has
// come, 16 KiB under TLS: a write of each costs as much again.
const bufferSize = 128 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// Copy writes a part from its connection to w through a buffer of 256 KiB. seen is given the
// bytes of each write, in order, once they are written. A body that is not of the part's size
// is an error; a negative size takes what comes.
func Copy(w io.WriterAt, p Part, body io.Reader, seen func([]byte)) (written int64, err error) {
	b := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(b)
	for {
		n, err := fill(body, b[:])
		if p.Size >= 0 && int64(n) > p.Size-written {
			return written, fmt.Errorf("the body goes on after its %d bytes", p.Size)
		}
		if n > 0 {
			m, werr := w.WriteAt(b[:n], p.Offset+written)
			written += int64(m)
			seen(b[:m])
			if werr != nil {
				return written, werr
			}
		}
		switch {
		case err == nil:
		case err != io.EOF: //nolint:errorlint // io.Reader's own
			return written, err
		case written < p.Size:
			return written, fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, written, p.Size)
		default:
			return written, nil
		}
	}
}

// fill reads until the buffer is full, or the error that comes before.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}
