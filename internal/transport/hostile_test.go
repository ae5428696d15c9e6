package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a server says of where to go is in an error only as far as a log can take it.
func TestWordsInConnectionErrors(t *testing.T) {
	t.Parallel()
	err := &ConnectionError{Host: "h", Err: errors.New("x509: valid for a\r\nb\x1b[2J" + strings.Repeat(", c.example", 10_000))}
	require.Less(t, len(err.Error()), 600)
	require.True(t, strings.HasPrefix(err.Error(), "no answer from h: x509: valid for a b [2J, c.example"), "%q", err)
}

// Of a refusal the beginning is read, whatever its length is said to be; what is too long for a
// document is not asked for again.
func TestLimitsOfDocuments(t *testing.T) {
	t.Parallel()
	long := func(status int, length int64) step {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(zeros{}), ContentLength: length, Request: r}, nil
		}
	}
	for _, length := range []int64{-1, 1 << 60} {
		var seen int
		r := newRig(t, long(403, length))
		_, err := r.Do(t.Context(), get(), inspected{func(resp *Response) error { seen = len(resp.Document); return &apiError{status: 403} }})
		require.Error(t, err)
		require.Equal(t, maxRefusal, seen)

		r = newRig(t, long(200, length))
		req := get()
		req.MaxDocument = 1000
		_, err = r.Do(t.Context(), req, &handler{})
		require.ErrorIs(t, err, ErrAnswerTooLong)
		require.ErrorContains(t, err, "over 1000 bytes")
		require.Len(t, r.script.reqs, 1)
	}
	// Exactly as long as may be.
	r := newRig(t, answer(200, "X-Body", strings.Repeat("x", 1000)))
	req := get()
	req.MaxDocument = 1000
	resp, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	require.Len(t, resp.Document, 1000)
}

type inspected struct{ inspect func(*Response) error }

func (inspected) Authorize(_ context.Context, _ *Attempt) error { return nil }
func (h inspected) Inspect(r *Response) error                   { return h.inspect(r) }
func (inspected) Amend(*Request, *Response, error) bool         { return false }

// TLS is 1.2 and up, and a certificate that is of no known authority, of another name or over is
// refused, and not asked for again.
func TestTLS(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	certificate := func(change func(*x509.Certificate)) (tls.Certificate, *x509.CertPool) {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		change(template)
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		pool := x509.NewCertPool()
		pool.AddCert(leaf)
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
	}
	for name, c := range map[string]struct {
		server  *tls.Config
		change  func(*x509.Certificate)
		trusted bool
		says    string
		tries   int
	}{
		"fine":       {trusted: true},
		"TLS 1.2":    {server: &tls.Config{MaxVersion: tls.VersionTLS12}, trusted: true},
		"TLS 1.1":    {server: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, trusted: true, says: "protocol version"},
		"untrusted":  {says: "unknown authority", tries: 1},
		"other name": {change: func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }, trusted: true, says: "IP SANs", tries: 1},
		"over":       {change: func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, trusted: true, says: "expired", tries: 1},
	} {
		if c.change == nil {
			c.change = func(*x509.Certificate) {}
		}
		if c.server == nil {
			c.server = new(tls.Config)
		}
		own, pool := certificate(c.change)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		c.server.Certificates = []tls.Certificate{own}
		s.TLS, s.Config.ErrorLog = c.server, log.New(io.Discard, "", 0)
		s.StartTLS()
		configs := []*tls.Config{{RootCAs: pool}, {RootCAs: pool, MinVersion: tls.VersionTLS12}}
		if !c.trusted {
			configs = []*tls.Config{nil, {}, {RootCAs: x509.NewCertPool()}}
		}
		for _, config := range configs {
			hc := NewHTTPClient(config)
			transport := hc.Transport.(*http.Transport)
			require.False(t, transport.TLSClientConfig.InsecureSkipVerify, "nobody asked for it")
			require.EqualValues(t, tls.VersionTLS12, transport.TLSClientConfig.MinVersion)
			p := &Pipeline{HTTP: hc, Clock: new(Clock), Backoff: Backoff{Base: 1, Max: 1}}
			req := get()
			req.URL.Scheme, req.URL.Host = "https", strings.TrimPrefix(s.URL, "https://")
			tries := 0
			_, err := p.Do(t.Context(), req, &handler{authorize: func(context.Context, *Attempt) error { tries++; return nil }})
			if c.says == "" {
				require.NoError(t, err, name)
			} else {
				require.ErrorContains(t, err, c.says, name)
				if c.tries > 0 {
					require.Equal(t, c.tries, tries, name)
				}
			}
			hc.CloseIdleConnections()
		}
		s.Close()
	}
}
