package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// errGone: the reader of a handover takes no more.
var errGone = errors.New("nobody reads")

// maxEmptyReads in a row are no progress, as bufio has it.
const maxEmptyReads = 100

// handover brings what is written to one goroutine's buffer, without one of its own: a Read
// lends its buffer to the writer, who fills it in place and wakes the reader when it is
// full. Small writes so cost a copy and no switch of goroutines.
type handover struct {
	mu      sync.Mutex
	changed sync.Cond
	buf     []byte // of the Read that waits, nil while there is none
	n       int    // bytes of buf that are filled
	filling bool   // a readFrom has the rest of buf
	ended   error  // what comes behind the last byte; nil while there is more to come
	gone    bool   // there will be no further Read
}

// Read implements io.Reader.
func (h *handover) Read(p []byte) (int, error) { return h.ReadContext(context.Background(), p) }

// ReadContext returns when p is full, the data has ended, or ctx has.
func (h *handover) ReadContext(ctx context.Context, p []byte) (int, error) {
	stop := context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.changed.Broadcast()
	})
	defer stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.buf, h.n = p, 0
	h.changed.Broadcast()
	for h.filling || h.n < len(p) && h.ended == nil && ctx.Err() == nil {
		h.changed.Wait()
	}
	n := h.n
	h.buf, h.n = nil, 0
	switch {
	case n == len(p):
		return n, nil
	case ctx.Err() != nil:
		return n, context.Cause(ctx)
	}
	return n, h.ended
}

// room waits for a buffer that is not full; false when there will be none. It runs under
// h.mu.
func (h *handover) room() bool {
	for h.n == len(h.buf) && h.ended == nil && !h.gone {
		h.changed.Wait()
	}
	return h.ended == nil && !h.gone
}

// filled counts bytes that were put into the buffer. It runs under h.mu.
func (h *handover) filled(n int) {
	h.n += n
	if h.n == len(h.buf) {
		h.changed.Broadcast()
	}
}

// write hands over p; less of it when nobody reads any more.
func (h *handover) write(p []byte) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for n < len(p) && h.room() {
		m := copy(h.buf[h.n:], p[n:])
		n += m
		h.filled(m)
	}
	return n
}

// readFrom hands over what r gives until io.EOF.
func (h *handover) readFrom(r io.Reader) (n int64, err error) {
	for empty := 0; err == nil && empty < maxEmptyReads; {
		var m int
		m, err = h.fill(r)
		n += int64(m)
		empty++
		if m > 0 {
			empty = 0
		}
	}
	switch err {
	case nil:
		return n, io.ErrNoProgress
	case io.EOF: //nolint:errorlint // the end, by identity
		return n, nil
	}
	return n, err
}

// fill has r read into the buffer, once.
func (h *handover) fill(r io.Reader) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.room() {
		return 0, errGone
	}
	free := h.buf[h.n:]
	n, err := h.unlocked(r, free)
	if n < 0 || n > len(free) {
		n, err = 0, fmt.Errorf("%T.Read returned a count of %d for %d bytes", r, n, len(free))
	}
	h.filled(n)
	return n, err
}

// unlocked reads without the lock, which it takes again even if r panics. The buffer is
// kept meanwhile.
func (h *handover) unlocked(r io.Reader, p []byte) (int, error) {
	h.filling = true
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		h.filling = false
		h.changed.Broadcast()
	}()
	return r.Read(p)
}

// end says what comes behind the last byte: io.EOF, or why there is no more. The first
// counts.
func (h *handover) end(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended == nil {
		h.ended = err
	}
	h.changed.Broadcast()
}

// leave is the end of the reader.
func (h *handover) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = true
	h.changed.Broadcast()
}
