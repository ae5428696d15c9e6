package transfer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// ErrIncomplete: what the server has is not what was sent: another size or ETag.
var ErrIncomplete = errors.New("the stored object differs from what was sent")

// ErrAmbiguous: the answer to the manifest, or to CompleteMultipartUpload, was lost, and the
// object does not tell whether it took effect. Nothing was deleted.
var ErrAmbiguous = errors.New("not known whether the upload was completed")

// ErrSourceChanged: the body is not the one that the checkpoint was written for. Give that
// one, or end its upload by [Uploader.Abort].
var ErrSourceChanged = errors.New("the body is not the one of the checkpoint")

// OptionError is an option or a member that can't be, found before anything is sent.
type OptionError struct {
	Field  string // of Options, DownloadOptions or the input
	Reason string
}

// Error names the field and says why.
func (e *OptionError) Error() string { return e.Field + ": " + e.Reason }

// SizeError: the body doesn't fit: it is larger than the server takes, or, for a stream,
// than the number of segments and the memory allow. errors.As finds it.
type SizeError struct {
	// Limit is what it exceeds: MinPartSize, MaxPartSize, MaxParts or MaxObjectSize of
	// the server, or Memory, the budget.
	Limit string
	// Allowed and Asked are in bytes, or in parts for MaxParts. For a stream that
	// outgrew its plan, Allowed is the number of bytes that the plan carries.
	Allowed, Asked int64
}

// Error names the limit and both numbers.
func (e *SizeError) Error() string {
	return fmt.Sprintf("%d is outside the limit %s, %d", e.Asked, e.Limit, e.Allowed)
}

// LengthError: the body has not the length that was stated. errors.As finds it; when
// it was too short, errors.Is finds io.ErrUnexpectedEOF too.
type LengthError struct {
	// Want is what was stated, or measured when the upload began; Got what there is, at
	// least when it is more.
	Want, Got int64
	err       error
}

// Error tells both lengths in bytes.
func (e *LengthError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("the body has more than the %d bytes that were stated", e.Want)
	}
	return fmt.Sprintf("the body has %d bytes where %d were stated", e.Got, e.Want)
}

// Unwrap makes io.ErrUnexpectedEOF match for a body that was too short.
func (e *LengthError) Unwrap() error { return e.err }

// Parts is what became of the segments, or parts, of an upload that failed.
type Parts int

const (
	// PartsNone: no part was sent.
	PartsNone Parts = iota
	// PartsAborted: they were deleted; nothing of the upload is left.
	PartsAborted
	// PartsLeft: they were kept, as Options.Checkpoint or LeavePartsOnError ask.
	PartsLeft
	// PartsUnknown: the deletion failed as well, or it is not known whether the object
	// was made. Look under SegmentContainer and SegmentPrefix.
	PartsUnknown
	// PartsCompleted: the object is in its place. What failed came after: it is not what
	// was sent, or old segments could not be deleted.
	PartsCompleted
)

// String is a word or two for it.
func (p Parts) String() string {
	switch p {
	case PartsNone:
		return "no parts"
	case PartsAborted:
		return "parts deleted"
	case PartsLeft:
		return "parts left"
	case PartsCompleted:
		return "object in place"
	}
	return "parts may be left"
}

// UploadError is any failure of an upload. errors.Is and errors.As find what caused it: an
// *swift.Error, an *swift.SLOError, an [OptionError], [SizeError] or [LengthError], the
// error of the body's own Read, or the context's.
type UploadError struct {
	Container, Object string
	// SegmentContainer and SegmentPrefix tell where the segments lie, or lay; empty when
	// none were sent.
	SegmentContainer, SegmentPrefix string
	// UploadId of KakaoCloud's multipart upload; empty when there is none.
	UploadId string
	// Part is the number of the part that failed, from 1; 0 when it was none.
	Part int
	// Offset and Size of that part in the body, in bytes.
	Offset, Size int64
	// Parts is what became of the parts.
	Parts Parts
	// Err is the first failure, with that of the deletion behind it if it failed too.
	Err error
}

// Error is one line: object, segments, part, what is left, and the cause.
func (e *UploadError) Error() string {
	var b strings.Builder
	b.WriteString("upload of container " + strconv.Quote(e.Container) + ", object " + strconv.Quote(e.Object))
	if e.SegmentPrefix != "" {
		b.WriteString(", segments " + strconv.Quote(e.SegmentContainer+"/"+e.SegmentPrefix))
	}
	if e.UploadId != "" {
		b.WriteString(", upload id " + strconv.Quote(e.UploadId))
	}
	if e.Part > 0 {
		fmt.Fprintf(&b, ", part %d (%d bytes at %d)", e.Part, e.Size, e.Offset)
	}
	if e.Parts != PartsNone {
		b.WriteString(", " + e.Parts.String())
	}
	b.WriteString(": ")
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (e *UploadError) Unwrap() error { return e.Err }

// settle fills in what the engine's failure says.
func (e *UploadError) settle(ctx context.Context, err error) {
	first, abort := err, error(nil)
	var whole *multipart.UploadError
	if errors.As(err, &whole) {
		first, abort = whole.Err, whole.AbortErr
		switch whole.Cleanup {
		case multipart.CleanupAborted:
			e.Parts = PartsAborted
		case multipart.CleanupLeft:
			e.Parts = PartsLeft
		default:
			e.Parts = PartsUnknown
		}
	}
	var made *completedError
	if errors.As(first, &made) {
		e.Parts, first = PartsCompleted, made.err
	}
	var part *multipart.PartError
	if errors.As(first, &part) {
		e.Part, e.Offset, e.Size, first = part.Number, part.Offset, part.Size, part.Err
	}
	if ctx.Err() != nil && !errors.Is(first, ctx.Err()) && errors.Is(first, context.Cause(ctx)) {
		// The engine tells the cause alone.
		first = fmt.Errorf("%w: %w", ctx.Err(), first)
	}
	e.Err = translate(first)
	if abort != nil {
		e.Err = fmt.Errorf("%w; delete the parts: %w", e.Err, abort)
	}
}

// translate gives the engine's own errors their public form.
func translate(err error) error {
	var (
		limit  *multipart.LimitError
		length *multipart.LengthError
		read   *multipart.ReadError
	)
	switch {
	case errors.As(err, &limit):
		return &SizeError{Limit: string(limit.Limit), Allowed: limit.Allowed, Asked: limit.Asked}
	case errors.As(err, &length):
		return &LengthError{Want: length.Want, Got: length.Got, err: length.Unwrap()}
	case errors.As(err, &read):
		return fmt.Errorf("read the body at byte %d: %w", read.Offset, read.Err)
	}
	return err
}

// settled is a failure after which the engine must not delete the parts: the object may be
// made of them.
type settled struct{ error }

func (e settled) Unwrap() error { return e.error }

// Is makes it what the engine leaves alone.
func (settled) Is(target error) bool { return target == multipart.ErrAmbiguous }

// completedError is a failure with the object in its place.
type completedError struct{ err error }

func (e *completedError) Error() string { return e.err.Error() }
func (e *completedError) Unwrap() error { return e.err }

// Is makes it what the engine leaves alone.
func (*completedError) Is(target error) bool { return target == multipart.ErrAmbiguous }

// answered reports whether the server said anything at all.
func answered(err error) bool {
	var refused *swift.Error
	return errors.As(err, &refused)
}
