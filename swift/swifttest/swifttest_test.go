package swifttest_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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
