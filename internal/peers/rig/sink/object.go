package main

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func sizeOf(key string) (int64, bool) {
	i := strings.LastIndex(key, "size-")
	if i < 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(key[i+5:], 10, 64)
	return n, err == nil
}

// object serves HEAD and (ranged) GET of keys named ...size-<bytes>, and HEAD of
// what was uploaded.
func (k *cn) object(r *req, key string) error {
	if o, ok := stored(r.path); ok && r.method == "HEAD" {
		k.note("HeadObject", r)
		if *latency > 0 {
			time.Sleep(*latency)
		}
		_, err := fmt.Fprintf(k.c, "HTTP/1.1 200 OK\r\nx-amz-request-id: 0\r\nETag: %s\r\nLast-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: %d\r\n\r\n", o.etag, o.size)
		return err
	}
	size, ok := sizeOf(key)
	if !ok {
		return k.reply(404, "", "application/xml", []byte(xmlh+`<Error><Code>NoSuchKey</Code><Message>no</Message></Error>`))
	}
	first, last, code := int64(0), size-1, 200
	extra := `ETag: "0123456789abcdef0123456789abcdef"` + "\r\nLast-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\nAccept-Ranges: bytes\r\n"
	if strings.HasPrefix(r.path, "/v1/") { // its ETag is no MD5 of the content
		extra += "X-Static-Large-Object: True\r\n"
	}
	if pn := r.q.Get("partNumber"); pn != "" { // "part" mode of the AWS transfer manager: parts of 16 MiB
		n, _ := strconv.ParseInt(pn, 10, 64)
		const ps = 16 << 20
		first = (n - 1) * ps
		last = min(first+ps, size) - 1
		code = 206
		extra += fmt.Sprintf("x-amz-mp-parts-count: %d\r\nContent-Range: bytes %d-%d/%d\r\n", (size+ps-1)/ps, first, last, size)
	}
	if rg := r.h["range"]; strings.HasPrefix(rg, "bytes=") {
		a, b, _ := strings.Cut(rg[6:], "-")
		first, _ = strconv.ParseInt(a, 10, 64)
		if b != "" {
			last, _ = strconv.ParseInt(b, 10, 64)
		}
		if first >= size {
			return k.reply(416, "", "application/xml", []byte(xmlh+`<Error><Code>InvalidRange</Code></Error>`))
		}
		last = min(last, size-1)
		code = 206
		extra += fmt.Sprintf("Content-Range: bytes %d-%d/%d\r\n", first, last, size)
	}
	if r.method == "HEAD" {
		k.note("HeadObject", r)
		if *latency > 0 {
			time.Sleep(*latency)
		}
		_, err := fmt.Fprintf(k.c, "HTTP/1.1 200 OK\r\n%sContent-Type: binary/octet-stream\r\nContent-Length: %d\r\n\r\n", extra, size)
		return err
	}
	k.note("GetObject", r)
	if *latency > 0 {
		time.Sleep(*latency)
	}
	n := last - first + 1
	if _, err := fmt.Fprintf(k.c, "HTTP/1.1 %d OK\r\n%sContent-Type: binary/octet-stream\r\nContent-Length: %d\r\n\r\n", code, extra, n); err != nil {
		return err
	}
	for n > 0 {
		off := first % int64(len(blob))
		c := min(n, int64(len(blob))-off)
		if *bw > 0 {
			c = min(c, 64<<10)
		}
		if k.plain {
			if err := k.sendfile(off, c); err != nil {
				return err
			}
		} else if _, err := k.c.Write(blob[off : off+c]); err != nil {
			return err
		}
		first += c
		n -= c
		k.pace(c)
	}
	return nil
}

func (k *cn) sendfile(off, n int64) error {
	for n > 0 {
		var sent int
		var serr error
		err := k.raw.Write(func(fd uintptr) bool {
			for {
				o := off
				sent, serr = syscall.Sendfile(int(fd), memfd, &o, int(min(n, 4<<20)))
				if serr == syscall.EINTR {
					continue
				}
				return serr != syscall.EAGAIN
			}
		})
		if err != nil {
			return err
		}
		if serr != nil {
			return serr
		}
		off += int64(sent)
		n -= int64(sent)
	}
	return nil
}
