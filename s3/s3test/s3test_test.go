package s3test_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const partSize = 64 << 10

func small(o *s3test.Options) { o.Buckets, o.MinPartSize = []string{"bucket"}, 1<<10 }

func secure(o *s3test.Options) { small(o); o.TLS = true }

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>15)
	}
	return b
}

// plain hides everything but Read.
func plain(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} }

// Bodies of every kind, signed in every way.
func TestBodies(t *testing.T) {
	length := int64(100_000)
	for _, setup := range []struct {
		name string
		o    func(*s3test.Options)
	}{{"http", small}, {"https", secure}} {
		for _, sign := range []s3.SignPayload{s3.SignPayloadAuto, s3.SignPayloadAlways, s3.SignPayloadNever} {
			t.Run(fmt.Sprintf("%s %d", setup.name, sign), func(t *testing.T) {
				t.Parallel()
				server := s3test.NewServer(t, setup.o)
				c := server.Client(func(o *s3.Options) { o.SignPayload = sign })
				data := pattern(int(length))
				for name, in := range map[string]*s3.PutObjectInput{
					"bytes":    {Body: bytes.NewReader(data)},
					"reader":   {Body: plain(data), ContentLength: &length},
					"checksum": {Body: bytes.NewReader(data), ChecksumAlgorithm: s3.ChecksumAlgorithmSha256},
					"crc32":    {Body: bytes.NewReader(data), ChecksumAlgorithm: s3.ChecksumAlgorithmCrc32},
				} {
					in.Bucket, in.Key = "bucket", "a key/"+name+" +%ü"
					in.Metadata = map[string]string{"by": "me"}
					if _, err := c.PutObject(t.Context(), in); err != nil {
						require.Equal(t, []any{s3.SignPayloadAlways, "reader"}, []any{sign, name}, "%v", err)
						continue // can be neither read twice nor, over https, framed: the client's own error
					}
					o, ok := server.Object("bucket", in.Key)
					require.True(t, ok)
					require.True(t, bytes.Equal(data, o.Body))
					require.Equal(t, map[string]string{"by": "me"}, o.Metadata)
					out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: in.Key, ChecksumMode: s3.ChecksumModeEnabled})
					require.NoError(t, err)
					body, err := io.ReadAll(out.Body)
					require.NoError(t, err)
					require.NoError(t, out.Body.Close())
					require.True(t, bytes.Equal(data, body))
				}
			})
		}
	}
}

func TestTransfers(t *testing.T) {
	for name, setup := range map[string]func(*s3test.Options){"http": small, "https": secure} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := s3test.NewServer(t, setup)
			c := server.Client()
			for _, algorithm := range []s3.ChecksumAlgorithm{"", s3.ChecksumAlgorithmCrc32c, s3.ChecksumAlgorithmSha256} {
				m, err := transfer.NewManager(c, func(o *transfer.Options) { o.PartSize = partSize })
				require.NoError(t, err)
				data := pattern(5*partSize + 7)
				for _, body := range []io.Reader{bytes.NewReader(data), plain(data)} {
					out, err := m.Upload(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "large", Body: body, ChecksumAlgorithm: algorithm, Tagging: "a=1&b=2"})
					require.NoError(t, err)
					require.Equal(t, 6, out.Parts)
					o, _ := server.Object("bucket", "large")
					require.True(t, bytes.Equal(data, o.Body))
					require.Equal(t, 6, o.Parts)
					require.Equal(t, map[string]string{"a": "1", "b": "2"}, o.Tags)
				}
				_, err = m.Copy(t.Context(), &s3.CopyObjectInput{Bucket: "bucket", Key: "copy", CopySource: s3.CopySource("bucket", "large", "")},
					func(o *transfer.Options) { o.PartSize = partSize })
				require.NoError(t, err)
				r, err := m.Open(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "copy"})
				require.NoError(t, err)
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				require.NoError(t, r.Close())
				require.True(t, bytes.Equal(data, got))
			}
			require.Empty(t, server.Uploads())
		})
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t)
	c := server.Client()
	_, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "new"})
	require.NoError(t, err)
	server.Put("new", "kept", nil)
	_, err = c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "new"})
	require.NoError(t, err, "in us-east-1 that is no failure")
	require.Equal(t, []string{"kept"}, server.Keys("new"))
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: "new", Key: "kept"})
	require.NoError(t, err)
	_, err = c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: "new"})
	require.NoError(t, err)
	_, err = c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: "old"})
	require.ErrorIs(t, err, s3.ErrNotFound)
	all, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	require.NoError(t, err)
	require.Len(t, all.Buckets, 1)
	require.Equal(t, "new", all.Buckets[0].Name)
	for region, want := range map[string]int{"us-east-1": 1, "eu-west-1": 0} {
		all, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{BucketRegion: region})
		require.NoError(t, err)
		require.Len(t, all.Buckets, want, region)
	}
	place, err := c.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: "new"})
	require.NoError(t, err)
	require.Empty(t, place.LocationConstraint)
	state, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: "new"})
	require.NoError(t, err)
	require.Empty(t, state.Status)
	server.Put("new", "k", nil)
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: "new"})
	require.ErrorIs(t, err, s3.Code("BucketNotEmpty"))
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: "new", Key: "k"})
	require.NoError(t, err)
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: "new"})
	require.NoError(t, err)
	// What is not known is told, and not taken for something else: without ?policy this deletes.
	_, err = c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "new"})
	require.NoError(t, err)
	_, err = c.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: "new"})
	require.ErrorIs(t, err, s3.Code("NotImplemented"))
	require.Nil(t, server.Keys("old"))
}

func TestConditionsAndRanges(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := s3test.NewServer(t, small, func(o *s3test.Options) { o.Clock = func() time.Time { return now } })
	c := server.Client(func(o *s3.Options) { o.Clock = func() time.Time { return now } })
	put := func(in s3.PutObjectInput) error {
		in.Bucket, in.Key, in.Body = "bucket", "k", strings.NewReader("0123456789")
		_, err := c.PutObject(t.Context(), &in)
		return err
	}
	require.ErrorIs(t, put(s3.PutObjectInput{IfMatch: `"x"`}), s3.ErrNoSuchKey)
	require.NoError(t, put(s3.PutObjectInput{IfNoneMatch: "*", ContentType: "text/plain", CacheControl: "no-store"}))
	require.ErrorIs(t, put(s3.PutObjectInput{IfNoneMatch: "*"}), s3.ErrPreconditionFailed)
	require.ErrorIs(t, put(s3.PutObjectInput{IfMatch: `"x"`}), s3.ErrPreconditionFailed)
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	require.EqualValues(t, 10, head.ContentLength)
	require.Equal(t, now, head.LastModified.UTC())
	require.Equal(t, "no-store", head.CacheControl)

	for _, r := range []struct {
		in   s3.GetObjectInput
		want string
		err  error
	}{
		{s3.GetObjectInput{Range: "bytes=2-4"}, "234", nil},
		{s3.GetObjectInput{Range: "bytes=8-"}, "89", nil},
		{s3.GetObjectInput{Range: "bytes=-3"}, "789", nil},
		{s3.GetObjectInput{Range: "bytes=5-100"}, "56789", nil},
		{s3.GetObjectInput{Range: "bytes=10-"}, "", s3.ErrInvalidRange},
		{s3.GetObjectInput{IfMatch: head.ETag}, "0123456789", nil},
		{s3.GetObjectInput{IfMatch: `"x"`}, "", s3.ErrPreconditionFailed},
		{s3.GetObjectInput{IfNoneMatch: head.ETag}, "", s3.ErrNotModified},
		{s3.GetObjectInput{IfModifiedSince: now}, "", s3.ErrNotModified},
		{s3.GetObjectInput{IfUnmodifiedSince: now.Add(-time.Hour)}, "", s3.ErrPreconditionFailed},
	} {
		r.in.Bucket, r.in.Key = "bucket", "k"
		out, err := c.GetObject(t.Context(), &r.in)
		if r.err != nil {
			require.ErrorIs(t, err, r.err)
			continue
		}
		require.NoError(t, err)
		body, err := io.ReadAll(out.Body)
		require.NoError(t, err)
		require.NoError(t, out.Body.Close())
		require.Equal(t, r.want, string(body))
	}
}

func TestListings(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	c := server.Client()
	want := []string{"a", "b/1", "b/2", "b/3/x", "c c+%&<ü", "d/", "e"}
	for _, key := range want {
		server.Put("bucket", key, []byte(key))
	}
	require.Equal(t, want, server.Keys("bucket"))
	for _, size := range []int32{1, 2, 3, 1000} {
		var keys, keysV1, tops []string
		for page, err := range c.ListObjectsV2Pages(t.Context(), &s3.ListObjectsV2Input{Bucket: "bucket", MaxKeys: size}) {
			require.NoError(t, err)
			for _, o := range page.Contents {
				keys = append(keys, o.Key)
			}
		}
		require.Equal(t, want, keys)
		for page, err := range c.ListObjectsPages(t.Context(), &s3.ListObjectsInput{Bucket: "bucket", MaxKeys: size}) {
			require.NoError(t, err)
			for _, o := range page.Contents {
				keysV1 = append(keysV1, o.Key)
			}
		}
		require.Equal(t, want, keysV1)
		for page, err := range c.ListObjectsV2Pages(t.Context(), &s3.ListObjectsV2Input{Bucket: "bucket", Delimiter: "/", MaxKeys: size}) {
			require.NoError(t, err)
			for _, o := range page.Contents {
				tops = append(tops, o.Key)
			}
			for _, p := range page.CommonPrefixes {
				tops = append(tops, p.Prefix)
			}
		}
		slices.Sort(tops)
		require.Equal(t, []string{"a", "b/", "c c+%&<ü", "d/", "e"}, tops)
	}
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: "bucket", Prefix: "b/", StartAfter: "b/1"})
	require.NoError(t, err)
	require.Len(t, out.Contents, 2)

	deleted, err := c.DeleteAll(t.Context(), &s3.DeleteAllInput{Bucket: "bucket", Prefix: "b/"})
	require.NoError(t, err)
	require.EqualValues(t, 3, deleted.Deleted)
	require.Equal(t, []string{"a", "c c+%&<ü", "d/", "e"}, server.Keys("bucket"))
}

func TestTags(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	c := server.Client()
	server.Put("bucket", "k", nil)
	at := func(tags []s3.Tag) error {
		_, err := c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: "bucket", Key: "k", Tagging: &s3.Tagging{TagSet: tags}})
		return err
	}
	require.NoError(t, at([]s3.Tag{{Key: "a", Value: "1"}, {Key: "b"}}))
	out, err := c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	require.Equal(t, []s3.Tag{{Key: "a", Value: "1"}, {Key: "b"}}, out.TagSet)
	_, err = c.DeleteObjectTagging(t.Context(), &s3.DeleteObjectTaggingInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	o, _ := server.Object("bucket", "k")
	require.Empty(t, o.Tags)
}

// Parts that are not as they should be are refused.
func TestMultipartRules(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	c := server.Client()
	for i := range 5 {
		_, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: "bucket", Key: fmt.Sprint("k", i%3)})
		require.NoError(t, err)
	}
	two := int32(2)
	var ids []string
	for page, err := range c.ListMultipartUploadsPages(t.Context(), &s3.ListMultipartUploadsInput{Bucket: "bucket", MaxUploads: two}) {
		require.NoError(t, err)
		for _, u := range page.Uploads {
			ids = append(ids, u.UploadId)
		}
	}
	require.Len(t, ids, 5)
	require.Len(t, server.Uploads(), 5)

	id := ids[0] // of k0
	upload := func(number int32, size int) string {
		out, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: "bucket", Key: "k0", UploadId: id, PartNumber: number, Body: bytes.NewReader(pattern(size))})
		require.NoError(t, err)
		return out.ETag
	}
	one, other, last := upload(1, 2000), upload(2, 10), upload(3, 5)
	var sizes []int64
	for page, err := range c.ListPartsPages(t.Context(), &s3.ListPartsInput{Bucket: "bucket", Key: "k0", UploadId: id, MaxParts: two}) {
		require.NoError(t, err)
		for _, p := range page.Parts {
			sizes = append(sizes, p.Size)
		}
	}
	require.Equal(t, []int64{2000, 10, 5}, sizes)
	complete := func(parts ...s3.CompletedPart) error {
		_, err := c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
			Bucket: "bucket", Key: "k0", UploadId: id, MultipartUpload: &s3.CompletedMultipartUpload{Parts: parts},
		})
		return err
	}
	require.ErrorIs(t, complete(s3.CompletedPart{PartNumber: 1, ETag: other}), s3.ErrInvalidPart)
	require.ErrorIs(t, complete(s3.CompletedPart{PartNumber: 4, ETag: other}), s3.ErrInvalidPart)
	require.ErrorIs(t, complete(s3.CompletedPart{PartNumber: 1, ETag: one}, s3.CompletedPart{PartNumber: 2, ETag: other}, s3.CompletedPart{PartNumber: 3, ETag: last}), s3.ErrEntityTooSmall)
	require.NoError(t, complete(s3.CompletedPart{PartNumber: 1, ETag: one}, s3.CompletedPart{PartNumber: 3, ETag: last}))
	require.ErrorIs(t, complete(s3.CompletedPart{PartNumber: 1, ETag: one}), s3.ErrNoSuchUpload)
	_, err := c.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: "bucket", Key: "k0", UploadId: ids[1]})
	require.NoError(t, err)
	require.Len(t, server.Uploads(), 3)
}

func TestPresigned(t *testing.T) {
	t.Parallel()
	now := time.Now()
	server := s3test.NewServer(t, secure, func(o *s3test.Options) { o.Clock = func() time.Time { return now } })
	c := server.Client()
	r, err := c.Presign(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "a b", ContentType: "text/plain"}, time.Minute)
	require.NoError(t, err)
	send := func(method, url, body string, header http.Header) int {
		t.Helper()
		q, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		require.NoError(t, err)
		q.Header = header.Clone()
		answer, err := server.HTTPClient().Do(q)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, 200, send("PUT", r.URL, "hello", r.Header))
	require.Equal(t, 403, send("PUT", strings.Replace(r.URL, "a%20b", "a%20c", 1), "hello", r.Header))
	require.Equal(t, 403, send("DELETE", r.URL, "", r.Header))
	require.Equal(t, 403, send("PUT", r.URL, "hello", http.Header{"Content-Type": {"text/html"}}))
	require.Equal(t, 403, send("GET", server.URL+"/bucket/a%20b", "", nil), "nobody is anonymous")
	now = now.Add(time.Hour)
	require.Equal(t, 403, send("PUT", r.URL, "hello", r.Header))
}

func TestForms(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	form, err := server.Client().PresignPost(t.Context(), &s3.PresignPostInput{Bucket: "bucket", Key: "user/${filename}", MaxContentLength: 100}, time.Hour)
	require.NoError(t, err)
	post := func(content string, change func(field, value string) string) int {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, f := range form.Fields {
			require.NoError(t, w.WriteField(f.Name, change(f.Name, f.Value)))
		}
		file, err := w.CreateFormFile("file", "notes.txt")
		require.NoError(t, err)
		_, _ = io.WriteString(file, content)
		require.NoError(t, w.Close())
		q, err := http.NewRequestWithContext(t.Context(), "POST", form.URL, &body)
		require.NoError(t, err)
		q.Header.Set("Content-Type", w.FormDataContentType())
		answer, err := server.HTTPClient().Do(q)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	same := func(_, value string) string { return value }
	require.Equal(t, 204, post("hello", same))
	o, ok := server.Object("bucket", "user/notes.txt")
	require.True(t, ok)
	require.Equal(t, "hello", string(o.Body))
	require.Equal(t, 400, post(strings.Repeat("x", 101), same))
	require.Equal(t, 403, post("hello", func(field, value string) string {
		if field == "key" {
			return "elsewhere"
		}
		return value
	}))
	require.Equal(t, 403, post("hello", func(field, value string) string {
		if strings.EqualFold(field, "x-amz-signature") {
			return strings.Repeat("0", 64)
		}
		return value
	}))
}

// What is not signed, or by somebody else, or for elsewhere, is refused.
func TestSignatures(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small, func(o *s3test.Options) {
		o.Credentials = sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret", SessionToken: "session", Expires: time.Now().Add(time.Hour)}
	})
	server.Put("bucket", "k", nil)
	for code, change := range map[string]func(*s3.Options){
		"":                      func(*s3.Options) {},
		"InvalidAccessKeyId":    func(o *s3.Options) { o.Credentials = sigv4.Static("OTHER", "secret", "session") },
		"SignatureDoesNotMatch": func(o *s3.Options) { o.Credentials = sigv4.Static("AKID", "other", "session") },
		"InvalidToken":          func(o *s3.Options) { o.Credentials = sigv4.Static("AKID", "secret", "other") },
		"AccessDenied":          func(o *s3.Options) { o.Credentials = sigv4.Static("", "", "") },
	} {
		_, err := server.Client(change).GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "k"})
		if code == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, s3.Code(code))
	}
	// The right region is in the refusal, and the client goes on with it.
	_, err := server.Client(func(o *s3.Options) { o.Region = "eu-west-1" }).GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	last := server.Requests()[len(server.Requests())-2:]
	require.Equal(t, []string{"AuthorizationHeaderMalformed", ""}, []string{last[0].Code, last[1].Code})
	// On the way somebody changes a header that is signed, adds one that is not, and the body.
	for name, change := range map[string]func(*http.Request){
		"SignatureDoesNotMatch": func(r *http.Request) { r.Header.Set("X-Amz-Meta-By", "you") },
		"AccessDenied":          func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") },
		"XAmzContentSHA256Mismatch": func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("jello"))
		},
	} {
		c := server.Client(func(o *s3.Options) {
			o.HTTPClient = &http.Client{Transport: changing{server.HTTPClient().Transport, change}}
		})
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "k", Body: strings.NewReader("hello"), Metadata: map[string]string{"by": "me"}})
		require.ErrorIs(t, err, s3.Code(name))
	}
}

type changing struct {
	http.RoundTripper
	change func(*http.Request)
}

func (c changing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	c.change(r)
	return c.RoundTripper.RoundTrip(r)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	c := server.Client()
	data := pattern(3000)
	put := func() error {
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "k", Body: bytes.NewReader(data)})
		return err
	}
	server.Inject(s3test.Fault{StatusCode: 503, Code: "SlowDown", Times: 2}, s3test.Fault{Drop: true})
	server.Expect("PutObject", "PutObject", "PutObject", "PutObject")
	require.NoError(t, put())
	var codes []string
	for _, r := range server.Requests() {
		codes = append(codes, fmt.Sprint(r.StatusCode, r.Code))
		require.Empty(t, r.Header.Get("Authorization"))
	}
	require.Equal(t, []string{"503SlowDown", "503SlowDown", "0", "200"}, codes)

	server.Expect("GetObject", "GetObject")
	server.Inject(s3test.Fault{Operation: "GetObject", CutAfter: 1000})
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	got, err := io.ReadAll(out.Body)
	require.NoError(t, err, "it goes on where it broke off")
	require.NoError(t, out.Body.Close())
	require.True(t, bytes.Equal(data, got))

	// The answer is lost, and the work is done.
	server.Expect("DeleteObject", "DeleteObject", "HeadObject", "HeadObject")
	server.Inject(s3test.Fault{Operation: "DeleteObject", Drop: true, After: true}, s3test.Fault{Operation: "HeadObject", StatusCode: 403, Code: "AccessDenied", Times: -1})
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k"})
	require.ErrorIs(t, err, s3.ErrForbidden)
	server.ClearFaults()
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k"})
	require.ErrorIs(t, err, s3.ErrNotFound)
	require.Empty(t, server.Outstanding())
	require.Equal(t, "HeadObject", server.Operations()[8])
}

// failures is a test that notes what it is told.
type failures struct {
	all     []string
	cleanup []func()
}

func (*failures) Helper()                     {}
func (f *failures) Cleanup(end func())        { f.cleanup = append(f.cleanup, end) }
func (f *failures) Errorf(s string, a ...any) { f.all = append(f.all, fmt.Sprintf(s, a...)) }
func (f *failures) Fatalf(s string, a ...any) { f.Errorf(s, a...) }

func TestExpectationsFail(t *testing.T) {
	t.Parallel()
	var f failures
	server := s3test.NewServer(&f, small)
	server.Expect("HeadObject", "GetObject")
	c := server.Client()
	_, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "k"})
	require.ErrorIs(t, err, s3.ErrNoSuchKey)
	_, _ = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k"})
	for _, end := range f.cleanup {
		end()
	}
	require.Equal(t, []string{"s3test: GetObject came where HeadObject was expected", "s3test: GetObject was expected, and did not come"}, f.all)

	f = failures{}
	server = s3test.NewServer(&f, small)
	server.Expect()
	_, _ = server.Client().HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: "bucket"})
	server.Close()
	require.Equal(t, []string{"s3test: HeadBucket came when nothing more was expected"}, f.all)

	f = failures{}
	require.Nil(t, s3test.NewServer(&f, func(o *s3test.Options) { o.Buckets = []string{"No Bucket"} }))
	require.Len(t, f.all, 1)
	_, err = s3test.Start(func(o *s3test.Options) { o.Credentials.AccessKeyID = "alone" })
	require.ErrorContains(t, err, "Options.Credentials")
}

// A listing of buckets and one of uploads go on where they ended.
func TestPagesOfBucketsAndUploads(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, func(o *s3test.Options) { o.Buckets = []string{"one", "three", "two"} })
	c := server.Client()
	var names []string
	for page, err := range c.ListBucketsPages(t.Context(), &s3.ListBucketsInput{MaxBuckets: 2}) {
		require.NoError(t, err)
		names = append(names, fmt.Sprint(len(page.Buckets)))
	}
	require.Equal(t, []string{"2", "1"}, names)
	_, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{ContinuationToken: "no token!"})
	require.ErrorIs(t, err, s3.Code("InvalidArgument"))
	for _, key := range []string{"a/1", "a/2", "b", "c/1"} {
		_, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: "one", Key: key})
		require.NoError(t, err)
	}
	names = nil
	for page, err := range c.ListMultipartUploadsPages(t.Context(), &s3.ListMultipartUploadsInput{Bucket: "one", Delimiter: "/", MaxUploads: 1}) {
		require.NoError(t, err)
		require.Len(t, append([]s3.MultipartUpload{}, page.Uploads...), 1-len(page.CommonPrefixes))
		for _, u := range page.Uploads {
			names = append(names, u.Key)
		}
		for _, p := range page.CommonPrefixes {
			names = append(names, p.Prefix)
		}
	}
	require.Equal(t, []string{"a/", "b", "c/"}, names)
}

// A read of one part, of an object in parts and of one that came by one request.
func TestReadOfOnePart(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	c := server.Client()
	m, err := transfer.NewManager(c, func(o *transfer.Options) { o.PartSize = partSize })
	require.NoError(t, err)
	data := pattern(2*partSize + 7)
	_, err = m.Upload(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "parts", Body: bytes.NewReader(data)})
	require.NoError(t, err)
	server.Put("bucket", "one", data)
	for _, test := range []struct {
		key         string
		number      int32
		first, last int
		count       int32
	}{{"parts", 2, partSize, 2 * partSize, 3}, {"parts", 3, 2 * partSize, len(data), 3}, {"one", 1, 0, len(data), 0}} {
		out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: test.key, PartNumber: test.number})
		require.NoError(t, err)
		got, err := io.ReadAll(out.Body)
		require.NoError(t, err)
		require.NoError(t, out.Body.Close())
		require.True(t, bytes.Equal(data[test.first:test.last], got))
		require.Equal(t, fmt.Sprintf("bytes %d-%d/%d", test.first, test.last-1, len(data)), out.ContentRange)
		require.Equal(t, test.count, out.PartsCount)
	}
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "one", PartNumber: 2})
	require.ErrorIs(t, err, s3.Code("InvalidPartNumber"))
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "parts", PartNumber: 2, Range: "bytes=0-1"})
	require.ErrorIs(t, err, s3.Code("InvalidRequest"))
}

// What a copy's checksum is of, and when its source is not to be copied.
func TestCopiesOfOtherChecksums(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t, small)
	server.Put("bucket", "k", []byte("text"))
	c := server.Client()
	in := &s3.CopyObjectInput{Bucket: "bucket", Key: "copy", CopySource: s3.CopySource("bucket", "k", ""), ChecksumAlgorithm: s3.ChecksumAlgorithmCrc32}
	out, err := c.CopyObject(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "O4unxw==", out.CopyObjectResult.ChecksumCRC32)
	in.CopySourceIfUnmodifiedSince = time.Now().Add(-time.Hour)
	_, err = c.CopyObject(t.Context(), in)
	require.ErrorIs(t, err, s3.ErrPreconditionFailed)
	in.CopySourceIfUnmodifiedSince, in.CopySourceIfModifiedSince = time.Time{}, time.Now().Add(time.Hour)
	_, err = c.CopyObject(t.Context(), in)
	require.ErrorIs(t, err, s3.ErrPreconditionFailed)
	_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "k", Body: strings.NewReader("text"), IfNoneMatch: `"x"`})
	require.ErrorIs(t, err, s3.Code("NotImplemented"))
}
