package multipart

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/stowage-go/stowage/internal/schedule"
)

// Target takes the parts of one upload. R is the receipt that the store gives
// for a part (number, ETag, checksum, size). UploadPart is called from several
// goroutines; it must return when its context ends, and does its own retries.
type Target[R any] interface {
	// UploadPart sends the part of that number, counted from 1.
	UploadPart(ctx context.Context, number int, body Body) (R, error)
	// Complete makes the object of all parts; receipts are in part order. An error
	// after which nobody knows whether the object exists should match
	// [ErrAmbiguous].
	Complete(ctx context.Context, receipts []R) error
	// Abort removes the parts. Its context outlives the caller's.
	Abort(ctx context.Context) error
}

// Store begins uploads. It decides nothing; the engine does.
type Store[R any] interface {
	// PutWhole sends a body that is small enough for one request, or empty.
	PutWhole(ctx context.Context, body Body) error
	// Begin starts an upload in parts, or goes on with one. When it fails and something is
	// there already, or may be, the error is an *UploadError that tells so.
	Begin(ctx context.Context, plan Plan) (Target[R], error)
}

// Result describes an upload that succeeded.
type Result struct {
	Size     int64 // bytes of the object
	Parts    int   // 0 when it was sent whole
	PartSize int64 // of the first part; 0 when it was sent whole
}

// Upload sends src through store: small sources by one PutWhole, larger ones in
// parts, as many at once as Options.Concurrency and the scheduler allow.
//
// A plain reader is read by the calling goroutine. After a failure or a
// cancellation Upload returns when the Read that is running, and the calls to
// the store that are running, have returned: a Read that blocks for ever blocks
// Upload, so give it a deadline or close it.
//
// Errors: when ctx ends, context.Cause(ctx) (inside an [*UploadError] if parts
// were begun). Before parts are begun: [ErrOptions], [*LimitError],
// [*LengthError], [*ReadError], or what PutWhole or Begin answered, as it is.
// Afterwards always an *UploadError around the first error, which for a part is
// a [*PartError].
func Upload[R any](ctx context.Context, src Source, store Store[R], opt Options) (Result, error) {
	o, err := opt.settle()
	if err != nil {
		return Result{}, err
	}
	if src.at == nil && src.r == nil {
		return Result{}, fmt.Errorf("%w: the source is the zero value, it is made by ReaderSource or ReaderAtSource", ErrOptions)
	}
	plan, err := o.plan(src.size, src.Buffered())
	if err != nil {
		return Result{}, err
	}
	scheduler := o.Scheduler
	if scheduler == nil {
		scheduler = schedule.New(schedule.Options{Concurrency: o.Concurrency, Memory: o.Memory, InFlight: o.InFlight})
	}
	var cut cutter
	if src.Buffered() {
		cut = &stream{r: src.r, plan: plan, opt: o, memory: scheduler.Memory(o.Memory)}
	} else {
		cut = &sections{src: src, plan: plan, asOne: o.whole(src.size, plan, false)}
	}
	defer cut.close()
	defer o.Tracker.Stop()
	return send(ctx, cut, plan, store, o, scheduler.Lane(o.lane), o.Tracker)
}

func send[R any](ctx context.Context, cut cutter, plan Plan, store Store[R], o Options, lane *schedule.Lane, tracker *Tracker) (Result, error) {
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	first, whole, err := cut.first(ctx)
	if err != nil {
		return Result{}, causeOr(ctx, err)
	}
	if whole {
		return sendWhole(ctx, cut, first, store, lane, tracker)
	}
	target, err := store.Begin(ctx, plan)
	if err != nil {
		return Result{}, notBegun(ctx, err)
	}
	tracker.Expect(plan.Size, plan.Parts)

	f := finisher[R]{target: target, plan: plan, opt: o}
	s := newSender(target, lane, tracker, &f.ledger)
	err = s.sendParts(ctx, cut, first)
	cut.close() // Complete and Abort may take their time
	if err != nil {
		return Result{}, f.abandon(ctx, err)
	}
	tracker.Expect(f.ledger.bytes, len(f.ledger.entries))
	if err := f.complete(ctx); err != nil {
		return Result{}, f.abandon(ctx, err)
	}
	tracker.Finish(f.ledger.bytes, len(f.ledger.entries))
	return Result{Size: f.ledger.bytes, Parts: len(f.ledger.entries), PartSize: first.size}, nil
}

func sendWhole[R any](ctx context.Context, cut cutter, p piece, store Store[R], lane *schedule.Lane, tracker *Tracker) (Result, error) {
	defer cut.release(p)
	slot, err := lane.Acquire(ctx)
	if err != nil {
		return Result{}, err
	}
	tracker.Expect(p.size, 1)
	progress := &partProgress{tracker: tracker, size: p.size}
	err = store.PutWhole(ctx, p.body(progress, 0, slot))
	slot.Done(progress.moved(0), err)
	progress.end(err == nil)
	if err != nil {
		return Result{}, causeOr(ctx, err)
	}
	tracker.Finish(p.size, 1)
	return Result{Size: p.size}, nil
}

// sendParts sends each part in a slot of its own and returns the first error after all
// have ended.
func (s *sender[R]) sendParts(parent context.Context, cut cutter, first piece) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	fail := failure{parent: parent, cancel: cancel}

	var workers sync.WaitGroup
	for p, ok, err := first, true, error(nil); ok || err != nil; p, ok, err = cut.next(ctx) {
		if err != nil {
			fail.set(err)
			break
		}
		slot, err := s.lane.Acquire(ctx)
		if err != nil {
			cut.release(p)
			fail.set(err)
			break
		}
		workers.Go(func() {
			moved, err := s.sendPart(ctx, p, slot)
			// Before the slot lets another part begin, which would have a further buffer.
			fail.set(err)
			cut.release(p)
			slot.Done(moved, err)
		})
	}
	workers.Wait()
	return fail.err
}

// failure keeps the first error, and cancels everything on it.
type failure struct {
	parent context.Context
	cancel context.CancelCauseFunc
	once   sync.Once
	err    error // read it after all that may set it have ended
}

func (f *failure) set(err error) {
	if err == nil {
		return
	}
	f.once.Do(func() {
		f.err = causeOr(f.parent, err)
		f.cancel(f.err)
	})
}

// notBegun is the failure of a Begin. What a store says to be left goes with it.
func notBegun(ctx context.Context, err error) error {
	var left *UploadError
	if errors.As(err, &left) {
		return &UploadError{Err: causeOr(ctx, left.Err), Cleanup: left.Cleanup, AbortErr: left.AbortErr}
	}
	return causeOr(ctx, err)
}

// causeOr returns why the caller cancelled if he did: what a store answers then
// is only an echo of it.
func causeOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
