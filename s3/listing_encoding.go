package s3

import "net/url"

// unescaped tells what of a listing is not url-encoded though the answer says so: the
// members of that name or, with true, all of it.
//
// Servers agree that keys are encoded, and on little else. Of the other members Ceph RGW
// 16 encodes the common prefixes only, and OpenStack Swift leaves the next marker of
// versions and everything but the keys of uploads as it is. An echo that is what the
// request said needs no decoding, and neither does a next marker that names the last
// entry.
func unescaped(in, out any, ifAsked bool) (members []string, all bool) {
	var asked EncodingType
	var l listingMarks
	switch out := out.(type) {
	case *ListObjectsOutput:
		in := in.(*ListObjectsInput)
		asked = in.EncodingType
		l.echo("Prefix", out.Prefix, in.Prefix)
		l.echo("Delimiter", out.Delimiter, in.Delimiter)
		l.echo("Marker", out.Marker, in.Marker)
		l.echo("NextMarker", out.NextMarker, lastKeys(out.Contents, objectKey, out.CommonPrefixes)...)
	case *ListObjectsV2Output:
		in := in.(*ListObjectsV2Input)
		asked = in.EncodingType
		l.echo("Prefix", out.Prefix, in.Prefix)
		l.echo("Delimiter", out.Delimiter, in.Delimiter)
		l.echo("StartAfter", out.StartAfter, in.StartAfter)
	case *ListObjectVersionsOutput:
		in := in.(*ListObjectVersionsInput)
		asked = in.EncodingType
		l.echo("Prefix", out.Prefix, in.Prefix)
		l.echo("Delimiter", out.Delimiter, in.Delimiter)
		l.echo("KeyMarker", out.KeyMarker, in.KeyMarker)
		l.echo("NextKeyMarker", out.NextKeyMarker, append(
			lastKeys(out.Versions, versionKey, out.CommonPrefixes),
			lastKeys(out.DeleteMarkers, deleteMarkerKey, nil)...)...)
	case *ListMultipartUploadsOutput:
		in := in.(*ListMultipartUploadsInput)
		asked = in.EncodingType
		l.echo("Prefix", out.Prefix, in.Prefix)
		l.echo("Delimiter", out.Delimiter, in.Delimiter)
		l.echo("KeyMarker", out.KeyMarker, in.KeyMarker)
		l.echo("NextKeyMarker", out.NextKeyMarker, lastKeys(out.Uploads, uploadKey, out.CommonPrefixes)...)
	default:
		return nil, true
	}
	return l.plain, ifAsked && asked == ""
}

// listingMarks gathers the members of a listing that are not encoded.
type listingMarks struct{ plain []string }

// echo notes the member when it came as one of the values that it can stand for. Where
// a value is the same encoded, that changes nothing.
func (l *listingMarks) echo(member, got string, values ...string) {
	for _, v := range values {
		if got == v && got != "" {
			l.plain = append(l.plain, member)
			return
		}
	}
}

// lastKeys are the entries that a next marker may name: the last of each list.
func lastKeys[E any](entries []E, key func(*E) string, prefixes []CommonPrefix) (keys []string) {
	add := func(s string) {
		if text, err := url.QueryUnescape(s); err == nil {
			s = text
		}
		keys = append(keys, s)
	}
	if n := len(entries); n > 0 {
		add(key(&entries[n-1]))
	}
	if n := len(prefixes); n > 0 {
		add(prefixes[n-1].Prefix)
	}
	return keys
}

func objectKey(o *Object) string                  { return o.Key }
func versionKey(v *ObjectVersion) string          { return v.Key }
func deleteMarkerKey(m *DeleteMarkerEntry) string { return m.Key }
func uploadKey(u *MultipartUpload) string         { return u.Key }
