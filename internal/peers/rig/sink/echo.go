package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// tailSize bytes at the end of an aws-chunked body are kept: the trailer is there.
const tailSize = 512

// keepTail remembers the last tailSize bytes that went by.
func (r *req) keepTail(p []byte) {
	if r.h["x-amz-trailer"] == "" {
		return
	}
	if len(p) > tailSize {
		p = p[len(p)-tailSize:]
	}
	if over := len(r.tail) + len(p) - tailSize; over > 0 {
		r.tail = append(r.tail[:0], r.tail[over:]...)
	}
	r.tail = append(r.tail, p...)
}

// echo is the header lines of an upload's answer: the checksums the client
// sent, in a header or a trailer, taken at their word. Amazon S3 answers them
// once it has verified them, and a client may check that.
func (r *req) echo() string {
	var b strings.Builder
	for h, v := range r.h {
		if isChecksum(h) {
			b.WriteString(h + ": " + v + "\r\n")
		}
	}
	if name := r.h["x-amz-trailer"]; name != "" {
		if _, v, ok := bytes.Cut(r.tail, []byte("\n"+name+":")); ok {
			v, _, _ = bytes.Cut(v, []byte("\r"))
			b.WriteString(name + ": " + string(bytes.TrimSpace(v)) + "\r\n")
		}
	}
	return b.String()
}

// etag is the MD5 that the client sent, so that one which compares finds what
// it expects at no cost for the sink; zeros when it sent none.
func (r *req) etag() string {
	sum, err := base64.StdEncoding.DecodeString(r.h["content-md5"])
	if err != nil || len(sum) == 0 {
		return zeroMD
	}
	return `"` + hex.EncodeToString(sum) + `"`
}

func isChecksum(h string) bool {
	name, ok := strings.CutPrefix(h, "x-amz-checksum-")
	return ok && name != "mode" && name != "algorithm" && name != "type"
}

// checksumElements is the same for the document that answers
// CompleteMultipartUpload.
func (r *req) checksumElements() string {
	var b strings.Builder
	for h, v := range r.h {
		if isChecksum(h) {
			name := "Checksum" + strings.ToUpper(strings.TrimPrefix(h, "x-amz-checksum-"))
			b.WriteString("<" + name + ">" + v + "</" + name + ">")
		}
	}
	if t := r.h["x-amz-checksum-type"]; t != "" {
		b.WriteString("<ChecksumType>" + t + "</ChecksumType>")
	}
	return b.String()
}
