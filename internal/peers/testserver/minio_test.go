package testserver

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	"github.com/minio/minio-go/v7/pkg/tags"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3/s3test"
)

func openMinio(t *testing.T, s *s3test.Server, fns ...func(*minio.Options)) *minio.Client {
	t.Helper()
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	k := keysOf(t, s)
	transport := s.HTTPClient().Transport.(*http.Transport).Clone()
	transport.DisableCompression = true // as minio-go's own has it
	t.Cleanup(transport.CloseIdleConnections)
	o := &minio.Options{
		Creds: credentials.NewStaticV4(k.AccessKeyID, k.SecretAccessKey, ""), Region: s.Options().Region,
		BucketLookup: minio.BucketLookupPath, Secure: u.Scheme == "https", Transport: transport, MaxRetries: 1,
	}
	for _, fn := range fns {
		fn(o)
	}
	c, err := minio.New(u.Host, o)
	require.NoError(t, err)
	return c
}

// refusedMinio wants an error of a status and a code.
func refusedMinio(t *testing.T, err error, status int, code string) {
	t.Helper()
	var answered minio.ErrorResponse
	require.ErrorAs(t, err, &answered)
	require.Equal(t, status, answered.StatusCode, "%v", err)
	require.Equal(t, code, answered.Code)
	require.NotEmpty(t, answered.RequestID)
}

func readMinio(t *testing.T, c *minio.Client, key string, o minio.GetObjectOptions) ([]byte, minio.ObjectInfo) {
	t.Helper()
	out, err := c.GetObject(t.Context(), bucket, key, o)
	require.NoError(t, err)
	body, err := io.ReadAll(out)
	require.NoError(t, err)
	info, err := out.Stat()
	require.NoError(t, err)
	require.NoError(t, out.Close())
	return body, info
}

func TestMinioBuckets(t *testing.T) {
	t.Parallel()
	c := openMinio(t, start(t))
	require.NoError(t, c.MakeBucket(t.Context(), "new", minio.MakeBucketOptions{}))
	require.NoError(t, c.MakeBucket(t.Context(), "new", minio.MakeBucketOptions{}))
	refusedMinio(t, openMinio(t, start(t, elsewhere)).MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{Region: "ap-northeast-2"}), http.StatusConflict, "BucketAlreadyOwnedByYou")
	for name, want := range map[string]bool{"new": true, "old": false} {
		there, err := c.BucketExists(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, want, there, name)
	}
	region, err := c.GetBucketLocation(t.Context(), "new")
	require.NoError(t, err)
	require.Equal(t, "us-east-1", region)
	state, err := c.GetBucketVersioning(t.Context(), "new")
	require.NoError(t, err)
	require.Empty(t, state.Status)
	all, err := c.ListBuckets(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2)
	_, err = c.PutObject(t.Context(), "new", "k", nil, 0, minio.PutObjectOptions{})
	require.NoError(t, err)
	refusedMinio(t, c.RemoveBucket(t.Context(), "new"), http.StatusConflict, "BucketNotEmpty")
	require.NoError(t, c.RemoveObject(t.Context(), "new", "k", minio.RemoveObjectOptions{}))
	require.NoError(t, c.RemoveBucket(t.Context(), "new"))
}

// A client that is told no region asks for it, and learns it from the first refusal.
func TestMinioRegions(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *s3test.Options) { o.Region = "ap-northeast-2" })
	for _, region := range []string{"", "ap-northeast-2"} {
		c := openMinio(t, s, func(o *minio.Options) { o.Region = region })
		_, err := c.PutObject(t.Context(), bucket, key, strings.NewReader("text"), 4, minio.PutObjectOptions{})
		require.NoError(t, err, region)
	}
	require.NoError(t, openMinio(t, s).MakeBucket(t.Context(), "new", minio.MakeBucketOptions{Region: "ap-northeast-2"}))
}

// Bodies of known and unknown length; over http they are signed chunk by chunk.
func TestMinioObjects(t *testing.T) {
	t.Parallel()
	schemes(t, func(t *testing.T, s *s3test.Server) {
		c, data := openMinio(t, s), pattern(200_000)
		put, err := c.PutObject(t.Context(), bucket, key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{
			ContentType: "text/plain", ContentEncoding: "gzip", CacheControl: "no-store", ContentLanguage: "ko", StorageClass: "STANDARD_IA",
			UserMetadata: map[string]string{"by": "me"}, UserTags: map[string]string{"a": "1", "b": "x y"},
		})
		require.NoError(t, err)
		require.Equal(t, data, stored(t, s, key))
		var sent string
		for _, r := range s.Requests() {
			sent = r.Header.Get("X-Amz-Content-Sha256")
		}
		if !overTLS(s) {
			require.Equal(t, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", sent)
		}

		info, err := c.StatObject(t.Context(), bucket, key, minio.StatObjectOptions{})
		require.NoError(t, err)
		require.Equal(t, put.ETag, info.ETag)
		require.Equal(t, int64(len(data)), info.Size)
		require.Equal(t, "text/plain", info.ContentType)
		require.Equal(t, "gzip", info.Metadata.Get("Content-Encoding"))
		require.Equal(t, "STANDARD_IA", info.Metadata.Get("X-Amz-Storage-Class"))
		require.Equal(t, "me", info.UserMetadata["By"])
		require.Equal(t, 2, info.UserTagCount)
		body, _ := readMinio(t, c, key, minio.GetObjectOptions{})
		require.Equal(t, data, body)
		var part minio.GetObjectOptions
		require.NoError(t, part.SetRange(10, 19))
		out, _, _, err := minio.Core{Client: c}.GetObject(t.Context(), bucket, key, part)
		require.NoError(t, err)
		body, err = io.ReadAll(out)
		require.NoError(t, err)
		require.NoError(t, out.Close())
		require.Equal(t, data[10:20], body)
		// Sought in, as archives are: one range after the other.
		object, err := c.GetObject(t.Context(), bucket, key, minio.GetObjectOptions{})
		require.NoError(t, err)
		got := make([]byte, 7)
		_, err = object.ReadAt(got, int64(len(data))-7)
		require.True(t, err == nil || err == io.EOF, "%v", err)
		require.Equal(t, data[len(data)-7:], got)
		require.NoError(t, object.Close())
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, c.FGetObject(t.Context(), bucket, key, file, minio.GetObjectOptions{}))
		_, err = c.FPutObject(t.Context(), bucket, "file", file, minio.PutObjectOptions{})
		require.NoError(t, err)
		require.Equal(t, data, stored(t, s, "file"))

		_, err = c.PutObject(t.Context(), bucket, "streamed", io.MultiReader(bytes.NewReader(data)), -1, minio.PutObjectOptions{PartSize: partSize})
		require.NoError(t, err)
		require.Equal(t, data, stored(t, s, "streamed"))
		_, err = c.PutObject(t.Context(), bucket, "summed", bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{SendContentMd5: true})
		require.NoError(t, err)

		require.NoError(t, c.RemoveObject(t.Context(), bucket, key, minio.RemoveObjectOptions{}))
		_, err = c.StatObject(t.Context(), bucket, key, minio.StatObjectOptions{})
		refusedMinio(t, err, http.StatusNotFound, "NoSuchKey")
	})
}

// Checksums follow the body; over http they are signed as well.
func TestMinioChecksums(t *testing.T) {
	t.Parallel()
	schemes(t, func(t *testing.T, s *s3test.Server) {
		c := openMinio(t, s, func(o *minio.Options) { o.TrailingHeaders = true })
		data := pattern(partSize + 200_000)
		for _, sum := range []minio.ChecksumType{minio.ChecksumCRC32, minio.ChecksumCRC32C, minio.ChecksumCRC64NVME, minio.ChecksumSHA1, minio.ChecksumSHA256, minio.ChecksumFullObjectCRC32} {
			for name, body := range map[string][]byte{"small": data[:200_000], "parts": data} {
				_, err := c.PutObject(t.Context(), bucket, name, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{Checksum: sum, PartSize: partSize})
				require.NoError(t, err, "%s %s", sum, name)
				require.True(t, bytes.Equal(body, stored(t, s, name)))
				got, info := readMinio(t, c, name, minio.GetObjectOptions{Checksum: true})
				require.True(t, bytes.Equal(body, got))
				require.NotEmpty(t, info.ChecksumCRC32+info.ChecksumCRC32C+info.ChecksumCRC64NVME+info.ChecksumSHA1+info.ChecksumSHA256, "%s %s", sum, name)
			}
		}
		require.Empty(t, s.Uploads())
	})
}

func TestMinioCustomerKeys(t *testing.T) {
	t.Parallel()
	s := start(t, secure)
	c, data := openMinio(t, s), pattern(partSize+200_000)
	own, err := encrypt.NewSSEC(data[:32])
	require.NoError(t, err)
	other, err := encrypt.NewSSEC(data[32:64])
	require.NoError(t, err)
	for name, body := range map[string][]byte{"small": data[:200_000], "parts": data} {
		_, err := c.PutObject(t.Context(), bucket, name, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{ServerSideEncryption: own, PartSize: partSize})
		require.NoError(t, err, name)
		got, _ := readMinio(t, c, name, minio.GetObjectOptions{ServerSideEncryption: own})
		require.True(t, bytes.Equal(body, got), name)
		_, err = c.StatObject(t.Context(), bucket, name, minio.StatObjectOptions{ServerSideEncryption: other})
		refusedMinio(t, err, http.StatusForbidden, "AccessDenied")
		_, _, _, err = minio.Core{Client: c}.GetObject(t.Context(), bucket, name, minio.GetObjectOptions{})
		refusedMinio(t, err, http.StatusBadRequest, "InvalidRequest")
		_, err = c.CopyObject(t.Context(), minio.CopyDestOptions{Bucket: bucket, Object: "copy", Encryption: other},
			minio.CopySrcOptions{Bucket: bucket, Object: name, Encryption: encrypt.SSECopy(own)})
		require.NoError(t, err, name)
		got, _ = readMinio(t, c, "copy", minio.GetObjectOptions{ServerSideEncryption: other})
		require.True(t, bytes.Equal(body, got), name)
	}
}

func TestMinioConditions(t *testing.T) {
	t.Parallel()
	c := openMinio(t, start(t))
	put := func(fn func(*minio.PutObjectOptions)) (minio.UploadInfo, error) {
		var o minio.PutObjectOptions
		fn(&o)
		return c.PutObject(t.Context(), bucket, key, strings.NewReader("text"), 4, o)
	}
	absent := func(o *minio.PutObjectOptions) { o.SetMatchETagExcept("*") }
	info, err := put(absent)
	require.NoError(t, err)
	_, err = put(absent)
	refusedMinio(t, err, http.StatusPreconditionFailed, "PreconditionFailed")
	_, err = put(func(o *minio.PutObjectOptions) { o.SetMatchETag(info.ETag) })
	require.NoError(t, err)
	_, err = put(func(o *minio.PutObjectOptions) { o.SetMatchETag("x") })
	refusedMinio(t, err, http.StatusPreconditionFailed, "PreconditionFailed")

	get := func(fn func(*minio.GetObjectOptions) error) error {
		var o minio.GetObjectOptions
		require.NoError(t, fn(&o))
		_, err := c.StatObject(t.Context(), bucket, key, o)
		return err
	}
	require.NoError(t, get(func(o *minio.GetObjectOptions) error { return o.SetMatchETag(info.ETag) }))
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for status, fns := range map[int][]func(*minio.GetObjectOptions) error{
		http.StatusPreconditionFailed: {
			func(o *minio.GetObjectOptions) error { return o.SetMatchETag("x") },
			func(o *minio.GetObjectOptions) error { return o.SetUnmodified(past) },
		},
		http.StatusNotModified: {
			func(o *minio.GetObjectOptions) error { return o.SetMatchETagExcept(info.ETag) },
			func(o *minio.GetObjectOptions) error { return o.SetModified(future) },
		},
	} {
		for _, fn := range fns {
			var answered minio.ErrorResponse
			require.ErrorAs(t, get(fn), &answered)
			require.Equal(t, status, answered.StatusCode)
		}
	}
}

func TestMinioCopy(t *testing.T) {
	t.Parallel()
	s := start(t)
	c, data := openMinio(t, s), pattern(2*partSize)
	_, err := c.PutObject(t.Context(), bucket, key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{
		UserMetadata: map[string]string{"by": "me"}, UserTags: map[string]string{"a": "1"}, DisableMultipart: true,
	})
	require.NoError(t, err)
	from := minio.CopySrcOptions{Bucket: bucket, Object: key}
	info, err := c.CopyObject(t.Context(), minio.CopyDestOptions{Bucket: bucket, Object: "copy"}, from)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), info.LastModified, time.Minute)
	o, _ := s.Object(bucket, "copy")
	require.True(t, bytes.Equal(data, o.Body))
	require.Equal(t, []string{"me", "1"}, []string{o.Metadata["by"], o.Tags["a"]})
	_, err = c.CopyObject(t.Context(), minio.CopyDestOptions{
		Bucket: bucket, Object: "copy", ReplaceMetadata: true, UserMetadata: map[string]string{"by": "you"}, ReplaceTags: true, UserTags: map[string]string{"b": "2"},
	}, from)
	require.NoError(t, err)
	o, _ = s.Object(bucket, "copy")
	require.Equal(t, map[string]string{"by": "you"}, o.Metadata)
	require.Equal(t, map[string]string{"b": "2"}, o.Tags)
	from.MatchETag = "x"
	_, err = c.CopyObject(t.Context(), minio.CopyDestOptions{Bucket: bucket, Object: "copy"}, from)
	refusedMinio(t, err, http.StatusPreconditionFailed, "PreconditionFailed")

	_, err = c.ComposeObject(t.Context(), minio.CopyDestOptions{Bucket: bucket, Object: "composed"},
		minio.CopySrcOptions{Bucket: bucket, Object: key, MatchRange: true, Start: 1, End: partSize},
		minio.CopySrcOptions{Bucket: bucket, Object: key, MatchRange: true, Start: 0, End: 9},
	)
	require.NoError(t, err)
	o, _ = s.Object(bucket, "composed")
	require.True(t, bytes.Equal(append(bytes.Clone(data[1:partSize+1]), data[:10]...), o.Body))
	require.Equal(t, 2, o.Parts)
}

func TestMinioListings(t *testing.T) {
	t.Parallel()
	s := start(t)
	all := fill(s)
	c := openMinio(t, s)
	for _, v1 := range []bool{true, false} {
		list := func(recursive bool) (names []string) {
			for o := range c.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{UseV1: v1, Recursive: recursive, MaxKeys: 2}) {
				require.NoError(t, o.Err)
				names = append(names, o.Key)
			}
			return names
		}
		require.Equal(t, all, list(true))
		require.ElementsMatch(t, append(append([]string{}, rolledKeys...), rolledPrefixes...), list(false))
	}
}

func TestMinioMultipart(t *testing.T) {
	t.Parallel()
	s := start(t)
	client := openMinio(t, s)
	c, data := minio.Core{Client: client}, pattern(partSize+7)
	id, err := c.NewMultipartUpload(t.Context(), bucket, key, minio.PutObjectOptions{UserMetadata: map[string]string{"by": "me"}})
	require.NoError(t, err)
	var parts []minio.CompletePart
	for i, body := range [][]byte{data[:partSize], data[partSize:]} {
		p, err := c.PutObjectPart(t.Context(), bucket, key, id, i+1, bytes.NewReader(body), int64(len(body)), minio.PutObjectPartOptions{})
		require.NoError(t, err)
		parts = append(parts, minio.CompletePart{PartNumber: i + 1, ETag: p.ETag})
	}
	first, err := c.ListObjectParts(t.Context(), bucket, key, id, 0, 1)
	require.NoError(t, err)
	require.True(t, first.IsTruncated)
	second, err := c.ListObjectParts(t.Context(), bucket, key, id, first.NextPartNumberMarker, 1)
	require.NoError(t, err)
	require.False(t, second.IsTruncated)
	require.Equal(t, []int64{partSize, 7}, []int64{first.ObjectParts[0].Size, second.ObjectParts[0].Size})
	_, err = c.CompleteMultipartUpload(t.Context(), bucket, key, id, []minio.CompletePart{{PartNumber: 1, ETag: "x"}}, minio.PutObjectOptions{})
	refusedMinio(t, err, http.StatusBadRequest, "InvalidPart")
	_, err = c.CompleteMultipartUpload(t.Context(), bucket, key, id, parts, minio.PutObjectOptions{})
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, stored(t, s, key)))

	for _, k := range []string{"a/1", "a/2", "b"} {
		_, err := c.NewMultipartUpload(t.Context(), bucket, k, minio.PutObjectOptions{})
		require.NoError(t, err)
	}
	for recursive, want := range map[bool][]string{true: {"a/1", "a/2", "b"}, false: {"a/", "b"}} {
		var keys []string
		for u := range client.ListIncompleteUploads(t.Context(), bucket, "", recursive) {
			require.NoError(t, u.Err)
			keys = append(keys, u.Key)
		}
		require.ElementsMatch(t, want, keys)
	}
	for _, k := range []string{"a/1", "a/2", "b"} {
		require.NoError(t, client.RemoveIncompleteUpload(t.Context(), bucket, k))
	}
	require.Empty(t, s.Uploads())
	refusedMinio(t, c.AbortMultipartUpload(t.Context(), bucket, "b", "none"), http.StatusNotFound, "NoSuchUpload")
}

func TestMinioTags(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Put(bucket, key, nil)
	c := openMinio(t, s)
	want, err := tags.NewTags(map[string]string{"a": "1", "b": "x y"}, true)
	require.NoError(t, err)
	require.NoError(t, c.PutObjectTagging(t.Context(), bucket, key, want, minio.PutObjectTaggingOptions{}))
	got, err := c.GetObjectTagging(t.Context(), bucket, key, minio.GetObjectTaggingOptions{})
	require.NoError(t, err)
	require.Equal(t, want.ToMap(), got.ToMap())
	require.NoError(t, c.RemoveObjectTagging(t.Context(), bucket, key, minio.RemoveObjectTaggingOptions{}))
	got, err = c.GetObjectTagging(t.Context(), bucket, key, minio.GetObjectTaggingOptions{})
	require.NoError(t, err)
	require.Empty(t, got.ToMap())
}

func TestMinioPresigned(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := openMinio(t, s)
	put, err := c.PresignedPutObject(t.Context(), bucket, key, time.Minute)
	require.NoError(t, err)
	send(t, s, http.StatusOK, http.MethodPut, put.String(), nil, []byte("text"))
	get, err := c.PresignedGetObject(t.Context(), bucket, key, time.Minute, url.Values{"response-content-type": {"text/plain"}})
	require.NoError(t, err)
	require.Equal(t, "text", string(send(t, s, http.StatusOK, http.MethodGet, get.String(), nil, nil)))
	head, err := c.PresignedHeadObject(t.Context(), bucket, key, time.Minute, nil)
	require.NoError(t, err)
	send(t, s, http.StatusOK, http.MethodHead, head.String(), nil, nil)
}

func TestMinioPostPolicy(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := openMinio(t, s)
	p := minio.NewPostPolicy()
	require.NoError(t, p.SetBucket(bucket))
	require.NoError(t, p.SetKeyStartsWith("posted/"))
	require.NoError(t, p.SetExpires(time.Now().Add(time.Hour)))
	require.NoError(t, p.SetContentType("text/plain"))
	require.NoError(t, p.SetContentLengthRange(1, 10))
	require.NoError(t, p.SetUserMetadata("by", "me"))
	require.NoError(t, p.SetTagging("<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"))
	require.NoError(t, p.SetChecksum(minio.NewChecksum(minio.ChecksumCRC32, []byte{0x3b, 0x8b, 0xa7, 0xc7})))
	require.NoError(t, p.SetSuccessStatusAction("201"))
	u, fields, err := c.PresignedPostPolicy(t.Context(), p)
	require.NoError(t, err)
	fields["key"] = "posted/${filename}"
	post(t, s, http.StatusCreated, u.String(), fields, []byte("text"))
	o, ok := s.Object(bucket, "posted/a.txt")
	require.True(t, ok)
	require.Equal(t, []string{"text", "text/plain", "me", "1"}, []string{string(o.Body), o.ContentType, o.Metadata["by"], o.Tags["a"]})
	post(t, s, http.StatusBadRequest, u.String(), fields, []byte("next")) // of another checksum
	post(t, s, http.StatusBadRequest, u.String(), fields, []byte("far too large"))
	fields["key"] = "elsewhere"
	post(t, s, http.StatusForbidden, u.String(), fields, []byte("text"))
}

func TestMinioRemoveObjects(t *testing.T) {
	t.Parallel()
	s := start(t)
	all := fill(s)
	c := openMinio(t, s)
	gone := make(chan minio.ObjectInfo, len(all))
	for _, k := range all {
		gone <- minio.ObjectInfo{Key: k}
	}
	close(gone)
	for failed := range c.RemoveObjects(t.Context(), bucket, gone, minio.RemoveObjectsOptions{}) {
		require.NoError(t, failed.Err)
	}
	require.Empty(t, s.Keys(bucket))
}

func TestMinioRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	k := keysOf(t, s)
	for code, creds := range map[string]*credentials.Credentials{
		"SignatureDoesNotMatch": credentials.NewStaticV4(k.AccessKeyID, "other", ""),
		"InvalidAccessKeyId":    credentials.NewStaticV4("other", k.SecretAccessKey, ""),
		"AccessDenied":          credentials.NewStatic("", "", "", credentials.SignatureAnonymous),
	} {
		c := openMinio(t, s, func(o *minio.Options) { o.Creds = creds })
		_, err := c.PutObject(t.Context(), bucket, key, strings.NewReader("text"), 4, minio.PutObjectOptions{})
		refusedMinio(t, err, http.StatusForbidden, code)
		for o := range c.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{}) {
			refusedMinio(t, o.Err, http.StatusForbidden, code)
		}
	}
}
