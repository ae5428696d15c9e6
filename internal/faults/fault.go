package faults

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/internal/wiretest/tlsfront"
	"github.com/stowage-go/stowage/sigv4"
	"github.com/stowage-go/stowage/swift"
)

// fault is one row.
type fault struct {
	name    string
	meaning string
	begin   func(*cell) error
	// not are the columns that can't meet it, with the reason.
	not map[string]string
}

// faults are the rows.
var faults = []fault{
	{name: "none", meaning: "The server itself, over http.", begin: network()},
	{name: "none, https", meaning: "TLS in front of it, as every cloud has it.", begin: secured(tlsGood)},

	{name: "latency", meaning: "100 ms more in each direction.", begin: network(both("latency", map[string]int64{"latency": 100})...)},
	{name: "bandwidth", meaning: "4 MiB per second in each direction.", begin: network(both("bandwidth", map[string]int64{"rate": 4096})...)},
	{name: "small packets", meaning: "64 bytes at a time in answers, 2048 in requests.", begin: network(
		toxic{"slicer up", "slicer", "upstream", map[string]int64{"average_size": 2048, "size_variation": 512}},
		toxic{"slicer down", "slicer", "downstream", map[string]int64{"average_size": 2048, "size_variation": 512}})},
	{name: "refused, twice", meaning: "Nobody listens, until the third attempt.", begin: refused(2)},
	{name: "refused, for ever", meaning: "Nobody listens.", begin: refused(0)},
	{name: "reset, twice", meaning: "Connections are reset (RST) as soon as something is sent, until the third attempt.", begin: passing(2, reset)},
	{name: "reset, for ever", meaning: "Connections are reset as soon as something is sent.", begin: lasting(reset)},
	{name: "reset, https, for ever", meaning: "So too below TLS, in its handshake.", begin: overTLS(lasting(reset))},
	{name: "request cut, twice", meaning: "The connection ends after 200 bytes of the request, until the third attempt.", begin: passing(2, cutUp)},
	{name: "request cut, for ever", meaning: "The connection ends after 200 bytes of the request.", begin: lasting(cutUp)},
	{name: "timeout, twice", meaning: "What is sent disappears, and the connection ends after 300 ms, until the third attempt.", begin: passing(2, timeout)},
	{name: "timeout, for ever", meaning: "What is sent disappears, and the connection ends after 300 ms.", begin: lasting(timeout)},
	{name: "half-open, twice", meaning: "What is sent disappears, and the connection stays, until the third attempt. Limits of idle connections and of the answer's header are 2 s.", begin: impatient(passing(2, halfOpen))},
	{name: "half-open, for ever", meaning: "What is sent disappears, and the connection stays. Limits as before.", begin: impatient(lasting(halfOpen))},
	{name: "half-open, deadline", meaning: "What is sent disappears, and the context ends after 2 s, before any of the library's limits.", begin: hurried(lasting(halfOpen))},
	{name: "half-open, https, deadline", meaning: "So too below TLS, in its handshake, whose limit is 10 s.", begin: hurried(overTLS(lasting(halfOpen)))},
	{name: "slow close", meaning: "The server closes the connection after each answer, which takes 2 s to be seen.", begin: slowClose},

	{name: "truncated answer, first", meaning: "The first answer to each request breaks off in the middle of its body, or at the end of its header when it has none.", begin: scripted(1, truncated)},
	{name: "truncated answer, every", meaning: "Every answer breaks off there.", begin: scripted(0, truncated)},
	{name: "answer too short, every", meaning: "Content-Length tells half of what follows.", begin: scripted(0, tooShort)},
	{name: "answer too long, first", meaning: "Content-Length tells 100 bytes more than follow before the connection ends.", begin: scripted(1, tooLong)},
	{name: "answer too long, every", meaning: "So does every answer's.", begin: scripted(0, tooLong)},
	{name: "answer twice, every", meaning: "Each answer comes twice on its connection.", begin: scripted(0, twice)},
	{name: "500, first", meaning: "The first answer to each request is 500 InternalError; nothing was done.", begin: scripted(1, answers(500, "InternalError"))},
	{name: "500, every", meaning: "So is every answer.", begin: scripted(0, answers(500, "InternalError"))},
	{name: "502 after the work, first", meaning: "The server does what it was asked, and a gateway answers 502 with a web page, the first time for each request.", begin: scripted(1, gateway(502))},
	{name: "502 after the work, every", meaning: "So every time.", begin: scripted(0, gateway(502))},
	{name: "503, first", meaning: "The first answer to each request is 503 with a web page; nothing was done.", begin: scripted(1, gatewayOnly(503))},
	{name: "503, every", meaning: "So is every answer.", begin: scripted(0, gatewayOnly(503))},
	{name: "504 after the work, first", meaning: "As with 502.", begin: scripted(1, gateway(504))},
	{name: "504 after the work, every", meaning: "As with 502.", begin: scripted(0, gateway(504))},
	{name: "completion lost", meaning: "The server completes the object in parts, and every answer to that is 502.", begin: completionLost, not: onlyCompletions},
	{name: "SlowDown, three times", meaning: "Each request is answered 503 SlowDown three times.", begin: scripted(3, answers(503, "SlowDown"))},
	{name: "SlowDown, for ever", meaning: "Every answer is 503 SlowDown.", begin: scripted(0, answers(503, "SlowDown"))},
	{name: "200 with an error, first", meaning: "The first answer to each request is 200 with an error document in it; nothing was done.", begin: scripted(1, insideSuccess), not: contentIsContent},
	{name: "200 with an error, every", meaning: "So is every answer.", begin: scripted(0, insideSuccess), not: contentIsContent},
	{name: "web page, every", meaning: "Every answer is 200 with a web page, as of a hotel's network.", begin: scripted(0, webPage)},
	{name: "redirect loop", meaning: "Every answer is 307 to the same place.", begin: scripted(0, redirect(""))},
	{name: "redirect elsewhere", meaning: "Every answer is 307 to another host.", begin: scripted(0, redirect("elsewhere.test"))},

	{name: "TLS: unknown authority", meaning: "The certificate is its own authority, which nobody trusts.", begin: secured(tlsUntrusted)},
	{name: "TLS: expired", meaning: "The certificate is over since an hour.", begin: secured(tlsExpired)},
	{name: "TLS: another's name", meaning: "The certificate is for another host.", begin: secured(tlsOther)},
	{name: "TLS 1.1", meaning: "The server speaks nothing newer.", begin: secured(tlsOld)},
	{name: "plain server", meaning: "The client is told https, and the server speaks http.", begin: plainServer},

	{name: "no such name", meaning: "The name server says that the endpoint's name does not exist.", begin: named(absentDomain, 0)},
	{name: "name server fails, twice", meaning: "The name server answers SERVFAIL, until the third attempt.", begin: named(failingDomain, 2)},
	{name: "name server fails, for ever", meaning: "The name server answers SERVFAIL.", begin: named(failingDomain, 0)},

	{name: "clock an hour ahead", meaning: "The client's clock is an hour ahead.", begin: clocked(time.Hour)},
	{name: "clock an hour behind", meaning: "The client's clock is an hour behind.", begin: clocked(-time.Hour)},
	{name: "clock refused, for ever", meaning: "Whatever the client signs, the answer is 403 RequestTimeTooSkewed.", begin: scripted(0, answers(403, "RequestTimeTooSkewed")), not: tokensHaveNoClock},

	{name: "expired, renewed", meaning: "The keys' session is over (400 ExpiredToken), and the provider has new ones. The token is revoked, and the login gets another.", begin: expired(true), not: map[string]string{"login": "a login has nothing but its own password to renew itself by"}},
	{name: "expired", meaning: "So, and there are no others. The login is one by a token, which is revoked.", begin: expired(false)},
	{name: "unknown keys", meaning: "The server does not know the access key (403 InvalidAccessKeyId), or the token, and there are no others.", begin: unknownKeys},
}

var (
	onlyCompletions = map[string]string{
		"put": oneRequest, "get": oneRequest, "list": oneRequest, "delete": oneRequest, "download": oneRequest, "login": oneRequest,
	}
	tokensHaveNoClock = map[string]string{"SLO": "requests with a token have no time", "login": "requests with a password have no time"}
)

// contentIsContent: no server does it, and no client could tell.
var contentIsContent = map[string]string{"get": anyDocument, "download": anyDocument}

const anyDocument = "an object may well be such a document"

const oneRequest = "there is nothing to complete"

// --- faults of the network

var (
	reset    = []toxic{{"reset", "reset_peer", "upstream", map[string]int64{"timeout": 0}}, {"reset down", "reset_peer", "downstream", map[string]int64{"timeout": 0}}}
	cutUp    = []toxic{{"cut", "limit_data", "upstream", map[string]int64{"bytes": 200}}}
	timeout  = both("timeout", map[string]int64{"timeout": 300})
	halfOpen = both("timeout", map[string]int64{"timeout": 0})
)

// linked puts a link before the server.
func linked(c *cell) (*link, error) {
	l, err := newLink(c.backend)
	if err != nil {
		return nil, err
	}
	c.onClose(l.close)
	c.endpoint = l.url
	return l, nil
}

// network spoils it all the time, in ways that nothing fails of.
func network(toxics ...toxic) func(*cell) error {
	return func(c *cell) error {
		l, err := linked(c)
		if err != nil {
			return err
		}
		return l.spoil(toxics)
	}
}

// passing spoils it for so many attempts.
func passing(attempts int, toxics []toxic) func(*cell) error {
	return func(c *cell) error {
		l, err := linked(c)
		if err != nil {
			return err
		}
		c.before = func(n int, _ *http.Request) {
			if n == attempts+1 {
				l.heal()
			}
		}
		return l.spoil(toxics)
	}
}

// lasting spoils it from the request on with which a fault that lasts begins.
func lasting(toxics []toxic) func(*cell) error {
	return func(c *cell) error {
		l, err := linked(c)
		if err != nil {
			return err
		}
		var spoilt atomic.Bool
		c.before = func(_ int, r *http.Request) {
			if (c.lasting == nil || c.lasting(r)) && !spoilt.Swap(true) {
				_ = l.spoil(toxics) // they are known to be good
			}
		}
		return nil
	}
}

// overTLS has it below TLS.
func overTLS(begin func(*cell) error) func(*cell) error {
	return func(c *cell) error {
		front, err := tlsfront.Start(c.backend)
		if err != nil {
			return err
		}
		c.onClose(front.Close)
		c.tls = &tls.Config{RootCAs: front.Roots}
		c.backend = "http" + front.URL[len("https"):]
		if err := begin(c); err != nil {
			return err
		}
		c.endpoint = "https" + c.endpoint[len("http"):]
		return nil
	}
}

func impatient(begin func(*cell) error) func(*cell) error {
	return func(c *cell) error {
		c.patience, c.abort = shortPatience, shortAbort
		return begin(c)
	}
}

func hurried(begin func(*cell) error) func(*cell) error {
	return func(c *cell) error {
		c.deadline, c.abort = 2*time.Second, shortAbort
		return begin(c)
	}
}

// refused has nobody listen for so many attempts; zero: for ever.
func refused(attempts int) func(*cell) error {
	return func(c *cell) error {
		l, err := linked(c)
		if err != nil {
			return err
		}
		var parted atomic.Bool
		if attempts > 0 {
			l.part()
		}
		c.before = func(n int, r *http.Request) {
			switch {
			case attempts > 0 && n == attempts+1:
				_ = l.join() // the client then says that it is refused
			case attempts == 0 && (c.lasting == nil || c.lasting(r)) && !parted.Swap(true):
				l.part()
			}
		}
		return nil
	}
}

func slowClose(c *cell) (err error) {
	c.backend, err = c.script(func(x *exchange) bool {
		x.w.Header().Set("Connection", "close")
		return false
	})
	if err != nil {
		return err
	}
	return network(both("slow_close", map[string]int64{"delay": 2000})...)(c)
}

// --- faults of answers

// scripted alters so many first answers to each request; zero: every answer from the request
// on with which a fault that lasts begins.
func scripted(times int, alter func(*exchange)) func(*cell) error {
	return func(c *cell) (err error) {
		var begun atomic.Bool
		c.endpoint, err = c.script(func(x *exchange) bool {
			if times == 0 {
				if c.lasting == nil || c.lasting(x.r) {
					begun.Store(true)
				}
				if !begun.Load() {
					return false
				}
			} else if x.turn > times {
				return false
			}
			alter(x)
			return true
		})
		return err
	}
}

func completionLost(c *cell) (err error) {
	c.endpoint, err = c.script(func(x *exchange) bool {
		if !c.completion(x.r) {
			return false
		}
		gateway(502)(x)
		return true
	})
	return err
}

func truncated(x *exchange) {
	a := x.carryOut()
	x.raw(false, func(w net.Conn) {
		head := a.head(x.r.Method, 0)
		if len(a.body) == 0 {
			head = head[:len(head)-len("\r\n")] // without the line that ends it
		}
		_, _ = w.Write(append(head, a.body[:len(a.body)/2]...))
	})
}

func tooShort(x *exchange) {
	a := x.carryOut()
	x.raw(true, func(w net.Conn) { _, _ = w.Write(append(a.head(x.r.Method, -len(a.body)/2), a.body...)) })
}

func tooLong(x *exchange) {
	a := x.carryOut()
	x.raw(false, func(w net.Conn) { _, _ = w.Write(append(a.head(x.r.Method, 100), a.body...)) })
}

func twice(x *exchange) {
	a := x.carryOut()
	x.raw(true, func(w net.Conn) {
		one := append(a.head(x.r.Method, 0), a.body...)
		_, _ = w.Write(append(one, one...))
	})
}

const page = "<!DOCTYPE html><html><body><h1>Something is not right</h1></body></html>"

// answers refuses with an error document as the server's API has it.
func answers(code int, name string) func(*exchange) {
	return func(x *exchange) { x.refuse(code, "<Error><Code>"+name+"</Code><Message>made up</Message></Error>") }
}

// gateway has the work done and its answer lost.
func gateway(code int) func(*exchange) {
	return func(x *exchange) {
		x.carryOut()
		x.refuse(code, page)
	}
}

// gatewayOnly has nothing done.
func gatewayOnly(code int) func(*exchange) {
	return func(x *exchange) { x.refuse(code, page) }
}

func webPage(x *exchange) { x.refuse(http.StatusOK, page) }

// insideSuccess is 200 with an error, as S3, Swift's manifests and Keystone would tell it.
func insideSuccess(x *exchange) {
	switch {
	case isManifest(x.r):
		x.refuse(http.StatusAccepted, `{"Response Status": "500 Internal Error", "Response Body": "made up", "Errors": []}`)
	case x.r.Header.Get("X-Auth-Token") != "" || strings.HasSuffix(x.r.URL.Path, "/info"):
		x.write(x.carryOut()) // all else of Swift tells by its status
	case x.r.Header.Get("Authorization") == "":
		x.refuse(http.StatusOK, `{"error": {"code": 500, "title": "Internal Server Error", "message": "made up"}}`)
	default:
		x.refuse(http.StatusOK, "<Error><Code>InternalError</Code><Message>made up</Message></Error>")
	}
}

func redirect(host string) func(*exchange) {
	return func(x *exchange) {
		to := *x.r.URL
		to.Scheme, to.Host = "http", x.r.Host
		if host != "" {
			to.Host = host
		}
		x.w.Header().Set("Location", to.String())
		x.refuse(http.StatusTemporaryRedirect, "<Error><Code>TemporaryRedirect</Code><Message>made up</Message></Error>")
	}
}

// --- faults of TLS

// secured puts TLS before the server. change says how the front speaks it, and returns what
// the client trusts instead of the front's certificate, if it is something else.
func secured(change func(*tls.Config) *tls.Config) func(*cell) error {
	return func(c *cell) error {
		var trusted *tls.Config
		front, err := tlsfront.Start(c.backend, func(config *tls.Config) { trusted = change(config) })
		if err != nil {
			return err
		}
		c.onClose(front.Close)
		c.endpoint, c.tls = front.URL, &tls.Config{RootCAs: front.Roots}
		if trusted != nil {
			c.tls = trusted
		}
		return nil
	}
}

func tlsGood(*tls.Config) *tls.Config { return nil }

func tlsUntrusted(*tls.Config) *tls.Config { return new(tls.Config) } // the system's roots

func tlsExpired(config *tls.Config) *tls.Config {
	return shows(config, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-49*time.Hour), time.Now().Add(-time.Hour)
	})
}

func tlsOther(config *tls.Config) *tls.Config {
	return shows(config, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"other.test"}, nil })
}

func shows(config *tls.Config, change func(*x509.Certificate)) *tls.Config {
	certificate, roots, err := tlsfront.SelfSigned(change)
	if err != nil {
		return nil // the front's own, which makes the cell succeed, and its row wrong
	}
	config.Certificates = []tls.Certificate{certificate}
	return &tls.Config{RootCAs: roots}
}

func tlsOld(config *tls.Config) *tls.Config {
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	return nil
}

func plainServer(c *cell) error {
	u, err := url.Parse(c.backend)
	if err != nil {
		return err
	}
	c.endpoint = "https://" + u.Host
	return nil
}

// --- faults of names

// named gives the endpoint a name that is not to be had for so many attempts; zero: for ever.
func named(domain string, attempts int) func(*cell) error {
	return func(c *cell) error {
		u, err := url.Parse(c.backend)
		if err != nil {
			return err
		}
		name := uniqueName() + domain
		c.names.fail(name, domain == failingDomain)
		c.endpoint = "http://" + net.JoinHostPort(name, u.Port())
		c.before = func(n int, _ *http.Request) {
			if attempts > 0 && n == attempts+1 {
				c.names.fail(name, false)
			}
		}
		return nil
	}
}

// --- faults of clocks and of credentials

func clocked(off time.Duration) func(*cell) error {
	return func(c *cell) error {
		c.endpoint = c.backend
		c.clock = func() time.Time { return time.Now().Add(off) }
		return nil
	}
}

// expiredKey is refused as Amazon S3 refuses temporary keys that are over.
const expiredKey = "EXPIREDACCESSKEY0001"

func expired(renews bool) func(*cell) error {
	return func(c *cell) (err error) {
		c.endpoint, err = c.script(func(x *exchange) bool {
			if keyOfRequest(x.r) != expiredKey {
				return false
			}
			x.refuse(http.StatusBadRequest, "<Error><Code>ExpiredToken</Code><Message>made up</Message></Error>")
			return true
		})
		if err != nil {
			return err
		}
		c.keys = func(good sigv4.Provider) sigv4.Provider {
			old := sigv4.Static(expiredKey, "a secret of old", "session-of-old")
			if !renews {
				return old
			}
			return &renewed{old: old, good: good}
		}
		c.token = func(good *identity.Client) (swift.Authenticator, identity.Auth, error) {
			id, storage, err := revoked(good)
			if err != nil {
				return nil, nil, err
			}
			if renews {
				return good, nil, nil
			}
			return swift.StaticToken(id, storage), identity.TokenAuth{Token: identity.Secret(id)}, nil
		}
		return nil
	}
}

// revoked logs in and ends the token behind the client's back.
func revoked(client *identity.Client) (token, storage string, err error) {
	ctx := context.Background()
	if token, storage, err = client.Authenticate(ctx); err != nil {
		return "", "", err
	}
	return token, storage, client.RevokeToken(ctx, identity.Secret(token))
}

// renewed is a provider whose first keys are over, and who gets others when it is told.
type renewed struct {
	old, good sigv4.Provider
	told      atomic.Bool
}

// Retrieve implements sigv4.Provider.
func (p *renewed) Retrieve(ctx context.Context) (sigv4.Credentials, error) {
	if p.told.Load() {
		return p.good.Retrieve(ctx)
	}
	return p.old.Retrieve(ctx)
}

// Invalidate implements sigv4.Invalidator.
func (p *renewed) Invalidate(used sigv4.Credentials) {
	if used.AccessKeyID == expiredKey {
		p.told.Store(true)
	}
}

func unknownKeys(c *cell) error {
	c.endpoint = c.backend
	c.keys = func(sigv4.Provider) sigv4.Provider {
		return sigv4.Static("UNKNOWNACCESSKEY0001", "a secret of nobody", "")
	}
	c.token = func(good *identity.Client) (swift.Authenticator, identity.Auth, error) {
		_, storage, err := good.Authenticate(context.Background())
		const unknown = "unknown-token"
		return swift.StaticToken(unknown, storage), identity.TokenAuth{Token: unknown}, err
	}
	return nil
}

// keyOfRequest is the access key that a request was signed by.
func keyOfRequest(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}
