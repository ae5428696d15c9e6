package faults

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
	"github.com/stowage-go/stowage/swift"
)

// cell is one operation under one fault: what lies between its client and the server, and what
// the client is told.
type cell struct {
	// Set before the fault begins.
	backend string // the server's http URL
	names   *names
	// lasting tells the requests that a fault that lasts begins with. What comes before, such
	// as CreateMultipartUpload, is let through: there the parts are the interesting thing.
	lasting func(*http.Request) bool
	// completion tells the request by which parts become an object; nil where there is none.
	completion func(*http.Request) bool

	// Set by the fault.
	endpoint string // the URL that the client is given
	tls      *tls.Config
	clock    func() time.Time
	deadline time.Duration // of the whole operation
	abort    time.Duration // of what is to be cleaned up after an error
	patience time.Duration // for a header, a body's next bytes, a handshake
	before   func(n int, r *http.Request)
	midst    func()        // of any body of some size, either way; may be nil
	attempts int           // zero: the default
	maxDelay time.Duration // between attempts; zero: a short one
	keys     func(good sigv4.Provider) sigv4.Provider
	token    func(good *identity.Client) (swift.Authenticator, identity.Auth, error)

	closers []func()
}

const (
	usualDeadline = 30 * time.Second
	usualPatience = 10 * time.Second
	usualAbort    = 20 * time.Second
	shortAbort    = 5 * time.Second
	shortPatience = 2 * time.Second
	// Waits between attempts are shorter than the default: what counts is how many there are.
	baseDelay, maxDelay = 20 * time.Millisecond, 200 * time.Millisecond
)

func (c *cell) onClose(f func()) { c.closers = append(c.closers, f) }

// script has what alters answers stand in front of the server, until the cell is closed, and is
// its URL.
func (c *cell) script(alter func(*exchange) bool) (url string, err error) {
	s, err := newScript(c.backend, alter)
	if err != nil {
		return "", err
	}
	c.onClose(s.close)
	return s.url, nil
}

func (c *cell) close() {
	for len(c.closers) > 0 {
		last := len(c.closers) - 1
		c.closers[last]()
		c.closers = c.closers[:last]
	}
}

// newCell is a cell of an operation, without a fault yet.
func newCell(o *operation, s *servers, n *names) *cell {
	return &cell{
		backend: o.backend(s), names: n, lasting: o.lasting, completion: o.completion,
		deadline: usualDeadline, patience: usualPatience, abort: usualAbort,
	}
}

// http is the library's own HTTP client, which counts its attempts.
func (c *cell) http() *http.Client {
	t := transport.NewHTTPTransport(c.tls)
	t.Proxy = nil
	t.ResponseHeaderTimeout, t.TLSHandshakeTimeout = c.patience, c.patience
	c.onClose(t.CloseIdleConnections)
	return &http.Client{Transport: &attempts{Transport: t, before: c.before, midst: c.midst}}
}

// attempts tells of each attempt before it is made, and in its midst.
type attempts struct {
	*http.Transport
	n      atomic.Int32
	before func(n int, r *http.Request)
	midst  func()
}

// RoundTrip implements http.RoundTripper.
func (a *attempts) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(a.n.Add(1))
	if a.before != nil {
		a.before(n, r)
	}
	if a.midst == nil {
		return a.Transport.RoundTrip(r)
	}
	if r.ContentLength >= smallSize {
		spied := *r
		spied.Body = &spy{ReadCloser: r.Body, left: r.ContentLength / 2, midst: a.midst}
		r = &spied
	}
	resp, err := a.Transport.RoundTrip(r)
	if err == nil && resp.ContentLength >= smallSize && r.Method != http.MethodHead {
		// Of an answer the rest may be on its way already, but not all of it.
		resp.Body = &spy{ReadCloser: resp.Body, left: 1, midst: a.midst}
	}
	return resp, err
}

// spy is a body that tells when so much of it has been read.
type spy struct {
	io.ReadCloser
	left  int64
	midst func()
}

// Read implements io.Reader.
func (s *spy) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	before := s.left
	if s.left -= int64(n); before > 0 && s.left <= 0 {
		s.midst()
	}
	return n, err
}

// s3 is a client of the library's that meets the fault.
func (c *cell) s3(m *store) (*s3.Client, error) {
	o := m.options
	o.Endpoint, o.HTTPClient, o.Clock = c.endpoint, c.http(), c.clock
	o.BaseDelay, o.MaxDelay, o.IdleTimeout, o.MaxAttempts = baseDelay, cmp.Or(c.maxDelay, maxDelay), c.patience, c.attempts
	if c.attempts > 0 {
		o.RetryBudget = -1
	}
	if c.keys != nil {
		o.Credentials = c.keys(o.Credentials)
	}
	return s3.New(o)
}

// swift is such a client of Swift. Its login meets no fault.
func (c *cell) swift(o *openstack) (*swift.Client, error) {
	login, err := o.login(func(i *identity.Options) { i.Clock = c.clock })
	if err != nil {
		return nil, err
	}
	c.onClose(func() { _ = login.Close(context.Background()) })
	options := swift.Options{
		Auth: login, StorageURL: c.endpoint + o.path, Profile: swift.OpenStack(),
		HTTPClient: c.http(), Clock: c.clock,
		BaseDelay: baseDelay, MaxDelay: maxDelay, IdleTimeout: c.patience,
	}
	if c.token != nil {
		if options.Auth, _, err = c.token(login); err != nil {
			return nil, err
		}
	}
	return swift.New(options)
}

// identity is such a client of Keystone.
func (c *cell) identity(o *openstack) (*identity.Client, error) {
	var auth identity.Auth
	if c.token != nil {
		other, err := o.login()
		if err != nil {
			return nil, err
		}
		c.onClose(func() { _ = other.Close(context.Background()) })
		if _, auth, err = c.token(other); err != nil {
			return nil, err
		}
	}
	client, err := o.login(func(i *identity.Options) {
		i.AuthURL = c.endpoint + "/v3"
		i.HTTPOptions = identity.HTTPOptions{
			HTTPClient: c.http(), Clock: c.clock, Timeout: c.patience, BaseDelay: baseDelay, MaxDelay: maxDelay,
		}
		if auth != nil {
			i.Auth = auth
		}
	})
	return client, err
}
