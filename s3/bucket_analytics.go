package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketAnalyticsConfiguration = rest.Operation[GetBucketAnalyticsConfigurationInput, GetBucketAnalyticsConfigurationOutput]{
	Name: "GetBucketAnalyticsConfiguration", Method: http.MethodGet, URI: "/{Bucket}?analytics",
}

// GetBucketAnalyticsConfigurationInput is the request of
// [Client.GetBucketAnalyticsConfiguration].
type GetBucketAnalyticsConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the analysis' id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketAnalyticsConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketAnalyticsConfiguration
}

// GetBucketAnalyticsConfigurationOutput is the answer of
// [Client.GetBucketAnalyticsConfiguration].
type GetBucketAnalyticsConfigurationOutput struct {
	// AnalyticsConfiguration is the analysis.
	AnalyticsConfiguration *AnalyticsConfiguration `payload:"xml" xml:"AnalyticsConfiguration"`
}

// GetBucketAnalyticsConfiguration answers one storage class analysis of a
// bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: GetBucketAnalyticsConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketAnalyticsConfiguration(ctx context.Context, in *GetBucketAnalyticsConfigurationInput, opts ...func(*Options)) (*GetBucketAnalyticsConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketAnalyticsConfiguration, in, opts)
}

var opPutBucketAnalyticsConfiguration = rest.Operation[PutBucketAnalyticsConfigurationInput, PutBucketAnalyticsConfigurationOutput]{
	Name: "PutBucketAnalyticsConfiguration", Method: http.MethodPut, URI: "/{Bucket}?analytics",
}

// PutBucketAnalyticsConfigurationInput is the request of
// [Client.PutBucketAnalyticsConfiguration].
type PutBucketAnalyticsConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the analysis' id; the same as in the document.
	Id string `url:"id" required:"true"`
	// AnalyticsConfiguration is the analysis.
	AnalyticsConfiguration *AnalyticsConfiguration `payload:"xml" xml:"AnalyticsConfiguration" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketAnalyticsConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketAnalyticsConfiguration
}

// PutBucketAnalyticsConfigurationOutput is the answer of
// [Client.PutBucketAnalyticsConfiguration]. It has no members.
type PutBucketAnalyticsConfigurationOutput struct{}

// PutBucketAnalyticsConfiguration sets a storage class analysis, replacing
// the one of the same id. A bucket has up to 1,000.
//
// Test with errors.Is for Code("TooManyConfigurations") (400) and
// [ErrInvalidArgument] (400).
//
// Source: PutBucketAnalyticsConfiguration (Amazon S3 API Reference).
func (c *Client) PutBucketAnalyticsConfiguration(ctx context.Context, in *PutBucketAnalyticsConfigurationInput, opts ...func(*Options)) (*PutBucketAnalyticsConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketAnalyticsConfiguration, in, opts)
}

var opDeleteBucketAnalyticsConfiguration = rest.Operation[DeleteBucketAnalyticsConfigurationInput, DeleteBucketAnalyticsConfigurationOutput]{
	Name: "DeleteBucketAnalyticsConfiguration", Method: http.MethodDelete, URI: "/{Bucket}?analytics",
}

// DeleteBucketAnalyticsConfigurationInput is the request of
// [Client.DeleteBucketAnalyticsConfiguration].
type DeleteBucketAnalyticsConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the analysis' id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketAnalyticsConfigurationInput) operation() rest.Descriptor {
	return &opDeleteBucketAnalyticsConfiguration
}

// DeleteBucketAnalyticsConfigurationOutput is the answer of
// [Client.DeleteBucketAnalyticsConfiguration]. It has no members.
type DeleteBucketAnalyticsConfigurationOutput struct{}

// DeleteBucketAnalyticsConfiguration deletes one storage class analysis of a
// bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: DeleteBucketAnalyticsConfiguration (Amazon S3 API Reference).
func (c *Client) DeleteBucketAnalyticsConfiguration(ctx context.Context, in *DeleteBucketAnalyticsConfigurationInput, opts ...func(*Options)) (*DeleteBucketAnalyticsConfigurationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketAnalyticsConfiguration, in, opts)
}

var opListBucketAnalyticsConfigurations = rest.Operation[ListBucketAnalyticsConfigurationsInput, ListBucketAnalyticsConfigurationsOutput]{
	Name: "ListBucketAnalyticsConfigurations", Method: http.MethodGet, URI: "/{Bucket}?analytics",
}

// ListBucketAnalyticsConfigurationsInput is the request of
// [Client.ListBucketAnalyticsConfigurations].
type ListBucketAnalyticsConfigurationsInput struct {
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

func (*ListBucketAnalyticsConfigurationsInput) operation() rest.Descriptor {
	return &opListBucketAnalyticsConfigurations
}

// ListBucketAnalyticsConfigurationsOutput is the answer of
// [Client.ListBucketAnalyticsConfigurations].
type ListBucketAnalyticsConfigurationsOutput struct {
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// ContinuationToken echoes the request's.
	ContinuationToken string `xml:"ContinuationToken"`
	// NextContinuationToken asks for the next page; empty on the last one.
	NextContinuationToken string `xml:"NextContinuationToken"`
	// AnalyticsConfigurationList is the analyses of this page.
	AnalyticsConfigurationList []AnalyticsConfiguration `xml:"AnalyticsConfiguration"`
}

// ListBucketAnalyticsConfigurations answers the storage class analyses of a
// bucket, up to 100 at a time.
// [Client.ListBucketAnalyticsConfigurationsPages] walks the pages.
//
// Source: ListBucketAnalyticsConfigurations (Amazon S3 API Reference).
func (c *Client) ListBucketAnalyticsConfigurations(ctx context.Context, in *ListBucketAnalyticsConfigurationsInput, opts ...func(*Options)) (*ListBucketAnalyticsConfigurationsOutput, error) {
	return invoke(ctx, c, &opListBucketAnalyticsConfigurations, in, opts)
}

// AnalyticsConfiguration is a storage class analysis: which objects are
// watched, and where the result goes.
type AnalyticsConfiguration struct {
	// Id names the analysis within its bucket.
	Id string `xml:"Id" required:"true"`
	// StorageClassAnalysis says how the result is exported.
	StorageClassAnalysis StorageClassAnalysis `xml:"StorageClassAnalysis" required:"true"`
	// Filter restricts the analysis to some objects; zero means all.
	Filter AnalyticsFilter `xml:"Filter"`
}

// AnalyticsFilter picks objects. Exactly one member is set.
type AnalyticsFilter struct {
	_ struct{} `union:"true"`
	// Prefix picks keys that start with it.
	Prefix string `xml:"Prefix"`
	// Tag picks objects that have it.
	Tag Tag `xml:"Tag"`
	// And picks objects that meet several conditions.
	And AnalyticsAndOperator `xml:"And"`
}

// AnalyticsAndOperator picks objects that meet all of its conditions.
type AnalyticsAndOperator struct {
	// Prefix is what their keys start with.
	Prefix string `xml:"Prefix"`
	// Tags are what all of them have.
	Tags []Tag `xml:"Tag"`
}

// StorageClassAnalysis says how an analysis is exported.
type StorageClassAnalysis struct {
	// DataExport is where to; zero means that it is not exported.
	DataExport StorageClassAnalysisDataExport `xml:"DataExport"`
}

// StorageClassAnalysisDataExport is an export of an analysis.
type StorageClassAnalysisDataExport struct {
	// OutputSchemaVersion is V_1.
	OutputSchemaVersion StorageClassAnalysisSchemaVersion `xml:"OutputSchemaVersion" required:"true"`
	// Destination is where the export is written.
	Destination AnalyticsExportDestination `xml:"Destination" required:"true"`
}

// AnalyticsExportDestination is where an export is written.
type AnalyticsExportDestination struct {
	// S3BucketDestination is a bucket, the only kind there is.
	S3BucketDestination AnalyticsS3BucketDestination `xml:"S3BucketDestination" required:"true"`
}

// AnalyticsS3BucketDestination is the bucket that an export is written to.
type AnalyticsS3BucketDestination struct {
	// Format is CSV.
	Format AnalyticsS3ExportFileFormat `xml:"Format" required:"true"`
	// Bucket is the bucket's ARN.
	Bucket string `xml:"Bucket" required:"true"`
	// BucketAccountId is the account that must own the bucket; empty means that
	// it is not checked.
	BucketAccountId string `xml:"BucketAccountId"`
	// Prefix is put before the export's keys.
	Prefix string `xml:"Prefix"`
}
