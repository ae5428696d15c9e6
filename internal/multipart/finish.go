package multipart

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ledger collects the receipts of parts, which arrive in any order.
type ledger[R any] struct {
	mu      sync.Mutex
	entries []entry[R] // by part number - 1
	bytes   int64
}

type entry[R any] struct {
	done         bool
	offset, size int64
	receipt      R
}

func (l *ledger[R]) add(p piece, receipt R) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.entries) < p.number {
		l.entries = append(l.entries, entry[R]{})
	}
	l.entries[p.number-1] = entry[R]{done: true, offset: p.offset, size: p.size, receipt: receipt}
	l.bytes += p.size
}

// finisher ends an upload, one way or the other.
type finisher[R any] struct {
	target Target[R]
	plan   Plan
	opt    Options
	ledger ledger[R]
}

// complete verifies that every part of the source has its receipt, and then
// makes the object.
func (f *finisher[R]) complete(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	receipts, err := f.verify()
	if err != nil {
		return err
	}
	if err := f.target.Complete(ctx, receipts); err != nil {
		if errors.Is(err, ErrAmbiguous) {
			return err
		}
		return causeOr(ctx, err)
	}
	return nil
}

// verify is the last look before an object is published: a gap, an overlap or
// a missing receipt here would be a broken object there.
func (f *finisher[R]) verify() ([]R, error) {
	receipts := make([]R, 0, len(f.ledger.entries))
	var offset int64
	for i, e := range f.ledger.entries {
		switch {
		case !e.done:
			return nil, fmt.Errorf("multipart: part %d has no receipt", i+1)
		case e.offset != offset:
			return nil, fmt.Errorf("multipart: part %d begins at %d, not at %d", i+1, e.offset, offset)
		}
		offset += e.size
		receipts = append(receipts, e.receipt)
	}
	if f.plan.Size >= 0 && (offset != f.plan.Size || len(receipts) != f.plan.Parts) {
		return nil, fmt.Errorf("multipart: sent %d bytes in %d parts, planned %d in %d",
			offset, len(receipts), f.plan.Size, f.plan.Parts)
	}
	return receipts, nil
}

// abandon aborts the upload, unless the parts are to be left, and returns err
// with what came of that. The caller's context may have ended, and mostly has.
func (f *finisher[R]) abandon(ctx context.Context, err error) error {
	failed := &UploadError{Err: err}
	switch {
	case errors.Is(err, ErrAmbiguous):
		failed.Cleanup = CleanupUnknown
		return failed
	case f.opt.LeavePartsOnError:
		failed.Cleanup = CleanupLeft
		return failed
	}
	ctx = context.WithoutCancel(ctx)
	if f.opt.AbortTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.opt.AbortTimeout)
		defer cancel()
	}
	failed.Cleanup = CleanupAborted
	if failed.AbortErr = f.target.Abort(ctx); failed.AbortErr != nil {
		failed.Cleanup = CleanupFailed
	}
	return failed
}
