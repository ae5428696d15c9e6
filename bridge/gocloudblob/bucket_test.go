package gocloudblob

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

var errBefore = errors.New("refused by the caller")

func refuse(func(any) bool) error { return errBefore }

func TestOpenBucket(t *testing.T) {
	t.Parallel()
	client := clientOf(t, "http://127.0.0.1:1")
	_, err := OpenBucket(nil, "b")
	require.EqualError(t, err, "gocloudblob: client is required")
	_, err = OpenBucket(client, "")
	require.EqualError(t, err, "gocloudblob: name of the bucket is required")

	manager, err := transfer.NewManager(client)
	require.NoError(t, err)
	b, err := OpenBucket(client, "b", func(o *Options) { o.Manager = manager })
	require.NoError(t, err)
	var c *s3.Client
	require.True(t, b.As(&c))
	require.Same(t, client, c)
	var m *transfer.Manager
	require.True(t, b.As(&m))
	require.Same(t, manager, m)
	require.False(t, b.As(new(string)))
	require.NoError(t, b.Close())
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	b, s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range map[string]string{
			"Cache-Control": "no-store", "Content-Disposition": "inline", "Content-Encoding": "br",
			"Content-Language": "ko", "Content-Type": "text/plain", "Content-Length": "5",
			"Last-Modified": "Wed, 04 Mar 2026 05:06:07 GMT", "ETag": `"5d41402abc4b2a76b9719d911017c592"`,
			"X-Amz-Meta-A%20b": "%C3%BC",
		} {
			w.Header().Set(name, value)
		}
	})
	a, err := b.Attributes(t.Context(), "a\n/k")
	require.NoError(t, err)
	requests, _ := s.take()
	require.Equal(t, []string{"HEAD /b/a__0xa__/k"}, requests)
	var out s3.HeadObjectOutput
	require.True(t, a.AsFunc(&out))
	require.Equal(t, "no-store", out.CacheControl)
	require.False(t, a.AsFunc(&requests))
	a.AsFunc = nil
	require.Equal(t, &driver.Attributes{
		CacheControl: "no-store", ContentDisposition: "inline", ContentEncoding: "br", ContentLanguage: "ko",
		ContentType: "text/plain", Metadata: map[string]string{"a b": "ü"}, Size: 5,
		ModTime: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		MD5:     []byte("\x5d\x41\x40\x2a\xbc\x4b\x2a\x76\xb9\x71\x9d\x91\x10\x17\xc5\x92"),
		ETag:    `"5d41402abc4b2a76b9719d911017c592"`,
	}, a)
}

func TestAttributesFail(t *testing.T) {
	t.Parallel()
	b, _ := serve(t, status(http.StatusNotFound))
	_, err := b.Attributes(t.Context(), "k")
	require.ErrorIs(t, err, s3.ErrNotFound)
}

func TestMD5(t *testing.T) {
	t.Parallel()
	const etag = `"5d41402abc4b2a76b9719d911017c592"`
	trusted, other := bucket{profile: s3.AWS()}, bucket{profile: s3.Generic()}
	require.Len(t, trusted.md5Of(&s3.HeadObjectOutput{ETag: etag}), 16)
	require.Len(t, trusted.md5Of(&s3.HeadObjectOutput{ETag: etag, ServerSideEncryption: s3.ServerSideEncryptionAes256}), 16)
	for name, got := range map[string][]byte{
		"ETags that are not trusted": other.md5Of(&s3.HeadObjectOutput{ETag: etag}),
		"a key of the KMS":           trusted.md5Of(&s3.HeadObjectOutput{ETag: etag, ServerSideEncryption: s3.ServerSideEncryptionAwsKms}),
		"a key of the customer":      trusted.md5Of(&s3.HeadObjectOutput{ETag: etag, SSECustomerAlgorithm: "AES256"}),
		"an object in parts":         trusted.md5Of(&s3.HeadObjectOutput{ETag: `"5d41402abc4b2a76b9719d911017c592-2"`}),
		"another length":             trusted.md5Of(&s3.HeadObjectOutput{ETag: `"5d41"`}),
	} {
		require.Nil(t, got, name)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b, s := serve(t, status(http.StatusOK))
	require.NoError(t, b.Delete(t.Context(), "k", &driver.DeleteOptions{BeforeDelete: func(as func(any) bool) error {
		var in *s3.DeleteObjectInput
		require.True(t, as(&in))
		require.False(t, as(&s))
		in.VersionId = "v"
		return nil
	}}))
	requests, _ := s.take()
	require.Equal(t, []string{"HEAD /b/k", "DELETE /b/k?versionId=v"}, requests)

	require.ErrorIs(t, b.Delete(t.Context(), "k", &driver.DeleteOptions{BeforeDelete: refuse}), errBefore)
	requests, _ = s.take()
	require.Equal(t, []string{"HEAD /b/k"}, requests)

	b, _ = serve(t, status(http.StatusNotFound))
	require.ErrorIs(t, b.Delete(t.Context(), "k", &driver.DeleteOptions{}), s3.ErrNotFound)
}

func TestCopy(t *testing.T) {
	t.Parallel()
	b, s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Method == http.MethodPut {
			_, _ = io.WriteString(w, `<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>`)
		}
	})
	require.NoError(t, b.Copy(t.Context(), "to", "from\n", &driver.CopyOptions{BeforeCopy: func(as func(any) bool) error {
		var in *s3.CopyObjectInput
		require.True(t, as(&in))
		in.StorageClass = s3.StorageClassStandardIa
		return nil
	}}))
	requests, headers := s.take()
	require.Equal(t, []string{"HEAD /b/from__0xa__", "PUT /b/to"}, requests)
	require.Equal(t, "b/from__0xa__", headers[1].Get("X-Amz-Copy-Source"))
	require.Equal(t, "STANDARD_IA", headers[1].Get("X-Amz-Storage-Class"))

	require.ErrorIs(t, b.Copy(context.Background(), "to", "from", &driver.CopyOptions{BeforeCopy: refuse}), errBefore)
	requests, _ = s.take()
	require.Empty(t, requests)
}
