package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opListObjectVersions = rest.Operation[ListObjectVersionsInput, ListObjectVersionsOutput]{
	Name: "ListObjectVersions", Method: http.MethodGet, URI: "/{Bucket}?versions",
}

// ListObjectVersionsInput is the request of [Client.ListObjectVersions].
type ListObjectVersionsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Delimiter rolls up keys that have it after the prefix into
	// CommonPrefixes.
	Delimiter string `url:"delimiter,omitempty"`
	// EncodingType url makes the server encode keys, which the client undoes;
	// needed for keys that XML can't carry.
	EncodingType EncodingType `url:"encoding-type,omitempty"`
	// KeyMarker starts after this key.
	KeyMarker string `url:"key-marker,omitempty"`
	// MaxKeys is the most entries to answer at once, up to 1,000; 0 means the
	// server's default, 1,000.
	MaxKeys int32 `url:"max-keys,omitempty"`
	// Prefix restricts the answer to keys that start with it.
	Prefix string `url:"prefix,omitempty"`
	// VersionIdMarker starts after this version of KeyMarker.
	VersionIdMarker string `url:"version-id-marker,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// OptionalObjectAttributes are members to answer beyond the usual ones.
	OptionalObjectAttributes []OptionalObjectAttributes `header:"x-amz-optional-object-attributes"`
}

func (*ListObjectVersionsInput) operation() rest.Descriptor { return &opListObjectVersions }

// ListObjectVersionsOutput is the answer of [Client.ListObjectVersions].
type ListObjectVersionsOutput struct {
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// KeyMarker echoes the request's.
	KeyMarker string `xml:"KeyMarker" encoding:"url"`
	// VersionIdMarker echoes the request's.
	VersionIdMarker string `xml:"VersionIdMarker"`
	// NextKeyMarker is the KeyMarker of the next page.
	NextKeyMarker string `xml:"NextKeyMarker" encoding:"url"`
	// NextVersionIdMarker is the VersionIdMarker of the next page.
	NextVersionIdMarker string `xml:"NextVersionIdMarker"`
	// Versions are the versions of this page.
	Versions []ObjectVersion `xml:"Version"`
	// DeleteMarkers are the delete markers of this page.
	DeleteMarkers []DeleteMarkerEntry `xml:"DeleteMarker"`
	// Name is the bucket's name.
	Name string `xml:"Name"`
	// Prefix echoes the request's.
	Prefix string `xml:"Prefix" encoding:"url"`
	// Delimiter echoes the request's.
	Delimiter string `xml:"Delimiter" encoding:"url"`
	// MaxKeys is the most entries that a page may have.
	MaxKeys int32 `xml:"MaxKeys"`
	// CommonPrefixes are what the delimiter rolled up.
	CommonPrefixes []CommonPrefix `xml:"CommonPrefixes"`
	// EncodingType is url when the server encoded the keys. They are decoded
	// here.
	EncodingType EncodingType `xml:"EncodingType"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// ListObjectVersions answers the versions and delete markers of a bucket's
// objects, by key and newest first, up to 1,000 at a time. Both lists
// together make up a page.
// [Client.ListObjectVersionsPages] walks the pages. [Client.ObjectVersions]
// lists those of one object.
//
// Test with errors.Is for [ErrNoSuchBucket] (404).
//
// Source: ListObjectVersions (Amazon S3 API Reference).
func (c *Client) ListObjectVersions(ctx context.Context, in *ListObjectVersionsInput, opts ...func(*Options)) (*ListObjectVersionsOutput, error) {
	return invoke(ctx, c, &opListObjectVersions, in, opts)
}

// ObjectVersion is one version of an object.
type ObjectVersion struct {
	// ETag is its entity tag in its quotes.
	ETag string `xml:"ETag"`
	// ChecksumAlgorithm is the algorithms of its checksums.
	ChecksumAlgorithm []ChecksumAlgorithm `xml:"ChecksumAlgorithm"`
	// ChecksumType says what the checksums are of.
	ChecksumType ChecksumType `xml:"ChecksumType"`
	// Size is its size in bytes.
	Size int64 `xml:"Size"`
	// StorageClass is its class.
	StorageClass ObjectVersionStorageClass `xml:"StorageClass"`
	// Key is the object's key.
	Key string `xml:"Key" encoding:"url"`
	// VersionId is the version's id; "null" for one from before versioning.
	VersionId string `xml:"VersionId"`
	// IsLatest tells that it is the current one.
	IsLatest bool `xml:"IsLatest"`
	// LastModified is when it was written.
	LastModified time.Time `xml:"LastModified"`
	// Owner is its owner.
	Owner Owner `xml:"Owner"`
	// RestoreStatus is how far a restore is, when asked for.
	RestoreStatus RestoreStatus `xml:"RestoreStatus"`
}

// DeleteMarkerEntry is one delete marker.
type DeleteMarkerEntry struct {
	// Owner is its owner.
	Owner Owner `xml:"Owner"`
	// Key is the object's key.
	Key string `xml:"Key" encoding:"url"`
	// VersionId is the marker's version id.
	VersionId string `xml:"VersionId"`
	// IsLatest tells that the object is deleted at present.
	IsLatest bool `xml:"IsLatest"`
	// LastModified is when it was made.
	LastModified time.Time `xml:"LastModified"`
}
