package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketMetricsConfiguration = rest.Operation[GetBucketMetricsConfigurationInput, GetBucketMetricsConfigurationOutput]{
	Name: "GetBucketMetricsConfiguration", Method: http.MethodGet, URI: "/{Bucket}?metrics",
}

// GetBucketMetricsConfigurationInput is the request of
// [Client.GetBucketMetricsConfiguration].
type GetBucketMetricsConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the metrics' id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketMetricsConfigurationInput) operation() rest.Descriptor {
	return &opGetBucketMetricsConfiguration
}

// GetBucketMetricsConfigurationOutput is the answer of
// [Client.GetBucketMetricsConfiguration].
type GetBucketMetricsConfigurationOutput struct {
	// MetricsConfiguration is the set.
	MetricsConfiguration *MetricsConfiguration `payload:"xml" xml:"MetricsConfiguration"`
}

// GetBucketMetricsConfiguration answers one set of request metrics of a
// bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: GetBucketMetricsConfiguration (Amazon S3 API Reference).
func (c *Client) GetBucketMetricsConfiguration(ctx context.Context, in *GetBucketMetricsConfigurationInput, opts ...func(*Options)) (*GetBucketMetricsConfigurationOutput, error) {
	return invoke(ctx, c, &opGetBucketMetricsConfiguration, in, opts)
}

var opPutBucketMetricsConfiguration = rest.Operation[PutBucketMetricsConfigurationInput, PutBucketMetricsConfigurationOutput]{
	Name: "PutBucketMetricsConfiguration", Method: http.MethodPut, URI: "/{Bucket}?metrics",
}

// PutBucketMetricsConfigurationInput is the request of
// [Client.PutBucketMetricsConfiguration].
type PutBucketMetricsConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the metrics' id; the same as in the document.
	Id string `url:"id" required:"true"`
	// MetricsConfiguration is the set.
	MetricsConfiguration *MetricsConfiguration `payload:"xml" xml:"MetricsConfiguration" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketMetricsConfigurationInput) operation() rest.Descriptor {
	return &opPutBucketMetricsConfiguration
}

// PutBucketMetricsConfigurationOutput is the answer of
// [Client.PutBucketMetricsConfiguration]. It has no members.
type PutBucketMetricsConfigurationOutput struct{}

// PutBucketMetricsConfiguration sets CloudWatch request metrics of a bucket,
// replacing those of the same id. A bucket has up to 1,000.
//
// Test with errors.Is for Code("TooManyConfigurations") (400).
//
// Source: PutBucketMetricsConfiguration (Amazon S3 API Reference).
func (c *Client) PutBucketMetricsConfiguration(ctx context.Context, in *PutBucketMetricsConfigurationInput, opts ...func(*Options)) (*PutBucketMetricsConfigurationOutput, error) {
	return invoke(ctx, c, &opPutBucketMetricsConfiguration, in, opts)
}

var opDeleteBucketMetricsConfiguration = rest.Operation[DeleteBucketMetricsConfigurationInput, DeleteBucketMetricsConfigurationOutput]{
	Name: "DeleteBucketMetricsConfiguration", Method: http.MethodDelete, URI: "/{Bucket}?metrics",
}

// DeleteBucketMetricsConfigurationInput is the request of
// [Client.DeleteBucketMetricsConfiguration].
type DeleteBucketMetricsConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Id is the metrics' id.
	Id string `url:"id" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketMetricsConfigurationInput) operation() rest.Descriptor {
	return &opDeleteBucketMetricsConfiguration
}

// DeleteBucketMetricsConfigurationOutput is the answer of
// [Client.DeleteBucketMetricsConfiguration]. It has no members.
type DeleteBucketMetricsConfigurationOutput struct{}

// DeleteBucketMetricsConfiguration deletes one set of request metrics of a
// bucket.
//
// Test with errors.Is for Code("NoSuchConfiguration") (404).
//
// Source: DeleteBucketMetricsConfiguration (Amazon S3 API Reference).
func (c *Client) DeleteBucketMetricsConfiguration(ctx context.Context, in *DeleteBucketMetricsConfigurationInput, opts ...func(*Options)) (*DeleteBucketMetricsConfigurationOutput, error) {
	return invoke(ctx, c, &opDeleteBucketMetricsConfiguration, in, opts)
}

var opListBucketMetricsConfigurations = rest.Operation[ListBucketMetricsConfigurationsInput, ListBucketMetricsConfigurationsOutput]{
	Name: "ListBucketMetricsConfigurations", Method: http.MethodGet, URI: "/{Bucket}?metrics",
}

// ListBucketMetricsConfigurationsInput is the request of
// [Client.ListBucketMetricsConfigurations].
type ListBucketMetricsConfigurationsInput struct {
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

func (*ListBucketMetricsConfigurationsInput) operation() rest.Descriptor {
	return &opListBucketMetricsConfigurations
}

// ListBucketMetricsConfigurationsOutput is the answer of
// [Client.ListBucketMetricsConfigurations].
type ListBucketMetricsConfigurationsOutput struct {
	// IsTruncated tells that more entries follow.
	IsTruncated bool `xml:"IsTruncated"`
	// ContinuationToken echoes the request's.
	ContinuationToken string `xml:"ContinuationToken"`
	// NextContinuationToken asks for the next page; empty on the last one.
	NextContinuationToken string `xml:"NextContinuationToken"`
	// MetricsConfigurationList is the sets of this page.
	MetricsConfigurationList []MetricsConfiguration `xml:"MetricsConfiguration"`
}

// ListBucketMetricsConfigurations answers the request metrics of a bucket,
// up to 100 at a time.
// [Client.ListBucketMetricsConfigurationsPages] walks the pages.
//
// Source: ListBucketMetricsConfigurations (Amazon S3 API Reference).
func (c *Client) ListBucketMetricsConfigurations(ctx context.Context, in *ListBucketMetricsConfigurationsInput, opts ...func(*Options)) (*ListBucketMetricsConfigurationsOutput, error) {
	return invoke(ctx, c, &opListBucketMetricsConfigurations, in, opts)
}

// MetricsConfiguration is which requests are measured.
type MetricsConfiguration struct {
	// Id names the set within its bucket, up to 64 letters, digits, dots,
	// hyphens and underscores.
	Id string `xml:"Id" required:"true"`
	// Filter restricts the metrics to some objects; zero means all.
	Filter MetricsFilter `xml:"Filter"`
}

// MetricsFilter picks objects. Exactly one member is set.
type MetricsFilter struct {
	_ struct{} `union:"true"`
	// Prefix picks keys that start with it.
	Prefix string `xml:"Prefix"`
	// Tag picks objects that have it.
	Tag Tag `xml:"Tag"`
	// AccessPointArn picks requests through this access point.
	AccessPointArn string `xml:"AccessPointArn"`
	// And picks objects that meet several conditions.
	And MetricsAndOperator `xml:"And"`
}

// MetricsAndOperator picks objects that meet all of its conditions.
type MetricsAndOperator struct {
	// Prefix is what their keys start with.
	Prefix string `xml:"Prefix"`
	// Tags are what all of them have.
	Tags []Tag `xml:"Tag"`
	// AccessPointArn is the access point of the requests.
	AccessPointArn string `xml:"AccessPointArn"`
}
