package identity

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func (s *cloudServer) chain(t *testing.T, set map[string]string, fns ...func(*DefaultChainOptions)) *Chain {
	t.Helper()
	o := DefaultChainOptions{Lookup: variablesOf(set)}
	o.HTTPClient = &http.Client{Transport: s}
	for _, fn := range fns {
		fn(&o)
	}
	c, err := NewDefaultChain(o)
	require.NoError(t, err)
	return c
}

func TestDefaultChainOrder(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, ".aws"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".aws", "credentials"),
		[]byte("[default]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n[dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = s\n[none]\n"), 0o600))
	// Each step takes away what came first.
	set := map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s",
		"AWS_WEB_IDENTITY_TOKEN_FILE": tokenAt(t, "jwt"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/pod", "AWS_ROLE_SESSION_NAME": "me", "AWS_REGION": "ap-northeast-2",
		"HOME": home, relativeURI: "/c",
	}
	s := newCloudServer()
	first := func(fns ...func(*DefaultChainOptions)) string {
		c, err := s.chain(t, set, fns...).Retrieve(t.Context())
		require.NoError(t, err)
		return c.AccessKeyID
	}
	dev := func(o *DefaultChainOptions) { o.Profile = "dev" }
	require.Equal(t, "AKIDENV", first())
	require.Equal(t, "AKIDDEV", first(dev), "a profile that the program names outranks the environment")
	delete(set, "AWS_ACCESS_KEY_ID")
	delete(set, "AWS_SECRET_ACCESS_KEY")
	require.Equal(t, "pod", first())
	require.Equal(t, []string{"nobody at sts.ap-northeast-2.amazonaws.com: AssumeRoleWithWebIdentity arn:aws:iam::1:role/pod jwt as me"}, s.forms)
	require.Equal(t, "pod", first(func(o *DefaultChainOptions) { o.STSEndpoint = "http://127.0.0.1:9000" }))
	require.Equal(t, "nobody at 127.0.0.1:9000: AssumeRoleWithWebIdentity arn:aws:iam::1:role/pod jwt as me", s.forms[1])
	require.Equal(t, "AKIDDEV", first(dev))
	delete(set, "AWS_WEB_IDENTITY_TOKEN_FILE")
	require.Equal(t, "AKIDPROFILE", first(), "AWS_ROLE_ARN alone means nothing")
	set["AWS_PROFILE"] = "dev"
	require.Equal(t, "AKIDDEV", first())
	set["AWS_PROFILE"] = "none"
	require.Equal(t, "ASIA1", first(), "of the container")
	require.Equal(t, 1, s.agent.serial)
	delete(set, relativeURI)
	require.Equal(t, "ASIA1", first(), "of the instance")
	require.Equal(t, 1, s.imds.serial)
	require.Equal(t, "ASIA2", first(func(o *DefaultChainOptions) { o.Profile = "none" }))
}

func TestDefaultChainStopsAtFaults(t *testing.T) {
	t.Parallel()
	file := tokenAt(t, "jwt")
	for wrong, set := range map[string]map[string]string{
		"EnvironmentProvider: AWS_SECRET_ACCESS_KEY is missing":                  {"AWS_ACCESS_KEY_ID": "AKID"},
		"EnvironmentWebIdentity: AWS_ROLE_ARN is missing":                        {"AWS_WEB_IDENTITY_TOKEN_FILE": file},
		"EnvironmentWebIdentity: identity: Endpoint":                             {"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn", "AWS_ENDPOINT_URL_STS": "sts"},
		"EnvironmentWebIdentity: identity: RoleSessionName":                      {"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn", "AWS_ROLE_SESSION_NAME": "a b"},
		"EnvironmentWebIdentity: WebIdentityProvider: web identity token":        {"AWS_WEB_IDENTITY_TOKEN_FILE": file + ".not", "AWS_ROLE_ARN": "arn:aws:iam::1:role/pod"},
		`ProfileProvider: identity: profile "gone" is not in any file`:           {"AWS_PROFILE": "gone"},
		"ContainerProvider: AWS_CONTAINER_CREDENTIALS_FULL_URI is http to":       {fullURI: "http://10.0.0.1"},
		"IMDSProvider: AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is \"v6\"":         {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "v6"},
		"IMDSProvider: identity: AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://[s3cret"},
	} {
		_, err := newCloudServer().chain(t, set).Retrieve(t.Context())
		require.ErrorContains(t, err, wrong)
		require.NotContains(t, err.Error(), "s3cret")
		require.False(t, isNotConfigured(err))
	}
}

func TestDefaultChainOfNothing(t *testing.T) {
	t.Parallel()
	_, err := newCloudServer().chain(t, map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}).Retrieve(t.Context())
	require.ErrorIs(t, err, ErrNotConfigured)
	require.EqualError(t, err, "Chain: not configured: EnvironmentProvider: AWS_ACCESS_KEY_ID is not set; "+
		"EnvironmentWebIdentity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; "+
		`ProfileProvider: identity: profile "default" is not in any file: there is no home folder; `+
		"ContainerProvider: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set; "+
		"IMDSProvider: AWS_EC2_METADATA_DISABLED is true")
}

func TestDefaultChainDoesNotWaitLongForTheInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCloudServer()
		s.imds.took = time.Hour
		began := time.Now()
		_, err := s.chain(t, nil, func(o *DefaultChainOptions) { o.Timeout, o.MaxAttempts = time.Minute, 10 }).Retrieve(t.Context())
		require.ErrorIs(t, err, ErrNotConfigured)
		require.InDelta(t, 3.2, time.Since(began).Seconds(), 0.3)
	})
}

func TestDefaultChainTellsWhatWasRefused(t *testing.T) {
	t.Parallel()
	s := newCloudServer()
	c := s.chain(t, map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": tokenAt(t, "jwt"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/pod"})
	one, err := c.Retrieve(t.Context())
	require.NoError(t, err)
	_, err = c.Retrieve(t.Context())
	require.NoError(t, err)
	require.Len(t, s.forms, 1)
	c.Invalidate(one)
	_, err = c.Retrieve(t.Context())
	require.NoError(t, err)
	require.Len(t, s.forms, 2)
}

func TestDefaultChainOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := NewDefaultChain(DefaultChainOptions{STSEndpoint: "sts.example.com"})
	require.ErrorContains(t, err, "identity: STSEndpoint")
}
