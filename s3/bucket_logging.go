package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketLogging = rest.Operation[GetBucketLoggingInput, GetBucketLoggingOutput]{
	Name: "GetBucketLogging", Method: http.MethodGet, URI: "/{Bucket}?logging",
}

// GetBucketLoggingInput is the request of [Client.GetBucketLogging].
type GetBucketLoggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketLoggingInput) operation() rest.Descriptor { return &opGetBucketLogging }

// GetBucketLoggingOutput is the answer of [Client.GetBucketLogging].
type GetBucketLoggingOutput struct {
	// LoggingEnabled is where; its TargetBucket is empty when there is no log.
	LoggingEnabled LoggingEnabled `xml:"LoggingEnabled"`
}

// GetBucketLogging answers where the access log of a bucket is written.
//
// Source: GetBucketLogging (Amazon S3 API Reference).
func (c *Client) GetBucketLogging(ctx context.Context, in *GetBucketLoggingInput, opts ...func(*Options)) (*GetBucketLoggingOutput, error) {
	return invoke(ctx, c, &opGetBucketLogging, in, opts)
}

var opPutBucketLogging = rest.Operation[PutBucketLoggingInput, PutBucketLoggingOutput]{
	Name: "PutBucketLogging", Method: http.MethodPut, URI: "/{Bucket}?logging",
	ChecksumRequired: true,
}

// PutBucketLoggingInput is the request of [Client.PutBucketLogging].
type PutBucketLoggingInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// BucketLoggingStatus is the new setting.
	BucketLoggingStatus *BucketLoggingStatus `payload:"xml" xml:"BucketLoggingStatus" required:"true"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketLoggingInput) operation() rest.Descriptor { return &opPutBucketLogging }

// PutBucketLoggingOutput is the answer of [Client.PutBucketLogging]. It has
// no members.
type PutBucketLoggingOutput struct{}

// PutBucketLogging turns the access log of a bucket on, or off with a
// document without members.
//
// Test with errors.Is for Code("InvalidTargetBucketForLogging") (400).
//
// Source: PutBucketLogging (Amazon S3 API Reference).
func (c *Client) PutBucketLogging(ctx context.Context, in *PutBucketLoggingInput, opts ...func(*Options)) (*PutBucketLoggingOutput, error) {
	return invoke(ctx, c, &opPutBucketLogging, in, opts)
}

// BucketLoggingStatus is the document of [Client.PutBucketLogging].
type BucketLoggingStatus struct {
	// LoggingEnabled is where the log is written; zero turns it off.
	LoggingEnabled LoggingEnabled `xml:"LoggingEnabled"`
}

// LoggingEnabled is where an access log is written.
type LoggingEnabled struct {
	// TargetBucket is the bucket, of the same owner and region.
	TargetBucket string `xml:"TargetBucket" required:"true"`
	// TargetPrefix is put before the log's keys; it may be empty.
	TargetPrefix string `xml:"TargetPrefix" required:"true" always:"true"`
	// TargetGrants are permissions on the log's objects, for buckets with ACLs.
	TargetGrants []TargetGrant `xml:"TargetGrants>Grant"`
	// TargetObjectKeyFormat is the form of the log's keys; zero means
	// SimplePrefix.
	TargetObjectKeyFormat TargetObjectKeyFormat `xml:"TargetObjectKeyFormat"`
}

// TargetGrant gives one grantee one permission on a log's objects.
type TargetGrant struct {
	// Grantee is who gets the permission.
	Grantee Grantee `xml:"Grantee" namespace:"xsi http://www.w3.org/2001/XMLSchema-instance"`
	// Permission is what it allows.
	Permission BucketLogsPermission `xml:"Permission"`
}

// TargetObjectKeyFormat is the form of a log's keys, by one of its members.
type TargetObjectKeyFormat struct {
	// SimplePrefix means the prefix, the time and a random string.
	SimplePrefix *SimplePrefix `xml:"SimplePrefix"`
	// PartitionedPrefix means the prefix, account, region, bucket and day as
	// directories.
	PartitionedPrefix *PartitionedPrefix `xml:"PartitionedPrefix"`
}

// SimplePrefix is the plain form of a log's keys. It has no members.
type SimplePrefix struct{}

// PartitionedPrefix is the form of a log's keys with a directory for each
// day.
type PartitionedPrefix struct {
	// PartitionDateSource is whose day: EventTime or DeliveryTime.
	PartitionDateSource PartitionDateSource `xml:"PartitionDateSource"`
}
