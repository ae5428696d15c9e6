package transport

import (
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// skewTolerated is the difference that servers accept without a word, and that
	// a Date header with its one-second steps and the way there may well show.
	skewTolerated = time.Minute
	// skewRefused is the difference from which a refusal without a telling code is
	// taken for a skewed clock. Servers refuse from 5 or 15 minutes on.
	skewRefused = 4 * time.Minute
	// skewStep keeps the offset still while the estimates only jitter.
	skewStep = 30 * time.Second
)

// Clock is the time as the server sees it: the local clock plus an offset that is
// estimated anew from the Date header of every answer. Once the local clock is put
// right the next answer takes the offset back to zero. The zero Clock is ready.
type Clock struct {
	// Local is the local clock; nil: time.Now.
	Local  func() time.Time
	offset atomic.Int64
	last   atomic.Pointer[dated]
}

// dated is a Date header and what it says, which many answers of the same second have alike.
type dated struct {
	header string
	at     time.Time
}

func (c *Clock) parse(header string) (time.Time, error) {
	if last := c.last.Load(); last != nil && last.header == header {
		return last.at, nil
	}
	at, err := http.ParseTime(header)
	if err == nil {
		c.last.Store(&dated{header, at})
	}
	return at, err
}

// Now is the time to sign with.
func (c *Clock) Now() time.Time { return c.local().Add(c.skew()) }

func (c *Clock) local() time.Time {
	if c.Local != nil {
		return c.Local()
	}
	return time.Now()
}

func (c *Clock) skew() time.Duration { return time.Duration(c.offset.Load()) }

// observe takes an answer's Date into account and returns how far the server is
// ahead of the local clock; ok is false when the answer does not tell.
func (c *Clock) observe(h http.Header) (ahead time.Duration, ok bool) {
	date := h.Get("Date")
	// A cache's answer is as old as its Age says.
	if date == "" || h.Get("Age") != "" {
		return 0, false
	}
	at, err := c.parse(date)
	if err != nil {
		return 0, false
	}
	ahead = at.Sub(c.local())
	old := c.skew()
	switch {
	case ahead.Abs() < skewTolerated:
		if old != 0 {
			c.offset.Store(0)
		}
	case (ahead - old).Abs() > skewStep:
		c.offset.Store(int64(ahead))
	}
	return ahead, true
}
