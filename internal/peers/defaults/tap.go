package main

import (
	"bytes"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// tap is a relay that changes nothing and reads along what protects the bodies
// of the requests.
type tap struct {
	listener net.Listener
	backend  string

	mu    sync.Mutex
	seen  map[string]bool
	conns map[net.Conn]bool
}

func startTap(backend string) (*tap, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &tap{listener: l, backend: backend, seen: map[string]bool{}, conns: map[net.Conn]bool{}}
	go t.accept()
	return t, nil
}

func (t *tap) addr() string { return t.listener.Addr().String() }

func (t *tap) close() {
	_ = t.listener.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.conns {
		_ = c.Close()
	}
}

func (t *tap) accept() {
	for {
		c, err := t.listener.Accept()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", t.backend)
		if err != nil {
			_ = c.Close()
			continue
		}
		t.mu.Lock()
		t.conns[c], t.conns[s] = true, true
		t.mu.Unlock()
		go func() {
			_, _ = io.Copy(io.MultiWriter(s, &headReader{tap: t}), c)
			_ = s.(*net.TCPConn).CloseWrite()
		}()
		go func() {
			_, _ = io.Copy(c, s)
			_ = c.Close()
			_ = s.Close()
		}()
	}
}

func (t *tap) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.seen)
}

func (t *tap) note(protection string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen[protection] = true
}

// summary lists how bodies were protected since reset, beside TLS.
func (t *tap) summary() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []string
	for s := range t.seen {
		all = append(all, s)
	}
	slices.Sort(all)
	if len(all) == 0 {
		return "no checksum"
	}
	return strings.Join(all, ", ")
}

// headReader finds the heads of the requests in what one connection sends, and
// in them the lines that protect a body. Bodies go by as lines too; one that
// happens to look like such a header is not to be expected of random bytes.
type headReader struct {
	tap    *tap
	line   []byte
	upload bool // in the head of a request that carries a body
}

const longestLine = 4096

// requestLine has no beginning: it follows the last body on its connection with
// no line break between them.
var requestLine = regexp.MustCompile(`(GET|HEAD|PUT|POST|DELETE) (/\S*) HTTP/1\.1$`)

func (h *headReader) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		part := rest
		if i >= 0 {
			part = rest[:i]
		}
		if len(h.line)+len(part) <= longestLine {
			h.line = append(h.line, part...)
		}
		if i < 0 {
			break
		}
		h.see(strings.TrimRight(string(h.line), "\r"))
		h.line, rest = h.line[:0], rest[i+1:]
	}
	return len(p), nil
}

func (h *headReader) see(line string) {
	if m := requestLine.FindStringSubmatch(line); m != nil {
		method, target := m[1], m[2]
		// Of the documents only DeleteObjects' is of interest.
		h.upload = method == "PUT" || method == "POST" && strings.Contains(target, "delete")
		return
	}
	if line == "" {
		h.upload = false
	}
	if !h.upload {
		return
	}
	name, value, _ := strings.Cut(line, ":")
	name, value = strings.ToLower(name), strings.TrimSpace(value)
	switch {
	case name == "content-md5":
		h.tap.note("md5")
	case name == "x-amz-trailer":
		h.tap.note(strings.TrimPrefix(value, "x-amz-checksum-") + " trailer")
	case name == "x-amz-content-sha256" && len(value) == 64:
		h.tap.note("sha256")
	case name == "x-amz-content-sha256" && strings.HasPrefix(value, "STREAMING-AWS4"):
		h.tap.note("signed chunks")
	case strings.HasPrefix(name, "x-amz-checksum-"):
		if kind := strings.TrimPrefix(name, "x-amz-checksum-"); kind != "algorithm" && kind != "type" && kind != "mode" {
			h.tap.note(kind)
		}
	}
}
