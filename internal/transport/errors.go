package transport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
)

// ErrBudget is what a call fails with, client-side, when a retry was due but the
// client's retry budget was empty. The failure that was to be retried is wrapped
// beside it. Test with errors.Is.
var ErrBudget = errors.New("retry budget exhausted")

// errAttemptOver ends the reads of a body whose attempt is over: net/http may go on
// sending after an early answer.
var errAttemptOver = errors.New("transport: read of a body after its attempt ended")

// IdleError says that a connection made no progress for the idle limit. It is a
// net.Error whose Timeout is true.
type IdleError struct {
	Sending bool          // true: the request's body; false: the answer's
	Limit   time.Duration // the limit that passed
}

// Error tells the direction and the limit.
func (e *IdleError) Error() string {
	if e.Sending {
		return fmt.Sprintf("no progress sending the body for %v", e.Limit)
	}
	return fmt.Sprintf("no progress receiving the answer for %v", e.Limit)
}

// Timeout is true: an IdleError is a timeout.
func (e *IdleError) Timeout() bool { return true }

// Temporary is true; it completes net.Error.
func (e *IdleError) Temporary() bool { return true }

// idleCause is the idle limit that ended an attempt's context, nil when it was not one.
func idleCause(ctx context.Context) error {
	var idle *IdleError
	if errors.As(context.Cause(ctx), &idle) {
		return idle
	}
	return nil
}

// BodyError wraps what the caller's own body answered to Read or Seek.
type BodyError struct{ Err error }

// Error names the body as the culprit.
func (e *BodyError) Error() string { return "read the request body: " + e.Err.Error() }

// Unwrap returns the body's own error.
func (e *BodyError) Unwrap() error { return e.Err }

// AttemptsError says that a failure outlived the attempts that were allowed.
type AttemptsError struct {
	Attempts int
	// Ambiguous: an attempt before the last may have taken effect, since its answer was
	// lost or told of a failure of the server's own.
	Ambiguous bool
	Err       error // the last attempt's
}

// Error is the last failure and the count.
func (e *AttemptsError) Error() string {
	return fmt.Sprintf("%v (after %d attempts)", e.Err, e.Attempts)
}

// Unwrap returns the last failure.
func (e *AttemptsError) Unwrap() error { return e.Err }

// ConnectionError is a failure before any answer: no connection, or one that broke.
type ConnectionError struct {
	Host string
	Err  error
}

// Error names the host; the cause follows, of which the server may have had a word, in a
// certificate's names or a header that can't be read.
func (e *ConnectionError) Error() string {
	return "no answer from " + e.Host + ": " + apierr.OneLine(e.Err.Error())
}

// Unwrap returns the cause, and [ErrNoAnswer].
func (e *ConnectionError) Unwrap() []error { return []error{e.Err, ErrNoAnswer} }

// ErrNoAnswer is what every [ConnectionError] is. Test with errors.Is.
var ErrNoAnswer = errors.New("no answer")
