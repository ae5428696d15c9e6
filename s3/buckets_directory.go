package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opListDirectoryBuckets = rest.Operation[ListDirectoryBucketsInput, ListDirectoryBucketsOutput]{
	Name: "ListDirectoryBuckets", Method: http.MethodGet, URI: "/",
}

// ListDirectoryBucketsInput is the request of [Client.ListDirectoryBuckets].
type ListDirectoryBucketsInput struct {
	// ContinuationToken is the NextContinuationToken of the page before; empty
	// starts at the beginning.
	ContinuationToken string `url:"continuation-token,omitempty"`
	// MaxDirectoryBuckets is the most buckets to answer at once, up to 1,000; 0
	// means the server's default, 1,000.
	MaxDirectoryBuckets int32 `url:"max-directory-buckets,omitempty"`
}

func (*ListDirectoryBucketsInput) operation() rest.Descriptor { return &opListDirectoryBuckets }

// ListDirectoryBucketsOutput is the answer of [Client.ListDirectoryBuckets].
type ListDirectoryBucketsOutput struct {
	// Buckets are the buckets of this page.
	Buckets []Bucket `xml:"Buckets>Bucket"`
	// ContinuationToken asks for the next page; empty on the last one.
	ContinuationToken string `xml:"ContinuationToken"`
}

// ListDirectoryBuckets answers the directory buckets that the caller owns in
// a region. They are listed by an endpoint of their own, which
// Options.Endpoint has to name, such as
// https://s3express-control.us-west-2.amazonaws.com.
// [Client.ListDirectoryBucketsPages] walks the pages.
//
// Source: ListDirectoryBuckets (Amazon S3 API Reference).
func (c *Client) ListDirectoryBuckets(ctx context.Context, in *ListDirectoryBucketsInput, opts ...func(*Options)) (*ListDirectoryBucketsOutput, error) {
	return invoke(ctx, c, &opListDirectoryBuckets, in, opts)
}
