package identity

import (
	"context"
	"log/slog"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// SessionTokenProviderOptions configure [NewSessionTokenProvider]. Members that
// [GetSessionTokenInput] has are described there.
type SessionTokenProviderOptions struct {
	// STS gives out the credentials; its own Credentials are the user's permanent ones.
	// Required.
	STS *STS

	DurationSeconds int32
	SerialNumber    string
	// TokenCode is asked for what the MFA device SerialNumber shows whenever credentials
	// are fetched, since a code is good for once. Nil: none is sent.
	TokenCode func(context.Context) (Secret, error)

	// RefreshBefore is how long before their end credentials are fetched anew, while the
	// old ones go on to be handed out. Zero: 5 minutes; never more than a fifth of their
	// life. Up to half of it is added at random.
	RefreshBefore time.Duration
	// Logger receives, at warn level, refreshes that failed while the old credentials
	// still hold. Nil: the STS client's.
	Logger *slog.Logger
}

// SessionTokenProvider is a sigv4.Provider of the credentials that GetSessionToken gives.
// It keeps them as a [Cache] does.
type SessionTokenProvider struct{ cached }

// NewSessionTokenProvider makes a provider. It checks the options and sends nothing.
func NewSessionTokenProvider(o SessionTokenProviderOptions) (*SessionTokenProvider, error) {
	in := o.input()
	c, err := newSTSCached("SessionTokenProvider", o.STS, &in, o.RefreshBefore, o.Logger, o.fetch)
	if err != nil {
		return nil, err
	}
	return &SessionTokenProvider{c}, nil
}

func (o *SessionTokenProviderOptions) input() GetSessionTokenInput {
	return GetSessionTokenInput{DurationSeconds: o.DurationSeconds, SerialNumber: o.SerialNumber}
}

func (o *SessionTokenProviderOptions) fetch(ctx context.Context) (sigv4.Credentials, error) {
	in := o.input()
	var err error
	if in.TokenCode, err = tokenCode(ctx, o.TokenCode); err != nil {
		return sigv4.Credentials{}, err
	}
	out, err := o.STS.GetSessionToken(ctx, &in)
	if err != nil {
		return sigv4.Credentials{}, err
	}
	return out.Credentials, nil
}
