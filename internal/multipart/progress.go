package multipart

import (
	"sync"
	"sync/atomic"
	"time"
)

// DefaultProgressInterval is the time between calls of a [Tracker]'s function.
const DefaultProgressInterval = 100 * time.Millisecond

// Progress is the state of a transfer at one moment.
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
	// Retries is how many attempts were given up whose bytes were taken back.
	Retries int
	// Done is true in one call, the last one, after the transfer succeeded; Bytes
	// then equals Total.
	Done bool
}

// TrackerOptions tune a [Tracker].
type TrackerOptions struct {
	// Progress is told the states. Nil: nothing is told, Snapshot is the way to look.
	Progress func(Progress)
	// Interval is the least time between two calls. 0 is 100 ms; negative: every
	// change is told.
	Interval time.Duration
	// Wanted reports whether calls are of any use at the moment; nil: they are. It is
	// asked at every change.
	Wanted func() bool
	// Measured counts the bytes; nil: nothing does.
	Measured *Measured
}

// Tracker counts bytes and parts from many goroutines and tells one function.
//
// Calls of the function never overlap and each shows a later state than the one
// before. The first change is told at once, as is every change of the totals; others
// wait until the interval since the last call is over, which a timer sees to, so the
// latest state is always told, though not every one between. The end is told in any
// case, by Finish or by Stop. Calls are made on the goroutine that reported or on the
// timer's; a change that comes while a call is running doesn't wait but is in the next
// call. The function may call Snapshot and Add. A nil Tracker counts nothing.
type Tracker struct {
	fn       func(Progress)
	interval time.Duration
	wanted   func() bool
	measured *Measured
	pending  atomic.Int64 // reports since the last call began

	mu     sync.Mutex // of state and untold
	state  Progress
	untold bool // a change that no call has shown

	waiting atomic.Bool // for the timer, which will tell
	clock   sync.Mutex  // of timer and last
	timer   *time.Timer
	last    time.Time // of a call

	telling sync.Mutex // held during calls of fn
	stopped bool       // no further calls; guarded by telling
}

// NewTracker returns a tracker of unknown total.
func NewTracker(o TrackerOptions) *Tracker {
	return &Tracker{
		fn: o.Progress, interval: or(o.Interval, DefaultProgressInterval), wanted: o.Wanted,
		measured: o.Measured,
		state:    Progress{Total: -1},
	}
}

// Add counts delta bytes, negative to take those of an attempt back. Safe for
// concurrent use.
func (t *Tracker) Add(delta int64) {
	if delta != 0 {
		t.change(func(p *Progress) { p.add(delta) })
		t.tell(false)
	}
}

func (p *Progress) add(delta int64) {
	p.Bytes += delta
	if delta < 0 {
		p.Retries++
	}
}

// PartDone counts a part that is through.
func (t *Tracker) PartDone() {
	t.change(func(p *Progress) { p.PartsDone++ })
	t.tell(false)
}

// Expect sets the totals: bytes (-1 unknown) and parts (0 unknown).
func (t *Tracker) Expect(bytes int64, parts int) {
	t.change(func(p *Progress) { p.Total, p.Parts = bytes, parts })
	t.tell(true)
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

func (t *Tracker) change(change func(*Progress)) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.state
	change(&t.state)
	t.untold = t.untold || t.state != before
	if t.state.PartsDone > before.PartsDone {
		t.measured.count(t.state.Bytes)
	}
}

// next takes the state that is to be told; false when the last call has shown it.
func (t *Tracker) next() (Progress, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	untold := t.untold
	t.untold = false
	return t.state, untold
}

// tell calls fn, unless it is too early, or another goroutine is doing so, which then
// calls once more.
func (t *Tracker) tell(atOnce bool) {
	if t == nil || t.fn == nil || t.wanted != nil && !t.wanted() || !atOnce && t.early() {
		return
	}
	t.call()
}

// early reports that a change has to wait, and has the timer see to it.
func (t *Tracker) early() bool {
	if t.interval < 0 {
		return false
	}
	if t.waiting.Load() {
		return true
	}
	t.clock.Lock()
	defer t.clock.Unlock()
	left := t.interval - time.Since(t.last)
	if left <= 0 || t.last.IsZero() {
		return false
	}
	if t.waiting.Swap(true) {
		return true
	}
	if t.timer == nil {
		t.timer = time.AfterFunc(left, t.due)
	} else {
		t.timer.Reset(left)
	}
	return true
}

// due tells what has waited.
func (t *Tracker) due() {
	t.waiting.Store(false)
	t.call()
}

func (t *Tracker) call() {
	if t.pending.Add(1) != 1 {
		return
	}
	for n := int64(1); n != 0; n = t.pending.Add(-n) {
		t.callOnce()
	}
}

func (t *Tracker) callOnce() {
	t.telling.Lock()
	defer t.telling.Unlock()
	if t.stopped {
		return
	}
	if p, untold := t.next(); untold {
		t.called()
		t.fn(p)
	}
}

// called begins a new interval.
func (t *Tracker) called() {
	if t.interval < 0 {
		return
	}
	t.clock.Lock()
	defer t.clock.Unlock()
	t.last = time.Now()
}

// Finish tells the end of a successful transfer, after which there are no calls.
func (t *Tracker) Finish(size int64, parts int) {
	t.change(func(p *Progress) {
		*p = Progress{Bytes: size, Total: size, Parts: parts, PartsDone: parts, Retries: p.Retries, Done: true}
	})
	t.Stop()
}

// Stop waits for a call that is running, tells a change that has waited, and lets no
// further call be made.
func (t *Tracker) Stop() {
	if t == nil {
		return
	}
	t.telling.Lock()
	defer t.telling.Unlock()
	if t.stopped {
		return
	}
	t.stopped = true
	t.clock.Lock()
	if t.timer != nil {
		t.timer.Stop()
	}
	t.clock.Unlock()
	if p, untold := t.next(); untold && t.fn != nil && (t.wanted == nil || t.wanted()) {
		t.fn(p)
	}
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
		changed = p.count(min(max(p.reported[0], p.reported[1], 0), p.size), func(s *Progress, delta int64) { s.add(delta) })
	}
	p.mu.Unlock()
	if changed {
		p.tracker.tell(false)
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
	if done {
		p.count(p.size, func(s *Progress, delta int64) {
			s.Bytes += delta
			s.PartsDone++
		})
	} else {
		p.count(0, func(s *Progress, delta int64) { s.Bytes += delta })
	}
	p.mu.Unlock()
	p.tracker.tell(false)
}

// count brings the tracker's sum to bytes of this part. It runs under p.mu, so
// that the sum never shows a part above its size or below 0.
func (p *partProgress) count(bytes int64, change func(s *Progress, delta int64)) (changed bool) {
	delta := bytes - p.counted
	p.counted = bytes
	p.tracker.change(func(s *Progress) { change(s, delta) })
	return delta != 0
}
