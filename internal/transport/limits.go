package transport

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// Defaults of the [http.Transport] that [NewHTTPTransport] makes.
const (
	DialTimeout           = 10 * time.Second
	KeepAlive             = 30 * time.Second
	TLSHandshakeTimeout   = 10 * time.Second
	ResponseHeaderTimeout = 2 * time.Minute // CompleteMultipartUpload may think for long before its first byte
	ExpectContinueTimeout = time.Second
	IdleConnTimeout       = 90 * time.Second
	IdleConnsPerHost      = 256
	BufferSize            = 64 << 10 // of reads and writes, each, per connection

	// DefaultIdle is how long a body may stand still in either direction.
	DefaultIdle = time.Minute
)

// NewHTTPTransport returns an http.Transport tuned for many large bodies at once:
// as many idle connections per host as any concurrency asks for, large buffers,
// limits on each phase instead of a total one, HTTP/1.1 (several connections beat
// one multiplexed connection for bulk) and no transparent decompression, which
// would change the bytes that a checksum is about.
func NewHTTPTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: DialTimeout, KeepAlive: KeepAlive}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		Protocols:             protocols,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(0)},
		TLSHandshakeTimeout:   TLSHandshakeTimeout,
		ResponseHeaderTimeout: ResponseHeaderTimeout,
		ExpectContinueTimeout: ExpectContinueTimeout,
		IdleConnTimeout:       IdleConnTimeout,
		MaxIdleConns:          0, // no total: the limit per host governs
		MaxIdleConnsPerHost:   IdleConnsPerHost,
		ReadBufferSize:        BufferSize,
		WriteBufferSize:       BufferSize,
		DisableCompression:    true,
	}
}

// NewHTTPClient returns a client over [NewHTTPTransport] that follows no redirect.
func NewHTTPClient() *http.Client {
	return &http.Client{Transport: NewHTTPTransport(), CheckRedirect: noRedirect}
}

// WithoutRedirects returns hc itself when it already follows no redirect by the
// pipeline's own rule, else a shallow copy that does not: net/http would replay a
// redirect under the old signature, and without the body.
func WithoutRedirects(hc *http.Client) *http.Client {
	c := *hc
	c.CheckRedirect = noRedirect
	return &c
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
