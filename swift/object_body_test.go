package swift

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// object serves one object and breaks connections off.
type object struct {
	data    string
	etag    string
	changed int  // the request from which on it is another; zero: never
	ignore  bool // Range and If-Match are overlooked
	breaks  []int
	header  []string
	chunked bool // no Content-Length
}

func (o *object) serve(n int, r *http.Request) (*http.Response, error) {
	etag, data := o.etag, o.data
	if o.changed > 0 && n >= o.changed {
		etag = "another"
		if want := r.Header.Get("If-Match"); !o.ignore && want != "" && want != etag {
			return answer(r, 412, nil, ""), nil
		}
	}
	code, header := 200, []string{"Etag", etag}
	if spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && !o.ignore {
		first, last, _ := strings.Cut(spec, "-")
		from, _ := strconv.Atoi(first)
		to := len(data) - 1
		if last != "" {
			to, _ = strconv.Atoi(last)
		}
		header = append(header, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(data)))
		code, data = 206, data[from:to+1]
	}
	resp := answer(r, code, append(header, o.header...), data)
	if n <= len(o.breaks) {
		if at := o.breaks[n-1]; at < 0 {
			resp.Body = io.NopCloser(strings.NewReader(data[:-at])) // ends without an error
		} else {
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(data[:at]), failing{errors.New("connection reset")}))
		}
	}
	if o.chunked {
		resp.ContentLength = -1
	}
	return resp, nil
}

func (o *object) client(t *testing.T, fns ...func(*Options)) (*Client, *stub) {
	if o.data == "" {
		o.data = "the content of an object"
	}
	if o.etag == "" {
		o.etag = md5Hex(o.data)
	}
	s := &stub{reply: o.serve}
	return newClient(t, s, append([]func(*Options){func(o *Options) { o.ETagCheck = ETagCheckAlways }}, fns...)...), s
}

func readObject(t *testing.T, c *Client, in GetObjectInput) (string, error) {
	t.Helper()
	in.Container, in.Object = "c", "o"
	out, err := c.GetObject(t.Context(), &in)
	require.NoError(t, err)
	defer out.Body.Close()
	b, err := io.ReadAll(iotest.OneByteReader(out.Body))
	return string(b), err
}

func TestResume(t *testing.T) {
	t.Parallel()
	o := object{breaks: []int{5, 3, -4, 0}}
	c, s := o.client(t)
	got, err := readObject(t, c, GetObjectInput{})
	require.NoError(t, err)
	require.Equal(t, o.data, got)
	require.Equal(t, 5, s.count())
	for i, want := range []string{"", "bytes=5-23", "bytes=8-23", "bytes=12-23", "bytes=12-23"} {
		require.Equal(t, want, s.reqs[i].Header.Get("Range"))
		if i > 0 {
			require.Equal(t, o.etag, s.reqs[i].Header.Get("If-Match"))
		}
	}

	// A part: the rest of the part.
	o = object{breaks: []int{2}}
	c, s = o.client(t)
	got, err = readObject(t, c, GetObjectInput{Range: "bytes=4-10", IfNoneMatch: "x"})
	require.NoError(t, err)
	require.Equal(t, o.data[4:11], got)
	require.Equal(t, "bytes=6-10", s.reqs[1].Header.Get("Range"))
	require.Empty(t, s.reqs[1].Header.Get("If-None-Match"))

	// The rough end of a connection that gave all.
	o = object{breaks: []int{24}}
	c, s = o.client(t)
	got, err = readObject(t, c, GetObjectInput{})
	require.NoError(t, err)
	require.Equal(t, o.data, got)
	require.Equal(t, 1, s.count())
}

func TestResumeFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		o        object
		in       GetObjectInput
		change   func(*Options)
		is       error
		says     string
		requests int
	}{
		"changed":                     {object{breaks: []int{5}, changed: 2}, GetObjectInput{}, nil, ErrObjectChanged, "object changed while it was read, 5 of 24 bytes in", 2},
		"changed, If-Match ignored":   {object{breaks: []int{5}, changed: 2, ignore: true}, GetObjectInput{}, nil, ErrObjectChanged, "5 of 24 bytes in", 2},
		"range ignored":               {object{breaks: []int{5}, ignore: true}, GetObjectInput{}, nil, nil, `the server answered status 200 and "" to "bytes=5-23"`, 2},
		"nothing comes any more":      {object{breaks: []int{5, 0, 0, 0, 0, 0, 0}}, GetObjectInput{}, nil, nil, "connection reset", 4},
		"no attempts":                 {object{breaks: []int{5}}, GetObjectInput{}, func(o *Options) { o.MaxAttempts = -1 }, nil, "connection reset", 1},
		"no ETag":                     {object{breaks: []int{5}, header: []string{"Etag", ""}}, GetObjectInput{}, nil, nil, "connection reset", 1},
		"no Content-Range":            {object{breaks: []int{5}, header: []string{"Content-Range", "pages 1-2"}}, GetObjectInput{}, nil, nil, `status 206 and "pages 1-2"`, 2},
		"a part, no Content-Range":    {object{breaks: []int{1}, header: []string{"Content-Range", "bytes 4"}}, GetObjectInput{Range: "bytes=4-"}, nil, nil, "connection reset", 1},
		"no length":                   {object{breaks: []int{5}, chunked: true}, GetObjectInput{}, nil, nil, "connection reset", 1},
		"an end before the length":    {object{breaks: []int{-5}}, GetObjectInput{}, func(o *Options) { o.MaxAttempts = -1 }, io.ErrUnexpectedEOF, `container "c", object "o": unexpected EOF`, 1},
		"other bytes than the ETag's": {object{etag: md5Hex("x")}, GetObjectInput{}, nil, ErrETagMismatch, "the ETag is " + md5Hex("x"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, s := test.o.client(t, func(o *Options) {
				if test.change != nil {
					test.change(o)
				}
			})
			got, err := readObject(t, c, test.in)
			if test.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.says)
				require.ErrorContains(t, err, "operation error Swift: GetObject")
				require.NotErrorIs(t, err, io.EOF)
			}
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
			require.Contains(t, test.o.data, got, "what was read is right")
			require.Equal(t, test.requests, s.count())
		})
	}
}

func TestBodyEnds(t *testing.T) {
	t.Parallel()
	// More than was announced.
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		resp := answer(r, 200, []string{"Etag", "e"}, "12345678")
		resp.ContentLength = 5
		return resp, nil
	}}
	_, err := readObject(t, newClient(t, s), GetObjectInput{})
	require.ErrorContains(t, err, "more than the 5 bytes it announced")

	// An error lasts, a close ends it, and both ends are the end.
	o := object{}
	c, _ := o.client(t)
	out, err := c.GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"})
	require.NoError(t, err)
	require.Equal(t, o.data, read(t, io.NopCloser(out.Body)))
	for range 2 {
		n, err := out.Body.Read(make([]byte, 1))
		require.Zero(t, n)
		require.Equal(t, io.EOF, err)
	}
	require.NoError(t, out.Body.Close())
	require.NoError(t, out.Body.Close())
	_, err = out.Body.Read(make([]byte, 1))
	require.ErrorIs(t, err, http.ErrBodyReadAfterClose)

	// The caller's end of it.
	for _, cause := range []error{nil, errors.New("enough")} {
		o = object{breaks: []int{5}}
		c, s = o.client(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		out, err = c.GetObject(ctx, &GetObjectInput{Container: "c", Object: "o"})
		require.NoError(t, err)
		cancel(cause)
		_, err = io.ReadAll(out.Body)
		require.ErrorIs(t, err, context.Canceled)
		if cause != nil {
			require.ErrorIs(t, err, cause)
		}
		require.Equal(t, 1, s.count())
		out.Body.Close()
	}

	// The rest can't be had: both failures are told.
	s = answers(func(r *http.Request) (*http.Response, error) {
		return (&object{data: "content", etag: "e", breaks: []int{3}}).serve(1, r)
	}, status(403))
	_, err = readObject(t, newClient(t, s), GetObjectInput{})
	require.ErrorContains(t, err, "connection reset; resume after 3 of 7 bytes")
	require.ErrorIs(t, err, ErrForbidden)
}

// TestETagOfDownload: which objects are compared with their ETag.
func TestETagOfDownload(t *testing.T) {
	t.Parallel()
	bad := md5Hex("x")
	for name, test := range map[string]struct {
		header []string
		in     GetObjectInput
		change func(*Options)
		etag   string
		fails  bool
	}{
		"plain":             {etag: bad, fails: true},
		"quoted, capital":   {etag: `"` + strings.ToUpper(bad) + `"`, fails: true},
		"SLO":               {etag: bad, header: []string{"X-Static-Large-Object", "True"}},
		"DLO":               {etag: bad, header: []string{"X-Object-Manifest", "c/p"}},
		"multipart":         {etag: bad + "-2"},
		"a part":            {etag: bad, in: GetObjectInput{Range: "bytes=1-2"}},
		"a manifest":        {etag: bad, in: GetObjectInput{MultipartManifest: "get"}},
		"never":             {etag: bad, change: func(o *Options) { o.ETagCheck = ETagCheckNever }},
		"auto over https":   {etag: bad, change: func(o *Options) { o.ETagCheck = ETagCheckAuto }},
		"auto over http":    {etag: bad, change: func(o *Options) { o.ETagCheck, o.StorageURL = ETagCheckAuto, "http://s.example.com/v1/a" }, fails: true},
		"ETags are no MD5s": {etag: bad, change: func(o *Options) { o.Profile.ETagMD5 = false }},
	} {
		o := object{etag: test.etag, header: test.header}
		c, _ := o.client(t, func(o *Options) {
			if test.change != nil {
				test.change(o)
			}
		})
		_, err := readObject(t, c, test.in)
		if test.fails {
			require.ErrorIs(t, err, ErrETagMismatch, name)
		} else {
			require.NoError(t, err, name)
		}
	}
}

func TestGetObject(t *testing.T) {
	t.Parallel()
	s := answers(text(200, "content", "Content-Type", "text/plain", "Content-Encoding", "gzip", "Content-Disposition", "inline", "Etag", md5Hex("content"),
		"Last-Modified", "Thu, 19 Feb 2026 04:44:39 GMT", "X-Delete-At", "2000000000", "X-Static-Large-Object", "True", "X-Object-Manifest", "c/p", "X-Manifest-Etag", "m",
		"X-Symlink-Target", "c/t", "X-Symlink-Target-Account", "AUTH_y", "X-Symlink-Target-Etag", "te", "X-Object-Version-Id", "v", "X-Object-Meta-Color", "red", "X-Timestamp", "1771476278.30221"))
	in := GetObjectInput{
		Container: "c", Object: "o", Range: "bytes=0-", IfMatch: "e", IfNoneMatch: "f", IfModifiedSince: sometime, IfUnmodifiedSince: sometime,
		VersionID: "v", MultipartManifest: "get", Format: "raw", Symlink: "get", Newest: true,
	}
	c := newClient(t, s)
	out, err := c.GetObject(t.Context(), &in)
	require.NoError(t, err)
	require.Equal(t, "content", read(t, out.Body))
	out.Body = nil
	want := GetObjectOutput{
		ContentLength: 7, ContentType: "text/plain", ContentEncoding: "gzip", ContentDisposition: "inline", ETag: md5Hex("content"),
		LastModified: time.Date(2026, 2, 19, 4, 44, 39, 0, time.UTC), DeleteAt: sometime.UTC(), StaticLargeObject: true, ObjectManifest: "c/p", ManifestETag: "m",
		SymlinkTarget: "c/t", SymlinkTargetAccount: "AUTH_y", SymlinkTargetETag: "te", VersionID: "v", Metadata: map[string]string{"color": "red"},
		Timestamp: time.Date(2026, 2, 19, 4, 44, 38, 302210e3, time.UTC), TransID: "tx1",
	}
	require.Equal(t, &want, out)
	r := s.reqs[0]
	require.Equal(t, "format=raw&multipart-manifest=get&symlink=get&version-id=v", r.URL.RawQuery)
	for name, v := range map[string]string{
		"Range": "bytes=0-", "If-Match": "e", "If-None-Match": "f", "If-Modified-Since": "Wed, 18 May 2033 03:33:20 GMT", "If-Unmodified-Since": "Wed, 18 May 2033 03:33:20 GMT", "X-Newest": "true",
	} {
		require.Equal(t, v, r.Header.Get(name))
	}
	head, err := c.HeadObject(t.Context(), &HeadObjectInput{Container: "c", Object: "o", VersionID: "v", Symlink: "get"})
	require.NoError(t, err)
	require.Equal(t, want.Metadata, head.Metadata)
	require.Equal(t, "symlink=get&version-id=v", s.reqs[1].URL.RawQuery)

	for code, class := range map[int]error{304: ErrNotModified, 404: ErrNotFound, 412: ErrPreconditionFailed, 416: ErrRangeNotSatisfiable} {
		_, err := newClient(t, answers(status(code))).GetObject(t.Context(), &in)
		require.ErrorIs(t, err, class)
	}
	var b bytes.Buffer
	s = answers(func(r *http.Request) (*http.Response, error) {
		return (&object{data: "content", etag: md5Hex("content"), chunked: true}).serve(1, r)
	})
	out, err = newClient(t, s, func(o *Options) { o.ETagCheck = ETagCheckAlways }).GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"})
	require.NoError(t, err)
	require.Equal(t, int64(-1), out.ContentLength)
	_, err = io.Copy(&b, out.Body)
	require.NoError(t, err, "without a length the end is the end")
	require.Equal(t, "content", b.String())
	out.Body.Close()
}
