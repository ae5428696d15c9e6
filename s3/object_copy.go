package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCopyObject = rest.Operation[CopyObjectInput, CopyObjectOutput]{
	Name: "CopyObject", Method: http.MethodPut, URI: "/{Bucket}/{Key+}",
}

// CopyObjectInput is the request of [Client.CopyObject].
type CopyObjectInput struct {
	// Bucket is the name of the destination bucket.
	Bucket string `label:"Bucket" required:"true"`
	// CopySource is the object to copy, as bucket/key with the key URL-encoded,
	// and ?versionId=... behind it for one version; the function [CopySource]
	// makes it. A key that is not encoded may be taken for another one.
	CopySource string `header:"x-amz-copy-source" required:"true"`
	// Key is the destination's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// ACL is a ready-made ACL for the copy; empty means private, for the source's
	// ACL is not copied. It excludes the Grant members.
	ACL ObjectCannedACL `header:"x-amz-acl"`
	// CacheControl is stored and answered as Cache-Control by GetObject and
	// HeadObject.
	CacheControl string `header:"Cache-Control"`
	// ChecksumAlgorithm makes the server compute and keep this checksum of the
	// copy; empty means the source's.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-checksum-algorithm"`
	// ContentDisposition is stored and answered as Content-Disposition, for
	// example attachment; filename="a.txt".
	ContentDisposition string `header:"Content-Disposition"`
	// ContentEncoding is stored and answered as Content-Encoding, for example
	// gzip. It only describes the content: nothing is compressed.
	ContentEncoding string `header:"Content-Encoding"`
	// ContentLanguage is stored and answered as Content-Language.
	ContentLanguage string `header:"Content-Language"`
	// ContentType is the copy's media type. Like the other content members it
	// counts only with [MetadataDirectiveReplace].
	ContentType string `header:"Content-Type"`
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
	// IfMatch writes only when the destination that is there has this ETag.
	IfMatch string `header:"If-Match"`
	// IfNoneMatch set to * writes only when the destination doesn't exist. No
	// other value is allowed.
	IfNoneMatch string `header:"If-None-Match"`
	// Metadata is the copy's user metadata, for [MetadataDirectiveReplace] only;
	// at most 2 KB of keys and values together.
	Metadata map[string]string `headers:"x-amz-meta-"`
	// MetadataDirective says whether the metadata is the source's (COPY, the
	// default) or that of this request (REPLACE). Copying an object onto itself
	// needs REPLACE or another change.
	MetadataDirective MetadataDirective `header:"x-amz-metadata-directive"`
	// TaggingDirective says whether the tags are the source's (COPY, the default)
	// or those in Tagging (REPLACE).
	TaggingDirective TaggingDirective `header:"x-amz-tagging-directive"`
	// AnnotationDirective says whether the source's annotations are copied (COPY,
	// the default) or left behind (EXCLUDE). Directory buckets take EXCLUDE only.
	AnnotationDirective AnnotationDirective `header:"x-amz-object-annotation-directive"`
	// ServerSideEncryption is the copy's encryption at rest; empty means the
	// destination bucket's default, not the source's.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// StorageClass is the class to store the copy in; empty means STANDARD, not
	// the source's.
	StorageClass StorageClass `header:"x-amz-storage-class"`
	// WebsiteRedirectLocation is where a bucket that serves a website redirects
	// requests for this object: a key of the same bucket or a URL.
	WebsiteRedirectLocation string `header:"x-amz-website-redirect-location"`
	// SSECustomerAlgorithm is AES256 when the copy is to be encrypted with a key
	// of the caller.
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
	// Tagging is the copy's tag set in query form, for [TaggingDirectiveReplace]
	// only.
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
	// ExpectedSourceBucketOwner is the account id that must own the source
	// bucket; another owner makes the server answer 403.
	ExpectedSourceBucketOwner string `header:"x-amz-source-expected-bucket-owner"`
}

func (*CopyObjectInput) operation() rest.Descriptor { return &opCopyObject }

// CopyObjectOutput is the answer of [Client.CopyObject].
type CopyObjectOutput struct {
	// CopyObjectResult describes the copy; nil when the server answers no
	// document.
	CopyObjectResult *CopyObjectResult `payload:"xml" xml:"CopyObjectResult"`
	// Expiration is the raw x-amz-expiration header: when a lifecycle rule will
	// delete the object and which rule, as expiry-date="...", rule-id="...".
	Expiration string `header:"x-amz-expiration"`
	// CopySourceVersionId is the version of the source that was copied.
	CopySourceVersionId string `header:"x-amz-copy-source-version-id"`
	// VersionId is the copy's version id; empty when the bucket has no versions.
	VersionId string `header:"x-amz-version-id"`
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
}

// CopyObject copies an object of up to 5 GiB on the server. Larger ones are
// copied in parts with UploadPartCopy. The metadata and the tags go along
// unless a directive says otherwise; the ACL, the storage class and the
// encryption don't.
//
// A server may answer 200 at once and report an error in the body later; the
// client takes such an answer for the error it is.
//
// Test with errors.Is for [ErrNoSuchKey] and [ErrNoSuchBucket] (404),
// [ErrAccessDenied] (403), [ErrPreconditionFailed] (412, one of the conditions
// on the source or the destination), [ErrInvalidObjectState] (403, the source
// is archived) and Code("InvalidRequest") (400, among others a source over 5
// GiB, or a copy onto itself that changes nothing).
//
// Source: CopyObject (Amazon S3 API Reference).
func (c *Client) CopyObject(ctx context.Context, in *CopyObjectInput, opts ...func(*Options)) (*CopyObjectOutput, error) {
	return invoke(ctx, c, &opCopyObject, in, opts)
}

// CopyObjectResult describes the object that [Client.CopyObject] made.
type CopyObjectResult struct {
	// ETag is the copy's entity tag in its quotes. It may differ from the
	// source's, for it covers the content only as it is now stored.
	ETag string `xml:"ETag"`
	// LastModified is when the copy was written.
	LastModified time.Time `xml:"LastModified"`
	// ChecksumType says what the checksum is of.
	ChecksumType ChecksumType `xml:"ChecksumType"`
	// ChecksumCRC32 is the copy's CRC-32; base64 of 4 bytes.
	ChecksumCRC32 string `xml:"ChecksumCRC32"`
	// ChecksumCRC32C is the copy's CRC-32C (Castagnoli); base64 of 4 bytes.
	ChecksumCRC32C string `xml:"ChecksumCRC32C"`
	// ChecksumCRC64NVME is the copy's CRC-64/NVME; base64 of 8 bytes.
	ChecksumCRC64NVME string `xml:"ChecksumCRC64NVME"`
	// ChecksumSHA1 is the copy's SHA-1; base64 of 20 bytes.
	ChecksumSHA1 string `xml:"ChecksumSHA1"`
	// ChecksumSHA256 is the copy's SHA-256; base64 of 32 bytes.
	ChecksumSHA256 string `xml:"ChecksumSHA256"`
	// ChecksumSHA512 is the copy's SHA-512; base64 of 64 bytes.
	ChecksumSHA512 string `xml:"ChecksumSHA512"`
	// ChecksumMD5 is the copy's MD5; base64 of 16 bytes.
	ChecksumMD5 string `xml:"ChecksumMD5"`
	// ChecksumXXHASH64 is the copy's XXH64; base64 of 8 bytes.
	ChecksumXXHASH64 string `xml:"ChecksumXXHASH64"`
	// ChecksumXXHASH3 is the copy's XXH3 (64 bit); base64 of 8 bytes.
	ChecksumXXHASH3 string `xml:"ChecksumXXHASH3"`
	// ChecksumXXHASH128 is the copy's XXH128; base64 of 16 bytes.
	ChecksumXXHASH128 string `xml:"ChecksumXXHASH128"`
}
