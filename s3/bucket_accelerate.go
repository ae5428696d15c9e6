package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketAccelerateConfiguration = rest.Operation[GetBucketAccelerateConfigurationInput, GetBucketAccelerateConfigurationOutput]{
	Name: "GetBucketAccelerateConfiguration", Method: http.MethodGet, URI: "/{Bucket}?accelerate",
}

// GetBucketAccelerateConfigurationInput is the request of
// [Client.GetBucketAccelerateConfiguration].
type GetBucketAccelerateConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
}

func (*GetBucketAccelerateConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketAccelerateConfiguration
}

// GetBucketAccelerateConfigurationOutput is the answer of
// [Client.GetBucketAccelerateConfiguration].
type GetBucketAccelerateConfigurationOutput struct {
	// Status is Enabled or Suspended; empty when it was never set.
	Status BucketAccelerateStatus `xml:"Status"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// GetBucketAccelerateConfiguration answers the state of Transfer
// Acceleration. A bucket where it was never set has none: Status is empty.
//
// Source: GetBucketAccelerateConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketAccelerateConfiguration(ctx context.Context, in *GetBucketAccelerateConfigurationInput, opts ...func(*Options)) (*GetBucketAccelerateConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketAccelerateConfiguration, in, opts)
}

var opPutBucketAccelerateConfiguration = rest.Operation[PutBucketAccelerateConfigurationInput, PutBucketAccelerateConfigurationOutput]{
	Name: "PutBucketAccelerateConfiguration", Method: http.MethodPut, URI: "/{Bucket}?accelerate",
}

// PutBucketAccelerateConfigurationInput is the request of
// [Client.PutBucketAccelerateConfiguration].
type PutBucketAccelerateConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// AccelerateConfiguration is the new state.
	AccelerateConfiguration *AccelerateConfiguration `payload:"xml" xml:"AccelerateConfiguration" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
}

func (*PutBucketAccelerateConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketAccelerateConfiguration
}

// PutBucketAccelerateConfigurationOutput is the answer of
// [Client.PutBucketAccelerateConfiguration]. It has no members.
type PutBucketAccelerateConfigurationOutput struct{}

// PutBucketAccelerateConfiguration turns Transfer Acceleration on or off. It
// takes up to 30 minutes until transfers get faster. Buckets with a dot in
// their names can't have it.
//
// Source: PutBucketAccelerateConfiguration (Amazon S3 API Reference).
func (c *Client) PutBucketAccelerateConfiguration(ctx context.Context, in *PutBucketAccelerateConfigurationInput, opts ...func(*Options)) (*PutBucketAccelerateConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketAccelerateConfiguration, in, opts)
}

// AccelerateConfiguration is the document of
// [Client.PutBucketAccelerateConfiguration].
type AccelerateConfiguration struct {
	// Status is Enabled or Suspended.
	Status BucketAccelerateStatus `xml:"Status"`
}
