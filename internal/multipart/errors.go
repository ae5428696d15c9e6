package multipart

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrOptions is matched by errors about options or a source that make no sense.
	ErrOptions = errors.New("multipart: bad options")

	// ErrAmbiguous is for a [Target]: a Complete that can't tell whether the object
	// was made returns an error matching it, and the upload is neither retried nor
	// aborted, because an Abort could destroy what was made.
	ErrAmbiguous = errors.New("multipart: it is not known whether the upload was completed")

	// errReleased is what a late reader of a part gets, after its UploadPart returned.
	errReleased = errors.New("multipart: part read after its upload returned")
)

// Limit names what a [LimitError] is about: a field of [Limits] or [Options].
type Limit string

// The limits that an upload can meet.
const (
	LimitMinPartSize   Limit = "MinPartSize"
	LimitMaxPartSize   Limit = "MaxPartSize"
	LimitMaxParts      Limit = "MaxParts"
	LimitMaxObjectSize Limit = "MaxObjectSize"
	LimitMemory        Limit = "Memory"
)

// LimitError says that a size doesn't fit. Test for it with errors.As.
type LimitError struct {
	Limit   Limit
	Allowed int64 // the limit's value; for a stream that outgrew its plan, the bytes the plan can carry
	Asked   int64 // the value that broke it; for a stream at least this much
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("multipart: %d is outside the limit %s (%d)", e.Asked, e.Limit, e.Allowed)
}

// PartError names the part whose UploadPart failed first.
type PartError struct {
	Number       int // from 1
	Offset, Size int64
	Err          error
}

func (e *PartError) Error() string {
	return fmt.Sprintf("multipart: part %d (%d bytes at %d): %v", e.Number, e.Size, e.Offset, e.Err)
}

// Unwrap returns what the Target answered.
func (e *PartError) Unwrap() error { return e.Err }

// ReadError is a failure of the source, not of the store: there is no use in
// sending the part again. Parts of a source with ReadAt return it from Read, so
// a Target sees it too.
type ReadError struct {
	Offset int64 // in bytes from where the upload began
	Err    error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("multipart: reading the source at byte %d: %v", e.Offset, e.Err)
}

// Unwrap returns what the source answered.
func (e *ReadError) Unwrap() error { return e.Err }

// LengthError says that a source has not the length that it was declared or
// measured to have. When it has fewer bytes, errors.Is(err, io.ErrUnexpectedEOF)
// holds.
type LengthError struct {
	Want int64
	Got  int64 // when above Want: at least this many
}

func (e *LengthError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("multipart: source has more than the expected %d bytes (got at least %d)", e.Want, e.Got)
	}
	return fmt.Sprintf("multipart: source ended early: expected %d bytes, got %d", e.Want, e.Got)
}

// Unwrap returns io.ErrUnexpectedEOF for a source that was too short.
func (e *LengthError) Unwrap() error {
	if e.Got < e.Want {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// Cleanup is what became of the parts of an upload that failed.
type Cleanup int

// What can become of the parts.
const (
	// CleanupAborted: Abort succeeded, nothing is left.
	CleanupAborted Cleanup = iota + 1
	// CleanupLeft: Options.LeavePartsOnError kept them.
	CleanupLeft
	// CleanupFailed: Abort failed too; parts may be left, see UploadError.AbortErr.
	CleanupFailed
	// CleanupUnknown: Complete failed with ErrAmbiguous, so nothing was touched.
	CleanupUnknown
)

// String returns the words that stand in the error.
func (c Cleanup) String() string {
	switch c {
	case CleanupAborted:
		return "upload aborted"
	case CleanupLeft:
		return "parts left in place"
	case CleanupFailed:
		return "abort failed"
	case CleanupUnknown:
		return "parts not touched"
	default:
		return "unknown cleanup"
	}
}

// UploadError is every failure after the parts of an upload were begun. It
// matches, through errors.Is and errors.As, the first error and the abort's.
type UploadError struct {
	// Err is the first error: a *PartError, *ReadError, *LengthError, *LimitError,
	// the answer of Complete, or context.Cause of the caller's context.
	Err error
	// Cleanup tells what became of the parts.
	Cleanup Cleanup
	// AbortErr is why Abort failed, nil when it didn't.
	AbortErr error
}

func (e *UploadError) Error() string {
	if e.AbortErr != nil {
		return fmt.Sprintf("%v; %v: %v", e.Err, e.Cleanup, e.AbortErr)
	}
	return fmt.Sprintf("%v; %v", e.Err, e.Cleanup)
}

// Unwrap returns the first error and, if there is one, the abort's.
func (e *UploadError) Unwrap() []error {
	if e.AbortErr != nil {
		return []error{e.Err, e.AbortErr}
	}
	return []error{e.Err}
}
