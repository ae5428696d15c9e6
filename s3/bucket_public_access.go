package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetPublicAccessBlock = rest.Operation[GetPublicAccessBlockInput, GetPublicAccessBlockOutput]{
	Name: "GetPublicAccessBlock", Method: http.MethodGet, URI: "/{Bucket}?publicAccessBlock",
}

// GetPublicAccessBlockInput is the request of [Client.GetPublicAccessBlock].
type GetPublicAccessBlockInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetPublicAccessBlockInput) operation() rest.Descriptor { return &opGetPublicAccessBlock }

// GetPublicAccessBlockOutput is the answer of [Client.GetPublicAccessBlock].
type GetPublicAccessBlockOutput struct {
	// PublicAccessBlockConfiguration is what is blocked.
	PublicAccessBlockConfiguration *PublicAccessBlockConfiguration `payload:"xml" xml:"PublicAccessBlockConfiguration"`
}

// GetPublicAccessBlock answers what public access to a bucket is blocked.
//
// Test with errors.Is for Code("NoSuchPublicAccessBlockConfiguration")
// (404).
//
// Source: GetPublicAccessBlock (Amazon S3 API Reference).
func (c *Client) GetPublicAccessBlock(ctx context.Context, in *GetPublicAccessBlockInput, opts ...func(*Options)) (*GetPublicAccessBlockOutput, error) {
	return invoke(ctx, c, &opGetPublicAccessBlock, in, opts)
}

var opPutPublicAccessBlock = rest.Operation[PutPublicAccessBlockInput, PutPublicAccessBlockOutput]{
	Name: "PutPublicAccessBlock", Method: http.MethodPut, URI: "/{Bucket}?publicAccessBlock",
	ChecksumRequired: true,
}

// PutPublicAccessBlockInput is the request of [Client.PutPublicAccessBlock].
type PutPublicAccessBlockInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// PublicAccessBlockConfiguration is what to block.
	PublicAccessBlockConfiguration *PublicAccessBlockConfiguration `payload:"xml" xml:"PublicAccessBlockConfiguration" required:"true"`
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

func (*PutPublicAccessBlockInput) operation() rest.Descriptor { return &opPutPublicAccessBlock }

// PutPublicAccessBlockOutput is the answer of [Client.PutPublicAccessBlock].
// It has no members.
type PutPublicAccessBlockOutput struct{}

// PutPublicAccessBlock sets what public access to a bucket is blocked,
// whatever its ACLs and policy say. The four switches are always sent, false
// ones too.
//
// Source: PutPublicAccessBlock (Amazon S3 API Reference).
func (c *Client) PutPublicAccessBlock(ctx context.Context, in *PutPublicAccessBlockInput, opts ...func(*Options)) (*PutPublicAccessBlockOutput, error) {
	return invoke(ctx, c, &opPutPublicAccessBlock, in, opts)
}

var opDeletePublicAccessBlock = rest.Operation[DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput]{
	Name: "DeletePublicAccessBlock", Method: http.MethodDelete, URI: "/{Bucket}?publicAccessBlock",
}

// DeletePublicAccessBlockInput is the request of
// [Client.DeletePublicAccessBlock].
type DeletePublicAccessBlockInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeletePublicAccessBlockInput) operation() rest.Descriptor { return &opDeletePublicAccessBlock }

// DeletePublicAccessBlockOutput is the answer of
// [Client.DeletePublicAccessBlock]. It has no members.
type DeletePublicAccessBlockOutput struct{}

// DeletePublicAccessBlock lifts the public access block of a bucket. None
// being there is not an error.
//
// Source: DeletePublicAccessBlock (Amazon S3 API Reference).
func (c *Client) DeletePublicAccessBlock(ctx context.Context, in *DeletePublicAccessBlockInput, opts ...func(*Options)) (*DeletePublicAccessBlockOutput, error) {
	return invoke(ctx, c, &opDeletePublicAccessBlock, in, opts)
}

// PublicAccessBlockConfiguration is what public access is blocked.
type PublicAccessBlockConfiguration struct {
	// BlockPublicAcls refuses new public ACLs.
	BlockPublicAcls bool `xml:"BlockPublicAcls" always:"true"`
	// IgnorePublicAcls makes public ACLs that are there count for nothing.
	IgnorePublicAcls bool `xml:"IgnorePublicAcls" always:"true"`
	// BlockPublicPolicy refuses new public policies.
	BlockPublicPolicy bool `xml:"BlockPublicPolicy" always:"true"`
	// RestrictPublicBuckets lets nobody but the owner's account and AWS
	// services use a bucket with a public policy.
	RestrictPublicBuckets bool `xml:"RestrictPublicBuckets" always:"true"`
}
