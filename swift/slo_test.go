package swift_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

// wire answers each request with the next of its answers, the last one for ever, and keeps
// what it was sent.
type wire struct {
	answers []wireAnswer

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	tokens   int
}

type wireAnswer struct {
	status int
	header map[string]string
	body   string
	broken error // the connection breaks at the end of body
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	w.requests, w.bodies = append(w.requests, r), append(w.bodies, string(body))
	a := w.answers[min(len(w.requests), len(w.answers))-1]
	h := http.Header{}
	for k, v := range a.header {
		h.Set(k, v)
	}
	if a.status == 0 {
		return nil, a.broken
	}
	var content io.Reader = strings.NewReader(a.body)
	if a.broken != nil {
		content = io.MultiReader(content, brokenReader{a.broken})
	}
	return &http.Response{
		StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: io.NopCloser(content), ContentLength: -1, Request: r,
	}, nil
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

// Authenticate and Invalidate make the wire its own swift.Authenticator.
func (w *wire) Authenticate(context.Context) (token, storageURL string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return "token-" + string(rune('a'+w.tokens)), "https://swift.example.com/v1/AUTH_a", nil
}

func (w *wire) Invalidate(string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens++
}

func newWire(t *testing.T, answers ...wireAnswer) (*wire, *swift.Client) {
	t.Helper()
	w := &wire{answers: answers}
	c, err := swift.New(swift.Options{
		Auth: w, Profile: swift.OpenStack(), HTTPClient: &http.Client{Transport: w}, BaseDelay: time.Nanosecond, MaxDelay: time.Nanosecond,
	})
	require.NoError(t, err)
	return w, c
}

func created(etag string) wireAnswer {
	return wireAnswer{201, map[string]string{"Etag": etag, "Last-Modified": "Sat, 21 Nov 2026 16:08:38 GMT", "X-Trans-Id": "tx1", "X-Object-Version-Id": "v1"}, "", nil}
}

const md5A = "594f803b380a41396ed63dca39503542"

func TestCreateSLOManifest(t *testing.T) {
	t.Parallel()
	w, c := newWire(t, created(`"abc"`))
	out, err := c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{
		Container: "c", Object: "a %/ü.txt", ETag: md5A, ContentType: "x/y", Metadata: map[string]string{"k": "v"}, DeleteAfter: 60, IfNoneMatch: "*",
		Segments: []swift.SLOSegment{
			{Path: "/s/1 %ü", ETag: `"` + md5A + `"`, SizeBytes: 5, ContentType: "ignored", SubSLO: true},
			{Path: "s/2", Range: "1-2"},
			{Data: []byte("xyz")},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, `"abc"`, out.ETag)
	assert.Equal(t, time.Date(2026, 11, 21, 16, 8, 38, 0, time.UTC), out.LastModified)
	assert.Equal(t, "v1", out.VersionID)
	assert.Equal(t, "tx1", out.TransID)
	r := w.requests[0]
	assert.Equal(t, http.MethodPut, r.Method)
	assert.Equal(t, "https://swift.example.com/v1/AUTH_a/c/a%20%25/%C3%BC.txt?multipart-manifest=put", r.URL.String())
	assert.Equal(t, `[{"path":"s/1 %ü","etag":"`+md5A+`","size_bytes":5},{"path":"s/2","range":"1-2"},{"data":"eHl6"}]`, w.bodies[0])
	assert.Equal(t, "application/json", r.Header.Get("Accept"))
	assert.Equal(t, "x/y", r.Header.Get("Content-Type"))
	assert.Equal(t, md5A, r.Header.Get("Etag"))
	assert.Equal(t, "v", r.Header.Get("X-Object-Meta-K"))
	assert.Equal(t, "60", r.Header.Get("X-Delete-After"))
	assert.Equal(t, "*", r.Header.Get("If-None-Match"))

	// The type of the manifest is not the object's: none is sent, and the name decides.
	_, err = c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "o", Segments: []swift.SLOSegment{{Path: "s/1"}}})
	require.NoError(t, err)
	assert.NotContains(t, w.requests[1].Header, "Content-Type")
}

func TestCreateSLOManifestHeartbeat(t *testing.T) {
	t.Parallel()
	const blanks = " \r\n\r\n"
	for name, c := range map[string]struct {
		body     string
		status   int // of the error; 0: none
		segments []swift.SLOSegmentError
	}{
		"JSON": {body: blanks + `{"Response Status": "201 Created", "Etag": "\"abc\"", "Last Modified": "Sat, 21 Nov 2026 16:08:38 GMT", "Response Body": "", "Errors": []}`},
		"text": {body: blanks + "Etag: \"abc\"\nLast Modified: Sat, 21 Nov 2026 16:08:38 GMT\nResponse Body: \nResponse Status: 201 Created\nErrors:\n"},
		"refused": {
			body:   blanks + `{"Response Status": "400 Bad Request", "Response Body": "Bad Request\nThe server could not comply", "Errors": [["s/1%20%25%C3%BC", "Etag Mismatch"], ["/s/100%", "404 Not Found"]]}`,
			status: 400, segments: []swift.SLOSegmentError{{Path: "s/1 %ü", Reason: "Etag Mismatch"}, {Path: "s/100%", Reason: "404 Not Found"}},
		},
		"refused, in text": {
			body:   blanks + "Response Body: Bad Request\nResponse Status: 400 Bad Request\nErrors:\n/s/a, b, Size Mismatch\nwhatever\n",
			status: 400, segments: []swift.SLOSegmentError{{Path: "s/a, b", Reason: "Size Mismatch"}},
		},
		"another ETag": {body: blanks + `{"Response Status": "422 Unprocessable Entity", "Response Body": "Unprocessable", "Errors": []}`, status: 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, client := newWire(t, wireAnswer{202, map[string]string{"Content-Type": "application/json"}, c.body, nil})
			out, err := client.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "o", Heartbeat: true, Segments: []swift.SLOSegment{{Path: "s/1"}}})
			assert.Equal(t, "heartbeat=on&multipart-manifest=put", w.requests[0].URL.RawQuery)
			if c.status == 0 {
				require.NoError(t, err)
				assert.Equal(t, `"abc"`, out.ETag)
				assert.Equal(t, 2026, out.LastModified.Year())
				return
			}
			var failed *swift.Error
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, c.status, failed.StatusCode)
			assert.Equal(t, "c", failed.Container)
			assert.NotContains(t, err.Error(), "\n")
			var slo *swift.SLOError
			assert.Equal(t, c.segments != nil, errors.As(err, &slo))
			if slo != nil {
				assert.Equal(t, c.segments, slo.Segments)
			}
		})
	}
}

// What the server could not do now is tried again, wherever it says so.
func TestCreateSLOManifestHeartbeatRetried(t *testing.T) {
	t.Parallel()
	in := &swift.CreateSLOManifestInput{Container: "c", Object: "o", Heartbeat: true, Segments: []swift.SLOSegment{{Path: "s/1"}}}
	ok := wireAnswer{202, nil, `{"Response Status": "201 Created", "Etag": "\"abc\""}`, nil}
	for name, first := range map[string]wireAnswer{
		"503 inside":   {202, nil, `{"Response Status": "503 Service Unavailable", "Errors": []}`, nil},
		"cut off":      {202, nil, "   ", io.ErrUnexpectedEOF},
		"token, 401":   {401, nil, "", nil},
		"token inside": {202, nil, `{"Response Status": "400 Bad Request", "Errors": [["s/1", "401 Unauthorized"]]}`, nil},
		"token in 400": {400, nil, `{"Errors": [["s/1", "401 Unauthorized"]]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := newWire(t, first, ok)
			out, err := c.CreateSLOManifest(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, `"abc"`, out.ETag)
			require.Len(t, w.requests, 2)
			want := "token-a"
			if strings.HasPrefix(name, "token") {
				want = "token-b"
			}
			assert.Equal(t, want, w.requests[1].Header.Get("X-Auth-Token"))
			assert.Equal(t, w.bodies[0], w.bodies[1])
		})
	}
	w, c := newWire(t, wireAnswer{202, nil, `{"Response Status": "400 Bad Request", "Errors": [["s/1", "401 Unauthorized"]]}`, nil})
	_, err := c.CreateSLOManifest(t.Context(), in)
	require.ErrorIs(t, err, swift.ErrUnauthorized)
	assert.Len(t, w.requests, 2, "one fresh token and no more")
}

func TestCreateSLOManifestRefused(t *testing.T) {
	t.Parallel()
	in := &swift.CreateSLOManifestInput{Container: "c", Object: "o", Segments: []swift.SLOSegment{{Path: "s/1"}}}
	for name, c := range map[string]struct {
		answer   wireAnswer
		segments int
		message  string
	}{
		"JSON":       {wireAnswer{400, nil, `{"Errors": [["/s/1", "Etag Mismatch"], ["/s/2", "Size Mismatch"], ["/s/3", "404 Not Found"], ["/s/4", "Size Mismatch"]]}`, nil}, 4, ""},
		"text":       {wireAnswer{400, nil, "Errors:\n/s/1, Etag Mismatch\n", nil}, 1, ""},
		"bad JSON":   {wireAnswer{400, nil, "Manifest must be valid JSON.\n", nil}, 0, "Manifest must be valid JSON."},
		"Ceph":       {wireAnswer{400, nil, `{"Code":"InvalidArgument","Message":"","RequestId":"tx1"}`, nil}, 0, ""},
		"too many":   {wireAnswer{413, nil, "Number of segments must be <= 1000", nil}, 0, "Number of segments must be <= 1000"},
		"other JSON": {wireAnswer{409, nil, `{"whatever": 1}`, nil}, 0, `{"whatever": 1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, client := newWire(t, c.answer)
			_, err := client.CreateSLOManifest(t.Context(), in)
			var failed *swift.Error
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, c.answer.status, failed.StatusCode)
			assert.Equal(t, c.message, failed.Message)
			var slo *swift.SLOError
			require.Equal(t, c.segments > 0, errors.As(err, &slo))
			if slo != nil {
				require.Len(t, slo.Segments, c.segments)
				assert.Contains(t, err.Error(), `of the segments: "s/1": Etag Mismatch`)
				assert.Equal(t, c.segments > 3, strings.Contains(err.Error(), "..."))
			}
			if name == "Ceph" {
				assert.Equal(t, "InvalidArgument", failed.Code)
			}
		})
	}
}

func TestSLOMalformedReports(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":     "  \r\n",
		"html":        "<html>proxy</html>",
		"no status":   `{"Errors": []}`,
		"cut off":     `{"Response Status": "201 Cre`,
		"other types": `{"Response Status": 201}`,
		"a word":      `{"Response Status": "fine"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := newWire(t, wireAnswer{202, nil, body, nil})
			_, err := c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "o", Segments: []swift.SLOSegment{{Path: "s/1"}}})
			require.ErrorIs(t, err, swift.ErrMalformedAnswer)
			if name == "nothing" {
				return // is what a deletion may answer
			}
			_, c = newWire(t, wireAnswer{200, nil, body, nil})
			_, err = c.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: "c", Object: "o"})
			require.ErrorIs(t, err, swift.ErrMalformedAnswer)
		})
	}
}

func TestCreateSLOManifestBadInput(t *testing.T) {
	t.Parallel()
	w, c := newWire(t, created(""))
	for want, in := range map[string]*swift.CreateSLOManifestInput{
		"Segments is empty":                     {},
		"IfNoneMatch":                           {IfNoneMatch: "x", Segments: []swift.SLOSegment{{Path: "s/1"}}},
		"DeleteAfter: -1 is negative":           {DeleteAfter: -1, Segments: []swift.SLOSegment{{Path: "s/1"}}},
		`Segments[1].Path: "s" is no container`: {Segments: []swift.SLOSegment{{Path: "s/1"}, {Path: "s"}}},
		"Segments[0].Path: \"s/\\xff\" is not":  {Segments: []swift.SLOSegment{{Path: "s/\xff"}}},
		"Segments[0].SizeBytes":                 {Segments: []swift.SLOSegment{{Path: "s/1", SizeBytes: -1}}},
		"Segments[0].Data":                      {Segments: []swift.SLOSegment{{Path: "s/1", Data: []byte("x")}}},
	} {
		in.Container, in.Object = "c", "o"
		_, err := c.CreateSLOManifest(t.Context(), in)
		require.ErrorContains(t, err, want)
	}
	_, err := c.CreateSLOManifest(t.Context(), nil)
	require.Error(t, err)

	ranged := &swift.CreateSLOManifestInput{Container: "c", Object: "o", Segments: []swift.SLOSegment{{Path: "s/1"}, {Path: "s/1", Range: "0-1"}}}
	ceph := func(o *swift.Options) { o.Profile = swift.CephRGW() }
	_, err = c.CreateSLOManifest(t.Context(), ranged, ceph)
	require.ErrorIs(t, err, swift.ErrUnsupported)
	require.ErrorContains(t, err, "Segments[1].Range")
	assert.Empty(t, w.requests)
	_, err = c.CreateSLOManifest(t.Context(), ranged, ceph, func(o *swift.Options) { o.AllowUnsupported = true })
	require.NoError(t, err)
	_, err = c.CreateSLOManifest(t.Context(), ranged, func(o *swift.Options) { o.Auth = nil })
	require.Error(t, err)
}

func TestGetSLOManifest(t *testing.T) {
	t.Parallel()
	header := map[string]string{
		"X-Static-Large-Object": "True", "Etag": "17b99db9ea1102330b547a3f436ce140", "Last-Modified": "Sat, 21 Nov 2026 16:08:38 GMT",
		"X-Object-Meta-K": "v", "X-Object-Version-Id": "v1", "X-Trans-Id": "tx1",
	}
	const kept = `[{"name": "/s/1 %\u00fc", "bytes": 5, "hash": "` + md5A + `", "content_type": "a/b", "last_modified": "2026-11-21T16:12:59.000000", "sub_slo": true},` +
		` {"data": "eHl6"}, {"name": "/s/2", "bytes": 7, "hash": "x", "range": "1-2"}]`
	const raw = `[{"etag": "` + md5A + `", "path": "/s/1 %\u00fc", "size_bytes": 5}, {"data": "eHl6"}, {"etag": "x", "path": "/s/2", "range": "1-2", "size_bytes": 7}]`

	w, c := newWire(t, wireAnswer{200, header, kept, nil}, wireAnswer{200, header, raw, nil})
	out, err := c.GetSLOManifest(t.Context(), &swift.GetSLOManifestInput{Container: "c", Object: "o", VersionID: "v1", Newest: true})
	require.NoError(t, err)
	assert.Equal(t, "multipart-manifest=get&version-id=v1", w.requests[0].URL.RawQuery)
	assert.Equal(t, "true", w.requests[0].Header.Get("X-Newest"))
	want := []swift.SLOSegment{
		{Path: "s/1 %ü", ETag: md5A, SizeBytes: 5, ContentType: "a/b", LastModified: time.Date(2026, 11, 21, 16, 12, 59, 0, time.UTC), SubSLO: true},
		{Data: []byte("xyz")},
		{Path: "s/2", ETag: "x", SizeBytes: 7, Range: "1-2"},
	}
	assert.Equal(t, want, out.Segments)
	assert.Equal(t, "17b99db9ea1102330b547a3f436ce140", out.ManifestETag)
	assert.Equal(t, map[string]string{"k": "v"}, out.Metadata)
	assert.Equal(t, "v1", out.VersionID)
	assert.Equal(t, "tx1", out.TransID)
	assert.Equal(t, 2026, out.LastModified.Year())

	out, err = c.GetSLOManifest(t.Context(), &swift.GetSLOManifestInput{Container: "c", Object: "o", Raw: true})
	require.NoError(t, err)
	assert.Equal(t, "format=raw&multipart-manifest=get", w.requests[1].URL.RawQuery)
	want[0] = swift.SLOSegment{Path: "s/1 %ü", ETag: md5A, SizeBytes: 5}
	assert.Equal(t, want, out.Segments)
	assert.Empty(t, out.ManifestETag)
}

func TestGetSLOManifestFails(t *testing.T) {
	t.Parallel()
	slo := map[string]string{"X-Static-Large-Object": "True"}
	in := &swift.GetSLOManifestInput{Container: "c", Object: "o"}
	for name, c := range map[string]struct {
		answer wireAnswer
		want   error
	}{
		"not there":   {wireAnswer{404, nil, "", nil}, swift.ErrNotFound},
		"no SLO":      {wireAnswer{200, nil, "its content", nil}, swift.ErrNotSLO},
		"cut off":     {wireAnswer{200, slo, `[{"name": "/s/1"`, io.ErrUnexpectedEOF}, io.ErrUnexpectedEOF},
		"half a JSON": {wireAnswer{200, slo, `[{"name": "/s/1"`, nil}, swift.ErrMalformedAnswer},
		"no name":     {wireAnswer{200, slo, `[{"bytes": 1}]`, nil}, swift.ErrMalformedAnswer},
		"html":        {wireAnswer{200, slo, `<html>`, nil}, swift.ErrMalformedAnswer},
		"endless":     {wireAnswer{200, slo, strings.Repeat(" ", 64<<20+1), nil}, swift.ErrMalformedAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, client := newWire(t, c.answer)
			_, err := client.GetSLOManifest(t.Context(), in)
			require.ErrorIs(t, err, c.want)
			assert.Contains(t, err.Error(), "GetSLOManifest")
		})
	}
	w, c := newWire(t, created(""))
	_, err := c.GetSLOManifest(t.Context(), in, func(o *swift.Options) { o.Profile = swift.CephRGW() })
	require.ErrorIs(t, err, swift.ErrUnsupported)
	assert.Empty(t, w.requests)
}

func TestDeleteSLO(t *testing.T) {
	t.Parallel()
	in := &swift.DeleteSLOInput{Container: "c", Object: "o"}
	report := func(v map[string]any) wireAnswer {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return wireAnswer{200, map[string]string{"Content-Type": "application/json", "X-Trans-Id": "tx1"}, string(b), nil}
	}
	w, c := newWire(t, report(map[string]any{"Response Status": "200 OK", "Number Deleted": 4, "Number Not Found": 1, "Errors": [][2]string{}}))
	out, err := c.DeleteSLO(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, swift.DeleteSLOOutput{NumberDeleted: 4, NumberNotFound: 1, TransID: "tx1"}, *out)
	assert.Equal(t, http.MethodDelete, w.requests[0].Method)
	assert.Equal(t, "multipart-manifest=delete", w.requests[0].URL.RawQuery)
	assert.Equal(t, "application/json", w.requests[0].Header.Get("Accept"))
	_, err = c.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: "c", Object: "o", Async: true})
	require.NoError(t, err)
	assert.Equal(t, "async=on&multipart-manifest=delete", w.requests[1].URL.RawQuery)

	_, c = newWire(t, wireAnswer{200, nil, "Number Deleted: 3\nNumber Not Found: 0\nResponse Body: \nResponse Status: 200 OK\nErrors:\n", nil})
	out, err = c.DeleteSLO(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, 3, out.NumberDeleted)

	_, c = newWire(t, wireAnswer{204, nil, "", nil})
	out, err = c.DeleteSLO(t.Context(), in)
	require.NoError(t, err)
	assert.Zero(t, *out)

	for name, v := range map[string]struct {
		report   map[string]any
		want     error
		segments []swift.SLOSegmentError
	}{
		"in part": {
			map[string]any{"Response Status": "400 Bad Request", "Number Deleted": 2, "Errors": [][2]string{{"/c/a%20b", "403 Forbidden"}}},
			swift.ErrBadRequest,
			[]swift.SLOSegmentError{{Path: "c/a b", Reason: "403 Forbidden"}},
		},
		"in part, and calls it a success": {
			map[string]any{"Response Status": "200 OK", "Number Deleted": 2, "Errors": [][2]string{{"c/a", "500 Internal Error"}}},
			nil,
			[]swift.SLOSegmentError{{Path: "c/a", Reason: "500 Internal Error"}},
		},
		"no SLO": {
			map[string]any{"Response Status": "400 Bad Request", "Errors": [][2]string{{"/c/o", "Not an SLO manifest"}}},
			swift.ErrBadRequest,
			[]swift.SLOSegmentError{{Path: "c/o", Reason: "Not an SLO manifest"}},
		},
		"not there": {map[string]any{"Response Status": "200 OK", "Number Deleted": 0, "Number Not Found": 1}, swift.ErrNotFound, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := newWire(t, report(v.report))
			_, err := c.DeleteSLO(t.Context(), in)
			require.Error(t, err)
			if v.want != nil {
				require.ErrorIs(t, err, v.want)
			}
			var slo *swift.SLOError
			require.Equal(t, v.segments != nil, errors.As(err, &slo))
			if slo != nil {
				assert.Equal(t, v.segments, slo.Segments)
			}
		})
	}
	// The attempt whose answer was lost has deleted it.
	w, c = newWire(t, wireAnswer{broken: io.ErrUnexpectedEOF}, report(map[string]any{"Response Status": "200 OK", "Number Deleted": 0, "Number Not Found": 1}))
	_, err = c.DeleteSLO(t.Context(), in)
	require.NoError(t, err)
	assert.Len(t, w.requests, 2)
}

// A large object goes on without If-Match, which some servers compare with its manifest.
func TestLargeObjectResumes(t *testing.T) {
	t.Parallel()
	for _, etag := range []string{`"abc"`, `"other"`} {
		head := map[string]string{"X-Static-Large-Object": "True", "Etag": `"abc"`}
		rest := map[string]string{"X-Static-Large-Object": "True", "Etag": etag, "Content-Range": "bytes 3-5/6"}
		w, c := newWire(t, wireAnswer{200, head, "abc", io.ErrUnexpectedEOF}, wireAnswer{206, rest, "def", nil})
		out, err := c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "o"}, func(o *swift.Options) {
			o.HTTPClient = &http.Client{Transport: sized{w, 6}}
		})
		require.NoError(t, err)
		b, err := io.ReadAll(out.Body)
		require.NoError(t, out.Body.Close())
		assert.NotContains(t, w.requests[1].Header, "If-Match")
		assert.Equal(t, "bytes=3-5", w.requests[1].Header.Get("Range"))
		if etag != `"abc"` {
			require.ErrorIs(t, err, swift.ErrObjectChanged)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, "abcdef", string(b))
	}
}

// sized states the length of what comes first.
type sized struct {
	http.RoundTripper
	length int64
}

func (s sized) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusOK {
		resp.ContentLength = s.length
	}
	return resp, err
}
