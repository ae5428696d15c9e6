package identity

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// AssumeRoleProviderOptions configure [NewAssumeRoleProvider]. Members that
// [AssumeRoleInput] has are described there.
type AssumeRoleProviderOptions struct {
	// STS gives out the credentials; its own Credentials are the caller's. Required.
	STS *STS

	DurationSeconds  int32
	ExternalId       string
	Policy           string
	PolicyArns       []PolicyDescriptorType
	ProvidedContexts []ProvidedContext
	RoleArn          string
	// RoleSessionName may be empty: "stowage-" and the time in nanoseconds, another one
	// for each session.
	RoleSessionName string
	SerialNumber    string
	SourceIdentity  string
	Tags            []Tag
	// TokenCode is asked for what the MFA device SerialNumber shows whenever credentials
	// are fetched, since a code is good for once. Nil: none is sent.
	TokenCode         func(context.Context) (Secret, error)
	TransitiveTagKeys []string

	// RefreshBefore is how long before their end credentials are fetched anew, while the
	// old ones go on to be handed out. Zero: 5 minutes; never more than a fifth of their
	// life. Up to half of it is added at random.
	RefreshBefore time.Duration
	// Logger receives, at warn level, refreshes that failed while the old credentials
	// still hold. Nil: the STS client's.
	Logger *slog.Logger
}

// AssumeRoleProvider is a sigv4.Provider of the credentials that AssumeRole gives. It
// keeps them as a [Cache] does.
type AssumeRoleProvider struct{ cached }

// NewAssumeRoleProvider makes a provider. It checks the options and sends nothing.
func NewAssumeRoleProvider(o AssumeRoleProviderOptions) (*AssumeRoleProvider, error) {
	o.PolicyArns = slices.Clone(o.PolicyArns)
	o.ProvidedContexts = slices.Clone(o.ProvidedContexts)
	o.Tags = slices.Clone(o.Tags)
	o.TransitiveTagKeys = slices.Clone(o.TransitiveTagKeys)
	in := o.input()
	c, err := newSTSCached("AssumeRoleProvider", o.STS, &in, o.RefreshBefore, o.Logger, o.fetch)
	if err != nil {
		return nil, err
	}
	return &AssumeRoleProvider{c}, nil
}

func (o *AssumeRoleProviderOptions) input() AssumeRoleInput {
	in := AssumeRoleInput{
		DurationSeconds:   o.DurationSeconds,
		ExternalId:        o.ExternalId,
		Policy:            o.Policy,
		PolicyArns:        o.PolicyArns,
		ProvidedContexts:  o.ProvidedContexts,
		RoleArn:           o.RoleArn,
		RoleSessionName:   o.RoleSessionName,
		SerialNumber:      o.SerialNumber,
		SourceIdentity:    o.SourceIdentity,
		Tags:              o.Tags,
		TransitiveTagKeys: o.TransitiveTagKeys,
	}
	if o.STS != nil {
		in.RoleSessionName = o.STS.sessionName(in.RoleSessionName)
	}
	return in
}

func (o *AssumeRoleProviderOptions) fetch(ctx context.Context) (sigv4.Credentials, error) {
	in := o.input()
	var err error
	if in.TokenCode, err = tokenCode(ctx, o.TokenCode); err != nil {
		return sigv4.Credentials{}, err
	}
	out, err := o.STS.AssumeRole(ctx, &in)
	if err != nil {
		return sigv4.Credentials{}, err
	}
	return out.Credentials, nil
}

func tokenCode(ctx context.Context, ask func(context.Context) (Secret, error)) (Secret, error) {
	if ask == nil {
		return "", nil
	}
	return ask(ctx)
}
