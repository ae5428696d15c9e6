package s3

import (
	"context"
	"slices"
	"strings"
	"unicode/utf16"
)

// Listings of servers whose markers may be paths ([Profile.MarkerWithBucket]). Alluxio up
// to 2.7 names "/bucket/key" as the next marker and compares it with whole paths, so
// that "key" would list nothing; later releases name and compare the key. What the server
// named goes back as it is. A page that repeats, as Alluxio's document shows it (Alluxio
// documentation, "S3 API", listing with a marker), is asked for once more in the other form.

// keyOf is the key that a marker names, whichever form it has.
func keyOf(bucket, marker string) string {
	return strings.TrimPrefix(marker, "/"+bucket+"/")
}

// otherForm is the path for a key and the key for a path.
func otherForm(bucket, marker string) string {
	if key := keyOf(bucket, marker); key != marker {
		return key
	}
	return "/" + bucket + "/" + marker
}

// listAfterPath lists what comes after in.Marker, which stays in the form that the
// server understood.
func (c *Client) listAfterPath(ctx context.Context, in *ListObjectsInput, opts ...func(*Options)) (*ListObjectsOutput, error) {
	out, err := c.ListObjects(ctx, in, opts...)
	if err != nil || follows(in, out) {
		return out, err
	}
	other := *in
	other.Marker = otherForm(in.Bucket, in.Marker)
	again, err := c.ListObjects(ctx, &other, opts...)
	switch {
	case err != nil:
		return nil, err
	case !isEmpty(again) && follows(in, again):
		in.Marker = other.Marker
		return again, nil
	case isEmpty(out):
		return out, nil // it was the end
	}
	return nil, operationError("ListObjects", ErrListingStuck)
}

func isEmpty(out *ListObjectsOutput) bool { return len(out.Contents)+len(out.CommonPrefixes) == 0 }

// follows tells that a page begins after in.Marker. One without entries does so if the
// marker is a path: those are the server's own.
func follows(in *ListObjectsInput, out *ListObjectsOutput) bool {
	key := keyOf(in.Bucket, in.Marker)
	if isEmpty(out) {
		return key != in.Marker
	}
	if len(out.Contents) > 0 && comparePaths(out.Contents[0].Key, key) <= 0 {
		return false
	}
	return len(out.CommonPrefixes) == 0 || comparePaths(out.CommonPrefixes[0].Prefix, key) > 0
}

// advancePath moves the marker to where the server says, or to the last entry if it does
// not say or says the same again.
func advancePath(in *ListObjectsInput, out *ListObjectsOutput) (bool, error) {
	from := keyOf(in.Bucket, in.Marker)
	marker := out.NextMarker
	if comparePaths(keyOf(in.Bucket, marker), from) <= 0 {
		last := ""
		if n := len(out.Contents); n > 0 {
			last = out.Contents[n-1].Key
		}
		if n := len(out.CommonPrefixes); n > 0 && comparePaths(out.CommonPrefixes[n-1].Prefix, last) > 0 {
			last = out.CommonPrefixes[n-1].Prefix
		}
		if comparePaths(last, from) <= 0 {
			return false, ErrListingStuck
		}
		if marker != keyOf(in.Bucket, marker) {
			last = otherForm(in.Bucket, last)
		}
		marker = last
	}
	in.Marker = marker
	return true, nil
}

// comparePaths orders keys as these servers do: by UTF-16 units, and a directory by its
// name without the slash.
func comparePaths(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(strings.TrimSuffix(a, "/"))), utf16.Encode([]rune(strings.TrimSuffix(b, "/"))))
}
