package main

import (
	"hash"
	"io"
	"os"
	"syscall"
)

// partFile is a file positioned at a part. As a syscall.Conn it qualifies for
// sendfile inside net.TCPConn.ReadFrom; Read stops at the part's end, judged by
// the file offset since sendfile moves it without telling us.
type partFile struct {
	f   *os.File
	end int64
}

func (p *partFile) SyscallConn() (syscall.RawConn, error) { return p.f.SyscallConn() }
func (p *partFile) Close() error                          { return p.f.Close() }
func (p *partFile) Read(b []byte) (int, error) {
	off, err := p.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	if off >= p.end {
		return 0, io.EOF
	}
	if int64(len(b)) > p.end-off {
		b = b[:p.end-off]
	}
	return p.f.Read(b)
}

type limited struct {
	io.Reader
	io.Closer
}

// bigChunks streams with a large buffer: io.Copy prefers WriterTo, but net/http
// wraps bodies in LimitReader, so Read sizes are io.Copy's 32 KiB. The transport's
// WriteBufferSize only matters for the head; so serve bigger reads by lying low:
// this variant keeps a private 256 KiB buffer and copies out of it (readahead).
type bigChunks struct {
	r    io.Reader
	c    io.Closer
	buf  []byte
	i, n int
}

func (b *bigChunks) Close() error { return b.c.Close() }
func (b *bigChunks) Read(p []byte) (int, error) {
	if b.i == b.n {
		n, err := b.r.Read(b.buf)
		if n == 0 {
			return 0, err
		}
		b.i, b.n = 0, n
	}
	n := copy(p, b.buf[b.i:b.n])
	b.i += n
	return n, nil
}

type tee struct {
	r io.Reader
	h hash.Hash
}

func (t tee) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.h.Write(p[:n])
	return n, err
}
