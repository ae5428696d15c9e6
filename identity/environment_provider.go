package identity

import (
	"context"
	"fmt"

	"github.com/stowage-go/stowage/sigv4"

	"github.com/stowage-go/stowage/internal/apierr"
)

// EnvironmentProvider takes credentials from the environment variables of AWS's SDKs
// (AWS SDKs and Tools Reference Guide, "AWS access keys" and "Temporary credentials"):
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and
// AWS_CREDENTIAL_EXPIRATION (RFC 3339), which `aws configure export-credentials`
// writes. They are read anew at every use.
//
// Without any of the first three it is [ErrNotConfigured]. One that is missing beside
// another is an error that names it, and so is an expiry that can't be read.
type EnvironmentProvider struct {
	providerName
	variables variables
}

// NewEnvironmentProvider makes a provider. lookup finds a variable; nil: os.LookupEnv.
func NewEnvironmentProvider(lookup func(string) (string, bool)) *EnvironmentProvider {
	return &EnvironmentProvider{"EnvironmentProvider", environment(lookup)}
}

// Retrieve implements sigv4.Provider.
func (p *EnvironmentProvider) Retrieve(context.Context) (sigv4.Credentials, error) {
	c, err := environmentCredentials(p.variables)
	if err != nil {
		return sigv4.Credentials{}, p.wrap(err)
	}
	return c, nil
}

func environmentCredentials(v variables) (sigv4.Credentials, error) {
	c := sigv4.Credentials{
		AccessKeyID:     v.get("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: v.get("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    v.get("AWS_SESSION_TOKEN"),
	}
	switch {
	case c == sigv4.Credentials{}:
		return c, fmt.Errorf("%w: AWS_ACCESS_KEY_ID is not set", ErrNotConfigured)
	case c.AccessKeyID == "":
		return c, errMissing("AWS_ACCESS_KEY_ID")
	case c.SecretAccessKey == "":
		return c, errMissing("AWS_SECRET_ACCESS_KEY")
	}
	if end := v.get("AWS_CREDENTIAL_EXPIRATION"); end != "" {
		var ok bool
		if c.Expires, ok = parseISO8601(end); !ok {
			return c, fmt.Errorf("AWS_CREDENTIAL_EXPIRATION is no time as RFC 3339 has it: %q", apierr.OneLine(end))
		}
	}
	return c, nil
}
