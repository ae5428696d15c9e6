package gocloudblob

import (
	"errors"
	"io/fs"
	"net/http"

	"gocloud.dev/gcerrors"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// ErrorAs finds what err wraps.
func (b *bucket) ErrorAs(err error, i any) bool { return errors.As(err, i) }

// codes are in the order in which they are looked for: an answer may be several.
var codes = []struct {
	err  error
	code gcerrors.ErrorCode
}{
	{s3.ErrUnsupported, gcerrors.Unimplemented},
	{s3.ErrNotImplemented, gcerrors.Unimplemented},
	{s3.ErrObjectChanged, gcerrors.FailedPrecondition},
	{s3.ErrPreconditionFailed, gcerrors.FailedPrecondition},
	{s3.ErrNotModified, gcerrors.FailedPrecondition},
	{s3.ErrInvalidObjectState, gcerrors.FailedPrecondition},
	{s3.ErrConflict, gcerrors.FailedPrecondition},
	{s3.ErrSlowDown, gcerrors.ResourceExhausted},
	{s3.ErrRetryBudget, gcerrors.ResourceExhausted},
	{s3.ErrNotFound, gcerrors.NotFound},
	{fs.ErrNotExist, gcerrors.NotFound},
	{s3.ErrForbidden, gcerrors.PermissionDenied},
	{sigv4.ErrNoCredentials, gcerrors.PermissionDenied},
	{s3.ErrChecksumMismatch, gcerrors.Internal},
	{s3.ErrInvalidRange, gcerrors.InvalidArgument},
	{s3.ErrInvalidBucketName, gcerrors.InvalidArgument},
}

// ErrorCode makes a code of package gcerrors of an error.
func (b *bucket) ErrorCode(err error) gcerrors.ErrorCode {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	var failed *s3.Error
	if errors.As(err, &failed) {
		switch status := failed.StatusCode; {
		case status == http.StatusUnauthorized:
			return gcerrors.PermissionDenied
		case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
			return gcerrors.ResourceExhausted
		case status == http.StatusInternalServerError:
			return gcerrors.Internal
		case status == http.StatusNotImplemented:
			return gcerrors.Unimplemented
		case status == http.StatusBadRequest, status == http.StatusRequestedRangeNotSatisfiable:
			return gcerrors.InvalidArgument
		}
	}
	var option *transfer.OptionError
	if errors.As(err, &option) {
		return gcerrors.InvalidArgument
	}
	return gcerrors.Unknown
}
