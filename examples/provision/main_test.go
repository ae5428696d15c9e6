package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/sigv4"
)

// TestMain makes the test's binary the program itself where a test wants to see it from
// outside.
func TestMain(m *testing.M) {
	if os.Getenv("PROVISION_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// outcome is what is seen of a run.
type outcome struct {
	status         int
	stdout, stderr string
}

// provision runs the program, and checks what holds for every run: no secret in the
// messages, and no keys where there is a failure.
func provision(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	var stdout bytes.Buffer
	o := provisionTo(t, t.Context(), &stdout, env, args...)
	o.stdout = stdout.String()
	if o.status != 0 {
		require.Empty(t, o.stdout)
	}
	return o
}

func provisionTo(t *testing.T, ctx context.Context, stdout io.Writer, env map[string]string, args ...string) (o outcome) {
	t.Helper()
	home := t.TempDir()
	var stderr bytes.Buffer
	o.status = command(ctx, args, func(name string) (string, bool) {
		if name == "HOME" {
			return home, true
		}
		v, ok := env[name]
		return v, ok
	}, stdout, &stderr)
	o.stderr = stderr.String()
	require.NotContains(t, o.stderr, marker)
	return o
}

func TestKeystoneKeysFoundOrMade(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"v3", "v2.0"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			k := newKeystone(t, version)
			env, logout := k.environment(), []string{"logout"}
			if version == "v2.0" {
				env, logout = k.environmentV2(), nil
			}
			k.keys = []key{
				{"elsewhere", "elsewhere-" + marker, userID, "another project", ""},
				{"atrust", "trust-" + marker, userID, projectID, "trust"},
			}
			k.nextKey = key{Access: "mine", Secret: "mine-" + marker}
			want := "export AWS_ACCESS_KEY_ID='mine'\nexport AWS_SECRET_ACCESS_KEY='mine-" + marker +
				"'\nunset AWS_SESSION_TOKEN\nunset AWS_CREDENTIAL_EXPIRATION\n"

			o := provision(t, env)
			require.Equal(t, outcome{0, want, "provision: EC2 credential mine, made; it does not expire; to delete it: provision -revoke mine\n"}, o)
			requests := append([]string{"login", "list", "create"}, logout...)
			require.Equal(t, requests, k.requests())

			o = provision(t, env, "-format", "export")
			require.Equal(t, outcome{0, want, "provision: EC2 credential mine, found; it does not expire; to delete it: provision -revoke mine\n"}, o)
			requests = append(append(requests, "login", "list"), logout...)
			require.Equal(t, requests, k.requests())

			k.nextKey = key{Access: "another", Secret: "another-" + marker}
			o = provision(t, env, "-new", "-format", "json")
			require.Zero(t, o.status)
			require.JSONEq(t, `{"Version":1,"AccessKeyId":"another","SecretAccessKey":"another-`+marker+`"}`, o.stdout)
			require.Equal(t, []string{"elsewhere", "atrust", "mine", "another"}, k.access())

			o = provision(t, env, "-revoke", "another")
			require.Equal(t, outcome{0, "", "provision: EC2 credential another is deleted\n"}, o)
			require.Equal(t, []string{"elsewhere", "atrust", "mine"}, k.access())

			env["AWS_ACCESS_KEY_ID"] = "mine"
			require.Zero(t, provision(t, env, "-revoke").status)
			require.Equal(t, []string{"elsewhere", "atrust"}, k.access())
			o = provision(t, env, "-revoke")
			require.Equal(t, 1, o.status)
			require.Contains(t, o.stderr, "Could not find credential")
			require.Contains(t, o.stderr, "temporary credentials")

			for token, holds := range k.tokens {
				require.Equal(t, version == "v2.0", holds, "%s is revoked where that is possible", token)
			}
		})
	}
}

func TestProfileIsReadBack(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	k.nextKey = key{Access: "mine", Secret: "a+b/c=-" + marker}
	o := provision(t, k.environment(), "-format", "profile", "-profile", "nhn")
	require.Equal(t, "[nhn]\naws_access_key_id = mine\naws_secret_access_key = a+b/c=-"+marker+"\n", o.stdout)
	require.Equal(t, sigv4.Credentials{AccessKeyID: "mine", SecretAccessKey: "a+b/c=-" + marker}, readProfile(t, "nhn", o.stdout))

	s := newKakaoCloud(t, k, 0, time.Now().Add(time.Hour))
	o = provision(t, k.environment(), "-format", "profile", "-kakaocloud", "-endpoint", s.URL)
	require.Equal(t, sigv4.Credentials{AccessKeyID: "temporary", SecretAccessKey: "temporary-" + marker, SessionToken: "session-" + marker},
		readProfile(t, "default", o.stdout))

	// A character that readers of these files differ about: nothing is printed, nothing is left.
	k.nextKey = key{Access: "odd", Secret: "a #b" + marker}
	o = provision(t, k.environment(), "-new", "-format", "profile")
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "aws_secret_access_key has a character")
	require.Contains(t, o.stderr, "EC2 credential odd was made and is deleted again")
	require.Equal(t, []string{"mine"}, k.access())
}

// readProfile reads a credentials file as AWS's SDKs do.
func readProfile(t *testing.T, name, text string) sigv4.Credentials {
	t.Helper()
	file, config := filepath.Join(t.TempDir(), "credentials"), filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	require.NoError(t, os.WriteFile(config, nil, 0o600))
	provider, err := identity.NewProfileProvider(identity.ProfileProviderOptions{
		Name: name, CredentialsFile: file, ConfigFile: config,
		Lookup: func(string) (string, bool) { return "", false },
	})
	require.NoError(t, err)
	keys, err := provider.Retrieve(t.Context())
	require.NoError(t, err)
	return keys
}

func TestTemporaryKeys(t *testing.T) {
	t.Parallel()
	ends := time.Now().Add(30 * time.Minute).UTC()
	until := ends.Format(time.RFC3339)
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "export AWS_ACCESS_KEY_ID='temporary'\nexport AWS_SECRET_ACCESS_KEY='temporary-" + marker +
			"'\nexport AWS_SESSION_TOKEN='session-" + marker + "'\nexport AWS_CREDENTIAL_EXPIRATION='" + until + "'\n"},
		{[]string{"-format", "profile"}, "[default]\n# until " + until +
			"\naws_access_key_id = temporary\naws_secret_access_key = temporary-" + marker + "\naws_session_token = session-" + marker + "\n"},
		{[]string{"-format", "json"}, `{
  "Version": 1,
  "AccessKeyId": "temporary",
  "SecretAccessKey": "temporary-` + marker + `",
  "SessionToken": "session-` + marker + `",
  "Expiration": "` + until + `"
}
`},
	} {
		k := newKeystone(t, "v3")
		s := newKakaoCloud(t, k, 1800, ends)
		o := provision(t, k.environment(), append([]string{"-kakaocloud", "-endpoint", s.URL, "-duration", "30m"}, test.args...)...)
		require.Equal(t, outcome{0, test.want, "provision: temporary credentials temporary until " + until +
			"; they can't be revoked and end by themselves\n"}, o)
		require.Equal(t, []string{"login"}, k.requests(), "the token is left to the credentials")
	}

	k := newKeystone(t, "v3")
	s := newKakaoCloud(t, k, 0, ends)
	require.Zero(t, provision(t, k.environment(), "-kakaocloud", "-endpoint", s.URL).status, "the service's duration")
}

func TestTemporaryKeysRefused(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	k.refuse["sts"] = true
	s := newKakaoCloud(t, k, 0, time.Now())
	o := provision(t, k.environment(), "-kakaocloud", "-endpoint", s.URL)
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "Permission denied")
	require.Contains(t, o.stderr, "status 403")
	require.Equal(t, []string{"login", "login"}, k.requests(), "another token did not help")

	o = provision(t, k.environment(), "-kakaocloud", "-endpoint", "ftp://example.com")
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "Endpoint")
}

func TestTemporaryKeysThatCannotBePrinted(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	s := newKakaoCloud(t, k, 0, time.Now().Add(time.Hour))
	o := provisionTo(t, t.Context(), brokenWriter{}, k.environment(), "-kakaocloud", "-endpoint", s.URL)
	require.Equal(t, outcome{1, "", "provision: the keys can't be printed: broken\n"}, o)
}

func TestCloudsFile(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	file := filepath.Join(t.TempDir(), "clouds.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`clouds:
  mine:
    auth:
      auth_url: `+k.URL+`/v3
      username: demo
      password: `+password+`
      user_domain_name: Default
      project_id: `+projectID+`
  other: {auth: {auth_url: http://127.0.0.1:1}}
`), 0o600))
	env := map[string]string{"OS_CLIENT_CONFIG_FILE": file}
	require.Zero(t, provision(t, env, "-cloud", "mine").status)
	env["OS_CLOUD"] = "mine"
	require.Zero(t, provision(t, env).status)
	require.Len(t, k.access(), 1)
	o := provision(t, env, "-cloud", "absent")
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "absent")
}

func TestKeysThatCannotBePrintedAreDeleted(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	k.nextKey = key{Access: "mine", Secret: "mine-" + marker}
	o := provisionTo(t, t.Context(), brokenWriter{}, k.environment())
	require.Equal(t, outcome{1, "", "provision: the keys can't be printed: broken; EC2 credential mine was made and is deleted again\n"}, o)
	require.Empty(t, k.access())
	require.Equal(t, []string{"login", "list", "create", "delete", "logout"}, k.requests())

	k.refuse["delete"] = true
	o = provisionTo(t, t.Context(), brokenWriter{}, k.environment())
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "broken; EC2 credential mine was made and is still there: ")
	require.Contains(t, o.stderr, "status 403")
	require.Equal(t, []string{"mine"}, k.access())

	o = provisionTo(t, t.Context(), brokenWriter{}, k.environment())
	require.Equal(t, outcome{1, "", "provision: the keys can't be printed: broken\n"}, o, "one that was there before stays")
	require.Equal(t, []string{"mine"}, k.access())
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	for what, made := range map[string]bool{"login": false, "create": true} {
		k := newKeystone(t, "v3")
		ctx, cancel := context.WithCancel(t.Context())
		k.before[what] = cancel
		var stdout bytes.Buffer
		o := provisionTo(t, ctx, &stdout, k.environment())
		require.Equal(t, 1, o.status)
		require.Empty(t, stdout.String())
		require.Contains(t, o.stderr, "canceled")
		require.Equal(t, made, strings.Contains(o.stderr, "deleted again"), o.stderr)
		require.Empty(t, k.access())
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	wrong := k.environment()
	wrong["OS_PASSWORD"] = "wrong-" + marker
	o := provision(t, wrong)
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "Unauthorized")

	k.refuse["create"], k.refuse["delete"] = true, true
	o = provision(t, k.environment())
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "an application credential may not")
	o = provision(t, k.environment(), "-revoke", "mine")
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "an application credential may not")

	k.refuse["create"], k.refuse["logout"] = false, true
	o = provision(t, k.environment())
	require.Zero(t, o.status, "the keys are good")
	require.NotEmpty(t, o.stdout)
	require.Contains(t, o.stderr, "the Keystone token lives on until it expires: ")

	k.before["list"] = func() { clear(k.tokens) }
	o = provision(t, k.environment())
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "The token does not hold.")

	o = provision(t, map[string]string{"OS_CLOUD": "envvars"})
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "OS_AUTH_URL")
	o = provision(t, map[string]string{"OS_AUTH_URL": k.URL + "/v2.0", "OS_APPLICATION_CREDENTIAL_ID": "a", "OS_APPLICATION_CREDENTIAL_SECRET": marker})
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "v2.0")
}

// As an AWS SDK runs it.
func TestCredentialProcess(t *testing.T) {
	k := newKeystone(t, "v3")
	k.nextKey = key{Access: "mine", Secret: `<it's> "$HOME" & \` + marker}
	provider, err := identity.NewProcessProvider(identity.ProcessProviderOptions{Command: `"` + program(t, k) + `" -format json`})
	require.NoError(t, err)
	keys, err := provider.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, k.nextKey.Access, keys.AccessKeyID)
	require.Equal(t, k.nextKey.Secret, keys.SecretAccessKey)
	require.True(t, keys.Expires.IsZero())

	s := newKakaoCloud(t, k, 0, time.Now().Add(time.Hour))
	provider, err = identity.NewProcessProvider(identity.ProcessProviderOptions{Command: `"` + program(t, k) + `" -format json -kakaocloud -endpoint ` + s.URL})
	require.NoError(t, err)
	keys, err = provider.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "session-"+marker, keys.SessionToken)
	require.False(t, keys.Expires.IsZero())
}

// A shell that evaluates the export lines has the keys, and nothing of older ones.
func TestExportLinesInAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	k := newKeystone(t, "v3")
	k.nextKey = key{Access: "mine", Secret: "it's $HOME `id` \"q\" \\ ; #\t%s " + marker}
	cmd := exec.CommandContext(t.Context(), sh, "-eu")
	cmd.Stdin = strings.NewReader(`
keys=$('` + program(t, k) + `')
AWS_SESSION_TOKEN=old
export AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION=old
eval "$keys"
printf '%s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "${AWS_SESSION_TOKEN-none}" "${AWS_CREDENTIAL_EXPIRATION-none}"
`)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), stderr.String())
	require.Equal(t, "mine\n"+k.nextKey.Secret+"\nnone\nnone\n", stdout.String())
	require.NotContains(t, stderr.String(), marker)
}

// A reader that went away: the signal must not end the program before it has cleaned up.
func TestBrokenPipe(t *testing.T) {
	k := newKeystone(t, "v3")
	k.nextKey = key{Access: "mine", Secret: "mine-" + marker}
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	defer writer.Close()
	cmd := exec.CommandContext(t.Context(), program(t, k))
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = writer, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	require.True(t, errors.As(err, &exit), "%v", err)
	require.Equal(t, 1, exit.ExitCode())
	require.Contains(t, stderr.String(), "EC2 credential mine was made and is deleted again")
	require.NotContains(t, stderr.String(), marker)
	require.Empty(t, k.access())
}

// program is the path of the program, which finds in the environment how to log in to k.
func program(t *testing.T, k *keystone) string {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "OS_") || strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			require.NoError(t, os.Unsetenv(name))
		}
	}
	for name, value := range k.environment() {
		t.Setenv(name, value)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("PROVISION_PROGRAM", "1")
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestUnusualSecretsInJSON(t *testing.T) {
	t.Parallel()
	k := newKeystone(t, "v3")
	k.nextKey = key{Access: "mine", Secret: "zero\x00 ü <&> " + marker}
	o := provision(t, k.environment(), "-format", "json")
	var document struct{ SecretAccessKey string }
	require.NoError(t, json.Unmarshal([]byte(o.stdout), &document))
	assert.Equal(t, k.nextKey.Secret, document.SecretAccessKey)

	o = provision(t, k.environment())
	require.Equal(t, 1, o.status)
	require.Contains(t, o.stderr, "AWS_SECRET_ACCESS_KEY: a variable can't hold a zero byte")
}
