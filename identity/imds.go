package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
)

// imds speaks to an instance metadata service, version 2.
type imds struct {
	conn      *connection
	endpoint  *url.URL // nil: as the environment tells
	role      string
	variables variables
	tokens    *refresher[imdsToken]
	met       atomic.Bool // there was an answer once
}

// imdsToken opens the service until its end.
type imdsToken struct {
	text string
	ends time.Time
}

const (
	imdsTokenPath = "/latest/api/token"
	imdsTokenLife = 6 * time.Hour // the longest that the service gives

	headerIMDSToken     = "X-Aws-Ec2-Metadata-Token"
	headerIMDSTokenLife = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
)

// putToken asks for a token.
func (s *imds) putToken(ctx context.Context) (imdsToken, error) {
	endpoint, err := s.resolve()
	if err != nil {
		return imdsToken{}, err
	}
	k := imdsCall{service: s, decode: func(r *answer) *Error {
		if len(r.Document) == 0 {
			return malformed(r, "no token")
		}
		return nil
	}}
	r, err := k.do(ctx, &transport.Request{
		Service: "IMDS", Operation: "GetToken", Method: http.MethodPut, URL: *under(endpoint, imdsTokenPath),
		Header: http.Header{headerIMDSTokenLife: {strconv.Itoa(int(imdsTokenLife.Seconds()))}},
	})
	var broken *transport.ConnectionError
	switch {
	case err == nil:
	case errors.As(err, &broken) && !s.met.Load():
		return imdsToken{}, fmt.Errorf("%w: no metadata service: %w", ErrNotConfigured, err)
	case notIMDS(err):
		return imdsToken{}, fmt.Errorf("%w: no metadata service of version 2, or one that is turned off: %w", ErrNotConfigured, operationError("IMDS", "GetToken", err))
	default:
		return imdsToken{}, operationError("IMDS", "GetToken", err)
	}
	life := imdsTokenLife
	if told, err := strconv.Atoi(r.Header.Get(headerIMDSTokenLife)); err == nil && told > 0 {
		life = min(life, time.Duration(told)*time.Second)
	}
	return imdsToken{string(r.Document), s.conn.now().Add(life)}, nil
}

// get asks for metadata. decode sees an answer of 200.
func (s *imds) get(ctx context.Context, endpoint *url.URL, path string, decode func(*answer) *Error) error {
	k := imdsCall{service: s, decode: decode, opened: true}
	_, err := k.do(ctx, &transport.Request{Service: "IMDS", Operation: "GetMetadata", Method: http.MethodGet, URL: *under(endpoint, path)})
	if err != nil && k.refused == nil {
		return operationError("IMDS", "GetMetadata", err)
	}
	return err
}

// under is an escaped path under an endpoint.
func under(endpoint *url.URL, path string) *url.URL {
	u := *endpoint
	if u.Path == "" {
		u.Path = "/" // JoinPath makes a relative path of none
	}
	return u.JoinPath(path)
}

// imdsCall is one request under way. It is the pipeline's Handler.
type imdsCall struct {
	service *imds
	opened  bool // goes with a token
	decode  func(*answer) *Error

	token   string // of the last attempt
	renewed bool
	refused error // why there is no token
}

func (k *imdsCall) do(ctx context.Context, r *transport.Request) (*answer, error) {
	r.Sensitive = []string{headerIMDSToken}
	return k.service.conn.do(ctx, r, k)
}

// Authorize gives an attempt its token.
func (k *imdsCall) Authorize(ctx context.Context, a *transport.Attempt) error {
	if !k.opened {
		return nil
	}
	t, err := k.service.tokens.get(ctx)
	if err != nil {
		k.refused = err
		return err
	}
	k.token = t.text
	a.Request.Header.Set(headerIMDSToken, t.text)
	return nil
}

// Inspect finds the error in an answer, and decodes it when there is none.
func (k *imdsCall) Inspect(r *answer) error {
	k.service.met.Store(true)
	if r.StatusCode != http.StatusOK {
		return apierr.Failed(r.Response, newError(r))
	}
	if !k.opened {
		r.Document = []byte(strings.TrimSpace(string(r.Document)))
	}
	if e := k.decode(r); e != nil {
		return apierr.Failed(r.Response, e)
	}
	return nil
}

// Amend takes a fresh token for one that was refused, once.
func (k *imdsCall) Amend(_ *transport.Request, r *answer, _ error) bool {
	if !k.opened || k.renewed || r.StatusCode != http.StatusUnauthorized {
		return false
	}
	k.renewed = true
	used := k.token
	k.service.tokens.drop(func(held imdsToken) bool { return held.text == used })
	return true
}
