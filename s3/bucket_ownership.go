package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketOwnershipControls = rest.Operation[GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput]{
	Name: "GetBucketOwnershipControls", Method: http.MethodGet, URI: "/{Bucket}?ownershipControls",
}

// GetBucketOwnershipControlsInput is the request of
// [Client.GetBucketOwnershipControls].
type GetBucketOwnershipControlsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketOwnershipControlsInput) operation() rest.Descriptor {
	return &opGetBucketOwnershipControls
}

// GetBucketOwnershipControlsOutput is the answer of
// [Client.GetBucketOwnershipControls].
type GetBucketOwnershipControlsOutput struct {
	// OwnershipControls is the bucket's rule.
	OwnershipControls *OwnershipControls `payload:"xml" xml:"OwnershipControls"`
}

// GetBucketOwnershipControls answers who owns the objects of a bucket that
// others write.
//
// Test with errors.Is for Code("OwnershipControlsNotFoundError") (404).
//
// Source: GetBucketOwnershipControls (Amazon S3 API Reference).
func (c *Client) GetBucketOwnershipControls(ctx context.Context, in *GetBucketOwnershipControlsInput, opts ...func(*Options)) (*GetBucketOwnershipControlsOutput, error) {
	return invoke(ctx, c, &opGetBucketOwnershipControls, in, opts)
}

var opPutBucketOwnershipControls = rest.Operation[PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput]{
	Name: "PutBucketOwnershipControls", Method: http.MethodPut, URI: "/{Bucket}?ownershipControls",
	ChecksumRequired: true,
}

// PutBucketOwnershipControlsInput is the request of
// [Client.PutBucketOwnershipControls].
type PutBucketOwnershipControlsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// OwnershipControls is the new rule.
	OwnershipControls *OwnershipControls `payload:"xml" xml:"OwnershipControls" required:"true"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
}

func (*PutBucketOwnershipControlsInput) operation() rest.Descriptor {
	return &opPutBucketOwnershipControls
}

// PutBucketOwnershipControlsOutput is the answer of
// [Client.PutBucketOwnershipControls]. It has no members.
type PutBucketOwnershipControlsOutput struct{}

// PutBucketOwnershipControls sets who owns the objects of a bucket that
// others write, and so whether ACLs count.
//
// Source: PutBucketOwnershipControls (Amazon S3 API Reference).
func (c *Client) PutBucketOwnershipControls(ctx context.Context, in *PutBucketOwnershipControlsInput, opts ...func(*Options)) (*PutBucketOwnershipControlsOutput, error) {
	return invoke(ctx, c, &opPutBucketOwnershipControls, in, opts)
}

var opDeleteBucketOwnershipControls = rest.Operation[DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput]{
	Name: "DeleteBucketOwnershipControls", Method: http.MethodDelete, URI: "/{Bucket}?ownershipControls",
}

// DeleteBucketOwnershipControlsInput is the request of
// [Client.DeleteBucketOwnershipControls].
type DeleteBucketOwnershipControlsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketOwnershipControlsInput) operation() rest.Descriptor {
	return &opDeleteBucketOwnershipControls
}

// DeleteBucketOwnershipControlsOutput is the answer of
// [Client.DeleteBucketOwnershipControls]. It has no members.
type DeleteBucketOwnershipControlsOutput struct{}

// DeleteBucketOwnershipControls deletes the ownership rule of a bucket. A
// server that doesn't know the subresource may delete the bucket instead:
// see [Profile].
//
// Source: DeleteBucketOwnershipControls (Amazon S3 API Reference).
func (c *Client) DeleteBucketOwnershipControls(ctx context.Context, in *DeleteBucketOwnershipControlsInput, opts ...func(*Options)) (*DeleteBucketOwnershipControlsOutput, error) {
	return invoke(ctx, c, &opDeleteBucketOwnershipControls, in, opts)
}

// OwnershipControls is the ownership rule of a bucket.
type OwnershipControls struct {
	// Rules is one rule.
	Rules []OwnershipControlsRule `xml:"Rule" required:"true"`
}

// OwnershipControlsRule says who owns objects.
type OwnershipControlsRule struct {
	// ObjectOwnership is the rule.
	ObjectOwnership ObjectOwnership `xml:"ObjectOwnership" required:"true"`
}
