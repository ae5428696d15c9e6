package transfer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/s3"
)

// memory is where the buffers of all readers come from.
type memory interface {
	// TryAcquire takes n bytes, if they are there.
	TryAcquire(n int64) bool
	Release(n int64)
}

// window is the parts that a reader holds: fetched, or about to be.
type window struct {
	memory memory
	size   int64 // of a part
	most   int   // of them

	mu    sync.Mutex
	news  sync.Cond
	parts []*buffered // in order, the one that is read first
	read  int         // bytes of the first that were read
	spare [][]byte    // buffers that are free again
	taken int64       // of memory
	made  int         // buffers
	err   error       // after the parts: io.EOF, or what ended the fetching
	late  error       // of the first part that failed, maybe when all its bytes were read
}

// buffered is a part in memory.
type buffered struct {
	data   []byte
	filled int
	err    error // behind what is filled
}

func (w *window) init(m memory, size int64, most int) {
	w.memory, w.size, w.most = m, size, max(most, 1)
	w.news.L = &w.mu
}

// room waits until there is a buffer for one more part, and appends it. It is nil when the
// window was closed, or a part failed: nothing behind that will be read.
func (w *window) room(size int64) *buffered {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.err == nil {
		if b, ok := w.buffer(); ok {
			part := &buffered{data: b[:size]}
			w.parts = append(w.parts, part)
			w.news.Broadcast()
			return part
		}
		w.news.Wait()
	}
	return nil
}

// buffer finds one: the first is every reader's own, and more are had if there is memory for
// them. It runs under w.mu.
func (w *window) buffer() ([]byte, bool) {
	if n := len(w.spare); n > 0 {
		b := w.spare[n-1]
		w.spare = w.spare[:n-1]
		return b, true
	}
	if w.made > 0 {
		if w.made >= w.most || !w.memory.TryAcquire(w.size) {
			return nil, false
		}
		w.taken += w.size
	}
	w.made++
	return make([]byte, w.size), true
}

// fill reads into a part what comes.
func (w *window) fill(part *buffered, body io.Reader, seen func([]byte)) error {
	for part.filled < len(part.data) {
		free := part.data[part.filled:]
		n, err := body.Read(free[:min(len(free), notice)])
		if n > 0 {
			seen(free[:n])
			w.mu.Lock()
			part.filled += n
			w.news.Broadcast()
			w.mu.Unlock()
		}
		if err == io.EOF && part.filled == len(part.data) {
			return nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	// The end gives the connection back, and is where the client compares.
	n, err := io.Copy(io.Discard, body)
	if err == nil && n > 0 {
		err = fmt.Errorf("the body goes on after its %d bytes", len(part.data))
	}
	return err
}

// notice is how many bytes come before the reader is told.
const notice = 256 << 10

// fail puts an error behind what a part has, and ends the fetching.
func (w *window) fail(part *buffered, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	part.err = err
	if w.late == nil {
		w.late = err
	}
	if w.err == nil {
		w.err = err
	}
	w.news.Broadcast()
}

// failure is that of the first part that failed, nil when none has.
func (w *window) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.late
}

// finish tells that there are no more parts: err is io.EOF, or why.
func (w *window) finish(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.news.Broadcast()
}

// next waits for bytes that have not been read. They are valid until take, or close.
func (w *window) next() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		switch {
		case errors.Is(w.err, fs.ErrClosed):
			return nil, w.err
		case len(w.parts) == 0:
			if w.err != nil {
				return nil, w.err
			}
		case w.read < w.parts[0].filled:
			return w.parts[0].data[w.read:w.parts[0].filled], nil
		case w.parts[0].err != nil:
			return nil, w.parts[0].err
		}
		w.news.Wait()
	}
}

// take tells that n more bytes were read.
func (w *window) take(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.parts) == 0 {
		return // closed meanwhile
	}
	first := w.parts[0]
	if w.read += n; w.read == len(first.data) {
		w.parts, w.read = w.parts[1:], 0
		w.spare = append(w.spare, first.data[:cap(first.data)])
		w.news.Broadcast()
	}
}

// close lets everybody who waits go, and gives the memory back.
func (w *window) close() {
	if w.memory == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = fs.ErrClosed
	w.parts, w.spare = nil, nil
	w.memory.Release(w.taken)
	w.taken = 0
	w.news.Broadcast()
}

// fetchAll fetches the parts, the first of which has been answered, as there is room.
func (r *objectReader) fetchAll(first *s3.GetObjectOutput, slot *schedule.Slot) {
	for i, p := range r.parts {
		part := r.window.room(p.Size)
		if part == nil {
			if i == 0 {
				first.Body.Close()
				slot.Done(0, fs.ErrClosed)
			}
			return
		}
		turn, out := slot, first
		if i > 0 {
			var err error
			if turn, err = r.fetch.lane.Acquire(r.ctx); err != nil {
				r.window.fail(part, err)
				return
			}
			out = nil
		}
		r.running.Go(func() {
			err := r.fetchPart(i, turn, part, out)
			turn.Done(int64(part.filled), err)
		})
	}
	r.window.finish(io.EOF)
}

// fetchPart fetches part i, which has been answered if out is there.
func (r *objectReader) fetchPart(i int, turn *schedule.Slot, part *buffered, out *s3.GetObjectOutput) (err error) {
	p := r.parts[i]
	defer func() {
		if err != nil {
			r.tracker.Add(-int64(part.filled))
			r.window.fail(part, &DownloadError{Bucket: r.fetch.in.Bucket, Key: r.fetch.in.Key, Offset: p.Offset, Size: p.Size, Err: err})
		}
	}()
	if out == nil {
		if out, err = r.fetch.part(r.ctx, turn, p); err != nil {
			return err
		}
	}
	defer out.Body.Close()
	sum := r.content.begin()
	err = r.window.fill(part, r.fetch.body(r.ctx, out), func(b []byte) {
		sum.write(b)
		r.tracker.Add(int64(len(b)))
	})
	if err != nil {
		return err
	}
	r.content.end(i, sum)
	r.tracker.PartDone()
	return nil
}
