package main

import (
	"bytes"
	"hash"
	"io"
	"net/http/httputil"
	"strings"
	"syscall"
)

// body consumes the request body: kept when keep, hashed when h != nil, else dropped.
func (k *cn) body(r *req, keep bool, h hash.Hash) error {
	if k.buf == nil {
		k.buf = make([]byte, 256<<10)
	}
	var src io.Reader
	switch {
	case r.chunked:
		src = httputil.NewChunkedReader(k.br)
	case r.cl == 0:
		return nil
	case keep || h != nil || !k.plain:
		src = io.LimitReader(k.br, r.cl)
	default:
		if r.h["x-amz-trailer"] == "" {
			return k.drop(r, r.cl)
		}
		if err := k.drop(r, max(0, r.cl-tailSize)); err != nil {
			return err
		}
		src = io.LimitReader(k.br, r.cl-r.wire)
	}
	var dec *awsDec
	if h != nil && strings.HasPrefix(r.h["x-amz-content-sha256"], "STREAMING") {
		dec = &awsDec{h: h}
	}
	for {
		b := k.buf
		if *bw > 0 {
			b = b[:64<<10]
		}
		n, err := src.Read(b)
		r.wire += int64(n)
		r.keepTail(b[:n])
		if keep {
			r.small = append(r.small, b[:n]...)
		}
		if dec != nil {
			dec.feed(b[:n])
		} else if h != nil {
			h.Write(b[:n])
		}
		k.pace(int64(n))
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if r.chunked { // trailers
		for {
			l, err := k.br.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(bytes.TrimRight(l, "\r\n")) == 0 {
				break
			}
		}
	} else if r.wire != r.cl {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// drop discards that much of a content-length body inside the kernel.
func (k *cn) drop(r *req, size int64) error {
	left := size
	if n := int64(k.br.Buffered()); n > 0 {
		n = min(n, left)
		k.br.Discard(int(n))
		left -= n
	}
	for left > 0 {
		want := min(left, 4<<20)
		if *bw > 0 {
			want = min(left, 64<<10)
		}
		var n int64
		var errno syscall.Errno
		err := k.raw.Read(func(fd uintptr) bool {
			for {
				r1, _, e := syscall.Syscall6(syscall.SYS_RECVFROM, fd, 0, uintptr(want), syscall.MSG_TRUNC|syscall.MSG_DONTWAIT, 0, 0)
				if e == syscall.EINTR {
					continue
				}
				if e == syscall.EAGAIN {
					return false
				}
				n, errno = int64(r1), e
				return true
			}
		})
		if err != nil {
			return err
		}
		if errno != 0 {
			return errno
		}
		if n == 0 {
			return io.ErrUnexpectedEOF
		}
		left -= n
		k.pace(n)
	}
	r.wire = size
	return nil
}
