package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opListObjects = rest.Operation[ListObjectsInput, ListObjectsOutput]{
	Name: "ListObjects", Method: http.MethodGet, URI: "/{Bucket}",
}

// ListObjectsInput is the request of [Client.ListObjects].
type ListObjectsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Delimiter groups keys: those that share everything up to its first
	// occurrence after Prefix become one entry of CommonPrefixes. Usually a
	// slash; empty means no grouping.
	Delimiter string `url:"delimiter,omitempty"`
	// EncodingType set to [EncodingTypeUrl] asks the server to URL-encode keys in
	// its answer, so that keys with characters that XML 1.0 can't carry survive.
	// The answer's members are decoded again before they are handed out.
	EncodingType EncodingType `url:"encoding-type,omitempty"`
	// Marker is the key after which the listing starts; empty starts at the
	// beginning.
	Marker string `url:"marker,omitempty"`
	// MaxKeys is the most entries to answer at once, at most 1,000; 0 means the
	// server's default, 1,000.
	MaxKeys int32 `url:"max-keys,omitempty"`
	// Prefix restricts the answer to keys that start with it.
	Prefix string `url:"prefix,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// OptionalObjectAttributes asks for members that a listing leaves out by
	// default. [OptionalObjectAttributesRestoreStatus] fills RestoreStatus.
	OptionalObjectAttributes []OptionalObjectAttributes `header:"x-amz-optional-object-attributes"`
}

func (*ListObjectsInput) operation() rest.Descriptor { return &opListObjects }

// ListObjectsOutput is the answer of [Client.ListObjects].
type ListObjectsOutput struct {
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Marker echoes the request's.
	Marker string `xml:"Marker" encoding:"url"`
	// NextMarker is the Marker of the next page. Amazon S3 answers it only with a
	// Delimiter; without it, the last key of Contents is the next Marker.
	NextMarker string `xml:"NextMarker" encoding:"url"`
	// Contents are the objects of this page, in the order of the keys' UTF-8
	// bytes (directory buckets: in no order).
	Contents []Object `xml:"Contents"`
	// Name is the bucket's name.
	Name string `xml:"Name"`
	// Prefix echoes the request's.
	Prefix string `xml:"Prefix" encoding:"url"`
	// Delimiter echoes the request's.
	Delimiter string `xml:"Delimiter" encoding:"url"`
	// MaxKeys is the page size that the server used.
	MaxKeys int32 `xml:"MaxKeys"`
	// CommonPrefixes are the groups that Delimiter made, each with the delimiter
	// at its end. Each counts as one entry toward the maximum.
	CommonPrefixes []CommonPrefix `xml:"CommonPrefixes"`
	// EncodingType is the encoding that the server used for keys. Members it
	// applies to are already decoded.
	EncodingType EncodingType `xml:"EncodingType"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// ListObjects answers up to 1,000 objects of a bucket, in the order of their
// keys. It is the first version of the call, for servers that don't know
// ListObjectsV2; [Client.ListObjectsPages] walks the pages and finds the next
// Marker also where the server leaves NextMarker out.
//
// Test with errors.Is for [ErrNoSuchBucket] (404) and [ErrAccessDenied] (403).
//
// Source: ListObjects (Amazon S3 API Reference).
func (c *Client) ListObjects(ctx context.Context, in *ListObjectsInput, opts ...func(*Options)) (*ListObjectsOutput, error) {
	return invoke(ctx, c, &opListObjects, in, opts)
}

var opListObjectsV2 = rest.Operation[ListObjectsV2Input, ListObjectsV2Output]{
	Name: "ListObjectsV2", Method: http.MethodGet, URI: "/{Bucket}?list-type=2",
}

// ListObjectsV2Input is the request of [Client.ListObjectsV2].
type ListObjectsV2Input struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Delimiter groups keys: those that share everything up to its first
	// occurrence after Prefix become one entry of CommonPrefixes. Usually a
	// slash; empty means no grouping.
	Delimiter string `url:"delimiter,omitempty"`
	// EncodingType set to [EncodingTypeUrl] asks the server to URL-encode keys in
	// its answer, so that keys with characters that XML 1.0 can't carry survive.
	// The answer's members are decoded again before they are handed out.
	EncodingType EncodingType `url:"encoding-type,omitempty"`
	// MaxKeys is the most entries to answer at once, at most 1,000; 0 means the
	// server's default, 1,000.
	MaxKeys int32 `url:"max-keys,omitempty"`
	// Prefix restricts the answer to keys that start with it.
	Prefix string `url:"prefix,omitempty"`
	// ContinuationToken is the NextContinuationToken of the page before; empty
	// starts at the beginning.
	ContinuationToken string `url:"continuation-token,omitempty"`
	// FetchOwner asks for the Owner of each object, which this version leaves out
	// by default.
	FetchOwner bool `url:"fetch-owner,omitempty"`
	// StartAfter is the key after which the listing starts, whether it exists or
	// not. It has no effect beside a ContinuationToken.
	StartAfter string `url:"start-after,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// OptionalObjectAttributes asks for members that a listing leaves out by
	// default. [OptionalObjectAttributesRestoreStatus] fills RestoreStatus.
	OptionalObjectAttributes []OptionalObjectAttributes `header:"x-amz-optional-object-attributes"`
}

func (*ListObjectsV2Input) operation() rest.Descriptor { return &opListObjectsV2 }

// ListObjectsV2Output is the answer of [Client.ListObjectsV2].
type ListObjectsV2Output struct {
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// Contents are the objects of this page, in the order of the keys' UTF-8
	// bytes (directory buckets: in no order).
	Contents []Object `xml:"Contents"`
	// Name is the bucket's name.
	Name string `xml:"Name"`
	// Prefix echoes the request's.
	Prefix string `xml:"Prefix" encoding:"url"`
	// Delimiter echoes the request's.
	Delimiter string `xml:"Delimiter" encoding:"url"`
	// MaxKeys is the page size that the server used.
	MaxKeys int32 `xml:"MaxKeys"`
	// CommonPrefixes are the groups that Delimiter made, each with the delimiter
	// at its end. Each counts as one entry toward the maximum.
	CommonPrefixes []CommonPrefix `xml:"CommonPrefixes"`
	// EncodingType is the encoding that the server used for keys. Members it
	// applies to are already decoded.
	EncodingType EncodingType `xml:"EncodingType"`
	// KeyCount is the number of entries in Contents and CommonPrefixes together.
	KeyCount int32 `xml:"KeyCount"`
	// ContinuationToken echoes the request's.
	ContinuationToken string `xml:"ContinuationToken"`
	// NextContinuationToken is the ContinuationToken of the next page; empty on
	// the last one. It is opaque.
	NextContinuationToken string `xml:"NextContinuationToken"`
	// StartAfter echoes the request's.
	StartAfter string `xml:"StartAfter" encoding:"url"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// ListObjectsV2 answers up to 1,000 objects of a bucket, in the order of their
// keys; [Client.ListObjectsV2Pages] walks the pages.
//
// Test with errors.Is for [ErrNoSuchBucket] (404) and [ErrAccessDenied] (403).
//
// Source: ListObjectsV2 (Amazon S3 API Reference).
func (c *Client) ListObjectsV2(ctx context.Context, in *ListObjectsV2Input, opts ...func(*Options)) (*ListObjectsV2Output, error) {
	return invoke(ctx, c, &opListObjectsV2, in, opts)
}

// Object is one object of a listing.
type Object struct {
	// Key is the object's key.
	Key string `xml:"Key" encoding:"url"`
	// LastModified is when the object was written.
	LastModified time.Time `xml:"LastModified"`
	// ETag is the entity tag in its quotes, as the server wrote it. It is the MD5
	// of the content only for objects stored with one request and without SSE-KMS
	// or SSE-C.
	ETag string `xml:"ETag"`
	// ChecksumAlgorithm are the algorithms of the checksums that the server keeps
	// of the object.
	ChecksumAlgorithm []ChecksumAlgorithm `xml:"ChecksumAlgorithm"`
	// ChecksumType says what the checksum is of.
	ChecksumType ChecksumType `xml:"ChecksumType"`
	// Size is the object's size in bytes.
	Size int64 `xml:"Size"`
	// StorageClass is the class that the object is stored in.
	StorageClass ObjectStorageClass `xml:"StorageClass"`
	// Owner is the object's owner; zero when the listing leaves owners out.
	Owner Owner `xml:"Owner"`
	// RestoreStatus is where a restore from an archive stands; zero unless it was
	// asked for with OptionalObjectAttributes.
	RestoreStatus RestoreStatus `xml:"RestoreStatus"`
}

// CommonPrefix stands for all keys of a listing that share a start up to the
// delimiter.
type CommonPrefix struct {
	// Prefix is the start that the grouped keys share, up to and with the
	// delimiter.
	Prefix string `xml:"Prefix" encoding:"url"`
}

// RestoreStatus tells where the restore of an archived object stands.
type RestoreStatus struct {
	// IsRestoreInProgress tells that the restore still runs.
	IsRestoreInProgress bool `xml:"IsRestoreInProgress"`
	// RestoreExpiryDate is when the restored copy goes away; zero while the
	// restore runs.
	RestoreExpiryDate time.Time `xml:"RestoreExpiryDate"`
}
