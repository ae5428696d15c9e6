package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateBucketMetadataTableConfiguration = rest.Operation[CreateBucketMetadataTableConfigurationInput, CreateBucketMetadataTableConfigurationOutput]{
	Name: "CreateBucketMetadataTableConfiguration", Method: http.MethodPost, URI: "/{Bucket}?metadataTable",
	ChecksumRequired: true,
}

// CreateBucketMetadataTableConfigurationInput is the request of
// [Client.CreateBucketMetadataTableConfiguration].
type CreateBucketMetadataTableConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// MetadataTableConfiguration is where the table goes.
	MetadataTableConfiguration *MetadataTableConfiguration `payload:"xml" xml:"MetadataTableConfiguration" required:"true"`
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

func (*CreateBucketMetadataTableConfigurationInput) operation() rest.Descriptor {
	return &opCreateBucketMetadataTableConfiguration
}

// CreateBucketMetadataTableConfigurationOutput is the answer of
// [Client.CreateBucketMetadataTableConfiguration]. It has no members.
type CreateBucketMetadataTableConfigurationOutput struct{}

// CreateBucketMetadataTableConfiguration makes the S3 Metadata table of a
// bucket in its first form (V1). New ones are made by
// CreateBucketMetadataConfiguration.
//
// Source: CreateBucketMetadataTableConfiguration (Amazon S3 API Reference).
func (c *Client) CreateBucketMetadataTableConfiguration(ctx context.Context, in *CreateBucketMetadataTableConfigurationInput, opts ...func(*Options)) (*CreateBucketMetadataTableConfigurationOutput, error) {
	return invoke(ctx, c, &opCreateBucketMetadataTableConfiguration, in, opts)
}

var opGetBucketMetadataTableConfiguration = rest.Operation[GetBucketMetadataTableConfigurationInput, GetBucketMetadataTableConfigurationOutput]{
	Name: "GetBucketMetadataTableConfiguration", Method: http.MethodGet, URI: "/{Bucket}?metadataTable",
}

// GetBucketMetadataTableConfigurationInput is the request of
// [Client.GetBucketMetadataTableConfiguration].
type GetBucketMetadataTableConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketMetadataTableConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketMetadataTableConfiguration
}

// GetBucketMetadataTableConfigurationOutput is the answer of
// [Client.GetBucketMetadataTableConfiguration].
type GetBucketMetadataTableConfigurationOutput struct {
	// GetBucketMetadataTableConfigurationResult is the table.
	GetBucketMetadataTableConfigurationResult *GetBucketMetadataTableConfigurationResult `payload:"xml" xml:"GetBucketMetadataTableConfigurationResult"`
}

// GetBucketMetadataTableConfiguration answers the S3 Metadata table of a
// bucket in its first form (V1).
//
// Source: GetBucketMetadataTableConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketMetadataTableConfiguration(ctx context.Context, in *GetBucketMetadataTableConfigurationInput, opts ...func(*Options)) (*GetBucketMetadataTableConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketMetadataTableConfiguration, in, opts)
}

var opDeleteBucketMetadataTableConfiguration = rest.Operation[DeleteBucketMetadataTableConfigurationInput, DeleteBucketMetadataTableConfigurationOutput]{
	Name: "DeleteBucketMetadataTableConfiguration", Method: http.MethodDelete, URI: "/{Bucket}?metadataTable",
}

// DeleteBucketMetadataTableConfigurationInput is the request of
// [Client.DeleteBucketMetadataTableConfiguration].
type DeleteBucketMetadataTableConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketMetadataTableConfigurationInput) operation() rest.Descriptor {
	return &opDeleteBucketMetadataTableConfiguration
}

// DeleteBucketMetadataTableConfigurationOutput is the answer of
// [Client.DeleteBucketMetadataTableConfiguration]. It has no members.
type DeleteBucketMetadataTableConfigurationOutput struct{}

// DeleteBucketMetadataTableConfiguration deletes the S3 Metadata
// configuration of a bucket in its first form (V1). The table itself stays.
//
// Source: DeleteBucketMetadataTableConfiguration (Amazon S3 API Reference).
func (c *Client) DeleteBucketMetadataTableConfiguration(ctx context.Context, in *DeleteBucketMetadataTableConfigurationInput, opts ...func(*Options)) (*DeleteBucketMetadataTableConfigurationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketMetadataTableConfiguration, in, opts)
}

// MetadataTableConfiguration is the document of
// [Client.CreateBucketMetadataTableConfiguration].
type MetadataTableConfiguration struct {
	// S3TablesDestination is where the table goes.
	S3TablesDestination S3TablesDestination `xml:"S3TablesDestination" required:"true"`
}

// S3TablesDestination is a table in a table bucket.
type S3TablesDestination struct {
	// TableBucketArn is the table bucket's ARN, of the same region and account.
	TableBucketArn string `xml:"TableBucketArn" required:"true"`
	// TableName is the table's name, new in the namespace aws_s3_metadata.
	TableName string `xml:"TableName" required:"true"`
}

// GetBucketMetadataTableConfigurationResult is the document of
// [Client.GetBucketMetadataTableConfiguration].
type GetBucketMetadataTableConfigurationResult struct {
	// MetadataTableConfigurationResult is where the table is.
	MetadataTableConfigurationResult MetadataTableConfigurationResult `xml:"MetadataTableConfigurationResult" required:"true"`
	// Status is CREATING, ACTIVE or FAILED.
	Status string `xml:"Status" required:"true"`
	// Error is why it failed.
	Error ErrorDetails `xml:"Error"`
}

// MetadataTableConfigurationResult is where a metadata table is.
type MetadataTableConfigurationResult struct {
	// S3TablesDestinationResult is the table.
	S3TablesDestinationResult S3TablesDestinationResult `xml:"S3TablesDestinationResult" required:"true"`
}

// S3TablesDestinationResult is a table in a table bucket.
type S3TablesDestinationResult struct {
	// TableBucketArn is the table bucket's ARN.
	TableBucketArn string `xml:"TableBucketArn" required:"true"`
	// TableName is the table's name.
	TableName string `xml:"TableName" required:"true"`
	// TableArn is the table's ARN.
	TableArn string `xml:"TableArn" required:"true"`
	// TableNamespace is the table's namespace.
	TableNamespace string `xml:"TableNamespace" required:"true"`
}
