package s3

import (
	"context"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetObjectTagging = rest.Operation[GetObjectTaggingInput, GetObjectTaggingOutput]{
	Name: "GetObjectTagging", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?tagging",
}

// GetObjectTaggingInput is the request of [Client.GetObjectTagging].
type GetObjectTaggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
}

func (*GetObjectTaggingInput) operation() rest.Descriptor { return &opGetObjectTagging }

// GetObjectTaggingOutput is the answer of [Client.GetObjectTagging].
type GetObjectTaggingOutput struct {
	// TagSet is the tags.
	TagSet []Tag `xml:"TagSet>Tag" required:"true"`
	// VersionId is the object's version.
	VersionId string `header:"x-amz-version-id"`
}

// GetObjectTagging answers the tags of an object; none at all is an empty
// TagSet.
//
// Test with errors.Is for [ErrNoSuchKey] (404).
//
// Source: GetObjectTagging (Amazon S3 API Reference).
func (c *Client) GetObjectTagging(ctx context.Context, in *GetObjectTaggingInput, opts ...func(*Options)) (*GetObjectTaggingOutput, error) {
	return invoke(ctx, c, &opGetObjectTagging, in, opts)
}

var opPutObjectTagging = rest.Operation[PutObjectTaggingInput, PutObjectTaggingOutput]{
	Name: "PutObjectTagging", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?tagging",
	ChecksumRequired: true,
}

// PutObjectTaggingInput is the request of [Client.PutObjectTagging].
type PutObjectTaggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// Tagging is the new tags.
	Tagging *Tagging `payload:"xml" xml:"Tagging" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
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
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
}

func (*PutObjectTaggingInput) operation() rest.Descriptor { return &opPutObjectTagging }

// PutObjectTaggingOutput is the answer of [Client.PutObjectTagging].
type PutObjectTaggingOutput struct {
	// VersionId is the object's version.
	VersionId string `header:"x-amz-version-id"`
}

// PutObjectTagging replaces the tags of an object, up to 10.
//
// Test with errors.Is for [ErrNoSuchKey] (404), Code("InvalidTag") (400) and
// [ErrOperationAborted] (409, another change is under way).
//
// Source: PutObjectTagging (Amazon S3 API Reference).
func (c *Client) PutObjectTagging(ctx context.Context, in *PutObjectTaggingInput, opts ...func(*Options)) (*PutObjectTaggingOutput, error) {
	return invoke(ctx, c, &opPutObjectTagging, in, opts)
}

var opDeleteObjectTagging = rest.Operation[DeleteObjectTaggingInput, DeleteObjectTaggingOutput]{
	Name: "DeleteObjectTagging", Method: http.MethodDelete, URI: "/{Bucket}/{Key+}?tagging",
}

// DeleteObjectTaggingInput is the request of [Client.DeleteObjectTagging].
type DeleteObjectTaggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteObjectTaggingInput) operation() rest.Descriptor { return &opDeleteObjectTagging }

// DeleteObjectTaggingOutput is the answer of [Client.DeleteObjectTagging].
type DeleteObjectTaggingOutput struct {
	// VersionId is the object's version.
	VersionId string `header:"x-amz-version-id"`
}

// DeleteObjectTagging deletes the tags of an object. None being there is not
// an error.
//
// Source: DeleteObjectTagging (Amazon S3 API Reference).
func (c *Client) DeleteObjectTagging(ctx context.Context, in *DeleteObjectTaggingInput, opts ...func(*Options)) (*DeleteObjectTaggingOutput, error) {
	return invoke(ctx, c, &opDeleteObjectTagging, in, opts)
}

// encodeTaggingHeader writes a blank in the Tagging member as %20, where url.Values.Encode has
// '+': Ceph RGW takes that for what it is. A '+' that is meant is %2B in either form.
func encodeTaggingHeader(h http.Header) {
	if v := h["X-Amz-Tagging"]; len(v) > 0 {
		v[0] = strings.ReplaceAll(v[0], "+", "%20")
	}
}
