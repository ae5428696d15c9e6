package multipart

import (
	"sync"
	"sync/atomic"
)

// Progress is the state of an upload at one moment.
type Progress struct {
	// Bytes that went out and count. It falls when an attempt is rolled back.
	Bytes int64
	// Total bytes, -1 as long as the length of a stream is not known.
	Total int64
	// Parts there are, 0 as long as that is not known. An object that is sent
	// whole is one part.
	Parts int
	// PartsDone is how many the store has taken. It never falls.
	PartsDone int
	// Done is true in one call, the last one, after the upload succeeded; Bytes
	// then equals Total.
	Done bool
}

// Tracker counts bytes and parts from many goroutines and tells one function.
//
// Calls of the function never overlap and each shows a later state than the one
// before. They are made on the goroutine that reported, which waits for them;
// a change that comes while a call is running doesn't wait but is in the next
// call, so the latest state is always told, though not every one between. The
// function may call Snapshot and Add. A nil Tracker counts nothing.
type Tracker struct {
	fn      func(Progress)
	pending atomic.Int64 // reports since the last call began

	mu    sync.Mutex // of state
	state Progress

	telling sync.Mutex // held during calls of fn
	stopped bool       // no further calls; guarded by telling
}

// NewTracker returns a tracker of unknown total. A nil fn is allowed: Snapshot
// then is the way to look.
func NewTracker(fn func(Progress)) *Tracker {
	return &Tracker{fn: fn, state: Progress{Total: -1}}
}

// Add counts delta bytes, negative to take bytes back. Safe for concurrent use.
func (t *Tracker) Add(delta int64) {
	if delta != 0 {
		t.update(func(p *Progress) { p.Bytes += delta })
	}
}

// PartDone counts a part that is through.
func (t *Tracker) PartDone() {
	t.update(func(p *Progress) { p.PartsDone++ })
}

// Expect sets the totals: bytes (-1 unknown) and parts (0 unknown).
func (t *Tracker) Expect(bytes int64, parts int) {
	t.update(func(p *Progress) { p.Total, p.Parts = bytes, parts })
}

// Snapshot returns the present state.
func (t *Tracker) Snapshot() Progress {
	if t == nil {
		return Progress{Total: -1}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

func (t *Tracker) update(change func(*Progress)) {
	if t == nil {
		return
	}
	t.change(change)
	t.tell()
}

func (t *Tracker) change(change func(*Progress)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.state)
}

// tell calls fn unless another goroutine is doing so, which then calls once more.
func (t *Tracker) tell() {
	if t == nil || t.fn == nil || t.pending.Add(1) != 1 {
		return
	}
	for n := int64(1); n != 0; n = t.pending.Add(-n) {
		t.call()
	}
}

func (t *Tracker) call() {
	t.telling.Lock()
	defer t.telling.Unlock()
	if !t.stopped {
		t.fn(t.Snapshot())
	}
}

// Finish tells the end of a successful transfer, after which there are no calls.
func (t *Tracker) Finish(size int64, parts int) {
	t.change(func(p *Progress) {
		*p = Progress{Bytes: size, Total: size, Parts: parts, PartsDone: parts, Done: true}
	})
	t.telling.Lock()
	defer t.telling.Unlock()
	if t.fn != nil && !t.stopped {
		t.fn(t.Snapshot())
	}
	t.stopped = true
}

// Stop waits for a call that is running and lets no further one be made.
func (t *Tracker) Stop() {
	t.telling.Lock()
	defer t.telling.Unlock()
	t.stopped = true
}

// partProgress keeps one part's account, so that reports that come late or
// count too much (framing, an attempt that was never rolled back) can't spoil
// the sum.
type partProgress struct {
	tracker *Tracker
	size    int64

	mu       sync.Mutex
	reported [2]int64 // sums of deltas, of the part and of its repeat
	counted  int64    // the larger one, in the tracker: within 0..size
	ended    bool
}

func (p *partProgress) sent(attempt int, delta int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	changed := false
	if !p.ended {
		p.reported[attempt] += delta
		changed = p.count(min(max(p.reported[0], p.reported[1], 0), p.size), 0)
	}
	p.mu.Unlock()
	if changed {
		p.tracker.tell()
	}
}

// moved is what that attempt reports to have sent.
func (p *partProgress) moved(attempt int) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(max(p.reported[attempt], 0), p.size)
}

// end settles the part: all of its bytes count if it is done, none if not.
func (p *partProgress) end(done bool) {
	p.mu.Lock()
	p.ended = true
	var changed bool
	if done {
		p.count(p.size, 1)
		changed = true // an empty part is one more part too
	} else {
		changed = p.count(0, 0)
	}
	p.mu.Unlock()
	if changed {
		p.tracker.tell()
	}
}

// count brings the tracker's sum to bytes of this part. It runs under p.mu, so
// that the sum never shows a part above its size or below 0.
func (p *partProgress) count(bytes int64, parts int) (changed bool) {
	delta := bytes - p.counted
	p.counted = bytes
	p.tracker.change(func(s *Progress) {
		s.Bytes += delta
		s.PartsDone += parts
	})
	return delta != 0
}
