package transfer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// maxReaders of one part: a part may be read by two requests at once, and what an attempt
// left behind goes when a third begins.
const maxReaders = 2

// ranges is an object as an io.ReaderAt for readers that each go through a part in order:
// a part is one request for its range, which goes on from read to read.
type ranges struct {
	ctx            context.Context
	get            func(ctx context.Context, first, last int64) (io.ReadCloser, error)
	size, partSize int64

	mu   sync.Mutex
	idle []*rangeReader // the one that was used last at the end
}

// rangeReader is a range that has been read up to at.
type rangeReader struct {
	body    io.ReadCloser
	at, end int64
}

// ReadAt implements io.ReaderAt.
func (r *ranges) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && err == nil {
		if off+int64(n) >= r.size {
			return n, io.EOF
		}
		var m int
		m, err = r.readPart(p[n:], off+int64(n))
		n += m
	}
	return n, err
}

// readPart reads at off, to the end of the part at most.
func (r *ranges) readPart(p []byte, off int64) (int, error) {
	part, err := r.take(off)
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(part.body, p[:min(int64(len(p)), part.end-off)])
	part.at += int64(n)
	if err != nil || part.at == part.end {
		part.body.Close()
		return n, err
	}
	r.give(part)
	return n, nil
}

// take finds the reader that stands at off, or opens one.
func (r *ranges) take(off int64) (*rangeReader, error) {
	r.mu.Lock()
	i := slices.IndexFunc(r.idle, func(p *rangeReader) bool { return p.at == off })
	if i >= 0 {
		part := r.idle[i]
		r.idle = slices.Delete(r.idle, i, i+1)
		r.mu.Unlock()
		return part, nil
	}
	r.mu.Unlock()
	end := min(off-off%r.partSize+r.partSize, r.size)
	body, err := r.get(r.ctx, off, end-1)
	if err != nil {
		return nil, err
	}
	return &rangeReader{body: body, at: off, end: end}, nil
}

// give keeps a reader for the next read of its part.
func (r *ranges) give(part *rangeReader) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, part)
	same := 0
	for i := len(r.idle) - 1; i >= 0; i-- {
		if r.idle[i].end != part.end {
			continue
		}
		if same++; same > maxReaders {
			r.idle[i].body.Close()
			r.idle = slices.Delete(r.idle, i, i+1)
		}
	}
}

// close ends what was not read to its end.
func (r *ranges) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, part := range r.idle {
		part.body.Close()
	}
	r.idle = nil
}

// getRange reads bytes first to last of the source.
func (c *copying) getRange(ctx context.Context, first, last int64) (io.ReadCloser, error) {
	out, err := c.get(ctx, fmt.Sprintf("bytes=%d-%d", first, last))
	if err != nil {
		return nil, err
	}
	if want := fmt.Sprintf("bytes %d-%d/", first, last); !strings.HasPrefix(out.ContentRange, want) {
		out.Body.Close()
		return nil, fmt.Errorf("the source's server answered %q where %q was asked for", out.ContentRange, want)
	}
	return struct {
		io.Reader
		io.Closer
	}{c.manager.limiter(c.options).Reader(ctx, out.Body), out.Body}, nil
}
