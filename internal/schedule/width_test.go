package schedule

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const mb = 1 << 20

var errSlowDown = errors.New("slow down")

func isSlowDown(err error) bool { return errors.Is(err, errSlowDown) }

// simulated is a server whose connections share what it can take, and which refuses those
// beyond a number.
type simulated struct {
	connection, total float64 // bytes per second; total 0: no bound
	busy              atomic.Int64
	refuses           atomic.Int64 // requests in flight beyond so many; 0: none
	refused, bytes    atomic.Int64
}

const tick = 10 * time.Millisecond

// send is one attempt.
func (s *simulated) send(ctx context.Context, size float64) error {
	n := s.busy.Add(1)
	defer s.busy.Add(-1)
	if most := s.refuses.Load(); most > 0 && n > most {
		time.Sleep(5 * tick)
		s.refused.Add(1)
		return errSlowDown
	}
	for left := size; left > 0; {
		time.Sleep(tick)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rate := s.connection
		if s.total > 0 {
			rate = min(rate, s.total/float64(s.busy.Load()))
		}
		left -= rate * tick.Seconds()
	}
	s.bytes.Add(int64(size))
	return nil
}

// run keeps the scheduler busy with requests until ctx ends, each with the client's retries.
func (s *simulated) run(ctx context.Context, scheduler *Scheduler, transfers, workers int, size float64) *sync.WaitGroup {
	wg := new(sync.WaitGroup)
	for range transfers {
		l := scheduler.Lane(0)
		for range workers {
			wg.Go(func() {
				for {
					slot, err := l.Acquire(ctx)
					if err != nil {
						return
					}
					for err = s.send(ctx, size); isSlowDown(err) && ctx.Err() == nil; err = s.send(ctx, size) {
						slot.Retried(err)
						time.Sleep(20 * tick)
					}
					slot.Done(int64(size), err)
				}
			})
		}
	}
	return wg
}

// observed runs for a while and returns the mean width, the most, and bytes per second.
func (s *simulated) observed(scheduler *Scheduler, d time.Duration) (mean float64, most int, rate float64) {
	before, n := s.bytes.Load(), 0
	for end := time.Now().Add(d); time.Now().Before(end); n++ {
		w := scheduler.Usage().Width
		mean += float64(w)
		most = max(most, w)
		time.Sleep(100 * time.Millisecond)
	}
	return mean / float64(n), most, float64(s.bytes.Load()-before) / d.Seconds()
}

func adaptive() Options {
	return Options{Concurrency: 16, Start: 4, Adapt: true, Throttled: isSlowDown}
}

func TestWidthFollowsThroughput(t *testing.T) {
	for _, c := range []struct {
		name       string
		server     *simulated
		size       float64
		least      float64 // of the mean width, once settled
		most       float64
		throughput float64
	}{
		{"as fast as there are requests", &simulated{connection: 10 * mb}, 16 * mb, 15.9, 16, 158 * mb},
		{"small ones as well", &simulated{connection: 1 * mb}, 16 << 10, 15.9, 16, 12 * mb},
		{"a bound at eight", &simulated{connection: 10 * mb, total: 80 * mb}, 16 * mb, 8, 13.5, 78 * mb},
		{"a bound at five", &simulated{connection: 10 * mb, total: 50 * mb}, 5 * mb, 5, 9.5, 48 * mb},
		{"bound from the beginning", &simulated{connection: 10 * mb, total: 20 * mb}, 16 * mb, 4, 4.9, 19 * mb},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				s := New(adaptive())
				wg := c.server.run(ctx, s, 2, 20, c.size)
				_, early, _ := c.server.observed(s, 100*time.Millisecond)
				require.Equal(t, 4, early, "it starts with")
				_, _, _ = c.server.observed(s, 2*time.Minute)
				mean, most, rate := c.server.observed(s, 2*time.Minute)
				cancel()
				wg.Wait()
				t.Logf("mean width %.1f, most %d, %.1f MiB/s", mean, most, rate/mb)
				require.GreaterOrEqual(t, mean, c.least)
				require.LessOrEqual(t, mean, c.most)
				require.LessOrEqual(t, most, 16)
				require.GreaterOrEqual(t, rate, c.throughput)
			})
		})
	}
}

// How long it takes to get to the most, where every step pays.
func TestWidthClimbsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		server := &simulated{connection: 40 * mb}
		s := New(adaptive())
		wg := server.run(ctx, s, 1, 20, 16*mb)
		began := time.Now()
		for s.Usage().Width < 16 {
			time.Sleep(tick)
		}
		require.Less(t, time.Since(began), 10*time.Second)
		require.Less(t, server.bytes.Load(), int64(1500*mb))
		cancel()
		wg.Wait()
	})
}

func TestWidthUnderThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		server := &simulated{connection: 10 * mb}
		s := New(adaptive())
		wg := server.run(ctx, s, 2, 20, 4*mb)
		server.observed(s, time.Minute)
		require.Equal(t, 16, s.Usage().Width)

		server.refuses.Store(6)
		server.observed(s, 30*time.Second)
		server.refused.Store(0)
		mean, most, rate := server.observed(s, 2*time.Minute)
		served := rate * 120 / (4 * mb)
		t.Logf("mean width %.1f, most %d, %.1f MiB/s, %d refused beside %.0f served", mean, most, rate/mb, server.refused.Load(), served)
		require.Less(t, mean, 7.0)
		require.Greater(t, mean, 4.0)
		require.LessOrEqual(t, most, 9)
		require.Greater(t, rate, 0.75*60*mb)
		require.Less(t, float64(server.refused.Load()), served/5)

		server.refuses.Store(0)
		server.observed(s, time.Minute)
		require.Equal(t, 16, s.Usage().Width, "it has recovered")
		cancel()
		wg.Wait()
	})
}

// A burst of refusals is one reason to narrow, not as many as it has requests; and
// however long it lasts, one request is left.
func TestWidthNarrowsOnceForABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, start := range []int{0, 4} {
			o := adaptive()
			o.Start = start
			s := New(o)
			l := s.Lane(0)
			var slots []*Slot
			for range s.Options().Start {
				slot, err := l.Acquire(t.Context())
				require.NoError(t, err)
				slots = append(slots, slot)
			}
			for _, slot := range slots[1:] {
				slot.Retried(errSlowDown)
				slot.Done(0, errSlowDown)
			}
			require.Equal(t, s.Options().Start*7/10, s.Usage().Width)
			for range 20 {
				time.Sleep(time.Second)
				slots[0].Retried(errSlowDown)
			}
			require.Equal(t, 1, s.Usage().Width)
			slots[0].Done(1, nil)
		}
	})
}

func TestOtherErrorsDoNotNarrow(t *testing.T) {
	for _, o := range []Options{adaptive(), {Concurrency: 4, Throttled: isSlowDown}, {Concurrency: 4, Adapt: true}} {
		s := New(o)
		l := s.Lane(0)
		slot, err := l.Acquire(t.Context())
		require.NoError(t, err)
		err = errors.New("access denied")
		if !o.Adapt || o.Throttled == nil {
			err = errSlowDown
		}
		slot.Retried(err)
		slot.Done(0, err)
		require.Equal(t, 4, s.Usage().Width)
	}
}

// Throughput that is bound by what there is to do tells nothing about the width.
func TestWidthStaysWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// With four it may be tried, once; that is then no more than there was to do.
		for workers, allowed := range map[int]int{1: 4, 3: 4, 4: 6} {
			ctx, cancel := context.WithCancel(t.Context())
			server := &simulated{connection: 10 * mb}
			s := New(adaptive())
			wg := server.run(ctx, s, 1, workers, mb)
			_, most, _ := server.observed(s, time.Minute)
			require.LessOrEqual(t, most, allowed)
			cancel()
			wg.Wait()
		}
	})
}

// A fixed width stays, whatever happens; one that was set is never exceeded.
func TestWidthThatIsGiven(t *testing.T) {
	for _, adapt := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			server := &simulated{connection: 10 * mb}
			s := New(Options{Concurrency: 5, Adapt: adapt, Throttled: isSlowDown})
			wg := server.run(ctx, s, 2, 20, mb)
			mean, most, _ := server.observed(s, time.Minute)
			require.InDelta(t, 5, mean, 1e-9)
			require.Equal(t, 5, most)
			server.refuses.Store(1)
			mean, _, _ = server.observed(s, time.Minute)
			require.Equal(t, adapt, mean < 4)
			cancel()
			wg.Wait()
		})
	}
}
