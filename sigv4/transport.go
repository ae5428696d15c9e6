package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// TransportOptions configure a [Transport].
type TransportOptions struct {
	Options
	// Credentials are asked for those to sign with at each request. Required. What is sent
	// with credentials without keys goes unsigned.
	Credentials Provider
	// Region is the region in the credential scope. Required; servers that know no regions
	// take "us-east-1".
	Region string
	// SignHeaders names further headers to sign, as in [Params].
	SignHeaders []string
	// Base sends what is signed. Default: [http.DefaultTransport].
	Base http.RoundTripper
	// Clock tells the time of signing. Default: [time.Now].
	Clock func() time.Time
}

// Transport is an [http.RoundTripper] that signs each request on its way to another one, for
// the services that no client of this module knows: OpenSearch, a Lambda's URL, the API of a
// gateway. It retries nothing, and is safe for concurrent use.
//
// A body whose hash is not told by the header X-Amz-Content-Sha256 is hashed ahead of the
// request where the request can make it anew ([http.Request.GetBody], which net/http sets for
// bytes and strings). In S3 mode the body of an https request goes unsigned, as TLS protects
// it, and so does one that can't be made anew; of any other service such a request fails.
//
// A redirect that leads to another host, or from https to http, fails rather than be signed.
type Transport struct {
	options TransportOptions
	signer  *Signer
}

// NewTransport makes a Transport. It fails without credentials or region.
func NewTransport(o TransportOptions) (*Transport, error) {
	if o.Credentials == nil {
		return nil, errors.New("sigv4: TransportOptions.Credentials is required")
	}
	if o.Region == "" {
		return nil, errors.New("sigv4: TransportOptions.Region is required")
	}
	if o.Base == nil {
		o.Base = http.DefaultTransport
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Transport{options: o, signer: NewSigner(o.Options)}, nil
}

// RoundTrip signs a copy of the request and sends it. Errors of its own begin with "sigv4: ";
// those of the Provider and of [Signer.SignHTTP] can be told by [errors.Is] and [errors.As].
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	signed, err := t.sign(r)
	if err != nil {
		if r.Body != nil { // which a RoundTripper closes whatever happens
			_ = r.Body.Close()
		}
		return nil, err
	}
	return t.options.Base.RoundTrip(signed)
}

// CloseIdleConnections does so in Base, for [http.Client.CloseIdleConnections].
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.options.Base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (t *Transport) sign(r *http.Request) (*http.Request, error) {
	if err := redirected(r); err != nil {
		return nil, err
	}
	credentials, err := t.options.Credentials.Retrieve(r.Context())
	if err != nil {
		return nil, fmt.Errorf("sigv4: retrieve credentials: %w", err)
	}
	signed := r.Clone(r.Context())
	if credentials == (Credentials{}) {
		return signed, nil
	}
	hash, err := t.payloadHash(r)
	if err != nil {
		return nil, err
	}
	_, err = t.signer.SignHTTP(signed, Params{
		Credentials: credentials, Region: t.options.Region, Time: t.options.Clock(),
		PayloadHash: hash, SignHeaders: t.options.SignHeaders,
	})
	return signed, err
}

// redirected refuses to sign for a host that the caller did not name: net/http follows
// redirects, and each of their requests comes here.
func redirected(r *http.Request) error {
	if r.Response == nil || r.Response.Request == nil {
		return nil
	}
	from := r.Response.Request.URL
	if !strings.EqualFold(from.Host, r.URL.Host) {
		return fmt.Errorf("sigv4: a redirect from %s leads to another host, %s: not signed", from.Host, r.URL.Host)
	}
	if from.Scheme == "https" && r.URL.Scheme != "https" {
		return fmt.Errorf("sigv4: a redirect at %s leads from https to %s: not signed", from.Host, r.URL.Scheme)
	}
	return nil
}

// payloadHash is what SignHTTP is to be told, empty where its default will do.
func (t *Transport) payloadHash(r *http.Request) (string, error) {
	if hash := r.Header.Get("X-Amz-Content-Sha256"); hash != "" {
		return hash, nil
	}
	if r.Body == nil || r.Body == http.NoBody {
		return "", nil
	}
	if !t.options.Generic && (r.URL.Scheme == "https" || r.GetBody == nil) {
		return UnsignedPayload, nil
	}
	if r.GetBody == nil {
		return "", errors.New("sigv4: the request's body can be read only once: set GetBody, or its hash in X-Amz-Content-Sha256")
	}
	body, err := r.GetBody()
	if err != nil {
		return "", fmt.Errorf("sigv4: make the body to hash: %w", err)
	}
	defer body.Close()
	h := sha256.New()
	if _, err := io.Copy(h, body); err != nil {
		return "", fmt.Errorf("sigv4: read the body to hash: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
