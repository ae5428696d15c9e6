package schedule

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSlowPart(t *testing.T) {
	l := New(Options{}).Lane(0)
	feed := func(size int64, n int, took time.Duration) {
		for range n {
			l.PartDone(size, took)
		}
	}
	feed(16*mb, paceLeast-1, time.Second)
	require.Zero(t, l.SlowPart(16*mb), "too few to tell")
	feed(16*mb, 1, time.Second)
	require.Equal(t, 2*time.Second, l.SlowPart(16*mb))
	require.Equal(t, 2*time.Second, l.SlowPart(3*mb), "a smaller part, such as the last, takes no longer")
	require.Zero(t, l.SlowPart(64*mb), "a larger one may")
	require.Equal(t, 2*time.Second, l.SlowPart(0))

	feed(16*mb, 10, 3*time.Second)
	require.Equal(t, 6*time.Second, l.SlowPart(16*mb), "the slowest tenth is above it")
	feed(16*mb, paceSamples-3, time.Second)
	require.Equal(t, 2*time.Second, l.SlowPart(16*mb), "what was long ago is forgotten")
	feed(5*mb, paceLeast, 10*time.Millisecond)
	require.Equal(t, time.Second, l.SlowPart(5*mb), "but not sooner")
	require.Equal(t, 2*time.Second, l.SlowPart(16*mb))
	feed(64*mb, paceLeast, 5*time.Second)
	require.Equal(t, 10*time.Second, l.SlowPart(64*mb))
	feed(64*mb, 1, 6*time.Second)
	require.Zero(t, l.SlowPart(64*mb), "they all take long")
}

// spare asks for a slot in a goroutine and tells whether it has come.
func spare(ctx context.Context, l *Lane) (come func() *Slot) {
	got := make(chan *Slot, 1)
	go func() {
		if slot, err := l.Spare(ctx); err == nil {
			got <- slot
		}
	}()
	return func() *Slot {
		synctest.Wait()
		select {
		case slot := <-got:
			return slot
		default:
			return nil
		}
	}
}

func mustAcquire(t *testing.T, l *Lane, n int) (slots []*Slot) {
	t.Helper()
	for range n {
		slot, err := l.Acquire(t.Context())
		require.NoError(t, err)
		slots = append(slots, slot)
	}
	return slots
}

func TestSpareDisplacesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 4})
		l := s.Lane(0)
		slots := mustAcquire(t, l, 4)
		come := spare(t.Context(), l)
		require.Nil(t, come())
		waiting := make(chan *Slot)
		go func() {
			slot, _ := s.Lane(0).Acquire(context.Background())
			waiting <- slot
		}()
		synctest.Wait()
		slots[0].Done(1, nil)
		next := <-waiting
		require.Nil(t, come(), "others first")
		next.Done(1, nil)
		slot := come()
		require.NotNil(t, slot)
		require.Equal(t, 4, s.Usage().InFlight)
		slot.Done(1, nil)
		for _, slot := range slots[1:] {
			slot.Done(1, nil)
		}
		require.Zero(t, s.slow)
		require.Zero(t, s.Usage().InFlight)
	})
}

// When many are slow, it is not for them that they are.
func TestSpareIsForFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 16})
		l := s.Lane(0)
		slots := mustAcquire(t, l, 8)
		ctx, cancel := context.WithCancel(t.Context())
		var all []func() *Slot
		for range 2 {
			all = append(all, spare(t.Context(), l))
		}
		first, second := all[0](), all[1]()
		require.NotNil(t, first)
		require.NotNil(t, second, "two of eight")
		third := spare(ctx, l)
		require.Nil(t, third(), "three of ten are too many")
		for _, slot := range slots[2:] {
			slot.Done(1, nil)
		}
		require.Nil(t, third())
		first.Done(1, nil)
		second.Done(1, nil)
		require.NotNil(t, third(), "it is the only one now")
		cancel()
	})
}

func TestSpareWaitsForALimitedLaneAndCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(adaptive())
		limited := s.Lane(1)
		slots := mustAcquire(t, limited, 1)
		come := spare(t.Context(), limited)
		require.Nil(t, come())
		slots[0].Done(1, nil)
		got := come()
		require.NotNil(t, got)
		got.Retried(errSlowDown)
		got.Done(1, nil)
		ctx, cancel := context.WithCancel(t.Context())
		come = spare(ctx, limited)
		require.Nil(t, come(), "the server throttles")
		cancel()
		synctest.Wait()
		require.Zero(t, s.slow)
	})
}

func TestSpareEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	over, end := context.WithCancelCause(t.Context())
	end(cause)
	s := New(Options{Concurrency: 1})
	_, err := s.Lane(0).Spare(over)
	require.Equal(t, cause, err)
	for range 100 {
		slots := mustAcquire(t, s.Lane(0), 1)
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error)
		go func() {
			slot, err := s.Lane(0).Spare(ctx)
			if err == nil {
				slot.Done(1, nil)
			}
			ended <- err
		}()
		for s.slowParts() == 0 {
			time.Sleep(time.Microsecond)
		}
		cancel(cause)
		slots[0].Done(1, nil)
		<-ended
		require.Zero(t, s.slowParts())
		require.Zero(t, s.Usage().InFlight)
	}
}

func (s *Scheduler) slowParts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slow
}
