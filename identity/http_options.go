package identity

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
	"github.com/stowage-go/stowage/internal/transport"
)

// DefaultTimeout is how long one attempt may take, from connecting to the last byte of
// the answer.
const DefaultTimeout = 30 * time.Second

// HTTPOptions are how requests reach a service. Every client and provider of this
// package that sends requests has them; the names are those of the fields of
// s3.Options. The zero value of each is its documented default.
type HTTPOptions struct {
	// HTTPClient sends the requests. Nil: one of the library's own (HTTP/1.1, 10 s to
	// connect, 10 s for TLS). Its redirect policy is not used: no redirect is followed,
	// a password goes only where it was sent.
	HTTPClient *http.Client
	// TLSConfig is for the default HTTPClient, such as RootCAs of a private cloud.
	// Nil: TLS 1.2 and up with the system's roots.
	TLSConfig *tls.Config
	// Timeout is how long one attempt may take. Zero: 30 s; negative: no limit.
	Timeout time.Duration
	// MaxAttempts is the number of times a request is sent at the most. Zero: 4;
	// negative: once.
	MaxAttempts int
	// BaseDelay and MaxDelay bound the full-jitter backoff: a random wait between 0
	// and min(MaxDelay, BaseDelay * 2^retries). Zero: 100 ms and 20 s.
	BaseDelay, MaxDelay time.Duration
	// Logger receives attempts at debug level, retries at info level, refreshes that
	// failed while the old value still holds at warn level, and redacted headers four
	// levels below debug. Nil: nothing is logged.
	Logger *slog.Logger
	// TracerProvider takes a span for each call and one for each attempt, below that of the
	// context, with attributes named as OpenTelemetry names them ("docs/observability.md");
	// module github.com/stowage-go/stowage/otel adapts OpenTelemetry's. Nil: no spans, at no
	// cost.
	TracerProvider tracing.TracerProvider
	// MeterProvider takes counts and times of calls and attempts, and the bytes of their
	// bodies. Nil: nothing is measured, at no cost.
	MeterProvider metrics.MeterProvider
	// AttemptTimings measures, for each attempt, the lookup of the server's name, connecting,
	// TLS, and the time to the first byte of the answer, for Logger, TracerProvider and
	// MeterProvider.
	AttemptTimings bool
	// UserAgent is the application's product token, put behind the library's.
	UserAgent string
	// Clock tells the local time. Nil: time.Now.
	Clock func() time.Time
}

// connection is the way to one service: its pipeline and what every request carries.
type connection struct {
	pipeline  transport.Pipeline
	userAgent []string // a header value, shared by all requests
}

func newConnection(o HTTPOptions) (*connection, error) {
	switch {
	case o.HTTPClient == nil:
		o.HTTPClient = transport.NewHTTPClient(o.TLSConfig)
	case o.TLSConfig != nil:
		return nil, errors.New("identity: TLSConfig is for the default HTTPClient; give yours its own")
	}
	hc := transport.WithoutRedirects(o.HTTPClient)
	switch {
	case o.Timeout > 0:
		hc.Timeout = o.Timeout
	case o.Timeout == 0 && hc.Timeout == 0:
		hc.Timeout = DefaultTimeout
	}
	telemetry, err := transport.NewTelemetry("github.com/stowage-go/stowage/identity", o.TracerProvider, o.MeterProvider)
	if err != nil {
		return nil, fmt.Errorf("identity: MeterProvider: %w", err)
	}
	c := &connection{userAgent: []string{transport.UserAgent(o.UserAgent)}}
	c.pipeline.HTTP = hc
	c.pipeline.MaxAttempts = o.MaxAttempts
	c.pipeline.Backoff = transport.Backoff{Base: o.BaseDelay, Max: o.MaxDelay}
	c.pipeline.Budget = transport.NewBudget(transport.DefaultBudget)
	c.pipeline.Clock = &transport.Clock{Local: o.Clock}
	c.pipeline.Idle = -1 // Timeout bounds the whole
	c.pipeline.Logger = o.Logger
	c.pipeline.Telemetry = telemetry
	c.pipeline.Timings = o.AttemptTimings
	return c, nil
}

// now is the service's time, as far as known: what its expiries are compared with.
// maxAnswer is the longest answer that is read; the catalogs of the largest clouds are a tenth.
const maxAnswer = 2 << 20

func (c *connection) now() time.Time { return c.pipeline.Clock.Now() }

// do sends r through the pipeline.
func (c *connection) do(ctx context.Context, r *transport.Request, h transport.Handler) (*transport.Response, error) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header["User-Agent"] = c.userAgent
	r.MaxDocument = maxAnswer
	return c.pipeline.Do(ctx, r, h)
}

// parseEndpoint checks the URL of a service. name is the field it stands in.
func parseEndpoint(name, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// url.Error repeats the input, which may hold a password.
		return nil, fmt.Errorf("identity: %s is not a URL", name)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("identity: %s needs the scheme http or https, not %q", name, u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("identity: %s has no host", name)
	case u.User != nil:
		return nil, fmt.Errorf("identity: %s holds a user name", name)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("identity: %s has a query or a fragment", name)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}
