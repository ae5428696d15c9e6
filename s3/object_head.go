package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opHeadObject = rest.Operation[HeadObjectInput, HeadObjectOutput]{
	Name: "HeadObject", Method: http.MethodHead, URI: "/{Bucket}/{Key+}",
}

// HeadObjectInput is the request of [Client.HeadObject].
type HeadObjectInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// IfMatch goes through only when the object's ETag is this one.
	IfMatch string `header:"If-Match"`
	// IfModifiedSince goes through only when the object changed after this time,
	// at a resolution of a second.
	IfModifiedSince time.Time `header:"If-Modified-Since"`
	// IfNoneMatch goes through only when the object's ETag is another one.
	IfNoneMatch string `header:"If-None-Match"`
	// IfUnmodifiedSince goes through only when the object has not changed after
	// this time, at a resolution of a second.
	IfUnmodifiedSince time.Time `header:"If-Unmodified-Since"`
	// Range is the part of the object to answer for, in the form bytes=0-1023,
	// bytes=1024- or bytes=-512; one range only. Empty means all of it.
	Range string `header:"Range"`
	// ResponseCacheControl replaces the Cache-Control of the answer. The Response
	// members need a signed request; anonymous ones are refused.
	ResponseCacheControl string `url:"response-cache-control,omitempty"`
	// ResponseContentDisposition replaces the Content-Disposition of the answer.
	ResponseContentDisposition string `url:"response-content-disposition,omitempty"`
	// ResponseContentEncoding replaces the Content-Encoding of the answer.
	ResponseContentEncoding string `url:"response-content-encoding,omitempty"`
	// ResponseContentLanguage replaces the Content-Language of the answer.
	ResponseContentLanguage string `url:"response-content-language,omitempty"`
	// ResponseContentType replaces the Content-Type of the answer.
	ResponseContentType string `url:"response-content-type,omitempty"`
	// ResponseExpires replaces the Expires of the answer.
	ResponseExpires time.Time `url:"response-expires,omitempty" timestamp:"http-date"`
	// VersionId picks one version of the object; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// SSECustomerAlgorithm is AES256 when the object is encrypted with a key of
	// the caller (SSE-C).
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
	// PartNumber answers for one part of an object that was uploaded in parts, 1
	// to 10,000, and with PartsCount; 0 means the whole object.
	PartNumber int32 `url:"partNumber,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ChecksumMode set to [ChecksumModeEnabled] asks for the Checksum members of
	// the answer; empty leaves them out.
	ChecksumMode ChecksumMode `header:"x-amz-checksum-mode"`
}

func (*HeadObjectInput) operation() rest.Descriptor { return &opHeadObject }

// HeadObjectOutput is the answer of [Client.HeadObject].
type HeadObjectOutput struct {
	// DeleteMarker tells that the version is a delete marker.
	DeleteMarker bool `header:"x-amz-delete-marker"`
	// AcceptRanges is "bytes" when the server takes the Range member.
	AcceptRanges string `header:"accept-ranges"`
	// Expiration is the raw x-amz-expiration header: when a lifecycle rule will
	// delete the object and which rule, as expiry-date="...", rule-id="...".
	Expiration string `header:"x-amz-expiration"`
	// Restore is the raw x-amz-restore header: whether a restore from an archive
	// runs, and until when a restored copy stays.
	Restore string `header:"x-amz-restore"`
	// ArchiveStatus is the archive tier of an object in INTELLIGENT_TIERING that
	// must be restored before it can be read; empty for others.
	ArchiveStatus ArchiveStatus `header:"x-amz-archive-status"`
	// LastModified is when the object was written, at a resolution of a second.
	LastModified time.Time `header:"Last-Modified"`
	// ContentLength is the size in bytes of what GetObject would answer.
	ContentLength int64 `header:"Content-Length"`
	// ChecksumCRC32 is the whole object's CRC-32; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-checksum-crc32"`
	// ChecksumCRC32C is the whole object's CRC-32C (Castagnoli); base64 of 4
	// bytes.
	ChecksumCRC32C string `header:"x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the whole object's CRC-64/NVME; base64 of 8 bytes.
	ChecksumCRC64NVME string `header:"x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the whole object's SHA-1; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-checksum-sha1"`
	// ChecksumSHA256 is the whole object's SHA-256; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-checksum-sha256"`
	// ChecksumSHA512 is the whole object's SHA-512; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-checksum-sha512"`
	// ChecksumMD5 is the whole object's MD5; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the whole object's XXH64; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the whole object's XXH3 (64 bit); base64 of 8 bytes.
	ChecksumXXHASH3 string `header:"x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the whole object's XXH128; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-checksum-xxhash128"`
	// ChecksumType says whether the checksum is of the full object or of the
	// parts' checksums.
	ChecksumType ChecksumType `header:"x-amz-checksum-type"`
	// ETag is the entity tag in its quotes, as the server wrote it. It is the MD5
	// of the content only for objects stored with one request and without SSE-KMS
	// or SSE-C.
	ETag string `header:"ETag"`
	// MissingMeta counts metadata entries that HTTP headers can't carry and that
	// are left out of Metadata.
	MissingMeta int32 `header:"x-amz-missing-meta"`
	// VersionId is the version that was answered or made; empty when the bucket
	// has no versions.
	VersionId string `header:"x-amz-version-id"`
	// CacheControl is the Cache-Control stored with the object.
	CacheControl string `header:"Cache-Control"`
	// ContentDisposition is the Content-Disposition stored with the object.
	ContentDisposition string `header:"Content-Disposition"`
	// ContentEncoding is the Content-Encoding stored with the object. The client
	// never decodes it.
	ContentEncoding string `header:"Content-Encoding"`
	// ContentLanguage is the Content-Language stored with the object.
	ContentLanguage string `header:"Content-Language"`
	// ContentType is the media type stored with the object.
	ContentType string `header:"Content-Type"`
	// ContentRange is the part that is answered and the whole size, for example
	// bytes 0-1023/146515; empty without a range.
	ContentRange string `header:"Content-Range"`
	// Expires is the Expires header as a time; zero when it is absent or no valid
	// date.
	Expires time.Time `header:"Expires"`
	// ExpiresString is the Expires header as the server sent it, also when it is
	// no valid date.
	ExpiresString string `header:"ExpiresString"`
	// WebsiteRedirectLocation is where a website bucket redirects requests for
	// this object.
	WebsiteRedirectLocation string `header:"x-amz-website-redirect-location"`
	// ServerSideEncryption is the encryption at rest that was used.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// Metadata is the user metadata: the x-amz-meta- headers without that prefix,
	// names in lower case, encoded words decoded.
	Metadata map[string]string `headers:"x-amz-meta-"`
	// SSECustomerAlgorithm echoes the algorithm of a key that the caller gave.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKeyMD5 echoes the base64 MD5 of a key that the caller gave.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// SSEKMSKeyId is the KMS key that was used. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
	// StorageClass is the object's class; empty for STANDARD, which servers leave
	// out.
	StorageClass StorageClass `header:"x-amz-storage-class"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// ReplicationStatus is where the object stands in the bucket's replication;
	// empty when no rule covers it.
	ReplicationStatus ReplicationStatus `header:"x-amz-replication-status"`
	// PartsCount is the number of parts of an object uploaded in parts. It is
	// answered only for requests with a PartNumber.
	PartsCount int32 `header:"x-amz-mp-parts-count"`
	// TagCount is the number of tags, when the caller may read them.
	TagCount int32 `header:"x-amz-tagging-count"`
	// ObjectLockMode is the version's retention mode, when the caller may see it.
	ObjectLockMode ObjectLockMode `header:"x-amz-object-lock-mode"`
	// ObjectLockRetainUntilDate is when the version's retention ends.
	ObjectLockRetainUntilDate time.Time `header:"x-amz-object-lock-retain-until-date" timestamp:"date-time"`
	// ObjectLockLegalHoldStatus tells whether a legal hold is on the version.
	ObjectLockLegalHoldStatus ObjectLockLegalHoldStatus `header:"x-amz-object-lock-legal-hold"`
	// ObjectLockEventHold tells whether an event hold is on the version.
	ObjectLockEventHold ObjectLockEventHold `header:"x-amz-object-lock-event-hold"`
	// ObjectLockEventHoldDurationDays is how many days protection goes on after
	// the event hold is released; 0 when none is stated in days.
	ObjectLockEventHoldDurationDays int32 `header:"x-amz-object-lock-event-hold-duration-days"`
	// ObjectLockEventHoldDurationYears is the same duration in years; 0 when none
	// is stated in years.
	ObjectLockEventHoldDurationYears int32 `header:"x-amz-object-lock-event-hold-duration-years"`
}

// HeadObject answers what is known of an object, without its content.
//
// The answer to HEAD has no body, so that errors are told by status only: test
// with errors.Is for [ErrNotFound] (404, also fs.ErrNotExist; the bucket or the
// object), [ErrForbidden] (403, also for a missing object when the caller may
// not list the bucket), [ErrNotModified] (304) and [ErrPreconditionFailed]
// (412). A delete marker is a 404 too, or a 405 when VersionId names it.
//
// Source: HeadObject (Amazon S3 API Reference).
func (c *Client) HeadObject(ctx context.Context, in *HeadObjectInput, opts ...func(*Options)) (*HeadObjectOutput, error) {
	return invoke(ctx, c, &opHeadObject, in, opts)
}
