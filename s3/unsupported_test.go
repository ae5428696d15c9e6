package s3

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a profile lacks is refused before anything is sent, by name, unless the caller
// insists.
func TestUnsupportedOperation(t *testing.T) {
	s := always(200, "")
	c := newClient(t, s, func(o *Options) { o.Profile = Alluxio() })
	in := &GetBucketAclInput{Bucket: "bucket"}
	_, err := c.GetBucketAcl(t.Context(), in)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "GetBucketAcl")
	require.ErrorContains(t, err, "Alluxio")
	_, err = c.Presign(t.Context(), in, time.Minute)
	require.ErrorIs(t, err, ErrUnsupported)
	require.Zero(t, s.attempts())

	_, err = c.GetBucketAcl(t.Context(), in, func(o *Options) { o.AllowUnsupported = true })
	require.NoError(t, err)
	_, err = c.Presign(t.Context(), in, time.Minute, func(o *Options) { o.AllowUnsupported = true })
	require.NoError(t, err)
	require.Equal(t, 1, s.attempts())
	_, err = c.GetBucketAcl(t.Context(), in)
	require.ErrorIs(t, err, ErrUnsupported, "for that call only")

	// A server that differs from its profile is a profile with another entry.
	_, err = c.GetBucketAcl(t.Context(), in, func(o *Options) { o.Profile.Operations["GetBucketAcl"] = PartiallySupported })
	require.NoError(t, err)
}

func TestExpectedBucketOwner(t *testing.T) {
	for _, p := range []Profile{AWS(), CephRGW(), MinIO(), NHNCloud(), KakaoCloud(), Alluxio(), Generic()} {
		s := always(200, "<CopyObjectResult/>")
		c := newClient(t, s, func(o *Options) { o.Profile = p })
		_, err := c.HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key", ExpectedBucketOwner: "111122223333"})
		_, err2 := c.CopyObject(t.Context(), &CopyObjectInput{Bucket: "bucket", Key: "key", CopySource: "bucket/a", ExpectedSourceBucketOwner: "111122223333"})
		if p.Name == "AWS" {
			require.NoError(t, err)
			require.NoError(t, err2)
			require.Equal(t, "111122223333", s.reqs[0].Header.Get("X-Amz-Expected-Bucket-Owner"))
			require.Equal(t, "111122223333", s.reqs[1].Header.Get("X-Amz-Source-Expected-Bucket-Owner"))
			continue
		}
		for _, err := range []error{err, err2} {
			require.ErrorIs(t, err, ErrUnsupported)
			require.ErrorContains(t, err, p.Name)
			require.ErrorContains(t, err, "expected-bucket-owner")
		}
		require.Zero(t, s.attempts())
		_, err = c.HeadObject(t.Context(), &HeadObjectInput{Bucket: "bucket", Key: "key", ExpectedBucketOwner: "111122223333"},
			func(o *Options) { o.AllowUnsupported = true })
		require.NoError(t, err)
	}
}

// TestProfiles: each one is usable as it is, and the dangerous subresources are refused
// wherever the server is not known to have them.
func TestProfiles(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range []Profile{AWS(), CephRGW(), MinIO(), NHNCloud(), KakaoCloud(), Alluxio(), Generic()} {
		require.NotEmpty(t, p.Name)
		require.False(t, seen[p.Name])
		seen[p.Name] = true
		require.NotEqual(t, AddressingProfile, p.Addressing, p.Name)
		require.Positive(t, p.MaxParts, p.Name)
		require.Positive(t, p.MinPartSize, p.Name)
		require.LessOrEqual(t, p.MinPartSize, p.MaxPartSize, p.Name)
		require.LessOrEqual(t, p.MaxObjectSize, int64(p.MaxParts)*p.MaxPartSize, p.Name)
		require.Contains(t, []int{1, 2}, p.ListVersion, p.Name)
		require.Equal(t, p.AWSChunked, len(p.Checksums) > 0, "%s: trailers carry checksums", p.Name)
		for _, a := range p.Checksums {
			require.True(t, p.TakesChecksum(a))
		}
		require.False(t, p.TakesChecksum("ROT13"))
		if p.Name != "AWS" {
			require.Equal(t, Unsupported, p.Support("PutBucketMetricsConfiguration"), p.Name)
			require.Equal(t, Unsupported, p.Support("DeleteBucketInventoryConfiguration"), p.Name)
		}
		for _, op := range []string{"GetObject", "PutObject", "DeleteObject", "ListObjectsV2", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"} {
			require.Equal(t, Supported, p.Support(op), p.Name)
		}
		// Profiles are values: changing one does not change the next.
		p.Operations["GetObject"] = Unsupported
	}
	require.Equal(t, Supported, AWS().Support("GetObject"))
	require.Equal(t, []string{"supported", "partially supported", "unsupported"}, []string{Supported.String(), PartiallySupported.String(), Unsupported.String()})
}

// A server that decodes the source of a part twice would copy another object.
func TestPartCopyDecodesTwice(t *testing.T) {
	for _, p := range []Profile{AWS(), CephRGW(), KakaoCloud(), MinIO(), Generic()} {
		for key, suspect := range map[string]bool{"a b+c/ü": false, "100%": true, "x%41": true, "what?": true} {
			s := always(200, "<CopyPartResult/>")
			c := newClient(t, s, func(o *Options) { o.Profile = p })
			in := &UploadPartCopyInput{Bucket: "bucket", Key: "key", UploadId: "u", PartNumber: 1, CopySource: CopySource("bucket", key, "v%3F")}
			_, err := c.UploadPartCopy(t.Context(), in)
			if !suspect || !p.PartCopyDecodesTwice {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, ErrUnsupported)
			require.ErrorContains(t, err, "CopySource: ")
			require.Zero(t, s.attempts())
			in.CopySource = "bucket/%3f"
			_, err = c.UploadPartCopy(t.Context(), in)
			require.ErrorIs(t, err, ErrUnsupported)
			_, err = c.UploadPartCopy(t.Context(), in, func(o *Options) { o.AllowUnsupported = true })
			require.NoError(t, err)
		}
	}
}

// Where a range is not trusted, each part would silently hold the whole source.
func TestRangedPartCopy(t *testing.T) {
	for _, p := range []Profile{AWS(), CephRGW(), Alluxio(), Generic()} {
		s := always(200, "<CopyPartResult/>")
		c := newClient(t, s, func(o *Options) { o.Profile = p })
		in := &UploadPartCopyInput{Bucket: "bucket", Key: "key", UploadId: "u", PartNumber: 1, CopySource: "bucket/a", CopySourceRange: "bytes=0-9"}
		_, err := c.UploadPartCopy(t.Context(), in)
		if p.RangedPartCopy {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrUnsupported)
		require.ErrorContains(t, err, p.Name)
		require.Zero(t, s.attempts())
		_, err = c.UploadPartCopy(t.Context(), in, func(o *Options) { o.AllowUnsupported = true })
		require.NoError(t, err)
		in.CopySourceRange = ""
		_, err = c.UploadPartCopy(t.Context(), in)
		require.NoError(t, err)
	}
}
