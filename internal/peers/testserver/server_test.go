// Package testserver runs other SDKs against package s3test's server, so that what it takes and
// what it answers is S3 as others understand it, and not as this module's own client does.
package testserver

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3/s3test"
	"github.com/stowage-go/stowage/sigv4"
)

const (
	bucket   = "bucket"
	key      = "dir/a b+ü%&=~.txt"
	partSize = 5 << 20
)

// start starts a server that has a bucket.
func start(t *testing.T, fns ...func(*s3test.Options)) *s3test.Server {
	t.Helper()
	return s3test.NewServer(t, append([]func(*s3test.Options){func(o *s3test.Options) { o.Buckets = []string{bucket} }}, fns...)...)
}

// secure serves https, over which the SDKs send other bodies.
func secure(o *s3test.Options) { o.TLS = true }

// elsewhere is not in the region where a bucket may be made twice.
func elsewhere(o *s3test.Options) { o.Region = "ap-northeast-2" }

// keysOf are the keys that the server knows.
func keysOf(t *testing.T, s *s3test.Server) sigv4.Credentials {
	t.Helper()
	c, err := s.Options().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	return c
}

// overTLS tells whether the server speaks https.
func overTLS(s *s3test.Server) bool { return strings.HasPrefix(s.URL, "https:") }

// schemes runs a test over http and over https.
func schemes(t *testing.T, test func(*testing.T, *s3test.Server)) {
	for name, fns := range map[string][]func(*s3test.Options){"http": nil, "https": {secure}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t, fns...))
		})
	}
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>15)
	}
	return b
}

// stored is the body under a key.
func stored(t *testing.T, s *s3test.Server, key string) []byte {
	t.Helper()
	o, ok := s.Object(bucket, key)
	require.True(t, ok, key)
	return o.Body
}

// send sends what was presigned, and wants a status.
func send(t *testing.T, s *s3test.Server, want int, method, url string, header http.Header, body []byte) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	require.NoError(t, err)
	for name, values := range header {
		if name == "Host" || name == "Content-Length" { // net/http writes both of its own accord
			continue
		}
		r.Header[name] = values
	}
	resp, err := s.HTTPClient().Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, want, resp.StatusCode, "%s", got)
	return got
}

// post sends a form as a browser does.
func post(t *testing.T, s *s3test.Server, want int, url string, fields map[string]string, file []byte) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(t, form.WriteField(name, value))
	}
	w, err := form.CreateFormFile("file", "a.txt")
	require.NoError(t, err)
	_, err = w.Write(file)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	send(t, s, want, http.MethodPost, url, http.Header{"Content-Type": {form.FormDataContentType()}}, body.Bytes())
}

// fill stores the keys that the listings are of, and returns them in order.
func fill(s *s3test.Server) []string {
	keys := []string{"a", "b/1", "b/2", "b/3/x", "c", "d e+%é", "e/1", "f"}
	for _, k := range keys {
		s.Put(bucket, k, []byte(k))
	}
	slices.Sort(keys)
	return keys
}

// What fill's keys are with "/" as the delimiter.
var (
	rolledKeys     = []string{"a", "c", "d e+%é", "f"}
	rolledPrefixes = []string{"b/", "e/"}
)
