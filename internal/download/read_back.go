package download

import (
	"context"
	"fmt"
	"hash"
	"io"
	"sync"
)

// ReadBack hashes what has been written, in order, as soon as it is there: for hashes that
// can't be made of the parts'.
type ReadBack struct {
	from  io.ReaderAt
	parts []Part

	mu    sync.Mutex
	ready []bool
	news  chan struct{}
}

// NewReadBack prepares it. from is what the parts are written to.
func NewReadBack(from io.ReaderAt, parts []Part) *ReadBack {
	return &ReadBack{from: from, parts: parts, ready: make([]bool, len(parts)), news: make(chan struct{}, 1)}
}

// Done tells that part i has been written. A nil ReadBack takes no note.
func (r *ReadBack) Done(i int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.ready[i] = true
	r.mu.Unlock()
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// Run writes all parts to digest as they are done, until ctx ends.
func (r *ReadBack) Run(ctx context.Context, digest hash.Hash) error {
	for i, p := range r.parts {
		for !r.isReady(i) {
			select {
			case <-r.news:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if err := Read(ctx, r.from, p, func(b []byte) { digest.Write(b) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *ReadBack) isReady(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready[i]
}

// Read gives the bytes of a part that was written to seen, in order.
func Read(ctx context.Context, from io.ReaderAt, p Part, seen func([]byte)) error {
	b := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(b)
	for done := int64(0); done < p.Size; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := from.ReadAt(b[:min(bufferSize, p.Size-done)], p.Offset+done)
		done += int64(n)
		seen(b[:n])
		if done < p.Size && err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("read back what was written: %w", err)
		}
	}
	return nil
}
