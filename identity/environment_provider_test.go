package identity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// variablesOf is an environment of just these.
func variablesOf(set map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := set[name]
		return value, ok
	}
}

func TestEnvironmentProvider(t *testing.T) {
	t.Parallel()
	const id, secret, session, end = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"
	for _, c := range []struct {
		name  string
		set   map[string]string
		want  sigv4.Credentials
		wrong string // in the error
		unset bool   // the error is ErrNotConfigured
	}{
		{name: "nothing", unset: true, wrong: "EnvironmentProvider: not configured: AWS_ACCESS_KEY_ID is not set"},
		{name: "empty", set: map[string]string{id: "", secret: "", session: ""}, unset: true, wrong: "AWS_ACCESS_KEY_ID is not set"},
		{name: "an end alone", set: map[string]string{end: "2026-01-02T03:04:05Z"}, unset: true, wrong: "AWS_ACCESS_KEY_ID is not set"},
		{name: "keys", set: map[string]string{id: "AKID", secret: "s3cret"}, want: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret"}},
		{
			name: "temporary", set: map[string]string{id: "ASIA", secret: "s3cret", session: "token", end: "2026-01-02T03:04:05+00:00"},
			want: sigv4.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s3cret", SessionToken: "token", Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
		{name: "no secret", set: map[string]string{id: "AKID"}, wrong: "AWS_SECRET_ACCESS_KEY is missing"},
		{name: "no ID", set: map[string]string{secret: "s3cret"}, wrong: "AWS_ACCESS_KEY_ID is missing"},
		{name: "a session token alone", set: map[string]string{session: "token"}, wrong: "AWS_ACCESS_KEY_ID is missing"},
		{name: "an end that is no time", set: map[string]string{id: "AKID", secret: "s3cret", end: "tomorrow"}, wrong: `AWS_CREDENTIAL_EXPIRATION is no time as RFC 3339 has it: "tomorrow"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := NewEnvironmentProvider(variablesOf(c.set)).Retrieve(t.Context())
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				require.NotContains(t, err.Error(), "s3cret")
				require.Equal(t, sigv4.Credentials{}, got)
			} else {
				require.NoError(t, err)
				require.True(t, c.want.Expires.Equal(got.Expires))
				got.Expires = c.want.Expires
				require.Equal(t, c.want, got)
			}
			require.Equal(t, c.unset, err != nil && isNotConfigured(err))
		})
	}
}

func TestEnvironmentProviderReadsItsOwnProcess(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "one")
	t.Setenv("AWS_SESSION_TOKEN", "")
	t.Setenv("AWS_CREDENTIAL_EXPIRATION", "")
	p := NewEnvironmentProvider(nil)
	for _, secret := range []string{"one", "two"} {
		t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
		got, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret}, got)
	}
}
