package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opRestoreObject = rest.Operation[RestoreObjectInput, RestoreObjectOutput]{
	Name: "RestoreObject", Method: http.MethodPost, URI: "/{Bucket}/{Key+}?restore",
}

// RestoreObjectInput is the request of [Client.RestoreObject].
type RestoreObjectInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// RestoreRequest says for how long and how fast.
	RestoreRequest *RestoreRequest `payload:"xml" xml:"RestoreRequest"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*RestoreObjectInput) operation() rest.Descriptor { return &opRestoreObject }

// RestoreObjectOutput is the answer of [Client.RestoreObject].
type RestoreObjectOutput struct {
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
	// RestoreOutputPath is where the result of a SELECT is written.
	RestoreOutputPath string `header:"x-amz-restore-output-path"`
}

// RestoreObject brings an archived object back for some days: 202 when it
// begins, 200 when it is there already and its time is prolonged.
// HeadObject's Restore tells how far it is.
//
// Test with errors.Is for Code("RestoreAlreadyInProgress") (409),
// Code("GlacierExpeditedRetrievalNotAvailable") (503) and
// [ErrInvalidObjectState] (403, an object that is not archived).
//
// Source: RestoreObject (Amazon S3 API Reference).
func (c *Client) RestoreObject(ctx context.Context, in *RestoreObjectInput, opts ...func(*Options)) (*RestoreObjectOutput, error) {
	return invoke(ctx, c, &opRestoreObject, in, opts)
}

// RestoreRequest is the document of [Client.RestoreObject].
type RestoreRequest struct {
	// Days is for how many days the copy stays; 0 means not given, for
	// INTELLIGENT_TIERING and SELECT.
	Days int32 `xml:"Days"`
	// GlacierJobParameters is how fast. It excludes OutputLocation.
	GlacierJobParameters GlacierJobParameters `xml:"GlacierJobParameters"`
	// Type is SELECT for a query.
	Type RestoreRequestType `xml:"Type"`
	// Tier is how fast, for INTELLIGENT_TIERING and SELECT.
	Tier Tier `xml:"Tier"`
	// Description is of the query.
	Description string `xml:"Description"`
	// SelectParameters is the query, for SELECT. Amazon S3 takes no new
	// customers for it.
	SelectParameters SelectParameters `xml:"SelectParameters"`
	// OutputLocation is where the query's result is written.
	OutputLocation OutputLocation `xml:"OutputLocation"`
}

// GlacierJobParameters is how fast an object is brought back.
type GlacierJobParameters struct {
	// Tier is Standard (3 to 5 hours), Bulk (5 to 12) or Expedited (minutes).
	Tier Tier `xml:"Tier" required:"true"`
}

// OutputLocation is where the result of a query is written.
type OutputLocation struct {
	// S3 is a place in a bucket.
	S3 S3Location `xml:"S3"`
}

// S3Location is a place in a bucket, and what the objects there are to be
// like.
type S3Location struct {
	// BucketName is the bucket.
	BucketName string `xml:"BucketName" required:"true"`
	// Prefix is put before the keys.
	Prefix string `xml:"Prefix" required:"true"`
	// Encryption is how they are encrypted.
	Encryption Encryption `xml:"Encryption"`
	// CannedACL is a ready-made ACL for them.
	CannedACL ObjectCannedACL `xml:"CannedACL"`
	// AccessControlList is their grants.
	AccessControlList []Grant `xml:"AccessControlList>Grant"`
	// Tagging is their tags.
	Tagging Tagging `xml:"Tagging"`
	// UserMetadata is their metadata.
	UserMetadata []MetadataEntry `xml:"UserMetadata>MetadataEntry"`
	// StorageClass is their class.
	StorageClass StorageClass `xml:"StorageClass"`
}

// Encryption is how the result of a query is encrypted.
type Encryption struct {
	// EncryptionType is the encryption at rest.
	EncryptionType ServerSideEncryption `xml:"EncryptionType" required:"true"`
	// KMSKeyId is the KMS key for aws:kms.
	KMSKeyId string `xml:"KMSKeyId" sensitive:"true"`
	// KMSContext is base64 of a JSON object of strings that KMS binds to the
	// encryption.
	KMSContext string `xml:"KMSContext"`
}

// MetadataEntry is a metadata name and value.
type MetadataEntry struct {
	// Name is the name.
	Name string `xml:"Name"`
	// Value is the value.
	Value string `xml:"Value"`
}
