package gocloudblob

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"

	"github.com/stowage-go/stowage/s3"
)

// holding serves an object.
func holding(content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "")
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), bytes.NewReader(content))
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	const content = "abcdefghij"
	for name, c := range map[string]struct {
		content        string
		offset, length int64
		want           string
		requests       string
	}{
		"all":                        {content, 0, -1, content, "GET"},
		"from a place on":            {content, 4, -1, "efghij", "GET bytes=4-"},
		"some":                       {content, 4, 3, "efg", "GET bytes=4-6"},
		"the beginning":              {content, 0, 3, "abc", "GET bytes=0-2"},
		"more than there is":         {content, 4, 30, "efghij", "GET bytes=4-33"},
		"nothing":                    {content, 4, 0, "", "HEAD"},
		"nothing at the end":         {content, 10, 0, "", "HEAD"},
		"from the end on":            {content, 10, -1, "", "GET bytes=10-, HEAD"},
		"some at the end":            {content, 10, 3, "", "GET bytes=10-12, HEAD"},
		"an empty object":            {"", 0, -1, "", "GET"},
		"some of an empty object":    {"", 0, 3, "", "GET bytes=0-2"},
		"nothing of an empty object": {"", 0, 0, "", "HEAD"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := serve(t, holding([]byte(c.content)))
			r, err := b.NewRangeReader(t.Context(), "k", c.offset, c.length, &driver.ReaderOptions{})
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, r.Close())
			require.Equal(t, c.want, string(got))
			require.Equal(t, &driver.ReaderAttributes{
				ContentType: "application/octet-stream", Size: int64(len(c.content)),
				ModTime: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
			}, r.Attributes())

			requests, headers := s.take()
			for i := range requests {
				requests[i] = strings.TrimSpace(strings.TrimSuffix(requests[i], " /b/k") + " " + headers[i].Get("Range"))
			}
			require.Equal(t, c.requests, strings.Join(requests, ", "))
			require.Equal(t, strings.HasSuffix(c.requests, "HEAD"), r.As(new(s3.HeadObjectOutput)))
			require.Equal(t, !strings.HasSuffix(c.requests, "HEAD"), r.As(new(s3.GetObjectOutput)))
		})
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	b, s := serve(t, holding([]byte("abc")))
	for _, length := range []int64{-1, 0, 3} {
		_, err := b.NewRangeReader(t.Context(), "k", 4, length, &driver.ReaderOptions{})
		require.Equal(t, gcerrors.InvalidArgument, b.ErrorCode(err), "%d: %v", length, err)
	}
	s.take()
	_, err := b.NewRangeReader(t.Context(), "k", 0, -1, &driver.ReaderOptions{BeforeRead: refuse})
	require.ErrorIs(t, err, errBefore)
	requests, _ := s.take()
	require.Empty(t, requests)

	b, _ = serve(t, status(http.StatusNotFound))
	for _, length := range []int64{-1, 0, 3} {
		_, err = b.NewRangeReader(t.Context(), "k", 0, length, &driver.ReaderOptions{})
		require.ErrorIs(t, err, s3.ErrNotFound, length)
	}

	b, _ = serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all of it") })
	_, err = b.NewRangeReader(t.Context(), "k", 2, 3, &driver.ReaderOptions{})
	require.EqualError(t, err, `gocloudblob: the server was asked for a range, and answered with Content-Range ""`)
}

func TestBeforeRead(t *testing.T) {
	t.Parallel()
	b, s := serve(t, holding([]byte("abc")))
	for _, length := range []int64{-1, 0} {
		r, err := b.NewRangeReader(t.Context(), "k", 0, length, &driver.ReaderOptions{BeforeRead: func(as func(any) bool) error {
			var in *s3.GetObjectInput
			var options *[]func(*s3.Options)
			require.True(t, as(&in) && as(&options))
			in.VersionId = "v"
			*options = append(*options, func(o *s3.Options) { o.UserAgent = "test/1" })
			return nil
		}})
		require.NoError(t, err)
		require.NoError(t, r.Close())
		requests, headers := s.take()
		require.Contains(t, requests[0], "versionId=v")
		require.Contains(t, headers[0].Get("User-Agent"), "test/1")
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("0123456789abcdef"), (parallelSize+16)/16)
	b, s := serve(t, holding(large))
	for name, c := range map[string]struct {
		change func(*s3.GetObjectInput)
		ranges bool
		want   []byte
	}{
		"by ranges":            {func(*s3.GetObjectInput) {}, true, large},
		"of a range":           {func(in *s3.GetObjectInput) { in.Range = "bytes=1-9" }, false, large[1:10]},
		"of a part":            {func(in *s3.GetObjectInput) { in.PartNumber = 1 }, false, large},
		"by ranges, a version": {func(in *s3.GetObjectInput) { in.VersionId = "v" }, true, large},
	} {
		open, err := b.NewRangeReader(t.Context(), "k", 0, -1, &driver.ReaderOptions{BeforeRead: func(as func(any) bool) error {
			var in *s3.GetObjectInput
			require.True(t, as(&in))
			c.change(in)
			return nil
		}})
		require.NoError(t, err, name)
		var got bytes.Buffer
		require.NoError(t, open.(driver.Downloader).Download(&got), name)
		require.NoError(t, open.Close(), name)
		require.True(t, bytes.Equal(c.want, got.Bytes()), name)
		requests, headers := s.take()
		byRange := slices.DeleteFunc(headers, func(h http.Header) bool { return h.Get("Range") == "" || h.Get("Range") == "bytes=1-9" })
		require.Equal(t, c.ranges, len(byRange) > 1, "%s: %v", name, requests)
	}
}

func TestDownloadFails(t *testing.T) {
	t.Parallel()
	large := make([]byte, parallelSize+1)
	b, s := serve(t, holding(large))
	r, err := b.NewRangeReader(t.Context(), "k", 0, -1, &driver.ReaderOptions{})
	require.NoError(t, err)
	s.HandlerFunc = status(http.StatusForbidden)
	require.ErrorIs(t, r.(driver.Downloader).Download(io.Discard), s3.ErrForbidden)
	require.NoError(t, r.Close())

	s.HandlerFunc = holding(large)
	r, err = b.NewRangeReader(t.Context(), "k", 0, -1, &driver.ReaderOptions{})
	require.NoError(t, err)
	require.ErrorIs(t, r.(driver.Downloader).Download(broken{}), errBefore)

	r.(*reader).ReadCloser = broken{}
	require.ErrorIs(t, r.(driver.Downloader).Download(io.Discard), errBefore)
}

// broken can be neither written nor closed.
type broken struct{ io.Reader }

func (broken) Write([]byte) (int, error) { return 0, errors.Join(errBefore) }
func (broken) Close() error              { return errBefore }
