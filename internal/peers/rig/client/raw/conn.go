package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
)

// bigConn gives net/http a ReaderFrom with large chunks.
type bigConn struct {
	net.Conn
	cork *corkConn // nil on plain http
}

var chunkPool = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

func (b *bigConn) ReadFrom(r io.Reader) (n int64, err error) {
	bp := chunkPool.Get().(*[]byte)
	defer chunkPool.Put(bp)
	for {
		m, rerr := r.Read(*bp)
		if m > 0 {
			if b.cork != nil {
				b.cork.on = true
			}
			w, werr := b.Conn.Write((*bp)[:m])
			n += int64(w)
			if b.cork != nil {
				if e := b.cork.flush(); werr == nil {
					werr = e
				}
			}
			if werr != nil {
				return n, werr
			}
		}
		if rerr == io.EOF {
			return n, nil
		}
		if rerr != nil {
			return n, rerr
		}
	}
}

// corkConn sits below crypto/tls: it gathers the records of one ReadFrom chunk.
type corkConn struct {
	net.Conn
	on  bool
	buf []byte
	br  *bufio.Reader
}

func (c *corkConn) Read(p []byte) (int, error) { return c.br.Read(p) }
func (c *corkConn) Write(p []byte) (int, error) {
	if !c.on {
		return c.Conn.Write(p)
	}
	c.buf = append(c.buf, p...)
	return len(p), nil
}

func (c *corkConn) flush() error {
	c.on = false
	_, err := c.Conn.Write(c.buf)
	c.buf = c.buf[:0]
	return err
}

func tune(tr *http.Transport) {
	var d net.Dialer
	tr.DialContext = func(ctx context.Context, n, a string) (net.Conn, error) {
		c, err := d.DialContext(ctx, n, a)
		if err != nil {
			return nil, err
		}
		return &bigConn{Conn: c}, nil
	}
	tr.DialTLSContext = func(ctx context.Context, n, a string) (net.Conn, error) {
		c, err := d.DialContext(ctx, n, a)
		if err != nil {
			return nil, err
		}
		ck := &corkConn{Conn: c, br: bufio.NewReaderSize(c, 256<<10)}
		host, _, _ := net.SplitHostPort(a)
		t := tls.Client(ck, &tls.Config{ServerName: host})
		if err := t.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, err
		}
		return &bigConn{Conn: t, cork: ck}, nil
	}
}
