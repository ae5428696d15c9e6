package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketInventoryConfiguration = rest.Operation[GetBucketInventoryConfigurationInput, GetBucketInventoryConfigurationOutput]{
	Name: "GetBucketInventoryConfiguration", Method: http.MethodGet, URI: "/{Bucket}?inventory",
}

// GetBucketInventoryConfigurationInput is the request of
// [Client.GetBucketInventoryConfiguration].
type GetBucketInventoryConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the inventory's id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketInventoryConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketInventoryConfiguration
}

// GetBucketInventoryConfigurationOutput is the answer of
// [Client.GetBucketInventoryConfiguration].
type GetBucketInventoryConfigurationOutput struct {
	// InventoryConfiguration is the inventory.
	InventoryConfiguration *InventoryConfiguration `payload:"xml" xml:"InventoryConfiguration"`
}

// GetBucketInventoryConfiguration answers one inventory of a bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: GetBucketInventoryConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketInventoryConfiguration(ctx context.Context, in *GetBucketInventoryConfigurationInput, opts ...func(*Options)) (*GetBucketInventoryConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketInventoryConfiguration, in, opts)
}

var opPutBucketInventoryConfiguration = rest.Operation[PutBucketInventoryConfigurationInput, PutBucketInventoryConfigurationOutput]{
	Name: "PutBucketInventoryConfiguration", Method: http.MethodPut, URI: "/{Bucket}?inventory",
}

// PutBucketInventoryConfigurationInput is the request of
// [Client.PutBucketInventoryConfiguration].
type PutBucketInventoryConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the inventory's id; the same as in the document.
	Id string `url:"id" required:"true"`
	// InventoryConfiguration is the inventory.
	InventoryConfiguration *InventoryConfiguration `payload:"xml" xml:"InventoryConfiguration" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketInventoryConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketInventoryConfiguration
}

// PutBucketInventoryConfigurationOutput is the answer of
// [Client.PutBucketInventoryConfiguration]. It has no members.
type PutBucketInventoryConfigurationOutput struct{}

// PutBucketInventoryConfiguration sets an inventory, replacing the one of
// the same id: a list of the bucket's objects, written every day or week to
// a bucket of the same region. A bucket has up to 1,000.
//
// Test with errors.Is for Code("TooManyConfigurations") (400) and
// [ErrInvalidArgument] (400).
//
// Source: PutBucketInventoryConfiguration (Amazon S3 API Reference).
func (c *Client) PutBucketInventoryConfiguration(ctx context.Context, in *PutBucketInventoryConfigurationInput, opts ...func(*Options)) (*PutBucketInventoryConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketInventoryConfiguration, in, opts)
}

var opDeleteBucketInventoryConfiguration = rest.Operation[DeleteBucketInventoryConfigurationInput, DeleteBucketInventoryConfigurationOutput]{
	Name: "DeleteBucketInventoryConfiguration", Method: http.MethodDelete, URI: "/{Bucket}?inventory",
}

// DeleteBucketInventoryConfigurationInput is the request of
// [Client.DeleteBucketInventoryConfiguration].
type DeleteBucketInventoryConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the inventory's id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketInventoryConfigurationInput) operation() rest.Descriptor {
	return &opDeleteBucketInventoryConfiguration
}

// DeleteBucketInventoryConfigurationOutput is the answer of
// [Client.DeleteBucketInventoryConfiguration]. It has no members.
type DeleteBucketInventoryConfigurationOutput struct{}

// DeleteBucketInventoryConfiguration deletes one inventory of a bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: DeleteBucketInventoryConfiguration (Amazon S3 API Reference).
func (c *Client) DeleteBucketInventoryConfiguration(ctx context.Context, in *DeleteBucketInventoryConfigurationInput, opts ...func(*Options)) (*DeleteBucketInventoryConfigurationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketInventoryConfiguration, in, opts)
}

var opListBucketInventoryConfigurations = rest.Operation[ListBucketInventoryConfigurationsInput, ListBucketInventoryConfigurationsOutput]{
	Name: "ListBucketInventoryConfigurations", Method: http.MethodGet, URI: "/{Bucket}?inventory",
}

// ListBucketInventoryConfigurationsInput is the request of
// [Client.ListBucketInventoryConfigurations].
type ListBucketInventoryConfigurationsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ContinuationToken is the NextContinuationToken of the page before; empty
	// starts at the beginning.
	ContinuationToken string `url:"continuation-token,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*ListBucketInventoryConfigurationsInput) operation() rest.Descriptor {
	return &opListBucketInventoryConfigurations
}

// ListBucketInventoryConfigurationsOutput is the answer of
// [Client.ListBucketInventoryConfigurations].
type ListBucketInventoryConfigurationsOutput struct {
	// ContinuationToken echoes the request's.
	ContinuationToken string `xml:"ContinuationToken"`
	// InventoryConfigurationList is the inventories of this page.
	InventoryConfigurationList []InventoryConfiguration `xml:"InventoryConfiguration"`
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// NextContinuationToken asks for the next page; empty on the last one.
	NextContinuationToken string `xml:"NextContinuationToken"`
}

// ListBucketInventoryConfigurations answers the inventories of a bucket, up
// to 100 at a time.
// [Client.ListBucketInventoryConfigurationsPages] walks the pages.
//
// Source: ListBucketInventoryConfigurations (Amazon S3 API Reference).
func (c *Client) ListBucketInventoryConfigurations(ctx context.Context, in *ListBucketInventoryConfigurationsInput, opts ...func(*Options)) (*ListBucketInventoryConfigurationsOutput, error) {
	return invoke(ctx, c, &opListBucketInventoryConfigurations, in, opts)
}

// InventoryConfiguration says what an inventory lists, how often, and where
// it is written.
type InventoryConfiguration struct {
	// Destination is where the list is written.
	Destination InventoryDestination `xml:"Destination" required:"true"`
	// IsEnabled says whether lists are made.
	IsEnabled bool `xml:"IsEnabled" required:"true"`
	// Id names the inventory within its bucket.
	Id string `xml:"Id" required:"true"`
	// IncludedObjectVersions is Current, or All to list every version.
	IncludedObjectVersions InventoryIncludedObjectVersions `xml:"IncludedObjectVersions" required:"true"`
	// Schedule is how often.
	Schedule InventorySchedule `xml:"Schedule" required:"true"`
	// Filter restricts the inventory to some objects; zero means all.
	Filter InventoryFilter `xml:"Filter"`
	// OptionalFields are the columns beside bucket and key.
	OptionalFields []InventoryOptionalField `xml:"OptionalFields>Field"`
}

// InventoryDestination is where an inventory is written.
type InventoryDestination struct {
	// S3BucketDestination is a bucket, the only kind there is.
	S3BucketDestination InventoryS3BucketDestination `xml:"S3BucketDestination" required:"true"`
}

// InventoryS3BucketDestination is the bucket that an inventory is written
// to.
type InventoryS3BucketDestination struct {
	// Bucket is the bucket's ARN.
	Bucket string `xml:"Bucket" required:"true"`
	// Format is CSV, ORC or Parquet.
	Format InventoryFormat `xml:"Format" required:"true"`
	// AccountId is the account that must own the bucket; empty means that it is
	// not checked.
	AccountId string `xml:"AccountId"`
	// Prefix is put before the list's keys.
	Prefix string `xml:"Prefix"`
	// Encryption is how the list is encrypted; zero means the destination's
	// default.
	Encryption InventoryEncryption `xml:"Encryption"`
}

// InventoryEncryption is how an inventory is encrypted, by one of its
// members.
type InventoryEncryption struct {
	// SSES3 means keys of the store.
	SSES3 *SSES3 `xml:"SSE-S3"`
	// SSEKMS means a key of KMS.
	SSEKMS SSEKMS `xml:"SSE-KMS"`
}

// SSES3 is encryption with keys of the store. It has no members.
type SSES3 struct{}

// SSEKMS is encryption with a key of KMS.
type SSEKMS struct {
	// KeyId is the key's id.
	KeyId string `xml:"KeyId" required:"true" sensitive:"true"`
}

// InventoryFilter picks objects.
type InventoryFilter struct {
	// Prefix picks keys that start with it.
	Prefix string `xml:"Prefix" required:"true"`
}

// InventorySchedule is how often an inventory is made.
type InventorySchedule struct {
	// Frequency is Daily or Weekly.
	Frequency InventoryFrequency `xml:"Frequency" required:"true"`
}
