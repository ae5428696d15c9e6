package s3

import (
	"context"
	"iter"
	"strconv"
)

// ListPartsPages yields the pages of [Client.ListParts], from in's place on. After an
// error it ends.
func (c *Client) ListPartsPages(ctx context.Context, in *ListPartsInput, opts ...func(*Options)) iter.Seq2[*ListPartsOutput, error] {
	return pages("ListParts", in, func(in *ListPartsInput) (*ListPartsOutput, error) {
		return c.ListParts(ctx, in, opts...)
	}, func(in *ListPartsInput, out *ListPartsOutput) (bool, error) {
		return advanceParts(&in.PartNumberMarker, out.NextPartNumberMarker, out.IsTruncated)
	})
}

// GetObjectAttributesPages yields the answers of [Client.GetObjectAttributes], each with
// the next parts of the object in ObjectParts, from in's PartNumberMarker on; all other
// members are the same in each. It is one answer unless in asks for ObjectParts. After
// an error it ends.
func (c *Client) GetObjectAttributesPages(ctx context.Context, in *GetObjectAttributesInput, opts ...func(*Options)) iter.Seq2[*GetObjectAttributesOutput, error] {
	return pages("GetObjectAttributes", in, func(in *GetObjectAttributesInput) (*GetObjectAttributesOutput, error) {
		return c.GetObjectAttributes(ctx, in, opts...)
	}, func(in *GetObjectAttributesInput, out *GetObjectAttributesOutput) (bool, error) {
		return advanceParts(&in.PartNumberMarker, out.ObjectParts.NextPartNumberMarker, out.ObjectParts.IsTruncated)
	})
}

// advanceParts moves a marker that is a part's number.
func advanceParts(marker *string, next string, more bool) (bool, error) {
	if !more {
		return false, nil
	}
	// A marker that is no number is no marker.
	to, _ := strconv.Atoi(next)
	if from, _ := strconv.Atoi(*marker); to <= from {
		return false, ErrListingStuck
	}
	*marker = next
	return true, nil
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
