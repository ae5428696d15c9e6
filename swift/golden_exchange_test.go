package swift

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// exchanged calls one operation, holds its request against testdata's NAME.request.http, and
// returns what was read from NAME.response.http.
func exchanged[In, Out any](t *testing.T, name string, o Options, call func(*Client, context.Context, *In, ...func(*Options)) (*Out, error), in *In) *Out {
	t.Helper()
	sent := 0
	o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		sent++
		compareRequest(t, name, r)
		return readResponse(t, name, r), nil
	})}
	c, err := New(o)
	require.NoError(t, err)
	out, err := call(c, t.Context(), in)
	require.NoError(t, err, name)
	require.Equal(t, 1, sent, name)
	return out
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func compareRequest(t *testing.T, name string, sent *http.Request) {
	t.Helper()
	want, wantBody := readRequest(t, name)
	require.Equal(t, want.Method, sent.Method, name)
	require.Equal(t, want.RequestURI, sent.URL.RequestURI(), name)
	require.Equal(t, want.Host, sent.URL.Host, name)
	header := sent.Header.Clone()
	header.Del("User-Agent")
	header.Del("Accept-Encoding")
	require.Equal(t, want.Header, header, name)
	var body []byte
	if sent.Body != nil {
		var err error
		body, err = io.ReadAll(sent.Body)
		require.NoError(t, err, name)
	}
	require.Equal(t, int64(len(body)), sent.ContentLength, name)
	require.Equal(t, wantBody, layout.ReplaceAllString(string(body), "><"), name)
}

// layout is what a document prints between elements.
var layout = regexp.MustCompile(`>\s+<`)

// goldenFile returns the two halves of a file of testdata; one that is not there is empty.
func goldenFile(name string) (head, body []byte) {
	text, _ := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	head, body, _ = bytes.Cut(text, []byte("\n\n"))
	return append(head, "\n\n"...), body
}

func readRequest(t *testing.T, name string) (*http.Request, string) {
	t.Helper()
	head, body := goldenFile(name + ".request.http")
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	require.NoError(t, err, name)
	r.Header.Del("Content-Length") // net/http writes it from the length
	return r, layout.ReplaceAllString(string(body), "><")
}

func readResponse(t *testing.T, name string, r *http.Request) *http.Response {
	t.Helper()
	head, body := goldenFile(name + ".response.http")
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), r)
	require.NoError(t, err, name)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp
}
