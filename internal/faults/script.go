package faults

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// script stands in front of a server and alters what it answers. Host and headers reach the
// server as they were signed.
type script struct {
	url   string
	front *httptest.Server
	real  *url.URL
	hop   *http.Transport

	// alter answers an exchange; false: it leaves that to the server.
	alter func(*exchange) bool

	mu   sync.Mutex
	seen map[string]int
}

// exchange is one request that came, and the way to answer it.
type exchange struct {
	w    http.ResponseWriter
	r    *http.Request
	s    *script
	turn int // how often the very same request has come, from 1
}

// answer is a whole answer of the server.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newScript(to string, alter func(*exchange) bool) (*script, error) {
	u, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	s := &script{real: u, hop: &http.Transport{DisableCompression: true}, alter: alter, seen: make(map[string]int)}
	s.front = httptest.NewServer(s)
	s.url = s.front.URL
	return s, nil
}

func (s *script) close() {
	s.front.CloseClientConnections()
	s.front.Close()
	s.hop.CloseIdleConnections()
}

// ServeHTTP implements http.Handler.
func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	same := r.Method + " " + r.RequestURI + " " + r.Header.Get("Range")
	s.mu.Lock()
	s.seen[same]++
	x := &exchange{w: w, r: r, s: s, turn: s.seen[same]}
	s.mu.Unlock()
	if s.alter(x) {
		return
	}
	x.write(x.carryOut())
}

// carryOut has the server do what was asked for. When the client, or the server, goes away in
// the midst of it, so does the connection.
func (x *exchange) carryOut() *answer {
	out := x.r.Clone(x.r.Context())
	out.URL.Scheme, out.URL.Host = x.s.real.Scheme, x.s.real.Host
	out.RequestURI = ""
	out.Header.Del("Expect") // the body is asked for by reading it
	resp, err := x.s.hop.RoundTrip(out)
	if err == nil {
		a := &answer{status: resp.StatusCode, header: resp.Header}
		a.body, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err == nil {
			return a
		}
	}
	panic(http.ErrAbortHandler)
}

// write answers as the server would.
func (x *exchange) write(a *answer) {
	for name, values := range a.header {
		x.w.Header()[name] = values
	}
	x.w.WriteHeader(a.status)
	_, _ = x.w.Write(a.body)
}

// refuse answers with a document that is none of the server's.
func (x *exchange) refuse(code int, document string) {
	_, _ = io.Copy(io.Discard, x.r.Body)
	x.w.Header().Set("Content-Type", kindOfDocument(document))
	if document != page {
		x.w.Header().Set("X-Amz-Request-Id", "made-up")
	}
	x.w.WriteHeader(code)
	if x.r.Method != http.MethodHead {
		_, _ = io.WriteString(x.w, document)
	}
}

func kindOfDocument(document string) string {
	switch {
	case strings.HasPrefix(document, "<!DOCTYPE html"):
		return "text/html"
	case strings.HasPrefix(document, "{"):
		return "application/json"
	}
	return "application/xml"
}

// head is the answer's header as it goes over the wire, with a Content-Length that is off by so
// many bytes. That of an answer to HEAD is not the answer's length, but what was asked for.
func (a *answer) head(method string, off int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", status(a.status))
	h := a.header.Clone()
	h.Del("Transfer-Encoding")
	if method != http.MethodHead && a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)+off))
	}
	_ = h.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	return b.Bytes()
}

// raw takes the connection over and writes to it as it likes. Then it is closed, or, to be
// kept, left to the client until it ends it or sends something more.
func (x *exchange) raw(keep bool, write func(net.Conn)) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	write(conn)
	if keep {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, _ = conn.Read(make([]byte, 1))
	}
}
