package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketLifecycleConfiguration = rest.Operation[GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput]{
	Name: "GetBucketLifecycleConfiguration", Method: http.MethodGet, URI: "/{Bucket}?lifecycle",
}

// GetBucketLifecycleConfigurationInput is the request of
// [Client.GetBucketLifecycleConfiguration].
type GetBucketLifecycleConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketLifecycleConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketLifecycleConfiguration
}

// GetBucketLifecycleConfigurationOutput is the answer of
// [Client.GetBucketLifecycleConfiguration].
type GetBucketLifecycleConfigurationOutput struct {
	// Rules are the rules.
	Rules []LifecycleRule `xml:"Rule"`
	// TransitionDefaultMinimumObjectSize is the size below which objects stay
	// in their class unless a rule says otherwise.
	TransitionDefaultMinimumObjectSize TransitionDefaultMinimumObjectSize `header:"x-amz-transition-default-minimum-object-size"`
}

// GetBucketLifecycleConfiguration answers the lifecycle rules of a bucket.
//
// Test with errors.Is for Code("NoSuchLifecycleConfiguration") (404). Ceph
// RGW answers the conditions of an And directly in the Filter.
//
// Source: GetBucketLifecycleConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketLifecycleConfiguration(ctx context.Context, in *GetBucketLifecycleConfigurationInput, opts ...func(*Options)) (*GetBucketLifecycleConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketLifecycleConfiguration, in, opts)
}

var opPutBucketLifecycleConfiguration = rest.Operation[PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput]{
	Name: "PutBucketLifecycleConfiguration", Method: http.MethodPut, URI: "/{Bucket}?lifecycle",
	ChecksumRequired: true,
}

// PutBucketLifecycleConfigurationInput is the request of
// [Client.PutBucketLifecycleConfiguration].
type PutBucketLifecycleConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// LifecycleConfiguration is the rules.
	LifecycleConfiguration *BucketLifecycleConfiguration `payload:"xml" xml:"LifecycleConfiguration"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
	// TransitionDefaultMinimumObjectSize says whether objects below 128 KiB
	// stay in their class always or by storage class; empty means
	// all_storage_classes_128K.
	TransitionDefaultMinimumObjectSize TransitionDefaultMinimumObjectSize `header:"x-amz-transition-default-minimum-object-size"`
}

func (*PutBucketLifecycleConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketLifecycleConfiguration
}

// PutBucketLifecycleConfigurationOutput is the answer of
// [Client.PutBucketLifecycleConfiguration].
type PutBucketLifecycleConfigurationOutput struct {
	// TransitionDefaultMinimumObjectSize is the size below which objects stay
	// in their class unless a rule says otherwise.
	TransitionDefaultMinimumObjectSize TransitionDefaultMinimumObjectSize `header:"x-amz-transition-default-minimum-object-size"`
}

// PutBucketLifecycleConfiguration replaces the lifecycle rules of a bucket,
// up to 1,000. Rules of before that are not in the document are gone.
//
// Test with errors.Is for [ErrMalformedXML] (400), [ErrInvalidArgument]
// (400) and Code("InvalidRequest") (400, rules that contradict each other).
//
// Source: PutBucketLifecycleConfiguration (Amazon S3 API Reference).
func (c *Client) PutBucketLifecycleConfiguration(ctx context.Context, in *PutBucketLifecycleConfigurationInput, opts ...func(*Options)) (*PutBucketLifecycleConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketLifecycleConfiguration, in, opts)
}

var opDeleteBucketLifecycle = rest.Operation[DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput]{
	Name: "DeleteBucketLifecycle", Method: http.MethodDelete, URI: "/{Bucket}?lifecycle",
}

// DeleteBucketLifecycleInput is the request of
// [Client.DeleteBucketLifecycle].
type DeleteBucketLifecycleInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketLifecycleInput) operation() rest.Descriptor { return &opDeleteBucketLifecycle }

// DeleteBucketLifecycleOutput is the answer of
// [Client.DeleteBucketLifecycle]. It has no members.
type DeleteBucketLifecycleOutput struct{}

// DeleteBucketLifecycle deletes the lifecycle rules of a bucket. None being
// there is not an error.
//
// Source: DeleteBucketLifecycle (Amazon S3 API Reference).
func (c *Client) DeleteBucketLifecycle(ctx context.Context, in *DeleteBucketLifecycleInput, opts ...func(*Options)) (*DeleteBucketLifecycleOutput, error) {
	return invoke(ctx, c, &opDeleteBucketLifecycle, in, opts)
}

// BucketLifecycleConfiguration is the document of
// [Client.PutBucketLifecycleConfiguration].
type BucketLifecycleConfiguration struct {
	// Rules are the rules, 1 to 1,000.
	Rules []LifecycleRule `xml:"Rule" required:"true"`
}

// LifecycleRule says when objects are deleted or change their storage class.
type LifecycleRule struct {
	// Status is Enabled or Disabled.
	Status ExpirationStatus `xml:"Status" required:"true"`
	// Expiration is when current versions expire.
	Expiration LifecycleExpiration `xml:"Expiration"`
	// ID names the rule, up to 255 characters; empty means that the server
	// makes one.
	ID string `xml:"ID"`
	// Prefix picks keys that start with it, the empty one all keys: the old
	// form of Filter, of which a rule has one or the other. Nil is absent.
	Prefix *string `xml:"Prefix"`
	// Filter picks objects; one without members picks all. Nil is absent.
	Filter *LifecycleRuleFilter `xml:"Filter"`
	// Transitions are when current versions change their class.
	Transitions []Transition `xml:"Transition"`
	// NoncurrentVersionTransitions are when older versions change their class.
	NoncurrentVersionTransitions []NoncurrentVersionTransition `xml:"NoncurrentVersionTransition"`
	// NoncurrentVersionExpiration is when older versions are deleted.
	NoncurrentVersionExpiration NoncurrentVersionExpiration `xml:"NoncurrentVersionExpiration"`
	// AbortIncompleteMultipartUpload is when unfinished uploads are aborted.
	AbortIncompleteMultipartUpload AbortIncompleteMultipartUpload `xml:"AbortIncompleteMultipartUpload"`
}

// LifecycleRuleFilter picks objects by one of its members, or all objects
// when none is set.
type LifecycleRuleFilter struct {
	// Prefix picks keys that start with it; nil is absent.
	Prefix *string `xml:"Prefix"`
	// Tag picks objects that have it.
	Tag Tag `xml:"Tag"`
	// ObjectSizeGreaterThan picks objects of more bytes than this; nil is
	// absent.
	ObjectSizeGreaterThan *int64 `xml:"ObjectSizeGreaterThan"`
	// ObjectSizeLessThan picks objects of fewer bytes than this.
	ObjectSizeLessThan int64 `xml:"ObjectSizeLessThan"`
	// And picks objects that meet several conditions.
	And LifecycleRuleAndOperator `xml:"And"`
}

// LifecycleRuleAndOperator picks objects that meet all of its conditions.
type LifecycleRuleAndOperator struct {
	// Prefix is what their keys start with.
	Prefix string `xml:"Prefix"`
	// Tags are what all of them have.
	Tags []Tag `xml:"Tag"`
	// ObjectSizeGreaterThan is what their size in bytes exceeds; nil is absent.
	ObjectSizeGreaterThan *int64 `xml:"ObjectSizeGreaterThan"`
	// ObjectSizeLessThan is what their size in bytes falls below.
	ObjectSizeLessThan int64 `xml:"ObjectSizeLessThan"`
}

// LifecycleExpiration is when current versions expire, by one of its
// members.
type LifecycleExpiration struct {
	// Date is the day from which on they do, at midnight UTC.
	Date time.Time `xml:"Date"`
	// Days is after how many days.
	Days int32 `xml:"Days"`
	// ExpiredObjectDeleteMarker deletes delete markers below which no version
	// is left.
	ExpiredObjectDeleteMarker bool `xml:"ExpiredObjectDeleteMarker"`
}

// Transition is when current versions change their class.
type Transition struct {
	// Date is the day from which on they do, at midnight UTC.
	Date time.Time `xml:"Date"`
	// Days is after how many days, 0 for at once; nil is absent.
	Days *int32 `xml:"Days"`
	// StorageClass is the class they go to.
	StorageClass TransitionStorageClass `xml:"StorageClass"`
}

// NoncurrentVersionTransition is when older versions change their class.
type NoncurrentVersionTransition struct {
	// NoncurrentDays is how many days after they were replaced, 0 for at once;
	// nil is absent.
	NoncurrentDays *int32 `xml:"NoncurrentDays"`
	// StorageClass is the class they go to.
	StorageClass TransitionStorageClass `xml:"StorageClass"`
	// NewerNoncurrentVersions is how many older versions stay, 1 to 100.
	NewerNoncurrentVersions int32 `xml:"NewerNoncurrentVersions"`
}

// NoncurrentVersionExpiration is when older versions are deleted.
type NoncurrentVersionExpiration struct {
	// NoncurrentDays is how many days after they were replaced.
	NoncurrentDays int32 `xml:"NoncurrentDays"`
	// NewerNoncurrentVersions is how many older versions stay, 1 to 100.
	NewerNoncurrentVersions int32 `xml:"NewerNoncurrentVersions"`
}

// AbortIncompleteMultipartUpload is when unfinished uploads are aborted.
type AbortIncompleteMultipartUpload struct {
	// DaysAfterInitiation is how many days after they began.
	DaysAfterInitiation int32 `xml:"DaysAfterInitiation"`
}
