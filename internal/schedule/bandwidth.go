package schedule

import (
	"context"
	"io"
	"math"
	"time"

	"golang.org/x/time/rate"
)

// What may go at once: a fiftieth of a second's worth, so that the flow is smooth, but no
// less than leastBurst.
const (
	burstsPerSecond = 50
	leastBurst      = 1 << 10
)

// Limiter bounds bytes per second. A nil Limiter bounds nothing. It is safe for concurrent
// use.
type Limiter struct {
	rate  *rate.Limiter
	above *Limiter // whose bound holds as well
}

func newLimiter(bytesPerSecond int64, above *Limiter) *Limiter {
	if bytesPerSecond < 1 {
		return above
	}
	burst := min(max(bytesPerSecond/burstsPerSecond, leastBurst), math.MaxInt32)
	return &Limiter{rate: rate.NewLimiter(rate.Limit(bytesPerSecond), int(burst)), above: above}
}

// Limiter is that of one transfer: bytesPerSecond of its own, less than 1 for no bound, and
// within it the scheduler's. It is nil when there is neither.
func (s *Scheduler) Limiter(bytesPerSecond int64) *Limiter {
	return newLimiter(bytesPerSecond, s.limiter)
}

// Reader is r at no more than the limiter's rate, which it shares with all other readers.
// A wait ends with ctx, and Read then gives context.Cause(ctx). For a nil limiter it is r
// itself.
func (l *Limiter) Reader(ctx context.Context, r io.Reader) io.Reader {
	if l == nil {
		return r
	}
	return &limited{ctx: ctx, src: r, limiter: l}
}

type limited struct {
	ctx     context.Context
	src     io.Reader
	limiter *Limiter
}

func (r *limited) Read(p []byte) (int, error) {
	n, err := r.src.Read(p[:min(len(p), r.limiter.burst())])
	if werr := r.limiter.wait(r.ctx, n); werr != nil {
		return 0, werr
	}
	return n, err
}

func (l *Limiter) burst() int {
	least := l.rate.Burst()
	for l = l.above; l != nil; l = l.above {
		least = min(least, l.rate.Burst())
	}
	return least
}

// wait lets n bytes, at most a burst, pass when they may.
func (l *Limiter) wait(ctx context.Context, n int) error {
	for ; l != nil; l = l.above {
		turn := l.rate.ReserveN(time.Now(), n)
		if err := sleep(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
