package ranged

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/stowage-go/stowage/internal/transport"
)

// Source is the object that a [Body] reads, as the service has it.
type Source interface {
	// Hash is given every byte, in order.
	Hash(p []byte)
	// Verify judges what came, at its end.
	Verify() error
	// Attempts is how many connections in a row may give nothing before the body fails.
	// One means that it can't be taken up again.
	Attempts() (int, error)
	// Reopen answers the rest of the body, from its byte read on. The first skip bytes of
	// it are to be left out. cause is what broke the connection before; a failure tells
	// of both.
	Reopen(read int64, cause error) (rest io.ReadCloser, skip int64, err error)
	// Fail puts the object's name around a failure.
	Fail(err error) error
}

// Body reads an object and, when its connection breaks, goes on from there over another.
type Body struct {
	ctx    context.Context
	source Source
	src    io.ReadCloser
	size   int64 // negative: not known
	read   int64
	stalls int // connections in a row that gave nothing
	closed bool
	err    error // what every further Read answers
}

// Open begins with the body of the first answer, of size bytes; negative: not known.
func (b *Body) Open(ctx context.Context, source Source, src io.ReadCloser, size int64) {
	*b = Body{ctx: ctx, source: source, src: src, size: size}
}

// Progress is how many bytes have been read, of how many; negative: not known.
func (b *Body) Progress() (read, size int64) { return b.read, b.size }

// Read implements io.Reader. io.EOF comes after the last byte and never before.
func (b *Body) Read(p []byte) (int, error) {
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	for b.err == nil {
		n, err := b.src.Read(p)
		b.read += int64(n)
		b.source.Hash(p[:n])
		if n > 0 {
			b.stalls = 0
		}
		switch {
		case err == nil:
			return n, nil
		case err == io.EOF && (b.size < 0 || b.read == b.size):
			b.err = b.complete()
		case b.size >= 0 && b.read > b.size:
			b.err = b.source.Fail(fmt.Errorf("the server sent more than the %d bytes it announced", b.size))
		default:
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			b.err = b.resume(err)
		}
		if n > 0 || b.err != nil {
			return n, b.err
		}
	}
	return 0, b.err
}

// complete is the end of the body: io.EOF, unless the source says otherwise.
func (b *Body) complete() error {
	if err := b.source.Verify(); err != nil {
		return b.source.Fail(err)
	}
	return io.EOF
}

// resume opens the rest of the body, and returns nil when it could.
func (b *Body) resume(cause error) error {
	for cause != nil {
		b.src.Close()
		if b.read == b.size {
			// All is here; only the connection's end was rough.
			return b.complete()
		}
		if b.ctx.Err() != nil {
			return b.source.Fail(transport.Ended(b.ctx))
		}
		b.stalls++
		attempts, err := b.source.Attempts()
		if err != nil {
			return b.source.Fail(err)
		}
		if b.stalls >= attempts {
			return b.source.Fail(cause)
		}
		rest, skip, err := b.source.Reopen(b.read, cause)
		if err != nil {
			return b.source.Fail(err)
		}
		b.src = rest
		cause = discard(rest, skip)
	}
	return nil
}

func discard(r io.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	if err == io.EOF { //nolint:errorlint // io.CopyN's own
		err = io.ErrUnexpectedEOF
	}
	return err
}

// Close ends the connection, or gives it back when the body was read to its end.
func (b *Body) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	return b.src.Close()
}
