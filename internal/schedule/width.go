package schedule

import "time"

const (
	window     = 250 * time.Millisecond // least time that throughput is measured over
	windowEnds = 8                      // and least number of requests that end in it
	probePause = 15 * time.Second       // after a width that brought nothing
	narrowPace = time.Second            // between two steps down: it takes so long to show
	widenPace  = 2 * time.Second        // between two steps back up after throttling
	// requestCost is what a request counts beside the bytes that it moves, so that the
	// throughput of small ones is that of requests.
	requestCost = 64 << 10
	// leastGain is the share of a step that throughput has to follow: half as many
	// requests more must move a tenth more bytes.
	leastGain = 0.2
)

// width is how many requests may be in flight. It climbs while throughput rises with it,
// goes back a step when it doesn't, and tries again now and then; it falls when the server
// asks for less, and comes back one by one. What it knows it has from requests that end:
// there is no timer.
type width struct {
	now, most int
	fixed     bool

	// The window that is open: from the end of one request to that of another.
	settling int // requests to end before it opens: they began under another width
	opened   time.Time
	ended    int
	bytes    int64
	busy     int           // slots in use at present
	since    time.Time     // so many
	idle     time.Duration // of all slots together

	from     int     // the width before the step under trial, 0 for no trial
	rate     float64 // bytes per second at from, or at now
	probe    time.Time
	goal     int // the width before throttling, to come back to; 0: it is there
	narrowed time.Time
}

func newWidth(o Options) width {
	w := width{now: o.Start, most: o.Concurrency, fixed: !o.Adapt}
	w.settling = w.now
	return w
}

// used takes note of how many slots are in use from now on.
func (w *width) used(busy int) {
	if w.fixed {
		return
	}
	at := time.Now()
	w.count(at)
	w.busy = busy
}

// count adds up the time that slots had nothing to do.
func (w *width) count(at time.Time) {
	w.idle += time.Duration(max(w.now-w.busy, 0)) * at.Sub(w.since)
	w.since = at
}

// wanted: nearly all slots were in use since the window was opened. Where there was not
// enough to do, throughput says nothing about the width.
func (w *width) wanted(at time.Time) bool {
	w.count(at)
	return w.idle*4 < time.Duration(w.now)*at.Sub(w.opened)
}

// finished takes note of a request that moved bytes.
func (w *width) finished(at time.Time, bytes int64) {
	if w.fixed || bytes <= 0 {
		return
	}
	if w.now < w.goal {
		if at.Sub(w.opened) >= widenPace {
			if w.wanted(at) {
				w.set(at, w.now+1)
			} else {
				w.open(at)
			}
		}
		return
	}
	w.goal = 0
	if w.settling > 0 {
		if w.settling--; w.settling == 0 {
			w.open(at)
		}
		return
	}
	w.ended++
	w.bytes += bytes + requestCost
	// Requests that share a connection's way end in step, so that whole rounds of them
	// make a fair window.
	if w.ended >= windowEnds && w.ended%w.now == 0 && at.Sub(w.opened) >= window {
		w.judge(at)
		w.open(at)
	}
}

func (w *width) open(at time.Time) {
	w.opened, w.ended, w.bytes = at, 0, 0
	w.since, w.idle = at, 0
}

// judge decides at the end of a window.
func (w *width) judge(at time.Time) {
	if !w.wanted(at) {
		return
	}
	rate := float64(w.bytes) / at.Sub(w.opened).Seconds()
	if w.from > 0 {
		step := float64(w.now)/float64(w.from) - 1
		if rate < w.rate*(1+leastGain*step) {
			w.set(at, w.from)
			w.from, w.probe = 0, at.Add(probePause)
			return
		}
		w.from = 0
	}
	w.rate = rate
	if w.now < w.most && !at.Before(w.probe) {
		from := w.now
		w.set(at, min(w.now+max(w.now/2, 1), w.most))
		w.from = from
	}
}

// set changes the width, and lets those end that are under way.
func (w *width) set(at time.Time, n int) {
	w.settling = max(w.now, n)
	w.now = n
	w.open(at)
}

// throttled narrows by three tenths, once for all requests that are refused together.
func (w *width) throttled(at time.Time) {
	if w.fixed || !w.narrowed.IsZero() && at.Sub(w.narrowed) < narrowPace {
		return
	}
	before := w.now
	if w.from > 0 {
		before = w.from // the step was one too many
	}
	w.goal = max(w.goal, before)
	w.from, w.probe = 0, at.Add(probePause)
	w.set(at, max(w.now*7/10, 1))
	w.narrowed = at
}
