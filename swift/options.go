package swift

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
)

// ETagCheck says whether the bytes of an upload are compared with what the server stored.
type ETagCheck int

const (
	// ETagCheckAuto compares over plain http and leaves the bytes to TLS over https.
	// The default.
	ETagCheckAuto ETagCheck = iota
	// ETagCheckAlways computes the MD5 of every body while it is sent (0.5 to 0.9 GB/s
	// on one core) and compares it with the ETag that the server answers.
	ETagCheckAlways
	// ETagCheckNever computes nothing. An ETag that the input states is still sent,
	// and verified by the server.
	ETagCheckNever
)

// Options configure a [Client], or one call. The zero value of each field is its
// documented default.
type Options struct {
	// Auth gives the token and the account's URL. Required. It is read by [New] only.
	Auth Authenticator
	// StorageURL replaces the account's URL that Auth tells, such as that of a proxy
	// or of an internal network. Empty: Auth's.
	StorageURL string
	// Account replaces the account in the storage URL, its last segment, for those who
	// may look into others' accounts. Empty: the URL's own.
	Account string
	// Profile is what the server is. Zero: [Generic].
	Profile Profile

	// HTTPClient sends the requests. Nil: one tuned for large bodies (256 idle
	// connections per host, 64 KiB buffers, HTTP/1.1, 10 s to connect, 10 s for TLS,
	// 5 minutes for the answer's header). Its redirect policy is not used: a token
	// goes only where it was sent.
	HTTPClient *http.Client
	// TLSConfig is for the default HTTPClient, such as RootCAs of a private cloud.
	// Nil: TLS 1.2 and up with the system's roots. It is read by [New] only.
	TLSConfig *tls.Config
	// MaxAttempts is the number of times a request is sent at the most. Zero: 4;
	// negative: once. A repeat with a fresh token does not count.
	MaxAttempts int
	// BaseDelay and MaxDelay bound the full-jitter backoff: a random wait between 0
	// and min(MaxDelay, BaseDelay * 2^retries). Zero: 100 ms and 20 s.
	BaseDelay, MaxDelay time.Duration
	// RetryBudget is how many tokens retries of all calls share (a retry takes 5 or
	// 10, an untroubled call returns 1). Zero: 500; negative: no budget. It is read
	// by [New] only.
	RetryBudget int
	// IdleTimeout ends an attempt whose body makes no progress, in either direction,
	// for so long. Zero: 1 minute; negative: off. There is no limit on the whole:
	// that is the context's.
	IdleTimeout time.Duration

	// ETagCheck says whether uploads are compared with the answer's ETag.
	ETagCheck ETagCheck
	// Expect100Continue is the body length in bytes from which the server is asked to
	// agree before the body is sent. Zero: only bodies that can be sent just once, so
	// that a token that is over costs nothing; negative: never.
	Expect100Continue int64
	// AllowUnsupported sends operations that the profile says the server lacks, and
	// members that it overlooks, instead of failing with [ErrUnsupported]. Mind that
	// servers take them for others.
	AllowUnsupported bool
	// Progress is called with the bytes of the body that have reached the connection,
	// as they do, and with a negative number when an attempt is given up and its
	// bytes no longer count. It must be quick and safe for concurrent use.
	Progress func(delta int64)

	// Logger receives attempts at debug level, retries at info level, and redacted
	// headers four levels below debug. Nil: nothing is logged.
	Logger *slog.Logger
	// TracerProvider takes a span for each call and one for each attempt, below that of the
	// context, with attributes named as OpenTelemetry names them ("docs/observability.md");
	// module github.com/stowage-go/stowage/otel adapts OpenTelemetry's. Nil: no spans, at no
	// cost. It is read by [New] only.
	TracerProvider tracing.TracerProvider
	// MeterProvider takes counts and times of calls and attempts, and the bytes of their
	// bodies; package transfer adds what it moves. Nil: nothing is measured, at no cost. It is read by [New] only.
	MeterProvider metrics.MeterProvider
	// TraceObjectNames has spans tell the names of objects and URLs, whose secret parameters
	// are replaced. Otherwise they tell the container only.
	TraceObjectNames bool
	// AttemptTimings measures, for each attempt, the lookup of the server's name, connecting,
	// TLS, and the time to the first byte of the answer, for Logger, TracerProvider and
	// MeterProvider.
	AttemptTimings bool
	// UserAgent is the application's product token, put behind the library's.
	UserAgent string
	// Clock tells the local time. Nil: time.Now. It is read by [New] only.
	Clock func() time.Time
}

// resolve fills in what depends on other fields and checks the whole.
func (o *Options) resolve() error {
	if o.Auth == nil {
		return errors.New("swift: Auth is missing: an identity.Client, a TempAuth or a StaticToken")
	}
	if o.Profile.Name == "" {
		o.Profile = Generic()
	}
	if o.StorageURL != "" {
		if _, err := parseStorageURL(o.StorageURL, ""); err != nil {
			return err
		}
	}
	if strings.ContainsAny(o.Account, "/?#") || o.Account == "." || o.Account == ".." {
		return errors.New("swift: Account can't be a segment of a path")
	}
	return nil
}
