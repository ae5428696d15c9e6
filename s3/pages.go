package s3

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"
)

// ErrListingStuck: a server says that a listing goes on but names a place to go on
// from that is not after the last. The entries so far have been yielded.
var ErrListingStuck = errors.New("listing does not advance")

// pages walks a listing. next moves the input to the page after out, and reports
// false at the end.
func pages[In, Out any](operation string, in *In, fetch func(*In) (*Out, error), next func(*In, *Out) (bool, error)) iter.Seq2[*Out, error] {
	return func(yield func(*Out, error) bool) {
		var page In
		if in != nil {
			page = *in
		}
		for {
			out, err := fetch(&page)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(out, nil) {
				return
			}
			more, err := next(&page, out)
			if err != nil {
				yield(nil, operationError(operation, err))
				return
			}
			if !more {
				return
			}
		}
	}
}

// listingEncoding asks for url-encoded keys where the server knows how, since XML can't
// carry every key.
func (c *Client) listingEncoding(opts []func(*Options)) EncodingType {
	if s, err := c.with(opts); err == nil && s.options.Profile.EncodingTypeURL {
		return EncodingTypeUrl
	}
	return ""
}

// ListObjectsV2Pages yields the pages of [Client.ListObjectsV2], from in's place on.
// After an error it ends. Unless in says otherwise, keys travel url-encoded where the
// provider knows how, so that any key arrives.
func (c *Client) ListObjectsV2Pages(ctx context.Context, in *ListObjectsV2Input, opts ...func(*Options)) iter.Seq2[*ListObjectsV2Output, error] {
	return pages("ListObjectsV2", in, func(in *ListObjectsV2Input) (*ListObjectsV2Output, error) {
		if in.EncodingType == "" {
			in.EncodingType = c.listingEncoding(opts)
		}
		return c.ListObjectsV2(ctx, in, opts...)
	}, func(in *ListObjectsV2Input, out *ListObjectsV2Output) (bool, error) {
		if !out.IsTruncated {
			return false, nil
		}
		if out.NextContinuationToken == "" || out.NextContinuationToken == in.ContinuationToken {
			return false, ErrListingStuck
		}
		in.ContinuationToken = out.NextContinuationToken
		return true, nil
	})
}

// lastEntry is the greatest key or common prefix of a page, which is where the next begins.
func lastEntry(out *ListObjectsOutput) string {
	var last string
	if n := len(out.Contents); n > 0 {
		last = out.Contents[n-1].Key
	}
	if n := len(out.CommonPrefixes); n > 0 {
		last = max(last, out.CommonPrefixes[n-1].Prefix)
	}
	return last
}

// ListObjectsPages yields the pages of [Client.ListObjects], from in's place on. After
// an error it ends. Where the server names no next marker, it is the last key or
// common prefix of the page.
func (c *Client) ListObjectsPages(ctx context.Context, in *ListObjectsInput, opts ...func(*Options)) iter.Seq2[*ListObjectsOutput, error] {
	return pages("ListObjects", in, func(in *ListObjectsInput) (*ListObjectsOutput, error) {
		if in.EncodingType == "" {
			in.EncodingType = c.listingEncoding(opts)
		}
		return c.ListObjects(ctx, in, opts...)
	}, func(in *ListObjectsInput, out *ListObjectsOutput) (bool, error) {
		if !out.IsTruncated {
			return false, nil
		}
		marker := out.NextMarker
		if s, err := c.with(opts); err == nil && s.options.Profile.MarkerWithBucket {
			marker = strings.TrimPrefix(marker, "/"+in.Bucket+"/")
		}
		if last := lastEntry(out); marker == "" || last != "" && out.EncodingType == EncodingTypeUrl {
			// Ceph RGW encodes the entries but not NextMarker, whose '+' and '%' decoding spoils.
			marker = last
		}
		if marker <= in.Marker {
			return false, ErrListingStuck
		}
		in.Marker = marker
		return true, nil
	})
}

// ListBucketsPages yields the pages of [Client.ListBuckets], from in's place on. in may
// be nil. Servers that know no pages answer one.
func (c *Client) ListBucketsPages(ctx context.Context, in *ListBucketsInput, opts ...func(*Options)) iter.Seq2[*ListBucketsOutput, error] {
	return pages("ListBuckets", in, func(in *ListBucketsInput) (*ListBucketsOutput, error) {
		return c.ListBuckets(ctx, in, opts...)
	}, func(in *ListBucketsInput, out *ListBucketsOutput) (bool, error) {
		if out.ContinuationToken == "" {
			return false, nil
		}
		if out.ContinuationToken == in.ContinuationToken {
			return false, ErrListingStuck
		}
		in.ContinuationToken = out.ContinuationToken
		return true, nil
	})
}

// ListPartsPages yields the pages of [Client.ListParts], from in's place on. After an
// error it ends.
func (c *Client) ListPartsPages(ctx context.Context, in *ListPartsInput, opts ...func(*Options)) iter.Seq2[*ListPartsOutput, error] {
	return pages("ListParts", in, func(in *ListPartsInput) (*ListPartsOutput, error) {
		return c.ListParts(ctx, in, opts...)
	}, func(in *ListPartsInput, out *ListPartsOutput) (bool, error) {
		if !out.IsTruncated {
			return false, nil
		}
		// A marker that is no number is no marker.
		next, _ := strconv.Atoi(out.NextPartNumberMarker)
		if last, _ := strconv.Atoi(in.PartNumberMarker); next <= last {
			return false, ErrListingStuck
		}
		in.PartNumberMarker = out.NextPartNumberMarker
		return true, nil
	})
}

// ListMultipartUploadsPages yields the pages of [Client.ListMultipartUploads], from in's
// place on. After an error it ends. Keys travel as they are unless in says otherwise:
// asked for url-encoded ones, Ceph RGW encodes them but does not say so.
func (c *Client) ListMultipartUploadsPages(ctx context.Context, in *ListMultipartUploadsInput, opts ...func(*Options)) iter.Seq2[*ListMultipartUploadsOutput, error] {
	return pages("ListMultipartUploads", in, func(in *ListMultipartUploadsInput) (*ListMultipartUploadsOutput, error) {
		return c.ListMultipartUploads(ctx, in, opts...)
	}, func(in *ListMultipartUploadsInput, out *ListMultipartUploadsOutput) (bool, error) {
		if !out.IsTruncated {
			return false, nil
		}
		// Directory buckets list in no order, so a marker that is not the same is progress.
		key, id := out.NextKeyMarker, out.NextUploadIdMarker
		if n := len(out.Uploads); n > 0 && (key == "" || out.EncodingType == EncodingTypeUrl && len(out.CommonPrefixes) == 0) {
			// OpenStack Swift names no place to go on from, or one that is not encoded like the keys.
			key, id = out.Uploads[n-1].Key, out.Uploads[n-1].UploadId
		}
		if key == "" || key == in.KeyMarker && id == in.UploadIdMarker {
			return false, ErrListingStuck
		}
		in.KeyMarker, in.UploadIdMarker = key, id
		return true, nil
	})
}
