package s3

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateMultipartUpload = rest.Operation[CreateMultipartUploadInput, CreateMultipartUploadOutput]{
	Name: "CreateMultipartUpload", Method: http.MethodPost, URI: "/{Bucket}/{Key+}?uploads",
}

// CreateMultipartUploadInput is the request of [Client.CreateMultipartUpload].
type CreateMultipartUploadInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// ACL is a ready-made ACL for the object; empty means private. It excludes
	// the Grant members, and buckets with owner-enforced ownership refuse all of
	// them but bucket-owner-full-control.
	ACL ObjectCannedACL `header:"x-amz-acl"`
	// CacheControl is stored and answered as Cache-Control by GetObject and
	// HeadObject.
	CacheControl string `header:"Cache-Control"`
	// ContentDisposition is stored and answered as Content-Disposition, for
	// example attachment; filename="a.txt".
	ContentDisposition string `header:"Content-Disposition"`
	// ContentEncoding is stored and answered as Content-Encoding, for example
	// gzip. It only describes the content: nothing is compressed.
	ContentEncoding string `header:"Content-Encoding"`
	// ContentLanguage is stored and answered as Content-Language.
	ContentLanguage string `header:"Content-Language"`
	// ContentType is the media type stored with the object; empty leaves the
	// choice to the server, which is binary/octet-stream on Amazon S3.
	ContentType string `header:"Content-Type"`
	// Expires is stored and answered as the Expires header. It is advice for
	// caches and deletes nothing.
	Expires time.Time `header:"Expires"`
	// GrantFullControl lists who gets READ, READ_ACP and WRITE_ACP on the object,
	// as comma-separated id="...", uri="..." or emailAddress="..." pairs.
	GrantFullControl string `header:"x-amz-grant-full-control"`
	// GrantRead lists who may read the object and its metadata, in the form of
	// GrantFullControl.
	GrantRead string `header:"x-amz-grant-read"`
	// GrantReadACP lists who may read the object's ACL, in the form of
	// GrantFullControl.
	GrantReadACP string `header:"x-amz-grant-read-acp"`
	// GrantWriteACP lists who may write the object's ACL, in the form of
	// GrantFullControl.
	GrantWriteACP string `header:"x-amz-grant-write-acp"`
	// Metadata is the user metadata, sent as one x-amz-meta-KEY header per entry.
	// Keys come back in lower case; keys and values together may have 2 KB, or what
	// the [Profile] says. Values may be any UTF-8 without control characters: see
	// the package's documentation on metadata.
	Metadata map[string]string `headers:"x-amz-meta-"`
	// ServerSideEncryption is the encryption at rest to use; empty means the
	// bucket's default.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// StorageClass is the class to store the object in; empty means STANDARD.
	StorageClass StorageClass `header:"x-amz-storage-class"`
	// WebsiteRedirectLocation is where a bucket that serves a website redirects
	// requests for this object: a key of the same bucket or a URL.
	WebsiteRedirectLocation string `header:"x-amz-website-redirect-location"`
	// SSECustomerAlgorithm is AES256 when the object is encrypted with a key of
	// the caller (SSE-C).
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the caller's 256-bit key, see [CustomerKey]. The server
	// forgets it after the request. It is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// SSEKMSKeyId is the id, ARN or alias of the KMS key for aws:kms and
	// aws:kms:dsse; empty means the account's managed key. It is redacted in
	// logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// SSEKMSEncryptionContext is base64 of a JSON object of strings that KMS
	// binds to the encryption. It is redacted in logs.
	SSEKMSEncryptionContext string `header:"x-amz-server-side-encryption-context" sensitive:"true"`
	// BucketKeyEnabled turns the S3 Bucket Key for SSE-KMS on or off for this
	// object; nil means the bucket's setting.
	BucketKeyEnabled *bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// Tagging is the object's tag set in query form, for example
	// a=1&b=two%20words, or what url.Values.Encode makes; at most 10 tags.
	Tagging string `header:"x-amz-tagging"`
	// ObjectLockMode is the retention mode of the new version. It needs
	// ObjectLockRetainUntilDate beside it and a bucket with Object Lock.
	ObjectLockMode ObjectLockMode `header:"x-amz-object-lock-mode"`
	// ObjectLockRetainUntilDate is the time until which the new version can't be
	// deleted. It needs ObjectLockMode beside it.
	ObjectLockRetainUntilDate time.Time `header:"x-amz-object-lock-retain-until-date" timestamp:"date-time"`
	// ObjectLockLegalHoldStatus ON keeps the new version from deletion until the
	// hold is taken off, whatever its retention date.
	ObjectLockLegalHoldStatus ObjectLockLegalHoldStatus `header:"x-amz-object-lock-legal-hold"`
	// ObjectLockEventHold ON protects the new version until the hold is released,
	// OFF starts it without one.
	ObjectLockEventHold ObjectLockEventHold `header:"x-amz-object-lock-event-hold"`
	// ObjectLockEventHoldDurationDays is how many days the version stays
	// protected after its event hold is released, 1 to 36,500; 0 means not given.
	// Days and years exclude each other.
	ObjectLockEventHoldDurationDays int32 `header:"x-amz-object-lock-event-hold-duration-days"`
	// ObjectLockEventHoldDurationYears is the same duration in years, 1 to 100; 0
	// means not given.
	ObjectLockEventHoldDurationYears int32 `header:"x-amz-object-lock-event-hold-duration-years"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ChecksumAlgorithm is the checksum that every part will have and the server
	// keeps of the object. Name it here when parts carry one.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-checksum-algorithm"`
	// ChecksumType says what the object's checksum will be of: the full object
	// (the CRCs; the only type of CRC64NVME) or the parts' checksums (COMPOSITE).
	// Empty means the algorithm's default.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
}

func (*CreateMultipartUploadInput) operation() rest.Descriptor { return &opCreateMultipartUpload }

// CreateMultipartUploadOutput is the answer of [Client.CreateMultipartUpload].
type CreateMultipartUploadOutput struct {
	// AbortDate is when a lifecycle rule will abort the upload; zero when no rule
	// covers it.
	AbortDate time.Time `header:"x-amz-abort-date"`
	// AbortRuleId is the id of the lifecycle rule behind AbortDate.
	AbortRuleId string `header:"x-amz-abort-rule-id"`
	// Bucket is the bucket's name, or the access point's alias.
	Bucket string `xml:"Bucket"`
	// Key is the object's key.
	Key string `xml:"Key"`
	// UploadId names the upload in the calls that follow.
	UploadId string `xml:"UploadId"`
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// SSECustomerAlgorithm echoes the algorithm of a key that the caller gave.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKeyMD5 echoes the base64 MD5 of a key that the caller gave.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// SSEKMSKeyId is the KMS key that was used. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// SSEKMSEncryptionContext is the base64 JSON context that was used. It is
	// redacted in logs.
	SSEKMSEncryptionContext string `header:"x-amz-server-side-encryption-context" sensitive:"true"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// ChecksumAlgorithm is the checksum that the server expects of the parts.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-checksum-algorithm"`
	// ChecksumType says what the object's checksum will be of.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
}

// CreateMultipartUpload begins an upload in parts and answers its id. What the
// object shall be like (metadata, class, encryption, ACL) is said here, not
// when the upload completes. The upload and its parts use storage until it is
// completed or aborted.
//
// Test with errors.Is for [ErrNoSuchBucket] (404) and [ErrAccessDenied] (403).
//
// Source: CreateMultipartUpload (Amazon S3 API Reference).
func (c *Client) CreateMultipartUpload(ctx context.Context, in *CreateMultipartUploadInput, opts ...func(*Options)) (*CreateMultipartUploadOutput, error) {
	return invoke(ctx, c, &opCreateMultipartUpload, in, opts)
}

var opUploadPart = rest.Operation[UploadPartInput, UploadPartOutput]{
	Name: "UploadPart", Method: http.MethodPut, URI: "/{Bucket}/{Key+}",
}

// UploadPartInput is the request of [Client.UploadPart].
type UploadPartInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// PartNumber is the part's place in the object, 1 to 10,000 (to the
	// [Profile]'s MaxParts). Sending a number again replaces the part.
	PartNumber int32 `url:"partNumber" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// Body is the part's content. It is read from where it stands. An io.Seeker
	// is rewound to there for a retry; after any other reader has been read from,
	// the request is not retried.
	Body io.Reader `payload:"body"`
	// ContentLength is the length of Body in bytes. Nil: found out by seeking or
	// from Body's Len method; a Body that has neither needs it, or the call fails
	// with [ErrUnknownLength]. A pointer to 0 is an empty body.
	ContentLength *int64 `header:"Content-Length"`
	// ContentMD5 is the base64 MD5 of the body; a body that doesn't match it is
	// refused with BadDigest.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client compute that checksum of Body, send it,
	// and compare it with the answer's: CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	// It must be the upload's. Empty computes none.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ChecksumCRC32 is the caller's own CRC-32 of Body; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the caller's own CRC-32C (Castagnoli) of Body; base64 of
	// 4 bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the caller's own CRC-64/NVME of Body; base64 of 8
	// bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the caller's own SHA-1 of Body; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the caller's own SHA-256 of Body; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the caller's own SHA-512 of Body; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the caller's own MD5 of Body; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the caller's own XXH64 of Body; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the caller's own XXH3 (64 bit) of Body; base64 of 8
	// bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the caller's own XXH128 of Body; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// SSECustomerAlgorithm is AES256 when the upload was created with a key of
	// the caller; the same key goes with every part.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the caller's 256-bit key, see [CustomerKey]. The server
	// forgets it after the request. It is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*UploadPartInput) operation() rest.Descriptor { return &opUploadPart }

// UploadPartOutput is the answer of [Client.UploadPart].
type UploadPartOutput struct {
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// ETag is the part's entity tag, which CompleteMultipartUpload asks for. It
	// is the MD5 of the part unless SSE-KMS or SSE-C is used.
	ETag string `header:"ETag"`
	// ChecksumCRC32 is the stored part's CRC-32; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the stored part's CRC-32C (Castagnoli); base64 of 4
	// bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the stored part's CRC-64/NVME; base64 of 8 bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the stored part's SHA-1; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the stored part's SHA-256; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the stored part's SHA-512; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the stored part's MD5; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the stored part's XXH64; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the stored part's XXH3 (64 bit); base64 of 8 bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the stored part's XXH128; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// SSECustomerAlgorithm echoes the algorithm of a key that the caller gave.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKeyMD5 echoes the base64 MD5 of a key that the caller gave.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// SSEKMSKeyId is the KMS key that was used. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// UploadPart sends one part: 5 MiB to 5 GiB (the [Profile]'s MinPartSize and
// MaxPartSize), the last one smaller as it comes. Parts may be sent in any
// order and at the same time.
//
// A Checksum member is sent as it is. When none is set, ChecksumAlgorithm makes
// the client compute one, and fill the answer's member with the value it sent;
// an answer with another value is [ErrChecksumMismatch].
//
// Test with errors.Is for [ErrNoSuchUpload] (404, completed, aborted or never
// there), [ErrBadDigest] (400, the body arrived damaged), [ErrAccessDenied]
// (403) and [ErrEntityTooLarge] (400). A part that is too small is noticed only
// when the upload completes.
//
// Source: UploadPart (Amazon S3 API Reference).
func (c *Client) UploadPart(ctx context.Context, in *UploadPartInput, opts ...func(*Options)) (*UploadPartOutput, error) {
	return invoke(ctx, c, &opUploadPart, in, opts)
}

var opUploadPartCopy = rest.Operation[UploadPartCopyInput, UploadPartCopyOutput]{
	Name: "UploadPartCopy", Method: http.MethodPut, URI: "/{Bucket}/{Key+}",
}

// UploadPartCopyInput is the request of [Client.UploadPartCopy].
type UploadPartCopyInput struct {
	// Bucket is the name of the destination bucket.
	Bucket string `label:"Bucket" required:"true"`
	// CopySource is the object to copy, as bucket/key with the key URL-encoded,
	// and ?versionId=... behind it for one version; the function [CopySource]
	// makes it. A key that is not encoded may be taken for another one.
	CopySource string `header:"x-amz-copy-source" required:"true"`
	// Key is the destination's key.
	Key string `label:"Key" required:"true"`
	// PartNumber is the part's place in the object, 1 to 10,000 (to the
	// [Profile]'s MaxParts). Sending a number again replaces the part.
	PartNumber int32 `url:"partNumber" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// CopySourceIfMatch copies only when the source's ETag is this one.
	CopySourceIfMatch string `header:"x-amz-copy-source-if-match"`
	// CopySourceIfModifiedSince copies only when the source changed after this
	// time.
	CopySourceIfModifiedSince time.Time `header:"x-amz-copy-source-if-modified-since"`
	// CopySourceIfNoneMatch copies only when the source's ETag is another one.
	CopySourceIfNoneMatch string `header:"x-amz-copy-source-if-none-match"`
	// CopySourceIfUnmodifiedSince copies only when the source has not changed
	// after this time.
	CopySourceIfUnmodifiedSince time.Time `header:"x-amz-copy-source-if-unmodified-since"`
	// CopySourceRange is the part of the source to copy as bytes=first-last, both
	// inclusive and both needed; empty copies all of it. Some servers ignore it,
	// see the [Profile]'s RangedPartCopy.
	CopySourceRange string `header:"x-amz-copy-source-range"`
	// SSECustomerAlgorithm is AES256 when the upload was created with a key of
	// the caller; the same key goes with every part.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the caller's 256-bit key, see [CustomerKey]. The server
	// forgets it after the request. It is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// CopySourceSSECustomerAlgorithm is AES256 when the source is encrypted with
	// a key of the caller.
	CopySourceSSECustomerAlgorithm string `header:"x-amz-copy-source-server-side-encryption-customer-algorithm"`
	// CopySourceSSECustomerKey is the base64 key that the source was encrypted
	// with. It is redacted in logs and needs TLS.
	CopySourceSSECustomerKey CustomerKey `header:"x-amz-copy-source-server-side-encryption-customer-key" sensitive:"true"`
	// CopySourceSSECustomerKeyMD5 is the base64 MD5 of the source's raw customer
	// key.
	CopySourceSSECustomerKeyMD5 string `header:"x-amz-copy-source-server-side-encryption-customer-key-MD5"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ExpectedSourceBucketOwner is the account id that must own the source
	// bucket; another owner makes the server answer 403.
	ExpectedSourceBucketOwner string `header:"x-amz-source-expected-bucket-owner"`
}

func (*UploadPartCopyInput) operation() rest.Descriptor { return &opUploadPartCopy }

// UploadPartCopyOutput is the answer of [Client.UploadPartCopy].
type UploadPartCopyOutput struct {
	// CopySourceVersionId is the version of the source that was copied.
	CopySourceVersionId string `header:"x-amz-copy-source-version-id"`
	// CopyPartResult describes the part; nil when the server answers no document.
	CopyPartResult *CopyPartResult `payload:"xml" xml:"CopyPartResult"`
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// SSECustomerAlgorithm echoes the algorithm of a key that the caller gave.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKeyMD5 echoes the base64 MD5 of a key that the caller gave.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// SSEKMSKeyId is the KMS key that was used. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// UploadPartCopy makes a part of an object, or of a range of one, that the
// server already has. The limits are those of UploadPart.
//
// A server may answer 200 at once and report an error in the body later; the
// client takes such an answer for the error it is.
//
// Test with errors.Is for [ErrNoSuchUpload], [ErrNoSuchKey] and
// [ErrNoSuchBucket] (404), [ErrAccessDenied] (403), [ErrPreconditionFailed]
// (412, one of the conditions on the source) and Code("InvalidRequest") (400,
// among others a range beyond the source).
//
// Source: UploadPartCopy (Amazon S3 API Reference).
func (c *Client) UploadPartCopy(ctx context.Context, in *UploadPartCopyInput, opts ...func(*Options)) (*UploadPartCopyOutput, error) {
	return invoke(ctx, c, &opUploadPartCopy, in, opts)
}

// CopyPartResult describes the part that [Client.UploadPartCopy] made.
type CopyPartResult struct {
	// ETag is the part's entity tag, which CompleteMultipartUpload asks for.
	ETag string `xml:"ETag"`
	// LastModified is when the part was written.
	LastModified time.Time `xml:"LastModified"`
	// ChecksumCRC32 is the part's CRC-32; base64 of 4 bytes.
	ChecksumCRC32 string `xml:"ChecksumCRC32"`
	// ChecksumCRC32C is the part's CRC-32C (Castagnoli); base64 of 4 bytes.
	ChecksumCRC32C string `xml:"ChecksumCRC32C"`
	// ChecksumCRC64NVME is the part's CRC-64/NVME; base64 of 8 bytes.
	ChecksumCRC64NVME string `xml:"ChecksumCRC64NVME"`
	// ChecksumSHA1 is the part's SHA-1; base64 of 20 bytes.
	ChecksumSHA1 string `xml:"ChecksumSHA1"`
	// ChecksumSHA256 is the part's SHA-256; base64 of 32 bytes.
	ChecksumSHA256 string `xml:"ChecksumSHA256"`
	// ChecksumSHA512 is the part's SHA-512; base64 of 64 bytes.
	ChecksumSHA512 string `xml:"ChecksumSHA512"`
	// ChecksumMD5 is the part's MD5; base64 of 16 bytes.
	ChecksumMD5 string `xml:"ChecksumMD5"`
	// ChecksumXXHASH64 is the part's XXH64; base64 of 8 bytes.
	ChecksumXXHASH64 string `xml:"ChecksumXXHASH64"`
	// ChecksumXXHASH3 is the part's XXH3 (64 bit); base64 of 8 bytes.
	ChecksumXXHASH3 string `xml:"ChecksumXXHASH3"`
	// ChecksumXXHASH128 is the part's XXH128; base64 of 16 bytes.
	ChecksumXXHASH128 string `xml:"ChecksumXXHASH128"`
}

var opCompleteMultipartUpload = rest.Operation[CompleteMultipartUploadInput, CompleteMultipartUploadOutput]{
	Name: "CompleteMultipartUpload", Method: http.MethodPost, URI: "/{Bucket}/{Key+}",
}

// CompleteMultipartUploadInput is the request of
// [Client.CompleteMultipartUpload].
type CompleteMultipartUploadInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// MultipartUpload lists the parts to join. S3 refuses the request without it.
	MultipartUpload *CompletedMultipartUpload `payload:"xml" xml:"CompleteMultipartUpload"`
	// ChecksumCRC32 is the CRC-32 that the object must have; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the CRC-32C (Castagnoli) that the object must have;
	// base64 of 4 bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the CRC-64/NVME that the object must have; base64 of 8
	// bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the SHA-1 that the object must have; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the SHA-256 that the object must have; base64 of 32
	// bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the SHA-512 that the object must have; base64 of 64
	// bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the MD5 that the object must have; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the XXH64 that the object must have; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the XXH3 (64 bit) that the object must have; base64 of 8
	// bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the XXH128 that the object must have; base64 of 16
	// bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// ChecksumType says what the Checksum member is of. It must be the upload's.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
	// MpuObjectSize is the size in bytes that the object must have; another sum
	// of the parts' sizes is refused with 400. Nil leaves it unchecked.
	MpuObjectSize *int64 `header:"x-amz-mp-object-size"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// IfMatch completes only when the object that is there has this ETag.
	IfMatch string `header:"If-Match"`
	// IfNoneMatch set to * completes only when no object with this key is there.
	// No other value is allowed.
	IfNoneMatch string `header:"If-None-Match"`
	// SSECustomerAlgorithm is AES256 when the upload was created with a key of
	// the caller. It is needed only when the upload has a checksum algorithm, or
	// a bucket policy asks for it.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the caller's 256-bit key, see [CustomerKey]. The server
	// forgets it after the request. It is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
}

func (*CompleteMultipartUploadInput) operation() rest.Descriptor { return &opCompleteMultipartUpload }

// CompleteMultipartUploadOutput is the answer of
// [Client.CompleteMultipartUpload].
type CompleteMultipartUploadOutput struct {
	// Location is the new object's URL, as the server sees it.
	Location string `xml:"Location"`
	// Bucket is the bucket's name, or the access point's alias.
	Bucket string `xml:"Bucket"`
	// Key is the object's key.
	Key string `xml:"Key"`
	// Expiration is the raw x-amz-expiration header: when a lifecycle rule will
	// delete the object and which rule, as expiry-date="...", rule-id="...".
	Expiration string `header:"x-amz-expiration"`
	// ETag is the object's entity tag in its quotes. It is not the MD5 of the
	// content; on Amazon S3 it is the MD5 of the parts' MD5s, a hyphen and the
	// number of parts.
	ETag string `xml:"ETag"`
	// ChecksumCRC32 is the object's CRC-32; base64 of 4 bytes.
	ChecksumCRC32 string `xml:"ChecksumCRC32"`
	// ChecksumCRC32C is the object's CRC-32C (Castagnoli); base64 of 4 bytes.
	ChecksumCRC32C string `xml:"ChecksumCRC32C"`
	// ChecksumCRC64NVME is the object's CRC-64/NVME; base64 of 8 bytes.
	ChecksumCRC64NVME string `xml:"ChecksumCRC64NVME"`
	// ChecksumSHA1 is the object's SHA-1; base64 of 20 bytes.
	ChecksumSHA1 string `xml:"ChecksumSHA1"`
	// ChecksumSHA256 is the object's SHA-256; base64 of 32 bytes.
	ChecksumSHA256 string `xml:"ChecksumSHA256"`
	// ChecksumSHA512 is the object's SHA-512; base64 of 64 bytes.
	ChecksumSHA512 string `xml:"ChecksumSHA512"`
	// ChecksumMD5 is the object's MD5; base64 of 16 bytes.
	ChecksumMD5 string `xml:"ChecksumMD5"`
	// ChecksumXXHASH64 is the object's XXH64; base64 of 8 bytes.
	ChecksumXXHASH64 string `xml:"ChecksumXXHASH64"`
	// ChecksumXXHASH3 is the object's XXH3 (64 bit); base64 of 8 bytes.
	ChecksumXXHASH3 string `xml:"ChecksumXXHASH3"`
	// ChecksumXXHASH128 is the object's XXH128; base64 of 16 bytes.
	ChecksumXXHASH128 string `xml:"ChecksumXXHASH128"`
	// ChecksumType says whether the checksum is of the full object or of the
	// parts' checksums.
	ChecksumType ChecksumType `xml:"ChecksumType"`
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// VersionId is the new version's id; empty when the bucket has no versions.
	VersionId string `header:"x-amz-version-id"`
	// SSEKMSKeyId is the KMS key that was used. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// CompleteMultipartUpload joins the parts to the object. Parts that the
// document leaves out are deleted.
//
// A server may answer 200 at once, send white space while it works, and report
// an error in the body at the end; the client takes such an answer for the
// error it is.
//
// Test with errors.Is for [ErrNoSuchUpload] (404; also when an earlier attempt
// had succeeded and its answer was lost), [ErrInvalidPart] (400, a part is
// missing or its ETag is another one), [ErrInvalidPartOrder] (400),
// [ErrEntityTooSmall] (400, a part but the last one is under 5 MiB),
// [ErrPreconditionFailed] (412, IfMatch or IfNoneMatch),
// [ErrConditionalRequestConflict] (409, a conditional write met another one:
// the upload must be begun anew) and [ErrBadDigest] (400, a Checksum member).
//
// Source: CompleteMultipartUpload (Amazon S3 API Reference).
func (c *Client) CompleteMultipartUpload(ctx context.Context, in *CompleteMultipartUploadInput, opts ...func(*Options)) (*CompleteMultipartUploadOutput, error) {
	return invoke(ctx, c, &opCompleteMultipartUpload, in, opts)
}

// CompletedMultipartUpload is the document of [Client.CompleteMultipartUpload].
type CompletedMultipartUpload struct {
	// Parts are the parts in ascending order of their numbers. Gaps in the
	// numbers are allowed by Amazon S3, not by every server.
	Parts []CompletedPart `xml:"Part"`
}

// CompletedPart is one part to join. Its checksum is needed when the upload was
// created with a checksum algorithm of type COMPOSITE.
type CompletedPart struct {
	// ETag is the entity tag that the part's upload answered.
	ETag string `xml:"ETag"`
	// ChecksumCRC32 is the part's CRC-32, as its upload answered it; base64 of 4
	// bytes.
	ChecksumCRC32 string `xml:"ChecksumCRC32"`
	// ChecksumCRC32C is the part's CRC-32C (Castagnoli), as its upload answered
	// it; base64 of 4 bytes.
	ChecksumCRC32C string `xml:"ChecksumCRC32C"`
	// ChecksumCRC64NVME is the part's CRC-64/NVME, as its upload answered it;
	// base64 of 8 bytes.
	ChecksumCRC64NVME string `xml:"ChecksumCRC64NVME"`
	// ChecksumSHA1 is the part's SHA-1, as its upload answered it; base64 of 20
	// bytes.
	ChecksumSHA1 string `xml:"ChecksumSHA1"`
	// ChecksumSHA256 is the part's SHA-256, as its upload answered it; base64 of
	// 32 bytes.
	ChecksumSHA256 string `xml:"ChecksumSHA256"`
	// ChecksumSHA512 is the part's SHA-512, as its upload answered it; base64 of
	// 64 bytes.
	ChecksumSHA512 string `xml:"ChecksumSHA512"`
	// ChecksumMD5 is the part's MD5, as its upload answered it; base64 of 16
	// bytes.
	ChecksumMD5 string `xml:"ChecksumMD5"`
	// ChecksumXXHASH64 is the part's XXH64, as its upload answered it; base64 of
	// 8 bytes.
	ChecksumXXHASH64 string `xml:"ChecksumXXHASH64"`
	// ChecksumXXHASH3 is the part's XXH3 (64 bit), as its upload answered it;
	// base64 of 8 bytes.
	ChecksumXXHASH3 string `xml:"ChecksumXXHASH3"`
	// ChecksumXXHASH128 is the part's XXH128, as its upload answered it; base64
	// of 16 bytes.
	ChecksumXXHASH128 string `xml:"ChecksumXXHASH128"`
	// PartNumber is the part's number, 1 to 10,000.
	PartNumber int32 `xml:"PartNumber"`
}

var opAbortMultipartUpload = rest.Operation[AbortMultipartUploadInput, AbortMultipartUploadOutput]{
	Name: "AbortMultipartUpload", Method: http.MethodDelete, URI: "/{Bucket}/{Key+}",
}

// AbortMultipartUploadInput is the request of [Client.AbortMultipartUpload].
type AbortMultipartUploadInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// IfMatchInitiatedTime aborts only when the upload was created at this time.
	// Directory buckets only.
	IfMatchInitiatedTime time.Time `header:"x-amz-if-match-initiated-time"`
}

func (*AbortMultipartUploadInput) operation() rest.Descriptor { return &opAbortMultipartUpload }

// AbortMultipartUploadOutput is the answer of [Client.AbortMultipartUpload].
type AbortMultipartUploadOutput struct {
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// AbortMultipartUpload gives an upload up and frees its parts. A part that is
// being sent at that time may still arrive: abort again, or check with
// ListParts, once all senders have ended.
//
// Test with errors.Is for [ErrNoSuchUpload] (404, completed or aborted before)
// and [ErrPreconditionFailed] (412, IfMatchInitiatedTime).
//
// Source: AbortMultipartUpload (Amazon S3 API Reference).
func (c *Client) AbortMultipartUpload(ctx context.Context, in *AbortMultipartUploadInput, opts ...func(*Options)) (*AbortMultipartUploadOutput, error) {
	return invoke(ctx, c, &opAbortMultipartUpload, in, opts)
}
