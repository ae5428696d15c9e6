package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketCors = rest.Operation[GetBucketCorsInput, GetBucketCorsOutput]{
	Name: "GetBucketCors", Method: http.MethodGet, URI: "/{Bucket}?cors",
}

// GetBucketCorsInput is the request of [Client.GetBucketCors].
type GetBucketCorsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketCorsInput) operation() rest.Descriptor { return &opGetBucketCors }

// GetBucketCorsOutput is the answer of [Client.GetBucketCors].
type GetBucketCorsOutput struct {
	// CORSRules are the rules, in the order in which they are tried.
	CORSRules []CORSRule `xml:"CORSRule"`
}

// GetBucketCors answers the CORS rules of a bucket.
//
// Test with errors.Is for Code("NoSuchCORSConfiguration") (404).
//
// Source: GetBucketCors (Amazon S3 API Reference).
func (c *Client) GetBucketCors(ctx context.Context, in *GetBucketCorsInput, opts ...func(*Options)) (*GetBucketCorsOutput, error) {
	return invoke(ctx, c, &opGetBucketCors, in, opts)
}

var opPutBucketCors = rest.Operation[PutBucketCorsInput, PutBucketCorsOutput]{
	Name: "PutBucketCors", Method: http.MethodPut, URI: "/{Bucket}?cors",
	ChecksumRequired: true,
}

// PutBucketCorsInput is the request of [Client.PutBucketCors].
type PutBucketCorsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// CORSConfiguration is the rules.
	CORSConfiguration *CORSConfiguration `payload:"xml" xml:"CORSConfiguration" required:"true"`
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

func (*PutBucketCorsInput) operation() rest.Descriptor { return &opPutBucketCors }

// PutBucketCorsOutput is the answer of [Client.PutBucketCors]. It has no
// members.
type PutBucketCorsOutput struct{}

// PutBucketCors replaces the CORS rules of a bucket, which let web pages of
// other origins use it. Up to 100 rules in 64 KiB. The first rule that
// matches a request is used.
//
// Test with errors.Is for [ErrMalformedXML] (400) and Code("InvalidRequest")
// (400, for a method or origin that is not allowed).
//
// Source: PutBucketCors (Amazon S3 API Reference).
func (c *Client) PutBucketCors(ctx context.Context, in *PutBucketCorsInput, opts ...func(*Options)) (*PutBucketCorsOutput, error) {
	return invoke(ctx, c, &opPutBucketCors, in, opts)
}

var opDeleteBucketCors = rest.Operation[DeleteBucketCorsInput, DeleteBucketCorsOutput]{
	Name: "DeleteBucketCors", Method: http.MethodDelete, URI: "/{Bucket}?cors",
}

// DeleteBucketCorsInput is the request of [Client.DeleteBucketCors].
type DeleteBucketCorsInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketCorsInput) operation() rest.Descriptor { return &opDeleteBucketCors }

// DeleteBucketCorsOutput is the answer of [Client.DeleteBucketCors]. It has
// no members.
type DeleteBucketCorsOutput struct{}

// DeleteBucketCors deletes the CORS rules of a bucket. None being there is
// not an error.
//
// Source: DeleteBucketCors (Amazon S3 API Reference).
func (c *Client) DeleteBucketCors(ctx context.Context, in *DeleteBucketCorsInput, opts ...func(*Options)) (*DeleteBucketCorsOutput, error) {
	return invoke(ctx, c, &opDeleteBucketCors, in, opts)
}

// CORSConfiguration is the document of [Client.PutBucketCors].
type CORSConfiguration struct {
	// CORSRules are the rules, 1 to 100.
	CORSRules []CORSRule `xml:"CORSRule" required:"true"`
}

// CORSRule lets pages of some origins make some requests.
type CORSRule struct {
	// AllowedMethods are the methods that are let through: GET, PUT, HEAD, POST
	// and DELETE.
	AllowedMethods []string `xml:"AllowedMethod" required:"true"`
	// AllowedOrigins are the origins that are let through, with at most one *
	// in each.
	AllowedOrigins []string `xml:"AllowedOrigin" required:"true"`
	// ID names the rule, up to 255 characters.
	ID string `xml:"ID"`
	// AllowedHeaders are the request headers that a preflight may ask for, with
	// at most one * in each.
	AllowedHeaders []string `xml:"AllowedHeader"`
	// ExposeHeaders are the answer's headers that scripts may read.
	ExposeHeaders []string `xml:"ExposeHeader"`
	// MaxAgeSeconds is how long a browser keeps the answer of a preflight, 0
	// for not at all; nil sends no such header.
	MaxAgeSeconds *int32 `xml:"MaxAgeSeconds"`
}
