package swift

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	testToken   = "AUTH_tk0123456789abcdef"
	testStorage = "https://swift.example.com/v1/AUTH_test"
)

// stub is a transport that answers by code and keeps what it was sent.
type stub struct {
	reply func(n int, r *http.Request) (*http.Response, error) // n counts from 1; nil: 200

	mu     sync.Mutex
	reqs   []*http.Request
	bodies []string
}

func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
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
	s.reqs, s.bodies = append(s.reqs, r), append(s.bodies, string(body))
	n := len(s.reqs)
	s.mu.Unlock()
	if s.reply == nil {
		return answer(r, 200, nil, ""), nil
	}
	return s.reply(n, r)
}

func (s *stub) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.reqs)
}

// answers replies with each of them in turn, and with the last one from then on.
func answers(all ...func(*http.Request) (*http.Response, error)) *stub {
	return &stub{reply: func(n int, r *http.Request) (*http.Response, error) { return all[min(n, len(all))-1](r) }}
}

// status is an answer without a body.
func status(code int, header ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) { return answer(r, code, header, ""), nil }
}

// text is an answer with a body.
func text(code int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) { return answer(r, code, header, body), nil }
}

func broken(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// answer makes a response; header is names and values in turn.
func answer(r *http.Request, code int, header []string, body string) *http.Response {
	h := http.Header{"X-Trans-Id": {"tx1"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	resp := &http.Response{
		StatusCode: code, ProtoMajor: 1, ProtoMinor: 1, Header: h, Request: r,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
	if r.Method == http.MethodHead {
		resp.Body = http.NoBody
		resp.ContentLength, _ = strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	}
	return resp
}

// newClient is a client on a stub, without waits between attempts.
func newClient(t testing.TB, rt http.RoundTripper, fns ...func(*Options)) *Client {
	t.Helper()
	o := Options{
		Auth: StaticToken(testToken, testStorage), Profile: OpenStack(),
		HTTPClient: &http.Client{Transport: rt}, BaseDelay: 1, MaxDelay: 1, RetryBudget: -1,
	}
	c, err := New(o, fns...)
	require.NoError(t, err)
	return c
}

// plain hides everything of a reader but Read.
type plain struct{ io.Reader }

func pointer[T any](v T) *T { return &v }

// sometime is 2033-05-18 03:33:20.
var sometime = time.Unix(2e9, 0)
