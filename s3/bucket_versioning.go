package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketVersioning = rest.Operation[GetBucketVersioningInput, GetBucketVersioningOutput]{
	Name: "GetBucketVersioning", Method: http.MethodGet, URI: "/{Bucket}?versioning",
}

// GetBucketVersioningInput is the request of [Client.GetBucketVersioning].
type GetBucketVersioningInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketVersioningInput) operation() rest.Descriptor { return &opGetBucketVersioning }

// GetBucketVersioningOutput is the answer of [Client.GetBucketVersioning].
type GetBucketVersioningOutput struct {
	// Status is Enabled or Suspended; empty when it was never set.
	Status BucketVersioningStatus `xml:"Status"`
	// MFADelete is whether deleting versions takes a second factor; empty when
	// it was never set.
	MFADelete MFADeleteStatus `xml:"MfaDelete"`
}

// GetBucketVersioning answers whether a bucket keeps versions. A bucket
// where it was never set answers an empty Status.
//
// Source: GetBucketVersioning (Amazon S3 API Reference).
func (c *Client) GetBucketVersioning(ctx context.Context, in *GetBucketVersioningInput, opts ...func(*Options)) (*GetBucketVersioningOutput, error) {
	return invoke(ctx, c, &opGetBucketVersioning, in, opts)
}

var opPutBucketVersioning = rest.Operation[PutBucketVersioningInput, PutBucketVersioningOutput]{
	Name: "PutBucketVersioning", Method: http.MethodPut, URI: "/{Bucket}?versioning",
	ChecksumRequired: true,
}

// PutBucketVersioningInput is the request of [Client.PutBucketVersioning].
type PutBucketVersioningInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// VersioningConfiguration is the new state.
	VersioningConfiguration *VersioningConfiguration `payload:"xml" xml:"VersioningConfiguration" required:"true"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// MFA is the serial number of the root user's authentication device, a
	// space and its current code; needed to change MFADelete. It is redacted in
	// logs.
	MFA string `header:"x-amz-mfa" sensitive:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketVersioningInput) operation() rest.Descriptor { return &opPutBucketVersioning }

// PutBucketVersioningOutput is the answer of [Client.PutBucketVersioning].
// It has no members.
type PutBucketVersioningOutput struct{}

// PutBucketVersioning makes a bucket keep versions, or stop to: it can't be
// taken back altogether. Amazon S3 may take some minutes (wait 15 before the
// first writes). A bucket with Object Lock can't be suspended:
// Code("InvalidBucketState") (409).
//
// Source: PutBucketVersioning (Amazon S3 API Reference).
func (c *Client) PutBucketVersioning(ctx context.Context, in *PutBucketVersioningInput, opts ...func(*Options)) (*PutBucketVersioningOutput, error) {
	return invoke(ctx, c, &opPutBucketVersioning, in, opts)
}

// VersioningConfiguration is the document of [Client.PutBucketVersioning].
type VersioningConfiguration struct {
	// MFADelete is whether deleting versions takes a second factor; empty
	// leaves it as it is.
	MFADelete MFADelete `xml:"MfaDelete"`
	// Status is Enabled or Suspended.
	Status BucketVersioningStatus `xml:"Status"`
}
