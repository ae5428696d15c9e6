package gocloudblob

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/gcerrors"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func TestErrorCode(t *testing.T) {
	t.Parallel()
	var b bucket
	answer := func(status int, code string) error { return &s3.Error{StatusCode: status, Code: code} }
	for _, c := range []struct {
		err  error
		code gcerrors.ErrorCode
	}{
		{answer(404, "NoSuchKey"), gcerrors.NotFound},
		{answer(404, "NoSuchBucket"), gcerrors.NotFound},
		{fs.ErrNotExist, gcerrors.NotFound},
		{answer(401, "Unauthorized"), gcerrors.PermissionDenied},
		{answer(403, "AccessDenied"), gcerrors.PermissionDenied},
		{answer(403, "InvalidObjectState"), gcerrors.FailedPrecondition},
		{sigv4.ErrNoCredentials, gcerrors.PermissionDenied},
		{answer(304, "NotModified"), gcerrors.FailedPrecondition},
		{answer(409, "OperationAborted"), gcerrors.FailedPrecondition},
		{answer(412, "PreconditionFailed"), gcerrors.FailedPrecondition},
		{s3.ErrObjectChanged, gcerrors.FailedPrecondition},
		{answer(503, "SlowDown"), gcerrors.ResourceExhausted},
		{answer(200, "SlowDown"), gcerrors.ResourceExhausted},
		{answer(503, "ServiceUnavailable"), gcerrors.ResourceExhausted},
		{answer(429, "TooManyRequests"), gcerrors.ResourceExhausted},
		{fmt.Errorf("%w: %w", s3.ErrRetryBudget, answer(500, "InternalError")), gcerrors.ResourceExhausted},
		{answer(500, "InternalError"), gcerrors.Internal},
		{s3.ErrChecksumMismatch, gcerrors.Internal},
		{answer(501, "NotImplemented"), gcerrors.Unimplemented},
		{answer(501, "Other"), gcerrors.Unimplemented},
		{s3.ErrUnsupported, gcerrors.Unimplemented},
		{answer(400, "InvalidArgument"), gcerrors.InvalidArgument},
		{answer(416, "InvalidRange"), gcerrors.InvalidArgument},
		{answer(416, "RequestedRangeNotSatisfiable"), gcerrors.InvalidArgument},
		{s3.ErrInvalidBucketName, gcerrors.InvalidArgument},
		{&transfer.OptionError{Field: "PartSize"}, gcerrors.InvalidArgument},
		{answer(418, "Teapot"), gcerrors.Unknown},
		{io.ErrUnexpectedEOF, gcerrors.Unknown},
	} {
		require.Equal(t, c.code, b.ErrorCode(fmt.Errorf("wrapped: %w", c.err)), "%v", c.err)
	}
	var failed *s3.Error
	require.True(t, b.ErrorAs(errors.Join(answer(404, "NoSuchKey")), &failed))
	require.Equal(t, "NoSuchKey", failed.Code)
}
