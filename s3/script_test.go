package s3

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// What the tests sign with. The secrets are looked for wherever something is printed.
const (
	testKey    = "AKIDEXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	testToken  = "FwoGZXIvYXdzEXAMPLETOKEN=="
	testRegion = "us-east-1"
)

// newClient is a client of http://store.example that retries without waiting.
func newClient(t testing.TB, rt http.RoundTripper, fns ...func(*Options)) *Client {
	t.Helper()
	o := Options{
		Endpoint: "http://store.example", Region: testRegion, Profile: MinIO(),
		Credentials: sigv4.Static(testKey, testSecret, ""),
		BaseDelay:   1, HTTPClient: &http.Client{Transport: rt},
	}
	c, err := New(o, fns...)
	require.NoError(t, err)
	return c
}

// stub answers requests without a network. It reads bodies to their end, as a server does
// before it answers, and keeps what it got.
type stub struct {
	reply func(n int, r *http.Request) (*http.Response, error) // n counts from 1

	mu     sync.Mutex
	reqs   []*http.Request
	bodies []string
}

func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.reqs = append(s.reqs, r)
	s.bodies = append(s.bodies, string(body))
	n := len(s.reqs)
	s.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return s.reply(n, r)
}

func (s *stub) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.reqs)
}

func (s *stub) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reqs[len(s.reqs)-1]
}

// answer makes a response; header are names and values in turn. HEAD takes the body away.
func answer(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	resp := &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Request: r, ContentLength: int64(len(body)), Body: http.NoBody,
	}
	if r.Method != http.MethodHead {
		resp.Body = io.NopCloser(strings.NewReader(body))
	}
	return resp
}

// always is a stub with one answer for all.
func always(status int, body string, header ...string) *stub {
	return &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		return answer(r, status, body, header...), nil
	}}
}

// script is a stub that answers from a list and fails beyond its end.
func script(replies ...func(*http.Request) (*http.Response, error)) *stub {
	return &stub{reply: func(n int, r *http.Request) (*http.Response, error) {
		if n > len(replies) {
			return nil, fmt.Errorf("attempt %d is not in the script", n)
		}
		return replies[n-1](r)
	}}
}

func says(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) { return answer(r, status, body, header...), nil }
}

// errorXML is S3's error document.
func errorXML(code string, more ...string) string {
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>it says " + code + "</Message>" +
		strings.Join(more, "") + "<RequestId>doc-id</RequestId></Error>"
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// once hides everything of a reader but Read: it can be sent a single time.
func once(s string) io.Reader { return struct{ io.Reader }{strings.NewReader(s)} }

func length(n int64) *int64 { return &n }

// getAll reads an object whole.
func getAll(ctx context.Context, c *Client, in *GetObjectInput, opts ...func(*Options)) ([]byte, error) {
	out, err := c.GetObject(ctx, in, opts...)
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(out.Body)
	return b.Bytes(), err
}
