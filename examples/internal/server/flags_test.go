package server

import (
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, args ...string) (*Flags, error) {
	t.Helper()
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	var f Flags
	set := flag.NewFlagSet("test", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	f.Register(set)
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	return &f, f.Complete()
}

func TestProfiles(t *testing.T) {
	for _, name := range profileNames() {
		f, err := parse(t, "-profile", name, "-access-key", "a", "-secret-key", "s")
		require.NoError(t, err, name)
		require.NotEmpty(t, f.Client().Profile.Name, name)
		require.Equal(t, name != "aws", f.Embedded(), name)
	}
	_, err := parse(t, "-profile", "azure")
	require.ErrorContains(t, err, "kakaocloud")
	_, err = parse(t, "-endpoint", "http://127.0.0.1:1")
	require.ErrorContains(t, err, "AWS_SECRET_ACCESS_KEY")
}
