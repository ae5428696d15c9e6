//go:build integration

package integration

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// TestAlluxio is what Alluxio's own document shows and other servers have not (Alluxio
// documentation, "S3 API"), as release 2.9.4 does it.
func TestAlluxio(t *testing.T) {
	if !slices.Contains(Picked(), "alluxio") {
		skipped(t, "TestAlluxio")
	}
	for _, s := range servers {
		if s.name != "alluxio" {
			continue
		}
		t.Run(s.scheme, func(t *testing.T) {
			t.Run("buckets that are directories", s.nestedBuckets)
			t.Run("folders", s.folders)
			t.Run("markers", s.markers)
			t.Run("parts on their way", s.partsOnTheirWay)
			t.Run("part copies of a range", s.rangedPartCopies)
			t.Run("tags", s.tags)
			t.Run("user", s.user)
		})
	}
}

// all keys of a bucket, directories among them.
func (s *server) all(t *testing.T, bucket string) []string {
	t.Helper()
	keys, err := s.keys(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
	require.NoError(t, err)
	return keys
}

// "a:b:c" is the directory c in b in the bucket a.
func (s *server) nestedBuckets(t *testing.T) {
	ctx := t.Context()
	bucket := s.bucket(t)
	body := s.put(t, bucket, "b/c/key", 100)
	require.NoError(t, s.holds(ctx, bucket+":b:c", "key", body))
	require.Equal(t, []string{"key"}, s.all(t, bucket+":b:c"))
	require.Equal(t, []string{"c/", "c/key"}, s.all(t, bucket+":b"))

	_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket + ":made"})
	require.NoError(t, err)
	body = s.put(t, bucket+":made", "dir/key", 200)
	require.NoError(t, s.holds(ctx, bucket, "made/dir/key", body))
	copied, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket + ":made", Key: "copy", CopySource: bucket + "/b/c/key"})
	require.NoError(t, err)
	require.NotEmpty(t, copied.CopyObjectResult.ETag)

	buckets, err := s.client.ListBuckets(ctx, &s3.ListBucketsInput{})
	require.NoError(t, err)
	for _, b := range buckets.Buckets {
		require.NotContains(t, b.Name, ":")
	}
	_, err = s.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket + ":made"})
	require.ErrorIs(t, err, s3.ErrConflict, "it is not empty")
	for _, key := range []string{"copy", "dir/key", "dir/"} {
		_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket + ":made", Key: key})
		require.NoError(t, err)
	}
	_, err = s.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket + ":made"})
	require.NoError(t, err)
	require.Equal(t, []string{"b/", "b/c/", "b/c/key"}, s.all(t, bucket))
}

// A directory is listed as an object without content. It stays when what was in it has gone.
func (s *server) folders(t *testing.T) {
	ctx := t.Context()
	bucket := s.bucket(t)
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "empty/"})
	require.NoError(t, err)
	s.put(t, bucket, "a/b/key", 10)
	require.Equal(t, []string{"a/", "a/b/", "a/b/key", "empty/"}, s.all(t, bucket))
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "empty/"})
	require.NoError(t, err)
	require.Zero(t, head.ContentLength)

	_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: "a/"})
	require.NoError(t, err, "it is not empty, and stays")
	_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: "a/b/key"})
	require.NoError(t, err)
	require.Equal(t, []string{"a/", "a/b/", "empty/"}, s.all(t, bucket))
	_, err = s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: bucket})
	require.NoError(t, err)
	require.Empty(t, s.all(t, bucket))

	// What a folder is given is dropped.
	_, err = s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "folder/", Body: strings.NewReader("dropped")})
	require.NoError(t, err)
	head, err = s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "folder/"})
	require.NoError(t, err)
	require.Zero(t, head.ContentLength)
}

// Markers are keys since 2.8, and pages don't repeat. A marker in the older form still goes on
// from the same place, by the iterator.
func (s *server) markers(t *testing.T) {
	ctx := t.Context()
	bucket := s.bucket(t)
	for _, key := range []string{"key1", "key2", "key3"} {
		s.put(t, bucket, key, 10)
	}
	page, err := s.client.ListObjects(ctx, &s3.ListObjectsInput{Bucket: bucket, MaxKeys: 2})
	require.NoError(t, err)
	require.True(t, page.IsTruncated)
	require.Equal(t, "key2", page.NextMarker)
	require.Equal(t, s3.EncodingType(""), page.EncodingType)
	page, err = s.client.ListObjects(ctx, &s3.ListObjectsInput{Bucket: bucket, MaxKeys: 2, Marker: page.NextMarker})
	require.NoError(t, err)
	require.False(t, page.IsTruncated)
	require.Len(t, page.Contents, 1)
	require.Equal(t, "key3", page.Contents[0].Key)

	for _, marker := range []string{"key2", "/" + bucket + "/key2"} {
		var got []string
		for page, err := range s.client.ListObjectsPages(ctx, &s3.ListObjectsInput{Bucket: bucket, MaxKeys: 1, Marker: marker}) {
			require.NoError(t, err)
			for _, o := range page.Contents {
				got = append(got, o.Key)
			}
		}
		require.Equal(t, []string{"key3"}, got, marker)
	}
}

// The parts of an upload lie beside the object until it is completed or aborted, and are listed.
func (s *server) partsOnTheirWay(t *testing.T) {
	ctx := t.Context()
	bucket := s.bucket(t)
	in := &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "dir/key"}
	for name, end := range map[string]func(id string, done []s3.CompletedPart) error{
		"aborted": func(id string, _ []s3.CompletedPart) error {
			_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: in.Key, UploadId: id})
			return err
		},
		"completed": func(id string, done []s3.CompletedPart) error {
			_, err := s.complete(ctx, bucket, in.Key, id, done)
			return err
		},
	} {
		id, err := s.begin(ctx, in)
		require.NoError(t, err)
		done, err := s.parts(ctx, bucket, in.Key, id, []byte("part"))
		require.NoError(t, err)
		at := "dir/key_" + id + "/"
		require.Equal(t, []string{"dir/", at, at + "1"}, s.all(t, bucket), name)
		parts, err := s.client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: in.Key, UploadId: id})
		require.NoError(t, err)
		require.Equal(t, "/"+bucket, parts.Bucket, "a path")
		require.Len(t, parts.Parts, 1)
		require.Empty(t, trim(parts.Parts[0].ETag))

		require.NoError(t, end(id, done))
		want := []string{"dir/"}
		if name == "completed" {
			want = append(want, "dir/key")
			require.NoError(t, s.holds(ctx, bucket, in.Key, []byte("part")))
		}
		require.Equal(t, want, s.all(t, bucket), name)
		_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: in.Key})
		require.NoError(t, err)
	}
	// Parts that Complete does not name are joined all the same, and parts in the wrong order
	// come in the right one.
	id, err := s.begin(ctx, in)
	require.NoError(t, err)
	first := bytes.Repeat([]byte("1"), minPart)
	done, err := s.parts(ctx, bucket, in.Key, id, first, []byte("two"))
	require.NoError(t, err)
	_, err = s.complete(ctx, bucket, in.Key, id, done[:1])
	require.NoError(t, err)
	require.NoError(t, s.holds(ctx, bucket, in.Key, append(first, "two"...)), "the part that was not named is in it")
}

// 2.9.4 honours the range of a part copy, which the profile does not count on.
func (s *server) rangedPartCopies(t *testing.T) {
	ctx := t.Context()
	bucket := s.bucket(t)
	body := s.put(t, bucket, "source", 1000)
	id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "k"})
	require.NoError(t, err)
	in := &s3.UploadPartCopyInput{Bucket: bucket, Key: "k", UploadId: id, PartNumber: 1, CopySource: bucket + "/source", CopySourceRange: "bytes=100-299"}
	_, err = s.client.UploadPartCopy(ctx, in)
	require.ErrorIs(t, err, s3.ErrUnsupported)
	out, err := s.client.UploadPartCopy(ctx, in, func(o *s3.Options) { o.AllowUnsupported = true })
	require.NoError(t, err)
	_, err = s.complete(ctx, bucket, "k", id, []s3.CompletedPart{{PartNumber: 1, ETag: out.CopyPartResult.ETag}})
	require.NoError(t, err)
	require.NoError(t, s.holds(ctx, bucket, "k", body[100:300]))
}

func (s *server) tags(t *testing.T) {
	ctx := t.Context()
	bucket := s.bucket(t)
	tags := []s3.Tag{{Key: "key1", Value: "val1"}, {Key: "key2", Value: "val2"}}
	sorted := func(got []s3.Tag) []s3.Tag {
		slices.SortFunc(got, func(a, b s3.Tag) int { return strings.Compare(a.Key, b.Key) })
		return got
	}
	_, err := s.client.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: bucket, Tagging: &s3.Tagging{TagSet: tags}})
	require.NoError(t, err)
	ofBucket, err := s.client.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket})
	require.NoError(t, err)
	require.Equal(t, tags, sorted(ofBucket.TagSet))
	_, err = s.client.DeleteBucketTagging(ctx, &s3.DeleteBucketTaggingInput{Bucket: bucket})
	require.NoError(t, err)
	ofBucket, err = s.client.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket})
	require.NoError(t, err, "a bucket without tags is no error here")
	require.Empty(t, ofBucket.TagSet)

	_, err = s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "k", Tagging: "key1=val1&key2=val2"})
	require.NoError(t, err)
	of, err := s.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: "k"})
	require.NoError(t, err)
	require.Equal(t, tags, sorted(of.TagSet))
	got, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "k"})
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.EqualValues(t, 2, got.TagCount)
	var many []s3.Tag
	for i := range 11 {
		many = append(many, s3.Tag{Key: fmt.Sprint("key", i), Value: "v"})
	}
	_, err = s.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: bucket, Key: "k", Tagging: &s3.Tagging{TagSet: many}})
	require.ErrorContains(t, err, "more than 10", "refused before it is sent")
	_, err = s.client.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: bucket, Key: "k"})
	require.NoError(t, err)
	of, err = s.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: "k"})
	require.NoError(t, err)
	require.Empty(t, of.TagSet)
}

// The access key is the user and the secret is not looked at, so that a bucket is its maker's.
func (s *server) user(t *testing.T) {
	bucket := s.bucket(t)
	names := func(c *s3.Client) (names []string) {
		out, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
		require.NoError(t, err)
		for _, b := range out.Buckets {
			names = append(names, b.Name)
		}
		return names
	}
	require.Contains(t, names(s.client), bucket)
	another := s.with(t, func(o *s3.Options) { o.Credentials = sigv4.Static("nobody-known", "x", "") })
	require.NotContains(t, names(another), bucket)
	_, err := another.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: "k"})
	require.ErrorIs(t, err, s3.ErrForbidden)
	same := s.with(t, func(o *s3.Options) { o.Credentials = sigv4.Static(s.env["S3_ACCESS_KEY"], "another secret", "") })
	require.Contains(t, names(same), bucket)
}
