package s3

import (
	"context"
	"io"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetObjectTorrent = rest.Operation[GetObjectTorrentInput, GetObjectTorrentOutput]{
	Name: "GetObjectTorrent", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?torrent",
}

// GetObjectTorrentInput is the request of [Client.GetObjectTorrent].
type GetObjectTorrentInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetObjectTorrentInput) operation() rest.Descriptor { return &opGetObjectTorrent }

// GetObjectTorrentOutput is the answer of [Client.GetObjectTorrent].
type GetObjectTorrentOutput struct {
	// Body is the torrent file. Close it.
	Body io.ReadCloser `payload:"body"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// GetObjectTorrent answers a torrent file for an object. Amazon S3 has given
// it up; older stores may have it. The caller closes Body.
//
// Source: GetObjectTorrent (Amazon S3 API Reference).
func (c *Client) GetObjectTorrent(ctx context.Context, in *GetObjectTorrentInput, opts ...func(*Options)) (*GetObjectTorrentOutput, error) {
	return invoke(ctx, c, &opGetObjectTorrent, in, opts)
}
