package multipart

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
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
	// Begin starts an upload in parts.
	Begin(ctx context.Context, plan Plan) (Target[R], error)
}

// Result describes an upload that succeeded.
type Result struct {
	Size     int64 // bytes of the object
	Parts    int   // 0 when it was sent whole
	PartSize int64 // of the first part; 0 when it was sent whole
}

// Upload sends src through store: small sources by one PutWhole, larger ones in
// parts, up to Options.Concurrency of them at once.
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
	return upload(ctx, src, store, o, nil)
}

// upload is Upload with settled options; watch sees the bytes of all buffers
// whenever they change.
func upload[R any](ctx context.Context, src Source, store Store[R], o Options, watch func(int64)) (Result, error) {
	if src.at == nil && src.r == nil {
		return Result{}, fmt.Errorf("%w: the source is the zero value, it is made by ReaderSource or ReaderAtSource", ErrOptions)
	}
	plan, err := o.plan(src.size, src.Buffered())
	if err != nil {
		return Result{}, err
	}
	var cut cutter
	if src.Buffered() {
		budget := max(o.Memory, plan.PartSize)
		cut = &stream{r: src.r, plan: plan, opt: o, pool: newPool(budget, watch)}
	} else {
		cut = &sections{src: src, plan: plan, asOne: o.whole(src.size, plan, false)}
	}
	defer o.Tracker.Stop()
	return send(ctx, cut, plan, store, o, o.Tracker)
}

func send[R any](ctx context.Context, cut cutter, plan Plan, store Store[R], o Options, tracker *Tracker) (Result, error) {
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	first, whole, err := cut.first(ctx)
	if err != nil {
		return Result{}, causeOr(ctx, err)
	}
	if whole {
		return sendWhole(ctx, cut, first, store, tracker)
	}
	target, err := store.Begin(ctx, plan)
	if err != nil {
		return Result{}, causeOr(ctx, err)
	}
	tracker.Expect(plan.Size, plan.Parts)

	f := finisher[R]{target: target, plan: plan, opt: o}
	if err := sendParts(ctx, cut, first, target, o.Concurrency, tracker, &f.ledger); err != nil {
		return Result{}, f.abandon(ctx, err)
	}
	tracker.Expect(f.ledger.bytes, len(f.ledger.entries))
	if err := f.complete(ctx); err != nil {
		return Result{}, f.abandon(ctx, err)
	}
	tracker.Finish(f.ledger.bytes, len(f.ledger.entries))
	return Result{Size: f.ledger.bytes, Parts: len(f.ledger.entries), PartSize: first.size}, nil
}

func sendWhole[R any](ctx context.Context, cut cutter, p piece, store Store[R], tracker *Tracker) (Result, error) {
	defer cut.release(p)
	tracker.Expect(p.size, 1)
	body := p.body(tracker)
	err := store.PutWhole(ctx, body)
	if err != nil {
		body.progress.end(false)
		return Result{}, causeOr(ctx, err)
	}
	body.progress.end(true)
	tracker.Finish(p.size, 1)
	return Result{Size: p.size}, nil
}

// sendParts runs the workers and returns the first error after all have ended.
func sendParts[R any](parent context.Context, cut cutter, first piece, target Target[R], concurrency int, tracker *Tracker, l *ledger[R]) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	fail := failure{parent: parent, cancel: cancel}

	var workers errgroup.Group
	workers.SetLimit(concurrency)
	for p, ok, err := first, true, error(nil); ok || err != nil; p, ok, err = cut.next(ctx) {
		if err == nil && ctx.Err() != nil {
			cut.release(p)
			err = context.Cause(ctx)
		}
		if err != nil {
			fail.set(err)
			break
		}
		workers.Go(func() error {
			defer cut.release(p)
			if ctx.Err() != nil { // it ended while the part waited for a free worker
				fail.set(context.Cause(ctx))
				return nil
			}
			fail.set(sendPart(ctx, p, target, tracker, l))
			return nil
		})
	}
	_ = workers.Wait() // errors are in fail, which knows the first one
	return fail.err
}

func sendPart[R any](ctx context.Context, p piece, target Target[R], tracker *Tracker, l *ledger[R]) error {
	body := p.body(tracker)
	receipt, err := target.UploadPart(ctx, p.number, body)
	if err != nil {
		body.progress.end(false)
		return &PartError{Number: p.number, Offset: p.offset, Size: p.size, Err: err}
	}
	l.add(p, receipt)
	body.progress.end(true)
	return nil
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

// causeOr returns why the caller cancelled if he did: what a store answers then
// is only an echo of it.
func causeOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
