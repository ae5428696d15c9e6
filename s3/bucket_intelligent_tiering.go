package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketIntelligentTieringConfiguration = rest.Operation[GetBucketIntelligentTieringConfigurationInput, GetBucketIntelligentTieringConfigurationOutput]{
	Name: "GetBucketIntelligentTieringConfiguration", Method: http.MethodGet, URI: "/{Bucket}?intelligent-tiering",
}

// GetBucketIntelligentTieringConfigurationInput is the request of
// [Client.GetBucketIntelligentTieringConfiguration].
type GetBucketIntelligentTieringConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the configuration's id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketIntelligentTieringConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketIntelligentTieringConfiguration
}

// GetBucketIntelligentTieringConfigurationOutput is the answer of
// [Client.GetBucketIntelligentTieringConfiguration].
type GetBucketIntelligentTieringConfigurationOutput struct {
	// IntelligentTieringConfiguration is the configuration.
	IntelligentTieringConfiguration *IntelligentTieringConfiguration `payload:"xml" xml:"IntelligentTieringConfiguration"`
}

// GetBucketIntelligentTieringConfiguration answers one S3
// Intelligent-Tiering configuration of a bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: GetBucketIntelligentTieringConfiguration (Amazon S3 API
// Reference).
func (c *Client) GetBucketIntelligentTieringConfiguration(ctx context.Context, in *GetBucketIntelligentTieringConfigurationInput, opts ...func(*Options)) (*GetBucketIntelligentTieringConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketIntelligentTieringConfiguration, in, opts)
}

var opPutBucketIntelligentTieringConfiguration = rest.Operation[PutBucketIntelligentTieringConfigurationInput, PutBucketIntelligentTieringConfigurationOutput]{
	Name: "PutBucketIntelligentTieringConfiguration", Method: http.MethodPut, URI: "/{Bucket}?intelligent-tiering",
}

// PutBucketIntelligentTieringConfigurationInput is the request of
// [Client.PutBucketIntelligentTieringConfiguration].
type PutBucketIntelligentTieringConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the configuration's id; the same as in the document.
	Id string `url:"id" required:"true"`
	// IntelligentTieringConfiguration is the configuration.
	IntelligentTieringConfiguration *IntelligentTieringConfiguration `payload:"xml" xml:"IntelligentTieringConfiguration" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketIntelligentTieringConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketIntelligentTieringConfiguration
}

// PutBucketIntelligentTieringConfigurationOutput is the answer of
// [Client.PutBucketIntelligentTieringConfiguration]. It has no members.
type PutBucketIntelligentTieringConfigurationOutput struct{}

// PutBucketIntelligentTieringConfiguration sets an S3 Intelligent-Tiering
// configuration, replacing the one of the same id: after how many days
// without access objects go to the archive tiers. A bucket has up to 1,000.
//
// Source: PutBucketIntelligentTieringConfiguration (Amazon S3 API
// Reference).
func (c *Client) PutBucketIntelligentTieringConfiguration(ctx context.Context, in *PutBucketIntelligentTieringConfigurationInput, opts ...func(*Options)) (*PutBucketIntelligentTieringConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketIntelligentTieringConfiguration, in, opts)
}

var opDeleteBucketIntelligentTieringConfiguration = rest.Operation[DeleteBucketIntelligentTieringConfigurationInput, DeleteBucketIntelligentTieringConfigurationOutput]{
	Name: "DeleteBucketIntelligentTieringConfiguration", Method: http.MethodDelete, URI: "/{Bucket}?intelligent-tiering",
}

// DeleteBucketIntelligentTieringConfigurationInput is the request of
// [Client.DeleteBucketIntelligentTieringConfiguration].
type DeleteBucketIntelligentTieringConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the configuration's id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketIntelligentTieringConfigurationInput) operation() rest.Descriptor {
	return &opDeleteBucketIntelligentTieringConfiguration
}

// DeleteBucketIntelligentTieringConfigurationOutput is the answer of
// [Client.DeleteBucketIntelligentTieringConfiguration]. It has no members.
type DeleteBucketIntelligentTieringConfigurationOutput struct{}

// DeleteBucketIntelligentTieringConfiguration deletes one S3
// Intelligent-Tiering configuration of a bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: DeleteBucketIntelligentTieringConfiguration (Amazon S3 API
// Reference).
func (c *Client) DeleteBucketIntelligentTieringConfiguration(ctx context.Context, in *DeleteBucketIntelligentTieringConfigurationInput, opts ...func(*Options)) (*DeleteBucketIntelligentTieringConfigurationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketIntelligentTieringConfiguration, in, opts)
}

var opListBucketIntelligentTieringConfigurations = rest.Operation[ListBucketIntelligentTieringConfigurationsInput, ListBucketIntelligentTieringConfigurationsOutput]{
	Name: "ListBucketIntelligentTieringConfigurations", Method: http.MethodGet, URI: "/{Bucket}?intelligent-tiering",
}

// ListBucketIntelligentTieringConfigurationsInput is the request of
// [Client.ListBucketIntelligentTieringConfigurations].
type ListBucketIntelligentTieringConfigurationsInput struct {
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

func (*ListBucketIntelligentTieringConfigurationsInput) operation() rest.Descriptor {
	return &opListBucketIntelligentTieringConfigurations
}

// ListBucketIntelligentTieringConfigurationsOutput is the answer of
// [Client.ListBucketIntelligentTieringConfigurations].
type ListBucketIntelligentTieringConfigurationsOutput struct {
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// ContinuationToken echoes the request's.
	ContinuationToken string `xml:"ContinuationToken"`
	// NextContinuationToken asks for the next page; empty on the last one.
	NextContinuationToken string `xml:"NextContinuationToken"`
	// IntelligentTieringConfigurationList is the configurations of this page.
	IntelligentTieringConfigurationList []IntelligentTieringConfiguration `xml:"IntelligentTieringConfiguration"`
}

// ListBucketIntelligentTieringConfigurations answers the S3
// Intelligent-Tiering configurations of a bucket, up to 100 at a time.
// [Client.ListBucketIntelligentTieringConfigurationsPages] walks the pages.
//
// Source: ListBucketIntelligentTieringConfigurations (Amazon S3 API
// Reference).
func (c *Client) ListBucketIntelligentTieringConfigurations(ctx context.Context, in *ListBucketIntelligentTieringConfigurationsInput, opts ...func(*Options)) (*ListBucketIntelligentTieringConfigurationsOutput, error) {
	return invoke(ctx, c, &opListBucketIntelligentTieringConfigurations, in, opts)
}

// IntelligentTieringConfiguration says when objects go to the archive tiers.
type IntelligentTieringConfiguration struct {
	// Id names the configuration within its bucket.
	Id string `xml:"Id" required:"true"`
	// Status is Enabled or Disabled.
	Status IntelligentTieringStatus `xml:"Status" required:"true"`
	// Tierings are the tiers, each at most once.
	Tierings []Tiering `xml:"Tiering" required:"true"`
	// Filter restricts the configuration to some objects; zero means all.
	Filter IntelligentTieringFilter `xml:"Filter"`
}

// IntelligentTieringFilter picks objects by one of its members.
type IntelligentTieringFilter struct {
	// Prefix picks keys that start with it.
	Prefix string `xml:"Prefix"`
	// Tag picks objects that have it.
	Tag Tag `xml:"Tag"`
	// And picks objects that meet several conditions.
	And IntelligentTieringAndOperator `xml:"And"`
}

// IntelligentTieringAndOperator picks objects that meet all of its
// conditions.
type IntelligentTieringAndOperator struct {
	// Prefix is what their keys start with.
	Prefix string `xml:"Prefix"`
	// Tags are what all of them have.
	Tags []Tag `xml:"Tag"`
}

// Tiering sends objects to a tier.
type Tiering struct {
	// Days is how many days without access: 90 to 730 for ARCHIVE_ACCESS, 180
	// to 730 for DEEP_ARCHIVE_ACCESS.
	Days int32 `xml:"Days" required:"true"`
	// AccessTier is the tier.
	AccessTier IntelligentTieringAccessTier `xml:"AccessTier" required:"true"`
}
