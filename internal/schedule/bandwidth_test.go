package schedule

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// copied reads n bytes in pieces of the usual size and tells how long it took.
func copied(t *testing.T, r io.Reader, n int64) time.Duration {
	t.Helper()
	began := time.Now()
	m, err := io.CopyN(io.Discard, struct{ io.Reader }{r}, n)
	require.NoError(t, err)
	require.Equal(t, n, m)
	return time.Since(began)
}

func TestBandwidth(t *testing.T) {
	for _, c := range []struct{ rate, bytes int64 }{
		{100, 20 * leastBurst}, {10 << 10, 100 << 10}, {mb, 5 * mb}, {100 * mb, 100 * mb}, {4 << 30, 400 * mb},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Options{Bandwidth: c.rate}).Limiter(0)
			took := copied(t, l.Reader(t.Context(), endless{}), c.bytes)
			want := float64(c.bytes-int64(l.burst())) / float64(c.rate)
			require.InEpsilon(t, want, took.Seconds(), 0.001, "%d bytes per second", c.rate)
		})
	}
}

// The flow is smooth: in no tenth of a second are there bytes of much more than that.
func TestBandwidthIsSmooth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Bandwidth: mb})
		r := s.Limiter(0).Reader(t.Context(), endless{})
		slices := make([]int, 51)
		buf := make([]byte, 1<<20)
		for began := time.Now(); time.Since(began) < 5*time.Second; {
			n, err := r.Read(buf)
			require.NoError(t, err)
			slices[time.Since(began)/(100*time.Millisecond)] += n
		}
		for i, n := range slices[:50] {
			require.InDelta(t, mb/10, n, mb/10*0.3, "slice %d", i)
		}
	})
}

// Many readers share the rate, and each has its part of it.
func TestBandwidthIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Bandwidth: mb})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				took := copied(t, s.Limiter(0).Reader(t.Context(), endless{}), mb)
				require.InDelta(t, 8, took.Seconds(), 0.4)
			})
		}
		wg.Wait()
	})
}

// A transfer's own limit holds within the scheduler's; the narrower one counts.
func TestBandwidthOfATransfer(t *testing.T) {
	for _, c := range []struct{ all, own, want int64 }{
		{mb, 0, mb}, {0, mb, mb}, {4 * mb, mb, mb}, {mb, 4 * mb, mb},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Options{Bandwidth: c.all}).Limiter(c.own)
			took := copied(t, l.Reader(t.Context(), endless{}), 5*c.want)
			require.InDelta(t, 5, took.Seconds(), 0.2, "%+v", c)
		})
	}
}

func TestNoBandwidthIsNoReader(t *testing.T) {
	s := New(Options{})
	r := strings.NewReader("x")
	require.Same(t, r, s.Limiter(0).Reader(t.Context(), r))
	require.Same(t, r, s.Limiter(0).Reader(t.Context(), r))
	require.Nil(t, s.Limiter(-1))
}

func TestLimitedIsTheSameReader(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 1000)
	s := New(Options{Bandwidth: 1 << 30})
	require.NoError(t, iotest.TestReader(s.Limiter(0).Reader(t.Context(), bytes.NewReader(data)), data))
	broken := errors.New("broken")
	_, err := io.ReadAll(s.Limiter(0).Reader(t.Context(), iotest.ErrReader(broken)))
	require.Equal(t, broken, err)
}

func TestWaitForBandwidthEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Bandwidth: 100})
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { cancel(cause) })
		r := s.Limiter(0).Reader(ctx, endless{})
		began := time.Now()
		buf := make([]byte, 4096)
		n, err := r.Read(buf)
		require.NoError(t, err)
		require.Equal(t, leastBurst, n)
		_, err = r.Read(buf)
		require.Equal(t, cause, err)
		require.Equal(t, 3*time.Second, time.Since(began))
		// What was not used is there for others.
		_, err = s.Limiter(0).Reader(t.Context(), endless{}).Read(buf[:100])
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, time.Since(began))
	})
}
