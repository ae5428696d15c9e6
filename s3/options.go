package s3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// DefaultRegion is the region to sign for when neither Options nor Profile name one.
const DefaultRegion = "us-east-1"

// Addressing says where a bucket's name stands in a URL.
type Addressing int

const (
	// AddressingProfile leaves the choice to the profile. The default.
	AddressingProfile Addressing = iota
	// AddressingPath is https://host/bucket/key. Every server takes it but new
	// regions of AWS.
	AddressingPath
	// AddressingVirtualHost is https://bucket.host/key. A bucket whose name can't be
	// a DNS label there (upper case, '_', ':', or a '.' under TLS, where the
	// wildcard certificate would not match) is addressed by path all the same.
	AddressingVirtualHost
)

// SignPayload says whether the bytes of PutObject and UploadPart bodies are part of
// the signature. Documents (such as DeleteObjects') always are.
type SignPayload int

const (
	// SignPayloadAuto signs bodies over plain http and leaves them to TLS over https.
	// Over http a body that can't be read twice is signed chunk by chunk where the
	// profile takes aws-chunked, and goes unsigned where it doesn't. The default.
	SignPayloadAuto SignPayload = iota
	// SignPayloadAlways signs over TLS as well: a pass of SHA-256 (about 2 GB/s on
	// one core) ahead of each body. A body that can be neither read twice nor framed
	// fails before anything is sent.
	SignPayloadAlways
	// SignPayloadNever sends UNSIGNED-PAYLOAD everywhere. Over plain http nothing
	// then protects the bytes on their way.
	SignPayloadNever
)

// Options configure a [Client], or one call. The zero value of each field is its
// documented default.
type Options struct {
	// Endpoint is the service's URL: scheme, host, optional port and base path, such
	// as "https://objects.example.com" or "http://127.0.0.1:39999/api/v1/s3". Empty:
	// Amazon S3 in Region.
	Endpoint string
	// Region to sign for. Empty: the profile's, or [DefaultRegion].
	Region string
	// Credentials are asked for before every attempt, so a provider must cache. Nil,
	// or keys that are empty: requests are anonymous. A [sigv4.Invalidator] is told
	// when the server refuses them as expired or unknown, and asked once more.
	Credentials sigv4.Provider
	// Profile is what the server is. Zero: [AWS] when Endpoint is empty or is under
	// amazonaws.com, else [Generic], the strictest.
	Profile Profile
	// Addressing overrides the profile's.
	Addressing Addressing

	// HTTPClient sends the requests. Nil: one tuned for large bodies (256 idle
	// connections per host, 64 KiB buffers, HTTP/1.1, 10 s to connect, 10 s for TLS,
	// 5 minutes for the answer's header). Its redirect policy is not used: following
	// one takes a new signature.
	HTTPClient *http.Client
	// TLSConfig is for the default HTTPClient, such as RootCAs of a private cloud.
	// Nil: TLS 1.2 and up with the system's roots. It is read by [New] only.
	TLSConfig *tls.Config
	// MaxAttempts is the number of times a request is sent at the most. Zero: 4;
	// negative: once.
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

	// ReadAhead is the most, in bytes, that an [ObjectHandle] fetches at a time for Read,
	// and it holds twice as much. Zero: 4 MiB; negative: each Read is a request for what
	// it asks for. It is read as the object is opened.
	ReadAhead int64

	// SignPayload says whether bodies are signed.
	SignPayload SignPayload
	// SignHeaders names further request headers to sign, such as "Range". Headers
	// that proxies rewrite (Accept-Encoding, User-Agent, Expect) never are.
	SignHeaders []string
	// Expect100Continue is the body length in bytes from which the server is asked to
	// agree before the body is sent. Zero: only bodies that can be sent just once;
	// negative: never.
	Expect100Continue int64

	// AllowUnsupported sends operations and members that the profile says the server
	// lacks or overlooks, and keys that it would rewrite, instead of failing with
	// [ErrUnsupported]. Mind that some servers ignore a subresource that they don't know:
	// DELETE /bucket?encryption deletes the bucket.
	AllowUnsupported bool
	// Progress is called with the bytes of the body that have reached the connection,
	// as they do, and with a negative number when an attempt is given up and its
	// bytes no longer count. It must be quick and safe for concurrent use.
	Progress func(delta int64)
	// OnRetry is called with what an attempt failed with, before the wait for the next
	// one: a program learns of a server that asks for less (503 SlowDown) although the
	// retries overcome it. It must be quick and safe for concurrent use.
	OnRetry func(err error)
	// LimitBody is put around what is read of the body of PutObject or UploadPart for each
	// attempt, such as to bound the bytes per second; its bytes must be those of body.
	// What is read ahead to be hashed does not pass it. Reads may wait, up to the end of
	// ctx: that is not taken for a connection that makes no progress. Nil: nothing is.
	LimitBody func(ctx context.Context, body io.Reader) io.Reader

	// Logger receives attempts at debug level, retries at info level, and redacted
	// headers four levels below debug. Nil: nothing is logged.
	Logger *slog.Logger
	// TracerProvider takes a span for each call and one for each attempt, below that of the
	// context, with attributes named as OpenTelemetry names them ("docs/observability.md");
	// module github.com/stowage-go/stowage/otel adapts OpenTelemetry's. Nil: no spans, at no
	// cost. It is read by [New] only.
	TracerProvider tracing.TracerProvider
	// MeterProvider takes counts and times of calls and attempts, and the bytes of their
	// bodies; managers of package transfer add what they move. Nil: nothing is measured, at no cost. It is read by [New] only.
	MeterProvider metrics.MeterProvider
	// TraceObjectNames has spans tell the keys of objects and URLs, whose secret parameters
	// are replaced. Otherwise they tell the bucket only.
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
func (o *Options) resolve() (endpoint, error) {
	var ep endpoint
	if o.Endpoint == "" {
		if o.Profile.Name == "" {
			o.Profile = AWS()
		}
		if o.Profile.Name != profileAWS {
			return ep, fmt.Errorf("s3: profile %s needs an Endpoint", o.Profile.Name)
		}
		if o.Region == "" {
			o.Region = DefaultRegion
		}
		if !validRegion(o.Region) {
			return ep, fmt.Errorf("s3: region %q can't be part of a host name", o.Region)
		}
		o.Endpoint, ep.aws = awsEndpoint(o.Region), true
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		// url.Error repeats the input, which may hold a password.
		return ep, errors.New("s3: Endpoint is not a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return ep, fmt.Errorf("s3: Endpoint needs the scheme http or https, not %q", u.Scheme)
	case u.Hostname() == "":
		return ep, errors.New("s3: Endpoint has no host")
	case u.User != nil:
		return ep, errors.New("s3: Endpoint holds a user name; give keys as Credentials")
	case u.RawQuery != "" || u.Fragment != "":
		return ep, errors.New("s3: Endpoint has a query or a fragment")
	}
	onAWS := strings.HasSuffix(u.Hostname(), ".amazonaws.com") || strings.HasSuffix(u.Hostname(), ".amazonaws.com.cn")
	if o.Profile.Name == "" {
		o.Profile = Generic()
		if onAWS {
			o.Profile = AWS()
		}
	}
	if o.Region == "" {
		o.Region = o.Profile.Region
	}
	if o.Region == "" {
		o.Region = DefaultRegion
	}
	if o.Addressing == AddressingProfile {
		o.Addressing = o.Profile.Addressing
	}
	// Also when Options, with the endpoint filled in, are used again.
	ep.aws = ep.aws || o.Endpoint == awsEndpoint(o.Region)
	ep.scheme, ep.host = u.Scheme, u.Host
	ep.basePath = strings.TrimRight(u.Path, "/")
	if ep.basePath == "" {
		ep.basePath = o.Profile.BasePath
	}
	ep.virtualHost = o.Addressing == AddressingVirtualHost && hostTakesLabel(u.Hostname())
	if o.IdleTimeout == 0 {
		o.IdleTimeout = transport.DefaultIdle
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = transport.DefaultMaxAttempts
	}
	if o.ReadAhead == 0 {
		o.ReadAhead = defaultReadAhead
	}
	return ep, nil
}

// clone is a copy that shares nothing that a caller could change.
func (o Options) clone() Options {
	o.SignHeaders = slices.Clone(o.SignHeaders)
	o.Profile.Checksums = slices.Clone(o.Profile.Checksums)
	o.Profile.ConditionalWrites = slices.Clone(o.Profile.ConditionalWrites)
	o.Profile.Operations = maps.Clone(o.Profile.Operations)
	return o
}

func validRegion(r string) bool {
	for _, c := range []byte(r) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
