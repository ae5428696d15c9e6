package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type req struct {
	method, path, rawq string
	q                  url.Values
	h                  map[string]string // lower-case keys
	cl                 int64
	chunked            bool
	wire, payload      int64
	small              []byte // body, when small was asked for
	tail               []byte // end of an aws-chunked body
}

type cn struct {
	tcp   *net.TCPConn
	c     net.Conn
	br    *bufio.Reader
	buf   []byte
	start time.Time // pacing
	paced int64
	plain bool
	raw   syscall.RawConn
	out   []byte
}

func serve(t *net.TCPConn, tc *tls.Config) {
	defer t.Close()
	k := &cn{tcp: t, c: t, plain: true}
	if *bw > 0 {
		t.SetReadBuffer(256 << 10)
		t.SetWriteBuffer(256 << 10)
	}
	if *latency > 0 {
		time.Sleep(*latency)
	}
	if tc != nil {
		tl := tls.Server(t, tc)
		if err := tl.Handshake(); err != nil {
			return
		}
		if *latency > 0 {
			time.Sleep(*latency)
		}
		k.c, k.plain = tl, false
	}
	k.raw, _ = t.SyscallConn()
	k.br = bufio.NewReaderSize(k.c, 16<<10)
	for {
		r, err := k.readHead()
		if err != nil {
			return
		}
		k.start, k.paced = time.Now(), 0
		if r.h["expect"] != "" {
			mu.Lock()
			st.Expect++
			mu.Unlock()
			if *latency > 0 {
				time.Sleep(*latency)
			}
			if _, err := k.c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
				return
			}
		}
		if err := k.handle(r); err != nil {
			if *verbose {
				log.Print(err)
			}
			return
		}
		if strings.EqualFold(r.h["connection"], "close") {
			return
		}
	}
}

func (k *cn) readHead() (*req, error) {
	line, err := k.br.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	f := strings.SplitN(strings.TrimRight(string(line), "\r\n"), " ", 3)
	if len(f) != 3 {
		return nil, errors.New("bad request line")
	}
	r := &req{method: f[0], h: make(map[string]string, 16)}
	p := f[1]
	if i := strings.IndexByte(p, '?'); i >= 0 {
		p, r.rawq = p[:i], p[i+1:]
	}
	r.path = p
	r.q, _ = url.ParseQuery(r.rawq)
	for {
		line, err := k.br.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		i := bytes.IndexByte(line, ':')
		if i < 0 {
			return nil, errors.New("bad header")
		}
		r.h[strings.ToLower(string(line[:i]))] = string(bytes.TrimSpace(line[i+1:]))
	}
	r.chunked = strings.EqualFold(r.h["transfer-encoding"], "chunked")
	r.cl, _ = strconv.ParseInt(r.h["content-length"], 10, 64)
	return r, nil
}

func (k *cn) pace(n int64) {
	if *bw <= 0 {
		return
	}
	k.paced += n
	due := k.start.Add(time.Duration(float64(k.paced) / *bw * 1e9))
	if d := time.Until(due); d > time.Millisecond {
		time.Sleep(d)
	}
}

func (k *cn) reply(code int, extra string, ctype string, body []byte) error {
	if *latency > 0 {
		time.Sleep(*latency)
	}
	b := k.out[:0]
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(code), 10)
	b = append(b, " X\r\nServer: sink\r\nx-amz-request-id: 0\r\nX-Trans-Id: tx0\r\nDate: "...)
	b = time.Now().UTC().AppendFormat(b, http.TimeFormat) // the real one: clients judge their clock's skew by it
	b = append(b, '\r', '\n')
	b = append(b, extra...)
	if ctype != "" {
		b = append(b, "Content-Type: "+ctype+"\r\n"...)
	}
	if code != 204 {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	b = append(b, body...)
	k.out = b
	_, err := k.c.Write(b)
	return err
}
