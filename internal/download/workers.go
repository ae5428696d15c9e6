package download

import (
	"context"
	"sync"

	"github.com/stowage-go/stowage/internal/schedule"
)

// Workers run the requests of one download, each in a slot of its lane. The first that fails
// cancels the others.
type Workers struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	lane    *schedule.Lane
	running sync.WaitGroup
	failed  sync.Once
	err     error // read it when all have ended
}

// NewWorkers makes workers, and the context that ends with the first failure. Wait ends it,
// too.
func NewWorkers(ctx context.Context, lane *schedule.Lane) (*Workers, context.Context) {
	w := &Workers{lane: lane}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	return w, w.ctx
}

// Fetch waits for a slot, and runs fetch in it, on a goroutine of its own; fetch tells how
// many bytes it moved. Fetch is false when there is no use in going on: after a failure, or
// when the context has ended.
func (w *Workers) Fetch(fetch func(*schedule.Slot) (int64, error)) bool {
	slot, err := w.lane.Acquire(w.ctx)
	if err != nil {
		return false
	}
	w.FetchIn(slot, fetch)
	return true
}

// FetchIn is Fetch in a slot that is there.
func (w *Workers) FetchIn(slot *schedule.Slot, fetch func(*schedule.Slot) (int64, error)) {
	w.Go(func() error {
		n, err := fetch(slot)
		slot.Done(n, err)
		return err
	})
}

// Go runs what needs no slot.
func (w *Workers) Go(work func() error) {
	w.running.Go(func() {
		if err := work(); err != nil {
			w.failed.Do(func() {
				w.err = err
				w.cancel(err)
			})
		}
	})
}

// Wait returns the first failure once all have ended.
func (w *Workers) Wait() error {
	w.running.Wait()
	w.cancel(w.err)
	return w.err
}
