package transfer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// repeatSlack is how far the time of a lost attempt may seem to lie outside that of the call:
// servers tell times in seconds, and a request that was given up may arrive late.
const repeatSlack = time.Second

// repeats tells of a CreateMultipartUpload that was sent more than once. An attempt whose answer
// was lost may have begun an upload that nobody knows.
type repeats struct {
	lost bool
	took time.Duration // of all attempts
}

// note is told what an attempt failed with that is repeated.
func (r *repeats) note(err error) {
	var (
		refused *s3.Error
		dial    *net.OpError
	)
	switch {
	case errors.As(err, &refused):
		r.lost = r.lost || refused.StatusCode != http.StatusServiceUnavailable && !refusedFor(err)
	case !errors.As(err, &dial) || dial.Op != "dial":
		r.lost = true
	}
}

// sweepRepeats aborts the uploads that lost attempts may have begun: those of the very same key
// that carry no part and were begun by the server's clock while this one was being begun. It has
// to come at the end of the upload, when one that another program has begun at the same time would
// carry a part, and while it is still there, since its time is the server's.
func (u *upload) sweepRepeats(ctx context.Context) error {
	if !u.repeats.lost {
		return nil
	}
	begun, others, err := u.listSame(ctx)
	if err != nil {
		return fmt.Errorf("look for an upload whose creation had no answer: %w", err)
	}
	if !begun.IsZero() {
		first, last := begun.Add(-u.repeats.took-repeatSlack), begun.Add(repeatSlack)
		err = u.abortEmpty(ctx, others, func(t time.Time) bool { return t.After(first) && t.Before(last) })
	}
	if err == nil {
		u.repeats.lost = false
	}
	return err
}
