package tlsfront_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/internal/wiretest/tlsfront"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client trusts the front and nothing else.
func client(t *testing.T, f *tlsfront.Front) *http.Client {
	t.Helper()
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: f.Roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestRequestsReachTheServerAsSent(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%s %s %s length=%d te=%v body=%s", r.Proto, r.Host, r.RequestURI, r.ContentLength, r.TransferEncoding, body)
	}))
	defer backend.Close()
	front, err := tlsfront.Start(backend.URL)
	require.NoError(t, err)
	defer front.Close()
	host := strings.TrimPrefix(front.URL, "https://")

	for name, tc := range map[string]struct {
		path   string
		body   io.Reader
		answer string
	}{
		"a length":     {"/b//k%2F?x=%20", strings.NewReader("hello"), "HTTP/1.1 " + host + " /b//k%2F?x=%20 length=5 te=[] body=hello"},
		"chunked":      {"/b/k", io.MultiReader(strings.NewReader("hello")), "HTTP/1.1 " + host + " /b/k length=-1 te=[chunked] body=hello"},
		"a large body": {"/l", strings.NewReader(strings.Repeat("x", 1<<20)), "HTTP/1.1 " + host + " /l length=1048576 te=[] body=" + strings.Repeat("x", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, front.URL+tc.path, tc.body)
			require.NoError(t, err)
			res, err := client(t, front).Do(req)
			require.NoError(t, err)
			defer res.Body.Close()
			got, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Equal(t, tc.answer, string(got))
		})
	}
}

func TestTheCertificateIsItsOwn(t *testing.T) {
	front, err := tlsfront.Start("http://127.0.0.1:1")
	require.NoError(t, err)
	defer front.Close()
	other, err := tlsfront.Start("http://127.0.0.1:1")
	require.NoError(t, err)
	defer other.Close()

	dial := func(f *tlsfront.Front, name string) error {
		c, err := tls.Dial("tcp", strings.TrimPrefix(front.URL, "https://"), &tls.Config{RootCAs: f.Roots, ServerName: name, MinVersion: tls.VersionTLS12})
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	require.NoError(t, dial(front, "127.0.0.1"))
	require.NoError(t, dial(front, "bucket.localhost"))
	require.Error(t, dial(other, "127.0.0.1"), "another front's authority must not do")
}

func TestNobodyBehindEndsTheConnection(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	front, err := tlsfront.Start(gone.URL)
	require.NoError(t, err)
	defer front.Close()
	res, err := client(t, front).Get(front.URL)
	if err == nil {
		_ = res.Body.Close()
	}
	require.Error(t, err)
}

// A server that answers before it has read the body, and hangs up on the rest.
func TestAnAnswerToHalfARequestComesThrough(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	front, err := tlsfront.Start("http://" + listener.Addr().String())
	require.NoError(t, err)
	defer front.Close()
	const refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	broken := make(chan struct{})
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = bufio.NewReader(c).ReadString('\n')
		_, _ = io.WriteString(c, refusal)
		_ = c.Close() // with bytes unread: a reset
		close(broken)
	}()

	c, err := tls.Dial("tcp", strings.TrimPrefix(front.URL, "https://"), &tls.Config{RootCAs: front.Roots, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "PUT / HTTP/1.1\r\n"+strings.Repeat("x", 64<<10))
	require.NoError(t, err)
	<-broken
	// More than the buffers between the two hold: it has to be read for this to end.
	_, err = c.Write(make([]byte, 32<<20))
	require.NoError(t, err)
	said, err := io.ReadAll(c)
	require.NoError(t, err)
	require.Equal(t, refusal, string(said))
}

func TestCloseBreaksWhatIsOpen(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	front, err := tlsfront.Start("http://" + listener.Addr().String())
	require.NoError(t, err)

	c, err := tls.Dial("tcp", strings.TrimPrefix(front.URL, "https://"), &tls.Config{RootCAs: front.Roots, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "PUT / HTTP/1.1\r\n")
	require.NoError(t, err)
	s, err := listener.Accept()
	require.NoError(t, err)
	defer s.Close()
	line, err := bufio.NewReader(s).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "PUT / HTTP/1.1\r\n", line)

	front.Close() // returns only once both copies have ended
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err)
	_, err = s.Read(make([]byte, 1))
	require.Error(t, err)
}

func TestStartRefuses(t *testing.T) {
	for _, u := range []string{"", "127.0.0.1:80", "https://127.0.0.1:1", "http://", "http://[::1"} {
		_, err := tlsfront.Start(u)
		require.ErrorContains(t, err, "tlsfront: ", u)
	}
}

func TestTheConfigurationCanBeChanged(t *testing.T) {
	front, err := tlsfront.Start("http://127.0.0.1:1", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	require.NoError(t, err)
	defer front.Close()
	address := strings.TrimPrefix(front.URL, "https://")
	_, err = tls.Dial("tcp", address, &tls.Config{RootCAs: front.Roots, MinVersion: tls.VersionTLS13})
	require.ErrorContains(t, err, "protocol version")
	c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: front.Roots, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	require.Equal(t, uint16(tls.VersionTLS12), c.ConnectionState().Version)
	require.NoError(t, c.Close())
}

func TestTheCertificateCanBeChanged(t *testing.T) {
	certificate, roots, err := tlsfront.SelfSigned(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	require.NoError(t, err)
	front, err := tlsfront.Start("http://127.0.0.1:1", func(c *tls.Config) { c.Certificates = []tls.Certificate{certificate} })
	require.NoError(t, err)
	defer front.Close()
	_, err = tls.Dial("tcp", strings.TrimPrefix(front.URL, "https://"), &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	var invalid x509.CertificateInvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, x509.Expired, invalid.Reason)
}
