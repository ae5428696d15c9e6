package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEchoOfATrailer(t *testing.T) {
	r := &req{h: map[string]string{"x-amz-trailer": "x-amz-checksum-crc32c"}}
	r.keepTail(bytes.Repeat([]byte("d"), 3*tailSize))
	r.keepTail([]byte("\r\n0\r\nx-amz-checksum-crc32c:AAAA"))
	r.keepTail([]byte("AA==\r\n\r\n"))
	require.Equal(t, "x-amz-checksum-crc32c: AAAAAA==\r\n", r.echo())
}

func TestEchoOfAHeader(t *testing.T) {
	r := &req{h: map[string]string{"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-type": "FULL_OBJECT"}}
	require.Equal(t, "x-amz-checksum-crc32: AAAAAA==\r\n", r.echo())
	require.Equal(t, "<ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>", r.checksumElements())
}

func TestETagIsTheMD5Sent(t *testing.T) {
	r := &req{h: map[string]string{}}
	require.Equal(t, zeroMD, r.etag())
	r.h["content-md5"] = "1B2M2Y8AsgTpgAmY7PhCfg=="
	require.Equal(t, `"d41d8cd98f00b204e9800998ecf8427e"`, r.etag())
}
