package s3test_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
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
	"github.com/stowage-go/stowage/sigv4"
)

var keys = sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}

func keyed(o *s3test.Options) { small(o); o.Credentials = keys }

// raw sends a request that is signed right, whatever else is wrong with it, and returns the status, the
// code of the error, and the answer. change is for after the signing.
func raw(t *testing.T, s *s3test.Server, request string, header []string, body string, change func(*http.Request)) (int, string, *http.Response) {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if hash == "" {
		sum := sha256.Sum256([]byte(body))
		hash = hex.EncodeToString(sum[:])
	}
	_, err = sigv4.NewSigner(sigv4.Options{}).SignHTTP(r, sigv4.Params{Credentials: keys, Region: "us-east-1", PayloadHash: hash})
	require.NoError(t, err)
	if change != nil {
		change(r)
	}
	resp, err := (&http.Client{Transport: s.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	var e struct{ Code string }
	_ = xml.Unmarshal(b, &e)
	return resp.StatusCode, e.Code, resp
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, keyed)
	s.Put("bucket", "k", []byte("hello"))
	s.Put("made", "k", nil)
	c := s.Client()
	up, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: "bucket", Key: "k", ChecksumAlgorithm: s3.ChecksumAlgorithmCrc32})
	require.NoError(t, err)
	id := up.UploadId
	const (
		chunked  = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
		checksum = "X-Amz-Trailer"
	)
	frames := []string{"X-Amz-Content-Sha256", chunked, "X-Amz-Decoded-Content-Length", "5", checksum, "x-amz-checksum-crc32"}
	parts := func(xml string) string { return "<CompleteMultipartUpload>" + xml + "</CompleteMultipartUpload>" }
	for _, row := range []struct {
		request string
		header  []string
		body    string
		want    string
	}{
		{"PUT /No_Bucket", nil, "", "400 InvalidBucketName"},
		{"PUT /new-one", nil, "<x", "400 MalformedXML"},
		{"PUT /new-one", nil, "<x><LocationConstraint>eu-west-1</LocationConstraint></x>", "400 IllegalLocationConstraintException"},
		{"PUT /new-one", nil, "<x><LocationConstraint>us-east-1</LocationConstraint></x>", "200 "},
		{"GET /none", nil, "", "404 NoSuchBucket"},
		{"GET /bucket?max-keys=x", nil, "", "400 InvalidArgument"},
		{"GET /bucket?list-type=2&max-keys=-1", nil, "", "400 InvalidArgument"},
		{"GET /bucket?list-type=2&continuation-token=%21", nil, "", "400 InvalidArgument"},
		{"GET /bucket?delimiter=/&max-keys=0", nil, "", "200 "},
		{"GET /bucket?delimiter=/", nil, "", "200 "},
		{"GET /bucket?policy", nil, "", "501 NotImplemented"},
		{"GET /bucket?uploads&max-uploads=x", nil, "", "400 InvalidArgument"},
		{"GET /bucket?uploads&prefix=other", nil, "", "200 "},
		{"POST /bucket?delete", nil, "<x/>", "400 InvalidRequest"},
		{"POST /bucket?delete", []string{"Content-Md5", "x"}, "<x/>", "400 InvalidDigest"},
		{"POST /bucket?delete", []string{"Content-Md5", "AAAAAAAAAAAAAAAAAAAAAA=="}, "<x/>", "400 BadDigest"},
		{"POST /bucket?delete", []string{"X-Amz-Checksum-Crc32", "AAAAAA=="}, "<x/>", "400 BadDigest"},
		{"POST /bucket?delete", []string{"X-Amz-Checksum-Crc32", "AAAAAA==", "X-Amz-Checksum-Sha1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="}, "", "400 InvalidRequest"},
		{"POST /bucket?delete", []string{"X-Amz-Checksum-Crc32", "AAAAAA=="}, "", "400 MalformedXML"},

		{"PUT /bucket/" + strings.Repeat("x", 1025), nil, "", "400 KeyTooLongError"},
		{"PUT /bucket/k", []string{"X-Amz-Tagging", "%"}, "", "400 InvalidArgument"},
		{"PUT /bucket/k", []string{"X-Amz-Tagging", "=v"}, "", "400 InvalidTag"},
		{"PUT /bucket/k", []string{"X-Amz-Tagging", "a&b&c&d&e&f&g&h&i&j&k"}, "", "400 BadRequest"},
		{"PUT /bucket/stored", []string{"X-Amz-Storage-Class", "STANDARD", "Content-Encoding", "gzip,aws-chunked"}, "x", "200 "},
		{"GET /bucket/k", []string{"Range", "bytes=4-2"}, "", "200 "},
		{"DELETE /bucket/k", []string{"If-Match", `"x"`}, "", "412 PreconditionFailed"},
		{"PUT /bucket/none?tagging", nil, "", "404 NoSuchKey"},
		{"GET /bucket/none?tagging", nil, "", "404 NoSuchKey"},
		{"DELETE /bucket/none?tagging", nil, "", "404 NoSuchKey"},
		{"PUT /bucket/k?tagging", nil, "<", "400 MalformedXML"},
		{"PUT /bucket/k?tagging", nil, "<Tagging><TagSet><Tag/></TagSet></Tagging>", "400 InvalidTag"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "bucket"}, "", "400 InvalidArgument"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "none/k"}, "", "404 NoSuchBucket"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "bucket/none"}, "", "404 NoSuchKey"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "bucket/k", "X-Amz-Copy-Source-If-Match", `"x"`}, "", "412 PreconditionFailed"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "bucket/k", "X-Amz-Copy-Source-If-None-Match", "*"}, "", "412 PreconditionFailed"},
		{"PUT /bucket/k", []string{"X-Amz-Copy-Source", "bucket/k"}, "", "400 InvalidRequest"},
		{"PUT /bucket/k", []string{"X-Amz-Copy-Source", "bucket/k", "If-None-Match", "*"}, "", "412 PreconditionFailed"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "bucket/k", "X-Amz-Tagging-Directive", "REPLACE", "X-Amz-Tagging", "=v"}, "", "400 InvalidTag"},
		{"PUT /bucket/copy", []string{"X-Amz-Copy-Source", "bucket/k", "X-Amz-Metadata-Directive", "REPLACE", "X-Amz-Meta-A", "1"}, "", "200 "},

		{"POST /bucket/k?uploads", []string{"X-Amz-Tagging", "=v"}, "", "400 InvalidTag"},
		{"POST /bucket/k?uploads", []string{"X-Amz-Checksum-Algorithm", "MD4"}, "", "400 InvalidRequest"},
		{"POST /bucket/k?uploads", []string{"X-Amz-Checksum-Algorithm", "SHA1", "X-Amz-Checksum-Type", "FULL_OBJECT"}, "", "400 InvalidRequest"},
		{"POST /bucket/crc?uploads", []string{"X-Amz-Checksum-Algorithm", "CRC64NVME"}, "", "200 "},
		{"PUT /bucket/k?partNumber=0&uploadId=" + id, nil, "", "400 InvalidArgument"},
		{"PUT /bucket/k?partNumber=1&uploadId=none", nil, "", "404 NoSuchUpload"},
		{"PUT /bucket/k?partNumber=1&uploadId=" + id, []string{"X-Amz-Checksum-Sha1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="}, "", "400 InvalidRequest"},
		{"PUT /bucket/k?partNumber=0&uploadId=" + id, []string{"X-Amz-Copy-Source", "bucket/k"}, "", "400 InvalidArgument"},
		{"PUT /bucket/k?partNumber=1&uploadId=" + id, []string{"X-Amz-Copy-Source", "bucket/none"}, "", "404 NoSuchKey"},
		{"PUT /bucket/k?partNumber=1&uploadId=" + id, []string{"X-Amz-Copy-Source", "bucket/k", "X-Amz-Copy-Source-Range", "bytes=9-"}, "", "400 InvalidArgument"},
		{"PUT /bucket/k?partNumber=1&uploadId=" + id, []string{"X-Amz-Copy-Source", "bucket/k", "X-Amz-Copy-Source-Range", "bytes=1-2"}, "", "200 "},
		{"GET /bucket/k?uploadId=none", nil, "", "404 NoSuchUpload"},
		{"GET /bucket/k?max-parts=x&uploadId=" + id, nil, "", "400 InvalidArgument"},
		{"DELETE /bucket/k?uploadId=none", nil, "", "404 NoSuchUpload"},
		{"POST /bucket/k?uploadId=" + id, nil, parts(""), "400 MalformedXML"},
		{"POST /bucket/k?uploadId=" + id, []string{"If-None-Match", "*"}, parts("<Part><PartNumber>1</PartNumber></Part>"), "412 PreconditionFailed"},
		{"POST /bucket/k?uploadId=" + id, nil, parts(`<Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part>`), "400 InvalidPart"},
		{"POST /bucket/k?uploadId=" + id, nil, parts(`<Part><PartNumber>1</PartNumber><ETag>"` + elETag + `"</ETag></Part>`), "400 InvalidPart"},
		{"POST /bucket/k?uploadId=" + id, []string{"X-Amz-Mp-Object-Size", "9"}, parts(`<Part><PartNumber>1</PartNumber><ETag>"` + elETag + `"</ETag><ChecksumCRC32>` + elCRC32 + `</ChecksumCRC32></Part>`), "400 InvalidRequest"},
		{"POST /bucket/k?uploadId=" + id, []string{"X-Amz-Checksum-Crc32", "AAAAAA=="}, parts(`<Part><PartNumber>1</PartNumber><ETag>"` + elETag + `"</ETag><ChecksumCRC32>` + elCRC32 + `</ChecksumCRC32></Part>`), "400 BadDigest"},

		{"PUT /bucket/frames", frames, "zz\r\nhello\r\n0\r\n\r\n", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "9\r\nhello", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "5\r\nhello!\r\n0\r\n\r\n", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "5\r\nhello\r\n0\r\nno colon\r\n\r\n", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "5\r\nhello\r\n0\r\n\r\n", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "4\r\nhell\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "400 IncompleteBody"},
		{"PUT /bucket/frames", frames, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "200 "},
		{"PUT /bucket/frames", []string{"X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "X-Amz-Decoded-Content-Length", "1"}, "1;chunk-signature=00\r\nx\r\n0;chunk-signature=00\r\n\r\n", "403 SignatureDoesNotMatch"},
		{"PUT /bucket/sum", []string{"X-Amz-Content-Sha256", strings.Repeat("0", 64)}, "x", "400 XAmzContentSHA256Mismatch"},
	} {
		status, code, _ := raw(t, s, row.request, row.header, row.body, nil)
		require.Equal(t, row.want, fmt.Sprint(status, " ", code), "%s %q", row.request, row.header)
	}
	o, _ := s.Object("bucket", "stored")
	require.Empty(t, o.Parts)
	copied, _ := s.Object("bucket", "copy")
	require.Equal(t, map[string]string{"a": "1"}, copied.Metadata)
	_, ok := s.Object("none", "k")
	require.False(t, ok)
}

// elETag and elCRC32 are of "el", the part that is copied.
const (
	elETag  = "65c10911d8b8591219a21ebacf46da01"
	elCRC32 = "HVegbg=="
)

// Signatures that are in themselves not what they should be.
func TestMalformedSignatures(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := s3test.NewServer(t, keyed, func(o *s3test.Options) { o.Clock = func() time.Time { return now } })
	s.Put("bucket", "k", []byte("hello"))
	signed := func(change func(string) string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", change(r.Header.Get("Authorization"))) }
	}
	for want, change := range map[string]func(*http.Request){
		"400 AuthorizationHeaderMalformed":            signed(func(string) string { return "Basic x" }),
		"400 AuthorizationHeaderMalformed credential": signed(func(s string) string { return strings.Replace(s, "/aws4_request", "", 1) }),
		"400 AuthorizationHeaderMalformed fields":     signed(func(s string) string { return strings.Replace(s, "SignedHeaders", "Headers", 1) }),
		"403 SignatureDoesNotMatch":                   signed(func(s string) string { return strings.Replace(s, "SignedHeaders=host;", "SignedHeaders=", 1) }),
		"400 InvalidArgument":                         func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=x" },
		"400 MissingSecurityHeader":                   func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") },
	} {
		status, code, _ := raw(t, s, "GET /bucket/k", nil, "", change)
		require.True(t, strings.HasPrefix(want, fmt.Sprint(status, " ", code)), "%s: %d %s", want, status, code)
	}
	link := func(change func(string) string) string {
		t.Helper()
		p, err := s.Client(func(o *s3.Options) { o.Clock = func() time.Time { return now } }).Presign(t.Context(), &s3.GetObjectInput{Bucket: "bucket", Key: "k"}, time.Minute)
		require.NoError(t, err)
		resp, err := s.HTTPClient().Get(change(p.URL))
		require.NoError(t, err)
		defer resp.Body.Close()
		var e struct{ Code string }
		_ = xml.NewDecoder(resp.Body).Decode(&e)
		return fmt.Sprint(resp.StatusCode, " ", e.Code)
	}
	require.Equal(t, "400 AuthorizationQueryParametersError", link(func(u string) string { return strings.Replace(u, "X-Amz-Expires=60", "X-Amz-Expires=0", 1) }))
	require.Equal(t, "403 InvalidAccessKeyId", link(func(u string) string { return strings.Replace(u, "AKID", "OTHER", 1) }))
	require.Equal(t, "200 ", link(func(u string) string { return u }))
	now = now.Add(time.Hour)
	require.Equal(t, "403 AccessDenied", link(func(u string) string { now = now.Add(2 * time.Minute); return u }))
	status, code, _ := raw(t, s, "GET /bucket/k", nil, "", nil)
	require.Equal(t, "403 RequestTimeTooSkewed", fmt.Sprint(status, " ", code))

	expired := s3test.NewServer(t, small, func(o *s3test.Options) { o.Credentials = keys; o.Credentials.Expires = time.Now().Add(-time.Hour) })
	status, code, _ = raw(t, expired, "GET /bucket/k", nil, "", nil)
	require.Equal(t, "400 ExpiredToken", fmt.Sprint(status, " ", code))
	require.Panics(t, func() { s.Client(func(o *s3.Options) { o.Endpoint = "%" }) })
}

// Chunks that are signed, with a trailer.
func TestSignedTrailer(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, keyed)
	data := strings.Repeat("hello", 10_000)
	for name, broken := range map[string]bool{"right": false, "wrong": true} {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", s.URL+"/bucket/"+name, nil)
		require.NoError(t, err)
		r.Header.Set("X-Amz-Decoded-Content-Length", fmt.Sprint(len(data)))
		r.Header.Set("X-Amz-Trailer", "x-amz-checksum-sha256")
		sum := sha256.Sum256([]byte(data))
		framing := sigv4.Chunked{Mode: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", Trailer: &sigv4.Trailer{
			Name: "x-amz-checksum-sha256", Value: func() string { return base64.StdEncoding.EncodeToString(sum[:]) }, Size: 44,
		}}
		r.ContentLength = framing.EncodedLength(int64(len(data)))
		signature, err := sigv4.NewSigner(sigv4.Options{}).SignHTTP(r, sigv4.Params{Credentials: keys, Region: "us-east-1", PayloadHash: framing.Mode})
		require.NoError(t, err)
		body, err := io.ReadAll(framing.NewReader(strings.NewReader(data), int64(len(data)), signature))
		require.NoError(t, err)
		if broken {
			at := bytes.Index(body, []byte("x-amz-trailer-signature:")) + len("x-amz-trailer-signature:")
			copy(body[at:], strings.Repeat("0", 64))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		resp, err := s.HTTPClient().Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, map[bool]int{false: 200, true: 403}[broken], resp.StatusCode)
	}
	require.Equal(t, []string{"right"}, s.Keys("bucket"))
}

// What a form is refused for, and what it is answered with.
func TestFormAnswers(t *testing.T) {
	t.Parallel()
	s := s3test.NewServer(t, keyed)
	params := sigv4.Params{Credentials: keys, Region: "us-east-1"}
	post := func(conditions []sigv4.PostCondition, extra map[string]string, file bool) (int, string, http.Header) {
		t.Helper()
		fields, err := sigv4.NewSigner(sigv4.Options{}).SignPost(sigv4.PostPolicy{Expiration: time.Now().Add(time.Hour), Bucket: "bucket", Key: "k", Conditions: conditions}, params)
		require.NoError(t, err)
		fields["key"] = "k"
		for name, value := range extra {
			fields[name] = value
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, value := range fields {
			require.NoError(t, w.WriteField(name, value))
		}
		if file {
			f, err := w.CreateFormFile("file", "f")
			require.NoError(t, err)
			_, _ = io.WriteString(f, "hello")
		}
		require.NoError(t, w.Close())
		resp, err := (&http.Client{Transport: s.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).
			Post(s.URL+"/bucket", w.FormDataContentType(), &body)
		require.NoError(t, err)
		defer resp.Body.Close()
		var e struct{ Code string }
		_ = xml.NewDecoder(resp.Body).Decode(&e)
		return resp.StatusCode, e.Code, resp.Header
	}
	for _, row := range []struct {
		conditions []sigv4.PostCondition
		extra      map[string]string
		file       bool
		want       string
	}{
		{nil, nil, true, "204 "},
		{nil, nil, false, "400 InvalidArgument"},
		{nil, map[string]string{"policy": ""}, true, "403 AccessDenied"},
		{nil, map[string]string{"x-amz-date": "now"}, true, "400 InvalidArgument"},
		{nil, map[string]string{"x-amz-credential": "x"}, true, "400 AuthorizationHeaderMalformed"},
		{nil, map[string]string{"acl": "public-read"}, true, "403 AccessDenied"},
		{[]sigv4.PostCondition{sigv4.PostLengthRange(6, 10)}, nil, true, "400 EntityTooSmall"},
		{[]sigv4.PostCondition{sigv4.PostLengthRange(0, 4)}, nil, true, "400 EntityTooLarge"},
		{[]sigv4.PostCondition{sigv4.PostEquals("success_action_status", "200")}, map[string]string{"success_action_status": "200"}, true, "200 "},
		{[]sigv4.PostCondition{sigv4.PostEquals("success_action_status", "201")}, map[string]string{"success_action_status": "201"}, true, "201 "},
		{[]sigv4.PostCondition{sigv4.PostStartsWith("success_action_redirect", "https://a.test")}, map[string]string{"success_action_redirect": "https://a.test/?x=1"}, true, "303 "},
	} {
		status, code, header := post(row.conditions, row.extra, row.file)
		require.Equal(t, row.want, fmt.Sprint(status, " ", code), "%v", row.extra)
		if status == http.StatusSeeOther {
			require.Contains(t, header.Get("Location"), "bucket=bucket&")
		}
	}
	status, code, _ := raw(t, s, "POST /bucket", []string{"Content-Type", "text/plain"}, "x", func(r *http.Request) { r.Header.Del("Authorization") })
	require.Equal(t, "412 PreconditionFailed", fmt.Sprint(status, " ", code))
}
