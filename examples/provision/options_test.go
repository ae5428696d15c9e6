package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"-format xml":                    "there are export, profile and json",
		"-password=" + marker:            "flag provided but not defined: -password",
		marker:                           "only -revoke takes one",
		"-new " + marker:                 "only -revoke takes one",
		"-revoke":                        "AWS_ACCESS_KEY_ID",
		"-revoke a " + marker:            "one access key ID",
		"-revoke a -new":                 "-new does not go with -revoke",
		"-revoke -format json a":         "-format does not go with -revoke",
		"-revoke a -kakaocloud":          "temporary credentials can't be revoked",
		"-new -kakaocloud":               "-new is for EC2 credentials",
		"-endpoint https://example.com":  "-endpoint is for -kakaocloud",
		"-duration 30m":                  "-duration is for -kakaocloud",
		"-kakaocloud -duration 1500ms":   "-duration: whole seconds",
		"-kakaocloud -duration -1s":      "-duration: whole seconds",
		"-kakaocloud -duration 2000000h": "-duration: whole seconds",
		"-profile a":                     "-profile is for -format profile",
		"-format profile -profile a]b":   "-profile: letters",
		"-format profile -profile=":      "-profile: letters",
	} {
		o := provision(t, map[string]string{}, strings.Fields(line)...)
		require.Equal(t, 2, o.status, line)
		require.Contains(t, o.stderr, want, line)
		require.Equal(t, 1, strings.Count(o.stderr, "\n"), line)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	o := provision(t, k.environment(), "-h")
	require.Zero(t, o.status)
	require.Contains(t, o.stderr, "-revoke")
	require.Empty(t, k.requests())
}

func TestTemporaryKeysAreNotRevoked(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	env := k.environment()
	env["AWS_ACCESS_KEY_ID"], env["AWS_SESSION_TOKEN"] = "temporary", "session-"+marker
	for _, args := range [][]string{{"-revoke"}, {"-revoke", "temporary"}} {
		o := provision(t, env, args...)
		require.Equal(t, outcome{1, "", "provision: AWS_SESSION_TOKEN is set: temporary credentials can't be revoked: they end by themselves\n"}, o)
	}
	require.Empty(t, k.requests())

	k.keys = []key{{"mine", marker, userID, projectID, ""}}
	require.Zero(t, provision(t, env, "-revoke", "mine", "-cloud", "envvars").status, "others are")
	require.Empty(t, k.access())
}
