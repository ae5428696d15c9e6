package main

import (
	"bytes"
	"hash"
	"strconv"
	"strings"
)

// awsDec strips aws-chunked framing.
type awsDec struct {
	h    hash.Hash
	hdr  []byte
	left int64
	skip int
	done bool
}

func (d *awsDec) feed(p []byte) {
	for len(p) > 0 && !d.done {
		if d.left > 0 {
			n := min(int64(len(p)), d.left)
			d.h.Write(p[:n])
			p, d.left = p[n:], d.left-n
			if d.left == 0 {
				d.skip = 2
			}
			continue
		}
		if d.skip > 0 {
			d.skip--
			p = p[1:]
			continue
		}
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			d.hdr = append(d.hdr, p...)
			return
		}
		d.hdr = append(d.hdr, p[:i]...)
		p = p[i+1:]
		s := strings.TrimSpace(string(d.hdr))
		d.hdr = d.hdr[:0]
		s, _, _ = strings.Cut(s, ";")
		d.left, _ = strconv.ParseInt(s, 16, 64)
		if d.left == 0 {
			d.done = true
		}
	}
}
