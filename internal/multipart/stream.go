package multipart

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/stowage-go/stowage/internal/schedule"
)

const maxEmptyReads = 100 // as bufio has it

var errBadRead = errors.New("reader returned an impossible count")

// stream cuts a plain reader, filling pooled buffers. All reading is done by
// the goroutine that calls first and next.
type stream struct {
	r      io.Reader
	plan   Plan
	opt    Options
	memory *schedule.Memory // closing it gives back what an error left behind
	number int
	got    int64 // bytes read, the one ahead included
	cut    int64 // bytes handed out in pieces

	ahead    [1]byte // read to learn whether there is more
	hasAhead bool
	ended    bool // r said io.EOF and is not read again
}

func (s *stream) first(ctx context.Context) (piece, bool, error) {
	if s.plan.Size < 0 {
		return s.firstUnknown(ctx)
	}
	if !s.opt.whole(s.plan.Size, s.plan, true) {
		p, _, err := s.next(ctx)
		return p, false, err
	}
	buf, err := s.memory.Get(ctx, s.plan.Size)
	if err != nil {
		return piece{}, false, err
	}
	if err := s.fillExactly(ctx, buf); err != nil {
		return piece{}, false, err
	}
	// PutWhole publishes, so surplus bytes have to be found before it.
	if err := s.checkEnd(ctx); err != nil {
		return piece{}, false, err
	}
	return s.piece(0, buf), true, nil
}

// firstUnknown fills the first part through a buffer that grows, so that a tiny
// stream costs a tiny buffer.
func (s *stream) firstUnknown(ctx context.Context) (piece, bool, error) {
	full := min(s.plan.PartSize, s.plan.Capacity)
	buf, err := s.memory.First(ctx, full)
	if err != nil {
		return piece{}, false, err
	}
	n, err := s.fill(ctx, buf)
	for err == nil && !s.ended && int64(len(buf)) < full {
		if buf, err = s.memory.Grow(ctx, buf); err != nil {
			break
		}
		var m int
		m, err = s.fill(ctx, buf[n:])
		n += m
	}
	if err != nil {
		return piece{}, false, err
	}
	more, err := s.more(ctx)
	switch {
	case err != nil:
		return piece{}, false, err
	case more && int64(n) == s.plan.Capacity:
		return piece{}, false, s.outgrown() // before parts are begun
	case !more && s.opt.whole(int64(n), s.plan, true):
		return s.piece(0, buf[:n]), true, nil
	}
	s.number = 1
	return s.piece(1, buf[:n]), false, nil
}

func (s *stream) next(ctx context.Context) (piece, bool, error) {
	known := s.plan.Size >= 0
	if known && s.number == s.plan.Parts {
		return piece{}, false, s.checkEnd(ctx)
	}
	// One byte ahead tells whether there is a further part, before a buffer is
	// waited for.
	more, err := s.more(ctx)
	switch {
	case err != nil:
		return piece{}, false, err
	case !more && known:
		return piece{}, false, &LengthError{Want: s.plan.Size, Got: s.got}
	case !more:
		return piece{}, false, nil
	}
	_, size := s.plan.Part(s.number + 1)
	size = min(size, s.plan.Capacity-s.cut)
	if size == 0 {
		return piece{}, false, s.outgrown()
	}
	buf, err := s.memory.Get(ctx, size)
	if err != nil {
		return piece{}, false, err
	}
	if known {
		err = s.fillExactly(ctx, buf)
	} else {
		var n int
		n, err = s.fill(ctx, buf)
		buf = buf[:n]
	}
	if err != nil {
		return piece{}, false, err
	}
	s.number++
	return s.piece(s.number, buf), true, nil
}

// piece makes a part of a filled buffer.
func (s *stream) piece(number int, buf []byte) piece {
	p := piece{
		number: number, offset: s.cut, size: int64(len(buf)),
		window: &window{src: bytes.NewReader(buf)}, buf: buf,
	}
	s.cut += p.size
	return p
}

// release closes the part's window before its buffer can be lent again.
func (s *stream) release(p piece) {
	p.window.close()
	s.memory.Put(p.buf)
}

func (s *stream) close() { s.memory.Close() }

// outgrown names the limit that stops a stream of unknown length.
func (s *stream) outgrown() error {
	e := &LimitError{Limit: LimitMaxParts, Allowed: s.plan.Capacity, Asked: s.got}
	switch l := s.opt.Limits; {
	case s.plan.Capacity == l.MaxObjectSize:
		e.Limit = LimitMaxObjectSize
	case s.plan.maxPart < l.MaxPartSize:
		e.Limit = LimitMemory // larger parts would have carried more
	}
	return e
}

// fillExactly fills buf, and says what is missing if the source ends before.
func (s *stream) fillExactly(ctx context.Context, buf []byte) error {
	n, err := s.fill(ctx, buf)
	if err == nil && n < len(buf) {
		err = &LengthError{Want: s.plan.Size, Got: s.got}
	}
	return err
}

// checkEnd makes sure that a source of known length has no more bytes.
func (s *stream) checkEnd(ctx context.Context) error {
	more, err := s.more(ctx)
	if err == nil && more {
		err = &LengthError{Want: s.plan.Size, Got: s.got}
	}
	return err
}

// more reports whether the source has a further byte, and keeps it for fill.
func (s *stream) more(ctx context.Context) (bool, error) {
	if s.hasAhead {
		return true, nil
	}
	n, err := s.read(ctx, s.ahead[:])
	s.hasAhead = n == 1
	return s.hasAhead, err
}

// fill reads until buf is full or the source ends.
func (s *stream) fill(ctx context.Context, buf []byte) (int, error) {
	ahead := 0
	if s.hasAhead && len(buf) > 0 {
		buf[0] = s.ahead[0]
		s.hasAhead = false
		ahead = 1
	}
	n, err := s.read(ctx, buf[ahead:])
	return ahead + n, err
}

// read fills p as far as the source goes. The end is io.EOF by identity and
// nothing else: io.ErrUnexpectedEOF is what a broken source says, and taking it
// for an end would store half an object.
func (s *stream) read(ctx context.Context, p []byte) (int, error) {
	n, empty := 0, 0
	for n < len(p) && !s.ended {
		if ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		m, err := s.readOnce(ctx, p[n:])
		if m < 0 || m > len(p)-n {
			return n, &ReadError{Offset: s.got, Err: errBadRead}
		}
		n += m
		s.got += int64(m)
		switch {
		case err == io.EOF: //nolint:errorlint // by identity
			s.ended = true
		case err != nil:
			return n, &ReadError{Offset: s.got, Err: err}
		case m > 0:
			empty = 0
		default:
			if empty++; empty == maxEmptyReads {
				return n, &ReadError{Offset: s.got, Err: io.ErrNoProgress}
			}
		}
	}
	return n, nil
}

// readOnce lets a source that can wait for ever know when there is no use in it.
func (s *stream) readOnce(ctx context.Context, p []byte) (int, error) {
	if r, ok := s.r.(ContextReader); ok {
		return r.ReadContext(ctx, p)
	}
	return s.r.Read(p)
}
