package s3

import (
	"context"
	"math"
)

const (
	// defaultReadAhead is the most that one window holds.
	defaultReadAhead = 4 * mebibyte
	// firstWindow is what a Read fetches that does not go on from the last.
	firstWindow = 256 << 10
)

// window is the part of an object that sequential reads hold: the stretch they are in
// and, once they have gone from one to another, the next one on its way.
type window struct {
	fetch func(ctx context.Context, p []byte, off int64) (int, error)
	size  int64 // of the object
	most  int64 // bytes of a stretch

	current stretch
	next    *prefetch
	spare   []byte // a buffer to use again
}

// stretch is bytes of an object and where they begin.
type stretch struct {
	off  int64
	data []byte
}

func (s *stretch) end() int64 { return s.off + int64(len(s.data)) }

func (s *stretch) has(off int64) bool { return s.off <= off && off < s.end() }

// prefetch is a stretch that a goroutine fills.
type prefetch struct {
	stretch
	cancel context.CancelFunc
	done   chan struct{}
	err    error // once done is closed
}

// held is what the window holds from off on, without asking anybody.
func (w *window) held(off int64) []byte {
	if !w.current.has(off) {
		return nil
	}
	return w.current.data[off-w.current.off:]
}

// at answers bytes from off on, which is in the object: at least one. They are valid
// until the next call.
func (w *window) at(ctx context.Context, off int64) ([]byte, error) {
	if held := w.held(off); held != nil {
		return held, nil
	}
	goesOn := len(w.current.data) > 0 && off == w.current.end()
	width := int64(len(w.current.data))
	w.release()
	switch {
	case w.next != nil && w.next.has(off):
		next := w.next
		<-next.done
		next.cancel()
		w.next = nil
		if next.err != nil {
			return nil, next.err
		}
		w.current, goesOn = next.stretch, true
	default:
		w.drop()
		s := w.stretch(off, width, goesOn)
		if _, err := w.fetch(ctx, s.data, s.off); err != nil {
			return nil, err
		}
		w.current = s
	}
	if goesOn && w.current.end() < w.size {
		w.prefetch(ctx)
	}
	return w.held(off), nil
}

// stretch is an empty one at off: firstWindow wide, or twice as wide as the one that it
// goes on from.
func (w *window) stretch(off, width int64, goesOn bool) stretch {
	n := int64(firstWindow)
	if goesOn && width <= math.MaxInt64/2 {
		n = 2 * width
	}
	n = min(n, w.most, w.size-off)
	data := w.spare
	w.spare = nil
	if int64(cap(data)) < n {
		data = make([]byte, n)
	}
	return stretch{off, data[:n]}
}

// prefetch begins with the stretch after the current one.
func (w *window) prefetch(ctx context.Context) {
	next := &prefetch{
		stretch: w.stretch(w.current.end(), int64(len(w.current.data)), true),
		done:    make(chan struct{}),
	}
	ctx, next.cancel = context.WithCancel(ctx)
	w.next = next
	go func() {
		defer close(next.done)
		_, next.err = w.fetch(ctx, next.data, next.off)
	}()
}

// release gives up the current stretch but not its buffer.
func (w *window) release() {
	w.spare, w.current = w.current.data, stretch{}
}

// drop ends a prefetch.
func (w *window) drop() {
	if w.next == nil {
		return
	}
	w.next.cancel()
	<-w.next.done
	w.next = nil
}
