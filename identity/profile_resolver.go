package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/sigv4"
)

// profileResolver finds the provider that a profile describes.
type profileResolver struct {
	options   ProfileProviderOptions
	variables variables
}

// provider is the one for p. via are the profiles that led to it.
func (r *profileResolver) provider(c *SharedConfig, p *Profile, via []string) (sigv4.Provider, error) {
	var (
		found sigv4.Provider
		err   error
	)
	switch {
	case p.Setting("role_arn") != "":
		found, err = r.role(c, p, via)
	case hasKeys(p):
		found, err = keys(p)
	case p.Setting("credential_process") != "":
		found, err = NewProcessProvider(ProcessProviderOptions{
			Command: p.Setting("credential_process"), Stderr: r.options.ProcessStderr,
			RefreshBefore: r.options.RefreshBefore, Logger: r.options.Logger, Clock: r.options.Clock,
		})
	default:
		err = noCredentials(p)
	}
	if err != nil {
		var inner *profileError
		if errors.As(err, &inner) {
			return nil, err // of a source_profile, which is named already
		}
		return nil, &profileError{p.Name, err}
	}
	return found, nil
}

// profileError names the profile that is at fault.
type profileError struct {
	name string
	err  error
}

func (e *profileError) Error() string { return fmt.Sprintf("profile %q: %v", e.name, e.err) }
func (e *profileError) Unwrap() error { return e.err }

func hasKeys(p *Profile) bool {
	return p.Setting("aws_access_key_id") != "" || p.Setting("aws_secret_access_key") != "" || p.Setting("aws_session_token") != ""
}

func keys(p *Profile) (sigv4.Provider, error) {
	for _, name := range [...]string{"aws_access_key_id", "aws_secret_access_key"} {
		if p.Setting(name) == "" {
			return nil, errMissing(name)
		}
	}
	return sigv4.Static(p.Setting("aws_access_key_id"), p.Setting("aws_secret_access_key"), p.Setting("aws_session_token")), nil
}

// noCredentials says why a profile has none.
func noCredentials(p *Profile) error {
	for _, name := range [...]string{"sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "login_session"} {
		if p.Setting(name) != "" {
			return fmt.Errorf("%w: %s; let a credential_process give its credentials", ErrUnsupported, name)
		}
	}
	for _, name := range [...]string{"source_profile", "credential_source", "web_identity_token_file"} {
		if p.Setting(name) != "" {
			return fmt.Errorf("role_arn is missing beside %s", name)
		}
	}
	return fmt.Errorf("%w: it has no credentials", ErrNotConfigured)
}

// role is the provider of a role's credentials.
func (r *profileResolver) role(c *SharedConfig, p *Profile, via []string) (sigv4.Provider, error) {
	var sources []string
	for _, name := range [...]string{"source_profile", "credential_source", "web_identity_token_file"} {
		if p.Setting(name) != "" {
			sources = append(sources, name)
		}
	}
	switch {
	case len(sources) == 0:
		return nil, errors.New("role_arn needs source_profile, credential_source or web_identity_token_file")
	case len(sources) > 1:
		return nil, fmt.Errorf("%s exclude each other", strings.Join(sources, " and "))
	}
	duration, err := durationSeconds(p)
	if err != nil {
		return nil, err
	}
	if sources[0] == "web_identity_token_file" {
		sts, err := NewSTS(r.sts(p, nil))
		if err != nil {
			return nil, err
		}
		return NewWebIdentityProvider(WebIdentityProviderOptions{
			STS: sts, Token: TokenFile(p.Setting("web_identity_token_file")),
			RoleArn: p.Setting("role_arn"), RoleSessionName: p.Setting("role_session_name"),
			DurationSeconds: duration, RefreshBefore: r.options.RefreshBefore,
		})
	}
	if p.Setting("mfa_serial") != "" {
		return nil, fmt.Errorf("%w: mfa_serial; an AssumeRoleProvider has TokenCode", ErrUnsupported)
	}
	source, err := r.source(c, p, via)
	if err != nil {
		return nil, err
	}
	sts, err := NewSTS(r.sts(p, source))
	if err != nil {
		return nil, err
	}
	return NewAssumeRoleProvider(AssumeRoleProviderOptions{
		STS: sts, RoleArn: p.Setting("role_arn"), RoleSessionName: p.Setting("role_session_name"),
		ExternalId: p.Setting("external_id"), DurationSeconds: duration, RefreshBefore: r.options.RefreshBefore,
	})
}

func durationSeconds(p *Profile) (int32, error) {
	text := p.Setting("duration_seconds")
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 32)
	if err != nil || seconds <= 0 {
		return 0, errors.New("duration_seconds is no number of seconds")
	}
	return int32(seconds), nil
}

// source is who assumes the role of p.
func (r *profileResolver) source(c *SharedConfig, p *Profile, via []string) (sigv4.Provider, error) {
	if name := p.Setting("source_profile"); name != "" {
		return r.sourceProfile(c, p, name, via)
	}
	var (
		source sigv4.Provider
		err    error
	)
	switch name := p.Setting("credential_source"); name {
	case "Environment":
		source = NewEnvironmentProvider(r.options.Lookup)
	case "Ec2InstanceMetadata":
		source, err = NewIMDSProvider(imdsOptions(r.options.HTTPOptions, r.options.Lookup))
	case "EcsContainer":
		source, err = NewContainerProvider(ContainerProviderOptions{HTTPOptions: r.options.HTTPOptions, Lookup: r.options.Lookup})
	default:
		err = fmt.Errorf("credential_source is %q, want Environment, Ec2InstanceMetadata or EcsContainer", name)
	}
	if err != nil {
		return nil, err
	}
	return required{source}, nil
}

func (r *profileResolver) sourceProfile(c *SharedConfig, p *Profile, name string, via []string) (sigv4.Provider, error) {
	via = append(slices.Clone(via), p.Name)
	if name == p.Name {
		if !hasKeys(p) {
			return nil, errors.New("it is its own source_profile, and has no keys")
		}
		return keys(p)
	}
	if slices.Contains(via, name) {
		return nil, fmt.Errorf("source_profile leads in a circle: %s", strings.Join(append(via, name), ", "))
	}
	next, err := c.Profile(name)
	if err != nil {
		return nil, fmt.Errorf("source_profile: %w", err)
	}
	source, err := r.provider(c, next, via)
	if errors.Is(err, ErrNotConfigured) {
		err = fmt.Errorf("source_profile %q has no credentials", name)
	}
	return source, err
}

// required is a provider whose lack is a fault: somebody asked for it by name. Behind it
// ErrNotConfigured is an error as any other: only its text is kept.
type required struct{ sigv4.Provider }

func (p required) Retrieve(ctx context.Context) (sigv4.Credentials, error) {
	c, err := p.Provider.Retrieve(ctx)
	if errors.Is(err, ErrNotConfigured) {
		err = fmt.Errorf("credential_source: %s", err.Error())
	}
	return c, err
}

// sts are the options of the STS that gives the role of p.
func (r *profileResolver) sts(p *Profile, source sigv4.Provider) STSOptions {
	o := STSOptions{HTTPOptions: r.options.HTTPOptions, Endpoint: r.options.STSEndpoint, Region: r.options.Region, Credentials: source}
	if o.Endpoint == "" {
		o.Endpoint = stsEndpoint(r.variables, p)
	}
	if o.Region == "" {
		o.Region = r.variables.first("AWS_REGION", "AWS_DEFAULT_REGION")
	}
	if o.Region == "" {
		o.Region = p.Region
	}
	return o
}

// stsEndpoint is the one that the environment has, or p; empty: neither.
func stsEndpoint(v variables, p *Profile) string {
	if strings.EqualFold(v.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return ""
	}
	if u := v.first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"); u != "" {
		return u
	}
	return p.EndpointURL("sts")
}

// imdsOptions are those of a metadata service that is reached as h tells, but for the
// time that it is given: that is right for servers far away.
func imdsOptions(h HTTPOptions, lookup func(string) (string, bool)) IMDSProviderOptions {
	h.Timeout, h.MaxAttempts = 0, 0
	return IMDSProviderOptions{HTTPOptions: h, Lookup: lookup}
}
