package transport

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoff(t *testing.T) {
	b := Backoff{Random: func() float64 { return 1 }}
	require.Equal(t, DefaultBaseDelay, b.delay(0))
	require.Equal(t, 8*DefaultBaseDelay, b.delay(3))
	require.Equal(t, DefaultMaxDelay, b.delay(20))
	require.Equal(t, DefaultMaxDelay, b.delay(1000))
	b.Base, b.Max = time.Second, 3*time.Second
	require.Equal(t, 2*time.Second, b.delay(1))
	require.Equal(t, 3*time.Second, b.delay(2))
	for range 100 {
		d := Backoff{}.delay(2)
		require.True(t, d >= 0 && d < 4*DefaultBaseDelay)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		want        time.Duration
		ok          bool
	}{
		{"Retry-After", "3", 3 * time.Second, true},
		{"Retry-After", " 0 ", 0, true},
		{"Retry-After", "100000", maxRetryAfter, true},
		{"Retry-After", now.Add(9 * time.Second).Format(http.TimeFormat), 9 * time.Second, true},
		{"Retry-After", now.Add(-time.Hour).Format(http.TimeFormat), 0, true},
		{"Retry-After", "soon", 0, false},
		{"Retry-After", "-1", 0, false},
		{"X-Amz-Retry-After", "250", 250 * time.Millisecond, true},
		{"X-Amz-Retry-After", "x", 0, false},
		{"X-Other", "1", 0, false},
	} {
		h := http.Header{}
		h.Set(c.name, c.value)
		got, ok := retryAfter(h, now)
		require.Equal(t, c.ok, ok, c.value)
		require.Equal(t, c.want, got, c.value)
	}
}

func TestClock(t *testing.T) {
	local := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c := &Clock{Local: func() time.Time { return local }}
	see := func(d time.Duration, more ...string) {
		h := http.Header{"Date": {local.Add(d).Format(http.TimeFormat)}}
		for i := 0; i+1 < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		c.observe(h)
	}
	see(30 * time.Second)
	require.Equal(t, local, c.Now(), "tolerated")
	see(10*time.Minute, "Age", "600")
	require.Equal(t, local, c.Now(), "an answer of a cache")
	see(10 * time.Minute)
	require.Equal(t, local.Add(10*time.Minute), c.Now())
	see(10*time.Minute + 20*time.Second)
	require.Equal(t, local.Add(10*time.Minute), c.Now(), "jitter")
	see(12 * time.Minute)
	require.Equal(t, local.Add(12*time.Minute), c.Now())
	see(-10 * time.Second)
	require.Equal(t, local, c.Now(), "the clock was put right")
	_, ok := c.observe(http.Header{"Date": {"no date"}})
	require.False(t, ok)
	require.WithinDuration(t, time.Now(), new(Clock).Now(), time.Minute)
}
