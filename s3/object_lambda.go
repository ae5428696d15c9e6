package s3

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opWriteGetObjectResponse = rest.Operation[WriteGetObjectResponseInput, WriteGetObjectResponseOutput]{
	Name: "WriteGetObjectResponse", Method: http.MethodPost, URI: "/WriteGetObjectResponse",
	HostLabel: "RequestRoute",
}

// WriteGetObjectResponseInput is the request of
// [Client.WriteGetObjectResponse].
type WriteGetObjectResponseInput struct {
	// RequestRoute is the outputRoute of the function's event: a label in front
	// of the host.
	RequestRoute string `header:"x-amz-request-route" required:"true"`
	// RequestToken is the outputToken of the function's event.
	RequestToken string `header:"x-amz-request-token" required:"true" sensitive:"true"`
	// Body is the object's content. Its length must be known: see the package's
	// documentation on bodies.
	Body io.Reader `payload:"body"`
	// StatusCode is the answer's status, 200, 206, 304 or an error's; 0 means
	// 200.
	StatusCode int32 `header:"x-amz-fwd-status"`
	// ErrorCode is the code of an error that the answer is, without blanks.
	ErrorCode string `header:"x-amz-fwd-error-code"`
	// ErrorMessage is the error's explanation.
	ErrorMessage string `header:"x-amz-fwd-error-message"`
	// AcceptRanges is the answer's Accept-Ranges.
	AcceptRanges string `header:"x-amz-fwd-header-accept-ranges"`
	// CacheControl is the answer's Cache-Control.
	CacheControl string `header:"x-amz-fwd-header-Cache-Control"`
	// ContentDisposition is the answer's Content-Disposition.
	ContentDisposition string `header:"x-amz-fwd-header-Content-Disposition"`
	// ContentEncoding is the answer's Content-Encoding.
	ContentEncoding string `header:"x-amz-fwd-header-Content-Encoding"`
	// ContentLanguage is the answer's Content-Language.
	ContentLanguage string `header:"x-amz-fwd-header-Content-Language"`
	// ContentLength is the length of Body in bytes. Nil: found out by seeking
	// or from a Len method.
	ContentLength *int64 `header:"Content-Length"`
	// ContentRange is the answer's Content-Range.
	ContentRange string `header:"x-amz-fwd-header-Content-Range"`
	// ContentType is the answer's Content-Type.
	ContentType string `header:"x-amz-fwd-header-Content-Type"`
	// ChecksumCRC32 is the CRC-32 of the whole object; base64 of 4 bytes.
	ChecksumCRC32 string `header:"x-amz-fwd-header-x-amz-checksum-crc32"`
	// ChecksumCRC32C is the CRC-32C (Castagnoli) of the whole object; base64 of
	// 4 bytes.
	ChecksumCRC32C string `header:"x-amz-fwd-header-x-amz-checksum-crc32c"`
	// ChecksumCRC64NVME is the CRC-64/NVME of the whole object; base64 of 8
	// bytes.
	ChecksumCRC64NVME string `header:"x-amz-fwd-header-x-amz-checksum-crc64nvme"`
	// ChecksumSHA1 is the SHA-1 of the whole object; base64 of 20 bytes.
	ChecksumSHA1 string `header:"x-amz-fwd-header-x-amz-checksum-sha1"`
	// ChecksumSHA256 is the SHA-256 of the whole object; base64 of 32 bytes.
	ChecksumSHA256 string `header:"x-amz-fwd-header-x-amz-checksum-sha256"`
	// ChecksumSHA512 is the SHA-512 of the whole object; base64 of 64 bytes.
	ChecksumSHA512 string `header:"x-amz-fwd-header-x-amz-checksum-sha512"`
	// ChecksumMD5 is the MD5 of the whole object; base64 of 16 bytes.
	ChecksumMD5 string `header:"x-amz-fwd-header-x-amz-checksum-md5"`
	// ChecksumXXHASH64 is the XXH64 of the whole object; base64 of 8 bytes.
	ChecksumXXHASH64 string `header:"x-amz-fwd-header-x-amz-checksum-xxhash64"`
	// ChecksumXXHASH3 is the XXH3 (64 bit) of the whole object; base64 of 8
	// bytes.
	ChecksumXXHASH3 string `header:"x-amz-fwd-header-x-amz-checksum-xxhash3"`
	// ChecksumXXHASH128 is the XXH128 of the whole object; base64 of 16 bytes.
	ChecksumXXHASH128 string `header:"x-amz-fwd-header-x-amz-checksum-xxhash128"`
	// DeleteMarker tells that the version is a delete marker.
	DeleteMarker bool `header:"x-amz-fwd-header-x-amz-delete-marker"`
	// ETag is the answer's entity tag.
	ETag string `header:"x-amz-fwd-header-ETag"`
	// Expires is the answer's Expires.
	Expires time.Time `header:"x-amz-fwd-header-Expires"`
	// Expiration is the answer's x-amz-expiration.
	Expiration string `header:"x-amz-fwd-header-x-amz-expiration"`
	// LastModified is when the object was last written.
	LastModified time.Time `header:"x-amz-fwd-header-Last-Modified"`
	// MissingMeta is how many metadata entries could not be answered as
	// headers.
	MissingMeta int32 `header:"x-amz-fwd-header-x-amz-missing-meta"`
	// Metadata is the object's user metadata.
	Metadata map[string]string `headers:"x-amz-meta-"`
	// ObjectLockMode is the object's retention mode.
	ObjectLockMode ObjectLockMode `header:"x-amz-fwd-header-x-amz-object-lock-mode"`
	// ObjectLockLegalHoldStatus is the object's legal hold.
	ObjectLockLegalHoldStatus ObjectLockLegalHoldStatus `header:"x-amz-fwd-header-x-amz-object-lock-legal-hold"`
	// ObjectLockRetainUntilDate is when the object's retention ends.
	ObjectLockRetainUntilDate time.Time `header:"x-amz-fwd-header-x-amz-object-lock-retain-until-date" timestamp:"date-time"`
	// PartsCount is how many parts the object has.
	PartsCount int32 `header:"x-amz-fwd-header-x-amz-mp-parts-count"`
	// ReplicationStatus is where the object stands in its bucket's replication.
	ReplicationStatus ReplicationStatus `header:"x-amz-fwd-header-x-amz-replication-status"`
	// RequestCharged is "requester" when the caller is charged for the request.
	RequestCharged RequestCharged `header:"x-amz-fwd-header-x-amz-request-charged"`
	// Restore is the answer's x-amz-restore.
	Restore string `header:"x-amz-fwd-header-x-amz-restore"`
	// ServerSideEncryption is the object's encryption at rest.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-fwd-header-x-amz-server-side-encryption"`
	// SSECustomerAlgorithm is the algorithm of a key that the caller gave.
	SSECustomerAlgorithm string `header:"x-amz-fwd-header-x-amz-server-side-encryption-customer-algorithm"`
	// SSEKMSKeyId is the object's KMS key. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-fwd-header-x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of a key that the caller gave.
	SSECustomerKeyMD5 string `header:"x-amz-fwd-header-x-amz-server-side-encryption-customer-key-MD5"`
	// StorageClass is the object's class.
	StorageClass StorageClass `header:"x-amz-fwd-header-x-amz-storage-class"`
	// TagCount is how many tags the object has.
	TagCount int32 `header:"x-amz-fwd-header-x-amz-tagging-count"`
	// VersionId is the object's version.
	VersionId string `header:"x-amz-fwd-header-x-amz-version-id"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-fwd-header-x-amz-server-side-encryption-bucket-key-enabled"`
}

func (*WriteGetObjectResponseInput) operation() rest.Descriptor { return &opWriteGetObjectResponse }

// WriteGetObjectResponseOutput is the answer of
// [Client.WriteGetObjectResponse]. It has no members.
type WriteGetObjectResponseOutput struct{}

// WriteGetObjectResponse answers a GetObject that came through an Object
// Lambda access point, from within the Lambda function. On Amazon S3 it goes
// to RequestRoute.s3-object-lambda.REGION.amazonaws.com, with the body
// unsigned.
//
// Source: WriteGetObjectResponse (Amazon S3 API Reference).
func (c *Client) WriteGetObjectResponse(ctx context.Context, in *WriteGetObjectResponseInput, opts ...func(*Options)) (*WriteGetObjectResponseOutput, error) {
	return invoke(ctx, c, &opWriteGetObjectResponse, in, opts)
}
