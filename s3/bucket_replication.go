package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketReplication = rest.Operation[GetBucketReplicationInput, GetBucketReplicationOutput]{
	Name: "GetBucketReplication", Method: http.MethodGet, URI: "/{Bucket}?replication",
}

// GetBucketReplicationInput is the request of [Client.GetBucketReplication].
type GetBucketReplicationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketReplicationInput) operation() rest.Descriptor { return &opGetBucketReplication }

// GetBucketReplicationOutput is the answer of [Client.GetBucketReplication].
type GetBucketReplicationOutput struct {
	// ReplicationConfiguration is the rules.
	ReplicationConfiguration *ReplicationConfiguration `payload:"xml" xml:"ReplicationConfiguration"`
}

// GetBucketReplication answers the replication rules of a bucket.
//
// Test with errors.Is for Code("ReplicationConfigurationNotFoundError")
// (404).
//
// Source: GetBucketReplication (Amazon S3 API Reference).
func (c *Client) GetBucketReplication(ctx context.Context, in *GetBucketReplicationInput, opts ...func(*Options)) (*GetBucketReplicationOutput, error) {
	return invoke(ctx, c, &opGetBucketReplication, in, opts)
}

var opPutBucketReplication = rest.Operation[PutBucketReplicationInput, PutBucketReplicationOutput]{
	Name: "PutBucketReplication", Method: http.MethodPut, URI: "/{Bucket}?replication",
	ChecksumRequired: true,
}

// PutBucketReplicationInput is the request of [Client.PutBucketReplication].
type PutBucketReplicationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ReplicationConfiguration is the new rules.
	ReplicationConfiguration *ReplicationConfiguration `payload:"xml" xml:"ReplicationConfiguration" required:"true"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// Token allows replication of a bucket with Object Lock; the provider's
	// support hands it out.
	Token string `header:"x-amz-bucket-object-lock-token"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketReplicationInput) operation() rest.Descriptor { return &opPutBucketReplication }

// PutBucketReplicationOutput is the answer of [Client.PutBucketReplication].
// It has no members.
type PutBucketReplicationOutput struct{}

// PutBucketReplication replaces the replication rules of a bucket, up to
// 1,000. Source and destination need versioning.
//
// Test with errors.Is for Code("InvalidRequest") (400).
//
// Source: PutBucketReplication (Amazon S3 API Reference).
func (c *Client) PutBucketReplication(ctx context.Context, in *PutBucketReplicationInput, opts ...func(*Options)) (*PutBucketReplicationOutput, error) {
	return invoke(ctx, c, &opPutBucketReplication, in, opts)
}

var opDeleteBucketReplication = rest.Operation[DeleteBucketReplicationInput, DeleteBucketReplicationOutput]{
	Name: "DeleteBucketReplication", Method: http.MethodDelete, URI: "/{Bucket}?replication",
}

// DeleteBucketReplicationInput is the request of
// [Client.DeleteBucketReplication].
type DeleteBucketReplicationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketReplicationInput) operation() rest.Descriptor { return &opDeleteBucketReplication }

// DeleteBucketReplicationOutput is the answer of
// [Client.DeleteBucketReplication]. It has no members.
type DeleteBucketReplicationOutput struct{}

// DeleteBucketReplication deletes the replication rules of a bucket. None
// being there is not an error.
//
// Source: DeleteBucketReplication (Amazon S3 API Reference).
func (c *Client) DeleteBucketReplication(ctx context.Context, in *DeleteBucketReplicationInput, opts ...func(*Options)) (*DeleteBucketReplicationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketReplication, in, opts)
}

// ReplicationConfiguration is the replication rules of a bucket.
type ReplicationConfiguration struct {
	// Role is the ARN of the role that the copies are made by.
	Role string `xml:"Role" required:"true"`
	// Rules are the rules, 1 to 1,000.
	Rules []ReplicationRule `xml:"Rule" required:"true"`
}

// ReplicationRule says which objects are copied where.
type ReplicationRule struct {
	// Status is Enabled or Disabled.
	Status ReplicationRuleStatus `xml:"Status" required:"true"`
	// Destination is where the copies go.
	Destination Destination `xml:"Destination" required:"true"`
	// ID names the rule, up to 255 characters; empty means that the server
	// makes one.
	ID string `xml:"ID"`
	// Priority decides between rules that overlap, the higher one first; nil is
	// absent, for rules without Filter.
	Priority *int32 `xml:"Priority"`
	// Prefix picks keys that start with it, the empty one all keys: the old
	// form of Filter, of which a rule has one or the other. Nil is absent.
	Prefix *string `xml:"Prefix"`
	// Filter picks objects; one without members picks all. Nil is absent.
	Filter *ReplicationRuleFilter `xml:"Filter"`
	// SourceSelectionCriteria adds objects that are left out by default.
	SourceSelectionCriteria SourceSelectionCriteria `xml:"SourceSelectionCriteria"`
	// ExistingObjectReplication is for objects older than the rule; Amazon S3
	// copies them by batch jobs instead.
	ExistingObjectReplication ExistingObjectReplication `xml:"ExistingObjectReplication"`
	// DeleteMarkerReplication is whether delete markers are copied; needed
	// beside Filter.
	DeleteMarkerReplication DeleteMarkerReplication `xml:"DeleteMarkerReplication"`
}

// ReplicationRuleFilter picks objects by one of its members, or all objects
// when none is set.
type ReplicationRuleFilter struct {
	// Prefix picks keys that start with it; nil is absent.
	Prefix *string `xml:"Prefix"`
	// Tag picks objects that have it.
	Tag Tag `xml:"Tag"`
	// And picks objects that meet several conditions.
	And ReplicationRuleAndOperator `xml:"And"`
}

// ReplicationRuleAndOperator picks objects that meet all of its conditions.
type ReplicationRuleAndOperator struct {
	// Prefix is what their keys start with.
	Prefix string `xml:"Prefix"`
	// Tags are what all of them have.
	Tags []Tag `xml:"Tag"`
}

// Destination is where replicas go.
type Destination struct {
	// Bucket is the bucket's ARN.
	Bucket string `xml:"Bucket" required:"true"`
	// Account is the account that owns the bucket, for
	// AccessControlTranslation.
	Account string `xml:"Account"`
	// StorageClass is the replicas' class; empty means the source's.
	StorageClass StorageClass `xml:"StorageClass"`
	// AccessControlTranslation gives the replicas to the bucket's owner.
	AccessControlTranslation AccessControlTranslation `xml:"AccessControlTranslation"`
	// EncryptionConfiguration is the key for replicas of objects with SSE-KMS.
	EncryptionConfiguration EncryptionConfiguration `xml:"EncryptionConfiguration"`
	// ReplicationTime is how soon the copies are to be there.
	ReplicationTime ReplicationTime `xml:"ReplicationTime"`
	// Metrics is whether replication is measured.
	Metrics Metrics `xml:"Metrics"`
}

// AccessControlTranslation changes the owner of replicas.
type AccessControlTranslation struct {
	// Owner is Destination.
	Owner OwnerOverride `xml:"Owner" required:"true"`
}

// EncryptionConfiguration is the encryption of replicas.
type EncryptionConfiguration struct {
	// ReplicaKmsKeyID is the id, ARN or alias of a KMS key in the destination's
	// region.
	ReplicaKmsKeyID string `xml:"ReplicaKmsKeyID"`
}

// ReplicationTime is how soon copies are to be there.
type ReplicationTime struct {
	// Status is Enabled or Disabled.
	Status ReplicationTimeStatus `xml:"Status" required:"true"`
	// Time is the limit, 15 minutes.
	Time ReplicationTimeValue `xml:"Time" required:"true"`
}

// ReplicationTimeValue is a length of time.
type ReplicationTimeValue struct {
	// Minutes is 15.
	Minutes int32 `xml:"Minutes"`
}

// Metrics is whether replication is measured.
type Metrics struct {
	// Status is Enabled or Disabled.
	Status MetricsStatus `xml:"Status" required:"true"`
	// EventThreshold is after how long an event tells of an object that is
	// late.
	EventThreshold ReplicationTimeValue `xml:"EventThreshold"`
}

// SourceSelectionCriteria adds objects that replication leaves out by
// default.
type SourceSelectionCriteria struct {
	// SseKmsEncryptedObjects is for objects with SSE-KMS.
	SseKmsEncryptedObjects SseKmsEncryptedObjects `xml:"SseKmsEncryptedObjects"`
	// ReplicaModifications is for changes of replicas' metadata.
	ReplicaModifications ReplicaModifications `xml:"ReplicaModifications"`
}

// SseKmsEncryptedObjects is whether objects with SSE-KMS are copied.
type SseKmsEncryptedObjects struct {
	// Status is Enabled or Disabled.
	Status SseKmsEncryptedObjectsStatus `xml:"Status" required:"true"`
}

// ReplicaModifications is whether changes of replicas' metadata are copied
// back.
type ReplicaModifications struct {
	// Status is Enabled or Disabled.
	Status ReplicaModificationsStatus `xml:"Status" required:"true"`
}

// ExistingObjectReplication is whether objects older than the rule are
// copied.
type ExistingObjectReplication struct {
	// Status is Enabled or Disabled.
	Status ExistingObjectReplicationStatus `xml:"Status" required:"true"`
}

// DeleteMarkerReplication is whether delete markers are copied.
type DeleteMarkerReplication struct {
	// Status is Enabled or Disabled.
	Status DeleteMarkerReplicationStatus `xml:"Status"`
}
