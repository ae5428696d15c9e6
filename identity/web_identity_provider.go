package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// WebIdentityTokenSource hands out the token that says who one is to an STS. It is asked
// whenever credentials are fetched, so it may be a token that is kept fresh elsewhere: a
// [*Client], whose Keystone token KakaoCloud takes, or a [TokenFile].
//
// A source that has a method Invalidate(token string) is told the token that STS refused.
type WebIdentityTokenSource interface {
	WebIdentityToken(ctx context.Context) (Secret, error)
}

// TokenFile is the path of a file that holds a token, as Kubernetes mounts it into a pod.
// It is read anew every time, since Kubernetes replaces what is in it; blanks around the
// token don't count. An empty file is an error, and so is one that can't be read
// (fs.ErrNotExist, fs.ErrPermission).
type TokenFile string

// WebIdentityToken reads the file.
func (f TokenFile) WebIdentityToken(context.Context) (Secret, error) {
	text, err := os.ReadFile(string(f))
	if err != nil {
		return "", fmt.Errorf("web identity token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("web identity token: %s is empty", string(f))
	}
	return Secret(token), nil
}

// WebIdentityProviderOptions configure [NewWebIdentityProvider]. Members that
// [AssumeRoleWithWebIdentityInput] has are described there.
type WebIdentityProviderOptions struct {
	// STS gives out the credentials. Required.
	STS *STS
	// Token says who one is. Required.
	Token WebIdentityTokenSource

	DurationSeconds int32
	Policy          string
	PolicyArns      []PolicyDescriptorType
	ProviderId      string
	RoleArn         string
	// RoleSessionName may be empty: "stowage-" and the time in nanoseconds, another one
	// for each session.
	RoleSessionName string

	// RefreshBefore is how long before their end credentials are fetched anew, while the
	// old ones go on to be handed out. Zero: 5 minutes; never more than a fifth of their
	// life. Up to half of it is added at random.
	RefreshBefore time.Duration
	// Logger receives, at warn level, refreshes that failed while the old credentials
	// still hold. Nil: the STS client's.
	Logger *slog.Logger
}

// WebIdentityProvider is a sigv4.Provider of the credentials that AssumeRoleWithWebIdentity
// gives for a token: in a pod of Kubernetes, or on KakaoCloud. It keeps them as a [Cache]
// does.
//
// If STS refuses the token, the source is told so and asked again. If it has another token
// by then, that one is tried, once.
type WebIdentityProvider struct{ cached }

// NewWebIdentityProvider makes a provider. It checks the options and sends nothing.
func NewWebIdentityProvider(o WebIdentityProviderOptions) (*WebIdentityProvider, error) {
	if o.Token == nil {
		return nil, errors.New("identity: Token is missing")
	}
	o.PolicyArns = slices.Clone(o.PolicyArns)
	// The token is not asked for yet: any will do to check the rest.
	in := o.input("token")
	c, err := newSTSCached("WebIdentityProvider", o.STS, &in, o.RefreshBefore, o.Logger, o.fetch)
	if err != nil {
		return nil, err
	}
	return &WebIdentityProvider{c}, nil
}

// newSTSCached checks what the providers of this file and its neighbours have in common.
func newSTSCached(name string, s *STS, in stsInput, before time.Duration, l *slog.Logger,
	fetch func(context.Context) (sigv4.Credentials, error),
) (cached, error) {
	if s == nil {
		return cached{}, errors.New("identity: STS is missing")
	}
	if before < 0 {
		return cached{}, errors.New("identity: RefreshBefore is negative")
	}
	if err := s.admit(in); err != nil {
		return cached{}, fmt.Errorf("identity: %w", err)
	}
	if l == nil {
		l = s.options.Logger
	}
	return newCached(name, fetch, s.now, before, l), nil
}

func (o *WebIdentityProviderOptions) input(token Secret) AssumeRoleWithWebIdentityInput {
	in := AssumeRoleWithWebIdentityInput{
		DurationSeconds:  o.DurationSeconds,
		Policy:           o.Policy,
		PolicyArns:       o.PolicyArns,
		ProviderId:       o.ProviderId,
		RoleArn:          o.RoleArn,
		RoleSessionName:  o.RoleSessionName,
		WebIdentityToken: token,
	}
	if o.STS != nil && o.STS.options.Dialect == STSForm {
		in.RoleSessionName = o.STS.sessionName(in.RoleSessionName)
	}
	return in
}

// sessionName is the one that was given, or one that no other session has.
func (s *stsSettings) sessionName(given string) string {
	if given != "" {
		return given
	}
	return "stowage-" + strconv.FormatInt(s.now().UnixNano(), 10)
}

func (o *WebIdentityProviderOptions) fetch(ctx context.Context) (sigv4.Credentials, error) {
	token, err := o.Token.WebIdentityToken(ctx)
	if err != nil {
		return sigv4.Credentials{}, err
	}
	creds, err := o.assume(ctx, token)
	if err == nil || !refusesToken(err) {
		return creds, err
	}
	if source, ok := o.Token.(interface{ Invalidate(token string) }); ok {
		source.Invalidate(string(token))
	}
	fresh, again := o.Token.WebIdentityToken(ctx)
	switch {
	case again != nil:
		return sigv4.Credentials{}, fmt.Errorf("%w; and then: %w", err, again)
	case fresh == token:
		return sigv4.Credentials{}, err
	}
	return o.assume(ctx, fresh)
}

func (o *WebIdentityProviderOptions) assume(ctx context.Context, token Secret) (sigv4.Credentials, error) {
	in := o.input(token)
	out, err := o.STS.AssumeRoleWithWebIdentity(ctx, &in)
	if err != nil {
		return sigv4.Credentials{}, err
	}
	return out.Credentials, nil
}

// refusesToken tells whether STS may have refused the token. Ceph RGW and KakaoCloud don't
// tell that from other reasons, and to MinIO every wrong parameter is the same.
func refusesToken(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusBadRequest:
		return e.Code == string(ErrExpiredToken) || e.Code == string(ErrInvalidIdentityToken) || e.Code == "InvalidParameterValue"
	}
	return false
}
