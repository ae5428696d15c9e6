package download

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/internal/schedule"
)

// Workers run the requests of one download, each in a slot of its lane. The first that fails
// cancels the others.
type Workers struct {
	ctx   context.Context
	lane  *schedule.Lane
	group *errgroup.Group
}

// NewWorkers makes workers, and the context that ends with the first failure.
func NewWorkers(ctx context.Context, lane *schedule.Lane) (*Workers, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	return &Workers{ctx: ctx, lane: lane, group: group}, ctx
}

// Fetch waits for a slot, and runs fetch in it, on a goroutine of its own; fetch tells how
// many bytes it moved. Fetch is false when there is no use in going on: after a failure, or
// when the context has ended.
func (w *Workers) Fetch(fetch func() (int64, error)) bool {
	slot, err := w.lane.Acquire(w.ctx)
	if err != nil {
		return false
	}
	w.FetchIn(slot, fetch)
	return true
}

// FetchIn is Fetch in a slot that is there.
func (w *Workers) FetchIn(slot *schedule.Slot, fetch func() (int64, error)) {
	w.group.Go(func() error {
		n, err := fetch()
		slot.Done(n, err)
		return err
	})
}

// Go runs what needs no slot.
func (w *Workers) Go(work func() error) { w.group.Go(work) }

// Wait returns the first failure once all have ended.
func (w *Workers) Wait() error { return w.group.Wait() }
