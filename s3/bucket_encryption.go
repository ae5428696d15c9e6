package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketEncryption = rest.Operation[GetBucketEncryptionInput, GetBucketEncryptionOutput]{
	Name: "GetBucketEncryption", Method: http.MethodGet, URI: "/{Bucket}?encryption",
}

// GetBucketEncryptionInput is the request of [Client.GetBucketEncryption].
type GetBucketEncryptionInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketEncryptionInput) operation() rest.Descriptor { return &opGetBucketEncryption }

// GetBucketEncryptionOutput is the answer of [Client.GetBucketEncryption].
type GetBucketEncryptionOutput struct {
	// ServerSideEncryptionConfiguration is the bucket's default encryption.
	ServerSideEncryptionConfiguration *ServerSideEncryptionConfiguration `payload:"xml" xml:"ServerSideEncryptionConfiguration"`
}

// GetBucketEncryption answers how new objects of a bucket are encrypted by
// default.
//
// Test with errors.Is for
// Code("ServerSideEncryptionConfigurationNotFoundError") (404; Amazon S3
// itself always has one).
//
// Source: GetBucketEncryption (Amazon S3 API Reference).
func (c *Client) GetBucketEncryption(ctx context.Context, in *GetBucketEncryptionInput, opts ...func(*Options)) (*GetBucketEncryptionOutput, error) {
	return invoke(ctx, c, &opGetBucketEncryption, in, opts)
}

var opPutBucketEncryption = rest.Operation[PutBucketEncryptionInput, PutBucketEncryptionOutput]{
	Name: "PutBucketEncryption", Method: http.MethodPut, URI: "/{Bucket}?encryption",
	ChecksumRequired: true,
}

// PutBucketEncryptionInput is the request of [Client.PutBucketEncryption].
type PutBucketEncryptionInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ServerSideEncryptionConfiguration is the new default.
	ServerSideEncryptionConfiguration *ServerSideEncryptionConfiguration `payload:"xml" xml:"ServerSideEncryptionConfiguration" required:"true"`
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

func (*PutBucketEncryptionInput) operation() rest.Descriptor { return &opPutBucketEncryption }

// PutBucketEncryptionOutput is the answer of [Client.PutBucketEncryption].
// It has no members.
type PutBucketEncryptionOutput struct{}

// PutBucketEncryption sets how new objects of a bucket are encrypted by
// default. Objects that are there stay as they are. KakaoCloud takes AES256
// only, and only while the bucket is empty.
//
// Source: PutBucketEncryption (Amazon S3 API Reference).
func (c *Client) PutBucketEncryption(ctx context.Context, in *PutBucketEncryptionInput, opts ...func(*Options)) (*PutBucketEncryptionOutput, error) {
	return invoke(ctx, c, &opPutBucketEncryption, in, opts)
}

var opDeleteBucketEncryption = rest.Operation[DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput]{
	Name: "DeleteBucketEncryption", Method: http.MethodDelete, URI: "/{Bucket}?encryption",
}

// DeleteBucketEncryptionInput is the request of
// [Client.DeleteBucketEncryption].
type DeleteBucketEncryptionInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketEncryptionInput) operation() rest.Descriptor { return &opDeleteBucketEncryption }

// DeleteBucketEncryptionOutput is the answer of
// [Client.DeleteBucketEncryption]. It has no members.
type DeleteBucketEncryptionOutput struct{}

// DeleteBucketEncryption resets the default encryption of a bucket, on
// Amazon S3 to AES256. A server that doesn't know the subresource may delete
// the bucket instead: see [Profile].
//
// Source: DeleteBucketEncryption (Amazon S3 API Reference).
func (c *Client) DeleteBucketEncryption(ctx context.Context, in *DeleteBucketEncryptionInput, opts ...func(*Options)) (*DeleteBucketEncryptionOutput, error) {
	return invoke(ctx, c, &opDeleteBucketEncryption, in, opts)
}

// ServerSideEncryptionConfiguration is the default encryption of a bucket.
type ServerSideEncryptionConfiguration struct {
	// Rules is one rule.
	Rules []ServerSideEncryptionRule `xml:"Rule" required:"true"`
}

// ServerSideEncryptionRule is a default encryption.
type ServerSideEncryptionRule struct {
	// ApplyServerSideEncryptionByDefault is what is applied to objects that ask
	// for nothing else.
	ApplyServerSideEncryptionByDefault ServerSideEncryptionByDefault `xml:"ApplyServerSideEncryptionByDefault"`
	// BucketKeyEnabled makes new objects with SSE-KMS use an S3 Bucket Key,
	// which saves calls of KMS.
	BucketKeyEnabled bool `xml:"BucketKeyEnabled"`
	// BlockedEncryptionTypes are what new objects may not use.
	BlockedEncryptionTypes BlockedEncryptionTypes `xml:"BlockedEncryptionTypes"`
}

// ServerSideEncryptionByDefault is an algorithm and its key.
type ServerSideEncryptionByDefault struct {
	// SSEAlgorithm is AES256, aws:kms or aws:kms:dsse.
	SSEAlgorithm ServerSideEncryption `xml:"SSEAlgorithm" required:"true"`
	// KMSMasterKeyID is the id, ARN or alias of the KMS key; empty means the
	// account's managed key.
	KMSMasterKeyID string `xml:"KMSMasterKeyID" sensitive:"true"`
}

// BlockedEncryptionTypes lists what new objects may not be encrypted with.
type BlockedEncryptionTypes struct {
	// EncryptionType is SSE-C to block keys of the caller, or NONE to block
	// nothing.
	EncryptionType []EncryptionType `xml:"EncryptionType"`
}
