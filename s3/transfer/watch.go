package transfer

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/stowage-go/stowage/internal/multipart"
)

// maxPending is the number of events that are kept for a watcher who is slow.
const maxPending = 256

// EventKind is what an [Event] tells of.
type EventKind int

// The kinds of events, those that weigh more later.
const (
	// EventStarted: the transfer began, or ran already when the watch began.
	EventStarted EventKind = iota + 1
	// EventProgress: bytes moved, or the total became known.
	EventProgress
	// EventPartDone: at least one more part is through; Event.PartsDone tells how many are.
	EventPartDone
	// EventRetried: at least one more attempt was given up and its bytes taken back;
	// Event.Retries tells how many were.
	EventRetried
	// EventFinished: the transfer succeeded. It is its last event.
	EventFinished
	// EventFailed: the transfer failed, by Event.Err. It is its last event.
	EventFailed
)

// String is the kind's name in lower case.
func (k EventKind) String() string {
	switch k {
	case EventStarted:
		return "started"
	case EventProgress:
		return "progress"
	case EventPartDone:
		return "part done"
	case EventRetried:
		return "retried"
	case EventFinished:
		return "finished"
	case EventFailed:
		return "failed"
	}
	return "unknown"
}

// passing: a later event of the transfer tells all that this one does.
func (k EventKind) passing() bool {
	return k == EventProgress || k == EventPartDone || k == EventRetried
}

// Event is something that happened to a transfer of a [Manager].
type Event struct {
	Kind EventKind
	// ID of the transfer, from 1 on for each manager in the order in which they began.
	ID int64
	// Operation, Bucket and Key name it; of a copy they are the destination's.
	Operation   Operation
	Bucket, Key string
	// Progress of the transfer: its Bytes, Total, PartsDone, Parts, Retries and Done.
	Progress
	// Err is why it failed, of EventFailed only.
	Err error
	// Totals of the manager when it happened.
	Totals Totals
	// Missed is the number of events before this one that were dropped because the
	// watcher was slow; Totals count what they told all the same.
	Missed int
}

// Totals are sums over the transfers of a [Manager] since it was made.
type Totals struct {
	// Running, Finished and Failed are numbers of transfers.
	Running, Finished, Failed int
	// Bytes that were moved and Total bytes to be moved by all transfers that run or have
	// finished. What a failed one moved does not count.
	Bytes, Total int64
	// Unknown is the number of those transfers whose total is not known and therefore
	// missing in Total.
	Unknown int
}

// count adds a transfer's state, or with sign -1 takes it out.
func (t *Totals) count(p Progress, sign int) {
	t.Bytes += int64(sign) * p.Bytes
	if p.Total < 0 {
		t.Unknown += sign
	} else {
		t.Total += int64(sign) * p.Total
	}
}

// Watch returns the events of all transfers of the manager, from this call on until ctx
// ends or the loop is left:
//
//	for e := range m.Watch(ctx) {
//		bar(e.ID).Set(e.Bytes, e.Total)
//	}
//
// Each transfer has an EventStarted, which is told at once of those that run already, any
// number of events of its progress, and an EventFinished or EventFailed. Progress is told
// at the transfer's [Options].ProgressInterval; several changes since the last event are
// one, of the kind that weighs most. When ctx ends, the events that came before are still
// told.
//
// No transfer ever waits for the loop: while it is busy, the events of a transfer's
// progress become one that shows the latest state. At most 256 events are kept; beyond
// that the oldest are dropped, those of progress first, and [Event].Missed tells how many.
// Any number of watches may run at the same time. A watch that is not ranged over keeps
// its 256 events until ctx ends. The sequence is for one loop.
func (m *Manager) Watch(ctx context.Context) iter.Seq[Event] {
	w := m.events.join()
	stop := context.AfterFunc(ctx, func() { m.events.leave(w) })
	return func(yield func(Event) bool) {
		defer m.events.leave(w)
		defer stop()
		for {
			e, ok := w.next()
			if ok {
				if !yield(e) {
					return
				}
				continue
			}
			select {
			case <-w.more:
			case <-w.left:
				if e, ok := w.next(); ok && yield(e) {
					continue
				}
				return
			}
		}
	}
}

// begin registers a transfer, which counts with the Tracker of what is returned and has
// to be ended by end:
//
//	t := m.begin(OperationUpload, bucket, key, &o)
//	defer func() { t.end(err) }()
func (m *Manager) begin(operation Operation, bucket, key string, o *Options) *transferring {
	t := &transferring{hub: m.events, measured: m.meter.Transfer(operation.String())}
	t.state = Event{Operation: operation, Bucket: bucket, Key: key, Progress: Progress{Total: -1}}
	tracker := multipart.TrackerOptions{Measured: t.measured, Interval: o.ProgressInterval, Wanted: t.hub.watched, Progress: func(multipart.Progress) { t.hub.changed(t) }}
	if report := o.Progress; report != nil {
		tracker.Wanted = nil
		tracker.Progress = func(p multipart.Progress) {
			report(progressOf(p))
			t.hub.changed(t)
		}
	}
	t.Tracker = multipart.NewTracker(tracker)
	t.hub.add(t)
	return t
}

func progressOf(p multipart.Progress) Progress {
	return Progress{Bytes: p.Bytes, Total: p.Total, PartsDone: p.PartsDone, Parts: p.Parts, Retries: p.Retries, Done: p.Done}
}

// transferring is one transfer under way.
type transferring struct {
	*multipart.Tracker
	hub      *hub
	measured *multipart.Measured
	state    Event // as the totals have it
}

// end is the end of the transfer, for better or worse.
func (t *transferring) end(err error) {
	t.Stop()
	t.measured.End(err)
	t.hub.remove(t, err)
}

// hub knows the transfers of a manager and who watches them. Its zero value is ready.
type hub struct {
	watching atomic.Int32 // number of watchers

	mu       sync.Mutex
	ids      int64
	running  map[int64]*transferring
	watchers []*watcher
	totals   Totals
}

func (h *hub) watched() bool { return h.watching.Load() > 0 }

func (h *hub) add(t *transferring) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running == nil {
		h.running = make(map[int64]*transferring)
	}
	h.ids++
	t.state.ID = h.ids
	h.running[t.state.ID] = t
	h.totals.Running++
	h.totals.count(t.state.Progress, 1)
	h.tell(t, EventStarted)
}

// changed tells the watchers how far a transfer is.
func (h *hub) changed(t *transferring) {
	if !h.watched() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	before := t.state.Progress
	h.look(t)
	switch now := t.state.Progress; {
	case now == before || now.Done: // the end is told by remove
	case now.Retries > before.Retries:
		h.tell(t, EventRetried)
	case now.PartsDone > before.PartsDone:
		h.tell(t, EventPartDone)
	default:
		h.tell(t, EventProgress)
	}
}

// look brings a transfer's state, and the totals, to what it is now.
func (h *hub) look(t *transferring) {
	h.totals.count(t.state.Progress, -1)
	t.state.Progress = progressOf(t.Snapshot())
	h.totals.count(t.state.Progress, 1)
}

func (h *hub) remove(t *transferring, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.look(t)
	delete(h.running, t.state.ID)
	h.totals.Running--
	if err == nil {
		h.totals.Finished++
		h.tell(t, EventFinished)
		return
	}
	h.totals.Failed++
	h.totals.count(t.state.Progress, -1)
	t.state.Err = err
	h.tell(t, EventFailed)
}

func (h *hub) tell(t *transferring, kind EventKind) {
	e := t.state
	e.Kind, e.Totals = kind, h.totals
	for _, w := range h.watchers {
		w.add(e)
	}
}

// join makes a watcher, who is told of the transfers that run.
func (h *hub) join() *watcher {
	w := &watcher{more: make(chan struct{}, 1), left: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.running {
		h.look(t)
	}
	for _, id := range slices.Sorted(maps.Keys(h.running)) {
		e := h.running[id].state
		e.Kind, e.Totals = EventStarted, h.totals
		w.add(e)
	}
	h.watchers = append(h.watchers, w)
	h.watching.Add(1)
	return w
}

func (h *hub) leave(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(h.watchers, w); i >= 0 {
		h.watchers = slices.Delete(h.watchers, i, i+1)
		h.watching.Add(-1)
		close(w.left)
	}
}

// watcher holds the events that a loop has yet to see.
type watcher struct {
	more chan struct{} // holds one when there are events
	left chan struct{} // closed when there will be no more

	mu      sync.Mutex
	pending []Event
	missed  int
}

func (w *watcher) add(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// What waits of the transfer's progress is out of date, unless this is its beginning.
	if i := slices.IndexFunc(w.pending, func(p Event) bool { return p.ID == e.ID && p.Kind.passing() }); i >= 0 {
		e.Kind = max(e.Kind, w.pending[i].Kind)
		w.pending = slices.Delete(w.pending, i, i+1)
	}
	if len(w.pending) == maxPending {
		oldest := max(slices.IndexFunc(w.pending, func(p Event) bool { return p.Kind.passing() }), 0)
		w.pending = slices.Delete(w.pending, oldest, oldest+1)
		w.missed++
	}
	w.pending = append(w.pending, e)
	select {
	case w.more <- struct{}{}:
	default:
	}
}

func (w *watcher) next() (Event, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.pending) == 0 {
		return Event{}, false
	}
	e := w.pending[0]
	e.Missed, w.missed = w.missed, 0
	w.pending = slices.Delete(w.pending, 0, 1)
	return e, true
}
