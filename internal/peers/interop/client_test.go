//go:build integration

package interop

import (
	"context"
	"errors"
	"fmt"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/minio/minio-go/v7"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/swift"
)

// client is one S3 client. What it can't do is errNone.
type client interface {
	// put stores by one request, parts from a file by several, and stream from a reader of
	// unknown length by several.
	put(context.Context, place, object) error
	parts(context.Context, place, object) error
	stream(context.Context, place, object) error
	// copy has the server copy by one request, copyParts by several.
	copy(ctx context.Context, from, to place) error
	copyParts(ctx context.Context, from, to place, size int64) error
	// get reads the object and what is stored beside it, but for the tags.
	get(context.Context, place) (object, error)
	tags(context.Context, place) (map[string]string, error)
	// list lists, in pages of a few, and gives common prefixes as entries without a size.
	list(ctx context.Context, bucket, delimiter string) ([]entry, error)
}

// entry is one line of a listing.
type entry struct {
	Key  string
	Size int64
	ETag string
}

const (
	partSize  = 5 << 20
	pageSize  = 5
	partsSize = 11<<20 + 7 // three parts
)

var errNone = errors.New("no way to do that")

// refusal is a server's answer that was no success.
type refusal struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
}

// Error has the code alone where there is one: the AWS command line does not tell the status.
func (r *refusal) Error() string { return "refused: " + first(r.Code, fmt.Sprint(r.Status)) }

// outcome is what a cell says, the same every time.
func outcome(err error) string {
	var (
		ours     *s3.Error
		ourSwift *swift.Error
		answered *awshttp.ResponseError
		api      smithy.APIError
		theirs   minio.ErrorResponse
		told     *refusal
		found    finding
		option   *transfer.OptionError
	)
	switch {
	case err == nil:
		return Same
	case errors.Is(err, errNone):
		return None
	case errors.Is(err, s3.ErrUnsupported), errors.Is(err, swift.ErrUnsupported), errors.As(err, &option):
		return "not sent"
	case errors.As(err, &ours):
		return (&refusal{ours.StatusCode, ours.Code}).Error()
	case errors.As(err, &ourSwift):
		return (&refusal{ourSwift.StatusCode, ""}).Error()
	case errors.As(err, &answered) && errors.As(err, &api):
		return (&refusal{answered.HTTPStatusCode(), api.ErrorCode()}).Error()
	case errors.As(err, &theirs):
		return (&refusal{theirs.StatusCode, theirs.Code}).Error()
	case errors.As(err, &told):
		return told.Error()
	case errors.As(err, &found):
		return found.Error()
	}
	return "fails: " + strings.NewReplacer("\n", " ", "|", "/").Replace(err.Error())
}
