package transfer

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// canned answers every upload without a connection.
type canned struct{}

func (canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	body, header := "", http.Header{"Etag": {`"etag"`}}
	switch {
	case r.Method == http.MethodPost && r.URL.RawQuery == "uploads=":
		body = "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>"
	case r.Method == http.MethodPost:
		body = "<CompleteMultipartUploadResult><ETag>etag</ETag></CompleteMultipartUploadResult>"
	case r.Method == http.MethodHead:
		return &http.Response{StatusCode: http.StatusForbidden, Request: r, Header: header, Body: http.NoBody}, nil
	}
	return &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func cannedManager(tb testing.TB, p s3.Profile) *Manager {
	tb.Helper()
	c, err := s3.New(s3.Options{
		Endpoint: "https://objects.example.com", Profile: small(p), HTTPClient: &http.Client{Transport: canned{}},
		Credentials: sigv4.Static("AKIDEXAMPLE", "secret", ""),
	})
	require.NoError(tb, err)
	return newManager(tb, c)
}

func BenchmarkUpload(b *testing.B) {
	data := make([]byte, 4<<10)
	rgw, aws := s3.CephRGW(), s3.AWS() // without and with checksums and repeats
	for _, c := range []struct {
		name    string
		profile s3.Profile
		body    func() io.Reader
	}{
		{"4KiB", rgw, func() io.Reader { return bytes.NewReader(data) }},
		{"4KiBStream", rgw, func() io.Reader { return plainReader(data) }},
		{"64Parts", rgw, func() io.Reader { return io.NewSectionReader(endless{}, 0, 64*partSize) }},
		{"64PartsStream", rgw, func() io.Reader { return &counted{left: 64 * partSize} }},
		{"64PartsRepeatable", aws, func() io.Reader { return io.NewSectionReader(endless{}, 0, 64*partSize) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := cannedManager(b, c.profile)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Upload(b.Context(), input(c.body())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type endless struct{}

func (endless) ReadAt(p []byte, _ int64) (int, error) { return len(p), nil }
