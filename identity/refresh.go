package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// defaultRefreshBefore is how long before its end a value is fetched anew, or a
	// fifth of its life where that is less.
	defaultRefreshBefore = 5 * time.Minute
	// refreshTimeout ends a fetch that nobody's context ends.
	refreshTimeout = 3 * time.Minute
	// Between attempts at a refresh that fails while the old value holds.
	minRefreshPause = time.Second
	maxRefreshPause = time.Minute
)

// refresher keeps one value that expires fresh for all goroutines: a token, or
// credentials. However many ask at once, one fetch is under way at a time. It runs on a
// context of its own, so that a caller that gives up takes nothing from the others; it
// is cancelled when all have given up.
//
// Shortly before its end the value is fetched anew behind the callers' backs; while it
// holds nobody waits, and nobody fails if the fetch does.
type refresher[T any] struct {
	fetch   func(context.Context) (T, error)
	expires func(T) time.Time // zero: never
	now     func() time.Time
	before  time.Duration // zero: the default
	logger  *slog.Logger  // nil: silent
	what    string        // for the log

	mu        sync.Mutex
	value     T
	held      bool
	end       time.Time // of value; zero: never
	refreshAt time.Time // zero: never
	flight    *flight[T]
}

// flight is one fetch under way.
type flight[T any] struct {
	done    chan struct{}
	waiters int // who would miss it; guarded by refresher.mu
	cancel  context.CancelFunc
	value   T
	err     error
}

// get returns the value that holds, or the outcome of the fetch under way.
func (r *refresher[T]) get(ctx context.Context) (T, error) {
	r.mu.Lock()
	now := r.now()
	if r.held && (r.end.IsZero() || now.Before(r.end)) {
		if !r.refreshAt.IsZero() && !now.Before(r.refreshAt) && r.flight == nil {
			r.start(ctx) // it has itself as a waiter: the value's users don't wait
		}
		v := r.value
		r.mu.Unlock()
		return v, nil
	}
	var zero T
	if err := ctx.Err(); err != nil {
		r.mu.Unlock()
		return zero, contextError(ctx)
	}
	f := r.flight
	if f == nil {
		f = r.start(ctx)
	} else {
		f.waiters++
	}
	r.mu.Unlock()
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		r.leave(f)
		return zero, contextError(ctx)
	}
}

// start begins a fetch, with one waiter. The lock is held.
func (r *refresher[T]) start(ctx context.Context) *flight[T] {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	f := &flight[T]{done: make(chan struct{}), waiters: 1, cancel: cancel}
	r.flight = f
	go func() {
		defer cancel()
		f.value, f.err = r.fetch(ctx)
		r.land(f)
	}()
	return f
}

// land keeps what a fetch brought.
func (r *refresher[T]) land(f *flight[T]) {
	defer close(f.done)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.flight != f {
		return // all had left; another may be under way
	}
	r.flight = nil
	now := r.now()
	if f.err == nil {
		r.keep(f.value, now)
		return
	}
	if r.held && now.Before(r.end) {
		left := r.end.Sub(now)
		pause := jitter(min(max(left/10, minRefreshPause), maxRefreshPause))
		r.refreshAt = now.Add(pause)
		if r.logger != nil {
			r.logger.Warn("refresh failed, the old value holds on", "what", r.what,
				"left", left, "next", pause, "error", f.err.Error())
		}
	}
}

// keep takes v as the value, and plans its refresh.
func (r *refresher[T]) keep(v T, now time.Time) {
	r.value, r.held, r.end, r.refreshAt = v, true, r.expires(v), time.Time{}
	if r.end.IsZero() {
		return
	}
	before := r.before
	if before == 0 {
		before = defaultRefreshBefore
	}
	before = min(before, r.end.Sub(now)/5)
	// Processes that started together don't refresh together.
	r.refreshAt = r.end.Add(-before - jitter(before)/2)
}

// leave takes a waiter from f, and ends f when it was the last.
func (r *refresher[T]) leave(f *flight[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.waiters--; f.waiters == 0 {
		f.cancel()
		if r.flight == f {
			r.flight = nil
		}
	}
}

// drop forgets the value if match says that it is the one meant: callers that come
// late, with one that was replaced already, change nothing.
func (r *refresher[T]) drop(match func(T) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held && match(r.value) {
		var zero T
		r.value, r.held = zero, false
	}
}

// peek returns the value, fresh or not, and whether there is one.
func (r *refresher[T]) peek() (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value, r.held
}

// contextError is the context's end with its cause.
func contextError(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

// jitter is between half of d and d.
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d/2 + rand.N(d/2+1)
}
