// Package await finds the moments at which a call waits for what is around it, and ends its
// context at each of them, for tests only.
//
// A scenario runs in a bubble of package testing/synctest, where time costs nothing, against an
// HTTP server at the other end of connections in memory. Each dial, each write to a connection,
// each read from one and each read or write of the caller's own body is a point. The scenario
// runs once to its end, which counts them, and then three times for each: see [Mode]. What a
// call waits for beside that, a slot, memory, bandwidth or its next attempt, is reached by
// [Behind], which ends the context when nothing moves any more.
package await

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Within is how long a call may take to return when its context has ended.
const Within = time.Second

// Mode is how the context ends at a point.
type Mode string

// The modes.
const (
	// Never: the scenario runs to its end.
	Never Mode = "not at all"
	// At: at the point itself, while others are at work.
	At Mode = "at once"
	// Behind: after the point, as soon as everybody waits for something.
	Behind Mode = "when all wait"
	// Stalled: the point never ends, as on a network that has gone, and the context does
	// 10 ms later. The caller's own readers and writers don't stall: then it is Behind.
	Stalled Mode = "while it stalls"
)

const (
	stall   = 10 * time.Millisecond
	settled = time.Second
)

var errEnded = errors.New("the test has had enough")

// Every runs the scenario to its end, and then once for each of its points and modes. The
// scenario makes what it needs anew each time, uses [Run.Call] once, and looks at what is left.
// It must not succeed in spite of the end of its context more often than every third time.
func Every(t *testing.T, scenario func(t *testing.T, r *Run)) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	count := one(t, &Run{mode: Never, stacks: stacks}, scenario)
	require.NotZero(t, count.seen, "nothing was waited for")
	ended, through := 0, 0
	for at := 1; at <= count.seen; at++ {
		for _, mode := range []Mode{At, Behind, Stalled} {
			r := one(t, &Run{mode: mode, at: at, stacks: stacks}, scenario)
			if !r.ended.IsZero() {
				ended++
			}
			if !r.ended.IsZero() && r.err == nil {
				through++
			}
		}
	}
	// The order of things, and with it their number, is another in each run: the last points of
	// one may not be there in the next.
	require.GreaterOrEqual(t, ended, count.seen, "hardly a run came to its point")
	require.LessOrEqual(t, 3*through, ended, "%d of %d calls did not mind the end of their context", through, ended)
	t.Logf("%d points, %d calls ended, %d of them too late to matter", count.seen, ended, through)
}

func one(t *testing.T, r *Run, scenario func(*testing.T, *Run)) *Run {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r.t, r.over = t, make(chan struct{})
		defer func() {
			if t.Failed() {
				t.Logf("the context ended %s of point %d, %s", r.mode, r.at, r.point)
			}
			close(r.over)
			for _, stop := range r.stops {
				stop()
			}
		}()
		scenario(t, r)
		require.True(t, r.called, "the scenario calls nothing")
	})
	return r
}

// Run is one run of a scenario.
type Run struct {
	// Dir: no file below it may be open after the call that was not before. Empty: none is
	// looked at.
	Dir string

	t      *testing.T
	mode   Mode
	at     int
	stacks []byte
	over   chan struct{} // the end of the run, and of all that stalls
	stops  []func()

	mu     sync.Mutex
	end    context.CancelCauseFunc // of the call that is under way; nil: none
	seen   int
	point  string
	ended  time.Time
	called bool
	err    error
}

// Call runs the call that the scenario is about. It must return within a second of the end of
// its context, with that and its cause in its error, and nothing that it has begun may be left:
// no goroutine, no open file. What it returns is the call's error, nil when it was too late for
// the end to matter.
func (r *Run) Call(call func(ctx context.Context) error) error {
	r.t.Helper()
	before := files(r.Dir)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	r.mu.Lock()
	r.end, r.called = cancel, true
	r.mu.Unlock()

	err := call(ctx)

	r.mu.Lock()
	r.end, r.err = nil, err
	ended := r.ended
	r.mu.Unlock()
	if ended.IsZero() {
		require.NoError(r.t, err)
	} else {
		require.LessOrEqual(r.t, time.Since(ended), Within, "the call goes on")
	}
	if err != nil {
		require.ErrorIs(r.t, err, context.Canceled)
		require.ErrorIs(r.t, err, errEnded)
		require.NotContains(r.t, err.Error(), "\n")
	}
	synctest.Wait()
	require.Empty(r.t, goroutines(r.stacks), "goroutines are left")
	require.Subset(r.t, before, files(r.Dir), "files are left open")
	time.Sleep(settled) // the server may be at work on what was cut off
	return err
}

// Stalls: the network is gone for one of the requests, so that the call can't know what became
// of it.
func (r *Run) Stalls() bool { return r.mode == Stalled }

// reach is a point. It reports whether the point is to stall.
func (r *Run) reach(what string, stalls bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end == nil || !r.ended.IsZero() {
		return false
	}
	r.seen++
	if r.seen != r.at {
		return false
	}
	r.point = what
	switch {
	case r.mode == At:
		r.ended = time.Now()
		r.end(errEnded)
		return false
	case r.mode == Stalled && stalls:
		time.AfterFunc(stall, r.finish)
		return true
	}
	time.AfterFunc(1, r.finish)
	return false
}

// finish ends the context of the call, unless it is through.
func (r *Run) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end != nil {
		r.ended = time.Now()
		r.end(errEnded)
	}
}

// Reader makes each read of the caller's body a point.
func (r *Run) Reader(src io.Reader) io.Reader { return &reader{src, r} }

type reader struct {
	src io.Reader
	run *Run
}

func (b *reader) Read(p []byte) (int, error) {
	b.run.reach("read of the body", false)
	return b.src.Read(p)
}

// ReaderAt makes each read of the caller's body at an offset a point.
func (r *Run) ReaderAt(src io.ReaderAt) io.ReaderAt { return &readerAt{src, r} }

type readerAt struct {
	src io.ReaderAt
	run *Run
}

func (b *readerAt) ReadAt(p []byte, off int64) (int, error) {
	b.run.reach(fmt.Sprintf("read of the body at %d", off), false)
	return b.src.ReadAt(p, off)
}

// WriterAt makes each write to where the caller wants it a point.
func (r *Run) WriterAt(dst io.WriterAt) io.WriterAt { return &writerAt{dst, r} }

type writerAt struct {
	dst io.WriterAt
	run *Run
}

func (b *writerAt) WriteAt(p []byte, off int64) (int, error) {
	b.run.reach(fmt.Sprintf("write at %d", off), false)
	return b.dst.WriteAt(p, off)
}
