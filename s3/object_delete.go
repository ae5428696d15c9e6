package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opDeleteObject = rest.Operation[DeleteObjectInput, DeleteObjectOutput]{
	Name: "DeleteObject", Method: http.MethodDelete, URI: "/{Bucket}/{Key+}",
}

// DeleteObjectInput is the request of [Client.DeleteObject].
type DeleteObjectInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, 1 to 1,024 bytes of UTF-8, used byte for byte: no
	// slash is added, cleaned or dropped.
	Key string `label:"Key" required:"true"`
	// MFA is the serial number of the caller's authentication device, a space and
	// its current code; needed to delete a version in a bucket with MFA Delete.
	// It is redacted in logs.
	MFA string `header:"x-amz-mfa" sensitive:"true"`
	// VersionId deletes this version for good; empty deletes the current one,
	// which in a bucket with versions means to put a delete marker on top.
	VersionId string `url:"versionId,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// BypassGovernanceRetention deletes in spite of a GOVERNANCE retention, for
	// callers with the permission to do so.
	BypassGovernanceRetention bool `header:"x-amz-bypass-governance-retention"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// IfMatch deletes only when the object has this ETag; * means only when it
	// exists.
	IfMatch string `header:"If-Match"`
	// IfMatchLastModifiedTime deletes only when the object was last written at
	// this time. Directory buckets only.
	IfMatchLastModifiedTime time.Time `header:"x-amz-if-match-last-modified-time"`
	// IfMatchSize deletes only when the object has this size in bytes, 0
	// included; nil means any size. Directory buckets only.
	IfMatchSize *int64 `header:"x-amz-if-match-size"`
}

func (*DeleteObjectInput) operation() rest.Descriptor { return &opDeleteObject }

// DeleteObjectOutput is the answer of [Client.DeleteObject].
type DeleteObjectOutput struct {
	// DeleteMarker tells that a delete marker was made or, with a VersionId, that
	// a delete marker was deleted.
	DeleteMarker bool `header:"x-amz-delete-marker"`
	// VersionId is the id of the version that was deleted, or of the delete
	// marker that was made.
	VersionId string `header:"x-amz-version-id"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// DeleteObject deletes an object. In a bucket with versions it puts a delete
// marker on top, unless VersionId names the version to delete for good. An
// object that isn't there is not an error.
//
// Test with errors.Is for [ErrNoSuchBucket] (404), [ErrAccessDenied] (403, also
// for versions under retention) and [ErrPreconditionFailed] (412, one of the If
// members).
//
// Source: DeleteObject (Amazon S3 API Reference).
func (c *Client) DeleteObject(ctx context.Context, in *DeleteObjectInput, opts ...func(*Options)) (*DeleteObjectOutput, error) {
	return invoke(ctx, c, &opDeleteObject, in, opts)
}

var opDeleteObjects = rest.Operation[DeleteObjectsInput, DeleteObjectsOutput]{
	Name: "DeleteObjects", Method: http.MethodPost, URI: "/{Bucket}?delete",
	ChecksumRequired: true,
}

// DeleteObjectsInput is the request of [Client.DeleteObjects].
type DeleteObjectsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Delete lists the objects to delete.
	Delete *Delete `payload:"xml" xml:"Delete" required:"true"`
	// MFA is the serial number of the caller's authentication device, a space and
	// its current code; needed to delete a version in a bucket with MFA Delete.
	// It is redacted in logs.
	MFA string `header:"x-amz-mfa" sensitive:"true"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// BypassGovernanceRetention deletes in spite of a GOVERNANCE retention, for
	// callers with the permission to do so.
	BypassGovernanceRetention bool `header:"x-amz-bypass-governance-retention"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// ChecksumAlgorithm makes the client send a checksum of the document: CRC32,
	// CRC32C, CRC64NVME, SHA1 or SHA256. Empty sends Content-MD5 only.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
}

func (*DeleteObjectsInput) operation() rest.Descriptor { return &opDeleteObjects }

// DeleteObjectsOutput is the answer of [Client.DeleteObjects].
type DeleteObjectsOutput struct {
	// Deleted are the objects that were deleted, or were not there; empty with
	// Quiet.
	Deleted []DeletedObject `xml:"Deleted"`
	// RequestCharged is "requester" when the caller was charged for the request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// Errors are the objects that could not be deleted, and why. They don't make
	// the call fail.
	Errors []DeleteError `xml:"Error"`
}

// DeleteObjects deletes up to 1,000 objects with one request. The document is
// always sent with Content-MD5, and with a checksum beside it where
// ChecksumAlgorithm asks for one.
//
// Objects that could not be deleted don't make the call fail: look at Errors in
// the answer. An object that isn't there counts as deleted.
//
// Test with errors.Is for [ErrNoSuchBucket] (404), [ErrAccessDenied] (403) and
// [ErrMalformedXML] (400, among others for more than 1,000 objects). A key that
// XML can't carry is refused before anything is sent.
//
// Source: DeleteObjects (Amazon S3 API Reference).
func (c *Client) DeleteObjects(ctx context.Context, in *DeleteObjectsInput, opts ...func(*Options)) (*DeleteObjectsOutput, error) {
	return invoke(ctx, c, &opDeleteObjects, in, opts)
}

// Delete is the document of [Client.DeleteObjects].
type Delete struct {
	// Objects are the objects, 1 to 1,000. More are refused before anything is sent.
	Objects []ObjectIdentifier `xml:"Object" required:"true"`
	// Quiet leaves the objects that were deleted out of the answer, so that it
	// lists failures only.
	Quiet bool `xml:"Quiet" always:"true"`
}

// ObjectIdentifier names an object to delete, and what it must be like for
// that.
type ObjectIdentifier struct {
	// Key is the object's key. Keys with control characters that XML can't carry
	// are refused before anything is sent; use DeleteObject for them.
	Key string `xml:"Key" required:"true"`
	// VersionId deletes this version for good; empty deletes the current one.
	VersionId string `xml:"VersionId"`
	// ETag deletes only when the object has this entity tag. Directory buckets
	// only.
	ETag string `xml:"ETag"`
	// LastModifiedTime deletes only when the object was last written at this
	// time. Directory buckets only.
	LastModifiedTime time.Time `xml:"LastModifiedTime" timestamp:"http-date"`
	// Size deletes only when the object has this size in bytes, 0 included; nil
	// means any size. Directory buckets only.
	Size *int64 `xml:"Size"`
}

// DeletedObject is an object that [Client.DeleteObjects] deleted.
type DeletedObject struct {
	// Key is the object's key.
	Key string `xml:"Key"`
	// VersionId is the version that the request named.
	VersionId string `xml:"VersionId"`
	// DeleteMarker tells that a delete marker was made or, with a VersionId, that
	// a delete marker was deleted.
	DeleteMarker bool `xml:"DeleteMarker"`
	// DeleteMarkerVersionId is the id of the delete marker that was made or
	// deleted.
	DeleteMarkerVersionId string `xml:"DeleteMarkerVersionId"`
}

// DeleteError is an object that [Client.DeleteObjects] could not delete. The
// API calls this shape Error, a name that in this package belongs to the error
// of a whole call.
type DeleteError struct {
	// Key is the object's key.
	Key string `xml:"Key"`
	// VersionId is the version that the request named.
	VersionId string `xml:"VersionId"`
	// Code is the error code, for example AccessDenied.
	Code string `xml:"Code"`
	// Message is the server's explanation.
	Message string `xml:"Message"`
}
