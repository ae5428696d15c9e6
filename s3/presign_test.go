package s3

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// guarded is a server that serves whoever brings a good signature.
func guarded(t *testing.T, secure bool) *recorder {
	return record(t, secure, func(w http.ResponseWriter, r *received) {
		if err := r.verify(testSecret); err != nil {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, err.Error())
			return
		}
		_, _ = io.WriteString(w, "served")
	})
}

// send is what someone without credentials and without this package does.
func send(t *testing.T, hc *http.Client, p *PresignedRequest, body string, change ...func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), p.Method, p.URL, strings.NewReader(body))
	require.NoError(t, err)
	if body == "" {
		r.Body, r.ContentLength = nil, 0
	}
	for name, values := range p.Header {
		r.Header[name] = values
	}
	for _, fn := range change {
		fn(r)
	}
	resp, err := hc.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

func TestPresignedRequestsAreServed(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := guarded(t, secure)
		for _, token := range []string{"", testToken} {
			c := s.client(t, func(o *Options) {
				o.Credentials, o.Profile = sigv4.Static(testKey, testSecret, token), CephRGW()
			})
			for _, op := range []struct {
				name   string
				in     Input
				method string
				body   string
				header http.Header
			}{
				{"GET", &GetObjectInput{Bucket: "bucket", Key: "a b/ü+%.txt", VersionId: "v+1", ResponseContentDisposition: `attachment; filename="a b"`}, "GET", "", nil},
				{"GET with headers", &GetObjectInput{Bucket: "bucket", Key: "key", Range: "bytes=0-9", RequestPayer: RequestPayerRequester}, "GET", "", http.Header{
					"Range": {"bytes=0-9"}, "X-Amz-Request-Payer": {"requester"},
				}},
				{"PUT", &PutObjectInput{Bucket: "bucket", Key: "key"}, "PUT", "any body", nil},
				{"PUT with headers", &PutObjectInput{
					Bucket: "bucket", Key: "key", ContentType: "text/plain", CacheControl: "no-store", ContentMD5: "m==", Metadata: map[string]string{"a": "b"},
					IfNoneMatch: "*", ChecksumCRC32C: "AAAAAA==", ChecksumAlgorithm: ChecksumAlgorithmCrc32c, Body: strings.NewReader("not this one"),
				}, "PUT", "any body", http.Header{
					"Content-Type": {"text/plain"}, "Cache-Control": {"no-store"}, "Content-Md5": {"m=="}, "X-Amz-Meta-A": {"b"},
					"If-None-Match": {"*"}, "X-Amz-Checksum-Crc32c": {"AAAAAA=="},
				}},
				{"part", &UploadPartInput{Bucket: "bucket", Key: "key", PartNumber: 3, UploadId: "u/+="}, "PUT", "any body", nil},
				{"HEAD", &HeadObjectInput{Bucket: "bucket", Key: "key"}, "HEAD", "", nil},
				{"DELETE", &DeleteObjectInput{Bucket: "bucket", Key: "//key/../"}, "DELETE", "", nil},
				{"create multipart", &CreateMultipartUploadInput{Bucket: "bucket", Key: "key"}, "POST", "", nil},
				{"list", &ListObjectsV2Input{Bucket: "bucket", Prefix: "a&b=", Delimiter: "/"}, "GET", "", nil},
			} {
				t.Run(op.name, func(t *testing.T) {
					p, err := c.Presign(t.Context(), op.in, time.Hour)
					require.NoError(t, err)
					require.Equal(t, op.method, p.Method)
					require.Equal(t, op.header, p.Header)
					require.Nil(t, p.Body)
					status, text := send(t, s.Client(), p, op.body)
					require.Equal(t, 200, status, text)
					r := s.one(t)
					require.NoError(t, r.fresh(time.Now()))
					require.Equal(t, op.body, string(r.raw))
					require.Equal(t, token, r.URL.Query().Get("X-Amz-Security-Token"))
					require.Equal(t, "3600", r.URL.Query().Get("X-Amz-Expires"))

					// Each of the headers is bound.
					for name := range p.Header {
						status, _ = send(t, s.Client(), p, op.body, func(r *http.Request) { r.Header.Set(name, "other") })
						require.Equal(t, 403, status, name)
						status, _ = send(t, s.Client(), p, op.body, func(r *http.Request) { r.Header.Del(name) })
						require.Equal(t, 403, status, name)
					}
					s.take()
				})
			}
		}
	}
}

func TestPresignedDocument(t *testing.T) {
	s := guarded(t, false)
	for _, profile := range []Profile{CephRGW(), KakaoCloud()} {
		c := s.client(t, func(o *Options) { o.Profile = profile })
		p, err := c.Presign(t.Context(), &DeleteObjectsInput{Bucket: "bucket", Delete: &Delete{Objects: []ObjectIdentifier{{Key: "key"}}}}, time.Minute)
		require.NoError(t, err)
		require.Equal(t, "POST", p.Method)
		require.Contains(t, string(p.Body), "<Key>key</Key>")
		require.NotEmpty(t, p.Header.Get("Content-Md5"), "the document is bound by it")
		require.Equal(t, profile.SubresourceContentType, p.Header.Get("Content-Type"))
		status, text := send(t, s.Client(), p, string(p.Body))
		require.Equal(t, 200, status, text)
	}
}

// ContentLength binds the length of an upload.
func TestPresignedLength(t *testing.T) {
	s := guarded(t, false)
	c := s.client(t)
	for _, n := range []int64{0, 1, 8} {
		p, err := c.Presign(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", ContentLength: &n}, time.Minute)
		require.NoError(t, err)
		require.Equal(t, []string{[]string{"0", "1", "", "", "", "", "", "", "8"}[n]}, p.Header["Content-Length"])
		u, err := url.Parse(p.URL)
		require.NoError(t, err)
		require.Contains(t, u.Query().Get("X-Amz-SignedHeaders"), "content-length")
		for have := range int64(10) {
			status, text := send(t, s.Client(), p, strings.Repeat("x", int(have)))
			require.Equal(t, have == n, status == 200, "%d of %d: %s", have, n, text)
		}
	}
	_, err := c.Presign(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key", ContentLength: length(-1)}, time.Minute)
	require.ErrorContains(t, err, "-1")

	// Unset, any length goes.
	p, err := c.Presign(t.Context(), &PutObjectInput{Bucket: "bucket", Key: "key"}, time.Minute)
	require.NoError(t, err)
	require.Empty(t, p.Header)
	for _, body := range []string{"", "x", "xx"} {
		status, text := send(t, s.Client(), p, body)
		require.Equal(t, 200, status, text)
	}
}

func TestPresignIsRefused(t *testing.T) {
	s := always(200, "")
	c := newClient(t, s)
	in := &GetObjectInput{Bucket: "bucket", Key: "key"}
	for _, expires := range []time.Duration{7*24*time.Hour + time.Second, 0, -time.Hour, time.Millisecond} {
		_, err := c.Presign(t.Context(), in, expires)
		require.ErrorContains(t, err, "presign GetObject")
	}
	for _, expires := range []time.Duration{7 * 24 * time.Hour, time.Second} {
		_, err := c.Presign(t.Context(), in, expires)
		require.NoError(t, err)
	}
	for name, bad := range map[string]Input{
		"nil input": nil, "Bucket, Key": &GetObjectInput{}, "rest: GetObject: nil input": (*GetObjectInput)(nil), "InvalidBucketName": &GetObjectInput{Bucket: "..", Key: "k"},
	} {
		_, err := c.Presign(t.Context(), bad, time.Minute)
		require.ErrorContains(t, err, name)
	}
	for _, p := range []sigv4.Provider{nil, sigv4.Static("", "", "")} {
		_, err := c.Presign(t.Context(), in, time.Minute, func(o *Options) { o.Credentials = p })
		require.ErrorIs(t, err, sigv4.ErrNoCredentials)
	}
	_, err := c.Presign(t.Context(), in, time.Minute, func(o *Options) {
		o.Credentials = sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) { return sigv4.Credentials{}, context.DeadlineExceeded })
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Zero(t, s.attempts(), "presigning sends nothing")
}

// Presign goes where calls go: to the bucket's region, with the server's time.
func TestPresignFollowsTheServer(t *testing.T) {
	local := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		if signedRegion(r) != "eu-west-1" {
			return answer(r, 301, "", "X-Amz-Bucket-Region", "eu-west-1"), nil
		}
		return answer(r, 200, "", "Date", local.Add(time.Hour).Format(http.TimeFormat)), nil
	}}
	c := newClient(t, s, func(o *Options) {
		o.Endpoint, o.Profile = "", AWS()
		o.Clock = func() time.Time { return local }
	})
	in := &GetObjectInput{Bucket: "bucket", Key: "key"}
	p, err := c.Presign(t.Context(), in, time.Minute)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(p.URL, "https://bucket.s3.us-east-1.amazonaws.com/key?"), p.URL)
	_, err = c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
	require.NoError(t, err)
	p, err = c.Presign(t.Context(), in, time.Minute)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(p.URL, "https://bucket.s3.eu-west-1.amazonaws.com/key?"), p.URL)
	u, err := url.Parse(p.URL)
	require.NoError(t, err)
	require.Equal(t, testKey+"/20260304/eu-west-1/s3/aws4_request", u.Query().Get("X-Amz-Credential"))
	require.Equal(t, "20260304T060607Z", u.Query().Get("X-Amz-Date"))
}
