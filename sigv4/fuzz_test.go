package sigv4

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func FuzzCanonicalPath(f *testing.F) {
	for _, s := range []string{"", "/", "a", "//", "/a/../b/./c//d/", "/..", "/a/..", "/%41%2f%2F%c3%a9", "/a b+é%", "/%z0", "/%2e%2e/a", "/.../a..", "/a/%2e/."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, escaped string) {
		for _, mode := range []struct {
			generic bool
			slow    func(string) (string, error)
		}{{false, slowPath}, {true, slowGenericPath}} {
			want, wantErr := mode.slow(escaped)
			got, err := appendPath([]byte("before"), escaped, mode.generic, mode.generic)
			if wantErr != nil {
				require.Error(t, err, "%q", escaped)
				continue
			}
			require.NoError(t, err, "%q", escaped)
			require.Equal(t, "before"+want, string(got), "%q generic=%v", escaped, mode.generic)
			if !mode.generic {
				again, err := appendPath(nil, want, false, false)
				require.NoError(t, err)
				require.Equal(t, want, string(again), "canonical form is stable")
			}
		}
	})
}

func FuzzCanonicalQuery(f *testing.F) {
	for _, s := range []string{"", "a", "a=", "a=1&a=0", "b&a", "&&", "=x", "a==b", "a-b=1&a=2", "a+b=%20", "%zz", "a=%2", "%c3%a9=é", "a=%2f&b=%2F&c=%41", "a=b;c", "a= b", "a=1&"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		want, wantErr := slowQuery(raw)
		var m scratch
		err := m.addQuery(raw, nil)
		if wantErr != nil {
			require.Error(t, err, "%q", raw)
			require.False(t, raw != "" && canonicalQuery(raw), "%q", raw)
			return
		}
		require.NoError(t, err, "%q", raw)
		require.Equal(t, want, string(m.appendPairs(nil)), "%q", raw)
		if raw != "" {
			require.Equal(t, raw == want, canonicalQuery(raw), "%q, canonical %q", raw, want)
		}
	})
}

func FuzzChunked(f *testing.F) {
	for mode := range uint8(3) {
		f.Add(mode, []byte("hello"), uint16(5), uint16(0), uint8(0))
		f.Add(mode, []byte("x"), uint16(MinChunkSize), uint16(3), uint8(1))
		f.Add(mode, []byte("xy\r\n0"), uint16(2*MinChunkSize+1), uint16(1), uint8(2))
		f.Add(mode, []byte{}, uint16(0), uint16(0), uint8(3))
	}
	// The body is a repeated pattern: long bodies of their own would keep the
	// fuzzer busy making them shorter.
	f.Fuzz(func(t *testing.T, mode uint8, pattern []byte, length, size uint16, reading uint8) {
		pattern = append(pattern, 'x')
		body := bytes.Repeat(pattern, int(length)/len(pattern)+1)[:length]
		chunks := Chunked{ChunkSize: MinChunkSize + int(size)}
		chunks.Mode = []string{StreamingPayload, StreamingPayloadTrailer, StreamingUnsignedPayloadTrailer}[mode%3]
		var source io.Reader = bytes.NewReader(body)
		switch reading % 4 {
		case 1:
			source = iotest.DataErrReader(source)
		case 2:
			source = iotest.HalfReader(source)
		case 3:
			if len(body) < 4096 {
				source = iotest.OneByteReader(source)
			}
		}
		if mode%3 > 0 {
			count := 0
			counted := io.TeeReader(source, countWriter{&count})
			source = counted
			chunks.Trailer = &Trailer{Name: "X-Amz-Checksum-Test", Size: 10, Value: func() string { return fmt.Sprintf("%010d", count) }}
		}
		encoded, err := io.ReadAll(chunks.NewReader(source, int64(len(body)), seed))
		require.NoError(t, err)
		require.Equal(t, chunks.EncodedLength(int64(len(body))), int64(len(encoded)))
		decoded, trailer, err := slowDecode(encoded, chunks.Mode, int(chunks.chunkSize()))
		require.NoError(t, err)
		require.True(t, bytes.Equal(body, decoded))
		if mode%3 > 0 {
			require.Equal(t, fmt.Sprintf("x-amz-checksum-test:%010d", len(body)), trailer)
		}
	})
}

type countWriter struct{ n *int }

func (w countWriter) Write(p []byte) (int, error) { *w.n += len(p); return len(p), nil }

// seed is a request's signature to hang chunks on.
var seed = Signature{
	hex:   [64]byte(bytes.Repeat([]byte("0"), 64)),
	key:   [32]byte([]byte(slowKey("secret", "20260203", "r", "s3"))),
	time:  [timeLength]byte([]byte(time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC).Format("20060102T150405Z"))),
	scope: "20260203/r/s3/aws4_request",
}

// slowDecode takes aws-chunked apart, signatures and all, as a strict server
// would.
func slowDecode(encoded []byte, mode string, size int) (body []byte, trailer string, err error) {
	in := bufio.NewReader(bytes.NewReader(encoded))
	line := func() string {
		s, _ := in.ReadString('\n')
		s, ok := strings.CutSuffix(s, "\r\n")
		if !ok && err == nil {
			err = fmt.Errorf("line %q does not end in CR LF", s)
		}
		return s
	}
	signed := strings.HasPrefix(mode, "STREAMING-AWS4")
	previous := seed.Hex()
	check := func(got, kind, middle, data string) {
		text := "AWS4-HMAC-SHA256-" + kind + "\n20260203T040506Z\n" + seed.scope + "\n" + previous + "\n" + middle + slowHash(data)
		previous = hex.EncodeToString([]byte(slowHMAC(string(seed.key[:]), text)))
		if got != previous && err == nil {
			err = fmt.Errorf("%s signature %q, want %q", kind, got, previous)
		}
	}
	for last := false; !last && err == nil; {
		head := line()
		length, signature, has := strings.Cut(head, ";chunk-signature=")
		if has != signed {
			return nil, "", fmt.Errorf("chunk line %q", head)
		}
		n, perr := strconv.ParseInt(length, 16, 64)
		if perr != nil || n > int64(size) {
			return nil, "", fmt.Errorf("chunk length %q", length)
		}
		data := make([]byte, n)
		if _, err := io.ReadFull(in, data); err != nil {
			return nil, "", err
		}
		if signed {
			check(signature, "PAYLOAD", slowHash("")+"\n", string(data))
		}
		if last = n == 0; !last {
			if s := line(); s != "" {
				return nil, "", fmt.Errorf("chunk is followed by %q", s)
			}
			if n < int64(size) && in.Buffered() > 600 {
				return nil, "", fmt.Errorf("short chunk of %d bytes before the end", n)
			}
		}
		body = append(body, data...)
	}
	if strings.HasSuffix(mode, "TRAILER") {
		trailer = line()
		if signed {
			signature, ok := strings.CutPrefix(line(), "x-amz-trailer-signature:")
			if !ok {
				return nil, "", fmt.Errorf("no trailer signature")
			}
			check(signature, "TRAILER", "", trailer+"\n")
		}
	}
	if s := line(); s != "" && err == nil {
		err = fmt.Errorf("no empty line at the end but %q", s)
	}
	if rest, _ := io.ReadAll(in); len(rest) > 0 && err == nil {
		err = fmt.Errorf("%d bytes behind the end", len(rest))
	}
	return body, trailer, err
}

// Whatever a request is, its signature is the one that a server comes to, or it is refused.
func FuzzSign(f *testing.F) {
	f.Add("GET", "/a b/../c", "prefix=a+b&x=%zz", "text/plain", "v", false)
	f.Add("PUT", "//", "X-Amz-Date=2&", " a  b ", "\tx\t", true)
	f.Add("DELETE", "/\x00\u202e", "%41=%2f&&=", "a\r\nX-Amz-Acl: public-read", "é", false)
	f.Fuzz(func(t *testing.T, method, path, query, contentType, meta string, generic bool) {
		if strings.Contains(query, "ignature") {
			return // a server takes one in the query for the request's
		}
		r := &http.Request{
			Method: method, Host: "example.com", Header: http.Header{"Content-Type": {contentType}, "X-Amz-Meta-A": {meta, contentType}},
			URL: &url.URL{Scheme: "http", Host: "example.com", Path: "/" + path, RawQuery: query},
		}
		if _, err := NewSigner(Options{Generic: generic}).SignHTTP(r, wireParams); err != nil {
			requireNoSecret(t, err.Error())
			return
		}
		for _, values := range r.Header {
			for _, v := range values {
				require.False(t, strings.ContainsAny(v, "\r\n"), "a header that is two: %q", v)
			}
		}
		r.RequestURI = r.URL.RequestURI()
		r.Method = cmp.Or(r.Method, "GET") // as it is sent
		require.NoError(t, slowVerify(r, wireParams, "s3", generic))
	})
}

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, text, wireParams.Credentials.SecretAccessKey)
	require.NotContains(t, text, wireParams.Credentials.SessionToken)
}
