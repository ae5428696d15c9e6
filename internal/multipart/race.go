package multipart

import (
	"context"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/schedule"
)

// patience is how long a part is sent before it is asked whether it is slow.
const patience = time.Second

// race is a part in flight, and its repeat if it turns out to be slow.
type race[R any] struct {
	sender   *sender[R]
	piece    piece
	progress *partProgress
	began    time.Time
	endFirst context.CancelCauseFunc

	mu        sync.Mutex
	ended     bool // the first request has
	running   bool // the repeat is
	endSecond context.CancelCauseFunc

	over    sync.WaitGroup // the repeat, which leaves:
	receipt R
	err     error
}

// run sends the part, and gives the answer that counts when nobody reads it any more.
func (r *race[R]) run(ctx context.Context, slot *schedule.Slot) (R, error) {
	first, endFirst := context.WithCancelCause(ctx)
	defer endFirst(nil)
	r.endFirst, r.began, r.err = endFirst, time.Now(), errOvertaken
	r.over.Add(1)
	timer := time.AfterFunc(patience, func() {
		defer r.over.Done()
		if !behind(time.Since(r.began), patience) {
			r.watch(ctx)
		}
	})
	receipt, err := r.sender.request(first, r.piece, r.progress, 0, slot)
	if timer.Stop() {
		return receipt, err
	}
	r.end(err)
	r.over.Wait()
	if err != nil && r.err == nil {
		return r.receipt, nil
	}
	return receipt, err
}

// end tells the repeat that the first request has ended with err: it is only of use now
// when that has failed and it is on its way itself.
func (r *race[R]) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if r.endSecond != nil && (err == nil || !r.running) {
		r.endSecond(errOvertaken)
	}
}

// watch sends the part once more when it is slow and a slot is free that nobody wants.
func (r *race[R]) watch(parent context.Context) {
	ctx, end := context.WithCancelCause(parent)
	defer end(nil)
	r.mu.Lock()
	r.endSecond = end
	ended := r.ended
	r.mu.Unlock()
	if ended || !r.slow(ctx) {
		return
	}
	s := r.sender
	slot, err := s.lane.Spare(ctx)
	if err != nil {
		return
	}
	defer func() { slot.Done(r.progress.moved(1), r.err) }()
	if !r.start() {
		return
	}
	if r.receipt, r.err = s.request(ctx, r.piece, r.progress, 1, slot); r.err == nil {
		r.endFirst(errOvertaken)
	}
}

// slow waits until the part is in flight for too long, by what is then known of others;
// false when the first request ends before.
func (r *race[R]) slow(ctx context.Context) bool {
	for {
		wait := patience
		if due := r.sender.lane.SlowPart(r.piece.size); due > 0 {
			if wait = due - time.Since(r.began); wait <= 0 {
				return true
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return false
		}
	}
}

// start reports whether the repeat may begin, and counts it.
func (r *race[R]) start() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = !r.ended && r.sender.mayRepeat()
	return r.running
}

// behind: a machine that is so late with its timers is late with all else, and a part that
// is slow for that is not helped by another.
func behind(waited, after time.Duration) bool { return waited > after+after/4 }
