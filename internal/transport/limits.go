package transport

import (
	"crypto/tls"
	"net/http"
	"time"
)

// Defaults of the [http.Transport] that [NewHTTPTransport] makes.
const (
	DialTimeout           = 10 * time.Second
	KeepAlive             = 30 * time.Second
	TLSHandshakeTimeout   = 10 * time.Second
	ResponseHeaderTimeout = 5 * time.Minute // CompleteMultipartUpload, or 1000 deletions on Swift, may think for long
	ExpectContinueTimeout = time.Second
	IdleConnTimeout       = 90 * time.Second
	IdleConnsPerHost      = 256
	MaxHeaderBytes        = 1 << 20  // of an answer, all its 1xx before it included
	BufferSize            = 16 << 10 // of reads and writes, each, per connection; bodies go past it

	// DefaultIdle is how long a body may stand still in either direction.
	DefaultIdle = time.Minute
)

// NewHTTPTransport returns an http.Transport tuned for many large bodies at once:
// as many idle connections per host as any concurrency asks for, spread over all addresses
// of its name, files sent by the kernel and other bodies in chunks of 64 KiB, with all their
// TLS records in one system call, limits on each phase instead of a total one, HTTP/1.1 (several connections beat one multiplexed connection
// for bulk) and no transparent decompression, which would change the bytes that a
// checksum is about. cfg is the TLS configuration; nil: with the system's roots; TLS 1.2 and up
// unless it says otherwise. An http.Response over such a connection has no TLS state.
func NewHTTPTransport(cfg *tls.Config) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	if cfg == nil {
		cfg = new(tls.Config)
	} else {
		cfg = cfg.Clone()
	}
	if cfg.MinVersion == 0 {
		cfg.MinVersion = tls.VersionTLS12
	}
	// Small records make a page appear sooner; a part only waits for its end.
	cfg.DynamicRecordSizingDisabled = true
	if cfg.ClientSessionCache == nil {
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	dialer := newDialer()
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial(dialer),
		DialTLSContext:         dialTLS(dialer, cfg),
		Protocols:              protocols,
		TLSClientConfig:        cfg, // for servers behind a proxy
		TLSHandshakeTimeout:    TLSHandshakeTimeout,
		ResponseHeaderTimeout:  ResponseHeaderTimeout,
		ExpectContinueTimeout:  ExpectContinueTimeout,
		IdleConnTimeout:        IdleConnTimeout,
		MaxResponseHeaderBytes: MaxHeaderBytes,
		MaxIdleConns:           0, // no total: the limit per host governs
		MaxIdleConnsPerHost:    IdleConnsPerHost,
		ReadBufferSize:         BufferSize,
		WriteBufferSize:        BufferSize,
		DisableCompression:     true,
	}
}

// NewHTTPClient returns a client over [NewHTTPTransport] that follows no redirect.
func NewHTTPClient(cfg *tls.Config) *http.Client {
	return &http.Client{Transport: NewHTTPTransport(cfg), CheckRedirect: noRedirect}
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
