package main

import (
	"bytes"
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
)

func TestOptionsWithoutAnythingBringAServer(t *testing.T) {
	sandbox.New(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "a key alone is no reason to talk to a cloud")
	o, err := parseOptions(nil, io.Discard)
	require.NoError(t, err)
	require.True(t, o.server.Embedded())
	require.EqualValues(t, 512<<20, o.size)

	again, err := parseOptions(nil, io.Discard)
	require.NoError(t, err)
	require.NotEqual(t, o.bucket, again.bucket)
	require.NotEqual(t, o.key, again.key)

	o.server.Use(&gateway.Gateway{Endpoint: "http://127.0.0.1:1", Region: "r", AccessKey: "a", SecretKey: "s"})
	require.False(t, o.server.Embedded())
	require.Equal(t, "http://127.0.0.1:1", o.server.Client().Endpoint)
}

func TestOptionsFromTheEnvironmentAndFlags(t *testing.T) {
	sandbox.New(t)
	t.Setenv("AWS_ENDPOINT_URL", "https://s3.example.com")
	t.Setenv("AWS_REGION", "kr-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AK")
	_, err := parseOptions(nil, io.Discard)
	require.ErrorContains(t, err, "AWS_SECRET_ACCESS_KEY")

	t.Setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	o, err := parseOptions([]string{"-bucket", "b", "-part-size", "8MiB", "-concurrency", "3"}, io.Discard)
	require.NoError(t, err)
	require.False(t, o.server.Embedded())
	require.Equal(t, "kr-1", o.server.Client().Region)
	require.Equal(t, "b", o.bucket)
	require.EqualValues(t, 8<<20, o.partSize)
	require.Equal(t, 3, o.concurrency)
	keys, err := o.server.Client().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"AK", "very-secret", "token"}, []string{keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken})

	o, err = parseOptions([]string{"-endpoint", "http://127.0.0.1:1", "-region", "r", "-access-key", "a", "-secret-key", "s"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:1", o.server.Client().Endpoint)
	require.Equal(t, "r", o.server.Client().Region)
	require.Equal(t, "s", o.server.SecretKey)

	var help bytes.Buffer
	_, err = parseOptions([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Contains(t, help.String(), "-endpoint")
	require.NotContains(t, help.String(), "very-secret")
	require.NotContains(t, help.String(), "token")
}

func TestProfiles(t *testing.T) {
	sandbox.New(t)
	for _, name := range flags.ProfileNames() {
		o, err := parseOptions([]string{"-profile", name, "-access-key", "a", "-secret-key", "s"}, io.Discard)
		require.NoError(t, err, name)
		require.NotEmpty(t, o.server.Client().Profile.Name, name)
		require.Equal(t, name != "aws", o.server.Embedded(), name)
	}
	_, err := parseOptions([]string{"-profile", "azure"}, io.Discard)
	require.ErrorContains(t, err, "kakaocloud")
	_, err = parseOptions([]string{"file"}, io.Discard)
	require.ErrorContains(t, err, `"file"`)
}
