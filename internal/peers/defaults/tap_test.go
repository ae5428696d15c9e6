package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHeadReader(t *testing.T) {
	put := "PUT /b/k HTTP/1.1\r\nHost: h\r\n"
	cases := map[string]struct{ sent, want string }{
		"nothing":        {"GET /b/k HTTP/1.1\r\nx-amz-content-sha256: " + strings.Repeat("0", 64) + "\r\n\r\n", "no checksum"},
		"unsigned":       {put + "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n\r\nbody", "no checksum"},
		"signed":         {put + "X-Amz-Content-Sha256: " + strings.Repeat("0", 64) + "\r\n\r\nbody", "sha256"},
		"chunks":         {put + "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\r\nX-Amz-Trailer: x-amz-checksum-crc32c\r\n\r\n", "crc32c trailer, signed chunks"},
		"checksum":       {put + "X-Amz-Checksum-Crc32: AAAA\r\nX-Amz-Checksum-Algorithm: CRC32\r\nContent-Md5: x\r\n\r\n", "crc32, md5"},
		"two requests":   {put + "\r\nbody" + "PUT /b/k HTTP/1.1\r\nContent-Md5: x\r\n\r\n", "md5"},
		"in a body":      {put + "\r\n\r\nContent-MD5: x\r\n", "no checksum"},
		"DeleteObjects":  {"POST /b?delete HTTP/1.1\r\nContent-MD5: x\r\n\r\n", "md5"},
		"other document": {"POST /b/k?uploads HTTP/1.1\r\nContent-MD5: x\r\n\r\n", "no checksum"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			whole, bytewise := &tap{seen: map[string]bool{}}, &tap{seen: map[string]bool{}}
			h := &headReader{tap: whole}
			_, err := h.Write([]byte(c.sent))
			require.NoError(t, err)
			require.Equal(t, c.want, whole.summary())

			h = &headReader{tap: bytewise}
			for _, b := range []byte(c.sent) {
				_, err := h.Write([]byte{b})
				require.NoError(t, err)
			}
			require.Equal(t, c.want, bytewise.summary())
		})
	}
}
