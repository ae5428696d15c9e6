package s3

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Which members of a listing are encoded differs between servers. These are the answers
// that the servers gave to encoding-type=url, for the same keys.
func TestListingEncoding(t *testing.T) {
	const (
		prefix = "a+b%41/" // a common prefix
		key    = "c d+e%2B"
		more   = "<IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>"
	)
	marks := func(name, prefix, delimiter, from, next string) string {
		doc := "<Prefix>" + prefix + "</Prefix><Delimiter>" + delimiter + "</Delimiter>"
		if name == "StartAfter" {
			return doc + "<StartAfter>" + from + "</StartAfter><NextContinuationToken>" + next + "</NextContinuationToken>"
		}
		return doc + "<" + name + ">" + from + "</" + name + "><Next" + name + ">" + next + "</Next" + name + ">"
	}
	for _, c := range []struct {
		server                              string
		encodedPrefix, encodedKey           string
		echo                                [3]string // Prefix, Delimiter, marker
		nextMarker, nextVersion, nextUpload string
		keyMarkerOfUpload                   string
	}{
		{"Amazon S3, MinIO", "a%2Bb%2541/", "c+d%2Be%252B", [3]string{"%2B%25", "%2B", "0+%25"}, "c+d%2Be%252B", "c+d%2Be%252B", "c+d%2Be%252B", "0+%25"},
		{"Ceph RGW 16", "a%2Bb%2541/", "c%20d%2Be%252B", [3]string{"+%", "+", "0 %"}, key, key, key, "0 %"},
		{"OpenStack Swift", "a%2Bb%2541/", "c%20d%2Be%252B", [3]string{"%2B%25", "%2B", "0%20%25"}, "c%20d%2Be%252B", key, key, "0 %"},
		{"Alluxio", "a%2Bb%2541%2F", "c+d%2Be%252B", [3]string{"+%", "+", "0+%25"}, key, key, key, "0 %"},
	} {
		t.Run(c.server, func(t *testing.T) {
			prefixes := "<CommonPrefixes><Prefix>" + c.encodedPrefix + "</Prefix></CommonPrefixes>"
			client := newClient(t, script(
				says(200, "<ListBucketResult>"+more+marks("Marker", c.echo[0], c.echo[1], c.echo[2], c.nextMarker)+prefixes+"<Contents><Key>"+c.encodedKey+"</Key></Contents></ListBucketResult>"),
				says(200, "<ListBucketResult>"+more+marks("StartAfter", c.echo[0], c.echo[1], c.echo[2], key)+prefixes+"<Contents><Key>"+c.encodedKey+"</Key></Contents></ListBucketResult>"),
				says(200, "<ListVersionsResult>"+more+marks("KeyMarker", c.echo[0], c.echo[1], c.echo[2], c.nextVersion)+prefixes+
					"<Version><Key>"+c.encodedKey+"</Key></Version><DeleteMarker><Key>"+c.encodedKey+"</Key></DeleteMarker></ListVersionsResult>"),
				says(200, "<ListMultipartUploadsResult>"+more+marks("KeyMarker", c.echo[0], c.echo[1], c.keyMarkerOfUpload, c.nextUpload)+prefixes+"<Upload><Key>"+c.encodedKey+"</Key></Upload></ListMultipartUploadsResult>")))

			v1, err := client.ListObjects(t.Context(), &ListObjectsInput{Bucket: "b", Prefix: "+%", Delimiter: "+", Marker: "0 %", EncodingType: EncodingTypeUrl})
			require.NoError(t, err)
			require.Equal(t, &ListObjectsOutput{
				IsTruncated: true, EncodingType: EncodingTypeUrl, Prefix: "+%", Delimiter: "+", Marker: "0 %", NextMarker: key,
				CommonPrefixes: []CommonPrefix{{prefix}}, Contents: []Object{{Key: key}},
			}, v1)

			v2, err := client.ListObjectsV2(t.Context(), &ListObjectsV2Input{Bucket: "b", Prefix: "+%", Delimiter: "+", StartAfter: "0 %", EncodingType: EncodingTypeUrl})
			require.NoError(t, err)
			require.Equal(t, &ListObjectsV2Output{
				IsTruncated: true, EncodingType: EncodingTypeUrl, Prefix: "+%", Delimiter: "+", StartAfter: "0 %",
				NextContinuationToken: key, // a token is never encoded
				CommonPrefixes:        []CommonPrefix{{prefix}}, Contents: []Object{{Key: key}},
			}, v2)

			versions, err := client.ListObjectVersions(t.Context(), &ListObjectVersionsInput{Bucket: "b", Prefix: "+%", Delimiter: "+", KeyMarker: "0 %", EncodingType: EncodingTypeUrl})
			require.NoError(t, err)
			require.Equal(t, &ListObjectVersionsOutput{
				IsTruncated: true, EncodingType: EncodingTypeUrl, Prefix: "+%", Delimiter: "+", KeyMarker: "0 %", NextKeyMarker: key,
				CommonPrefixes: []CommonPrefix{{prefix}}, Versions: []ObjectVersion{{Key: key}}, DeleteMarkers: []DeleteMarkerEntry{{Key: key}},
			}, versions)

			uploads, err := client.ListMultipartUploads(t.Context(), &ListMultipartUploadsInput{Bucket: "b", Prefix: "+%", Delimiter: "+", KeyMarker: "0 %", EncodingType: EncodingTypeUrl})
			require.NoError(t, err)
			require.Equal(t, &ListMultipartUploadsOutput{
				IsTruncated: true, EncodingType: EncodingTypeUrl, Prefix: "+%", Delimiter: "+", KeyMarker: "0 %", NextKeyMarker: key,
				CommonPrefixes: []CommonPrefix{{prefix}}, Uploads: []MultipartUpload{{Key: key}},
			}, uploads)
		})
	}
}

// An answer that does not say url is not decoded, whether it was asked for or not
// (versitygw answers an empty EncodingType), and one that says so unasked is believed but
// where the profile knows better.
func TestListingEncodingUnasked(t *testing.T) {
	for _, c := range []struct {
		said, asked EncodingType
		profile     Profile
		key         string
	}{
		{"", EncodingTypeUrl, MinIO(), "a+b%41"},
		{" ", EncodingTypeUrl, MinIO(), "a+b%41"},
		{"", "", Generic(), "a+b%41"},
		{"URL", EncodingTypeUrl, MinIO(), "a bA"},
		{"url", "", Generic(), "a bA"},
		{"url", "", Alluxio(), "a+b%41"},
		{"url", EncodingTypeUrl, Alluxio(), "a bA"},
	} {
		s := always(200, "<ListBucketResult><EncodingType>"+string(c.said)+"</EncodingType><NextMarker>a+b%41</NextMarker><Contents><Key>a+b%41</Key></Contents></ListBucketResult>")
		out, err := newClient(t, s, func(o *Options) { o.Profile = c.profile }).ListObjects(t.Context(), &ListObjectsInput{Bucket: "bucket", EncodingType: c.asked})
		require.NoError(t, err)
		require.Equal(t, c.key, out.Contents[0].Key, "%+v", c)
		require.Equal(t, c.key, out.NextMarker)
	}
	// What does not unescape never was escaped.
	s := always(200, "<ListBucketResult><EncodingType>url</EncodingType><NextMarker>50%</NextMarker><Contents><Key>100%</Key></Contents></ListBucketResult>")
	out, err := newClient(t, s).ListObjects(t.Context(), &ListObjectsInput{Bucket: "bucket"})
	require.NoError(t, err)
	require.Equal(t, "100%", out.Contents[0].Key)
	require.Equal(t, "50%", out.NextMarker)
}
