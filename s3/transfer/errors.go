package transfer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// ErrIncomplete: the object that the server has is not the one that was sent: another
// size, ETag or checksum, or none at all. What it has is there under its key.
var ErrIncomplete = errors.New("the stored object differs from what was sent")

// ErrAmbiguous: the answer to CompleteMultipartUpload was lost, and neither the object
// nor the upload tells whether it took effect. Nothing was aborted. It is the sentinel of
// package s3, which knows the same of a conditional PutObject.
var ErrAmbiguous = s3.ErrAmbiguous

// OptionError is an option or a member that can't be, found before anything is sent.
type OptionError struct {
	Field  string // of Options or of PutObjectInput
	Reason string
}

// Error names the field and says why.
func (e *OptionError) Error() string { return e.Field + ": " + e.Reason }

// SizeError: the body doesn't fit: it is larger than the provider takes, or, for a
// stream, than the part numbers and the memory allow. errors.As finds it.
type SizeError struct {
	// Limit is what it exceeds: MinPartSize, MaxPartSize, MaxParts or MaxObjectSize
	// of the profile, or Memory, the budget.
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

// Parts is what became of the parts of an upload that failed.
type Parts int

const (
	// PartsNone: no part was sent.
	PartsNone Parts = iota
	// PartsAborted: the upload was aborted; nothing of it is left.
	PartsAborted
	// PartsLeft: they were kept, as Options.LeavePartsOnError asks.
	PartsLeft
	// PartsUnknown: the abort failed as well, or it is not known whether the upload
	// was completed. Look with ListMultipartUploads.
	PartsUnknown
	// PartsCompleted: they were joined to the object, which is not what it should be.
	PartsCompleted
)

// String is a word or two for it.
func (p Parts) String() string {
	switch p {
	case PartsNone:
		return "no parts"
	case PartsAborted:
		return "parts aborted"
	case PartsLeft:
		return "parts left"
	case PartsCompleted:
		return "parts completed"
	}
	return "parts may be left"
}

// UploadError is any failure of [Manager.Upload]. errors.Is and errors.As find what
// caused it: an *s3.Error, an [OptionError], [SizeError] or [LengthError], the error
// of the body's own Read, or the context's.
type UploadError struct {
	Bucket, Key string
	// UploadId of the multipart upload; empty when there is none.
	UploadId string
	// Part is the number of the part that failed, from 1; 0 when it was none.
	Part int
	// Offset and Size of that part in the body, in bytes.
	Offset, Size int64
	// Parts is what became of the parts.
	Parts Parts
	// Err is the first failure, with that of the abort behind it if it failed too.
	Err error
}

// Error is one line: object, upload, part, what is left, and the cause.
func (e *UploadError) Error() string { return e.describe("upload of") }

func (e *UploadError) describe(what string) string {
	var b strings.Builder
	b.WriteString(what + " bucket " + strconv.Quote(e.Bucket) + ", key " + strconv.Quote(e.Key))
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

// uploadError translates the engine's failure.
func uploadError(ctx context.Context, bucket, key, uploadID string, err error) error {
	e := &UploadError{Bucket: bucket, Key: key, UploadId: uploadID}
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
			if errors.Is(first, ErrIncomplete) {
				e.Parts = PartsCompleted
			}
		}
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
		e.Err = fmt.Errorf("%w; abort: %w", e.Err, abort)
	}
	return e
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
	case errors.Is(err, multipart.ErrOptions):
		return &OptionError{Field: "Profile", Reason: strings.TrimPrefix(err.Error(), multipart.ErrOptions.Error()+": ")}
	}
	return err
}
