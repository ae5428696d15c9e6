package s3

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Defaults of [WaitOptions].
const (
	DefaultWaitMinDelay = 500 * time.Millisecond
	DefaultWaitMaxDelay = 10 * time.Second
	DefaultMaxWait      = 2 * time.Minute
)

// WaitOptions say how a wait looks and for how long. The zero value is the defaults.
//
// The first look is at once. Before the next there is a random pause between MinDelay
// and MinDelay, twice MinDelay, four times MinDelay and so on, up to MaxDelay. The last look
// is early enough before the end that it can be answered.
type WaitOptions struct {
	// MinDelay is the shortest pause between two looks. Zero: 500 milliseconds.
	MinDelay time.Duration
	// MaxDelay is the longest. Zero: 10 seconds, or MinDelay where that is longer.
	MaxDelay time.Duration
	// MaxWait is how long the whole may take. Zero: 2 minutes; negative: no limit but the
	// context's. The context's own deadline holds in any case.
	MaxWait time.Duration
}

func (o WaitOptions) resolve() (WaitOptions, error) {
	if o.MinDelay < 0 {
		return o, errors.New("s3: WaitOptions.MinDelay is negative")
	}
	if o.MaxDelay < 0 {
		return o, errors.New("s3: WaitOptions.MaxDelay is negative")
	}
	if o.MinDelay == 0 {
		o.MinDelay = DefaultWaitMinDelay
		if o.MaxDelay > 0 {
			o.MinDelay = min(o.MinDelay, o.MaxDelay)
		}
	}
	if o.MaxDelay == 0 {
		o.MaxDelay = max(DefaultWaitMaxDelay, o.MinDelay)
	}
	if o.MaxDelay < o.MinDelay {
		return o, fmt.Errorf("s3: WaitOptions.MaxDelay %v is shorter than MinDelay %v", o.MaxDelay, o.MinDelay)
	}
	if o.MaxWait == 0 {
		o.MaxWait = DefaultMaxWait
	}
	return o, nil
}

// WaitUntilBucketExists asks HeadBucket until the bucket is there: the server answers
// success, a redirect to another region, or 403, which it answers for a bucket that the
// caller may not look at, and for wrong credentials too. It asks again after 404. Any
// other failure ends the wait at once.
//
// When time is over the error wraps context.DeadlineExceeded, also when it was MaxWait
// that ended, and the server's last answer.
//
// Source: the waiter BucketExists of the AWS SDKs' model.
func (c *Client) WaitUntilBucketExists(ctx context.Context, in *HeadBucketInput, wait WaitOptions, opts ...func(*Options)) error {
	w := waiter{name: "WaitUntilBucketExists", exists: true, refused: []int{http.StatusMovedPermanently, http.StatusForbidden}}
	if in != nil {
		w.bucket = in.Bucket
	}
	return w.wait(ctx, wait, func(ctx context.Context) error {
		_, err := c.HeadBucket(ctx, in, opts...)
		return err
	})
}

// WaitUntilBucketNotExists asks HeadBucket until the server answers 404. It asks again
// while the bucket is there; any other failure, 403 included, ends the wait at once.
//
// When time is over the error wraps context.DeadlineExceeded, also when it was MaxWait
// that ended.
//
// Source: the waiter BucketNotExists of the AWS SDKs' model.
func (c *Client) WaitUntilBucketNotExists(ctx context.Context, in *HeadBucketInput, wait WaitOptions, opts ...func(*Options)) error {
	w := waiter{name: "WaitUntilBucketNotExists"}
	if in != nil {
		w.bucket = in.Bucket
	}
	return w.wait(ctx, wait, func(ctx context.Context) error {
		_, err := c.HeadBucket(ctx, in, opts...)
		return err
	})
}

// WaitUntilObjectExists asks HeadObject until the object is there. It asks again after
// 404, which is also the answer for a bucket that is not there. Any other failure, 403
// included, ends the wait at once.
//
// When time is over the error wraps context.DeadlineExceeded, also when it was MaxWait
// that ended, and the server's last answer.
//
// Source: the waiter ObjectExists of the AWS SDKs' model.
func (c *Client) WaitUntilObjectExists(ctx context.Context, in *HeadObjectInput, wait WaitOptions, opts ...func(*Options)) error {
	w := waiter{name: "WaitUntilObjectExists", exists: true}
	if in != nil {
		w.bucket, w.key = in.Bucket, in.Key
	}
	return w.wait(ctx, wait, func(ctx context.Context) error {
		_, err := c.HeadObject(ctx, in, opts...)
		return err
	})
}

// WaitUntilObjectNotExists asks HeadObject until the server answers 404. It asks again
// while the object is there; any other failure, 403 included, ends the wait at once. In a
// bucket with versions, a delete marker is enough.
//
// When time is over the error wraps context.DeadlineExceeded, also when it was MaxWait
// that ended.
//
// Source: the waiter ObjectNotExists of the AWS SDKs' model.
func (c *Client) WaitUntilObjectNotExists(ctx context.Context, in *HeadObjectInput, wait WaitOptions, opts ...func(*Options)) error {
	w := waiter{name: "WaitUntilObjectNotExists"}
	if in != nil {
		w.bucket, w.key = in.Bucket, in.Key
	}
	return w.wait(ctx, wait, func(ctx context.Context) error {
		_, err := c.HeadObject(ctx, in, opts...)
		return err
	})
}

// waiter is one wait.
type waiter struct {
	name        string
	bucket, key string
	exists      bool  // wait for it to be there, not to be gone
	refused     []int // statuses that are as good as success
}

// verdict tells whether the wait is over, and with what failure.
func (w *waiter) verdict(err error) (over bool, failed error) {
	if err == nil {
		return w.exists, nil
	}
	e, ok := asError(err)
	switch {
	case !ok:
	case e.StatusCode == http.StatusNotFound:
		return !w.exists, nil
	case slices.Contains(w.refused, e.StatusCode):
		return true, nil
	}
	return true, err
}

func (w *waiter) wait(ctx context.Context, o WaitOptions, look func(context.Context) error) error {
	o, err := o.resolve()
	if err != nil {
		return operationError(w.name, err)
	}
	if o.MaxWait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.MaxWait)
		defer cancel()
	}
	var last error
	start, final := time.Now(), false
	for looks := 0; ; looks++ {
		err := look(ctx)
		over, failed := w.verdict(err)
		switch {
		case over && failed == nil:
			return nil
		case ctx.Err() != nil:
			return w.timeout(looks+1, time.Since(start), ctx.Err(), last)
		case over:
			return operationError(w.name, failed)
		}
		last = err
		if final {
			return w.timeout(looks+1, time.Since(start), context.DeadlineExceeded, last)
		}
		var pause time.Duration
		pause, final = o.pause(ctx, looks)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return w.timeout(looks+1, time.Since(start), ctx.Err(), last)
		}
	}
}

// pause is how long to wait after that many looks, and whether only one more fits in.
func (o WaitOptions) pause(ctx context.Context, looks int) (pause time.Duration, final bool) {
	ceiling := o.MaxDelay
	// MinDelay << looks without overflow
	if looks < 62 && o.MinDelay <= o.MaxDelay>>uint(looks) {
		ceiling = o.MinDelay << uint(looks)
	}
	pause = o.MinDelay + rand.N(ceiling-o.MinDelay+1)
	deadline, ok := ctx.Deadline()
	if !ok {
		return pause, false
	}
	if rest := time.Until(deadline); pause+o.MinDelay >= rest {
		return max(rest-o.MinDelay, rest/2), true
	}
	return pause, false
}

// timeout is one line: what was waited for, and why it ended.
func (w *waiter) timeout(looks int, took time.Duration, ended, last error) error {
	var b strings.Builder
	fmt.Fprintf(&b, "bucket %q", w.bucket)
	if w.key != "" {
		fmt.Fprintf(&b, ", key %q", w.key)
	}
	b.WriteString(": ")
	if w.exists {
		b.WriteString("not there")
	} else {
		b.WriteString("still there")
	}
	fmt.Fprintf(&b, " (looked %dx in %v)", looks, took.Round(time.Millisecond))
	if last == nil {
		return operationError(w.name, fmt.Errorf("%s: %w", b.String(), ended))
	}
	return operationError(w.name, fmt.Errorf("%s: %w: %w", b.String(), ended, last))
}
