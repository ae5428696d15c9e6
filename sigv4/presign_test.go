package sigv4

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPresignExpires(t *testing.T) {
	r := newRequest(t, "GET", "https://example.com/key", nil)
	signer := NewSigner(Options{})
	for expires, want := range map[time.Duration]string{
		time.Second: "1", 90*time.Second + 999*time.Millisecond: "90", MaxPresignExpires: "604800",
	} {
		got, _, err := signer.PresignHTTP(r, published, expires)
		require.NoError(t, err)
		require.Contains(t, got, "&X-Amz-Expires="+want+"&")
	}
	for _, expires := range []time.Duration{-1, 0, time.Second - 1, MaxPresignExpires + 1} {
		_, _, err := signer.PresignHTTP(r, published, expires)
		require.ErrorContains(t, err, "expires in")
	}
}

func TestPresignLeavesTheRequestAlone(t *testing.T) {
	r := newRequest(t, "PUT", "https://user@example.com:443/a+b/%2e?x=+&a#part", strings.NewReader("data"))
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("Authorization", "old")
	r.Header.Set("X-Amz-Date", "old")
	before := r.Clone(r.Context())
	got, signed, err := NewSigner(Options{}).PresignHTTP(r, wireParams, time.Hour)
	require.NoError(t, err)
	require.Equal(t, before.Header, r.Header)
	require.Equal(t, before.URL, r.URL)
	require.Equal(t, before.Host, r.Host)
	require.True(t, strings.HasPrefix(got, "https://example.com/a%2Bb/.?X-Amz-Algorithm="), got)
	require.Contains(t, got, "&a=&x=%20&X-Amz-Signature=")
	require.NotContains(t, got, "part")
	require.Equal(t, http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"4"}}, signed)

	signed.Set("Content-Type", "changed")
	require.Equal(t, "text/plain", r.Header.Get("Content-Type"))
}

func TestPresignTwice(t *testing.T) {
	r := newRequest(t, "GET", "https://example.com/key?versionId=1", nil)
	signer := NewSigner(Options{})
	first, _, err := signer.PresignHTTP(r, wireParams, time.Hour)
	require.NoError(t, err)
	r.URL, err = url.Parse(first)
	require.NoError(t, err)
	second, _, err := signer.PresignHTTP(r, wireParams, time.Hour)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestPresignHost(t *testing.T) {
	tests := []struct {
		name, target, host string
		wantURL, wantHost  string // wantHost "" when nothing must be sent
	}{
		{"as it is", "https://example.com/", "example.com", "https://example.com/?", ""},
		{"no host field", "https://example.com/", "", "https://example.com/?", ""},
		{"empty path", "https://example.com", "", "https://example.com/?", ""},
		{"https port", "https://example.com:443/", "example.com:443", "https://example.com/?", ""},
		{"http port", "http://example.com:80/", "example.com:80", "http://example.com/?", ""},
		{"https port in http", "http://example.com:443/", "example.com:443", "http://example.com:443/?", ""},
		{"other scheme", "HTTPS://example.com:443/", "", "https://example.com/?", ""},
		{"override", "https://10.0.0.1:9000/", "example.com", "https://10.0.0.1:9000/?", "example.com"},
		{"override with the port only", "https://example.com/", "example.com:443", "https://example.com/?", "example.com:443"},
		{"zone", "http://[fe80::1%25eth0]:9000/", "", "http://[fe80::1%25eth0]:9000/?", ""},
		{"unknown scheme", "ftp://example.com:80/", "", "ftp://example.com:80/?", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRequest(t, "GET", tt.target, nil)
			r.Host = tt.host
			got, signed, err := NewSigner(Options{}).PresignHTTP(r, published, time.Hour)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(got, tt.wantURL), got)
			require.Equal(t, tt.wantHost, signed.Get("Host"))
			if tt.wantHost == "" {
				require.Nil(t, signed)
			}
			_, err = url.Parse(got)
			require.NoError(t, err)
		})
	}
}

func TestPresignMistakes(t *testing.T) {
	signer := NewSigner(Options{})
	r := newRequest(t, "GET", "//example.com/key", nil)
	_, _, err := signer.PresignHTTP(r, published, time.Hour)
	require.ErrorContains(t, err, "no scheme")

	r = newRequest(t, "GET", "https://example.com/key", nil)
	r.Host = "example.com/other"
	_, _, err = signer.PresignHTTP(r, published, time.Hour)
	require.ErrorContains(t, err, "no host has")

	r = newRequest(t, "PUT", "https://example.com/key", strings.NewReader("data"))
	_, _, err = NewSigner(Options{Generic: true}).PresignHTTP(r, published, time.Hour)
	require.ErrorContains(t, err, "needs a payload hash")
}

// A hash that is given has to reach the server; the default need not.
func TestPresignPayloadHash(t *testing.T) {
	r := newRequest(t, "PUT", "https://example.com/key", strings.NewReader("data"))
	signer := NewSigner(Options{})
	p := published
	for hash, want := range map[string]http.Header{
		"":               nil,
		UnsignedPayload:  nil,
		slowHash("data"): {"X-Amz-Content-Sha256": {slowHash("data")}},
	} {
		p.PayloadHash = hash
		_, signed, err := signer.PresignHTTP(r, p, time.Hour)
		require.NoError(t, err)
		require.Equal(t, want, signed)
	}
}
