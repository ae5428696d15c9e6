package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opListBuckets = rest.Operation[ListBucketsInput, ListBucketsOutput]{
	Name: "ListBuckets", Method: http.MethodGet, URI: "/",
}

// ListBucketsInput is the request of [Client.ListBuckets].
type ListBucketsInput struct {
	// MaxBuckets is the most buckets to answer at once, 1 to 10,000; 0 means the
	// server's default, on Amazon S3 all of them in one answer.
	MaxBuckets int32 `url:"max-buckets,omitempty"`
	// ContinuationToken is the ContinuationToken of the page before; empty starts
	// at the beginning.
	ContinuationToken string `url:"continuation-token,omitempty"`
	// Prefix restricts the answer to buckets whose names start with it.
	Prefix string `url:"prefix,omitempty"`
	// BucketRegion restricts the answer to buckets in this region.
	BucketRegion string `url:"bucket-region,omitempty"`
}

func (*ListBucketsInput) operation() rest.Descriptor { return &opListBuckets }

// ListBucketsOutput is the answer of [Client.ListBuckets].
type ListBucketsOutput struct {
	// Buckets are the buckets of this page, by name.
	Buckets []Bucket `xml:"Buckets>Bucket"`
	// Owner is the account that owns the buckets.
	Owner Owner `xml:"Owner"`
	// ContinuationToken asks for the next page; empty on the last one.
	ContinuationToken string `xml:"ContinuationToken"`
	// Prefix echoes the request's.
	Prefix string `xml:"Prefix"`
}

// ListBuckets answers the buckets that the caller owns, a page at a time when
// MaxBuckets is set; [Client.ListBucketsPages] walks the pages.
//
// Anonymous callers and callers without the permission get [ErrAccessDenied].
//
// Source: ListBuckets (Amazon S3 API Reference).
func (c *Client) ListBuckets(ctx context.Context, in *ListBucketsInput, opts ...func(*Options)) (*ListBucketsOutput, error) {
	return invoke(ctx, c, &opListBuckets, in, opts)
}

// Bucket is one bucket of [Client.ListBuckets].
type Bucket struct {
	// Name is the bucket's name.
	Name string `xml:"Name"`
	// CreationDate is when the bucket was made. Amazon S3 changes it when the
	// bucket's policy changes.
	CreationDate time.Time `xml:"CreationDate"`
	// BucketRegion is the bucket's region; answered only when the request has one
	// of its members set.
	BucketRegion string `xml:"BucketRegion"`
	// BucketArn is the bucket's Amazon Resource Name, where the provider has such
	// names.
	BucketArn string `xml:"BucketArn"`
}
