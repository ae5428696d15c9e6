package schedule

import (
	"context"
	"math/bits"
	"slices"
	"sync"
	"time"
)

const (
	paceSamples = 64 // durations that are kept of each size class
	paceLeast   = 16 // of them before they tell anything
	slowFactor  = 2  // times what nine parts of ten take
	slowFloor   = time.Second
	// Where parts take longer than this on average, the way is long or narrow, and a
	// repeat would make it narrower.
	slowMean = 5 * time.Second
)

// pace is how long parts take, by the power of two of their size.
type pace struct {
	mu      sync.Mutex
	classes [65]*durations
}

type durations struct {
	last [paceSamples]time.Duration
	n    int // of all
}

// PartDone tells how long a part of size bytes took that was successful.
func (l *Lane) PartDone(size int64, took time.Duration) {
	p := &l.s.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	class := &p.classes[bits.Len64(uint64(size))]
	if *class == nil {
		*class = new(durations)
	}
	d := *class
	d.last[d.n%paceSamples] = took
	d.n++
}

// SlowPart is the time after which a part of size bytes is slow, by the 90th percentile of
// the last parts of its size, or of the next larger ones that are known. Zero: nothing is
// known yet, or parts take so long that repeating one would not help.
func (l *Lane) SlowPart(size int64) time.Duration {
	p := &l.s.pace
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.classes[bits.Len64(uint64(size)):] {
		if d != nil && d.n >= paceLeast {
			return d.slow()
		}
	}
	return 0
}

func (d *durations) slow() time.Duration {
	all := d.last // a copy
	known := all[:min(d.n, paceSamples)]
	var sum time.Duration
	for _, took := range known {
		sum += took
	}
	if sum > slowMean*time.Duration(len(known)) {
		return 0
	}
	slices.Sort(known)
	return max(slowFactor*known[len(known)*9/10], slowFloor)
}

// Spare waits for a slot that no lane wants, for a request that is made a second time
// because the first one is slow: it displaces nothing. It comes only while such requests
// are few among those in flight, or the cause is theirs all, and not while the server
// throttles. Unlike Acquire it may be called by who holds a slot.
func (l *Lane) Spare(ctx context.Context) (*Slot, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s := l.s
	slot := &Slot{lane: l, spare: true, granted: make(chan struct{})}
	s.mu.Lock()
	s.slow++
	s.spares.push(slot)
	s.dispatch()
	s.mu.Unlock()
	select {
	case <-slot.granted:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		l.leave(slot)
		return nil, context.Cause(ctx)
	}
	s.counted(1)
	return slot, nil
}

// dispatchSpare gives what is left to those that wait in Spare. It runs under s.mu.
func (s *Scheduler) dispatchSpare() {
	for slot := s.spares.first; slot != nil && s.busy < s.width.now; {
		next := slot.after
		if slot.lane.open() && s.slow <= max(1, s.busy/4) && s.width.goal == 0 {
			s.spares.remove(slot)
			slot.lane.start(slot)
			close(slot.granted)
		}
		slot = next
	}
}
