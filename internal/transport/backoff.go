package transport

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Defaults of [Backoff], and the longest wait that a server may ask for.
const (
	DefaultBaseDelay = 100 * time.Millisecond
	DefaultMaxDelay  = 20 * time.Second
	maxRetryAfter    = 2 * time.Minute
)

// Backoff computes the wait before a retry: full jitter, that is a random time
// between nothing and min(Max, Base * 2^n), where n counts the retries so far.
type Backoff struct {
	Base time.Duration // zero: DefaultBaseDelay
	Max  time.Duration // zero: DefaultMaxDelay
	// Random yields a number in [0, 1); nil: math/rand/v2.
	Random func() float64
}

func (b Backoff) delay(retry int) time.Duration {
	base, limit, random := b.Base, b.Max, b.Random
	if base <= 0 {
		base = DefaultBaseDelay
	}
	if limit <= 0 {
		limit = DefaultMaxDelay
	}
	if random == nil {
		random = rand.Float64
	}
	ceiling := limit
	// base << retry without overflow
	if retry < 32 && base < limit>>uint(retry) {
		ceiling = base << uint(retry)
	}
	return time.Duration(random() * float64(ceiling))
}

// retryAfter reads how long the server wants to be left alone: x-amz-retry-after
// in milliseconds, or Retry-After in seconds or as a date. ok is false without
// a usable header.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	if v := strings.TrimSpace(h.Get("X-Amz-Retry-After")); v != "" {
		if ms, err := strconv.ParseInt(v, 10, 32); err == nil && ms >= 0 {
			return min(time.Duration(ms)*time.Millisecond, maxRetryAfter), true
		}
	}
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if s, err := strconv.ParseInt(v, 10, 32); err == nil && s >= 0 {
		return min(time.Duration(s)*time.Second, maxRetryAfter), true
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter), true
	}
	return 0, false
}
