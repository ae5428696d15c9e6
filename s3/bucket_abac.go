package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketAbac = rest.Operation[GetBucketAbacInput, GetBucketAbacOutput]{
	Name: "GetBucketAbac", Method: http.MethodGet, URI: "/{Bucket}?abac",
}

// GetBucketAbacInput is the request of [Client.GetBucketAbac].
type GetBucketAbacInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketAbacInput) operation() rest.Descriptor { return &opGetBucketAbac }

// GetBucketAbacOutput is the answer of [Client.GetBucketAbac].
type GetBucketAbacOutput struct {
	// AbacStatus is the bucket's setting.
	AbacStatus *AbacStatus `payload:"xml" xml:"AbacStatus"`
}

// GetBucketAbac answers whether attribute-based access control is on for a
// bucket. It never was when nobody turned it on: Disabled.
//
// Source: GetBucketAbac (Amazon S3 API Reference).
func (c *Client) GetBucketAbac(ctx context.Context, in *GetBucketAbacInput, opts ...func(*Options)) (*GetBucketAbacOutput, error) {
	return invoke(ctx, c, &opGetBucketAbac, in, opts)
}

var opPutBucketAbac = rest.Operation[PutBucketAbacInput, PutBucketAbacOutput]{
	Name: "PutBucketAbac", Method: http.MethodPut, URI: "/{Bucket}?abac",
}

// PutBucketAbacInput is the request of [Client.PutBucketAbac].
type PutBucketAbacInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// AbacStatus is the new setting.
	AbacStatus *AbacStatus `payload:"xml" xml:"AbacStatus" required:"true"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketAbacInput) operation() rest.Descriptor { return &opPutBucketAbac }

// PutBucketAbacOutput is the answer of [Client.PutBucketAbac]. It has no
// members.
type PutBucketAbacOutput struct{}

// PutBucketAbac turns attribute-based access control of a bucket on or off:
// whether the bucket's tags count in policies. While it is on, tags are
// changed with TagResource, and PutBucketTagging is refused.
//
// Source: PutBucketAbac (Amazon S3 API Reference).
func (c *Client) PutBucketAbac(ctx context.Context, in *PutBucketAbacInput, opts ...func(*Options)) (*PutBucketAbacOutput, error) {
	return invoke(ctx, c, &opPutBucketAbac, in, opts)
}

// AbacStatus is the document of GetBucketAbac and PutBucketAbac.
type AbacStatus struct {
	// Status is Enabled or Disabled.
	Status BucketAbacStatus `xml:"Status"`
}
