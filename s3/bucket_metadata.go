package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateBucketMetadataConfiguration = rest.Operation[CreateBucketMetadataConfigurationInput, CreateBucketMetadataConfigurationOutput]{
	Name: "CreateBucketMetadataConfiguration", Method: http.MethodPost, URI: "/{Bucket}?metadataConfiguration",
	ChecksumRequired: true,
}

// CreateBucketMetadataConfigurationInput is the request of
// [Client.CreateBucketMetadataConfiguration].
type CreateBucketMetadataConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// MetadataConfiguration is which tables to make.
	MetadataConfiguration *MetadataConfiguration `payload:"xml" xml:"MetadataConfiguration" required:"true"`
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

func (*CreateBucketMetadataConfigurationInput) operation() rest.Descriptor {
	return &opCreateBucketMetadataConfiguration
}

// CreateBucketMetadataConfigurationOutput is the answer of
// [Client.CreateBucketMetadataConfiguration]. It has no members.
type CreateBucketMetadataConfigurationOutput struct{}

// CreateBucketMetadataConfiguration makes the S3 Metadata tables of a
// bucket: a journal of its changes and, if asked for, a live inventory and
// annotations. It takes permissions of S3 Tables as well.
//
// Source: CreateBucketMetadataConfiguration (Amazon S3 API Reference).
func (c *Client) CreateBucketMetadataConfiguration(ctx context.Context, in *CreateBucketMetadataConfigurationInput, opts ...func(*Options)) (*CreateBucketMetadataConfigurationOutput, error) {
	return invoke(ctx, c, &opCreateBucketMetadataConfiguration, in, opts)
}

var opGetBucketMetadataConfiguration = rest.Operation[GetBucketMetadataConfigurationInput, GetBucketMetadataConfigurationOutput]{
	Name: "GetBucketMetadataConfiguration", Method: http.MethodGet, URI: "/{Bucket}?metadataConfiguration",
}

// GetBucketMetadataConfigurationInput is the request of
// [Client.GetBucketMetadataConfiguration].
type GetBucketMetadataConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketMetadataConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketMetadataConfiguration
}

// GetBucketMetadataConfigurationOutput is the answer of
// [Client.GetBucketMetadataConfiguration].
type GetBucketMetadataConfigurationOutput struct {
	// GetBucketMetadataConfigurationResult is the tables.
	GetBucketMetadataConfigurationResult *GetBucketMetadataConfigurationResult `payload:"xml" xml:"GetBucketMetadataConfigurationResult"`
}

// GetBucketMetadataConfiguration answers the S3 Metadata tables of a bucket
// and their state.
//
// Source: GetBucketMetadataConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketMetadataConfiguration(ctx context.Context, in *GetBucketMetadataConfigurationInput, opts ...func(*Options)) (*GetBucketMetadataConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketMetadataConfiguration, in, opts)
}

var opDeleteBucketMetadataConfiguration = rest.Operation[DeleteBucketMetadataConfigurationInput, DeleteBucketMetadataConfigurationOutput]{
	Name: "DeleteBucketMetadataConfiguration", Method: http.MethodDelete, URI: "/{Bucket}?metadataConfiguration",
}

// DeleteBucketMetadataConfigurationInput is the request of
// [Client.DeleteBucketMetadataConfiguration].
type DeleteBucketMetadataConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketMetadataConfigurationInput) operation() rest.Descriptor {
	return &opDeleteBucketMetadataConfiguration
}

// DeleteBucketMetadataConfigurationOutput is the answer of
// [Client.DeleteBucketMetadataConfiguration]. It has no members.
type DeleteBucketMetadataConfigurationOutput struct{}

// DeleteBucketMetadataConfiguration deletes the S3 Metadata configuration of
// a bucket. The tables themselves stay, and are no longer kept up.
//
// Source: DeleteBucketMetadataConfiguration (Amazon S3 API Reference).
func (c *Client) DeleteBucketMetadataConfiguration(ctx context.Context, in *DeleteBucketMetadataConfigurationInput, opts ...func(*Options)) (*DeleteBucketMetadataConfigurationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketMetadataConfiguration, in, opts)
}

var opUpdateBucketMetadataInventoryTableConfiguration = rest.Operation[UpdateBucketMetadataInventoryTableConfigurationInput, UpdateBucketMetadataInventoryTableConfigurationOutput]{
	Name: "UpdateBucketMetadataInventoryTableConfiguration", Method: http.MethodPut, URI: "/{Bucket}?metadataInventoryTable",
	ChecksumRequired: true,
}

// UpdateBucketMetadataInventoryTableConfigurationInput is the request of
// [Client.UpdateBucketMetadataInventoryTableConfiguration].
type UpdateBucketMetadataInventoryTableConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// InventoryTableConfiguration is the new setting.
	InventoryTableConfiguration *InventoryTableConfigurationUpdates `payload:"xml" xml:"InventoryTableConfiguration" required:"true"`
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

func (*UpdateBucketMetadataInventoryTableConfigurationInput) operation() rest.Descriptor {
	return &opUpdateBucketMetadataInventoryTableConfiguration
}

// UpdateBucketMetadataInventoryTableConfigurationOutput is the answer of
// [Client.UpdateBucketMetadataInventoryTableConfiguration]. It has no
// members.
type UpdateBucketMetadataInventoryTableConfigurationOutput struct{}

// UpdateBucketMetadataInventoryTableConfiguration turns the live inventory
// table of a bucket on or off.
//
// Source: UpdateBucketMetadataInventoryTableConfiguration (Amazon S3 API
// Reference).
func (c *Client) UpdateBucketMetadataInventoryTableConfiguration(ctx context.Context, in *UpdateBucketMetadataInventoryTableConfigurationInput, opts ...func(*Options)) (*UpdateBucketMetadataInventoryTableConfigurationOutput, error) {
	return invoke(ctx, c, &opUpdateBucketMetadataInventoryTableConfiguration, in, opts)
}

var opUpdateBucketMetadataJournalTableConfiguration = rest.Operation[UpdateBucketMetadataJournalTableConfigurationInput, UpdateBucketMetadataJournalTableConfigurationOutput]{
	Name: "UpdateBucketMetadataJournalTableConfiguration", Method: http.MethodPut, URI: "/{Bucket}?metadataJournalTable",
	ChecksumRequired: true,
}

// UpdateBucketMetadataJournalTableConfigurationInput is the request of
// [Client.UpdateBucketMetadataJournalTableConfiguration].
type UpdateBucketMetadataJournalTableConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// JournalTableConfiguration is the new setting.
	JournalTableConfiguration *JournalTableConfigurationUpdates `payload:"xml" xml:"JournalTableConfiguration" required:"true"`
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

func (*UpdateBucketMetadataJournalTableConfigurationInput) operation() rest.Descriptor {
	return &opUpdateBucketMetadataJournalTableConfiguration
}

// UpdateBucketMetadataJournalTableConfigurationOutput is the answer of
// [Client.UpdateBucketMetadataJournalTableConfiguration]. It has no members.
type UpdateBucketMetadataJournalTableConfigurationOutput struct{}

// UpdateBucketMetadataJournalTableConfiguration sets whether records of the
// journal table of a bucket expire.
//
// Source: UpdateBucketMetadataJournalTableConfiguration (Amazon S3 API
// Reference).
func (c *Client) UpdateBucketMetadataJournalTableConfiguration(ctx context.Context, in *UpdateBucketMetadataJournalTableConfigurationInput, opts ...func(*Options)) (*UpdateBucketMetadataJournalTableConfigurationOutput, error) {
	return invoke(ctx, c, &opUpdateBucketMetadataJournalTableConfiguration, in, opts)
}

var opUpdateBucketMetadataAnnotationTableConfiguration = rest.Operation[UpdateBucketMetadataAnnotationTableConfigurationInput, UpdateBucketMetadataAnnotationTableConfigurationOutput]{
	Name: "UpdateBucketMetadataAnnotationTableConfiguration", Method: http.MethodPut, URI: "/{Bucket}?metadataAnnotationTable",
	ChecksumRequired: true,
}

// UpdateBucketMetadataAnnotationTableConfigurationInput is the request of
// [Client.UpdateBucketMetadataAnnotationTableConfiguration].
type UpdateBucketMetadataAnnotationTableConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// AnnotationTableConfiguration is the new setting.
	AnnotationTableConfiguration *AnnotationTableConfigurationUpdates `payload:"xml" xml:"AnnotationTableConfiguration" required:"true"`
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

func (*UpdateBucketMetadataAnnotationTableConfigurationInput) operation() rest.Descriptor {
	return &opUpdateBucketMetadataAnnotationTableConfiguration
}

// UpdateBucketMetadataAnnotationTableConfigurationOutput is the answer of
// [Client.UpdateBucketMetadataAnnotationTableConfiguration]. It has no
// members.
type UpdateBucketMetadataAnnotationTableConfigurationOutput struct{}

// UpdateBucketMetadataAnnotationTableConfiguration turns the annotation
// table of a bucket on or off.
//
// Source: UpdateBucketMetadataAnnotationTableConfiguration (Amazon S3 API
// Reference).
func (c *Client) UpdateBucketMetadataAnnotationTableConfiguration(ctx context.Context, in *UpdateBucketMetadataAnnotationTableConfigurationInput, opts ...func(*Options)) (*UpdateBucketMetadataAnnotationTableConfigurationOutput, error) {
	return invoke(ctx, c, &opUpdateBucketMetadataAnnotationTableConfiguration, in, opts)
}

// MetadataConfiguration is the document of
// [Client.CreateBucketMetadataConfiguration].
type MetadataConfiguration struct {
	// JournalTableConfiguration is the journal, which is always made.
	JournalTableConfiguration JournalTableConfiguration `xml:"JournalTableConfiguration" required:"true"`
	// InventoryTableConfiguration is the live inventory; zero means none.
	InventoryTableConfiguration InventoryTableConfiguration `xml:"InventoryTableConfiguration"`
	// AnnotationTableConfiguration is the table of annotations; zero means
	// none.
	AnnotationTableConfiguration AnnotationTableConfiguration `xml:"AnnotationTableConfiguration"`
}

// JournalTableConfiguration is the journal of a bucket's changes.
type JournalTableConfiguration struct {
	// RecordExpiration is whether its records expire.
	RecordExpiration RecordExpiration `xml:"RecordExpiration" required:"true"`
	// EncryptionConfiguration is how the table is encrypted; zero means its
	// bucket's default.
	EncryptionConfiguration MetadataTableEncryptionConfiguration `xml:"EncryptionConfiguration"`
}

// InventoryTableConfiguration is the live inventory of a bucket.
type InventoryTableConfiguration struct {
	// ConfigurationState is ENABLED or DISABLED.
	ConfigurationState InventoryConfigurationState `xml:"ConfigurationState" required:"true"`
	// EncryptionConfiguration is how the table is encrypted; zero means its
	// bucket's default.
	EncryptionConfiguration MetadataTableEncryptionConfiguration `xml:"EncryptionConfiguration"`
}

// AnnotationTableConfiguration is the table of a bucket's annotations.
type AnnotationTableConfiguration struct {
	// ConfigurationState is ENABLED or DISABLED.
	ConfigurationState AnnotationConfigurationState `xml:"ConfigurationState" required:"true"`
	// EncryptionConfiguration is how the table is encrypted; zero means its
	// bucket's default.
	EncryptionConfiguration MetadataTableEncryptionConfiguration `xml:"EncryptionConfiguration"`
	// Role is the ARN of the role that reads the annotations.
	Role string `xml:"Role"`
}

// MetadataTableEncryptionConfiguration is how a metadata table is encrypted.
type MetadataTableEncryptionConfiguration struct {
	// SseAlgorithm is AES256 or aws:kms.
	SseAlgorithm TableSseAlgorithm `xml:"SseAlgorithm" required:"true"`
	// KmsKeyArn is the key's ARN, for aws:kms.
	KmsKeyArn string `xml:"KmsKeyArn"`
}

// RecordExpiration is whether records of a journal expire.
type RecordExpiration struct {
	// Expiration is ENABLED or DISABLED.
	Expiration ExpirationState `xml:"Expiration" required:"true"`
	// Days is after how many days, 7 or more.
	Days int32 `xml:"Days"`
}

// InventoryTableConfigurationUpdates is the document of
// [Client.UpdateBucketMetadataInventoryTableConfiguration].
type InventoryTableConfigurationUpdates struct {
	// ConfigurationState is ENABLED or DISABLED.
	ConfigurationState InventoryConfigurationState `xml:"ConfigurationState" required:"true"`
	// EncryptionConfiguration is how a table that is made is encrypted; zero
	// means its bucket's default.
	EncryptionConfiguration MetadataTableEncryptionConfiguration `xml:"EncryptionConfiguration"`
}

// JournalTableConfigurationUpdates is the document of
// [Client.UpdateBucketMetadataJournalTableConfiguration].
type JournalTableConfigurationUpdates struct {
	// RecordExpiration is whether records expire.
	RecordExpiration RecordExpiration `xml:"RecordExpiration" required:"true"`
}

// AnnotationTableConfigurationUpdates is the document of
// [Client.UpdateBucketMetadataAnnotationTableConfiguration].
type AnnotationTableConfigurationUpdates struct {
	// ConfigurationState is ENABLED or DISABLED.
	ConfigurationState AnnotationConfigurationState `xml:"ConfigurationState" required:"true"`
	// EncryptionConfiguration is how a table that is made is encrypted; zero
	// means its bucket's default.
	EncryptionConfiguration MetadataTableEncryptionConfiguration `xml:"EncryptionConfiguration"`
	// Role is the ARN of the role that reads the annotations.
	Role string `xml:"Role"`
}

// GetBucketMetadataConfigurationResult is the document of
// [Client.GetBucketMetadataConfiguration].
type GetBucketMetadataConfigurationResult struct {
	// MetadataConfigurationResult is the tables.
	MetadataConfigurationResult MetadataConfigurationResult `xml:"MetadataConfigurationResult" required:"true"`
}

// MetadataConfigurationResult is the S3 Metadata tables of a bucket.
type MetadataConfigurationResult struct {
	// DestinationResult is where the tables are.
	DestinationResult DestinationResult `xml:"DestinationResult" required:"true"`
	// JournalTableConfigurationResult is the journal.
	JournalTableConfigurationResult JournalTableConfigurationResult `xml:"JournalTableConfigurationResult"`
	// InventoryTableConfigurationResult is the live inventory.
	InventoryTableConfigurationResult InventoryTableConfigurationResult `xml:"InventoryTableConfigurationResult"`
	// AnnotationTableConfigurationResult is the table of annotations.
	AnnotationTableConfigurationResult AnnotationTableConfigurationResult `xml:"AnnotationTableConfigurationResult"`
}

// DestinationResult is where metadata tables are.
type DestinationResult struct {
	// TableBucketType is who keeps the table bucket: aws or customer.
	TableBucketType S3TablesBucketType `xml:"TableBucketType"`
	// TableBucketArn is the table bucket's ARN.
	TableBucketArn string `xml:"TableBucketArn"`
	// TableNamespace is the tables' namespace in it.
	TableNamespace string `xml:"TableNamespace"`
}

// JournalTableConfigurationResult is the journal table and its state.
type JournalTableConfigurationResult struct {
	// TableStatus is CREATING, ACTIVE or FAILED.
	TableStatus string `xml:"TableStatus" required:"true"`
	// TableName is the table's name.
	TableName string `xml:"TableName" required:"true"`
	// RecordExpiration is whether its records expire.
	RecordExpiration RecordExpiration `xml:"RecordExpiration" required:"true"`
	// Error is why it failed.
	Error ErrorDetails `xml:"Error"`
	// TableArn is the table's ARN.
	TableArn string `xml:"TableArn"`
}

// InventoryTableConfigurationResult is the live inventory table and its
// state.
type InventoryTableConfigurationResult struct {
	// ConfigurationState is ENABLED or DISABLED.
	ConfigurationState InventoryConfigurationState `xml:"ConfigurationState" required:"true"`
	// TableStatus is CREATING, BACKFILLING, ACTIVE or FAILED.
	TableStatus string `xml:"TableStatus"`
	// Error is why it failed.
	Error ErrorDetails `xml:"Error"`
	// TableName is the table's name.
	TableName string `xml:"TableName"`
	// TableArn is the table's ARN.
	TableArn string `xml:"TableArn"`
}

// AnnotationTableConfigurationResult is the annotation table and its state.
type AnnotationTableConfigurationResult struct {
	// ConfigurationState is ENABLED or DISABLED.
	ConfigurationState AnnotationConfigurationState `xml:"ConfigurationState" required:"true"`
	// TableStatus is CREATING, BACKFILLING, ACTIVE or FAILED.
	TableStatus string `xml:"TableStatus"`
	// Error is why it failed.
	Error ErrorDetails `xml:"Error"`
	// TableName is the table's name.
	TableName string `xml:"TableName"`
	// TableArn is the table's ARN.
	TableArn string `xml:"TableArn"`
	// Role is the ARN of the role that reads the annotations.
	Role string `xml:"Role"`
}

// ErrorDetails is why a metadata table could not be made.
type ErrorDetails struct {
	// ErrorCode is the code, such as AccessDeniedCreatingResources.
	ErrorCode string `xml:"ErrorCode"`
	// ErrorMessage is the explanation.
	ErrorMessage string `xml:"ErrorMessage"`
}
