package identity

import (
	"cmp"
	"fmt"

	"github.com/stowage-go/stowage/sigv4"
)

// DefaultChainOptions configure [NewDefaultChain].
type DefaultChainOptions struct {
	// HTTPOptions are how STS, the metadata service and a container's agent are
	// reached. Timeout and MaxAttempts are not for the metadata service, which has its
	// own (1 s and 3).
	HTTPOptions

	// Profile is a profile's name. If there is one, it goes before the environment,
	// which is passed over. Empty: AWS_PROFILE, or "default".
	Profile string
	// STSEndpoint is the URL of STS, for roles. Empty: as [ProfileProviderOptions] has
	// it.
	STSEndpoint string
	// Region is what requests to STS are signed for. Empty: as ProfileProviderOptions
	// has it.
	Region string
	// Lookup finds an environment variable. Nil: os.LookupEnv.
	Lookup func(string) (string, bool)
}

// NewDefaultChain makes the [Chain] that AWS's SDKs begin with (AWS SDKs and Tools
// Reference Guide, "Standardized credential providers"), in this order:
//
//  1. the environment's keys: [EnvironmentProvider];
//  2. a web identity token, as Kubernetes mounts it: AWS_WEB_IDENTITY_TOKEN_FILE and
//     AWS_ROLE_ARN, with AWS_ROLE_SESSION_NAME if it is set: [WebIdentityProvider];
//  3. a profile of the shared files: [ProfileProvider];
//  4. a container's agent: [ContainerProvider];
//  5. the instance metadata service: [IMDSProvider], which takes about 3 s to find out
//     that there is none; AWS_EC2_METADATA_DISABLED=true spares them.
//
// The variables that only one of them understands are looked at when it is asked.
func NewDefaultChain(o DefaultChainOptions) (*Chain, error) {
	profile, err := NewProfileProvider(ProfileProviderOptions{
		HTTPOptions: o.HTTPOptions, Name: o.Profile, STSEndpoint: o.STSEndpoint, Region: o.Region, Lookup: o.Lookup,
	})
	container, errContainer := NewContainerProvider(ContainerProviderOptions{HTTPOptions: o.HTTPOptions, Lookup: o.Lookup})
	imds, errIMDS := NewIMDSProvider(imdsOptions(o.HTTPOptions, o.Lookup))
	if err := cmp.Or(err, errContainer, errIMDS); err != nil {
		return nil, err
	}
	if o.Profile != "" {
		return NewChain(profile, container, imds), nil
	}
	w := newLazyProvider("EnvironmentWebIdentity", o.webIdentity)
	return NewChain(NewEnvironmentProvider(o.Lookup), w, profile, container, imds), nil
}

// webIdentity is the provider that the environment describes.
func (o *DefaultChainOptions) webIdentity() (sigv4.Provider, error) {
	v := environment(o.Lookup)
	file := v.get("AWS_WEB_IDENTITY_TOKEN_FILE")
	if file == "" {
		return nil, fmt.Errorf("%w: AWS_WEB_IDENTITY_TOKEN_FILE is not set", ErrNotConfigured)
	}
	if v.get("AWS_ROLE_ARN") == "" {
		return nil, errMissing("AWS_ROLE_ARN")
	}
	r := profileResolver{ProfileProviderOptions{HTTPOptions: o.HTTPOptions, STSEndpoint: o.STSEndpoint, Region: o.Region}, v}
	sts, err := NewSTS(r.sts(&Profile{}, nil))
	if err != nil {
		return nil, err
	}
	return NewWebIdentityProvider(WebIdentityProviderOptions{
		STS: sts, Token: TokenFile(file), RoleArn: v.get("AWS_ROLE_ARN"), RoleSessionName: v.get("AWS_ROLE_SESSION_NAME"),
	})
}
