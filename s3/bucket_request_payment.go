package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketRequestPayment = rest.Operation[GetBucketRequestPaymentInput, GetBucketRequestPaymentOutput]{
	Name: "GetBucketRequestPayment", Method: http.MethodGet, URI: "/{Bucket}?requestPayment",
}

// GetBucketRequestPaymentInput is the request of
// [Client.GetBucketRequestPayment].
type GetBucketRequestPaymentInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketRequestPaymentInput) operation() rest.Descriptor { return &opGetBucketRequestPayment }

// GetBucketRequestPaymentOutput is the answer of
// [Client.GetBucketRequestPayment].
type GetBucketRequestPaymentOutput struct {
	// Payer is BucketOwner or Requester.
	Payer Payer `xml:"Payer"`
}

// GetBucketRequestPayment answers who pays for requests and transfers of a
// bucket.
//
// Source: GetBucketRequestPayment (Amazon S3 API Reference).
func (c *Client) GetBucketRequestPayment(ctx context.Context, in *GetBucketRequestPaymentInput, opts ...func(*Options)) (*GetBucketRequestPaymentOutput, error) {
	return invoke(ctx, c, &opGetBucketRequestPayment, in, opts)
}

var opPutBucketRequestPayment = rest.Operation[PutBucketRequestPaymentInput, PutBucketRequestPaymentOutput]{
	Name: "PutBucketRequestPayment", Method: http.MethodPut, URI: "/{Bucket}?requestPayment",
	ChecksumRequired: true,
}

// PutBucketRequestPaymentInput is the request of
// [Client.PutBucketRequestPayment].
type PutBucketRequestPaymentInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// RequestPaymentConfiguration is the new setting.
	RequestPaymentConfiguration *RequestPaymentConfiguration `payload:"xml" xml:"RequestPaymentConfiguration" required:"true"`
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

func (*PutBucketRequestPaymentInput) operation() rest.Descriptor { return &opPutBucketRequestPayment }

// PutBucketRequestPaymentOutput is the answer of
// [Client.PutBucketRequestPayment]. It has no members.
type PutBucketRequestPaymentOutput struct{}

// PutBucketRequestPayment sets who pays for requests and transfers of a
// bucket.
//
// Source: PutBucketRequestPayment (Amazon S3 API Reference).
func (c *Client) PutBucketRequestPayment(ctx context.Context, in *PutBucketRequestPaymentInput, opts ...func(*Options)) (*PutBucketRequestPaymentOutput, error) {
	return invoke(ctx, c, &opPutBucketRequestPayment, in, opts)
}

// RequestPaymentConfiguration is the document of
// [Client.PutBucketRequestPayment].
type RequestPaymentConfiguration struct {
	// Payer is BucketOwner or Requester.
	Payer Payer `xml:"Payer" required:"true"`
}
