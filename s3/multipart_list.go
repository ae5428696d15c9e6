package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opListParts = rest.Operation[ListPartsInput, ListPartsOutput]{
	Name: "ListParts", Method: http.MethodGet, URI: "/{Bucket}/{Key+}",
}

// ListPartsInput is the request of [Client.ListParts].
type ListPartsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// UploadId is the id that CreateMultipartUpload answered.
	UploadId string `url:"uploadId" required:"true"`
	// MaxParts is the most parts to answer at once, at most 1,000; 0 means the
	// server's default, 1,000.
	MaxParts int32 `url:"max-parts,omitempty"`
	// PartNumberMarker is the part number after which the listing starts; empty
	// starts at the beginning.
	PartNumberMarker string `url:"part-number-marker,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// SSECustomerAlgorithm is AES256 when the upload was created with a key of
	// the caller and a checksum algorithm.
	SSECustomerAlgorithm string `header:"x-amz-server-side-encryption-customer-algorithm"`
	// SSECustomerKey is the caller's 256-bit key, see [CustomerKey]. The server
	// forgets it after the request. It is redacted in logs and needs TLS.
	SSECustomerKey CustomerKey `header:"x-amz-server-side-encryption-customer-key" sensitive:"true"`
	// SSECustomerKeyMD5 is the base64 MD5 of the raw customer key, by which the
	// server notices a damaged one. Empty: the client computes it.
	SSECustomerKeyMD5 string `header:"x-amz-server-side-encryption-customer-key-MD5"`
}

func (*ListPartsInput) operation() rest.Descriptor { return &opListParts }

// ListPartsOutput is the answer of [Client.ListParts].
type ListPartsOutput struct {
	// AbortDate is when a lifecycle rule will abort the upload; zero when no rule
	// covers it.
	AbortDate time.Time `header:"x-amz-abort-date"`
	// AbortRuleId is the id of the lifecycle rule behind AbortDate.
	AbortRuleId string `header:"x-amz-abort-rule-id"`
	// Bucket is the bucket's name, or the access point's alias.
	Bucket string `xml:"Bucket"`
	// Key is the object's key.
	Key string `xml:"Key"`
	// UploadId is the upload's id.
	UploadId string `xml:"UploadId"`
	// PartNumberMarker echoes the request's.
	PartNumberMarker string `xml:"PartNumberMarker"`
	// NextPartNumberMarker is the PartNumberMarker of the next page, when
	// IsTruncated.
	NextPartNumberMarker string `xml:"NextPartNumberMarker"`
	// MaxParts is the page size that the server used.
	MaxParts int32 `xml:"MaxParts"`
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Parts are the parts of this page, by number.
	Parts []Part `xml:"Part"`
	// Initiator is who created the upload.
	Initiator Initiator `xml:"Initiator"`
	// Owner is who will own the object.
	Owner Owner `xml:"Owner"`
	// StorageClass is the class that the object will be stored in.
	StorageClass StorageClass `xml:"StorageClass"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// ChecksumAlgorithm is the checksum that the upload was created with.
	ChecksumAlgorithm ChecksumAlgorithm `xml:"ChecksumAlgorithm"`
	// ChecksumType says what the object's checksum will be of.
	ChecksumType ChecksumType `xml:"ChecksumType"`
}

// ListParts answers up to 1,000 parts of an unfinished upload, by number;
// [Client.ListPartsPages] walks the pages.
//
// Test with errors.Is for [ErrNoSuchUpload] (404) and [ErrAccessDenied] (403).
//
// Source: ListParts (Amazon S3 API Reference).
func (c *Client) ListParts(ctx context.Context, in *ListPartsInput, opts ...func(*Options)) (*ListPartsOutput, error) {
	return invoke(ctx, c, &opListParts, in, opts)
}

// Part is one part of [Client.ListParts].
type Part struct {
	// PartNumber is the part's number.
	PartNumber int32 `xml:"PartNumber"`
	// LastModified is when the part was written.
	LastModified time.Time `xml:"LastModified"`
	// ETag is the part's entity tag in its quotes. Alluxio answers an empty one.
	ETag string `xml:"ETag"`
	// Size is the part's size in bytes.
	Size int64 `xml:"Size"`
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

var opListMultipartUploads = rest.Operation[ListMultipartUploadsInput, ListMultipartUploadsOutput]{
	Name: "ListMultipartUploads", Method: http.MethodGet, URI: "/{Bucket}?uploads",
}

// ListMultipartUploadsInput is the request of [Client.ListMultipartUploads].
type ListMultipartUploadsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Delimiter groups keys: those that share everything up to its first
	// occurrence after Prefix become one entry of CommonPrefixes. Usually a
	// slash; empty means no grouping.
	Delimiter string `url:"delimiter,omitempty"`
	// EncodingType set to [EncodingTypeUrl] asks the server to URL-encode keys in
	// its answer, so that keys with characters that XML 1.0 can't carry survive.
	// The answer's members are decoded again before they are handed out. Leave it
	// empty with Ceph RGW, which encodes keys without saying so, and with OpenStack
	// Swift where CommonPrefixes count, which it does not encode but says it did.
	EncodingType EncodingType `url:"encoding-type,omitempty"`
	// KeyMarker is the key after which the listing starts. With an
	// UploadIdMarker, further uploads of this key are listed too.
	KeyMarker string `url:"key-marker,omitempty"`
	// MaxUploads is the most uploads to answer at once, at most 1,000; 0 means
	// the server's default, 1,000.
	MaxUploads int32 `url:"max-uploads,omitempty"`
	// Prefix restricts the answer to keys that start with it.
	Prefix string `url:"prefix,omitempty"`
	// UploadIdMarker is the upload of KeyMarker after which the listing starts.
	// It has no effect without KeyMarker.
	UploadIdMarker string `url:"upload-id-marker,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
}

func (*ListMultipartUploadsInput) operation() rest.Descriptor { return &opListMultipartUploads }

// ListMultipartUploadsOutput is the answer of [Client.ListMultipartUploads].
type ListMultipartUploadsOutput struct {
	// Bucket is the bucket's name.
	Bucket string `xml:"Bucket"`
	// KeyMarker echoes the request's.
	KeyMarker string `xml:"KeyMarker" encoding:"url"`
	// UploadIdMarker echoes the request's.
	UploadIdMarker string `xml:"UploadIdMarker"`
	// NextKeyMarker is the KeyMarker of the next page, when IsTruncated.
	NextKeyMarker string `xml:"NextKeyMarker" encoding:"url"`
	// Prefix echoes the request's.
	Prefix string `xml:"Prefix" encoding:"url"`
	// Delimiter echoes the request's.
	Delimiter string `xml:"Delimiter" encoding:"url"`
	// NextUploadIdMarker is the UploadIdMarker of the next page, when
	// IsTruncated.
	NextUploadIdMarker string `xml:"NextUploadIdMarker"`
	// MaxUploads is the page size that the server used.
	MaxUploads int32 `xml:"MaxUploads"`
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Uploads are the uploads of this page, by key and then by the time they were
	// created.
	Uploads []MultipartUpload `xml:"Upload"`
	// CommonPrefixes are the groups that Delimiter made, each with the delimiter
	// at its end. Each counts as one entry toward the maximum.
	CommonPrefixes []CommonPrefix `xml:"CommonPrefixes"`
	// EncodingType is the encoding that the server used for keys. Members it
	// applies to are already decoded.
	EncodingType EncodingType `xml:"EncodingType"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// ListMultipartUploads answers up to 1,000 unfinished uploads of a bucket;
// [Client.ListMultipartUploadsPages] walks the pages.
//
// Test with errors.Is for [ErrNoSuchBucket] (404) and [ErrAccessDenied] (403).
//
// Source: ListMultipartUploads (Amazon S3 API Reference).
func (c *Client) ListMultipartUploads(ctx context.Context, in *ListMultipartUploadsInput, opts ...func(*Options)) (*ListMultipartUploadsOutput, error) {
	return invoke(ctx, c, &opListMultipartUploads, in, opts)
}

// MultipartUpload is one unfinished upload of [Client.ListMultipartUploads].
type MultipartUpload struct {
	// UploadId is the upload's id.
	UploadId string `xml:"UploadId"`
	// Key is the key of the object being uploaded.
	Key string `xml:"Key" encoding:"url"`
	// Initiated is when the upload was created.
	Initiated time.Time `xml:"Initiated"`
	// StorageClass is the class that the object will be stored in.
	StorageClass StorageClass `xml:"StorageClass"`
	// Owner is who will own the object.
	Owner Owner `xml:"Owner"`
	// Initiator is who created the upload.
	Initiator Initiator `xml:"Initiator"`
	// ChecksumAlgorithm is the checksum that the upload was created with.
	ChecksumAlgorithm ChecksumAlgorithm `xml:"ChecksumAlgorithm"`
	// ChecksumType says what the object's checksum will be of.
	ChecksumType ChecksumType `xml:"ChecksumType"`
}

// Initiator is who created a multipart upload.
type Initiator struct {
	// ID is the account's id, or the ARN of the user who created the upload.
	ID string `xml:"ID"`
	// DisplayName is the account's name. Amazon S3 no longer answers it; other
	// servers do.
	DisplayName string `xml:"DisplayName"`
}
