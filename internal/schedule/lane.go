package schedule

import (
	"context"
	"time"
)

// Lane is the place of one transfer among the others. It needs no end.
type Lane struct {
	s     *Scheduler
	limit int // 0: none of its own

	// Under the scheduler's mutex.
	busy    int
	waiting waitlist
	turn    uint64
	at      int // in the queue; -1: not there
}

// Lane makes a place for one transfer, with at most concurrency requests in flight: 0 leaves
// that to the scheduler, and a negative number is 1.
func (s *Scheduler) Lane(concurrency int) *Lane {
	if concurrency < 0 {
		concurrency = 1
	}
	return &Lane{s: s, limit: concurrency, at: -1}
}

// Acquire waits for the lane's turn. Every Slot must be ended by Done. Who holds a slot
// must not wait for another of the same scheduler. When ctx ends first, the error is
// context.Cause(ctx).
func (l *Lane) Acquire(ctx context.Context) (*Slot, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	slot := &Slot{lane: l}
	s := l.s
	s.mu.Lock()
	if s.busy < s.width.now && l.open() {
		// Nobody else waits, or the slot would not be free.
		l.start(slot)
		s.mu.Unlock()
		s.counted(1)
		return slot, nil
	}
	slot.granted = make(chan struct{})
	if l.waiting.empty() {
		l.turn = s.nextTurn()
	}
	l.waiting.push(slot)
	s.enqueue(l)
	s.mu.Unlock()
	select {
	case <-slot.granted:
	case <-ctx.Done():
	}
	if ctx.Err() != nil { // also when both came
		l.leave(slot)
		return nil, context.Cause(ctx)
	}
	s.counted(1)
	return slot, nil
}

// open: the lane's own limit leaves room.
func (l *Lane) open() bool { return l.limit == 0 || l.busy < l.limit }

// start counts a slot as in use. It runs under the scheduler's mutex.
func (l *Lane) start(slot *Slot) {
	slot.held = true
	l.busy++
	l.s.busy++
	l.s.width.used(l.s.busy)
}

// leave takes back a wait, or the slot that came at the last moment.
func (l *Lane) leave(slot *Slot) {
	s := l.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if slot.held {
		l.end(slot)
		s.dispatch()
		return
	}
	if slot.spare {
		s.spares.remove(slot)
		s.slow--
		s.dispatch() // fewer are slow
		return
	}
	l.waiting.remove(slot)
	if l.waiting.empty() {
		s.queue.remove(l)
	}
}

// end gives a slot back. It runs under the scheduler's mutex.
func (l *Lane) end(slot *Slot) {
	slot.held = false
	if slot.spare {
		l.s.slow--
	}
	l.busy--
	l.s.busy--
	l.s.width.used(l.s.busy)
	l.turn = l.s.nextTurn() // it has just been served
	if l.at >= 0 {
		l.s.queue.fix(l)
	} else {
		l.s.enqueue(l)
	}
}

func (s *Scheduler) nextTurn() uint64 {
	s.turns++
	return s.turns
}

// enqueue puts a lane among those that may be given a slot, if it is one. It runs under
// s.mu, as dispatch does.
func (s *Scheduler) enqueue(l *Lane) {
	if l.at < 0 && !l.waiting.empty() && l.open() {
		s.queue.push(l)
	}
}

// dispatch gives free slots to the lanes in turn.
func (s *Scheduler) dispatch() {
	for s.busy < s.width.now && len(s.queue) > 0 {
		l := s.queue[0]
		slot := l.waiting.pop()
		l.start(slot)
		l.turn = s.nextTurn()
		if l.waiting.empty() || !l.open() {
			s.queue.remove(l)
		} else {
			s.queue.fix(l)
		}
		close(slot.granted)
	}
	s.dispatchSpare()
}

// Slot is the right to one request.
type Slot struct {
	lane    *Lane
	granted chan struct{} // closed when its turn comes; nil for one that didn't wait
	held    bool
	spare   bool // for a request that is made a second time

	before, after *Slot // in the list of those that wait
}

// Done ends the request: bytes is what it moved, err how it failed, nil for success. A
// request that moved nothing says nothing about throughput. Further calls do nothing.
func (s *Slot) Done(bytes int64, err error) {
	if s.done(bytes, err) {
		s.lane.s.counted(-1)
	}
}

// done is Done; it reports whether the slot was in use.
func (s *Slot) done(bytes int64, err error) bool {
	m, at := s.lane.s, time.Now()
	throttled := m.throttled(err)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !s.held {
		return false
	}
	s.lane.end(s)
	switch {
	case throttled:
		m.width.throttled(at)
	case err == nil:
		m.width.finished(at, bytes)
	}
	m.dispatch()
	return true
}

// Retried tells that an attempt of the request failed with err and that another is made
// within the same slot.
func (s *Slot) Retried(err error) {
	m, at := s.lane.s, time.Now()
	if !m.throttled(err) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.width.throttled(at)
}
