package gocloudblob

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// stored answers what each request of an upload in parts asks for, and remembers the bodies.
func stored(bodies map[string]string) http.HandlerFunc {
	ch := make(chan struct{}, 1)
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		ch <- struct{}{}
		bodies[r.URL.Query().Get("partNumber")] = string(body)
		<-ch
		w.Header().Set("ETag", `"1"`)
		switch {
		case r.URL.Query().Has("uploads"):
			_, _ = io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
		case r.Method == http.MethodPost:
			_, _ = io.WriteString(w, "<CompleteMultipartUploadResult><ETag>\"1-2\"</ETag></CompleteMultipartUploadResult>")
		case r.Method == http.MethodHead:
			w.Header().Set("Content-Length", "6291456")
		}
	}
}

// unchecked is a server of which no checksum and no ETag is expected.
func unchecked(o *s3.Options) {
	o.Profile = s3.Generic()
	o.Profile.ConditionalWrites = []string{"PutObject", "CompleteMultipartUpload"}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	bodies := make(map[string]string)
	b, s := serve(t, stored(bodies), unchecked)
	w, err := b.NewTypedWriter(t.Context(), "a\n", "text/plain", &driver.WriterOptions{
		CacheControl: "no-store", ContentDisposition: "inline", ContentEncoding: "br", ContentLanguage: "nl",
		Metadata: map[string]string{"a b": "ü"}, IfNotExist: true,
		BeforeWrite: func(as func(any) bool) error {
			var in *s3.PutObjectInput
			var options *[]func(*transfer.Options)
			require.True(t, as(&in) && as(&options))
			in.ContentLanguage = "ko"
			return nil
		},
	})
	require.NoError(t, err)
	_, err = io.WriteString(w, "hello")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	requests, headers := s.take()
	require.Equal(t, []string{"PUT /b/a__0xa__"}, requests)
	require.Equal(t, "hello", bodies[""])
	for name, value := range map[string]string{
		"Content-Type": "text/plain", "Cache-Control": "no-store", "Content-Disposition": "inline",
		"Content-Encoding": "br", "Content-Language": "ko", "X-Amz-Meta-A%20b": "%C3%BC", "If-None-Match": "*",
	} {
		require.Equal(t, value, headers[0].Get(name), name)
	}

	_, err = b.NewTypedWriter(t.Context(), "k", "", &driver.WriterOptions{BeforeWrite: refuse})
	require.ErrorIs(t, err, errBefore)
	_, err = b.NewTypedWriter(t.Context(), "k", "", &driver.WriterOptions{BeforeWrite: func(as func(any) bool) error {
		var options *[]func(*transfer.Options)
		require.True(t, as(&options))
		*options = append(*options, func(o *transfer.Options) { o.Integrity = -1 })
		return nil
	}})
	var option *transfer.OptionError
	require.ErrorAs(t, err, &option)

	// A producer that gave up is one whose context has ended.
	ctx, cancel := context.WithCancel(t.Context())
	w, err = b.NewTypedWriter(ctx, "k", "", &driver.WriterOptions{})
	require.NoError(t, err)
	_, err = io.WriteString(w, "half")
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, w.Close(), context.Canceled)
	requests, _ = s.take()
	require.Empty(t, requests)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	bodies := make(map[string]string)
	b, s := serve(t, stored(bodies), unchecked)
	file := filepath.Join(t.TempDir(), "file")
	content := strings.Repeat("x", 5<<20) + strings.Repeat("y", 1<<20)
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	// The parts are of the least size that the server takes.
	w, err := b.NewTypedWriter(t.Context(), "k", "text/plain", &driver.WriterOptions{BufferSize: 1, MaxConcurrency: 2})
	require.NoError(t, err)
	require.NoError(t, w.(driver.Uploader).Upload(f))
	require.NoError(t, w.Close())
	require.Len(t, bodies["1"], 5<<20)
	require.Equal(t, content[5<<20:], bodies["2"])
	requests, _ := s.take()
	require.Equal(t, "POST /b/k?uploads", strings.TrimSuffix(requests[0], "="))

	b, _ = serve(t, status(http.StatusForbidden))
	w, err = b.NewTypedWriter(t.Context(), "k", "text/plain", &driver.WriterOptions{})
	require.NoError(t, err)
	failed := w.(driver.Uploader).Upload(strings.NewReader("x"))
	require.ErrorIs(t, failed, s3.ErrForbidden)
	require.Equal(t, failed, w.Close())
}
