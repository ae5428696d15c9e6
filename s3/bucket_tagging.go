package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketTagging = rest.Operation[GetBucketTaggingInput, GetBucketTaggingOutput]{
	Name: "GetBucketTagging", Method: http.MethodGet, URI: "/{Bucket}?tagging",
}

// GetBucketTaggingInput is the request of [Client.GetBucketTagging].
type GetBucketTaggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketTaggingInput) operation() rest.Descriptor { return &opGetBucketTagging }

// GetBucketTaggingOutput is the answer of [Client.GetBucketTagging].
type GetBucketTaggingOutput struct {
	// TagSet is the tags.
	TagSet []Tag `xml:"TagSet>Tag" required:"true"`
}

// GetBucketTagging answers the tags of a bucket.
//
// Test with errors.Is for Code("NoSuchTagSet") (404).
//
// Source: GetBucketTagging (Amazon S3 API Reference).
func (c *Client) GetBucketTagging(ctx context.Context, in *GetBucketTaggingInput, opts ...func(*Options)) (*GetBucketTaggingOutput, error) {
	return invoke(ctx, c, &opGetBucketTagging, in, opts)
}

var opPutBucketTagging = rest.Operation[PutBucketTaggingInput, PutBucketTaggingOutput]{
	Name: "PutBucketTagging", Method: http.MethodPut, URI: "/{Bucket}?tagging",
	ChecksumRequired: true,
}

// PutBucketTaggingInput is the request of [Client.PutBucketTagging].
type PutBucketTaggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Tagging is the new tags.
	Tagging *Tagging `payload:"xml" xml:"Tagging" required:"true"`
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

func (*PutBucketTaggingInput) operation() rest.Descriptor { return &opPutBucketTagging }

// PutBucketTaggingOutput is the answer of [Client.PutBucketTagging]. It has
// no members.
type PutBucketTaggingOutput struct{}

// PutBucketTagging replaces the tags of a bucket, up to 50.
//
// Test with errors.Is for Code("InvalidTag") (400) and [ErrOperationAborted]
// (409, another change is under way).
//
// Source: PutBucketTagging (Amazon S3 API Reference).
func (c *Client) PutBucketTagging(ctx context.Context, in *PutBucketTaggingInput, opts ...func(*Options)) (*PutBucketTaggingOutput, error) {
	return invoke(ctx, c, &opPutBucketTagging, in, opts)
}

var opDeleteBucketTagging = rest.Operation[DeleteBucketTaggingInput, DeleteBucketTaggingOutput]{
	Name: "DeleteBucketTagging", Method: http.MethodDelete, URI: "/{Bucket}?tagging",
}

// DeleteBucketTaggingInput is the request of [Client.DeleteBucketTagging].
type DeleteBucketTaggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketTaggingInput) operation() rest.Descriptor { return &opDeleteBucketTagging }

// DeleteBucketTaggingOutput is the answer of [Client.DeleteBucketTagging].
// It has no members.
type DeleteBucketTaggingOutput struct{}

// DeleteBucketTagging deletes the tags of a bucket. None being there is not
// an error.
//
// Source: DeleteBucketTagging (Amazon S3 API Reference).
func (c *Client) DeleteBucketTagging(ctx context.Context, in *DeleteBucketTaggingInput, opts ...func(*Options)) (*DeleteBucketTaggingOutput, error) {
	return invoke(ctx, c, &opDeleteBucketTagging, in, opts)
}

// Tagging is a set of tags: the document of PutBucketTagging and
// PutObjectTagging.
type Tagging struct {
	// TagSet is the tags, each name once: up to 50 on a bucket and 10 on an
	// object. An empty one that is not nil takes all tags away.
	TagSet []Tag `xml:"TagSet>Tag" required:"true"`
}
