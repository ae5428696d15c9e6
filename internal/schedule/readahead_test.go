package schedule

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestReadAheadIsHalfOfTheBudget(t *testing.T) {
	s := New(Options{Concurrency: 1, Memory: 100})
	r := s.ReadAhead()
	require.True(t, r.TryAcquire(30))
	require.False(t, r.TryAcquire(21), "more than half")
	require.True(t, r.TryAcquire(20))
	require.EqualValues(t, 50, s.Usage().Memory)
	r.Release(50)
	require.Zero(t, s.Usage().Memory)
}

// Readers and uploads share one budget, and what a reader has can't stop an upload for good.
func TestReadAheadBesideUploads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 1, Memory: 100})
		r, m := s.ReadAhead(), s.Memory(0)
		defer m.Close()
		a, err := m.Get(t.Context(), 60)
		require.NoError(t, err)
		require.False(t, r.TryAcquire(41), "there are 40 left")
		require.True(t, r.TryAcquire(40))

		var b []byte
		go func() { b, _ = m.Get(context.Background(), 30) }()
		synctest.Wait()
		require.Nil(t, b, "the budget is used up")
		require.False(t, r.TryAcquire(1), "who waits comes first")
		m.Put(a)
		synctest.Wait()
		require.Len(t, b, 30)
		require.LessOrEqual(t, s.Usage().PeakMemory, int64(100))

		// A part of more than half is still had, alone.
		m.Put(b)
		whole, err := m.Get(t.Context(), 90)
		require.NoError(t, err)
		require.Len(t, whole, 90)
		m.Put(whole)
		r.Release(40)
		require.True(t, r.TryAcquire(10), "idle buffers make room")
	})
}

// A release serves those who wait.
func TestReadAheadReleases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Concurrency: 1, Memory: 100})
		r, m := s.ReadAhead(), s.Memory(0)
		defer m.Close()
		require.True(t, r.TryAcquire(50))
		_, err := m.Get(t.Context(), 40)
		require.NoError(t, err)
		var b []byte
		go func() { b, _ = m.Get(context.Background(), 30) }()
		synctest.Wait()
		require.Nil(t, b)
		r.Release(20)
		synctest.Wait()
		require.Len(t, b, 30)
	})
}
