package swift

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// Whatever a refusal's body is, the error is one line of bounded length with a code.
func FuzzParseError(f *testing.F) {
	f.Add(404, []byte("<html><h1>Not Found</h1><p>The resource could not be found.</p></html>"), "tx1")
	f.Add(409, []byte(`{"Code":"BucketNotEmpty","Message":"a\nb","RequestId":"tx\u0000"}`), "")
	f.Add(403, []byte("<Error><Code>AccessDenied</Code></Error>"), "")
	f.Add(404, []byte("NoSuchBucket"), "a\nb")
	f.Fuzz(func(t *testing.T, status int, doc []byte, id string) {
		e := parseError(&transport.Response{Response: &http.Response{StatusCode: status, Header: http.Header{"X-Trans-Id": {id}}}, Document: doc})
		require.NotEmpty(t, e.Code)
		for _, s := range []string{e.Error(), e.Code, e.Message, e.RequestID} {
			told.OneLine(t, s)
		}
	})
}

// Whatever a manifest is, it is refused or names segments whose sizes are sizes.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`[{"name":"/s/a","bytes":10,"hash":"d41d8cd98f00b204e9800998ecf8427e","content_type":"text/plain","last_modified":"2026-01-02T03:04:05.678900"}]`))
	f.Add([]byte(`[{"path":"/s/a","size_bytes":10,"etag":"x","range":"0-4"},{"data":"YWJj"}]`))
	f.Add([]byte(`[{"name":"s/a","bytes":-1}]`))
	f.Add([]byte(`[{"path":"s/a","size_bytes":9223372036854775807,"bytes":1,"sub_slo":true}]`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		segments, err := decodeManifest(doc)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformedAnswer)
			told.OneLine(t, err.Error())
			return
		}
		for _, s := range segments {
			require.True(t, s.Path != "" || len(s.Data) > 0)
			require.GreaterOrEqual(t, s.SizeBytes, int64(0))
		}
	})
}

// Whatever the report of a manifest or of a deletion is, it is success or one line of an error.
func FuzzSLOReport(f *testing.F) {
	f.Add(200, []byte(`{"Response Status":"201 Created","Etag":"\"x\"","Errors":[]}`))
	f.Add(200, []byte("Response Status: 400 Bad Request\nErrors:\n/s/a, Etag Mismatch\n"))
	f.Add(400, []byte(`{"Errors":[["/s/%E2%80%AE","404 Not Found"],["%zz",""]],"Response Status":"400"}`))
	f.Fuzz(func(t *testing.T, status int, doc []byte) {
		r := &transport.Response{Response: &http.Response{StatusCode: status, Header: http.Header{}}, Document: doc}
		report, err := readSLOReport(r)
		if err == nil {
			err = report.failure(r)
		} else {
			require.ErrorIs(t, err, ErrMalformedAnswer)
		}
		for _, err := range []error{err, refusedSegments(r, parseError(r))} {
			if err == nil {
				continue
			}
			told.OneLine(t, err.Error())
			var failed *SLOError
			if errors.As(err, &failed) {
				require.NotEmpty(t, failed.Segments)
				require.Error(t, failed.Err)
			}
		}
	})
}
