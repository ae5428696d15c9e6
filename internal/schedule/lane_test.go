package schedule

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// work sends requests of one second each through a lane, all asked for at once.
func work(l *Lane, requests int, wg *sync.WaitGroup, each func(began time.Time)) {
	for range requests {
		wg.Go(func() {
			slot, err := l.Acquire(context.Background())
			if err != nil {
				panic(err)
			}
			each(time.Now())
			time.Sleep(time.Second)
			slot.Done(1, nil)
		})
	}
}

func ignore(time.Time) {}

func TestConcurrencyOfAll(t *testing.T) {
	for _, c := range []struct{ total, lane, seconds int }{
		{4, 0, 3}, {1, 0, 12}, {0, 0, 12}, {-1, 0, 12}, {100, 0, 1}, {4, 1, 6}, {4, 3, 3}, {100, 3, 2}, {100, 1, 6},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := New(Options{Concurrency: c.total})
			began := time.Now()
			var wg sync.WaitGroup
			var busy, peak atomic.Int64
			for range 2 {
				l := s.Lane(c.lane)
				work(l, 6, &wg, func(time.Time) {
					n := int64(s.Usage().InFlight)
					busy.Add(1)
					if n > peak.Load() {
						peak.Store(n)
					}
				})
			}
			wg.Wait()
			require.Equal(t, time.Duration(c.seconds)*time.Second, time.Since(began), "%+v", c)
			require.LessOrEqual(t, peak.Load(), int64(max(c.total, 1)))
			require.EqualValues(t, 12, busy.Load())
			require.Equal(t, Usage{Width: max(c.total, 1)}, s.Usage())
			require.Empty(t, s.queue)
		})
	}
}

// The one request of a small object gets the next slot that comes free, however long the
// queue before it.
func TestSmallIsNotBehindLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 4})
		var wg sync.WaitGroup
		large := s.Lane(0)
		work(large, 1000, &wg, ignore)
		synctest.Wait()
		for range 50 {
			asked := time.Now()
			work(s.Lane(0), 1, &wg, func(began time.Time) {
				require.LessOrEqual(t, began.Sub(asked), time.Second)
			})
			time.Sleep(1500 * time.Millisecond)
		}
		wg.Wait()
	})
}

// Lanes with work share the slots equally, whoever came first and asked for more.
func TestLanesShareEqually(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 6})
		var wg sync.WaitGroup
		var done [3]atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		for i, parallel := range []int{100, 10, 4} {
			l := s.Lane(0)
			for range parallel {
				wg.Go(func() {
					for {
						slot, err := l.Acquire(ctx)
						if err != nil {
							return
						}
						time.Sleep(time.Second)
						done[i].Add(1)
						slot.Done(1, nil)
					}
				})
			}
			synctest.Wait() // in this order
		}
		time.Sleep(101*time.Second - time.Millisecond)
		cancel()
		wg.Wait()
		for i := range done {
			require.InDelta(t, 200, done[i].Load(), 8, "lane %d", i)
		}
	})
}

// A lane that has as many in flight as another goes behind it.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 1})
		var wg sync.WaitGroup
		var order []string
		for _, name := range []string{"a", "b", "c"} {
			l := s.Lane(0)
			work(l, 3, &wg, func(time.Time) { order = append(order, name) })
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, []string{"a", "b", "c", "a", "b", "c", "a", "b", "c"}, order)
	})
}

// A lane at its own limit doesn't hold up those behind it.
func TestLimitOfALane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 4})
		var wg sync.WaitGroup
		began := time.Now()
		var last atomic.Int64
		work(s.Lane(1), 10, &wg, ignore)
		synctest.Wait()
		work(s.Lane(0), 9, &wg, func(at time.Time) { last.Store(max(last.Load(), int64(at.Sub(began)))) })
		wg.Wait()
		require.EqualValues(t, 2*time.Second, last.Load(), "three at a time beside the limited one")
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}

func TestAcquireEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 1})
		cause := errors.New("enough")
		over, end := context.WithCancelCause(t.Context())
		end(cause)
		_, err := s.Lane(0).Acquire(over)
		require.Equal(t, cause, err)

		first, err := s.Lane(0).Acquire(t.Context())
		require.NoError(t, err)
		l := s.Lane(0)
		ctx, cancel := context.WithCancelCause(t.Context())
		var failed collected[error]
		for range 3 {
			go func() {
				_, err := l.Acquire(ctx)
				failed.add(err)
			}()
			synctest.Wait()
		}
		var wg sync.WaitGroup
		work(l, 1, &wg, ignore) // behind them, with a context of its own
		synctest.Wait()
		cancel(cause)
		synctest.Wait()
		require.Equal(t, []error{cause, cause, cause}, failed.get())
		first.Done(0, nil)
		first.Done(0, nil) // once is enough
		wg.Wait()
		require.Equal(t, Usage{Width: 1}, s.Usage())
		require.Empty(t, s.queue)
		require.True(t, l.waiting.empty())
	})
}

func (s *Scheduler) waits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// A slot that is granted at the moment the context ends goes on to the next.
func TestSlotOfTheLastMoment(t *testing.T) {
	for range 200 {
		s := New(Options{Concurrency: 1})
		first, err := s.Lane(0).Acquire(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan *Slot)
		go func() {
			slot, _ := s.Lane(0).Acquire(ctx)
			got <- slot
		}()
		for s.waits() == 0 {
			runtime.Gosched()
		}
		cancel()
		first.Done(1, nil)
		if slot := <-got; slot != nil {
			slot.Done(1, nil)
		}
		next, err := s.Lane(0).Acquire(t.Context())
		require.NoError(t, err)
		next.Done(1, nil)
	}
}

// Whatever is asked for, given up and ended in whatever order: no more slots than there
// are, none is lost, and everybody is served.
func TestRandomLanes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		synctest.Test(t, func(t *testing.T) {
			width := 1 + r.IntN(5)
			s := New(Options{Concurrency: width})
			var wg sync.WaitGroup
			var running, served atomic.Int64
			expected := int64(0)
			for range 1 + r.IntN(20) {
				limit := r.IntN(4)
				l := s.Lane(limit)
				var mine atomic.Int64
				for range r.IntN(10) {
					begin, wait, take := time.Duration(r.IntN(5000)), time.Duration(r.IntN(9000)), time.Duration(r.IntN(900))
					patient := r.IntN(3) > 0
					if patient {
						expected++
					}
					wg.Go(func() {
						time.Sleep(begin * time.Millisecond)
						ctx, cancel := context.WithTimeout(context.Background(), wait*time.Millisecond)
						defer cancel()
						if patient {
							ctx = context.Background()
						}
						slot, err := l.Acquire(ctx)
						if err != nil {
							return
						}
						if n := running.Add(1); n > int64(width) {
							t.Errorf("%d requests in flight of %d", n, width)
						}
						if n := mine.Add(1); limit > 0 && n > int64(limit) {
							t.Errorf("%d requests of a lane of %d", n, limit)
						}
						time.Sleep(take * time.Millisecond)
						running.Add(-1)
						mine.Add(-1)
						if patient {
							served.Add(1)
						}
						slot.Done(1, nil)
					})
				}
			}
			wg.Wait()
			require.Equal(t, expected, served.Load())
			require.Equal(t, Usage{Width: width}, s.Usage())
			require.Empty(t, s.queue)
		})
	}
}

// turnaround is the time of one request while that many lanes wait.
func turnaround(tb testing.TB, lanes, requests int) time.Duration {
	s := New(Options{Concurrency: 2})
	busy, err := s.Lane(0).Acquire(tb.Context())
	require.NoError(tb, err)
	current, err := s.Lane(0).Acquire(tb.Context())
	require.NoError(tb, err)
	// Lanes that wait, as Acquire leaves them, without a goroutine for each.
	again := func(l *Lane) {
		slot := &Slot{lane: l, granted: make(chan struct{})}
		s.mu.Lock()
		defer s.mu.Unlock()
		if l.waiting.empty() {
			l.turn = s.nextTurn()
		}
		l.waiting.push(slot)
		s.enqueue(l)
	}
	all := make([]*Lane, lanes)
	for i := range all {
		all[i] = s.Lane(0)
		again(all[i])
	}
	began := time.Now()
	for range requests {
		s.mu.Lock()
		next := s.queue[0].waiting.first
		s.mu.Unlock()
		current.Done(1, nil)
		current = next
		again(next.lane)
	}
	spent := time.Since(began) / time.Duration(requests)
	busy.Done(1, nil)
	return spent
}

// The cost of a turn hardly grows with the number of lanes: a walk through all of them
// would take five hundred times as long here.
func TestThousandsOfLanes(t *testing.T) {
	best := func(lanes int) time.Duration {
		all := make([]time.Duration, 5)
		for i := range all {
			all[i] = turnaround(t, lanes, 2000)
		}
		return slices.Min(all)
	}
	few, many := best(20), best(10_000)
	t.Logf("%v with 20 lanes, %v with 10,000", few, many)
	require.Less(t, many, 40*few)
}

func BenchmarkTurn(b *testing.B) {
	for _, lanes := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprint(lanes), func(b *testing.B) {
			turnaround(b, lanes, b.N)
		})
	}
}

func BenchmarkAcquire(b *testing.B) {
	l := New(Options{Concurrency: 4}).Lane(0)
	b.ReportAllocs()
	for b.Loop() {
		slot, err := l.Acquire(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		slot.Done(1, nil)
	}
}

// Fewest in flight counts before who has waited longer.
func TestFewestInFlightGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 4})
		large, small := s.Lane(0), s.Lane(0)
		last := mustAcquire(t, s.Lane(0), 1)[0]
		held := mustAcquire(t, large, 3)
		var order collected[string]
		for _, l := range []*Lane{large, small} { // in this order
			go func() {
				slot, err := l.Acquire(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				order.add(map[*Lane]string{large: "large", small: "small"}[l])
				slot.Done(1, nil)
			}()
			synctest.Wait()
		}
		last.Done(1, nil)
		synctest.Wait()
		require.Equal(t, []string{"small", "large"}, order.get())
		for _, slot := range held {
			slot.Done(1, nil)
		}
	})
}
