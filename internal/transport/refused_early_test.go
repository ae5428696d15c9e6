package transport

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// earlyServer answers each connection's first request by answer, which has its header read, and
// hangs up.
func earlyServer(t *testing.T, secure bool, answer func(c net.Conn, r *bufio.Reader)) (url.URL, *http.Client) {
	u := url.URL{Scheme: "http", Path: "/b/k"}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	var cfg *tls.Config
	serving := l
	if secure {
		s := httptest.NewUnstartedServer(nil)
		s.StartTLS()
		defer s.Close()
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		cfg = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, ServerName: "example.com"}
		serving = tls.NewListener(l, &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12})
		u.Scheme = "https"
	}
	go func() {
		for {
			c, err := serving.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						break
					}
				}
				answer(c, r)
			}()
		}
	}()
	u.Host = l.Addr().String()
	hc := NewHTTPClient(cfg)
	hc.CheckRedirect = noRedirect
	t.Cleanup(hc.CloseIdleConnections)
	return u, hc
}

func early(hc *http.Client) *Pipeline {
	return &Pipeline{HTTP: hc, Clock: &Clock{}, MaxAttempts: -1, Idle: -1}
}

// A body that can be sent once is whole after a refusal, although the connection would be kept.
func TestRefusalBeforeConsentLeavesTheBody(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		u, hc := earlyServer(t, secure, func(c net.Conn, r *bufio.Reader) {
			_, _ = io.WriteString(c, "HTTP/1.1 401 Unauthorized\r\nX-Code: Expired\r\nContent-Length: 4\r\n\r\nover")
			_, _ = io.Copy(io.Discard, r)
		})
		for range 10 {
			req := put(io.MultiReader(strings.NewReader("once")), 4)
			req.URL, req.Expect = u, true
			_, err := early(hc).Do(t.Context(), req, &handler{})
			require.Equal(t, "Expired", errorCode(err))
			require.False(t, req.Body.Touched())
		}
	}
}

// An answer that has begun holds reads up until it is known what it says.
func TestGuardAwaitsConsent(t *testing.T) {
	for name, c := range map[string]struct {
		then func(*guard, *httptrace.ClientTrace)
		took time.Duration
		err  error
	}{
		"consent":   {func(_ *guard, hooks *httptrace.ClientTrace) { hooks.Got100Continue() }, 0, nil},
		"refusal":   {func(g *guard, _ *httptrace.ClientTrace) { g.end() }, 0, errAttemptOver},
		"no ending": {func(*guard, *httptrace.ClientTrace) {}, holdLimit, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &guard{src: strings.NewReader("once"), left: 4}
				hooks := httptrace.ContextClientTrace(g.awaitConsent(t.Context()))
				hooks.GotFirstResponseByte()
				began, ended := time.Now(), make(chan error, 1)
				go func() {
					_, err := g.Read(make([]byte, 4))
					ended <- err
				}()
				synctest.Wait()
				require.Empty(t, ended)
				_, sent := g.send(nil)
				require.False(t, sent)
				c.then(g, hooks)
				require.Equal(t, c.err, <-ended)
				require.Equal(t, c.took, time.Since(began))
			})
		})
	}
	// A server that was waited for long enough has its body.
	g := &guard{src: strings.NewReader("once"), left: 4}
	hooks := httptrace.ContextClientTrace(g.awaitConsent(t.Context()))
	_, err := g.Read(make([]byte, 2))
	require.NoError(t, err)
	hooks.GotFirstResponseByte()
	require.Nil(t, g.held)
	// And one that has all of it is asked for nothing.
	_, err = g.Read(make([]byte, 2))
	require.NoError(t, err)
	g.hold()
	_, err = g.Read(make([]byte, 2))
	require.Equal(t, io.EOF, err)
}

func TestConsent(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	for name, before := range map[string]string{
		"at once":     "HTTP/1.1 100 Continue\r\n\r\n",
		"hints first": "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			u, hc := earlyServer(t, false, func(c net.Conn, r *bufio.Reader) {
				_, _ = io.WriteString(c, before)
				body := make([]byte, 4)
				_, _ = io.ReadFull(r, body)
				got <- string(body)
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			})
			req := put(io.MultiReader(strings.NewReader("once")), 4)
			req.URL, req.Expect = u, true
			_, err := early(hc).Do(t.Context(), req, &handler{})
			require.NoError(t, err)
			require.Equal(t, "once", <-got)
		})
	}
}

// A server that refuses and hangs up is understood, however much was still to be sent.
func TestRefusalInTheMidstOfABody(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		u, hc := earlyServer(t, secure, func(c net.Conn, _ *bufio.Reader) {
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nX-Code: NoSuchBucket\r\nContent-Length: 7\r\n\r\nmissing")
		})
		body := bytes.NewReader(make([]byte, 8<<20))
		for range 10 {
			req := put(body, body.Size())
			req.URL = u
			_, err := early(hc).Do(t.Context(), req, &handler{})
			require.Equal(t, "NoSuchBucket", errorCode(err), "%v", err)
		}
	}
}

// What explains a refusal may come after its header, and after more of the body was sent.
func TestExplanationInTheMidstOfABody(t *testing.T) {
	t.Parallel()
	u, hc := earlyServer(t, false, func(c net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nX-Code: NoSuchBucket\r\nContent-Length: 7\r\n\r\n")
		_, _ = io.CopyN(io.Discard, r, 64<<10)
		_, _ = io.WriteString(c, "missing")
		_, _ = io.Copy(io.Discard, r)
	})
	body := bytes.NewReader(make([]byte, 64<<20))
	for range 5 {
		req := put(body, body.Size())
		req.URL = u
		var explained string
		_, err := early(hc).Do(t.Context(), req, &inspecting{inspect: func(r *Response) { explained = string(r.Document) }})
		require.Equal(t, "NoSuchBucket", errorCode(err), "%v", err)
		require.Equal(t, "missing", explained)
	}
}

type inspecting struct {
	handler
	inspect func(*Response)
}

func (i *inspecting) Inspect(r *Response) error {
	i.inspect(r)
	return i.handler.Inspect(r)
}

// A server that tells of its work while it reads, as Swift does of archives, gets all of the body.
func TestAnswerInTheMidstOfABody(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		_, _ = io.WriteString(w, " ")
		_ = control.Flush()
		n, err := io.Copy(io.Discard, r.Body)
		if err == nil && n == size {
			_, _ = io.WriteString(w, "all")
		}
	}))
	t.Cleanup(s.Close)
	hc := NewHTTPClient(nil)
	t.Cleanup(hc.CloseIdleConnections)
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	for range 10 {
		req := put(bytes.NewReader(make([]byte, size)), size)
		req.URL = *u
		resp, err := early(hc).Do(t.Context(), req, &handler{})
		require.NoError(t, err)
		require.Equal(t, " all", string(resp.Document))
	}
}
