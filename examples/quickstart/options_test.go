package main

import (
	"bytes"
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/server"
)

// isolate hides the environment of whoever runs the tests, and gives them a
// temporary folder to look for leftovers in.
func isolate(t *testing.T) (temp string) {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	temp = t.TempDir()
	t.Setenv("TMPDIR", temp)
	return temp
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]byteSize{
		"0": 0, "512": 512, "512B": 512, "64MiB": 64 << 20, "64 mib": 64 << 20, "64M": 64 << 20,
		"5MB": 5_000_000, "1GiB": 1 << 30, "2k": 2048, "1TiB": 1 << 40, "3tb": 3e12,
	} {
		var b byteSize
		require.NoError(t, b.Set(text), text)
		require.Equal(t, want, b, text)
	}
	for _, text := range []string{"", "MiB", "-1", "1.5GiB", "1XiB", "1MiBs", "9999999TiB", "99999999999999999999"} {
		var b byteSize
		require.Error(t, b.Set(text), text)
	}
}

func TestOptionsWithoutAnythingBringAServer(t *testing.T) {
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "a key alone is no reason to talk to a cloud")
	o, err := parseOptions(nil, io.Discard)
	require.NoError(t, err)
	require.True(t, o.server.Embedded())
	require.EqualValues(t, 512<<20, o.size)

	again, err := parseOptions(nil, io.Discard)
	require.NoError(t, err)
	require.NotEqual(t, o.bucket, again.bucket)
	require.NotEqual(t, o.key, again.key)

	o.server.Use(&server.Gateway{Endpoint: "http://127.0.0.1:1", Region: "r", AccessKey: "a", SecretKey: "s"})
	require.False(t, o.server.Embedded())
	require.Equal(t, "http://127.0.0.1:1", o.server.Client().Endpoint)
}

func TestOptionsFromTheEnvironmentAndFlags(t *testing.T) {
	isolate(t)
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
	keys, err = o.server.Client().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "s", keys.SecretAccessKey)

	var help bytes.Buffer
	_, err = parseOptions([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Contains(t, help.String(), "-endpoint")
	require.NotContains(t, help.String(), "very-secret")
	require.NotContains(t, help.String(), "token")
}
