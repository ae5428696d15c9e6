package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// Defaults of [IMDSProviderOptions].
const (
	DefaultIMDSEndpoint    = "http://169.254.169.254"
	DefaultIMDSTimeout     = time.Second
	DefaultIMDSMaxAttempts = 3

	imdsIPv6Endpoint = "http://[fd00:ec2::254]"
)

// IMDSProviderOptions configure [NewIMDSProvider].
type IMDSProviderOptions struct {
	// HTTPOptions are how the service is reached. Timeout is 1 s where it is zero, and
	// MaxAttempts is 3, so that a machine without the service shows itself after about
	// 3 s. The default HTTPClient uses no proxy.
	HTTPOptions

	// Endpoint is the service's URL. Empty: AWS_EC2_METADATA_SERVICE_ENDPOINT, or
	// http://169.254.169.254, or http://[fd00:ec2::254] where
	// AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6.
	Endpoint string
	// Role is the name of the instance's role. Empty: the service is asked.
	Role string
	// RefreshBefore is how long before their end credentials are fetched anew. Zero: 5
	// minutes; never more than a fifth of their life.
	RefreshBefore time.Duration
	// Lookup finds an environment variable. Nil: os.LookupEnv.
	Lookup func(string) (string, bool)
}

// IMDSProvider takes the credentials of an EC2 instance's role from the instance
// metadata service, version 2: a token that is put first (for 6 hours, and used until
// shortly before its end) goes with every request (Amazon EC2 User Guide, "Use the
// Instance Metadata Service to access instance metadata" and "Retrieve security
// credentials from instance metadata"). Version 1, without a token, is not spoken.
//
// It is [ErrNotConfigured] where nothing answers at the first contact, where what
// answers is no IMDSv2 (404 or 405 for the token) or is turned off (403, which is also
// what a request through a proxy gets), where the instance has no role, and where
// AWS_EC2_METADATA_DISABLED is true. Any other answer but success is an [*Error]: 401
// after a new token was tried is [ErrUnauthorized]. An answer without keys or without
// Expiration is [ErrMalformedAnswer].
type IMDSProvider struct{ cached }

// NewIMDSProvider makes a provider. It sends nothing yet. The environment is looked at
// when credentials are fetched.
func NewIMDSProvider(o IMDSProviderOptions) (*IMDSProvider, error) {
	if o.RefreshBefore < 0 {
		return nil, errors.New("identity: RefreshBefore is negative")
	}
	s := &imds{role: o.Role, variables: environment(o.Lookup)}
	if o.Endpoint != "" {
		var err error
		if s.endpoint, err = parseEndpoint("Endpoint", o.Endpoint); err != nil {
			return nil, err
		}
	}
	if o.Timeout == 0 && (o.HTTPClient == nil || o.HTTPClient.Timeout == 0) {
		o.Timeout = DefaultIMDSTimeout
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = DefaultIMDSMaxAttempts
	}
	var err error
	if s.conn, err = newLinkLocalConnection(o.HTTPOptions); err != nil {
		return nil, err
	}
	s.tokens = &refresher[imdsToken]{
		fetch:   s.putToken,
		expires: func(t imdsToken) time.Time { return t.ends },
		now:     s.conn.now, logger: o.Logger, what: "IMDS token",
	}
	return &IMDSProvider{newCached("IMDSProvider", s.fetch, s.conn.now, o.RefreshBefore, o.Logger)}, nil
}

const imdsCredentials = "/latest/meta-data/iam/security-credentials/"

// fetch asks for the role, if it is not known, and for its credentials.
func (s *imds) fetch(ctx context.Context) (sigv4.Credentials, error) {
	endpoint, err := s.resolve()
	if err != nil {
		return sigv4.Credentials{}, err
	}
	role := s.role
	if role == "" {
		if role, err = s.firstRole(ctx, endpoint); err != nil {
			return sigv4.Credentials{}, err
		}
	}
	var c sigv4.Credentials
	err = s.get(ctx, endpoint, imdsCredentials+url.PathEscape(role), func(r *answer) *Error {
		var wrong *Error
		c, wrong = imdsDocument(r)
		return wrong
	})
	return c, err
}

// firstRole is the instance's role. Its profile has one at the most.
func (s *imds) firstRole(ctx context.Context, endpoint *url.URL) (role string, err error) {
	err = s.get(ctx, endpoint, imdsCredentials, func(r *answer) *Error {
		first, _, _ := strings.Cut(strings.TrimSpace(string(r.Document)), "\n")
		role = strings.TrimSpace(first)
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return "", fmt.Errorf("%w: the instance has no role: %w", ErrNotConfigured, err)
	}
	if err == nil && role == "" {
		return "", fmt.Errorf("%w: the instance has no role", ErrNotConfigured)
	}
	return role, err
}

// resolve is the service's URL, as far as the service is wanted.
func (s *imds) resolve() (*url.URL, error) {
	if strings.EqualFold(s.variables.get("AWS_EC2_METADATA_DISABLED"), "true") {
		return nil, fmt.Errorf("%w: AWS_EC2_METADATA_DISABLED is true", ErrNotConfigured)
	}
	if s.endpoint != nil {
		return s.endpoint, nil
	}
	if u := s.variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT"); u != "" {
		return parseEndpoint("AWS_EC2_METADATA_SERVICE_ENDPOINT", u)
	}
	switch mode := s.variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"); {
	case mode == "", strings.EqualFold(mode, "IPv4"):
		return parseEndpoint("Endpoint", DefaultIMDSEndpoint)
	case strings.EqualFold(mode, "IPv6"):
		return parseEndpoint("Endpoint", imdsIPv6Endpoint)
	default:
		return nil, fmt.Errorf("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is %q, want IPv4 or IPv6", mode)
	}
}

// imdsDocument reads credentials. The service says 200 with another Code than Success
// when it could not assume the role.
func imdsDocument(r *answer) (sigv4.Credentials, *Error) {
	d, wrong := parseCredentialsDocument(r.Document)
	if wrong != "" {
		return sigv4.Credentials{}, malformed(r, wrong)
	}
	if d.Code != "" && d.Code != "Success" {
		return sigv4.Credentials{}, d.refusal(r)
	}
	c, wrong := d.credentials()
	if wrong == "" && c.Expires.IsZero() {
		wrong = "no Expiration"
	}
	if wrong != "" {
		return sigv4.Credentials{}, malformed(r, wrong)
	}
	return c, nil
}

// notIMDS tells whether the answer to PUT /latest/api/token comes from something that
// is no IMDSv2, or from one that is turned off.
func notIMDS(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.StatusCode {
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		return true
	}
	return false
}
