package s3

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorder is a server on loopback that keeps the requests it gets.
type recorder struct {
	*httptest.Server
	// reply answers; nil: 200 without a body.
	reply func(w http.ResponseWriter, r *received)

	mu  sync.Mutex
	got []*received
}

func record(t testing.TB, secure bool, reply func(http.ResponseWriter, *received)) *recorder {
	t.Helper()
	rec := &recorder{reply: reply}
	rec.Server = httptest.NewUnstartedServer(rec)
	rec.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		rec.StartTLS()
	} else {
		rec.Start()
	}
	t.Cleanup(rec.Close)
	return rec
}

func (s *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	got := &received{Request: r, raw: body}
	s.mu.Lock()
	s.got = append(s.got, got)
	s.mu.Unlock()
	if s.reply != nil {
		s.reply(w, got)
	}
}

// client is a client of the server.
func (s *recorder) client(t testing.TB, fns ...func(*Options)) *Client {
	t.Helper()
	return newClient(t, nil, append([]func(*Options){func(o *Options) {
		o.Endpoint, o.HTTPClient = s.URL, s.Client()
	}}, fns...)...)
}

// take returns the requests so far and forgets them.
func (s *recorder) take() []*received {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

// one is the only request since the last take.
func (s *recorder) one(t testing.TB) *received {
	t.Helper()
	got := s.take()
	require.Len(t, got, 1)
	return got[0]
}
