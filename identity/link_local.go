package identity

import (
	"crypto/tls"
	"net/http"
	"net/url"

	"github.com/stowage-go/stowage/internal/transport"
)

// newLinkLocalConnection is a connection to a service on this very machine. Its default
// client asks no proxy for what goes over plain http: a proxy is not on this machine,
// and would see the keys.
func newLinkLocalConnection(o HTTPOptions) (*connection, error) {
	if o.HTTPClient == nil {
		o.HTTPClient, o.TLSConfig = linkLocalClient(o.TLSConfig), nil
	}
	return newConnection(o)
}

func linkLocalClient(cfg *tls.Config) *http.Client {
	t := transport.NewHTTPTransport(cfg)
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme == "http" {
			return nil, nil
		}
		return http.ProxyFromEnvironment(r)
	}
	return &http.Client{Transport: t}
}
