package schedule

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Every slot that was given is counted once at its beginning and once at its end, and one that
// came too late not at all.
func TestInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, begun int
		var s *Scheduler
		s = New(Options{Concurrency: 1, InFlight: func(delta int) {
			s.Usage() // takes the mutex
			now += delta
			begun += max(delta, 0)
		}})
		first, err := s.Lane(0).Acquire(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, now)

		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		_, err = s.Lane(0).Acquire(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 1, now)

		waited := make(chan *Slot)
		go func() {
			slot, err := s.Lane(0).Acquire(t.Context())
			if err != nil {
				t.Error(err)
			}
			waited <- slot
		}()
		synctest.Wait()
		first.Done(1, nil)
		first.Done(1, nil)
		second := <-waited
		require.Equal(t, 1, now)
		second.Done(1, context.Canceled)
		spare, err := s.Lane(0).Spare(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, now)
		spare.Done(0, nil)
		require.Equal(t, 0, now)
		require.Equal(t, 3, begun)
	})
}
