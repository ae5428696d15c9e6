package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// watched runs a function beside a watch and returns the events of all that it did.
// Each of seen is told of an event when the watch has it.
func watched(t *testing.T, m *Manager, act func(), seen ...func(Event)) (events []Event) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	watch := m.Watch(ctx)
	var reader sync.WaitGroup
	reader.Go(func() {
		for e := range watch {
			events = append(events, e)
			for _, tell := range seen {
				tell(e)
			}
		}
	})
	act()
	stop()
	reader.Wait()
	return events
}

func kinds(events []Event) (k []EventKind) {
	for _, e := range events {
		k = append(k, e.Kind)
	}
	return k
}

func TestWatch(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t), func(o *Options) { o.ProgressInterval = -1 })
	// A watch that lags is told of the end in place of the parts.
	partSeen := make(chan struct{})
	once := sync.OnceFunc(func() { close(partSeen) })
	s.setBefore(func(e *exchange) *reply {
		if e.Op == "CompleteMultipartUpload" {
			select {
			case <-partSeen:
			case <-time.After(10 * time.Second):
			}
		}
		return nil
	})
	var told []Progress
	events := watched(t, m, func() {
		_, err := m.Upload(t.Context(), input(bytes.NewReader(pattern(3*partSize))), func(o *Options) {
			o.Progress = func(p Progress) { told = append(told, p) }
		})
		require.NoError(t, err)
	}, func(e Event) {
		if e.Kind == EventPartDone {
			once()
		}
	})
	first, last := events[0], events[len(events)-1]
	require.Equal(t, Event{
		Kind: EventStarted, ID: 1, Operation: OperationUpload, Bucket: "bucket", Key: "some/key",
		Progress: Progress{Total: -1}, Totals: Totals{Running: 1, Unknown: 1},
	}, first)
	done := Progress{Bytes: 3 * partSize, Total: 3 * partSize, PartsDone: 3, Parts: 3, Done: true}
	require.Equal(t, Event{
		Kind: EventFinished, ID: 1, Operation: OperationUpload, Bucket: "bucket", Key: "some/key",
		Progress: done, Totals: Totals{Finished: 1, Bytes: 3 * partSize, Total: 3 * partSize},
	}, last)
	require.Equal(t, done, told[len(told)-1], "the function is told all the same")
	bytes, parts := int64(0), 0
	for _, e := range events[1 : len(events)-1] {
		require.Contains(t, []EventKind{EventProgress, EventPartDone}, e.Kind)
		require.GreaterOrEqual(t, e.Bytes, bytes)
		require.GreaterOrEqual(t, e.PartsDone, parts)
		require.Equal(t, Totals{Running: 1, Bytes: e.Bytes, Total: 3 * partSize}, e.Totals)
		bytes, parts = e.Bytes, e.PartsDone
	}
	require.Contains(t, kinds(events), EventPartDone)
}

func TestWatchOfRetryAndFailure(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	s.setBefore(func(e *exchange) *reply {
		switch {
		case e.Part == 1 && e.Attempt < 3:
			return refusal(503, "SlowDown")
		case e.Part == 3:
			return refusal(403, "AccessDenied")
		}
		return nil
	})
	m := newManager(t, s.newClient(t), func(o *Options) { o.ProgressInterval, o.Concurrency = -1, 1 })
	events := watched(t, m, func() {
		_, err := m.Upload(t.Context(), input(bytes.NewReader(pattern(4*partSize))))
		require.ErrorIs(t, err, s3.ErrAccessDenied)
	})
	require.Contains(t, kinds(events), EventRetried)
	last := events[len(events)-1]
	require.Equal(t, EventFailed, last.Kind)
	require.Equal(t, 3, last.Retries, "two attempts of the first part, and the one of the third")
	require.Equal(t, 2, last.PartsDone)
	require.EqualValues(t, 2*partSize, last.Bytes)
	require.ErrorIs(t, last.Err, s3.ErrAccessDenied)
	require.Equal(t, Totals{Failed: 1}, last.Totals)
	retries := 0
	for _, e := range events {
		if e.Kind == EventRetried {
			require.Greater(t, e.Retries, retries)
			retries = e.Retries
		}
	}
}

// Bad input is no transfer.
func TestWatchOfNothing(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()))
	require.Empty(t, watched(t, m, func() {
		_, err := m.Upload(t.Context(), nil)
		require.Error(t, err)
	}))
}

// Many transfers at once: every one is told from beginning to end, and the totals agree.
func TestWatchOfMany(t *testing.T) {
	s := startServer(t, small(s3.AWS()), true)
	m := newManager(t, s.newClient(t), func(o *Options) { o.ProgressInterval = -1 })
	sizes := []int64{0, 5, 3 * partSize, partSize + 1, 2 * partSize}
	var sum int64
	events := watched(t, m, func() {
		var all sync.WaitGroup
		for i, size := range sizes {
			sum += size
			all.Go(func() {
				in := input(plainReader(pattern(int(size))))
				in.Key = fmt.Sprint(i)
				if _, err := m.Upload(t.Context(), in); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
	running := map[int64]Event{}
	for _, e := range events {
		require.Zero(t, e.Missed)
		before, known := running[e.ID]
		require.Equal(t, e.Kind != EventStarted, known)
		if known {
			require.Equal(t, before.Key, e.Key)
			require.False(t, before.Kind == EventFinished, "told after its end")
		}
		running[e.ID] = e
	}
	require.Len(t, running, len(sizes))
	last := events[len(events)-1]
	require.Equal(t, Totals{Finished: len(sizes), Bytes: sum, Total: sum}, last.Totals)
}

// Who comes late is told of what runs; who leaves, of nothing more.
func TestWatchJoinsAndLeaves(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()), func(o *Options) { o.ProgressInterval = -1 })
	one := m.begin(OperationDownload, "b", "one", &m.options)
	two := m.begin(OperationCopy, "b", "two", &m.options)
	one.Expect(10, 2)
	one.Add(4)
	two.Add(1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	watch := m.Watch(ctx)
	require.EqualValues(t, 1, m.events.watching.Load())
	var seen []Event
	for e := range watch {
		if seen = append(seen, e); len(seen) == 2 {
			break
		}
	}
	require.Zero(t, m.events.watching.Load())
	require.Equal(t, []EventKind{EventStarted, EventStarted}, kinds(seen))
	require.Equal(t, []int64{1, 2}, []int64{seen[0].ID, seen[1].ID})
	require.Equal(t, OperationDownload, seen[0].Operation)
	require.EqualValues(t, 4, seen[0].Bytes)
	require.Equal(t, Totals{Running: 2, Bytes: 5, Total: 10, Unknown: 1}, seen[1].Totals)

	two.Finish(3, 1)
	two.end(nil)
	one.end(io.ErrUnexpectedEOF)
	for range watch {
		t.Fatal("the loop was left")
	}
	require.Equal(t, Totals{Finished: 1, Failed: 1, Bytes: 3, Total: 3}, m.events.totals, "counted while nobody watched")
	require.Empty(t, m.events.running)
}

func TestWatchersAreIndependent(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()))
	ctx, stop := context.WithCancel(t.Context())
	first, second := m.Watch(ctx), m.Watch(t.Context())
	one := m.begin(OperationUpload, "b", "k", &m.options)
	stop()
	synced(t, func() bool { return m.events.watching.Load() == 1 })
	one.end(nil)
	var got []EventKind
	for e := range first {
		got = append(got, e.Kind)
	}
	require.Equal(t, []EventKind{EventStarted}, got)
	got = nil
	for e := range second {
		if got = append(got, e.Kind); e.Kind == EventFinished {
			break
		}
	}
	require.Equal(t, []EventKind{EventStarted, EventFinished}, got)
}

// synced waits for something that another goroutine is about to do.
func synced(t *testing.T, done func() bool) {
	t.Helper()
	require.Eventually(t, done, 10*time.Second, time.Millisecond)
}

// A loop that is slow sees the latest state, and holds nobody up.
func TestWatchCoalesces(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()), func(o *Options) { o.ProgressInterval = -1 })
	ctx, stop := context.WithCancel(t.Context())
	watch := m.Watch(ctx)
	one, two := m.begin(OperationUpload, "b", "one", &m.options), m.begin(OperationUpload, "b", "two", &m.options)
	for range 1000 {
		one.Add(2)
		two.Add(1)
	}
	one.Add(-5)
	one.PartDone()
	one.Add(1)
	stop()
	synced(t, func() bool { return !m.events.watched() })
	two.Add(1)
	two.end(nil)
	one.end(nil)
	var got []Event
	for e := range watch {
		got = append(got, e)
	}
	require.Equal(t, []EventKind{EventStarted, EventStarted, EventProgress, EventRetried}, kinds(got))
	require.EqualValues(t, 1000, got[2].Bytes)
	require.EqualValues(t, 1996, got[3].Bytes)
	require.Equal(t, 1, got[3].PartsDone)
	require.Equal(t, Totals{Running: 2, Bytes: 2996, Unknown: 2}, got[3].Totals)
}

// The end replaces the progress that nobody has seen.
func TestWatchKeepsTheEnd(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()), func(o *Options) { o.ProgressInterval = -1 })
	one := m.begin(OperationUpload, "b", "one", &m.options)
	events := watched(t, m, func() {
		one.Add(1)
		one.Add(-1)
		one.Finish(7, 1)
		one.end(nil)
	})
	require.Equal(t, EventFinished, events[len(events)-1].Kind)
	require.Equal(t, Progress{Bytes: 7, Total: 7, Parts: 1, PartsDone: 1, Retries: 1, Done: true}, events[len(events)-1].Progress)
}

// However many events nobody takes, the memory is bounded, and what was lost is told.
func TestWatchIsBounded(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()), func(o *Options) { o.ProgressInterval = -1 })
	ctx, stop := context.WithCancel(t.Context())
	watch := m.Watch(ctx)
	const transfers = 1000
	for i := range transfers {
		tr := m.begin(OperationUpload, "b", fmt.Sprint(i), &m.options)
		tr.Add(1)
		tr.Finish(1, 1)
		tr.end(nil)
	}
	w := m.events.watchers[0]
	require.Len(t, w.pending, maxPending)
	require.LessOrEqual(t, cap(w.pending), 2*maxPending)
	stop()
	var got []Event
	for e := range watch {
		got = append(got, e)
	}
	require.Len(t, got, maxPending)
	require.Equal(t, 2*transfers-maxPending, got[0].Missed)
	require.Zero(t, got[1].Missed)
	require.Equal(t, Totals{Finished: transfers, Bytes: transfers, Total: transfers}, got[maxPending-1].Totals)
	require.True(t, slices.IsSortedFunc(got, func(a, b Event) int { return int(a.ID - b.ID) }))
}

// What passes is dropped before what does not.
func TestWatchDropsProgressFirst(t *testing.T) {
	w := &watcher{more: make(chan struct{}, 1)}
	w.add(Event{ID: 1, Kind: EventStarted})
	w.add(Event{ID: 1, Kind: EventProgress})
	for i := range maxPending {
		w.add(Event{ID: int64(2 + i), Kind: EventStarted})
	}
	require.Equal(t, EventStarted, w.pending[0].Kind)
	require.EqualValues(t, 2, w.pending[0].ID, "then the oldest")
	require.Equal(t, 2, w.missed)
	require.False(t, slices.ContainsFunc(w.pending, func(e Event) bool { return e.Kind == EventProgress }))
}

func TestWatchRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(s3.AWS())
		f.hook = func(_ context.Context, op string, _ any) error {
			if op == "UploadPart" {
				time.Sleep(10 * time.Millisecond)
			}
			return nil
		}
		m := newManager(t, f, func(o *Options) { o.Concurrency = 1 })
		events := watched(t, m, func() {
			_, err := m.Upload(t.Context(), input(bytes.NewReader(pattern(100*partSize))))
			require.NoError(t, err)
		})
		// A second, at ten a second; the beginning, the totals and the end.
		require.InDelta(t, 12, len(events), 2)
	})
}

func TestNamesOfEvents(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"upload": OperationUpload, "download": OperationDownload, "copy": OperationCopy,
		"started": EventStarted, "progress": EventProgress, "part done": EventPartDone, "retried": EventRetried,
		"finished": EventFinished, "failed": EventFailed,
	} {
		require.Equal(t, want, got.String())
	}
	require.Equal(t, "unknown", Operation(0).String())
	require.Equal(t, "unknown", EventKind(0).String())
}

// While nobody watches and nobody asked for progress, a change costs nothing worth naming.
func TestWatchOfNobodyIsFree(t *testing.T) {
	m := newManager(t, newFake(s3.AWS()))
	tr := m.begin(OperationUpload, "b", "k", &m.options)
	defer tr.end(errors.New("over"))
	require.Zero(t, testing.AllocsPerRun(100, func() { tr.Add(1) }))
	require.Equal(t, multipart.Progress{Total: -1, Bytes: 101}, tr.Snapshot())
}

func BenchmarkWatch(b *testing.B) {
	for _, watchers := range []int{0, 1, 8} {
		b.Run(fmt.Sprintf("watchers=%d", watchers), func(b *testing.B) {
			b.ReportAllocs()
			m := newManager(b, newFake(s3.AWS()))
			ctx, stop := context.WithCancel(b.Context())
			var all sync.WaitGroup
			for range watchers {
				watch := m.Watch(ctx)
				all.Go(func() {
					for range watch {
					}
				})
			}
			for b.Loop() {
				tr := m.begin(OperationUpload, "b", "k", &m.options)
				for range 16 {
					tr.Add(1)
				}
				tr.end(nil)
			}
			stop()
			all.Wait()
		})
	}
}
