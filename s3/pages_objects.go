package s3

import (
	"context"
	"iter"
	"slices"
	"unicode"
)

// ListObjectsV2Pages yields the pages of [Client.ListObjectsV2], from in's place on: its
// ContinuationToken, or StartAfter. After an error it ends. Unless in says otherwise,
// keys travel url-encoded where the provider knows how, so that any key arrives.
//
// A listing can be broken off at any page and taken up again later, by another process
// too, from the NextContinuationToken of the last page.
func (c *Client) ListObjectsV2Pages(ctx context.Context, in *ListObjectsV2Input, opts ...func(*Options)) iter.Seq2[*ListObjectsV2Output, error] {
	return pages("ListObjectsV2", in, func(in *ListObjectsV2Input) (*ListObjectsV2Output, error) {
		if in.EncodingType == "" {
			in.EncodingType = c.listingEncoding(opts)
		}
		out, err := c.ListObjectsV2(ctx, in, opts...)
		if c.encodeAfter(in.EncodingType, err, opts) {
			in.EncodingType = EncodingTypeUrl
			return c.ListObjectsV2(ctx, in, opts...)
		}
		return out, err
	}, func(in *ListObjectsV2Input, out *ListObjectsV2Output) (bool, error) {
		return advance(&in.ContinuationToken, out.NextContinuationToken, out.IsTruncated)
	})
}

// ListObjectsPages yields the pages of [Client.ListObjects], from in's place on. After
// an error it ends. Where the server names no next marker, it is the last key or
// common prefix of the page. Unless in says otherwise, keys travel url-encoded where the
// provider knows how.
func (c *Client) ListObjectsPages(ctx context.Context, in *ListObjectsInput, opts ...func(*Options)) iter.Seq2[*ListObjectsOutput, error] {
	paths := false
	if s, err := c.with(opts); err == nil {
		paths = s.options.Profile.MarkerWithBucket
	}
	return pages("ListObjects", in, func(in *ListObjectsInput) (*ListObjectsOutput, error) {
		if in.EncodingType == "" {
			in.EncodingType = c.listingEncoding(opts)
		}
		list := c.ListObjects
		if paths && in.Marker != "" {
			list = c.listAfterPath
		}
		out, err := list(ctx, in, opts...)
		if c.encodeAfter(in.EncodingType, err, opts) {
			in.EncodingType = EncodingTypeUrl
			return list(ctx, in, opts...)
		}
		return out, err
	}, func(in *ListObjectsInput, out *ListObjectsOutput) (bool, error) {
		if !out.IsTruncated {
			return false, nil
		}
		if paths {
			return advancePath(in, out)
		}
		marker := out.NextMarker
		if last := lastEntry(out); marker == "" || last != "" && out.EncodingType == EncodingTypeUrl {
			// MinIO's markers hold more than the key; the key does as well, and is never encoded twice.
			marker = last
		}
		if marker <= in.Marker {
			return false, ErrListingStuck
		}
		in.Marker = marker
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

// ListObjectVersionsPages yields the pages of [Client.ListObjectVersions], from in's
// place on. After an error it ends. A page is versions and delete markers together; a key
// with many versions may go over several pages. Unless in says otherwise, keys travel
// url-encoded where the provider knows how.
func (c *Client) ListObjectVersionsPages(ctx context.Context, in *ListObjectVersionsInput, opts ...func(*Options)) iter.Seq2[*ListObjectVersionsOutput, error] {
	return pages("ListObjectVersions", in, func(in *ListObjectVersionsInput) (*ListObjectVersionsOutput, error) {
		if in.EncodingType == "" {
			in.EncodingType = c.listingEncoding(opts)
		}
		out, err := c.ListObjectVersions(ctx, in, opts...)
		if err == nil && in.VersionIdMarker != "" {
			// versitygw lists the marker again.
			out.Versions = slices.DeleteFunc(out.Versions, func(v ObjectVersion) bool {
				return v.Key == in.KeyMarker && v.VersionId == in.VersionIdMarker
			})
			out.DeleteMarkers = slices.DeleteFunc(out.DeleteMarkers, func(m DeleteMarkerEntry) bool {
				return m.Key == in.KeyMarker && m.VersionId == in.VersionIdMarker
			})
		}
		return out, err
	}, func(in *ListObjectVersionsInput, out *ListObjectVersionsOutput) (bool, error) {
		if !out.IsTruncated {
			return false, nil
		}
		// MinIO's markers hold more than the key, and so are in no order.
		key, id := nextVersion(out)
		if key == "" || key == in.KeyMarker && id == in.VersionIdMarker {
			return false, ErrListingStuck
		}
		in.KeyMarker, in.VersionIdMarker = key, id
		return true, nil
	})
}

// nextVersion is where the next page begins. OpenStack Swift always names the version
// "null", after which the rest of a key's versions, or all that comes after a common
// prefix, would be left out. So where the marker names none of the last key's entries, it
// is the older of these; and a place after all keys that have a prefix is named by the
// greatest character.
func nextVersion(out *ListObjectVersionsOutput) (key, id string) {
	key, id = out.NextKeyMarker, out.NextVersionIdMarker
	if n := len(out.CommonPrefixes); n > 0 && id == "null" && out.CommonPrefixes[n-1].Prefix == key {
		return key + string(unicode.MaxRune), ""
	}
	var last []*VersionEntry
	if n := len(out.Versions); n > 0 {
		last = append(last, versionEntry(out.Versions[n-1]))
	}
	if n := len(out.DeleteMarkers); n > 0 {
		last = append(last, markerEntry(out.DeleteMarkers[n-1]))
	}
	last = slices.DeleteFunc(last, func(e *VersionEntry) bool { return e.Key != key })
	if len(last) > 0 && !slices.ContainsFunc(last, func(e *VersionEntry) bool { return e.VersionId == id }) {
		id = slices.MaxFunc(last, newestFirst).VersionId
	}
	return key, id
}

// ListObjectAnnotationsPages yields the pages of [Client.ListObjectAnnotations], from
// in's place on. After an error it ends.
func (c *Client) ListObjectAnnotationsPages(ctx context.Context, in *ListObjectAnnotationsInput, opts ...func(*Options)) iter.Seq2[*ListObjectAnnotationsOutput, error] {
	return pages("ListObjectAnnotations", in, func(in *ListObjectAnnotationsInput) (*ListObjectAnnotationsOutput, error) {
		return c.ListObjectAnnotations(ctx, in, opts...)
	}, func(in *ListObjectAnnotationsInput, out *ListObjectAnnotationsOutput) (bool, error) {
		return advance(&in.ContinuationToken, out.NextContinuationToken, out.NextContinuationToken != "")
	})
}
