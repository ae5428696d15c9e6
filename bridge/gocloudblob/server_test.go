package gocloudblob

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// server answers what a test has it answer, and remembers what it was asked.
type server struct {
	http.HandlerFunc

	mu       sync.Mutex
	requests []string // method, path and query
	headers  []http.Header
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
	s.headers = append(s.headers, r.Header)
	s.mu.Unlock()
	s.HandlerFunc(w, r)
}

// take is what was asked since it was called last.
func (s *server) take() ([]string, []http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, headers := s.requests, s.headers
	s.requests, s.headers = nil, nil
	return requests, headers
}

// serve opens the bucket "b" on a server with that handler.
func serve(t *testing.T, handler http.HandlerFunc, fns ...func(*s3.Options)) (*bucket, *server) {
	s := &server{HandlerFunc: handler}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	b, err := openBucket(clientOf(t, h.URL, fns...), "b", nil)
	require.NoError(t, err)
	return b, s
}

func clientOf(t *testing.T, endpoint string, fns ...func(*s3.Options)) *s3.Client {
	client, err := s3.New(s3.Options{
		Endpoint: endpoint, Credentials: sigv4.Static("key", "secret", ""), Profile: s3.MinIO(), MaxAttempts: -1,
	}, fns...)
	require.NoError(t, err)
	return client
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}
