// Package hostile is a server that means harm, for tests of what a client makes of it: answers,
// headers and bodies without an end, lengths that are lies, documents that blow up.
package hostile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// Attack is one way to answer, whatever was asked.
type Attack struct {
	Name string
	// Stalls: the answer stands still for ever. Only a limit of the client's own ends it.
	Stalls bool
	// Packed: the answer has a Content-Encoding.
	Packed bool
	// answer writes to a connection that has no limit of its own.
	answer func(w io.Writer)
}

// Attacks are all of them. kind is the media type of what the client asks for, open begins such a
// document, and item is what one may repeat for ever: "<Listing>" and "<Entry/>".
func Attacks(kind, open, item string) []Attack {
	typed := "Content-Type: " + kind + "\r\n"
	chunked := typed + "Transfer-Encoding: chunked\r\n\r\n"
	return []Attack{
		{Name: "refusal without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 403 Forbidden\r\n"+chunked)
			chunks(w, open, item)
		}},
		{Name: "refusal of an exabyte", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 400 Bad Request\r\n"+typed+"Content-Length: 1152921504606846976\r\n\r\n"+open)
			endless(w, item)
		}},
		{Name: "failure without an end, again and again", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 500 Internal Server Error\r\n"+chunked)
			chunks(w, "", "<title>")
		}},
		{Name: "document without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+chunked)
			chunks(w, open, item)
		}},
		{Name: "document of an exabyte", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+typed+"Content-Length: 1152921504606846976\r\n\r\n"+open)
			endless(w, item)
		}},
		{Name: "document of as many items as fit", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+typed+"Connection: close\r\n\r\n"+open)
			piece := strings.Repeat(item, 4096)
			for n := len(open); n < 60<<20; n += len(piece) {
				if _, err := io.WriteString(w, piece); err != nil {
					return
				}
			}
		}},
		{Name: "document that is all nesting", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+typed+"Connection: close\r\n\r\n"+open)
			for range 1 << 10 {
				if _, err := io.WriteString(w, strings.Repeat(opening(kind), 1<<10)); err != nil {
					return
				}
			}
		}},
		{Name: "entities of entities", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+typed+"Connection: close\r\n\r\n"+
				`<!DOCTYPE R [<!ENTITY a "`+strings.Repeat("a", 1000)+`"><!ENTITY b "`+strings.Repeat("&a;", 1000)+`"><!ENTITY c "`+strings.Repeat("&b;", 1000)+`">]><R><Name>&c;</Name></R>`)
		}},
		{Name: "document that is packed, a thousand times its length", Packed: true, answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+typed+"Content-Encoding: gzip\r\nConnection: close\r\n\r\n")
			_, _ = w.Write(packed())
		}},
		{Name: "headers without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n")
			endless(w, "X-Amz-Meta-A: "+strings.Repeat("b", 1000)+"\r\n")
		}},
		{Name: "a header without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nX-Amz-Request-Id: ")
			endless(w, "id")
		}},
		{Name: "interim answers without an end", answer: func(w io.Writer) {
			endless(w, "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n")
		}},
		{Name: "chunk extensions without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+chunked+"1;")
			endless(w, "a=b;")
		}},
		{Name: "trailers without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 403 Forbidden\r\n"+chunked+"1\r\n<\r\n0\r\n")
			endless(w, "X-Trailer: a\r\n")
		}},
		{Name: "a status line without an end", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 ")
			endless(w, "OK")
		}},
		{Name: "lines in a request id", answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 403 Forbidden\r\nX-Amz-Request-Id: a\x1b[2J\r\n forged: line\r\nX-Trans-Id: b\x7f\xe2\x80\xae\r\nContent-Length: 0\r\n\r\n")
		}},
		{Name: "a refusal that stands still", Stalls: true, answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 403 Forbidden\r\n"+typed+"Content-Length: 100\r\n\r\n<")
		}},
		{Name: "a document that stands still", Stalls: true, answer: func(w io.Writer) {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\n"+typed+"Content-Length: 100\r\n\r\n"+open)
		}},
	}
}

// packed is 128 MiB of zeros in an eighth of one: a stream of gzip may have many members.
var packed = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(make([]byte, 1<<20))
	_ = z.Close()
	return bytes.Repeat(b.Bytes(), 128)
})

func opening(kind string) string {
	if strings.Contains(kind, "json") {
		return "["
	}
	return "<a>"
}

// endless writes s until the other side has had enough.
func endless(w io.Writer, s string) {
	piece := strings.Repeat(s, max(1, 32<<10/len(s)))
	for {
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
	}
}

func chunks(w io.Writer, open, item string) {
	if open != "" {
		chunk(w, open)
	}
	piece := strings.Repeat(item, max(1, 32<<10/len(item)))
	for chunk(w, piece) == nil {
		continue
	}
}

func chunk(w io.Writer, s string) error {
	const digits = "0123456789abcdef"
	size := []byte{}
	for n := len(s); n > 0; n /= 16 {
		size = append([]byte{digits[n%16]}, size...)
	}
	_, err := io.WriteString(w, string(size)+"\r\n"+s+"\r\n")
	return err
}

// server is one that attacks.
type server struct {
	*httptest.Server
	sent     atomic.Int64 // bytes; some of them may lie in the system's buffers
	requests atomic.Int64
	done     chan struct{}
}

// serve starts a server that answers every request with the attack.
func serve(t testing.TB, a Attack) *server {
	s := &server{done: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		out := bufio.NewWriterSize(&counted{c, &s.sent}, 32<<10)
		a.answer(out)
		_ = out.Flush()
		if a.Stalls {
			// Until the client hangs up, or the test ends.
			gone := make(chan struct{})
			go func() { _, _ = rw.Read(make([]byte, 1)); close(gone) }()
			select {
			case <-gone:
			case <-s.done:
			}
		}
	}))
	t.Cleanup(func() {
		close(s.done)
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Survive has a call made to a server that attacks: it must end within two minutes, allocate no
// more than memory bytes, ask no more than four times, and read no more than four answers of what
// is written down in SECURITY.md. An error must be of one line, and is returned.
func Survive(t *testing.T, a Attack, memory uint64, call func(ctx context.Context, url string) error) error {
	t.Helper()
	s := serve(t, a)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a guard: what is bounded is memory
	defer cancel()
	var err error
	used := allocated(func() { err = call(ctx, s.URL) })
	require.NoError(t, ctx.Err(), "it took too long")
	require.LessOrEqual(t, used, memory)
	require.LessOrEqual(t, s.requests.Load(), int64(4))
	require.LessOrEqual(t, s.sent.Load(), int64(4*(64+16)<<20))
	if err != nil {
		told.OneLine(t, err.Error())
	}
	return err
}

type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.n.Add(int64(n))
	return n, err
}

// allocated is how many bytes the process allocated while f ran.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
