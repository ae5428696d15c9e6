package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opUpdateObjectEncryption = rest.Operation[UpdateObjectEncryptionInput, UpdateObjectEncryptionOutput]{
	Name: "UpdateObjectEncryption", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?encryption",
	ChecksumRequired: true,
}

// UpdateObjectEncryptionInput is the request of
// [Client.UpdateObjectEncryption].
type UpdateObjectEncryptionInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// ObjectEncryption is the new encryption.
	ObjectEncryption *ObjectEncryption `payload:"xml" xml:"ObjectEncryption" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
}

func (*UpdateObjectEncryptionInput) operation() rest.Descriptor { return &opUpdateObjectEncryption }

// UpdateObjectEncryptionOutput is the answer of
// [Client.UpdateObjectEncryption].
type UpdateObjectEncryptionOutput struct {
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// UpdateObjectEncryption changes the encryption at rest of an object without
// copying it, from SSE-S3 or SSE-KMS to SSE-KMS.
//
// Test with errors.Is for [ErrNoSuchKey] (404), [ErrAccessDenied] (403) and
// Code("InvalidRequest") (400, other encryptions).
//
// Source: UpdateObjectEncryption (Amazon S3 API Reference).
func (c *Client) UpdateObjectEncryption(ctx context.Context, in *UpdateObjectEncryptionInput, opts ...func(*Options)) (*UpdateObjectEncryptionOutput, error) {
	return invoke(ctx, c, &opUpdateObjectEncryption, in, opts)
}

// ObjectEncryption is the document of [Client.UpdateObjectEncryption].
// Exactly one member is set.
type ObjectEncryption struct {
	_ struct{} `union:"true"`
	// SSEKMS means a key of KMS.
	SSEKMS SSEKMSEncryption `xml:"SSE-KMS"`
}

// SSEKMSEncryption is encryption with a key of KMS.
type SSEKMSEncryption struct {
	// KMSKeyArn is the key's ARN, in full.
	KMSKeyArn string `xml:"KMSKeyArn" required:"true" sensitive:"true"`
	// BucketKeyEnabled makes the object use an S3 Bucket Key.
	BucketKeyEnabled bool `xml:"BucketKeyEnabled"`
}
