package identity

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exchanges is a server that expects the requests of testdata in order, exactly, and gives
// their answers.
func exchanges(t *testing.T, names ...string) *http.Client {
	next := 0
	t.Cleanup(func() { assert.Equal(t, len(names), next, "not all requests were sent") })
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		require.Less(t, next, len(names), "one request too many: %s %s", r.Method, r.URL)
		name := filepath.Join("testdata", filepath.FromSlash(names[next]))
		next++
		want, wantBody := readRequest(t, name+".request.http")
		assert.Equal(t, want.Method, r.Method, name)
		assert.Equal(t, want.RequestURI, r.URL.RequestURI(), name)
		assert.Equal(t, want.Host, r.URL.Host, name)
		got := r.Header.Clone()
		got.Del("User-Agent")
		got.Del("Accept")
		assert.Equal(t, want.Header, got, name)
		var body []byte
		if r.Body != nil {
			var err error
			body, err = io.ReadAll(r.Body)
			require.NoError(t, err)
			require.Equal(t, r.ContentLength, int64(len(body)))
		}
		assert.Equal(t, wantBody, compactJSON(t, body), name)
		return readResponse(t, name+".response.http", r), nil
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func readRequest(t *testing.T, name string) (*http.Request, string) {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	head, body, found := bytes.Cut(text, []byte("\n\n"))
	require.True(t, found, name)
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(append(head, "\n\n"...))))
	require.NoError(t, err, name)
	return r, compactJSON(t, body)
}

func readResponse(t *testing.T, name string, r *http.Request) *http.Response {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	head, body, found := bytes.Cut(text, []byte("\n\n"))
	require.True(t, found, name)
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(append(head, "\n\n"...))), r)
	require.NoError(t, err, name)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp
}

// compactJSON drops the layout of a JSON document: it is not what the documents are about.
func compactJSON(t *testing.T, document []byte) string {
	if len(bytes.TrimSpace(document)) == 0 {
		return ""
	}
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, document))
	return b.String()
}
