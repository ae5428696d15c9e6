package transfer

import (
	"context"
	"errors"
	"strconv"

	"github.com/stowage-go/stowage/s3"
)

// CopyError is every failure of a copy. errors.Is and errors.As reach what is inside.
type CopyError struct {
	// CopySource is the source, as the input names it.
	CopySource string
	// Bucket and Key of the destination.
	Bucket, Key string
	// UploadId of the multipart upload; empty when there is none.
	UploadId string
	// Part is the number of the part that failed, from 1; 0 when it was none.
	Part int
	// Offset and Size of that part, in bytes.
	Offset, Size int64
	// Parts is what became of the parts.
	Parts Parts
	// Err is the first failure, with that of the abort behind it if it failed too.
	Err error
}

// Error is one line: both objects, upload, part, what is left, and the cause.
func (e *CopyError) Error() string {
	up := UploadError{Bucket: e.Bucket, Key: e.Key, UploadId: e.UploadId, Part: e.Part, Offset: e.Offset, Size: e.Size, Parts: e.Parts, Err: e.Err}
	return up.describe("copy of " + strconv.Quote(e.CopySource) + " to")
}

// Unwrap returns Err.
func (e *CopyError) Unwrap() error { return e.Err }

// copyError translates the engine's failure, or that of an upload.
func copyError(ctx context.Context, in *s3.CopyObjectInput, uploadID string, err error) error {
	var up *UploadError
	if !errors.As(err, &up) {
		errors.As(uploadError(ctx, in.Bucket, in.Key, uploadID, err), &up)
	}
	return &CopyError{
		CopySource: in.CopySource, Bucket: in.Bucket, Key: in.Key, UploadId: up.UploadId,
		Part: up.Part, Offset: up.Offset, Size: up.Size, Parts: up.Parts, Err: up.Err,
	}
}
