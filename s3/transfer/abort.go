package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/stowage-go/stowage/s3"
)

const (
	// abortSettle is how long a part that the server has received may take to show up
	// after the upload was aborted; seen on a gateway over a file system.
	abortSettle = 250 * time.Millisecond
	abortRounds = 3
)

// Abort gives the upload up. One that is gone already has nothing left, unless it is
// gone because the parts were joined after all.
//
// A part whose answer was not waited for may be stored after the abort, and bring the
// upload back (API reference, "AbortMultipartUpload": it might be necessary to abort
// several times). So it is looked for, and aborted again.
func (u *upload) Abort(ctx context.Context) error {
	swept := u.sweepRepeats(ctx)
	if err := u.abort(ctx); err != nil {
		return both(err, swept)
	}
	return swept
}

func (u *upload) abort(ctx context.Context) error {
	var in s3.AbortMultipartUploadInput
	copyFields(&in, &u.part)
	for range abortRounds {
		_, err := u.client.AbortMultipartUpload(ctx, &in, u.requestOptions(nil)...)
		if err != nil && (u.joining || !errors.Is(err, s3.ErrNoSuchUpload)) {
			return err
		}
		if !u.loose.Load() {
			return nil
		}
		if !u.wait(ctx) {
			return nil // aborted as far as can be told
		}
		parts := &s3.ListPartsInput{MaxParts: 1}
		copyFields(parts, &u.part)
		if _, err := u.client.ListParts(ctx, parts, u.requestOptions(nil)...); err != nil {
			return nil
		}
	}
	return errors.New("the upload is still there after it was aborted")
}

// answered reports whether the server said anything at all.
func answered(err error) bool {
	var refused *s3.Error
	return errors.As(err, &refused)
}

// wait gives the server the time to settle; false when ctx ends before.
func (u *upload) wait(ctx context.Context) bool {
	t := time.NewTimer(u.settle)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
