package s3

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opPutObjectAnnotation = rest.Operation[PutObjectAnnotationInput, PutObjectAnnotationOutput]{
	Name: "PutObjectAnnotation", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?annotation",
}

// PutObjectAnnotationInput is the request of [Client.PutObjectAnnotation].
type PutObjectAnnotationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// AnnotationName is the annotation's name, up to 512 bytes.
	AnnotationName string `url:"annotationName" required:"true"`
	// AnnotationPayload is the text, 1 byte to 1 MiB of UTF-8. Its length must
	// be known: see the package's documentation on bodies.
	AnnotationPayload io.Reader `payload:"body" required:"true"`
	// VersionId is the object's version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// ObjectIfMatch writes only when the object has this ETag.
	ObjectIfMatch string `header:"x-amz-object-if-match"`
	// ChecksumAlgorithm makes the client compute that checksum of
	// AnnotationPayload, send it, and compare it with the answer's: CRC32,
	// CRC32C, CRC64NVME, SHA1 or SHA256. Empty computes none.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ChecksumCRC32 is the caller's own CRC-32 of AnnotationPayload; base64 of
	// 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the caller's own CRC-32C (Castagnoli) of
	// AnnotationPayload; base64 of 4 bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the caller's own CRC-64/NVME of AnnotationPayload;
	// base64 of 8 bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the caller's own SHA-1 of AnnotationPayload; base64 of 20
	// bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the caller's own SHA-256 of AnnotationPayload; base64
	// of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the caller's own SHA-512 of AnnotationPayload; base64
	// of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the caller's own MD5 of AnnotationPayload; base64 of 16
	// bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the caller's own XXH64 of AnnotationPayload; base64
	// of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the caller's own XXH3 (64 bit) of AnnotationPayload;
	// base64 of 8 bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the caller's own XXH128 of AnnotationPayload; base64
	// of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutObjectAnnotationInput) operation() rest.Descriptor { return &opPutObjectAnnotation }

// PutObjectAnnotationOutput is the answer of [Client.PutObjectAnnotation].
type PutObjectAnnotationOutput struct {
	// Key is the object's key, used byte for byte.
	Key string `xml:"Key"`
	// AnnotationName is the annotation's name.
	AnnotationName string `xml:"AnnotationName"`
	// ObjectVersionId is the object's version that the annotation is on.
	ObjectVersionId string `header:"x-amz-object-version-id"`
	// ETag is the annotation's entity tag in its quotes.
	ETag string `header:"ETag"`
	// ChecksumCRC32 is the CRC-32 of the annotation; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the CRC-32C (Castagnoli) of the annotation; base64 of 4
	// bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the CRC-64/NVME of the annotation; base64 of 8
	// bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the SHA-1 of the annotation; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the SHA-256 of the annotation; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the SHA-512 of the annotation; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the MD5 of the annotation; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the XXH64 of the annotation; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the XXH3 (64 bit) of the annotation; base64 of 8
	// bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the XXH128 of the annotation; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// ChecksumType says what the checksum is of.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// PutObjectAnnotation puts an annotation on an object: a named text beside
// the object itself, replacing the one of that name. An object has up to
// 1,000.
//
// Test with errors.Is for [ErrNoSuchKey] (404),
// Code("AnnotationLimitExceeded") (400), Code("AnnotationNameTooLong") (400)
// and [ErrPreconditionFailed] (412).
//
// Source: PutObjectAnnotation (Amazon S3 API Reference).
func (c *Client) PutObjectAnnotation(ctx context.Context, in *PutObjectAnnotationInput, opts ...func(*Options)) (*PutObjectAnnotationOutput, error) {
	return invoke(ctx, c, &opPutObjectAnnotation, in, opts)
}

var opGetObjectAnnotation = rest.Operation[GetObjectAnnotationInput, GetObjectAnnotationOutput]{
	Name: "GetObjectAnnotation", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?annotation",
}

// GetObjectAnnotationInput is the request of [Client.GetObjectAnnotation].
type GetObjectAnnotationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// AnnotationName is the annotation's name.
	AnnotationName string `url:"annotationName" required:"true"`
	// VersionId is the object's version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ChecksumMode ENABLED asks for the annotation's checksum, by which the
	// client verifies what it reads.
	ChecksumMode ChecksumMode `header:"x-amz-checksum-mode"`
}

func (*GetObjectAnnotationInput) operation() rest.Descriptor { return &opGetObjectAnnotation }

// GetObjectAnnotationOutput is the answer of [Client.GetObjectAnnotation].
type GetObjectAnnotationOutput struct {
	// AnnotationPayload is the text. Close it.
	AnnotationPayload io.ReadCloser `payload:"body"`
	// ObjectVersionId is the object's version that the annotation is on.
	ObjectVersionId string `header:"x-amz-object-version-id"`
	// LastModified is when the annotation was written.
	LastModified time.Time `header:"Last-Modified"`
	// ContentLength is the annotation's length in bytes.
	ContentLength int64 `header:"Content-Length"`
	// ETag is the annotation's entity tag in its quotes.
	ETag string `header:"ETag"`
	// ChecksumCRC32 is the CRC-32 of the annotation; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the CRC-32C (Castagnoli) of the annotation; base64 of 4
	// bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the CRC-64/NVME of the annotation; base64 of 8
	// bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the SHA-1 of the annotation; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the SHA-256 of the annotation; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the SHA-512 of the annotation; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the MD5 of the annotation; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the XXH64 of the annotation; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the XXH3 (64 bit) of the annotation; base64 of 8
	// bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the XXH128 of the annotation; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// ChecksumType says what the checksum is of.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
	// ServerSideEncryption is the encryption at rest.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// ReplicationStatus is where the annotation stands in the bucket's
	// replication.
	ReplicationStatus ReplicationStatus `header:"x-amz-replication-status"`
}

// GetObjectAnnotation answers one annotation of an object. The caller closes
// AnnotationPayload. When the answer has a checksum of it, the read that would
// end with io.EOF fails with [ErrChecksumMismatch] for other bytes.
//
// Test with errors.Is for [ErrNoSuchKey] (404) and Code("NoSuchAnnotation")
// (404).
//
// Source: GetObjectAnnotation (Amazon S3 API Reference).
func (c *Client) GetObjectAnnotation(ctx context.Context, in *GetObjectAnnotationInput, opts ...func(*Options)) (*GetObjectAnnotationOutput, error) {
	out, resp, err := do(ctx, c, &opGetObjectAnnotation, in, opts)
	if err != nil {
		return nil, operationError(opGetObjectAnnotation.Name, err)
	}
	body := &checkedBody{ReadCloser: out.AnnotationPayload, fail: func(err error) error {
		return operationError(opGetObjectAnnotation.Name, fmt.Errorf("read annotation %q of bucket %q, key %q: %w", in.AnnotationName, in.Bucket, in.Key, err))
	}}
	body.sum.expect(resp.Header)
	out.AnnotationPayload = body
	return out, nil
}

var opDeleteObjectAnnotation = rest.Operation[DeleteObjectAnnotationInput, DeleteObjectAnnotationOutput]{
	Name: "DeleteObjectAnnotation", Method: http.MethodDelete, URI: "/{Bucket}/{Key+}?annotation",
}

// DeleteObjectAnnotationInput is the request of
// [Client.DeleteObjectAnnotation].
type DeleteObjectAnnotationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// AnnotationName is the annotation's name.
	AnnotationName string `url:"annotationName" required:"true"`
	// VersionId is the object's version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ObjectIfMatch deletes only when the object has this ETag.
	ObjectIfMatch string `header:"x-amz-object-if-match"`
}

func (*DeleteObjectAnnotationInput) operation() rest.Descriptor { return &opDeleteObjectAnnotation }

// DeleteObjectAnnotationOutput is the answer of
// [Client.DeleteObjectAnnotation].
type DeleteObjectAnnotationOutput struct {
	// ObjectVersionId is the object's version that the annotation was on.
	ObjectVersionId string `header:"x-amz-object-version-id"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// DeleteObjectAnnotation deletes one annotation of an object.
//
// Source: DeleteObjectAnnotation (Amazon S3 API Reference).
func (c *Client) DeleteObjectAnnotation(ctx context.Context, in *DeleteObjectAnnotationInput, opts ...func(*Options)) (*DeleteObjectAnnotationOutput, error) {
	return invoke(ctx, c, &opDeleteObjectAnnotation, in, opts)
}

var opListObjectAnnotations = rest.Operation[ListObjectAnnotationsInput, ListObjectAnnotationsOutput]{
	Name: "ListObjectAnnotations", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?annotation",
}

// ListObjectAnnotationsInput is the request of
// [Client.ListObjectAnnotations].
type ListObjectAnnotationsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// VersionId is the object's version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// MaxAnnotationResults is the most annotations to answer at once; 0 means
	// the server's default, 1,000.
	MaxAnnotationResults int32 `url:"max-annotation-results,omitempty"`
	// AnnotationPrefix restricts the answer to annotations whose names start
	// with it.
	AnnotationPrefix string `url:"annotation-prefix,omitempty"`
	// ContinuationToken is the NextContinuationToken of the page before; empty
	// starts at the beginning.
	ContinuationToken string `url:"continuation-token,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*ListObjectAnnotationsInput) operation() rest.Descriptor { return &opListObjectAnnotations }

// ListObjectAnnotationsOutput is the answer of
// [Client.ListObjectAnnotations].
type ListObjectAnnotationsOutput struct {
	// Annotations are the annotations of this page.
	Annotations []AnnotationEntry `xml:"Annotations>AnnotationEntry"`
	// Bucket is the bucket's name.
	Bucket string `xml:"Bucket"`
	// Key is the object's key, used byte for byte.
	Key string `xml:"Key"`
	// ObjectVersionId is the object's version.
	ObjectVersionId string `header:"x-amz-object-version-id"`
	// AnnotationPrefix echoes the request's.
	AnnotationPrefix string `xml:"AnnotationPrefix"`
	// MaxAnnotationResults echoes the request's.
	MaxAnnotationResults int32 `xml:"MaxAnnotationResults"`
	// AnnotationCount is how many annotations this page has.
	AnnotationCount int32 `xml:"AnnotationCount"`
	// ContinuationToken echoes the request's.
	ContinuationToken string `xml:"ContinuationToken"`
	// NextContinuationToken asks for the next page; empty on the last one.
	NextContinuationToken string `xml:"NextContinuationToken"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// ListObjectAnnotations answers the annotations of an object, a page at a
// time.
// [Client.ListObjectAnnotationsPages] walks the pages.
//
// Source: ListObjectAnnotations (Amazon S3 API Reference).
func (c *Client) ListObjectAnnotations(ctx context.Context, in *ListObjectAnnotationsInput, opts ...func(*Options)) (*ListObjectAnnotationsOutput, error) {
	return invoke(ctx, c, &opListObjectAnnotations, in, opts)
}

// AnnotationEntry is one annotation of [Client.ListObjectAnnotations].
type AnnotationEntry struct {
	// AnnotationName is the annotation's name.
	AnnotationName string `xml:"AnnotationName" required:"true"`
	// LastModified is when it was written.
	LastModified time.Time `xml:"LastModified" required:"true"`
	// Size is its length in bytes.
	Size int64 `xml:"Size" required:"true"`
	// ETag is its entity tag in its quotes.
	ETag string `xml:"ETag"`
	// ChecksumAlgorithm is the algorithms of its checksums.
	ChecksumAlgorithm []ChecksumAlgorithm `xml:"ChecksumAlgorithm"`
	// ReplicationStatus is where it stands in the bucket's replication.
	ReplicationStatus ReplicationStatus `xml:"ReplicationStatus"`
}
