package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketWebsite = rest.Operation[GetBucketWebsiteInput, GetBucketWebsiteOutput]{
	Name: "GetBucketWebsite", Method: http.MethodGet, URI: "/{Bucket}?website",
}

// GetBucketWebsiteInput is the request of [Client.GetBucketWebsite].
type GetBucketWebsiteInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketWebsiteInput) operation() rest.Descriptor { return &opGetBucketWebsite }

// GetBucketWebsiteOutput is the answer of [Client.GetBucketWebsite].
type GetBucketWebsiteOutput struct {
	// RedirectAllRequestsTo is the host that all requests are sent to.
	RedirectAllRequestsTo RedirectAllRequestsTo `xml:"RedirectAllRequestsTo"`
	// IndexDocument is what a directory answers.
	IndexDocument IndexDocument `xml:"IndexDocument"`
	// ErrorDocument is what errors answer.
	ErrorDocument ErrorDocument `xml:"ErrorDocument"`
	// RoutingRules are the redirects.
	RoutingRules []RoutingRule `xml:"RoutingRules>RoutingRule"`
}

// GetBucketWebsite answers how a bucket serves a website.
//
// Test with errors.Is for Code("NoSuchWebsiteConfiguration") (404).
//
// Source: GetBucketWebsite (Amazon S3 API Reference).
func (c *Client) GetBucketWebsite(ctx context.Context, in *GetBucketWebsiteInput, opts ...func(*Options)) (*GetBucketWebsiteOutput, error) {
	return invoke(ctx, c, &opGetBucketWebsite, in, opts)
}

var opPutBucketWebsite = rest.Operation[PutBucketWebsiteInput, PutBucketWebsiteOutput]{
	Name: "PutBucketWebsite", Method: http.MethodPut, URI: "/{Bucket}?website",
	ChecksumRequired: true,
}

// PutBucketWebsiteInput is the request of [Client.PutBucketWebsite].
type PutBucketWebsiteInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// WebsiteConfiguration is the new setting.
	WebsiteConfiguration *WebsiteConfiguration `payload:"xml" xml:"WebsiteConfiguration" required:"true"`
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

func (*PutBucketWebsiteInput) operation() rest.Descriptor { return &opPutBucketWebsite }

// PutBucketWebsiteOutput is the answer of [Client.PutBucketWebsite]. It has
// no members.
type PutBucketWebsiteOutput struct{}

// PutBucketWebsite makes a bucket serve a website, with up to 50 redirects.
//
// Test with errors.Is for [ErrInvalidArgument] (400) and
// Code("InvalidRequest") (400).
//
// Source: PutBucketWebsite (Amazon S3 API Reference).
func (c *Client) PutBucketWebsite(ctx context.Context, in *PutBucketWebsiteInput, opts ...func(*Options)) (*PutBucketWebsiteOutput, error) {
	return invoke(ctx, c, &opPutBucketWebsite, in, opts)
}

var opDeleteBucketWebsite = rest.Operation[DeleteBucketWebsiteInput, DeleteBucketWebsiteOutput]{
	Name: "DeleteBucketWebsite", Method: http.MethodDelete, URI: "/{Bucket}?website",
}

// DeleteBucketWebsiteInput is the request of [Client.DeleteBucketWebsite].
type DeleteBucketWebsiteInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketWebsiteInput) operation() rest.Descriptor { return &opDeleteBucketWebsite }

// DeleteBucketWebsiteOutput is the answer of [Client.DeleteBucketWebsite].
// It has no members.
type DeleteBucketWebsiteOutput struct{}

// DeleteBucketWebsite stops a bucket from serving a website. None being
// there is not an error.
//
// Source: DeleteBucketWebsite (Amazon S3 API Reference).
func (c *Client) DeleteBucketWebsite(ctx context.Context, in *DeleteBucketWebsiteInput, opts ...func(*Options)) (*DeleteBucketWebsiteOutput, error) {
	return invoke(ctx, c, &opDeleteBucketWebsite, in, opts)
}

// WebsiteConfiguration is the document of [Client.PutBucketWebsite]: either
// RedirectAllRequestsTo alone, or IndexDocument and the rest.
type WebsiteConfiguration struct {
	// ErrorDocument is what errors answer.
	ErrorDocument ErrorDocument `xml:"ErrorDocument"`
	// IndexDocument is what a directory answers.
	IndexDocument IndexDocument `xml:"IndexDocument"`
	// RedirectAllRequestsTo is the host that all requests are sent to.
	RedirectAllRequestsTo RedirectAllRequestsTo `xml:"RedirectAllRequestsTo"`
	// RoutingRules are the redirects.
	RoutingRules []RoutingRule `xml:"RoutingRules>RoutingRule"`
}

// RedirectAllRequestsTo is where all requests are sent.
type RedirectAllRequestsTo struct {
	// HostName is the host.
	HostName string `xml:"HostName" required:"true"`
	// Protocol is http or https; empty means that of the request.
	Protocol Protocol `xml:"Protocol"`
}

// IndexDocument is what a directory answers.
type IndexDocument struct {
	// Suffix is put behind the directory's key, such as index.html. It has no
	// slash.
	Suffix string `xml:"Suffix" required:"true"`
}

// ErrorDocument is what errors answer.
type ErrorDocument struct {
	// Key is the key of the object.
	Key string `xml:"Key" required:"true"`
}

// RoutingRule redirects requests.
type RoutingRule struct {
	// Redirect is where to.
	Redirect Redirect `xml:"Redirect" required:"true"`
	// Condition is which ones; zero means all.
	Condition Condition `xml:"Condition"`
}

// Redirect is where a request is sent.
type Redirect struct {
	// HostName is the host; empty means the same.
	HostName string `xml:"HostName"`
	// HttpRedirectCode is the answer's status; empty means 301.
	HttpRedirectCode string `xml:"HttpRedirectCode"`
	// Protocol is http or https; empty means that of the request.
	Protocol Protocol `xml:"Protocol"`
	// ReplaceKeyPrefixWith takes the place of the prefix that the condition
	// names. It excludes ReplaceKeyWith.
	ReplaceKeyPrefixWith string `xml:"ReplaceKeyPrefixWith"`
	// ReplaceKeyWith takes the place of the whole key.
	ReplaceKeyWith string `xml:"ReplaceKeyWith"`
}

// Condition picks requests to redirect.
type Condition struct {
	// HttpErrorCodeReturnedEquals is the status that the request would fail
	// with, 4xx or 5xx.
	HttpErrorCodeReturnedEquals string `xml:"HttpErrorCodeReturnedEquals"`
	// KeyPrefixEquals is what the key starts with.
	KeyPrefixEquals string `xml:"KeyPrefixEquals"`
}
