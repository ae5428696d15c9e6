package swifttest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

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
		{"PUT /silver", []string{"X-Container-Write", "test:other"}, "", 501, `X-Container-Write: swifttest does not do what "test:other" asks for`, nil},
		{"PUT /silver", []string{"X-Container-Read", ".r:*, .r:-.example.com"}, "", 501, `X-Container-Read: swifttest does not do what ".r:-.example.com" asks for`, nil},
		{"POST /c", []string{"X-Container-Read", "test:other"}, "", 501, `X-Container-Read: swifttest does not do what "test:other" asks for`, nil},
		{"POST /c", []string{"X-Container-Read", ".r:* ,,.rlistings", "X-Container-Write", ""}, "", 204, "", nil},
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
