package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

// conditionHeaders are those by which a write depends on what is there.
var conditionHeaders = [...]string{
	"If-Match", "If-None-Match", "X-Amz-Object-If-Match", "X-Amz-If-Match-Size", "X-Amz-If-Match-Last-Modified-Time",
}

// conditional: the call changes something, and only under a condition.
func (k *call) conditional() bool {
	if k.info.Method == http.MethodGet || k.info.Method == http.MethodHead {
		return false
	}
	for _, name := range conditionHeaders {
		if _, ok := k.request.Header[name]; ok {
			return true
		}
	}
	return false
}

// checkCondition refuses what would be a guard that does not hold.
func (s *settings) checkCondition(operation string) error {
	p := &s.options.Profile
	if s.options.AllowUnsupported || slices.Contains(p.ConditionalWrites, operation) {
		return nil
	}
	return fmt.Errorf("%w: %s does not honour the condition of %s", ErrUnsupported, p.Name, operation)
}

// retryCode: after a conflict, a write that only wants nobody to be there is simply sent
// again (API reference, PutObject and CopyObject, "If-None-Match"). With If-Match the ETag
// has to be fetched anew, and an upload in parts has to begin anew: the caller's to do.
func (k *call) retryCode() string {
	switch k.info.Name {
	case "PutObject", "CopyObject":
		if _, ok := k.request.Header["If-None-Match"]; ok {
			return string(ErrConditionalRequestConflict)
		}
	}
	return ""
}

// lost judges a failure after attempts whose answers were lost. A condition that fails then,
// and an upload that is gone, may be the work of one of those: it is looked at what is
// there, and unless that shows that it is not, the failure is ErrAmbiguous.
func (k *call) lost(ctx context.Context, in any, err error) error {
	var tried *transport.AttemptsError
	if !errors.As(err, &tried) || !tried.Ambiguous {
		return err
	}
	e, ok := asError(err)
	if !ok {
		return err
	}
	failed := e.Is(ErrPreconditionFailed) && k.conditional()
	var done bool
	switch in := in.(type) {
	case *PutObjectInput:
		done = failed && k.mayBeStored(ctx, in)
	case *DeleteObjectInput:
		done = (failed || e.Is(ErrNotFound) && k.conditional()) && k.mayBeDeleted(ctx, in)
	case *CompleteMultipartUploadInput:
		// Parts are missing, too, while an attempt before is joining them.
		done = e.Is(ErrNoSuchUpload) || (failed || e.Is(ErrInvalidPart)) && k.mayBeCompleted(ctx, in)
	default:
		done = failed
	}
	if !done {
		return err
	}
	return fmt.Errorf("%w: %w", ErrAmbiguous, err)
}

// ask sends another operation with the settings of the call.
func ask[In, Out any](ctx context.Context, k *call, op *rest.Operation[In, Out], in *In) (*Out, error) {
	req, err := op.Encode(in, k.settings.encodeOptions())
	if err != nil {
		return nil, err
	}
	s := *k.settings
	s.options.Progress = nil
	other := call{settings: &s, info: op.Info(), request: req}
	resp, err := other.do(ctx)
	if err != nil {
		return nil, err
	}
	out, err := decode(op, resp)
	return out, err
}

// mayBeStored: the object that is there has the size that was sent, and no checksum of
// another.
func (k *call) mayBeStored(ctx context.Context, put *PutObjectInput) bool {
	head, err := ask(ctx, k, &opHeadObject, &HeadObjectInput{
		Bucket: put.Bucket, Key: put.Key, ChecksumMode: ChecksumModeEnabled, RequestPayer: put.RequestPayer,
		SSECustomerKey: put.SSECustomerKey, ExpectedBucketOwner: put.ExpectedBucketOwner,
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return false
	case err != nil:
		return true
	case put.WriteOffsetBytes == nil && head.ContentLength != k.payload.body.Len():
		return false
	}
	there := map[string]string{
		checksum.Header(checksum.CRC32): head.ChecksumCRC32, checksum.Header(checksum.CRC32C): head.ChecksumCRC32C,
		checksum.Header(checksum.CRC64NVME): head.ChecksumCRC64NVME, checksum.Header(checksum.SHA1): head.ChecksumSHA1,
		checksum.Header(checksum.SHA256): head.ChecksumSHA256,
	}
	answered := make(http.Header, len(there))
	for name, value := range there {
		if value != "" {
			answered[name] = []string{value}
		}
	}
	return k.payload.confirm(k.request.Header, answered) == nil
}

// mayBeDeleted: the object is gone.
func (k *call) mayBeDeleted(ctx context.Context, del *DeleteObjectInput) bool {
	_, err := ask(ctx, k, &opHeadObject, &HeadObjectInput{
		Bucket: del.Bucket, Key: del.Key, VersionId: del.VersionId, RequestPayer: del.RequestPayer, ExpectedBucketOwner: del.ExpectedBucketOwner,
	})
	return err != nil
}

// mayBeCompleted: the upload is no longer there.
func (k *call) mayBeCompleted(ctx context.Context, done *CompleteMultipartUploadInput) bool {
	_, err := ask(ctx, k, &opListParts, &ListPartsInput{
		Bucket: done.Bucket, Key: done.Key, UploadId: done.UploadId, MaxParts: 1, RequestPayer: done.RequestPayer,
		SSECustomerKey: done.SSECustomerKey, ExpectedBucketOwner: done.ExpectedBucketOwner,
	})
	return err != nil
}
