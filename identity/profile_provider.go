package identity

import (
	"errors"
	"io"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// ProfileProviderOptions configure [NewProfileProvider].
type ProfileProviderOptions struct {
	// HTTPOptions are how STS, the metadata service and a container's agent are
	// reached. Timeout and MaxAttempts are not for the metadata service, which has its
	// own (1 s and 3).
	HTTPOptions

	// Name is the profile's. Empty: AWS_PROFILE, or "default".
	Name string
	// ConfigFile and CredentialsFile are the files' paths. Empty: as
	// [SharedConfigOptions] has them.
	ConfigFile, CredentialsFile string
	// STSEndpoint is the URL of STS, for roles. Empty: AWS_ENDPOINT_URL_STS,
	// AWS_ENDPOINT_URL, the profile's ([Profile.EndpointURL]), or AWS's own. The
	// environment and the profile are not asked where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS
	// is true.
	STSEndpoint string
	// Region is what requests to STS are signed for. Empty: AWS_REGION,
	// AWS_DEFAULT_REGION, the profile's, or us-east-1.
	Region string
	// ProcessStderr is where the messages of a credential_process go. Nil: nowhere.
	ProcessStderr io.Writer
	// RefreshBefore is how long before their end credentials are fetched anew. Zero: 5
	// minutes; never more than a fifth of their life.
	RefreshBefore time.Duration
	// Lookup finds an environment variable. Nil: os.LookupEnv.
	Lookup func(string) (string, bool)
}

// ProfileProvider takes credentials as a profile of the shared files says (AWS SDKs and
// Tools Reference Guide, "Assume role credential provider" and "Process credential
// provider"). Of what a profile may have, the first of these counts:
//
//   - role_arn: the role is assumed, with the credentials of one of source_profile (as
//     this list has it, for that profile), credential_source (Environment,
//     Ec2InstanceMetadata or EcsContainer) and web_identity_token_file.
//     role_session_name, external_id and duration_seconds go with it. A profile that
//     is its own source_profile uses its own keys.
//   - aws_access_key_id, aws_secret_access_key and aws_session_token.
//   - credential_process: see [ProcessProvider].
//
// mfa_serial, and sso_* or login_session where nothing else is set, are
// [ErrUnsupported].
//
// The files are read when credentials are first asked for, and again after Invalidate.
// The provider is [ErrNotConfigured] if no profile is named and there is no [default],
// and if the profile has none of the above. What is set and can't be used is another
// error, which names the profile and the setting: keys that are set by half, a role
// without a source or with two, a source_profile that is not there or leads in a circle.
type ProfileProvider struct{ lazyProvider }

// NewProfileProvider makes a provider. It reads and sends nothing yet.
func NewProfileProvider(o ProfileProviderOptions) (*ProfileProvider, error) {
	if o.RefreshBefore < 0 {
		return nil, errors.New("identity: RefreshBefore is negative")
	}
	// What is wrong with a connection is known now, and with STSEndpoint.
	if _, err := newConnection(o.HTTPOptions); err != nil {
		return nil, err
	}
	if o.STSEndpoint != "" {
		if _, err := parseEndpoint("STSEndpoint", o.STSEndpoint); err != nil {
			return nil, err
		}
	}
	r := &profileResolver{options: o, variables: environment(o.Lookup)}
	return &ProfileProvider{newLazyProvider("ProfileProvider", r.build)}, nil
}

func (r *profileResolver) build() (sigv4.Provider, error) {
	c, err := LoadSharedConfig(SharedConfigOptions{
		ConfigFile: r.options.ConfigFile, CredentialsFile: r.options.CredentialsFile, Lookup: r.options.Lookup,
	})
	if err != nil {
		return nil, err
	}
	p, err := c.Profile(r.options.Name)
	if err != nil {
		return nil, err
	}
	return r.provider(c, p, nil)
}
