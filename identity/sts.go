package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// STS is a client of a Security Token Service, which gives out temporary credentials. It
// is safe for concurrent use; make one with [NewSTS] and share it. It sends a request for
// every call: [NewWebIdentityProvider], [NewAssumeRoleProvider] and
// [NewSessionTokenProvider] keep what it answers.
//
//	                    AWS  Ceph RGW  MinIO  KakaoCloud
//	AssumeRoleWithWeb…  yes  yes       yes    yes (STSJSON)
//	AssumeRole          yes  yes       yes    -
//	GetSessionToken     yes  yes       -      -
//	GetCallerIdentity   yes  newer     -      -
//
// Every failure of a call is a *smithy.OperationError around what is to be tested for:
// an [*Error] where the service answered (errors.Is with a [Code] such as
// [ErrExpiredToken], or with a class such as [ErrForbidden]), [ErrMalformedAnswer],
// [ErrUnsupported], the context's end, or a plain error that names the member that is
// wrong; then nothing was sent. Ceph RGW explains nothing: to it every bad token and
// every wrong role is AccessDenied.
//
// Connections that fail, 5xx, throttling and IDPCommunicationError, which means that STS
// did not reach the issuer of the token, are retried as HTTPOptions say.
//
// Source: AWS Security Token Service API reference, version 2011-06-15; Ceph Object
// Gateway, "STS in Ceph"; MinIO, "Security Token Service"; KakaoCloud, Object Storage,
// "S3 API".
type STS struct {
	// Behind a pointer, where package fmt does not follow it.
	*stsSettings
}

// stsSettings are STSOptions and what follows from them.
type stsSettings struct {
	options    STSOptions
	url        url.URL
	connection *connection
	signer     *sigv4.Signer
}

// NewSTS makes a client. It checks the options and sends nothing.
func NewSTS(o STSOptions, fns ...func(*STSOptions)) (*STS, error) {
	for _, fn := range fns {
		fn(&o)
	}
	u, err := o.resolve()
	if err != nil {
		return nil, err
	}
	c, err := newConnection(o.HTTPOptions)
	if err != nil {
		return nil, err
	}
	// The slash is the path itself at a root, and what AWS puts behind any other.
	u.Path += "/"
	if u.RawPath != "" {
		u.RawPath += "/"
	}
	return &STS{&stsSettings{
		options: o, url: *u, connection: c,
		signer: sigv4.NewSigner(sigv4.Options{Service: "sts", Generic: true}),
	}}, nil
}

// String names the endpoint, the region and the dialect, and nothing that is secret.
func (s STS) String() string {
	return fmt.Sprintf("identity.STS(%s, region %s, %v)", &s.url, s.options.Region, s.options.Dialect)
}

// Format writes String for every verb: package fmt would print unexported fields as they
// are.
func (s STS) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue gives slog the same view as String.
func (s STS) LogValue() slog.Value { return slog.StringValue(s.String()) }

// now is the service's time, as far as known.
func (s *stsSettings) now() time.Time { return s.connection.now() }

// stsInput is what one operation asks for.
type stsInput interface {
	// check names the first member that is wrong.
	check(o *STSOptions) error
	// form adds the members.
	form(f *form)
	// about says whom it is for, and which text no error may repeat.
	about() (resource string, secret Secret)
}

// stsAnswer is the document of one operation.
type stsAnswer[Out any] interface {
	output() (*Out, error)
}

// stsInvoke is the whole of an operation.
func stsInvoke[Out any](ctx context.Context, s *STS, action string, in stsInput, answer stsAnswer[Out]) (*Out, error) {
	out, err := stsDo(ctx, s.stsSettings, action, in, answer)
	if err != nil {
		return nil, operationError("STS", action, err)
	}
	return out, nil
}

func stsDo[Out any](ctx context.Context, s *stsSettings, action string, in stsInput, answer stsAnswer[Out]) (*Out, error) {
	c, err := s.call(action, in)
	if err != nil {
		return nil, err
	}
	r, err := s.connection.do(ctx, &transport.Request{
		Service:   "STS",
		Operation: action,
		Method:    http.MethodPost,
		URL:       s.url,
		Header:    c.header,
		Body:      transport.BytesBody(c.body),
	}, c)
	if err != nil {
		return nil, err
	}
	if want := action + "Response"; rest.RootElement(r.Document) != want {
		return nil, apierr.Failed(r.Response, malformed(r, "no "+want))
	}
	if _, err := rest.UnmarshalXML(r.Document, answer); err != nil {
		return nil, apierr.Failed(r.Response, malformed(r, err.Error()))
	}
	out, err := answer.output()
	if err != nil {
		return nil, apierr.Failed(r.Response, malformed(r, err.Error()))
	}
	return out, nil
}

// stsCall is one invocation under way. It is the pipeline's Handler.
type stsCall struct {
	settings *stsSettings
	header   http.Header
	body     []byte
	hash     string // of the body; empty: it is not to be signed
	resource string
	secret   Secret
}

// admit checks what is to be sent, without sending it.
func (s *stsSettings) admit(in stsInput) error {
	if _, unsigned := in.(*AssumeRoleWithWebIdentityInput); !unsigned {
		if s.options.Dialect == STSJSON {
			return fmt.Errorf("%w: the JSON dialect has AssumeRoleWithWebIdentity alone", ErrUnsupported)
		}
		if s.options.Credentials == nil {
			return sigv4.ErrNoCredentials
		}
	}
	return in.check(&s.options)
}

// call writes the request in the dialect of the service.
func (s *stsSettings) call(action string, in stsInput) (*stsCall, error) {
	if err := s.admit(in); err != nil {
		return nil, err
	}
	c := &stsCall{settings: s}
	c.resource, c.secret = in.about()
	web, unsigned := in.(*AssumeRoleWithWebIdentityInput)
	if s.options.Dialect == STSJSON {
		c.header, c.body = web.document()
		return c, nil
	}
	f := newForm(action)
	in.form(&f)
	c.header, c.body = f.header(), f
	if !unsigned {
		sum := sha256.Sum256(c.body)
		c.hash = hex.EncodeToString(sum[:])
	}
	return c, nil
}

// Authorize signs one attempt, unless a web identity token speaks for it.
func (c *stsCall) Authorize(ctx context.Context, a *transport.Attempt) error {
	if c.hash == "" {
		return nil
	}
	creds, err := c.settings.options.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	_, err = c.settings.signer.SignHTTP(a.Request, sigv4.Params{
		Credentials: creds, Region: c.settings.options.Region, Time: a.Time, PayloadHash: c.hash,
	})
	return err
}

// Inspect finds the refusal in an answer.
func (c *stsCall) Inspect(r *transport.Response) error {
	root := rest.RootElement(r.Document)
	if r.StatusCode < http.StatusMultipleChoices && root != errorRoot && root != wrappedRoot {
		return nil
	}
	e := parseSTSError(r, c.secret)
	e.Resource = c.resource
	return apierr.Failed(r.Response, e)
}

// Amend has nothing to amend: there is one place to ask, and no token of ours.
func (c *stsCall) Amend(*transport.Request, *transport.Response, error) bool { return false }
