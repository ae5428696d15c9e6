package multipart

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// every makes a tracker that tells every change.
func every(fn func(Progress)) *Tracker {
	return NewTracker(TrackerOptions{Progress: fn, Interval: -1})
}

func TestProgressWithoutReports(t *testing.T) {
	for _, known := range []bool{true, false} {
		var seen []Progress
		o := tiny()
		o.Concurrency = 1
		o.Tracker = every(func(p Progress) { seen = append(seen, p) })
		size, total, parts := int64(-1), int64(-1), 0
		if known {
			size, total, parts = 25, 25, 3
		}
		_, err := run(t, t.Context(), mustReader(t, plain(bytes.NewReader(pattern(25))), size), &fake{}, o)
		require.NoError(t, err)
		want := []Progress{
			{Bytes: 0, Total: total, Parts: parts},
			{Bytes: 10, Total: total, Parts: parts, PartsDone: 1},
			{Bytes: 20, Total: total, Parts: parts, PartsDone: 2},
			{Bytes: 25, Total: total, Parts: parts, PartsDone: 3},
			{Bytes: 25, Total: 25, Parts: 3, PartsDone: 3},
			{Bytes: 25, Total: 25, Parts: 3, PartsDone: 3, Done: true},
		}
		if known {
			want = append(want[:4:4], want[5]) // the totals are no news
		} else {
			want = want[1:] // nothing is known that was not
		}
		require.Equal(t, want, seen)
	}
}

func TestProgressOfAWholeObject(t *testing.T) {
	for _, size := range []int{0, 5} {
		var last Progress
		o := tiny()
		o.Tracker = every(func(p Progress) { last = p })
		_, err := run(t, t.Context(), mustReader(t, bytes.NewReader(pattern(size)), -1), &fake{}, o)
		require.NoError(t, err)
		require.Equal(t, Progress{Bytes: int64(size), Total: int64(size), Parts: 1, PartsDone: 1, Done: true}, last)
	}
}

// Reports are kept within each part, so retries, framing and late transports
// can't spoil the sum.
func TestProgressOfReports(t *testing.T) {
	var seen []int64
	var last Progress
	o := tiny()
	o.Concurrency = 1
	o.Tracker = every(func(p Progress) {
		if len(seen) == 0 || seen[len(seen)-1] != p.Bytes {
			seen = append(seen, p.Bytes)
		}
		last = p
	})
	var late Body
	f := &fake{part: func(_ context.Context, b Body) error {
		switch b.Number {
		case 1:
			b.Sent(4)
			b.Sent(-4) // rolled back
			b.Sent(0)
			b.Sent(10)
			late = b
		case 2:
			late.Sent(-10)
			b.Sent(3)
			b.Sent(90) // counts its framing
		case 3:
			b.Sent(2)
			b.Sent(-9)
		}
		return nil
	}}
	_, err := run(t, t.Context(), mustReader(t, bytes.NewReader(pattern(25)), -1), f, o)
	require.NoError(t, err)
	require.Equal(t, []int64{0, 4, 0, 10, 13, 20, 22, 20, 25}, seen)
	require.True(t, last.Done)
	late.Sent(5)
	require.EqualValues(t, 25, last.Bytes, "a call after the end")
}

func TestProgressOfAFailure(t *testing.T) {
	for _, size := range []int{5, 25} {
		var last Progress
		o := tiny()
		o.Concurrency = 1
		o.Tracker = every(func(p Progress) { last = p })
		fail := func(_ context.Context, b Body) error {
			b.Sent(5)
			if b.Number != 1 {
				return errors.New("broken")
			}
			return nil
		}
		_, err := run(t, t.Context(), mustReader(t, bytes.NewReader(pattern(size)), -1), &fake{put: fail, part: fail}, o)
		require.Error(t, err)
		require.False(t, last.Done)
		require.Equal(t, int64(10*last.PartsDone), last.Bytes, "what the failed part sent is taken back")
		require.Equal(t, size == 25, last.PartsDone == 1)
	}
}

func TestTracker(t *testing.T) {
	var tr *Tracker
	tr.Add(5)
	tr.Expect(1, 1)
	require.Equal(t, Progress{Total: -1}, tr.Snapshot())

	tr.PartDone()
	tr.Finish(1, 1)
	tr.Stop()

	tr = NewTracker(TrackerOptions{})
	tr.Add(5)
	tr.Add(-2)
	tr.Expect(10, 2)
	require.Equal(t, Progress{Bytes: 3, Total: 10, Parts: 2, Retries: 1}, tr.Snapshot())
	tr.Finish(10, 2)
	require.True(t, tr.Snapshot().Done)
}

// Many goroutines report: calls don't overlap, states don't go back (all deltas
// are positive here), and the last call shows everything.
func TestTrackerFromManyGoroutines(t *testing.T) {
	running := false // racy unless calls are serialised
	var last Progress
	tr := every(func(p Progress) {
		require.False(t, running)
		running = true
		require.GreaterOrEqual(t, p.Bytes, last.Bytes)
		last = p
		running = false
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				tr.Add(1)
			}
		})
	}
	wg.Wait()
	tr.Stop() // waits for a call that is running
	require.EqualValues(t, 8000, last.Bytes)
}

// A slow function delays nobody but the goroutine that calls it, and the end.
func TestTrackerDoesNotHoldUpOthers(t *testing.T) {
	var seen []int64
	called, proceed := make(chan struct{}), make(chan struct{})
	tr := every(func(p Progress) {
		seen = append(seen, p.Bytes)
		if len(seen) == 1 {
			close(called)
			<-proceed
		}
	})
	var wg sync.WaitGroup
	wg.Go(func() { tr.Add(1) })
	<-called
	tr.Add(1)
	tr.Add(1) // both return although the call is running
	close(proceed)
	wg.Wait()
	require.Equal(t, []int64{1, 3}, seen)

	tr.Finish(5, 1)
	tr.Add(1)
	require.Equal(t, []int64{1, 3, 5}, seen, "nothing after the end")
}

// The function may look and report without a deadlock.
func TestTrackerIsReentrant(t *testing.T) {
	var tr *Tracker
	calls := 0
	tr = every(func(p Progress) {
		if calls++; calls < 3 {
			require.Equal(t, p, tr.Snapshot())
			tr.Add(1)
		}
	})
	tr.Add(1)
	require.Equal(t, 3, calls)
	require.EqualValues(t, 3, tr.Snapshot().Bytes)
}

// told is a call of a tracker's function.
type told struct {
	after time.Duration
	bytes int64
}

func TestTrackerRate(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		want     []told
	}{
		{0, []told{{0, 1}, {100 * time.Millisecond, 4}, {200 * time.Millisecond, 7}, {270 * time.Millisecond, 9}}},
		{95 * time.Millisecond, []told{{0, 1}, {95 * time.Millisecond, 4}, {190 * time.Millisecond, 7}, {270 * time.Millisecond, 9}}},
		{time.Hour, []told{{0, 1}, {270 * time.Millisecond, 9}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var seen []told
			began := time.Now()
			tr := NewTracker(TrackerOptions{Interval: c.interval, Progress: func(p Progress) {
				seen = append(seen, told{time.Since(began), p.Bytes})
			}})
			for range 9 {
				tr.Add(1)
				synctest.Wait()
				time.Sleep(30 * time.Millisecond)
				synctest.Wait()
			}
			tr.Stop()
			tr.Add(1)
			time.Sleep(2 * time.Hour)
			require.Equal(t, c.want, seen)
		})
	}
}

// A change that has waited is told although none follows, and once.
func TestTrackerTellsTheLatestOfAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []told
		began := time.Now()
		tr := NewTracker(TrackerOptions{Progress: func(p Progress) { seen = append(seen, told{time.Since(began), p.Bytes}) }})
		defer tr.Stop()
		tr.Add(1)
		tr.Add(1)
		tr.PartDone()
		tr.Add(-1)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []told{{0, 1}, {DefaultProgressInterval, 1}}, seen)
		tr.Add(4)
		require.Equal(t, told{time.Minute, 5}, seen[2], "the interval is over")
	})
}

// New totals do not wait.
func TestTrackerTellsTotalsAtOnce(t *testing.T) {
	var seen []Progress
	tr := NewTracker(TrackerOptions{Interval: time.Hour, Progress: func(p Progress) { seen = append(seen, p) }})
	tr.Expect(9, 3)
	tr.Add(1)
	tr.Expect(9, 3)
	tr.Expect(10, 3)
	tr.Finish(10, 3)
	require.Equal(t, []Progress{
		{Total: 9, Parts: 3},
		{Total: 9, Parts: 3, Bytes: 1}, // it was there to be told
		{Total: 10, Parts: 3, Bytes: 1},
		{Total: 10, Parts: 3, Bytes: 10, PartsDone: 3, Done: true},
	}, seen)
}

// While nobody wants to know, nothing is told and no timer runs.
func TestTrackerOfNobody(t *testing.T) {
	var wanted atomic.Bool
	var seen []int64
	tr := NewTracker(TrackerOptions{Interval: time.Hour, Wanted: wanted.Load, Progress: func(p Progress) { seen = append(seen, p.Bytes) }})
	tr.Add(1)
	tr.Expect(5, 1)
	require.Empty(t, seen)
	require.Nil(t, tr.timer)
	require.EqualValues(t, 1, tr.Snapshot().Bytes)
	wanted.Store(true)
	tr.Add(1)
	require.Equal(t, []int64{2}, seen)
	tr.Add(1)
	require.NotNil(t, tr.timer)
	wanted.Store(false)
	tr.Finish(5, 1)
	require.Equal(t, []int64{2}, seen)
}

// A count costs no allocation, whoever listens.
func TestTrackerAllocations(t *testing.T) {
	for name, o := range map[string]TrackerOptions{
		"nobody": {Wanted: func() bool { return false }, Progress: func(Progress) {}},
		"slow":   {Interval: time.Hour, Progress: func(Progress) {}},
		"every":  {Interval: -1, Progress: func(Progress) {}},
	} {
		tr := NewTracker(o)
		p := &partProgress{tracker: tr, size: 1 << 40}
		p.sent(0, 1)
		p.sent(0, 1)
		require.Zero(t, testing.AllocsPerRun(100, func() { p.sent(0, 1) }), name)
		tr.Stop()
	}
}

func BenchmarkTracker(b *testing.B) {
	for name, o := range map[string]TrackerOptions{
		"nobody":   {Wanted: func() bool { return false }, Progress: func(Progress) {}},
		"interval": {Progress: func(Progress) {}},
		"every":    {Interval: -1, Progress: func(Progress) {}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			tr := NewTracker(o)
			defer tr.Stop()
			p := &partProgress{tracker: tr, size: 1 << 62}
			for b.Loop() {
				p.sent(0, 1)
			}
		})
	}
}
