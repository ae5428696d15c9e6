package s3test_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func keyedSecure(o *s3test.Options) { keyed(o); o.TLS = true }

// What is not done is refused by its name, and what is done anyway is let through.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, keyed)
	s.Put("bucket", "k", []byte("hello"))
	for _, row := range []struct{ header, value, want string }{
		{"X-Amz-Grant-Read", "id=1", "501 NotImplemented"},
		{"X-Amz-Object-Lock-Mode", "GOVERNANCE", "501 NotImplemented"},
		{"X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", "k", "501 NotImplemented"},
		{"X-Amz-Server-Side-Encryption", "aws:kms", "501 NotImplemented"},
		{"X-Amz-Server-Side-Encryption", "AES256", "200 "},
		{"X-Amz-Website-Redirect-Location", "/there", "501 NotImplemented"},
		{"X-Amz-Request-Payer", "requester", "501 NotImplemented"},
		{"X-Amz-Checksum-Sha512", "x", "501 NotImplemented"},
		{"X-Amz-Of-Tomorrow", "x", "501 NotImplemented"},
		{"X-Amz-Acl", "public-read", "501 NotImplemented"},
		{"X-Amz-Acl", "private", "200 "},
		{"X-Amz-Acl", "bucket-owner-full-control", "200 "},
		{"X-Amz-Storage-Class", "GLACIER", "501 NotImplemented"},
		{"X-Amz-Storage-Class", "HEATED", "400 InvalidStorageClass"},
		{"X-Amz-Storage-Class", "STANDARD", "200 "},
		{"X-Amz-Storage-Class", "STANDARD_IA", "200 "},
		{"X-Amz-Expected-Bucket-Owner", "000000000000", "403 AccessDenied"},
		{"X-Amz-Expected-Bucket-Owner", s3test.AccountID, "200 "},
		{"X-Amz-Source-Expected-Bucket-Owner", "000000000000", "403 AccessDenied"},
		{"X-Amz-Sdk-Checksum-Algorithm", "CRC32", "400 InvalidRequest"},
		{"X-Amz-Copy-Source", "bucket/k?versionId=1", "501 NotImplemented"},
	} {
		status, code, resp := raw(t, s, "PUT /bucket/new", []string{row.header, row.value}, "", nil)
		require.Equal(t, row.want, fmt.Sprint(status, " ", code), "%s: %s", row.header, row.value)
		require.Empty(t, resp.Header.Get("X-Amz-Storage-Class"))
	}
	_, err := s.Client().PutObject(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "k", ObjectLockMode: s3.ObjectLockModeGovernance})
	require.ErrorContains(t, err, "x-amz-object-lock-mode", "the header is named")
}

// A presigned URL may have its headers in the query, where they count as well.
func TestHeadersInAQuery(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, keyed)
	put := func(query string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", s.URL+"/bucket/k?"+query, nil)
		require.NoError(t, err)
		u, _, err := sigv4.NewSigner(sigv4.Options{}).PresignHTTP(r, sigv4.Params{Credentials: keys, Region: "us-east-1", PayloadHash: "UNSIGNED-PAYLOAD"}, time.Minute)
		require.NoError(t, err)
		r, err = http.NewRequestWithContext(t.Context(), "PUT", u, nil)
		require.NoError(t, err)
		resp, err := s.HTTPClient().Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(b)
	}
	status, _ := put("x-amz-storage-class=STANDARD_IA")
	require.Equal(t, 200, status)
	head, err := s.Client().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k"})
	require.NoError(t, err)
	require.Equal(t, s3.StorageClassStandardIa, head.StorageClass)
	status, body := put("X-Amz-Acl=public-read")
	require.Equal(t, 501, status)
	require.Contains(t, body, "x-amz-acl")
}

func TestHeadersOfAForm(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, secure)
	for _, row := range []struct {
		name   string
		in     s3.PresignPostInput
		status int
	}{
		{"acl", s3.PresignPostInput{ACL: s3.ObjectCannedACLPublicRead}, 501},
		{"private", s3.PresignPostInput{ACL: s3.ObjectCannedACLPrivate}, 204},
		{"redirect", s3.PresignPostInput{WebsiteRedirectLocation: "/there"}, 501},
		{"class", s3.PresignPostInput{StorageClass: s3.StorageClassStandardIa}, 204},
		{"frozen", s3.PresignPostInput{StorageClass: s3.StorageClassGlacier}, 501},
		{"key", s3.PresignPostInput{SSECustomerAlgorithm: "AES256", SSECustomerKey: key(0)}, 204},
	} {
		row.in.Bucket, row.in.Key = "bucket", row.name
		form, err := s.Client().PresignPost(t.Context(), &row.in, time.Hour)
		require.NoError(t, err)
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, f := range form.Fields {
			require.NoError(t, w.WriteField(f.Name, f.Value))
		}
		_, err = w.CreateFormFile("file", "f")
		require.NoError(t, err)
		require.NoError(t, w.Close())
		r, err := http.NewRequestWithContext(t.Context(), "POST", form.URL, &body)
		require.NoError(t, err)
		r.Header.Set("Content-Type", w.FormDataContentType())
		resp, err := s.HTTPClient().Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, row.status, resp.StatusCode, row.name)
	}
	require.Equal(t, []string{"class", "key", "private"}, s.Keys("bucket"))
}

// A copy has the class and the encryption that it is asked for, whatever its source has.
func TestCopiedHeaders(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, small)
	c := s.Client()
	put, err := c.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: "bucket", Key: "k", StorageClass: s3.StorageClassStandardIa, ServerSideEncryption: s3.ServerSideEncryptionAes256,
		CacheControl: "no-store",
	})
	require.NoError(t, err)
	require.Equal(t, s3.ServerSideEncryptionAes256, put.ServerSideEncryption)
	for _, row := range []struct {
		in   s3.CopyObjectInput
		want string
	}{
		{s3.CopyObjectInput{CacheControl: "not taken"}, "  no-store"},
		{s3.CopyObjectInput{StorageClass: s3.StorageClassGlacierIr}, "GLACIER_IR  no-store"},
		{s3.CopyObjectInput{ServerSideEncryption: s3.ServerSideEncryptionAes256}, " AES256 no-store"},
		{s3.CopyObjectInput{MetadataDirective: s3.MetadataDirectiveReplace}, "  "},
	} {
		row.in.Bucket, row.in.Key, row.in.CopySource = "bucket", "copy", s3.CopySource("bucket", "k", "")
		_, err := c.CopyObject(t.Context(), &row.in)
		require.NoError(t, err)
		head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "copy"})
		require.NoError(t, err)
		require.Equal(t, row.want, fmt.Sprint(head.StorageClass, " ", head.ServerSideEncryption, " ", head.CacheControl))
	}
	for _, in := range []s3.CopyObjectInput{{MetadataDirective: "MOVE"}, {TaggingDirective: "MOVE"}} {
		in.Bucket, in.Key, in.CopySource = "bucket", "copy", s3.CopySource("bucket", "k", "")
		_, err = c.CopyObject(t.Context(), &in)
		require.ErrorIs(t, err, s3.Code("InvalidArgument"))
	}
	_, err = c.CopyObject(t.Context(), &s3.CopyObjectInput{
		Bucket: "bucket", Key: "copy", CopySource: s3.CopySource("bucket", "copy", ""), StorageClass: s3.StorageClassStandard,
	})
	require.NoError(t, err, "onto itself, with another class")
}

func TestBucketTwice(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, func(o *s3test.Options) { o.Region, o.Buckets = "ap-northeast-2", []string{"bucket"} })
	_, err := s.Client().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "bucket"})
	require.ErrorIs(t, err, s3.ErrBucketAlreadyOwnedByYou)
}

// key is a customer's key, of 32 times one byte.
func key(b byte) s3.CustomerKey {
	return s3.CustomerKey(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)))
}

func TestCustomerKeys(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, secure)
	c, data := s.Client(), pattern(3*partSize+7)
	refused := func(err error, status int, code string) {
		t.Helper()
		var e *s3.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, fmt.Sprint(status, " ", code), fmt.Sprint(e.StatusCode, " ", e.Code))
	}
	put, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "k", Body: bytes.NewReader(data), SSECustomerKey: key(1)})
	require.NoError(t, err)
	require.Equal(t, "AES256", put.SSECustomerAlgorithm)
	o, _ := s.Object("bucket", "k")
	require.Equal(t, put.SSECustomerKeyMD5, o.SSECustomerKeyMD5)
	require.NotEmpty(t, o.SSECustomerKeyMD5)
	s.Put("bucket", "plain", data)
	bare, _ := s.Object("bucket", "plain")
	require.NotEqual(t, bare.ETag, o.ETag, "no MD5 of the content")

	get := func(name string, k s3.CustomerKey) error {
		out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: name, SSECustomerKey: k})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		got, err := io.ReadAll(out.Body)
		require.True(t, bytes.Equal(data, got))
		return err
	}
	require.NoError(t, get("k", key(1)))
	refused(get("k", ""), 400, "InvalidRequest")
	refused(get("k", key(2)), 403, "AccessDenied")
	refused(get("plain", key(1)), 400, "InvalidRequest")
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k", SSECustomerKey: key(1)})
	require.NoError(t, err)
	require.Equal(t, put.SSECustomerKeyMD5, head.SSECustomerKeyMD5)
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "bucket", Key: "k"})
	var bad *s3.Error
	require.ErrorAs(t, err, &bad)
	require.Equal(t, 400, bad.StatusCode) // HEAD has no code

	// From one key to another, to none, and onto itself.
	copied := func(to string, from, k s3.CustomerKey) error {
		_, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{
			Bucket: "bucket", Key: to, CopySource: s3.CopySource("bucket", "k", ""), CopySourceSSECustomerKey: from, SSECustomerKey: k,
		})
		return err
	}
	refused(copied("copy", "", ""), 400, "InvalidRequest")
	refused(copied("copy", key(2), ""), 403, "AccessDenied")
	require.NoError(t, copied("copy", key(1), ""))
	require.NoError(t, get("copy", ""))
	require.NoError(t, copied("copy", key(1), key(3)))
	require.NoError(t, get("copy", key(3)))
	refused(copied("k", key(1), key(1)), 400, "InvalidRequest")
	require.NoError(t, copied("k", key(1), key(2)))
	require.NoError(t, get("k", key(2)))

	// Uploads in parts, each with the key.
	m, err := transfer.NewManager(c, func(o *transfer.Options) { o.PartSize = partSize })
	require.NoError(t, err)
	_, err = m.Upload(t.Context(), &s3.PutObjectInput{Bucket: "bucket", Key: "large", Body: bytes.NewReader(data), SSECustomerKey: key(4)})
	require.NoError(t, err)
	require.NoError(t, get("large", key(4)))
	refused(get("large", ""), 400, "InvalidRequest")
	o, _ = s.Object("bucket", "large")
	require.Equal(t, 4, o.Parts)

	up, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: "bucket", Key: "parts", SSECustomerKey: key(5)})
	require.NoError(t, err)
	require.NotEmpty(t, up.SSECustomerKeyMD5)
	open, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: "bucket", Key: "parts"})
	require.NoError(t, err)
	for _, row := range []struct {
		id   string
		key  s3.CustomerKey
		fine bool
	}{{up.UploadId, key(5), true}, {up.UploadId, key(1), false}, {up.UploadId, "", false}, {open.UploadId, key(5), false}} {
		_, err := c.UploadPart(t.Context(), &s3.UploadPartInput{
			Bucket: "bucket", Key: "parts", UploadId: row.id, PartNumber: 1, Body: strings.NewReader("part"), SSECustomerKey: row.key,
		})
		_, copyErr := c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
			Bucket: "bucket", Key: "parts", UploadId: row.id, PartNumber: 2, SSECustomerKey: row.key,
			CopySource: s3.CopySource("bucket", "large", ""), CopySourceSSECustomerKey: key(4),
		})
		if row.fine {
			require.NoError(t, err)
			require.NoError(t, copyErr)
			continue
		}
		refused(err, 400, "InvalidRequest")
		refused(copyErr, 400, "InvalidRequest")
	}
	_, err = c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: "bucket", Key: "parts", UploadId: up.UploadId})
	require.NoError(t, err)
	_, err = c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: "bucket", Key: "parts", UploadId: up.UploadId, SSECustomerKey: key(1)})
	refused(err, 400, "InvalidRequest")
	_, err = c.CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: "bucket", Key: "parts", UploadId: up.UploadId, SSECustomerKey: key(1), MultipartUpload: &s3.CompletedMultipartUpload{Parts: []s3.CompletedPart{{PartNumber: 1}}},
	})
	refused(err, 400, "InvalidRequest")

	for _, r := range s.Requests() {
		require.Empty(t, r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key")+r.Header.Get("X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key"))
	}
}

// What our own client would not send.
func TestCustomerKeyRefusals(t *testing.T) {
	t.Parallel()
	const algorithm, header, sum = "X-Amz-Server-Side-Encryption-Customer-Algorithm", "X-Amz-Server-Side-Encryption-Customer-Key", "X-Amz-Server-Side-Encryption-Customer-Key-Md5"
	good := []string{algorithm, "AES256", header, string(key(0)), sum, "cLyPS3KoaSFGi/joRB3OUQ=="}
	s := s3test.NewServer(t, keyedSecure)
	for _, row := range []struct {
		header []string
		want   string
	}{
		{[]string{header, string(key(0))}, "400 InvalidArgument"},
		{[]string{algorithm, "DES", header, string(key(0))}, "400 InvalidEncryptionAlgorithmError"},
		{[]string{algorithm, "AES256"}, "400 InvalidArgument"},
		{[]string{algorithm, "AES256", header, "c2hvcnQ="}, "400 InvalidArgument"},
		{[]string{algorithm, "AES256", header, "!"}, "400 InvalidArgument"},
		{[]string{algorithm, "AES256", header, string(key(0))}, "400 InvalidArgument"},
		{[]string{algorithm, "AES256", header, string(key(0)), sum, "x"}, "400 InvalidArgument"},
		{append([]string{"X-Amz-Server-Side-Encryption", "AES256"}, good...), "400 InvalidArgument"},
		{good, "200 "},
	} {
		for _, request := range []string{"PUT /bucket/k", "POST /bucket/k?uploads"} {
			status, code, _ := raw(t, s, request, row.header, "", nil)
			require.Equal(t, row.want, fmt.Sprint(status, " ", code), "%s", row.header)
		}
	}
	status, code, _ := raw(t, s, "PUT /bucket/copy", append([]string{"X-Amz-Copy-Source", "bucket/k"}, good...), "", nil)
	require.Equal(t, "400 InvalidRequest", fmt.Sprint(status, " ", code), "the source's key is missing")
	status, code, _ = raw(t, s3test.NewServer(t, keyed), "PUT /bucket/k", good, "", nil)
	require.Equal(t, "400 InvalidRequest", fmt.Sprint(status, " ", code), "in the clear")
}
