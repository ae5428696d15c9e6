package identity

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// source counts and hands out values that hold for an hour.
type source struct {
	fetched atomic.Int32
	took    time.Duration
	fails   atomic.Bool
}

var errSource = errors.New("source is down")

func (s *source) fetch(ctx context.Context) (sigv4.Credentials, error) {
	n := s.fetched.Add(1)
	select {
	case <-time.After(s.took):
	case <-ctx.Done():
		return sigv4.Credentials{}, ctx.Err()
	}
	if s.fails.Load() {
		return sigv4.Credentials{}, errSource
	}
	return sigv4.Credentials{AccessKeyID: string(rune('A' + n - 1)), SecretAccessKey: "s", Expires: time.Now().Add(time.Hour)}, nil
}

func (s *source) cache(o CacheOptions) *Cache { return NewCache(sigv4.ProviderFunc(s.fetch), o) }

func TestHundredsShareOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{took: 3 * time.Second}
		c := s.cache(CacheOptions{})
		for round := range 3 {
			var wg sync.WaitGroup
			for range 500 {
				wg.Go(func() {
					creds, err := c.Retrieve(t.Context())
					if err != nil || creds.AccessKeyID != string(rune('A'+round)) {
						t.Errorf("round %d: %v, %v", round, creds, err)
					}
				})
			}
			wg.Wait()
			require.EqualValues(t, round+1, s.fetched.Load())
			time.Sleep(2 * time.Hour)
		}
	})
}

func TestValueIsRefreshedBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{took: time.Second}
		c := s.cache(CacheOptions{})
		_, err := c.Retrieve(t.Context())
		require.NoError(t, err)
		// Nobody waits, for a whole day of asking every half minute.
		for range 24 * 120 {
			time.Sleep(30 * time.Second)
			before := time.Now()
			creds, err := c.Retrieve(t.Context())
			require.NoError(t, err)
			require.Zero(t, time.Since(before))
			require.Positive(t, time.Until(creds.Expires))
		}
		// Of an hour, 5 minutes and up to half of that are left.
		require.InDelta(t, 24*60.0/53.5, s.fetched.Load(), 2)
		time.Sleep(time.Minute) // a fetch may be under way
	})
}

func TestRefreshTimesAreSpread(t *testing.T) {
	r := refresher[int]{expires: func(int) time.Time { return time.Unix(3600, 0) }}
	seen := make(map[time.Time]bool)
	for range 50 {
		r.keep(1, time.Unix(0, 0))
		left := r.end.Sub(r.refreshAt)
		require.GreaterOrEqual(t, left, 5*time.Minute)
		require.LessOrEqual(t, left, 450*time.Second)
		seen[r.refreshAt] = true
	}
	require.Greater(t, len(seen), 30)
	// A short life is refreshed at its end, not all the time.
	r.keep(1, time.Unix(3590, 0))
	require.LessOrEqual(t, r.end.Sub(r.refreshAt), 3*time.Second)
}

func TestOldValueOutlivesFailedRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{took: time.Second}
		var log bytes.Buffer
		c := s.cache(CacheOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		first, err := c.Retrieve(t.Context())
		require.NoError(t, err)
		s.fails.Store(true)
		for time.Until(first.Expires) > 0 {
			creds, err := c.Retrieve(t.Context())
			require.NoError(t, err)
			require.Equal(t, first, creds)
			time.Sleep(100 * time.Millisecond)
		}
		tries := s.fetched.Load()
		require.Greater(t, tries, int32(4))
		require.Less(t, tries, int32(60), "a source that is down is not hammered")
		synctest.Wait()
		require.Contains(t, log.String(), "refresh failed, the old value holds on")

		_, err = c.Retrieve(t.Context())
		require.ErrorIs(t, err, errSource)
		require.ErrorContains(t, err, "Cache: ")
		s.fails.Store(false)
		_, err = c.Retrieve(t.Context())
		require.NoError(t, err, "an error is not kept")
		time.Sleep(time.Minute)
	})
}

func TestOneWhoGivesUpTakesNothingFromTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{took: 10 * time.Second}
		c := s.cache(CacheOptions{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		first := make(chan error)
		go func() {
			_, err := c.Retrieve(ctx)
			first <- err
		}()
		synctest.Wait()
		second := make(chan error)
		go func() {
			_, err := c.Retrieve(t.Context())
			second <- err
		}()
		require.ErrorIs(t, <-first, context.DeadlineExceeded)
		require.NoError(t, <-second)
		require.EqualValues(t, 1, s.fetched.Load())
	})
}

func TestFetchEndsWhenAllGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{took: time.Hour}
		c := s.cache(CacheOptions{})
		enough := errors.New("enough")
		for range 2 {
			ctx, cancel := context.WithCancelCause(t.Context())
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					if _, err := c.Retrieve(ctx); !errors.Is(err, enough) || !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				})
			}
			synctest.Wait()
			before := time.Now()
			cancel(enough)
			wg.Wait()
			synctest.Wait() // the fetch has ended: no goroutine is left in the bubble
			require.Zero(t, time.Since(before))
		}
		require.EqualValues(t, 2, s.fetched.Load(), "one that was given up is not joined")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Retrieve(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.EqualValues(t, 2, s.fetched.Load())

		// One that nobody ends has an end of its own.
		_, err = c.Retrieve(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestInvalidateIgnoresLateCallers(t *testing.T) {
	s := new(source)
	c := s.cache(CacheOptions{})
	a, err := c.Retrieve(t.Context())
	require.NoError(t, err)
	for range 3 {
		c.Invalidate(a)
	}
	b, err := c.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "B", b.AccessKeyID)
	c.Invalidate(a)
	again, err := c.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, b, again)
	require.EqualValues(t, 2, s.fetched.Load())
}

func TestValueThatNeverEndsIsFetchedOnce(t *testing.T) {
	n := 0
	c := NewCache(sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) {
		n++
		return sigv4.Credentials{AccessKeyID: "a", SecretAccessKey: "s"}, nil
	}), CacheOptions{Clock: func() time.Time { return time.Unix(int64(n)*1e9, 0) }})
	for range 5 {
		_, err := c.Retrieve(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, 1, n)
}
