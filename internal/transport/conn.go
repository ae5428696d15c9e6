package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"sync"
)

// chunkSize is how much of a body goes to the kernel, or through TLS, at once. net/http
// alone moves 32 KiB at a time, and crypto/tls makes a system call of every 16 KiB
// record. Larger chunks save little more, and every connection holds two of them.
const chunkSize = 64 << 10

// chunks are the buffers of the bodies that are being sent right now.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// sendChunks copies r to w in large chunks, through a buffer that calls share.
func sendChunks(w io.Writer, r io.Reader) (sent int64, err error) {
	buf := chunks.Get().(*[chunkSize]byte)
	defer chunks.Put(buf)
	for {
		n, rerr := r.Read(buf[:])
		if n > 0 {
			m, werr := w.Write(buf[:n])
			sent += int64(m)
			if werr != nil {
				return sent, werr
			}
		}
		if rerr == io.EOF {
			return sent, nil
		}
		if rerr != nil {
			return sent, rerr
		}
	}
}

// plainConn is a connection that takes bodies from files without a copy, and others in
// large chunks.
type plainConn struct {
	net.Conn
	last lastWord
}

func newPlainConn(c net.Conn) *plainConn { return &plainConn{Conn: c, last: newLastWord()} }

// Read implements net.Conn.
func (c *plainConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.last.read(err)
}

// Write implements net.Conn.
func (c *plainConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.last.await(err)
}

// ReadFrom implements io.ReaderFrom; net/http sends bodies through it.
func (c *plainConn) ReadFrom(r io.Reader) (int64, error) {
	sent := sendFile(c.Conn, r)
	n, err := sendChunks(c, r)
	return sent + n, err
}

// tlsConn is a TLS connection that sends all the records of one Write at once.
type tlsConn struct {
	*tls.Conn
	cork *corkedConn
	last lastWord
}

func newTLSConn(c net.Conn, cfg *tls.Config) *tlsConn {
	cork := &corkedConn{Conn: c}
	return &tlsConn{Conn: tls.Client(cork, cfg), cork: cork, last: newLastWord()}
}

// Read implements net.Conn.
func (c *tlsConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.last.read(err)
}

// Write encrypts p and sends its records together. A connection that fails to send
// them is of no use any more, so no byte of p counts then.
func (c *tlsConn) Write(p []byte) (int, error) {
	c.cork.hold()
	n, err := c.Conn.Write(p)
	if ferr := c.cork.release(); ferr != nil {
		return 0, c.last.await(ferr)
	}
	return n, c.last.await(err)
}

// ReadFrom implements io.ReaderFrom; net/http sends bodies through it.
func (c *tlsConn) ReadFrom(r io.Reader) (int64, error) { return sendChunks(c, r) }

// corkedConn lies below TLS. While it is held, what is written to it is gathered.
type corkedConn struct {
	net.Conn
	mu   sync.Mutex
	held bool
	buf  *[chunkSize + recordRoom]byte
	n    int
}

// recordRoom is for the headers and tags of the records of one chunk.
const recordRoom = 4 << 10

var corks = sync.Pool{New: func() any { return new([chunkSize + recordRoom]byte) }}

func (c *corkedConn) hold() {
	c.mu.Lock()
	c.held = true
	c.mu.Unlock()
}

// Write implements net.Conn. The reading side writes too, alerts and key updates, in
// between the records of a chunk: the order of the calls is kept.
func (c *corkedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		return c.Conn.Write(p)
	}
	if c.buf == nil {
		c.buf = corks.Get().(*[chunkSize + recordRoom]byte)
	}
	if c.n+len(p) > len(c.buf) {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	if len(p) > len(c.buf) {
		return c.Conn.Write(p)
	}
	c.n += copy(c.buf[c.n:], p)
	return len(p), nil
}

func (c *corkedConn) flush() error {
	if c.n == 0 {
		return nil
	}
	n := c.n
	c.n = 0
	_, err := c.Conn.Write(c.buf[:n])
	return err
}

// release sends what was gathered.
func (c *corkedConn) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
	err := c.flush()
	if c.buf != nil {
		corks.Put(c.buf)
		c.buf = nil
	}
	return err
}

// dial opens a plain connection.
func dial(d *dialer) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return newPlainConn(c), nil
	}
}

// dialTLS opens a TLS connection.
func dialTLS(d *dialer, base *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		c, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		cfg := base
		if cfg.ServerName == "" {
			cfg = base.Clone()
			cfg.ServerName = host
		}
		t := newTLSConn(c, cfg)
		ctx, cancel := context.WithTimeoutCause(ctx, TLSHandshakeTimeout, errHandshakeTimeout)
		defer cancel()
		if err := handshake(ctx, t.Conn); err != nil {
			c.Close()
			if errors.Is(context.Cause(ctx), errHandshakeTimeout) {
				err = errHandshakeTimeout
			}
			return nil, err
		}
		return t, nil
	}
}

// handshake tells the hooks in ctx, which net/http leaves to who dials TLS.
func handshake(ctx context.Context, c *tls.Conn) error {
	hooks := httptrace.ContextClientTrace(ctx)
	if hooks != nil && hooks.TLSHandshakeStart != nil {
		hooks.TLSHandshakeStart()
	}
	err := c.HandshakeContext(ctx)
	if hooks != nil && hooks.TLSHandshakeDone != nil {
		hooks.TLSHandshakeDone(c.ConnectionState(), err)
	}
	return err
}

var errHandshakeTimeout = fmt.Errorf("no TLS handshake within %v", TLSHandshakeTimeout)
