package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateBucket = rest.Operation[CreateBucketInput, CreateBucketOutput]{
	Name: "CreateBucket", Method: http.MethodPut, URI: "/{Bucket}",
}

// CreateBucketInput is the request of [Client.CreateBucket].
type CreateBucketInput struct {
	// Bucket is the new name: 3 to 63 characters, lower-case letters, digits,
	// dots and hyphens, on Amazon S3 unique among all accounts of the partition.
	Bucket string `label:"Bucket" required:"true"`
	// ACL is a ready-made ACL for the bucket; empty means private. It excludes
	// the Grant members.
	ACL BucketCannedACL `header:"x-amz-acl"`
	// CreateBucketConfiguration names the region and other traits of the bucket;
	// nil sends no body, which means the endpoint's own region (us-east-1 on
	// Amazon S3).
	CreateBucketConfiguration *CreateBucketConfiguration `payload:"xml" xml:"CreateBucketConfiguration"`
	// GrantFullControl lists who gets all permissions on the bucket, as
	// comma-separated id="...", uri="..." or emailAddress="..." pairs.
	GrantFullControl string `header:"x-amz-grant-full-control"`
	// GrantRead lists who may list the bucket, in the form of GrantFullControl.
	GrantRead string `header:"x-amz-grant-read"`
	// GrantReadACP lists who may read the bucket's ACL, in the form of
	// GrantFullControl.
	GrantReadACP string `header:"x-amz-grant-read-acp"`
	// GrantWrite lists who may create objects in the bucket, in the form of
	// GrantFullControl.
	GrantWrite string `header:"x-amz-grant-write"`
	// GrantWriteACP lists who may write the bucket's ACL, in the form of
	// GrantFullControl.
	GrantWriteACP string `header:"x-amz-grant-write-acp"`
	// ObjectLockEnabledForBucket makes the bucket with Object Lock, and so with
	// versioning.
	ObjectLockEnabledForBucket bool `header:"x-amz-bucket-object-lock-enabled"`
	// ObjectOwnership says who owns objects that others write; empty means
	// BucketOwnerEnforced, which switches ACLs off.
	ObjectOwnership ObjectOwnership `header:"x-amz-object-ownership"`
	// BucketNamespace is where the name must be unique: among all accounts, or in
	// the account's own regional namespace, whose names end in
	// -ACCOUNT-REGION-an. Empty means global.
	BucketNamespace BucketNamespace `header:"x-amz-bucket-namespace"`
}

func (*CreateBucketInput) operation() rest.Descriptor { return &opCreateBucket }

// CreateBucketOutput is the answer of [Client.CreateBucket].
type CreateBucketOutput struct {
	// Location is the path or URL of the new bucket.
	Location string `header:"Location"`
	// BucketArn is the bucket's Amazon Resource Name, answered for directory
	// buckets and account-regional ones.
	BucketArn string `header:"x-amz-bucket-arn"`
}

// CreateBucket makes a bucket. The client's region must be the one that the
// endpoint serves, or LocationConstraint must name the region.
//
// Test with errors.Is for [ErrBucketAlreadyOwnedByYou] (409; in us-east-1
// Amazon S3 answers success instead, and resets the bucket's ACL),
// [ErrBucketAlreadyExists] (409, someone else's), [ErrInvalidBucketName] (400)
// and Code("TooManyBuckets") (400; 10,000 per account unless raised).
//
// Source: CreateBucket (Amazon S3 API Reference).
func (c *Client) CreateBucket(ctx context.Context, in *CreateBucketInput, opts ...func(*Options)) (*CreateBucketOutput, error) {
	return invoke(ctx, c, &opCreateBucket, in, opts)
}

// CreateBucketConfiguration is the document of [Client.CreateBucket].
type CreateBucketConfiguration struct {
	// LocationConstraint is the region to make the bucket in. Empty means the
	// endpoint's own; us-east-1 must be left empty.
	LocationConstraint BucketLocationConstraint `xml:"LocationConstraint"`
	// Location is the zone of a directory bucket.
	Location LocationInfo `xml:"Location"`
	// Bucket says that the bucket is a directory bucket, and how redundantly it
	// is stored.
	Bucket BucketInfo `xml:"Bucket"`
	// Tags are put on the bucket as it is made.
	Tags []Tag `xml:"Tags>Tag"`
}

// LocationInfo is the zone that a directory bucket is made in.
type LocationInfo struct {
	// Type is the kind of zone.
	Type LocationType `xml:"Type"`
	// Name is the zone's id, for example usw2-az1.
	Name string `xml:"Name"`
}

// BucketInfo makes the new bucket a directory bucket.
type BucketInfo struct {
	// DataRedundancy is the number of zones that hold the data.
	DataRedundancy DataRedundancy `xml:"DataRedundancy"`
	// Type is Directory.
	Type BucketType `xml:"Type"`
}

var opHeadBucket = rest.Operation[HeadBucketInput, HeadBucketOutput]{
	Name: "HeadBucket", Method: http.MethodHead, URI: "/{Bucket}",
}

// HeadBucketInput is the request of [Client.HeadBucket].
type HeadBucketInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*HeadBucketInput) operation() rest.Descriptor { return &opHeadBucket }

// HeadBucketOutput is the answer of [Client.HeadBucket].
type HeadBucketOutput struct {
	// BucketArn is the bucket's Amazon Resource Name, answered for directory
	// buckets and account-regional ones.
	BucketArn string `header:"x-amz-bucket-arn"`
	// BucketLocationType is the kind of zone that a directory bucket lives in;
	// empty for other buckets.
	BucketLocationType LocationType `header:"x-amz-bucket-location-type"`
	// BucketLocationName is the id of the zone that a directory bucket lives in.
	BucketLocationName string `header:"x-amz-bucket-location-name"`
	// BucketRegion is the bucket's region.
	BucketRegion string `header:"x-amz-bucket-region"`
	// AccessPointAlias tells that the name in the request is the alias of an
	// access point.
	AccessPointAlias bool `header:"x-amz-access-point-alias"`
}

// HeadBucket tells whether a bucket exists and the caller may use it, and in
// which region it is.
//
// The answer to HEAD has no body, so that errors are told by status only: test
// with errors.Is for [ErrNotFound] (404, also fs.ErrNotExist) and
// [ErrForbidden] (403).
//
// Source: HeadBucket (Amazon S3 API Reference).
func (c *Client) HeadBucket(ctx context.Context, in *HeadBucketInput, opts ...func(*Options)) (*HeadBucketOutput, error) {
	return invoke(ctx, c, &opHeadBucket, in, opts)
}

var opDeleteBucket = rest.Operation[DeleteBucketInput, DeleteBucketOutput]{
	Name: "DeleteBucket", Method: http.MethodDelete, URI: "/{Bucket}",
}

// DeleteBucketInput is the request of [Client.DeleteBucket].
type DeleteBucketInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketInput) operation() rest.Descriptor { return &opDeleteBucket }

// DeleteBucketOutput is the answer of [Client.DeleteBucket]. It has no members.
type DeleteBucketOutput struct{}

// DeleteBucket deletes an empty bucket: no objects, no versions and no delete
// markers.
//
// Test with errors.Is for [ErrBucketNotEmpty] (409) and [ErrNoSuchBucket]
// (404). Unfinished multipart uploads don't stop Amazon S3 from deleting a
// bucket; other servers answer ErrBucketNotEmpty for them.
//
// Source: DeleteBucket (Amazon S3 API Reference).
func (c *Client) DeleteBucket(ctx context.Context, in *DeleteBucketInput, opts ...func(*Options)) (*DeleteBucketOutput, error) {
	return invoke(ctx, c, &opDeleteBucket, in, opts)
}

var opGetBucketLocation = rest.Operation[GetBucketLocationInput, GetBucketLocationOutput]{
	Name: "GetBucketLocation", Method: http.MethodGet, URI: "/{Bucket}?location",
}

// GetBucketLocationInput is the request of [Client.GetBucketLocation].
type GetBucketLocationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketLocationInput) operation() rest.Descriptor { return &opGetBucketLocation }

// GetBucketLocationOutput is the answer of [Client.GetBucketLocation].
type GetBucketLocationOutput struct {
	// LocationConstraint is the bucket's region. Empty means us-east-1 and EU
	// means eu-west-1 on Amazon S3.
	LocationConstraint BucketLocationConstraint `xml:",chardata"`
}

// GetBucketLocation answers the region of a bucket. HeadBucket does so too,
// with fewer permissions and with the region's real name.
//
// Test with errors.Is for [ErrNoSuchBucket] (404) and [ErrAccessDenied] (403).
//
// Source: GetBucketLocation (Amazon S3 API Reference).
func (c *Client) GetBucketLocation(ctx context.Context, in *GetBucketLocationInput, opts ...func(*Options)) (*GetBucketLocationOutput, error) {
	return invoke(ctx, c, &opGetBucketLocation, in, opts)
}
