package s3

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opPutObject = rest.Operation[PutObjectInput, PutObjectOutput]{
	Name: "PutObject", Method: http.MethodPut, URI: "/{Bucket}/{Key+}",
}

// PutObjectInput is the request of [Client.PutObject].
type PutObjectInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// ACL is a ready-made ACL for the object; empty means private. It excludes
	// the Grant members, and buckets with owner-enforced ownership refuse all of
	// them but bucket-owner-full-control.
	ACL ObjectCannedACL `header:"x-amz-acl"`
	// Body is the content; nil means an empty object. It is read from where it
	// stands. An io.Seeker is rewound to there for a retry; after any other
	// reader has been read from, the request is not retried.
	Body io.Reader `payload:"body"`
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
	// ContentLength is the length of Body in bytes. Nil: found out by seeking or
	// from Body's Len method; a Body that has neither needs it, or the call fails
	// with [ErrUnknownLength]. A pointer to 0 is an empty body.
	ContentLength *int64 `header:"Content-Length"`
	// ContentMD5 is the base64 MD5 of the body; a body that doesn't match it is
	// refused with BadDigest.
	ContentMD5 string `header:"Content-MD5"`
	// ContentType is the media type stored with the object; empty leaves the
	// choice to the server, which is binary/octet-stream on Amazon S3.
	ContentType string `header:"Content-Type"`
	// ChecksumAlgorithm makes the client compute that checksum of Body, send it,
	// and compare it with the answer's: CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	// Empty computes none.
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
	// Expires is stored and answered as the Expires header. It is advice for
	// caches and deletes nothing.
	Expires time.Time `header:"Expires"`
	// IfMatch writes only when the object that is there has this ETag.
	IfMatch string `header:"If-Match"`
	// IfNoneMatch set to * writes only when no object with this key is there. No
	// other value is allowed.
	IfNoneMatch string `header:"If-None-Match"`
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
	// WriteOffsetBytes appends Body to an existing object of a directory bucket;
	// it must be the object's size, or 0 to make a new one. Nil replaces the
	// object.
	WriteOffsetBytes *int64 `header:"x-amz-write-offset-bytes"`
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
}

func (*PutObjectInput) operation() rest.Descriptor { return &opPutObject }

// PutObjectOutput is the answer of [Client.PutObject].
type PutObjectOutput struct {
	// Expiration is the raw x-amz-expiration header: when a lifecycle rule will
	// delete the object and which rule, as expiry-date="...", rule-id="...".
	Expiration string `header:"x-amz-expiration"`
	// ETag is the new object's entity tag in its quotes, as the server wrote it.
	// It is the MD5 of the content unless SSE-KMS or SSE-C is used.
	ETag string `header:"ETag"`
	// ChecksumCRC32 is the stored object's CRC-32; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the stored object's CRC-32C (Castagnoli); base64 of 4
	// bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the stored object's CRC-64/NVME; base64 of 8 bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the stored object's SHA-1; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the stored object's SHA-256; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the stored object's SHA-512; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the stored object's MD5; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the stored object's XXH64; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the stored object's XXH3 (64 bit); base64 of 8 bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the stored object's XXH128; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// ChecksumType says what the checksum is of; always the full object here.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// VersionId is the new version's id; empty when the bucket has no versions.
	VersionId string `header:"x-amz-version-id"`
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
	// Size is the whole object's size in bytes after an append; 0 for other
	// writes.
	Size int64 `header:"x-amz-object-size"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// PutObject writes an object in one request, up to 5 GiB (the [Profile]'s
// MaxPutSize). An object of that key is replaced whole; readers see the old or
// the new one, never a mixture. Larger objects, and bodies of unknown length,
// go through a multipart upload, which package s3/transfer does.
//
// A Checksum member is sent as it is. When none is set, ChecksumAlgorithm makes
// the client compute one, and fill the answer's member with the value it sent;
// an answer with another value is [ErrChecksumMismatch].
//
// Test with errors.Is for [ErrNoSuchBucket] (404), [ErrAccessDenied] (403),
// [ErrPreconditionFailed] (412, IfMatch or IfNoneMatch),
// [ErrConditionalRequestConflict] (409, a conditional write met another one:
// send it again), [ErrBadDigest] (400, the body arrived damaged) and
// [ErrEntityTooLarge] (400).
//
// Source: PutObject (Amazon S3 API Reference).
func (c *Client) PutObject(ctx context.Context, in *PutObjectInput, opts ...func(*Options)) (*PutObjectOutput, error) {
	return invoke(ctx, c, &opPutObject, in, opts)
}
