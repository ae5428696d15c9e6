package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetObjectAttributes = rest.Operation[GetObjectAttributesInput, GetObjectAttributesOutput]{
	Name: "GetObjectAttributes", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?attributes",
}

// GetObjectAttributesInput is the request of [Client.GetObjectAttributes].
type GetObjectAttributesInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// ObjectAttributes are the members to answer: ETag, Checksum, ObjectParts,
	// StorageClass and ObjectSize.
	ObjectAttributes []ObjectAttributes `header:"x-amz-object-attributes" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// MaxParts is the most parts to answer at once; 0 means the server's
	// default, 1,000.
	MaxParts int32 `header:"x-amz-max-parts"`
	// PartNumberMarker is the NextPartNumberMarker of the page before; empty
	// starts at the first part.
	PartNumberMarker string `header:"x-amz-part-number-marker"`
	// SSECustomerAlgorithm is AES256 when the object is encrypted with a key of
	// the caller.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the base64 key that the object was encrypted with. It
	// is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetObjectAttributesInput) operation() rest.Descriptor { return &opGetObjectAttributes }

// GetObjectAttributesOutput is the answer of [Client.GetObjectAttributes].
type GetObjectAttributesOutput struct {
	// DeleteMarker tells that the version is a delete marker.
	DeleteMarker bool `header:"x-amz-delete-marker"`
	// LastModified is when the object was last written.
	LastModified time.Time `header:"Last-Modified"`
	// VersionId is the object's version.
	VersionId string `header:"x-amz-version-id"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// ETag is the object's entity tag, here without its quotes.
	ETag string `xml:"ETag"`
	// Checksum is the object's checksums.
	Checksum Checksum `xml:"Checksum"`
	// ObjectParts is the parts that the object was uploaded in.
	ObjectParts GetObjectAttributesParts `xml:"ObjectParts"`
	// StorageClass is the object's class; on Amazon S3 empty for STANDARD.
	StorageClass StorageClass `xml:"StorageClass"`
	// ObjectSize is the object's size in bytes.
	ObjectSize int64 `xml:"ObjectSize"`
}

// GetObjectAttributes answers checksums, parts and size of an object,
// without the object.
// [Client.GetObjectAttributesPages] walks the pages.
//
// Test with errors.Is for [ErrNoSuchKey] (404). A server that doesn't know
// the subresource answers the object instead: see [Profile].
//
// Source: GetObjectAttributes (Amazon S3 API Reference).
func (c *Client) GetObjectAttributes(ctx context.Context, in *GetObjectAttributesInput, opts ...func(*Options)) (*GetObjectAttributesOutput, error) {
	return invoke(ctx, c, &opGetObjectAttributes, in, opts)
}

// Checksum is the checksums of an object.
type Checksum struct {
	// ChecksumCRC32 is the CRC-32 of the object; base64 of 4 bytes.
	ChecksumCRC32 string `xml:"ChecksumCRC32"`
	// ChecksumCRC32C is the CRC-32C (Castagnoli) of the object; base64 of 4
	// bytes.
	ChecksumCRC32C string `xml:"ChecksumCRC32C"`
	// ChecksumCRC64NVME is the CRC-64/NVME of the object; base64 of 8 bytes.
	ChecksumCRC64NVME string `xml:"ChecksumCRC64NVME"`
	// ChecksumSHA1 is the SHA-1 of the object; base64 of 20 bytes.
	ChecksumSHA1 string `xml:"ChecksumSHA1"`
	// ChecksumSHA256 is the SHA-256 of the object; base64 of 32 bytes.
	ChecksumSHA256 string `xml:"ChecksumSHA256"`
	// ChecksumSHA512 is the SHA-512 of the object; base64 of 64 bytes.
	ChecksumSHA512 string `xml:"ChecksumSHA512"`
	// ChecksumMD5 is the MD5 of the object; base64 of 16 bytes.
	ChecksumMD5 string `xml:"ChecksumMD5"`
	// ChecksumXXHASH64 is the XXH64 of the object; base64 of 8 bytes.
	ChecksumXXHASH64 string `xml:"ChecksumXXHASH64"`
	// ChecksumXXHASH3 is the XXH3 (64 bit) of the object; base64 of 8 bytes.
	ChecksumXXHASH3 string `xml:"ChecksumXXHASH3"`
	// ChecksumXXHASH128 is the XXH128 of the object; base64 of 16 bytes.
	ChecksumXXHASH128 string `xml:"ChecksumXXHASH128"`
	// ChecksumType says what the checksum is of.
	ChecksumType ChecksumType `xml:"ChecksumType"`
}

// GetObjectAttributesParts is the parts that an object was uploaded in.
type GetObjectAttributesParts struct {
	// TotalPartsCount is how many parts there are.
	TotalPartsCount int32 `xml:"PartsCount"`
	// PartNumberMarker echoes the request's.
	PartNumberMarker string `xml:"PartNumberMarker"`
	// NextPartNumberMarker asks for the next page.
	NextPartNumberMarker string `xml:"NextPartNumberMarker"`
	// MaxParts echoes the request's.
	MaxParts int32 `xml:"MaxParts"`
	// IsTruncated tells that more parts follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Parts are the parts of this page. Amazon S3 answers them for objects
	// uploaded with an additional checksum only.
	Parts []ObjectPart `xml:"Part"`
}

// ObjectPart is one part of an object.
type ObjectPart struct {
	// PartNumber is its number, 1 to 10,000.
	PartNumber int32 `xml:"PartNumber"`
	// Size is its size in bytes.
	Size int64 `xml:"Size"`
	// ChecksumCRC32 is the CRC-32 of the part; base64 of 4 bytes.
	ChecksumCRC32 string `xml:"ChecksumCRC32"`
	// ChecksumCRC32C is the CRC-32C (Castagnoli) of the part; base64 of 4
	// bytes.
	ChecksumCRC32C string `xml:"ChecksumCRC32C"`
	// ChecksumCRC64NVME is the CRC-64/NVME of the part; base64 of 8 bytes.
	ChecksumCRC64NVME string `xml:"ChecksumCRC64NVME"`
	// ChecksumSHA1 is the SHA-1 of the part; base64 of 20 bytes.
	ChecksumSHA1 string `xml:"ChecksumSHA1"`
	// ChecksumSHA256 is the SHA-256 of the part; base64 of 32 bytes.
	ChecksumSHA256 string `xml:"ChecksumSHA256"`
	// ChecksumSHA512 is the SHA-512 of the part; base64 of 64 bytes.
	ChecksumSHA512 string `xml:"ChecksumSHA512"`
	// ChecksumMD5 is the MD5 of the part; base64 of 16 bytes.
	ChecksumMD5 string `xml:"ChecksumMD5"`
	// ChecksumXXHASH64 is the XXH64 of the part; base64 of 8 bytes.
	ChecksumXXHASH64 string `xml:"ChecksumXXHASH64"`
	// ChecksumXXHASH3 is the XXH3 (64 bit) of the part; base64 of 8 bytes.
	ChecksumXXHASH3 string `xml:"ChecksumXXHASH3"`
	// ChecksumXXHASH128 is the XXH128 of the part; base64 of 16 bytes.
	ChecksumXXHASH128 string `xml:"ChecksumXXHASH128"`
}
