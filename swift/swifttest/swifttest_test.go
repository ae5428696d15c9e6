package swifttest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func one(o *swifttest.Options) { o.Containers = []string{"c"} }

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 5, 4, 3, 2, 1, 5e8, time.UTC)} }

func (c *clock) set(o *swifttest.Options) { o.Clock = c.get }

func (c *clock) get() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// raw sends a request as it is, with a token but for that of the header.
func raw(t *testing.T, s *swifttest.Server, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	token, _, err := s.Options().Auth.Authenticate(t.Context())
	require.NoError(t, err)
	return send(t, s, method, s.StorageURL()+path, body, append([]string{"X-Auth-Token", token}, header...)...)
}

func send(t *testing.T, s *swifttest.Server, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Client{Transport: s.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp, string(b)
}

func get(t *testing.T, c *swift.Client, in swift.GetObjectInput) (*swift.GetObjectOutput, string) {
	t.Helper()
	out, err := c.GetObject(t.Context(), &in)
	require.NoError(t, err)
	b, err := io.ReadAll(out.Body)
	require.NoError(t, err)
	require.NoError(t, out.Body.Close())
	return out, string(b)
}

const notFound = "<html><h1>Not Found</h1><p>The resource could not be found.</p></html>"

// Answers in full, as OpenStack Swift gave them.
func TestAnswers(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set, func(o *swifttest.Options) {
		o.Policies = []string{"gold", "silver"}
		o.Containers = append(o.Containers, "empty")
	})
	s.Put("c", "a.txt", []byte("hello world"))
	s.Put("c", "d/b", []byte("x"))
	s.Put("c", "d/e/f", []byte("y"))
	for _, row := range []struct {
		request string
		header  []string
		body    string
		status  int
		want    string
		headers []string // that the answer must have
	}{
		{"PUT /new", nil, "", 201, "", []string{"Content-Type", "text/html; charset=UTF-8"}},
		{"PUT /new", nil, "", 202, "<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>", nil},
		{"PUT /other", []string{"X-Storage-Policy", "nope"}, "", 400, "Invalid X-Storage-Policy 'nope'", []string{"Content-Type", "text/plain"}},
		{"PUT /silver", []string{"X-Storage-Policy", "silver"}, "", 201, "", nil},
		{"PUT /silver", []string{"X-Storage-Policy", "gold"}, "", 409, "<html><h1>Conflict</h1><p>There was a conflict when trying to complete your request.</p></html>", nil},
		{"PUT /silver", []string{"X-Container-Meta-Quota-Bytes", "x"}, "", 400, "Invalid bytes quota.", nil},
		{"PUT /silver", []string{"X-Container-Write", ".r:*"}, "", 400, `X-Container-Write: Referrers not allowed in write ACL: ".r:*"`, nil},
		{"PUT /" + strings.Repeat("x", 257), nil, "", 400, "Container name length of 257 longer than 256", nil},
		{"DELETE /silver", nil, "", 204, "", nil},
		{"DELETE /silver", nil, "", 404, notFound, nil},
		{"POST /silver", nil, "", 404, notFound, nil},
		{"POST /new", []string{"X-Container-Meta-Quota-Count", "1.5"}, "", 400, "Invalid count quota.", nil},
		{"DELETE /c", nil, "", 409, "<html><h1>Conflict</h1><p>There was a conflict when trying to complete your request.</p></html>", nil},
		{"HEAD /silver", nil, "", 404, "", nil},
		{"DELETE /", nil, "", 403, "<html><h1>Forbidden</h1><p>Access was denied to this resource.</p></html>", nil},
		{"POST /", []string{"X-Account-Meta-Quota-Bytes", "1"}, "", 403, "<html><h1>Forbidden</h1><p>Access was denied to this resource.</p></html>", nil},
		{"POST /", []string{"X-Account-Meta-" + strings.Repeat("x", 129), "1"}, "", 400, "Metadata name too long: x-account-meta-" + strings.Repeat("x", 129), nil},

		{"GET /", nil, "", 200, "c\nempty\nnew\n", []string{"Content-Type", "text/plain; charset=utf-8", "X-Account-Object-Count", "3", "X-Account-Storage-Policy-Gold-Bytes-Used", "13"}},
		{"GET /?format=json&prefix=c", nil, "", 200, `[{"name":"c","count":3,"bytes":13,"last_modified":"2026-05-04T03:02:01.500000"}]`, nil},
		{"GET /?format=xml&limit=1", nil, "", 200, `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<account name="AUTH_test"><container><name>c</name><count>3</count><bytes>13</bytes><last_modified>2026-05-04T03:02:01.500000</last_modified></container></account>`, nil},
		{"GET /?limit=10001", nil, "", 412, "Maximum limit is 10000", nil},
		{"GET /?format=json&delimiter=e&prefix=n", nil, "", 200, `[{"subdir":"ne"}]`, nil},
		{"GET /empty", nil, "", 204, "", []string{"X-Container-Object-Count", "0", "X-Timestamp", "1777863721.50000"}},
		{"GET /empty?format=json", nil, "", 200, "[]", []string{"Content-Type", "application/json; charset=utf-8"}},
		{"GET /empty", []string{"Accept", "application/xml"}, "", 200, `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<container name="empty"></container>`, nil},
		{"GET /c?limit=0&format=json", nil, "", 200, "[]", nil},
		{"GET /c?format=json&limit=1", nil, "", 200, `[{"name":"a.txt","bytes":11,"hash":"5eb63bbbe01eeed093cb22bb8f5acdc3","content_type":"text/plain","last_modified":"2026-05-04T03:02:01.500000"}]`, []string{"X-Storage-Policy", "gold", "Last-Modified", "Mon, 04 May 2026 03:02:02 GMT"}},
		{"GET /c?limit=20000", nil, "", 412, "Maximum limit is 10000", nil},
		{"GET /c?delimiter=/", nil, "", 200, "a.txt\nd/\n", nil},
		{"GET /c?delimiter=/&marker=d/", nil, "", 204, "", nil},
		{"GET /c?delimiter=/&reverse=true&limit=1", nil, "", 200, "d/\n", nil},
		{"GET /c?path=d", nil, "", 200, "d/b\n", nil},
		{"GET /c?path=&format=xml", nil, "", 200, `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<container name="c"><object><name>a.txt</name><hash>5eb63bbbe01eeed093cb22bb8f5acdc3</hash><bytes>11</bytes><content_type>text/plain</content_type><last_modified>2026-05-04T03:02:01.500000</last_modified></object></container>`, nil},
		{"GET /c?delimiter=/&prefix=d&format=xml", nil, "", 200, `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<container name="c"><subdir name="d/"><name>d/</name></subdir></container>`, nil},
		{"GET /c?versions", nil, "", 501, "<html><h1>Not Implemented</h1><p>The requested method is not implemented by this server.</p></html>", nil},
		{"GET /none", nil, "", 404, notFound, nil},

		{"PUT /none/o", nil, "x", 404, notFound, nil},
		{"PUT /c/o", []string{"Etag", strings.Repeat("0", 32)}, "x", 422, "<html><h1>Unprocessable Entity</h1><p>Unable to process the contained instructions</p></html>", nil},
		{"PUT /c/a.txt", []string{"If-None-Match", "*"}, "x", 412, "<html><h1>Precondition Failed</h1><p>A precondition for this request was not met.</p></html>", nil},
		{"PUT /c/a.txt", []string{"If-None-Match", "abc"}, "x", 400, "If-None-Match only supports *", nil},
		{"PUT /c/o", []string{"X-Delete-At", "1"}, "x", 400, "X-Delete-At in past", nil},
		{"PUT /c/o", []string{"X-Delete-At", "soon"}, "x", 400, "Non-integer X-Delete-At", nil},
		{"PUT /c/o", []string{"X-Delete-After", "soon"}, "x", 400, "Non-integer X-Delete-After", nil},
		{"PUT /c/o", []string{"X-Delete-After", "-1"}, "x", 400, "X-Delete-After in past", nil},
		{"PUT /c/o", []string{"X-Object-Manifest", "noprefix"}, "", 400, "X-Object-Manifest must be in the format container/prefix", nil},
		{"PUT /c/o", []string{"X-Object-Meta-A", strings.Repeat("v", 257)}, "", 400, "Metadata value longer than 256: x-object-meta-a", nil},
		{"PUT /c/o", []string{"X-Object-Meta-", "v"}, "", 400, "Metadata name cannot be empty", nil},
		{"PUT /c/" + strings.Repeat("x", 1025), nil, "", 400, "Object name length of 1025 longer than 1024", nil},
		{"PUT /c/o", []string{"X-Symlink-Target", "c/a.txt"}, "", 501, "<html><h1>Not Implemented</h1><p>The requested method is not implemented by this server.</p></html>", nil},
		{"PUT /c/o", []string{"X-Copy-From", "c/a.txt"}, "body", 400, "Copy requests require a zero byte body", nil},
		{"PUT /c/o", []string{"X-Copy-From", "c"}, "", 412, "X-Copy-From header must be of the form <container name>/<object name>", nil},
		{"PUT /c/o", []string{"X-Copy-From", "c/none"}, "", 404, notFound, nil},
		{"PUT /c/o", []string{"X-Copy-From", "c/a.txt", "X-Copy-From-Account", "AUTH_other"}, "", 403, "<html><h1>Forbidden</h1><p>Access was denied to this resource.</p></html>", nil},
		{"COPY /c/a.txt", nil, "", 412, "Destination header required", nil},
		{"COPY /c/a.txt", []string{"Destination", "c"}, "", 412, "Destination header must be of the form <container name>/<object name>", nil},
		{"COPY /c/a.txt", []string{"Destination", "c/o", "Destination-Account", "AUTH_other"}, "", 403, "<html><h1>Forbidden</h1><p>Access was denied to this resource.</p></html>", nil},
		{"COPY /c/a.txt", []string{"Destination", "none/o"}, "", 404, notFound, nil},
		{"COPY /c/a.txt", []string{"Destination", "c/a%20copy", "X-Object-Meta-By", "me"}, "", 201, "", []string{
			"Etag", "5eb63bbbe01eeed093cb22bb8f5acdc3", "X-Copied-From", "c/a.txt", "X-Copied-From-Account", "AUTH_test",
			"X-Copied-From-Last-Modified", "Mon, 04 May 2026 03:02:02 GMT", "X-Object-Meta-By", "me",
		}},
		{"HEAD /c/a%20copy", nil, "", 200, "", []string{"Content-Type", "text/plain", "X-Object-Meta-By", "me", "Content-Length", "11"}},
		{"POST /c/none", nil, "", 404, notFound, nil},
		{"POST /c/a%20copy", []string{"X-Delete-At", "1"}, "", 400, "X-Delete-At in past", nil},
		{"POST /c/a%20copy", []string{"X-Object-Manifest", "x"}, "", 400, "X-Object-Manifest must be in the format container/prefix", nil},
		{"POST /c/a%20copy", []string{"X-Object-Meta-A", strings.Repeat("v", 257)}, "", 400, "Metadata value longer than 256: x-object-meta-a", nil},
		{"POST /c/a%20copy", nil, "", 202, "<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>", nil},
		{"DELETE /c/a%20copy", nil, "", 204, "", nil},
		{"DELETE /c/a%20copy", nil, "", 404, notFound, nil},
		{"GET /c/a.txt", []string{"Range", "bytes=0-4"}, "", 206, "hello", []string{"Content-Range", "bytes 0-4/11"}},
		{"GET /c/a.txt", []string{"Range", "bytes=20-"}, "", 416, "<html><h1>Requested Range Not Satisfiable</h1><p>The Range requested is not available.</p></html>", []string{"Content-Range", "bytes */11"}},
		{"GET /c/a.txt", []string{"Range", "bytes=4-2"}, "", 200, "hello world", nil},
		{"GET /c/a.txt", []string{"Range", "lines=1-2"}, "", 200, "hello world", nil},
		{"GET /c/a.txt", []string{"Range", "bytes=" + strings.Repeat("0-1,", 60) + "0-1"}, "", 416, "<html><h1>Requested Range Not Satisfiable</h1><p>The Range requested is not available.</p></html>", nil},
		{"GET /c/a.txt", []string{"If-Match", "x"}, "", 412, "", []string{"Etag", "5eb63bbbe01eeed093cb22bb8f5acdc3"}},
		{"GET /c/a.txt", []string{"If-None-Match", `"5eb63bbbe01eeed093cb22bb8f5acdc3"`}, "", 304, "", nil},
		{"GET /c/a.txt", []string{"If-Modified-Since", "Mon, 04 May 2026 03:02:02 GMT"}, "", 304, "", nil},
		{"GET /c/a.txt", []string{"If-Unmodified-Since", "Mon, 04 May 2026 03:02:01 GMT"}, "", 412, "", nil},
		{"OPTIONS /c/a.txt", nil, "", 200, "", []string{"Allow", "HEAD, GET, PUT, POST, OPTIONS, DELETE, COPY"}},
		{"OPTIONS /", nil, "", 501, "<html><h1>Not Implemented</h1><p>The requested method is not implemented by this server.</p></html>", nil},
		{"POST /c", []string{"X-Container-Meta-Web-Index", "i"}, "", 501, "<html><h1>Not Implemented</h1><p>The requested method is not implemented by this server.</p></html>", nil},

		{"POST /?bulk-delete", nil, "c/a.txt\nnone/x\n", 200, "Number Deleted: 1\nNumber Not Found: 1\nResponse Body: \nResponse Status: 200 OK\nErrors:\n", []string{"Content-Type", "text/plain"}},
		{"POST /?bulk-delete", []string{"Accept", "application/json"}, "c\n\n", 200, `{"Errors":[["c","409 Conflict"]],"Number Deleted":0,"Number Not Found":0,"Response Body":"","Response Status":"400 Bad Request"}`, nil},
		{"POST /?bulk-delete", []string{"Accept", "application/xml"}, "c", 200, "<delete>\n<number_deleted>0</number_deleted>\n<number_not_found>0</number_not_found>\n<response_body></response_body>\n<response_status>400 Bad Request</response_status>\n<errors>\n<object><name>c</name><status>409 Conflict</status></object>\n</errors>\n</delete>\n", []string{"Content-Type", "application/xml"}},
		{"PUT /c/%ff", nil, "", 412, "Invalid UTF8 or contains NULL", nil},
		{"PUT /c/%00", nil, "", 412, "Invalid UTF8 or contains NULL", nil},
		{"DELETE /?bulk-delete", nil, "c", 200, "Number Deleted: 0\nNumber Not Found: 0\nResponse Body: \nResponse Status: 400 Bad Request\nErrors:\nc, 409 Conflict\n", nil},
		{"POST /?bulk-delete", nil, "", 200, "Number Deleted: 0\nNumber Not Found: 0\nResponse Body: Invalid bulk delete.\nResponse Status: 400 Bad Request\nErrors:\n", nil},
		{"POST /?bulk-delete", nil, strings.Repeat("x", 3000), 200, "Number Deleted: 0\nNumber Not Found: 0\nResponse Body: Invalid File Name\nResponse Status: 400 Bad Request\nErrors:\n", nil},
		{"POST /?bulk-delete", []string{"Content-Type", "application/json"}, "[]", 200, "Number Deleted: 0\nNumber Not Found: 0\nResponse Body: <html><h1>Not Acceptable</h1><p>The resource is not available in a format acceptable to your browser.</p></html>\nResponse Status: 406 Not Acceptable\nErrors:\n", nil},
		{"POST /?bulk-delete", nil, strings.Repeat("c/50%\n", 2), 200, "Number Deleted: 0\nNumber Not Found: 2\nResponse Body: \nResponse Status: 200 OK\nErrors:\n", nil},
		{"PUT /?extract-archive=tar", nil, "", 501, "<html><h1>Not Implemented</h1><p>The requested method is not implemented by this server.</p></html>", nil},
	} {
		method, path, _ := strings.Cut(row.request, " ")
		resp, body := raw(t, s, method, path, row.body, row.header...)
		what := fmt.Sprint(row.request, row.header)
		require.Equal(t, row.status, resp.StatusCode, "%s: %s", what, body)
		require.Equal(t, row.want, body, what)
		require.NotEmpty(t, resp.Header.Get("X-Trans-Id"))
		for i := 0; i < len(row.headers); i += 2 {
			require.Equal(t, row.headers[i+1], resp.Header.Get(row.headers[i]), "%s: %s", what, row.headers[i])
		}
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "o.txt", []byte("hello world"))
	resp, body := raw(t, s, "GET", "/c/o.txt", "", "Range", "bytes=0-1,4-5,-2,99-")
	require.Equal(t, 206, resp.StatusCode)
	kind, parameters, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/byteranges", kind)
	var got []string
	for parts := multipart.NewReader(strings.NewReader(body), parameters["boundary"]); ; {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		b, err := io.ReadAll(p)
		require.NoError(t, err)
		require.Equal(t, "text/plain", p.Header.Get("Content-Type"))
		got = append(got, p.Header.Get("Content-Range")+" "+string(b))
	}
	require.Equal(t, []string{"bytes 0-1/11 he", "bytes 4-5/11 o ", "bytes 9-10/11 ld"}, got)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one, func(o *swifttest.Options) {
		o.Limits = swifttest.Limits{
			MaxFileSize: 10, MaxMetaCount: 2, MaxMetaOverallSize: 20, ContainerListingLimit: 2, MaxManifestSegments: 1, MaxManifestSize: 200,
			MaxDeletesPerRequest: 2, MaxFailedDeletes: 1,
		}
	})
	c := s.Client()
	info, err := c.Info(t.Context(), nil)
	require.NoError(t, err)
	require.EqualValues(t, 10, info.MaxFileSize)
	require.Equal(t, 2, info.BulkDelete.MaxDeletesPerRequest)
	require.Equal(t, []string{"Policy-0"}, info.Policies)
	put := func(body io.Reader, metadata map[string]string) error {
		_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "o", Body: body, Metadata: metadata})
		return err
	}
	require.ErrorIs(t, put(strings.NewReader("12345678901"), nil), swift.ErrTooLarge)
	require.ErrorIs(t, put(io.MultiReader(strings.NewReader("12345678901")), nil), swift.ErrTooLarge)
	require.ErrorContains(t, put(nil, map[string]string{"a": "1", "b": "2", "c": "3"}), "Too many metadata items; max 2")
	require.ErrorContains(t, put(nil, map[string]string{"a": strings.Repeat("x", 21)}), "Total metadata too large; max 20")
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		s.Put("c", name, []byte(name))
	}
	var pages []int
	for page, err := range c.ListObjectsPages(t.Context(), &swift.ListObjectsInput{Container: "c"}) {
		require.NoError(t, err)
		pages = append(pages, len(page.Objects))
	}
	require.Equal(t, []int{2, 2, 1}, slices.DeleteFunc(pages, func(n int) bool { return n == 0 }))
	_, body := raw(t, s, "POST", "/?bulk-delete", "c/a\nc/b\nc/c\n")
	require.Contains(t, body, "Maximum Bulk Deletes: 2 per request\nResponse Status: 413 Request Entity Too Large")
	_, body = raw(t, s, "POST", "/?bulk-delete", "c\nc\n")
	require.Contains(t, body, "Max delete failures exceeded\nResponse Status: 400 Bad Request\nErrors:\nc, 409 Conflict\n")
	resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put", `[{"path":"c/a"},{"path":"c/b"}]`)
	require.Equal(t, "413 Number of object-backed segments must be <= 1", fmt.Sprint(resp.StatusCode, " ", body))
	resp, body = raw(t, s, "PUT", "/c/slo?multipart-manifest=put", `[{"path":"c/a"}]`+strings.Repeat(" ", 200))
	require.Equal(t, "413 Manifest File > 200 bytes", fmt.Sprint(resp.StatusCode, " ", body))
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	_, _ = raw(t, s, "POST", "/c", "", "X-Container-Meta-Quota-Bytes", "10", "X-Container-Meta-Quota-Count", "2")
	for i, want := range []int{201, 413, 201, 413} {
		resp, body := raw(t, s, "PUT", fmt.Sprintf("/c/%d", i), map[bool]string{true: "12345678901", false: "1"}[i == 1])
		require.Equal(t, want, resp.StatusCode)
		if want == 413 {
			require.Equal(t, "Upload exceeds quota.", body)
		}
	}
	resp, _ := raw(t, s, "PUT", "/c/slo?multipart-manifest=put", `[{"path":"c/0"}]`)
	require.Equal(t, 413, resp.StatusCode)
	_, _ = raw(t, s, "POST", "/c", "", "X-Remove-Container-Meta-Quota-Count", "x", "X-Container-Meta-Quota-Bytes", "")
	resp, _ = raw(t, s, "PUT", "/c/4", "12345678901")
	require.Equal(t, 201, resp.StatusCode)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set)
	c := s.Client()
	_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "after", DeleteAfter: 60, Body: strings.NewReader("x"), Metadata: map[string]string{"By": "me"}})
	require.NoError(t, err)
	end := now.get().Add(2 * time.Minute).Truncate(time.Second)
	_, err = c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "at", DeleteAt: end})
	require.NoError(t, err)
	o, ok := s.Object("c", "at")
	require.True(t, ok)
	require.True(t, end.Equal(o.DeleteAt))
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "copy", CopyFrom: "c/after"})
	require.NoError(t, err)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "fresh", CopyFrom: "c/after", FreshMetadata: true})
	require.NoError(t, err)
	copied, _ := s.Object("c", "copy")
	require.Equal(t, map[string]string{"by": "me"}, copied.Metadata)
	require.Equal(t, []string{"after", "at", "copy", "fresh"}, s.Names("c"))
	now.pass(time.Minute)
	require.Equal(t, []string{"at", "fresh"}, s.Names("c"))
	_, err = c.HeadObject(t.Context(), &swift.HeadObjectInput{Container: "c", Object: "after"})
	require.ErrorIs(t, err, swift.ErrNotFound)
	now.pass(time.Minute)
	_, ok = s.Object("c", "at")
	require.False(t, ok)
	require.Nil(t, s.Names("none"))
}

// One fresh token and one replay, whoever ended the first.
func TestTokens(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set, func(o *swifttest.Options) { o.TokenLifetime = time.Hour })
	c := s.Client()
	head := func(c *swift.Client) error {
		_, err := c.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
		return err
	}
	s.Expect("HeadContainer")
	require.NoError(t, head(c))
	s.RevokeTokens()
	s.Expect("HeadContainer", "HeadContainer")
	require.NoError(t, head(c))
	now.pass(2 * time.Hour)
	s.Expect("HeadContainer", "HeadContainer")
	require.NoError(t, head(c))

	auth, err := swift.NewTempAuth(s.TempAuth())
	require.NoError(t, err)
	c = s.Client(func(o *swift.Options) { o.Auth = auth })
	s.Expect("TempAuth", "HeadContainer")
	require.NoError(t, head(c))
	s.RevokeTokens()
	s.Expect("HeadContainer", "TempAuth", "HeadContainer")
	require.NoError(t, head(c))
	now.pass(2 * time.Hour) // which the client knows of
	s.Expect("TempAuth", "HeadContainer")
	require.NoError(t, head(c))
	require.Empty(t, s.Outstanding())
	for _, r := range s.Requests() {
		require.Empty(t, r.Header.Get("X-Auth-Token")+r.Header.Get("X-Auth-Key"))
	}

	o := s.TempAuth()
	o.Key = "wrong"
	auth, err = swift.NewTempAuth(o)
	require.NoError(t, err)
	s.Expect("TempAuth")
	require.ErrorIs(t, head(s.Client(func(o *swift.Options) { o.Auth = auth })), swift.ErrUnauthorized)
	s.Expect("TempAuth", "HeadContainer")
	resp, _ := send(t, s, "GET", s.URL+"/auth/v1.0/", "", "X-Storage-User", "test:tester", "X-Storage-Pass", string(s.TempAuth().Key))
	require.Equal(t, "3600", resp.Header.Get("X-Auth-Token-Expires"))
	resp, _ = send(t, s, "HEAD", s.StorageURL()+"/c", "", "X-Storage-Token", resp.Header.Get("X-Storage-Token"))
	require.Equal(t, 204, resp.StatusCode)
}

// What is let in without a token, and what of others' is not.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "o", []byte("public"))
	_, _ = raw(t, s, "POST", "/c", "", "X-Container-Read", ".r:*", "X-Container-Meta-Temp-Url-Key", "key")
	for request, want := range map[string]int{
		"GET /c/o": 200, "HEAD /c/o": 200, "GET /c": 401, "HEAD /c": 401, "PUT /c/o": 401, "GET /": 401, "GET /none/o": 401,
	} {
		method, path, _ := strings.Cut(request, " ")
		resp, body := send(t, s, method, s.StorageURL()+path, "")
		require.Equal(t, want, resp.StatusCode, request)
		if want == 401 && method == "GET" {
			require.Equal(t, `Swift realm="AUTH_test"`, resp.Header.Get("Www-Authenticate"))
			require.Equal(t, "<html><h1>Unauthorized</h1><p>This server could not verify that you are authorized to access the document you requested.</p></html>", body)
		}
	}
	_, _ = raw(t, s, "POST", "/c", "", "X-Container-Read", ".r:*,.rlistings")
	resp, body := send(t, s, "GET", s.StorageURL()+"/c", "", "X-Auth-Token", "unknown")
	require.Equal(t, "200 o\n", fmt.Sprint(resp.StatusCode, " ", body))
	require.Empty(t, resp.Header.Get("X-Container-Read")+resp.Header.Get("X-Container-Meta-Temp-Url-Key"), "the owner's alone")
	resp, _ = raw(t, s, "HEAD", "/c", "")
	require.Equal(t, "key", resp.Header.Get("X-Container-Meta-Temp-Url-Key"))
	resp, _ = raw(t, s, "GET", "-other/c", "")
	require.Equal(t, 403, resp.StatusCode)
	resp, _ = send(t, s, "GET", s.URL+"/elsewhere", "")
	require.Equal(t, 501, resp.StatusCode)
	resp, body = send(t, s, "GET", s.URL+"/healthcheck", "")
	require.Equal(t, "200 OK", fmt.Sprint(resp.StatusCode, " ", body))

	// Some look at each path first, and tell of it.
	_, body = send(t, s, "POST", s.StorageURL()+"?bulk-delete", "c/o", "X-Auth-Token", "unknown")
	require.Contains(t, body, "Response Status: 400 Bad Request\nErrors:\nc/o, 401 Unauthorized\n")
	resp, body = send(t, s, "PUT", s.StorageURL()+"/c/slo?multipart-manifest=put", `[{"path":"c/o"}]`, "Accept", "application/json")
	require.Equal(t, `400 {"Errors":[["c/o","401 Unauthorized"]]}`, fmt.Sprint(resp.StatusCode, " ", body))
	require.Equal(t, []string{"o"}, s.Names("c"))
}

func TestKeystone(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one, func(o *swifttest.Options) { o.User, o.Key = "demo:alice", "secret" })
	options := func(fns ...func(*identity.Options)) *identity.Client {
		o := identity.Options{
			AuthURL: s.URL, Auth: identity.PasswordAuth{Username: "alice", Password: "secret"}, Scope: identity.Scope{ProjectName: "demo"},
		}
		o.HTTPClient = s.HTTPClient()
		k, err := identity.New(o, fns...)
		require.NoError(t, err)
		return k
	}
	k := options()
	c := s.Client(func(o *swift.Options) { o.Auth = k })
	s.Expect("ListVersions", "IssueToken", "HeadContainer")
	_, err := c.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	token, err := k.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "demo", token.Project.Name)
	require.Equal(t, "alice", token.User.Name)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), token.ExpiresAt, time.Minute)

	s.Expect("ListVersions", "ValidateToken", "RevokeToken", "IssueToken", "HeadContainer")
	other := options(func(o *identity.Options) {
		o.Auth, o.Scope = identity.TokenAuth{Token: token.ID}, identity.Scope{Unscoped: true}
		o.AuthURL = s.IdentityURL()
	})
	resp, body := send(t, s, "GET", s.URL+"/v3", "")
	require.Equal(t, 200, resp.StatusCode)
	require.Contains(t, body, `"id":"v3.14"`)
	resp, body = send(t, s, "GET", s.IdentityURL()+"/auth/tokens", "", "X-Auth-Token", string(token.ID), "X-Subject-Token", string(token.ID))
	require.Equal(t, 200, resp.StatusCode)
	require.Contains(t, body, s.StorageURL())
	require.NoError(t, k.RevokeToken(t.Context(), token.ID))
	_, err = c.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
	require.NoError(t, err)

	s.Expect("IssueToken")
	_, err = other.Token(t.Context())
	require.ErrorContains(t, err, "requires authentication", "the token was revoked")
	s.Expect("IssueToken", "HeadContainer")
	fresh, err := k.Token(t.Context())
	require.NoError(t, err)
	unscoped := options(func(o *identity.Options) {
		o.AuthURL, o.Auth, o.Scope = s.IdentityURL(), identity.TokenAuth{Token: fresh.ID}, identity.Scope{Unscoped: true}
	})
	token, err = unscoped.Token(t.Context())
	require.NoError(t, err)
	require.Empty(t, token.Catalog)
	resp, _ = send(t, s, "HEAD", s.StorageURL()+"/c", "", "X-Auth-Token", string(token.ID))
	require.Equal(t, 403, resp.StatusCode)

	for name, change := range map[string]func(*identity.Options){
		"password": func(o *identity.Options) { o.Auth = identity.PasswordAuth{Username: "alice", Password: "wrong"} },
		"user":     func(o *identity.Options) { o.Auth = identity.PasswordAuth{UserID: "user-bob", Password: "secret"} },
		"domain": func(o *identity.Options) {
			o.Auth = identity.PasswordAuth{Username: "alice", Password: "secret", UserDomainName: "Other"}
		},
		"project": func(o *identity.Options) { o.Scope = identity.Scope{ProjectID: "other"} },
		"scope":   func(o *identity.Options) { o.Scope = identity.Scope{DomainName: "Default"} },
		"method": func(o *identity.Options) {
			o.Auth, o.Scope = identity.ApplicationCredentialAuth{ID: "a", Secret: "b"}, identity.Scope{}
		},
	} {
		s.Expect("IssueToken")
		_, err := options(func(o *identity.Options) { o.AuthURL = s.IdentityURL() }, change).Token(t.Context())
		require.ErrorIs(t, err, identity.ErrUnauthorized, name)
	}
	s.Expect("IssueToken", "CheckToken", "RevokeToken")
	resp, _ = send(t, s, "POST", s.IdentityURL()+"/auth/tokens", "{}")
	require.Equal(t, 400, resp.StatusCode)
	resp, _ = send(t, s, "HEAD", s.IdentityURL()+"/auth/tokens", "", "X-Auth-Token", "unknown")
	require.Equal(t, 401, resp.StatusCode)
	resp, _ = send(t, s, "DELETE", s.IdentityURL()+"/auth/tokens", "", "X-Auth-Token", string(fresh.ID), "X-Subject-Token", "unknown")
	require.Equal(t, 404, resp.StatusCode)
}

func TestManifests(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	for name, body := range map[string]string{"1": "one ", "2": "two ", "3": "three", "empty": ""} {
		s.Put("segments", name, []byte(body))
	}
	put := func(manifest string, header ...string) string {
		t.Helper()
		resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put", manifest, header...)
		return fmt.Sprint(resp.StatusCode, " ", body)
	}
	for manifest, want := range map[string]string{
		`{`:                                 "400 Manifest must be valid JSON.\n",
		`{}`:                                "400 Manifest must be a list.\n",
		`[1]`:                               "400 Index 0: not a JSON object\n",
		`[{"path":1}]`:                      "400 Index 0: \"path\" must be a string\n",
		`[{"path":"c/o","size_bytes":"x"}]`: "400 Index 0: invalid size_bytes\n",
		`[{}]`:                              "400 Index 0: expected keys to include one of \"path\" or \"data\"\n",
		`[{"path":"c/o","x":1}]`:            "400 Index 0: extraneous keys \"x\"\n",
		`[{"path":"c"}]`:                    "400 Index 0: path does not refer to an object. Path must be of the form /container/object.\n",
		`[{"path":"/c/slo"}]`:               "400 Index 0: manifest must not include itself as a segment\n",
		`[{"path":"c/o","size_bytes":0},{"path":"c/o"}]`:      "400 Index 0: too small; each segment must be at least 1 byte.\n",
		`[{"path":"c/o","range":"x"}]`:                        "400 Index 0: invalid range\n",
		`[{"path":"c/o","range":"1-2,4-5"}]`:                  "400 Index 0: multiple ranges (only one allowed)\n",
		`[{"path":"c/o","range":"5-","size_bytes":4}]`:        "400 Index 0: unsatisfiable range\n",
		`[{"path":"c/o"},{"data":"="}]`:                       "400 Index 1: data must be valid base64\n",
		`[{"path":"c/o"},{"data":""}]`:                        "400 Index 1: too small; each segment must be at least 1 byte.\n",
		`[{"path":"c/o"},{"data":"aGk=","etag":"x"}]`:         "400 Index 1: extraneous keys\n",
		`[{"data":"aGk="}]`:                                   "400 Inline data segments require at least one object-backed segment.\n",
		`[{"path":"segments/1","etag":"x","size_bytes":9}]`:   "400 Errors:\nsegments/1, Size Mismatch\nsegments/1, Etag Mismatch\n",
		`[{"path":"segments/1","range":"9-"}]`:                "400 Errors:\nsegments/1, Unsatisfiable Range\n",
		`[{"path":"segments/none"},{"path":"/segments/a b"}]`: "400 Errors:\nsegments/none, 404 Not Found\n/segments/a%20b, 404 Not Found\n",
		`[{"path":"segments/empty"},{"path":"segments/1"}]`:   "400 Errors:\nsegments/empty, Too small; each segment must be at least 1 byte.\n",
	} {
		require.Equal(t, want, put(manifest), manifest)
	}
	const whole = `[{"path":"/segments/1","size_bytes":4},{"path":"segments/2"},{"data":"aGk="},{"path":"segments/3","range":"1-2"}]`
	require.Contains(t, put(whole, "Etag", "x"), "422 ")
	resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put&heartbeat=on", whole, "Etag", "x", "Accept", "application/json")
	require.Equal(t, 202, resp.StatusCode)
	require.Equal(t, " \r\n\r\n"+`{"Errors":[],"Response Body":"Unprocessable Entity\nUnable to process the contained instructions","Response Status":"422 Unprocessable Entity"}`, body)
	_, body = raw(t, s, "PUT", "/c/slo?multipart-manifest=put&heartbeat=on", whole)
	require.Regexp(t, "^ \r\n\r\nEtag: \"[0-9a-f]{32}\"\nLast Modified: .* GMT\nResponse Body: \nResponse Status: 201 Created\nErrors:\n$", body)
	require.Equal(t, "201 ", put(whole, "X-Object-Meta-By", "me", "Content-Type", "text/x"))
	resp, _ = raw(t, s, "PUT", "/none/slo?multipart-manifest=put", whole)
	require.Equal(t, 404, resp.StatusCode)

	c := s.Client()
	out, content := get(t, c, swift.GetObjectInput{Container: "c", Object: "slo"})
	require.Equal(t, "one two hihr", content)
	require.True(t, out.StaticLargeObject)
	require.Equal(t, "text/x", out.ContentType)
	require.NotEmpty(t, out.ManifestETag)
	_, content = get(t, c, swift.GetObjectInput{Container: "c", Object: "slo", Range: "bytes=5-10"})
	require.Equal(t, "wo hih", content)
	o, _ := s.Object("c", "slo")
	require.Equal(t, []string{"segments/1", "segments/2", "", "segments/3"}, o.Segments)
	require.Equal(t, out.ETag, o.ETag)
	for _, rawForm := range []bool{false, true} {
		m, err := c.GetSLOManifest(t.Context(), &swift.GetSLOManifestInput{Container: "c", Object: "slo", Raw: rawForm})
		require.NoError(t, err)
		require.Len(t, m.Segments, 4)
		require.Equal(t, "segments/1", m.Segments[0].Path)
		require.EqualValues(t, 4, m.Segments[0].SizeBytes)
		require.Equal(t, []byte("hi"), m.Segments[2].Data)
		require.Equal(t, "1-2", m.Segments[3].Range)
		require.Equal(t, rawForm, m.Segments[0].ContentType == "")
	}
	list, err := c.ListObjects(t.Context(), &swift.ListObjectsInput{Container: "c"})
	require.NoError(t, err)
	require.EqualValues(t, 12, list.Objects[0].Bytes)
	require.Equal(t, strings.Trim(out.ETag, `"`), list.Objects[0].SLOETag)

	// A manifest in another, and copies of both kinds.
	_, err = c.CreateSLOManifest(t.Context(), &swift.CreateSLOManifestInput{Container: "c", Object: "nested", Segments: []swift.SLOSegment{{Path: "c/slo"}, {Path: "segments/3"}}})
	require.NoError(t, err)
	_, content = get(t, c, swift.GetObjectInput{Container: "c", Object: "nested", Range: "bytes=10-13"})
	require.Equal(t, "hrth", content)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "flat", CopyFrom: "c/nested"})
	require.NoError(t, err)
	flat, _ := s.Object("c", "flat")
	require.Equal(t, "one two hihrthree", string(flat.Body))
	require.Empty(t, flat.Segments)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "twin", CopyFrom: "c/slo", MultipartManifest: "get"})
	require.NoError(t, err)
	twin, _ := s.Object("c", "twin")
	require.Len(t, twin.Segments, 4)
	require.Equal(t, o.ETag, twin.ETag)

	// A segment that is another now: the content ends where it begins.
	s.Put("segments", "2", []byte("TWO "))
	_, err = c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "slo", Range: "bytes=4-5"})
	require.ErrorIs(t, err, swift.ErrConflict)
	got, err := c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "slo"})
	require.NoError(t, err)
	b, err := io.ReadAll(got.Body)
	require.Error(t, err)
	require.Equal(t, "one ", string(b))
	require.NoError(t, got.Body.Close())
	resp, _ = raw(t, s, "PUT", "/c/x", "", "X-Copy-From", "c/slo")
	require.Equal(t, 499, resp.StatusCode)

	deleted, err := c.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: "c", Object: "nested"})
	require.NoError(t, err)
	require.Equal(t, swift.DeleteSLOOutput{NumberDeleted: 5, NumberNotFound: 1, TransID: deleted.TransID}, *deleted)
	require.Equal(t, []string{"empty"}, s.Names("segments"))
	_, body = raw(t, s, "DELETE", "/c/flat?multipart-manifest=delete", "", "Accept", "application/json")
	require.JSONEq(t, `{"Errors":[["/c/flat","Not an SLO manifest"]],"Number Deleted":0,"Number Not Found":0,"Response Body":"","Response Status":"400 Bad Request"}`, body)
	_, err = c.DeleteSLO(t.Context(), &swift.DeleteSLOInput{Container: "c", Object: "none"})
	require.ErrorIs(t, err, swift.ErrNotFound)
}

// A manifest that holds itself by another has no end, but Swift has one.
func TestManifestCycle(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "a", []byte("x"))
	s.Put("c", "b", []byte("y"))
	for _, manifest := range [][2]string{{"b", "a"}, {"a", "b"}} {
		resp, body := raw(t, s, "PUT", "/c/"+manifest[0]+"?multipart-manifest=put", `[{"path":"c/`+manifest[1]+`"}]`)
		require.Equal(t, 201, resp.StatusCode, body)
	}
	resp, _ := raw(t, s, "GET", "/c/a", "")
	require.Equal(t, 409, resp.StatusCode)
}

func TestDynamic(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	for i, body := range []string{"one ", "two"} {
		s.Put("c", fmt.Sprint("seg ment/", i), []byte(body))
	}
	c := s.Client()
	_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "dlo", ObjectManifest: "c/seg ment/"})
	require.NoError(t, err)
	out, body := get(t, c, swift.GetObjectInput{Container: "c", Object: "dlo"})
	require.Equal(t, "one two", body)
	require.Regexp(t, `^"[0-9a-f]{32}"$`, out.ETag)
	require.Equal(t, "c/seg%20ment/", out.ObjectManifest)
	_, body = get(t, c, swift.GetObjectInput{Container: "c", Object: "dlo", MultipartManifest: "get"})
	require.Empty(t, body)
	_, err = c.CopyObject(t.Context(), &swift.CopyObjectInput{Container: "c", Object: "twin", CopyFrom: "c/dlo", MultipartManifest: "get"})
	require.NoError(t, err)
	twin, _ := s.Object("c", "twin")
	require.Equal(t, "one two", string(twin.Body))
	require.Equal(t, "c/seg%20ment/", twin.ObjectManifest)
	_, err = c.UpdateObject(t.Context(), &swift.UpdateObjectInput{Container: "c", Object: "twin", ContentType: "text/x"})
	require.NoError(t, err)
	twin, _ = s.Object("c", "twin")
	require.Empty(t, twin.Body, "what the update does not name is gone")
	require.Equal(t, "text/x", twin.ContentType)

	_, err = c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "lost", ObjectManifest: "none/x"})
	require.NoError(t, err)
	_, err = c.GetObject(t.Context(), &swift.GetObjectInput{Container: "c", Object: "lost"})
	require.ErrorIs(t, err, swift.ErrNotFound)
	_, ok := s.Object("c", "lost")
	require.True(t, ok)
	resp, body := raw(t, s, "PUT", "/c/slo?multipart-manifest=put", `[{"path":"c/lost"}]`)
	require.Equal(t, "400 Errors:\nc/lost, 404 Not Found\n", fmt.Sprint(resp.StatusCode, " ", body))
}

func TestTempURL(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set)
	s.Put("c", "a b.txt", []byte("content"))
	c := s.Client(func(o *swift.Options) { o.Clock = now.get })
	_, err := c.UpdateAccount(t.Context(), &swift.UpdateAccountInput{TempURLKey: "account key"})
	require.NoError(t, err)
	_, err = c.UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", TempURLKey2: "container key"})
	require.NoError(t, err)
	sign := func(o swift.TempURLOptions) string {
		t.Helper()
		o.Container, o.Expires = "c", now.get().Add(time.Minute)
		if o.Key == "" {
			o.Key = "container key"
		}
		if o.Object == "" {
			o.Object = "a b.txt"
		}
		u, err := c.TempURL(t.Context(), o)
		require.NoError(t, err)
		return u.URL()
	}
	prefix, link := "a", sign(swift.TempURLOptions{})
	for name, row := range map[string]struct {
		method, url, body string
		status            int
		header            []string
	}{
		"key":         {"GET", link, "", 200, nil},
		"account":     {"GET", sign(swift.TempURLOptions{Key: "account key", Digest: swift.DigestSHA512, Base64: true}), "", 200, nil},
		"sha1":        {"GET", sign(swift.TempURLOptions{Digest: swift.DigestSHA1, ExpiresISO8601: true}), "", 200, nil},
		"other key":   {"GET", sign(swift.TempURLOptions{Key: "other"}), "", 401, nil},
		"prefix":      {"GET", sign(swift.TempURLOptions{Prefix: &prefix}), "", 200, nil},
		"beside it":   {"GET", strings.Replace(sign(swift.TempURLOptions{Prefix: &prefix}), "/a%20b", "/b", 1), "", 401, nil},
		"no object":   {"GET", s.StorageURL() + "/c?temp_url_sig=" + strings.Repeat("0", 40) + "&temp_url_expires=9999999999", "", 401, nil},
		"no digest":   {"GET", s.StorageURL() + "/c/o?temp_url_sig=00&temp_url_expires=9999999999", "", 401, nil},
		"no end":      {"GET", s.StorageURL() + "/c/o?temp_url_sig=" + strings.Repeat("0", 40), "", 401, nil},
		"bad address": {"GET", link + "&temp_url_ip_range=127.0.0.1", "", 401, nil},
		"elsewhere":   {"GET", link + "&temp_url_ip_range=10.0.0.0/8", "", 401, nil},
		"head":        {"HEAD", link, "", 200, nil},
		"method":      {"PUT", link, "", 401, nil},
		"put":         {"PUT", sign(swift.TempURLOptions{Method: "PUT", Object: "new"}), "by link", 201, nil},
		"put pointer": {"PUT", sign(swift.TempURLOptions{Method: "PUT", Object: "new"}), "", 400, []string{"X-Object-Manifest", "c/a"}},
		"put SLO":     {"PUT", sign(swift.TempURLOptions{Method: "PUT", Object: "plain"}) + "&multipart-manifest=put", "[]", 201, nil},
	} {
		resp, body := send(t, s, row.method, row.url, row.body, row.header...)
		require.Equal(t, row.status, resp.StatusCode, name)
		switch {
		case row.status == 200 && row.method == "GET":
			require.Equal(t, "content", body, name)
			require.Equal(t, `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`, resp.Header.Get("Content-Disposition"))
			require.NotEmpty(t, resp.Header.Get("Expires"))
		case row.status == 401 && row.method == "GET":
			require.Equal(t, "401 Unauthorized: Temp URL invalid\n", body)
		case row.status == 400:
			require.Equal(t, "The header 'X-Object-Manifest' is not allowed in this tempurl", body)
		}
	}
	plain, _ := s.Object("c", "plain")
	require.Equal(t, "[]", string(plain.Body), "a link for an upload is for no manifest")
	for want, o := range map[string]swift.TempURLOptions{
		"inline": {Inline: true}, `inline; filename="x/y"; filename*=UTF-8''x/y`: {Inline: true, Filename: "x/y"}, `attachment; filename="ü"`: {Filename: "ü"},
	} {
		resp, _ := send(t, s, "GET", sign(o), "")
		require.Contains(t, strings.ReplaceAll(resp.Header.Get("Content-Disposition"), "%C3%BC", "ü"), want)
	}
	_, err = c.UpdateObject(t.Context(), &swift.UpdateObjectInput{Container: "c", Object: "a b.txt", Metadata: map[string]string{"secret": "1", "public-x": "2"}, ContentDisposition: "inline; x"})
	require.NoError(t, err)
	resp, _ := send(t, s, "GET", link, "")
	require.Equal(t, "2", resp.Header.Get("X-Object-Meta-Public-X"))
	require.Empty(t, resp.Header.Get("X-Object-Meta-Secret"))
	require.Equal(t, "inline; x", resp.Header.Get("Content-Disposition"))
	now.pass(time.Hour)
	resp, _ = send(t, s, "GET", link, "")
	require.Equal(t, 401, resp.StatusCode)
}

func TestFormPost(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set)
	c := s.Client(func(o *swift.Options) { o.Clock = now.get })
	post := func(f *swift.FormPost, change map[string]string, files ...string) (int, string, http.Header) {
		t.Helper()
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, field := range f.Fields() {
			value := field.Value
			if v, ok := change[field.Name]; ok {
				value = v
			}
			require.NoError(t, w.WriteField(field.Name, value))
		}
		for i, name := range files {
			part, err := w.CreateFormFile(fmt.Sprint("file", i), name)
			require.NoError(t, err)
			_, _ = io.WriteString(part, "by form")
		}
		require.NoError(t, w.Close())
		resp, text := send(t, s, "POST", f.Action, body.String(), "Content-Type", w.FormDataContentType())
		return resp.StatusCode, text, resp.Header
	}
	form := func(change func(*swift.FormPostOptions)) *swift.FormPost {
		t.Helper()
		o := swift.FormPostOptions{Key: "key", Container: "c", Prefix: "up/", MaxFileSize: 10, Expires: now.get().Add(time.Minute)}
		if change != nil {
			change(&o)
		}
		f, err := c.FormPost(t.Context(), o)
		require.NoError(t, err)
		return f
	}
	status, text, _ := post(form(nil), nil, "a")
	require.Equal(t, "401 FormPost: Invalid Signature", fmt.Sprint(status, " ", text), "there is no key yet")
	_, err := c.UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", TempURLKey: "key"})
	require.NoError(t, err)
	two := func(o *swift.FormPostOptions) { o.MaxFileCount = 2; o.ContentType, o.DeleteAfter = "text/x", 60 }
	for name, row := range map[string]struct {
		form   *swift.FormPost
		change map[string]string
		files  []string
		want   string
	}{
		"one":       {form(nil), nil, []string{"a/b.txt"}, "201 201 Created"},
		"two":       {form(two), nil, []string{"1", "2"}, "201 201 Created"},
		"too many":  {form(nil), nil, []string{"3", "4"}, "400 400 Bad Request\r\nFormPost: Max File Count Exceeded"},
		"none":      {form(nil), nil, nil, "400 400 Bad Request\r\nFormPost: No Files To Process"},
		"signature": {form(nil), map[string]string{"signature": strings.Repeat("0", 64)}, []string{"x"}, "401 FormPost: Invalid Signature"},
		"garbage":   {form(nil), map[string]string{"signature": "x"}, []string{"x"}, "401 FormPost: Invalid Signature"},
		"changed":   {form(nil), map[string]string{"max_file_size": "1000"}, []string{"x"}, "401 FormPost: Invalid Signature"},
		"expired":   {form(nil), map[string]string{"expires": "1"}, []string{"x"}, "401 FormPost: Form Expired"},
		"no number": {form(nil), map[string]string{"expires": "soon"}, []string{"x"}, "400 FormPost: expires not an integer"},
		"no count":  {form(nil), map[string]string{"max_file_count": "many"}, []string{"x"}, "400 FormPost: max_file_count not an integer"},
		"too large": {form(func(o *swift.FormPostOptions) { o.MaxFileSize = 3 }), nil, []string{"x"}, "400 FormPost: max_file_size exceeded"},
		"name":      {form(nil), nil, []string{strings.Repeat("x", 2000)}, "400 400 Bad Request"},
	} {
		status, text, _ := post(row.form, row.change, row.files...)
		require.Equal(t, row.want, fmt.Sprint(status, " ", text), name)
	}
	require.Equal(t, []string{"up/1", "up/2", "up/3", "up/a/b.txt"}, s.Names("c"))
	o, _ := s.Object("c", "up/2")
	require.Equal(t, "text/x", o.ContentType)
	require.False(t, o.DeleteAt.IsZero())
	for to, want := range map[string]string{"https://a.test/": "https://a.test/?status=201&message=", "https://a.test/?x=1": "https://a.test/?x=1&status=201&message="} {
		status, text, header := post(form(func(o *swift.FormPostOptions) { o.Redirect = to }), nil, "r")
		require.Equal(t, 303, status)
		require.Equal(t, want, header.Get("Location"))
		require.Contains(t, text, `<a href="`+want+`">`)
	}
	resp, text := send(t, s, "POST", s.StorageURL()+"/c/", "no form", "Content-Type", "multipart/form-data; boundary=x")
	require.Equal(t, "400 FormPost: invalid starting boundary", fmt.Sprint(resp.StatusCode, " ", text))
}

func TestCORS(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "o", []byte("x"))
	const page, other = "https://app.test", "https://other.test"
	ask := func(origin, method string) (int, http.Header) {
		t.Helper()
		resp, _ := send(t, s, "OPTIONS", s.StorageURL()+"/c/o", "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "content-type")
		return resp.StatusCode, resp.Header
	}
	status, _ := ask(page, "PUT")
	require.Equal(t, 401, status)
	_, err := s.Client().UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", AllowOrigin: page + " https://b.test", MaxAge: "60", ExposeHeaders: "X-More"})
	require.NoError(t, err)
	status, h := ask(page, "PUT")
	require.Equal(t, 200, status)
	require.Equal(t, []string{page, "60", "content-type", "Origin"}, []string{
		h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Max-Age"), h.Get("Access-Control-Allow-Headers"), h.Get("Vary"),
	})
	for _, refused := range [][2]string{{other, "PUT"}, {page, "PATCH"}} {
		status, _ = ask(refused[0], refused[1])
		require.Equal(t, 401, status)
	}
	_, _ = raw(t, s, "POST", "/c/o", "", "X-Object-Meta-By", "me")
	resp, _ := raw(t, s, "GET", "/c/o", "", "Origin", page)
	require.Equal(t, page, resp.Header.Get("Access-Control-Allow-Origin"))
	require.Regexp(t, "etag.*, x-object-meta-by, x-more$", resp.Header.Get("Access-Control-Expose-Headers"))
	resp, _ = raw(t, s, "GET", "/c/o", "", "Origin", other)
	require.Equal(t, 200, resp.StatusCode)
	require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
	_, err = s.Client().UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", AllowOrigin: "*"})
	require.NoError(t, err)
	_, h = ask(other, "GET")
	require.Equal(t, "*", h.Get("Access-Control-Allow-Origin"))
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one, func(o *swifttest.Options) { o.TLS = true })
	c := s.Client()
	data := strings.Repeat("0123456789", 300)
	s.Inject(swifttest.Fault{StatusCode: 503, Times: 2}, swifttest.Fault{Drop: true})
	s.Expect("CreateObject", "CreateObject", "CreateObject", "CreateObject")
	_, err := c.CreateObject(t.Context(), &swift.CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader(data)})
	require.NoError(t, err)
	s.Expect("GetObject", "GetObject")
	s.Inject(swifttest.Fault{Operation: "GetObject", Container: "c", Object: "o", CutAfter: 1000})
	_, body := get(t, c, swift.GetObjectInput{Container: "c", Object: "o"})
	require.Equal(t, data, body)
	s.Expect("DeleteObject", "DeleteObject", "HeadObject", "HeadObject")
	s.Inject(swifttest.Fault{Operation: "DeleteObject", Drop: true, After: true}, swifttest.Fault{Operation: "HeadObject", StatusCode: 507, Times: -1, Skip: 1})
	_, err = c.DeleteObject(t.Context(), &swift.DeleteObjectInput{Container: "c", Object: "o"})
	require.NoError(t, err, "its answer alone was lost")
	for _, want := range []error{swift.ErrNotFound, swift.ErrInsufficientStorage} {
		_, err = c.HeadObject(t.Context(), &swift.HeadObjectInput{Container: "c", Object: "o"})
		require.ErrorIs(t, err, want)
	}
	s.ClearFaults()
	require.Empty(t, s.Outstanding())
	var codes []int
	for _, r := range s.Requests() {
		codes = append(codes, r.StatusCode)
	}
	require.Equal(t, []int{503, 503, 0, 201, 200, 206, 0, 404, 404, 507}, codes)
	require.Equal(t, "GetObject", s.Operations()[5])
}

// failures is a test that notes what it is told.
type failures struct {
	all     []string
	cleanup []func()
}

func (*failures) Helper()                     {}
func (f *failures) Cleanup(end func())        { f.cleanup = append(f.cleanup, end) }
func (f *failures) Errorf(s string, a ...any) { f.all = append(f.all, fmt.Sprintf(s, a...)) }
func (f *failures) Fatalf(s string, a ...any) { f.Errorf(s, a...) }

func TestExpectationsFail(t *testing.T) {
	t.Parallel()
	var f failures
	s := swifttest.NewServer(&f, one)
	s.Expect("HeadObject", "GetObject")
	_, err := s.Client().HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	_, _ = s.Client().HeadObject(t.Context(), &swift.HeadObjectInput{Container: "c", Object: "o"})
	for _, end := range f.cleanup {
		end()
	}
	require.Equal(t, []string{"swifttest: HeadContainer came where HeadObject was expected", "swifttest: GetObject was expected, and did not come"}, f.all)
	for message, change := range map[string]func(*swifttest.Options){
		"container's name": func(o *swifttest.Options) { o.Containers = []string{"a/b"} },
		"Options.User":     func(o *swifttest.Options) { o.User = "alone" },
	} {
		f = failures{}
		require.Nil(t, swifttest.NewServer(&f, change))
		require.Len(t, f.all, 1)
		require.Contains(t, f.all[0], message)
	}
	s = swifttest.NewServer(t)
	require.Panics(t, func() { s.Client(func(o *swift.Options) { o.StorageURL = "%" }) })
}

// The answer of Info is what Swift's is, but for what is not here.
func TestInfo(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t)
	_, body := send(t, s, "GET", s.URL+"/info", "")
	var sections map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(body), &sections))
	account, err := s.Client().HeadAccount(t.Context(), nil)
	require.NoError(t, err)
	require.Zero(t, account.ContainerCount)
	require.Equal(t, []string{"account_quotas", "bulk_delete", "container_quotas", "dlo", "formpost", "slo", "swift", "tempauth", "tempurl"}, slices.Sorted(maps.Keys(sections)))
}
