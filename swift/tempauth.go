package swift

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/internal/transport"
)

// TempAuthOptions configure [NewTempAuth].
type TempAuthOptions struct {
	// AuthURL is where tokens are had, such as "https://rgw.example.com/auth/v1.0" of
	// Ceph RGW. Required.
	AuthURL string
	// User is "account:user", Key its secret. Required.
	User string
	Key  Secret
	// RefreshBefore is how long before its end a token is replaced. Zero: 1 minute. A
	// server that does not tell the end is asked again when it refuses the token.
	RefreshBefore time.Duration

	// HTTPClient, TLSConfig, MaxAttempts, Logger, TracerProvider, MeterProvider,
	// AttemptTimings and UserAgent are as in [Options].
	HTTPClient     *http.Client
	TLSConfig      *tls.Config
	MaxAttempts    int
	Logger         *slog.Logger
	TracerProvider tracing.TracerProvider
	MeterProvider  metrics.MeterProvider
	AttemptTimings bool
	UserAgent      string
	// Clock tells the local time. Nil: time.Now.
	Clock func() time.Time
}

// TempAuth logs in as the API had it before Keystone: Swift's TempAuth and Ceph RGW
// (Object Storage API v1, "Authentication"; Ceph documentation, "Swift API", "Authentication").
// One token is shared by all goroutines, and one login is under way at a time. It is an
// [Authenticator].
type TempAuth struct{ state hidden.Value[*tempAuth] }

type tempAuth struct {
	options   TempAuthOptions
	authURL   url.URL
	pipeline  transport.Pipeline
	userAgent string

	mu      sync.Mutex
	held    login
	pending *pendingLogin
}

type login struct {
	token, storageURL string
	expires           time.Time // zero: not told
}

// pendingLogin is a login under way, and what came of it.
type pendingLogin struct {
	done  chan struct{}
	login login
	err   error
}

// NewTempAuth checks the options and sends nothing.
func NewTempAuth(o TempAuthOptions) (*TempAuth, error) {
	u, err := url.Parse(o.AuthURL)
	switch {
	case err != nil:
		return nil, errors.New("swift: AuthURL is not a URL")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("swift: AuthURL %q must begin with http:// or https:// and a host", u.Redacted())
	case o.User == "":
		return nil, errors.New("swift: User is missing")
	case o.Key == "":
		return nil, errors.New("swift: Key is missing")
	}
	if o.RefreshBefore == 0 {
		o.RefreshBefore = time.Minute
	}
	switch {
	case o.HTTPClient == nil:
		o.HTTPClient = transport.NewHTTPClient(o.TLSConfig)
	case o.TLSConfig != nil:
		return nil, errors.New("swift: TLSConfig is for the default HTTPClient; give yours its own")
	}
	telemetry, err := transport.NewTelemetry(scope, o.TracerProvider, o.MeterProvider)
	if err != nil {
		return nil, fmt.Errorf("swift: MeterProvider: %w", err)
	}
	t := &tempAuth{options: o, authURL: *u, userAgent: transport.UserAgent(o.UserAgent)}
	t.pipeline = transport.Pipeline{
		HTTP: transport.WithoutRedirects(o.HTTPClient), MaxAttempts: o.MaxAttempts, Logger: o.Logger,
		Clock: &transport.Clock{Local: o.Clock}, Budget: transport.NewBudget(transport.DefaultBudget),
		Telemetry: telemetry, Timings: o.AttemptTimings,
	}
	return &TempAuth{hidden.Of(t)}, nil
}

// Authenticate returns the token and the account's URL, logging in when there is none that
// holds. A wrong user or key is an [*Error] that is [ErrUnauthorized].
func (a *TempAuth) Authenticate(ctx context.Context) (token, storageURL string, err error) {
	l, err := a.state().get(ctx)
	if err != nil {
		return "", "", operationError("TempAuth", err)
	}
	return l.token, l.storageURL, nil
}

// Invalidate has the next Authenticate log in anew, unless token has been replaced already.
func (a *TempAuth) Invalidate(token string) {
	t := a.state()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held.token == token {
		t.held = login{}
	}
}

// String names the service, and nothing that is secret.
func (a TempAuth) String() string { return "swift.TempAuth(" + a.state().authURL.Host + ")" }

// Format writes String for every verb.
func (a TempAuth) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// get returns the login that holds, or the outcome of the one under way. It is fetched on
// nobody's context: whoever began it may give up without failing the others.
func (t *tempAuth) get(ctx context.Context) (login, error) {
	t.mu.Lock()
	if t.held.token != "" && (t.held.expires.IsZero() || t.pipeline.Clock.Now().Before(t.held.expires.Add(-t.options.RefreshBefore))) {
		defer t.mu.Unlock()
		return t.held, nil
	}
	p := t.pending
	if p == nil {
		p = &pendingLogin{done: make(chan struct{})}
		t.pending = p
		go t.fetch(context.WithoutCancel(ctx), p)
	}
	t.mu.Unlock()
	select {
	case <-p.done:
		return p.login, p.err
	case <-ctx.Done():
		return login{}, transport.Ended(ctx)
	}
}

// loginTimeout bounds a login, all its attempts together.
const loginTimeout = 3 * time.Minute

func (t *tempAuth) fetch(ctx context.Context, p *pendingLogin) {
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	p.login, p.err = t.login(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.err == nil {
		t.held = p.login
	}
	t.pending = nil
	close(p.done)
}

func (t *tempAuth) login(ctx context.Context) (login, error) {
	r := transport.Request{
		Service: service, Operation: "TempAuth", Method: http.MethodGet, URL: t.authURL,
		Header: http.Header{
			"X-Auth-User": {t.options.User}, "X-Auth-Key": {string(t.options.Key)},
			"User-Agent": {t.userAgent},
		},
		Sensitive: []string{"X-Auth-Key"},
	}
	var l login
	_, err := t.pipeline.Do(ctx, &r, tempAuthCall{&l, t.pipeline.Clock.Now()})
	return l, err
}

// tempAuthCall reads the answer to a login.
type tempAuthCall struct {
	login *login
	began time.Time
}

func (tempAuthCall) Authorize(context.Context, *transport.Attempt) error { return nil }

func (c tempAuthCall) Inspect(r *transport.Response) error {
	if r.StatusCode >= 300 {
		return apierr.Failed(r.Response, parseError(r))
	}
	l := login{token: r.Header.Get("X-Auth-Token"), storageURL: r.Header.Get("X-Storage-Url")}
	if l.token == "" || l.storageURL == "" {
		return apierr.Failed(r.Response, malformed("no X-Auth-Token or no X-Storage-Url"))
	}
	if seconds, err := strconv.ParseInt(r.Header.Get("X-Auth-Token-Expires"), 10, 32); err == nil && seconds > 0 {
		l.expires = c.began.Add(time.Duration(seconds) * time.Second)
	}
	*c.login = l
	return nil
}

func (tempAuthCall) Amend(*transport.Request, *transport.Response, error) bool { return false }
