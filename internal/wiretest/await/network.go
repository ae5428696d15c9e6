package await

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// What the server takes, for a request with a body and for others.
const (
	storing   = 20 * time.Millisecond
	answering = 2 * time.Millisecond
)

// Client makes a client of a server that runs handler, over connections in memory. The server
// reads all of a request first; then it takes 20 ms to store a body and 2 ms for all else, and
// does so too when nobody waits for the answer any more.
func (r *Run) Client(handler http.Handler) *http.Client {
	l := &listener{run: r, conns: make(chan net.Conn)}
	server := &http.Server{
		Handler: slow(handler), ReadHeaderTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0), // clients that have gone
	}
	go func() { _ = server.Serve(l) }()
	transport := &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 16}
	r.stops = append(r.stops, func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return &http.Client{Transport: transport}
}

// slow has a handler take its time, before it does its work and before the answer goes out.
func slow(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // half a request does nothing
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if len(body) > 0 {
			time.Sleep(storing)
		} else {
			time.Sleep(answering)
		}
		handler.ServeHTTP(w, r)
		time.Sleep(answering)
	})
}

// listener is where the server's ends of the connections arrive.
type listener struct {
	run   *Run
	conns chan net.Conn
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.run.over:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if l.run.reach("dial", true) {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-l.run.over:
			return nil, net.ErrClosed
		}
	}
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return &conn{Conn: ours, run: l.run, closed: make(chan struct{})}, nil
	case <-l.run.over:
		return nil, net.ErrClosed
	}
}

// conn is the client's end of a connection.
type conn struct {
	net.Conn
	run    *Run
	once   sync.Once
	closed chan struct{}
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.run.reach("read of an answer", true) {
		return 0, c.stalled()
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	if c.run.reach("write of a request", true) {
		return 0, c.stalled()
	}
	return c.Conn.Write(p)
}

// stalled waits for the connection to be closed.
func (c *conn) stalled() error {
	select {
	case <-c.closed:
	case <-c.run.over:
	}
	return net.ErrClosed
}

func (c *conn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
