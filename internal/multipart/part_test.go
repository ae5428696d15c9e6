package multipart

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/schedule"
)

// repeating is a fake whose parts may be sent twice. A part takes half a second; those that
// stall wait for their end. It notes the requests of each part.
type repeating struct {
	*fake
	forbidden bool
	takes     time.Duration
	stalls    map[int]bool
	// stalled answers a part that stalls; nil: it waits for the end of its context.
	stalled func(ctx context.Context, b Body) error

	mu       sync.Mutex
	requests map[int]int
	ended    atomic.Int64 // stalled requests that were cancelled
}

func newRepeating(stalls ...int) *repeating {
	f := &repeating{fake: &fake{}, takes: time.Second / 2, stalls: map[int]bool{}, requests: map[int]int{}}
	for _, number := range stalls {
		f.stalls[number] = true
	}
	f.part = func(ctx context.Context, b Body) error {
		f.mu.Lock()
		f.requests[b.Number]++
		first := f.requests[b.Number] == 1
		f.mu.Unlock()
		if first && f.stalls[b.Number] {
			b.Sent(b.Size() / 2)
			if f.stalled != nil {
				return f.stalled(ctx, b)
			}
			<-ctx.Done()
			f.ended.Add(1)
			b.Sent(-b.Size() / 2)
			return ctx.Err()
		}
		select {
		case <-time.After(f.takes):
			b.Sent(b.Size())
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f
}

func (f *repeating) RepeatParts() bool { return !f.forbidden }

func (f *repeating) Begin(ctx context.Context, plan Plan) (Target[receipt], error) {
	_, err := f.fake.Begin(ctx, plan)
	return f, err
}

func (f *repeating) repeated() (numbers []int) {
	for number, n := range f.requests {
		if n > 1 {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// slowUpload sends 400 bytes in 40 parts of half a second, ten at a time, which is two
// seconds where none stalls.
func slowUpload(t *testing.T, ctx context.Context, f *repeating, o Options) (time.Duration, error) {
	t.Helper()
	return slowUploadOf(t, ctx, f, bytes.NewReader(pattern(400)), o)
}

func slowUploadOf(t *testing.T, ctx context.Context, f *repeating, r io.Reader, o Options) (time.Duration, error) {
	t.Helper()
	began := time.Now()
	_, err := Upload(ctx, mustReader(t, r, -1), f, o)
	if err == nil {
		require.Equal(t, pattern(400), f.stored())
	}
	require.Empty(t, f.misuse)
	require.Zero(t, f.running)
	return time.Since(began), err
}

func ten() Options {
	o := tiny()
	o.Concurrency = 10
	return o
}

// One part that stalls costs about its estimate, which is a second here, and not the stall.
func TestStalledPartIsRepeated(t *testing.T) {
	for number, most := range map[int]time.Duration{
		20: 3 * time.Second, // found out while others are sent, repeated when a slot is free
		38: 4 * time.Second, // begun last: 1.5 s + 1 s + 0.5 s
		40: 4 * time.Second,
	} {
		for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, plain} {
			synctest.Test(t, func(t *testing.T) {
				f := newRepeating(number)
				took, err := slowUploadOf(t, t.Context(), f, wrap(bytes.NewReader(pattern(400))), ten())
				require.NoError(t, err)
				require.LessOrEqual(t, took, most, "part %d", number)
				require.Equal(t, []int{number}, f.repeated())
				require.EqualValues(t, 1, f.ended.Load(), "the slow one is ended")
				require.Equal(t, 2, f.requests[number])
			})
		}
	}
}

// Where it must not be, nothing is repeated, and the upload waits.
func TestSlowPartIsNotRepeated(t *testing.T) {
	hour := func(ctx context.Context, _ Body) error {
		select {
		case <-time.After(time.Hour):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, c := range []struct {
		name string
		set  func(*repeating, *Options)
	}{
		{"store that forbids it", func(f *repeating, _ *Options) { f.forbidden = true }},
		{"too few parts", func(f *repeating, o *Options) { f.stalls, o.PartSize = map[int]bool{5: true}, 40 }},
		{"parts that all take long", func(f *repeating, _ *Options) { f.takes = 6 * time.Second }},
		{"not slow enough", func(f *repeating, _ *Options) {
			f.stalled = func(context.Context, Body) error { time.Sleep(900 * time.Millisecond); return nil }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newRepeating(40)
				f.stalled = hour
				o := ten()
				c.set(f, &o)
				_, err := slowUpload(t, t.Context(), f, o)
				require.NoError(t, err)
				require.Empty(t, f.repeated())
			})
		})
	}
}

// Two parts that stall are one more than an upload may repeat.
func TestRepeatsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newRepeating(20, 31)
		f.stalled = func(ctx context.Context, _ Body) error {
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		took, err := slowUpload(t, t.Context(), f, ten())
		require.NoError(t, err)
		require.LessOrEqual(t, len(f.repeated()), 1)
		require.Greater(t, took, time.Minute)
	})
	s := newSender[receipt](nil, nil, nil, nil)
	require.True(t, s.mayRepeat())
	require.False(t, s.mayRepeat())
	s.sent.Store(2 * partsPerRepeat)
	require.True(t, s.mayRepeat())
	require.True(t, s.mayRepeat())
	require.False(t, s.mayRepeat())
	require.True(t, behind(1300*time.Millisecond, time.Second))
	require.False(t, behind(1200*time.Millisecond, time.Second))
}

// Others come first: while they take all slots, a slow part waits for its own answer.
func TestRepeatDisplacesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := ten()
		o.Scheduler = schedule.New(schedule.Options{Concurrency: 10})
		other := o.Scheduler.Lane(0)
		var wg sync.WaitGroup
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for range 30 {
			wg.Go(func() {
				for {
					slot, err := other.Acquire(ctx)
					if err != nil {
						return
					}
					time.Sleep(time.Second / 10)
					slot.Done(1, nil)
				}
			})
		}
		f := newRepeating(30)
		var at time.Duration
		began := time.Now()
		inner := f.part
		f.part = func(ctx context.Context, b Body) error {
			if b.Number == 30 {
				at = time.Since(began)
			}
			return inner(ctx, b)
		}
		_, err := slowUpload(t, t.Context(), f, o)
		require.NoError(t, err)
		wg.Wait()
		require.Equal(t, []int{30}, f.repeated())
		require.GreaterOrEqual(t, at, 10*time.Second)
	})
}

// The first answer counts, whichever it is, and the other request is over before the part's
// buffer is anybody else's.
func TestFirstAnswerCounts(t *testing.T) {
	refused := errors.New("refused")
	for _, c := range []struct {
		name   string
		answer error         // of the slow one
		after  time.Duration // it began; the repeat begins after 1 s and ends after 1.5 s
		repeat error
		err    error
		took   time.Duration // beyond 1.5 s
	}{
		{"the slow one after all", nil, 1200 * time.Millisecond, nil, nil, 1200 * time.Millisecond},
		{"the slow one fails, the repeat doesn't", refused, 1200 * time.Millisecond, nil, nil, 1500 * time.Millisecond},
		{"the repeat fails", nil, 5 * time.Second, refused, nil, 5 * time.Second},
		{"both fail", refused, 5 * time.Second, errors.New("another"), refused, 5 * time.Second},
		{"the slow one fails before", refused, 900 * time.Millisecond, nil, refused, 900 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newRepeating(40)
				f.stalled = func(ctx context.Context, b Body) error {
					select {
					case <-time.After(c.after):
						return c.answer
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				inner := f.part
				f.part = func(ctx context.Context, b Body) error {
					err := inner(ctx, b)
					if err == nil && c.repeat != nil && b.attempt == 1 {
						err = c.repeat
					}
					if err != nil { // a transport may let go slowly, but it still reads this part
						data, rerr := io.ReadAll(b)
						if rerr != nil || !bytes.Equal(data, pattern(400)[b.Offset:b.Offset+b.Size()]) {
							t.Errorf("part %d: %v", b.Number, rerr)
						}
					}
					return err
				}
				took, err := slowUploadOf(t, t.Context(), f, plain(bytes.NewReader(pattern(400))), ten())
				require.Equal(t, 1500*time.Millisecond+c.took, took)
				if c.err == nil {
					require.NoError(t, err)
					return
				}
				var part *PartError
				require.ErrorAs(t, err, &part)
				require.Equal(t, 40, part.Number)
				require.Equal(t, c.err, part.Err)
				require.Equal(t, 1, f.aborted)
			})
		})
	}
}

// A slow part that fails while its repeat waits for a slot fails at once.
func TestSlowPartFailsBeforeItsRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("refused")
		f := newRepeating(40)
		f.stalled = func(context.Context, Body) error {
			time.Sleep(2 * time.Second)
			return refused
		}
		o := ten()
		o.Scheduler = schedule.New(schedule.Options{Concurrency: 10})
		others := make(chan *schedule.Slot, 9)
		time.AfterFunc(2100*time.Millisecond, func() { // the part is the only one left
			for range 9 {
				slot, err := o.Scheduler.Lane(0).Acquire(t.Context())
				if err != nil {
					t.Error(err)
				}
				others <- slot
			}
		})
		took, err := slowUpload(t, t.Context(), f, o)
		require.ErrorIs(t, err, refused)
		require.Equal(t, 3500*time.Millisecond, took)
		require.Len(t, others, 9)
		for range 9 {
			(<-others).Done(1, nil)
		}
		require.Zero(t, o.Scheduler.Usage().InFlight)
	})
}

// Bytes of a part count once, however often they go out.
func TestProgressOfARepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newRepeating(40)
		o := ten()
		var last Progress
		o.Tracker = NewTracker(TrackerOptions{Interval: -1, Progress: func(p Progress) {
			if p.Bytes > 400 || p.Bytes < last.Bytes-5 || p.PartsDone > 40 {
				t.Errorf("%+v after %+v", p, last)
			}
			last = p
		}})
		_, err := slowUpload(t, t.Context(), f, o)
		require.NoError(t, err)
		require.Equal(t, Progress{Bytes: 400, Total: 400, Parts: 40, PartsDone: 40, Done: true}, last)
	})
	tr := NewTracker(TrackerOptions{})
	p := &partProgress{tracker: tr, size: 10}
	for _, step := range []struct {
		attempt     int
		delta, want int64
	}{{0, 6, 6}, {1, 4, 6}, {1, 3, 7}, {0, -6, 7}, {1, 3, 10}, {1, 5, 10}, {1, -15, 0}} {
		p.sent(step.attempt, step.delta)
		require.Equal(t, step.want, tr.Snapshot().Bytes)
	}
}

// A cancellation ends both requests.
func TestCancelledDuringARepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("user left")
		ctx, cancel := context.WithCancelCause(t.Context())
		f := newRepeating(40)
		time.AfterFunc(2700*time.Millisecond, func() { cancel(cause) }) // both are under way
		took, err := slowUpload(t, ctx, f, ten())
		require.ErrorIs(t, err, cause)
		require.Equal(t, 2700*time.Millisecond, took)
		require.Equal(t, 2, f.requests[40])
		require.EqualValues(t, 1, f.ended.Load())
		require.Equal(t, 1, f.aborted)
	})
}

// What a store tells of attempts reaches the scheduler.
func TestRetriedNarrows(t *testing.T) {
	slow := errors.New("slow down")
	o := tiny()
	o.Scheduler = schedule.New(schedule.Options{Concurrency: 10, Adapt: true, Throttled: func(err error) bool { return errors.Is(err, slow) }})
	f := &fake{part: func(_ context.Context, b Body) error {
		if b.Number == 3 {
			b.Retried(slow)
		}
		return nil
	}}
	_, err := run(t, t.Context(), mustReader(t, bytes.NewReader(pattern(95)), -1), f, o)
	require.NoError(t, err)
	require.Equal(t, 7, o.Scheduler.Usage().Width)
	Body{}.Retried(slow)
}
