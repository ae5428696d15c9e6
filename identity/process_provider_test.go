package identity

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// processCommand runs the tests' own program.
func processCommand(t *testing.T, rest string) string {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	return fmt.Sprintf(`"%s" %s %s`, program, credentialProcess, rest)
}

func TestProcessProvider(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	keys := func(more string) string {
		return `print '{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"s3cret"` + more + `}'`
	}
	for _, c := range []struct {
		name, rest string
		want       sigv4.Credentials
		wrong      string
		malformed  bool
	}{
		{name: "permanent", rest: keys(""), want: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret"}},
		{
			name: "temporary", rest: keys(`,"SessionToken":"token","Expiration":"2026-01-02T04:00:00Z"`),
			want: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret", SessionToken: "token", Expires: time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC)},
		},
		{
			name: "an offset without a colon, fractions", rest: keys(`,"Expiration":"2026-01-02T13:00:00.5+0900"`),
			want: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret", Expires: time.Date(2026, 1, 2, 4, 0, 0, 5e8, time.UTC)},
		},
		{name: "the services' name of the token", rest: keys(`,"Token":"token"`), want: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret"}},
		{name: "more than there is", rest: keys(`,"AccountId":"111122223333","Later":{"a":1}`), want: sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret"}},
		{name: "another version", rest: `print '{"Version":2,"AccessKeyId":"AKID","SecretAccessKey":"s3cret"}'`, malformed: true, wrong: "Version is 2, not 1"},
		{name: "no version", rest: `print '{"AccessKeyId":"AKID","SecretAccessKey":"s3cret"}'`, malformed: true, wrong: "Version is 0, not 1"},
		{name: "no ID", rest: `print '{"Version":1,"SecretAccessKey":"s3cret"}'`, malformed: true, wrong: "no AccessKeyId"},
		{name: "no secret", rest: `print '{"Version":1,"AccessKeyId":"AKID"}'`, malformed: true, wrong: "no SecretAccessKey"},
		{name: "an end that is no time", rest: keys(`,"Expiration":"soon"`), malformed: true, wrong: "an Expiration that is no time"},
		{name: "ended", rest: keys(`,"Expiration":"2026-01-02T03:04:05Z"`), malformed: true, wrong: "credentials that ended at 2026-01-02T03:04:05Z"},
		{name: "no JSON", rest: `print 's3cret'`, malformed: true, wrong: "no JSON: syntax error at byte 1"},
		{name: "another type", rest: `print '{"Version":1,"SecretAccessKey":["s3cret"]}'`, malformed: true, wrong: "SecretAccessKey is of another type"},
		{name: "cut short", rest: `print '{"Version":1,"SecretAccessKey":"s3cret'`, malformed: true, wrong: "no JSON: syntax error"},
		{name: "nothing", rest: `print ""`, malformed: true, wrong: "no JSON"},
		{name: "failure", rest: `fail`, wrong: "exit status 3"},
		{name: "flood", rest: `flood`, wrong: "its output is longer than 65536 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := NewProcessProvider(ProcessProviderOptions{
				Command: processCommand(t, c.rest), Clock: func() time.Time { return now },
			})
			require.NoError(t, err)
			got, err := p.Retrieve(t.Context())
			if c.wrong == "" {
				require.NoError(t, err)
				require.True(t, c.want.Expires.Equal(got.Expires), got)
				got.Expires = c.want.Expires
				require.Equal(t, c.want, got)
				return
			}
			require.ErrorContains(t, err, c.wrong)
			require.ErrorContains(t, err, "ProcessProvider: ")
			require.NotContains(t, err.Error(), "s3cret")
			require.NotContains(t, err.Error(), "stdout-secret")
			require.NotContains(t, err.Error(), credentialProcess, "arguments may be secret")
			require.False(t, isNotConfigured(err))
			if c.malformed {
				require.ErrorIs(t, err, ErrMalformedAnswer)
			}
		})
	}
}

func TestProcessIsRunWithoutAShell(t *testing.T) {
	t.Parallel()
	p, err := NewProcessProvider(ProcessProviderOptions{Command: processCommand(t, `arguments $HOME ~ * "a  b" %PATH% ";" "|" ""`)})
	require.NoError(t, err)
	got, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, `$HOME|~|*|a  b|%PATH%|;|||`, got.SessionToken)
}

func TestProcessRunsOnceAndAgainWhenRefused(t *testing.T) {
	t.Parallel()
	p, err := NewProcessProvider(ProcessProviderOptions{Command: processCommand(t, "pid")})
	require.NoError(t, err)
	one, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	again, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, one, again)
	p.Invalidate(one)
	two, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, one, two)
	pid, err := strconv.Atoi(two.SessionToken)
	require.NoError(t, err)
	require.NotEqual(t, os.Getpid(), pid)
}

func TestProcessIsKilled(t *testing.T) {
	t.Parallel()
	p, err := NewProcessProvider(ProcessProviderOptions{Command: processCommand(t, "hang"), Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.ErrorContains(t, err, "no credentials within 50ms")

	p, err = NewProcessProvider(ProcessProviderOptions{Command: processCommand(t, "hang"), Timeout: -1})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = p.Retrieve(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	// And when it is the fetch's own context that ends.
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	program, err := os.Executable()
	require.NoError(t, err)
	_, err = (&process{program: program, arguments: []string{credentialProcess, "hang"}, now: time.Now}).fetch(cancelled)
	require.ErrorIs(t, err, context.Canceled)
}

func TestProcessStderr(t *testing.T) {
	t.Parallel()
	var messages bytes.Buffer
	p, err := NewProcessProvider(ProcessProviderOptions{Command: processCommand(t, "fail"), Stderr: &messages})
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.ErrorContains(t, err, "exit status 3")
	require.NotContains(t, err.Error(), "log in first")
	require.Equal(t, "log in first", messages.String())
}

func TestProcessThatIsNotThere(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "no such program")
	p, err := NewProcessProvider(ProcessProviderOptions{Command: `"` + program + `" --password hunter2`})
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestProcessOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for command, wrong := range map[string]string{
		"": "identity: Command is missing", " \t": "identity: Command is missing", `"" a`: "identity: Command is missing",
		`tool "hunter2`: "identity: Command ends within quotes",
	} {
		_, err := NewProcessProvider(ProcessProviderOptions{Command: command})
		require.EqualError(t, err, wrong)
	}
	_, err := NewProcessProvider(ProcessProviderOptions{Command: "tool", RefreshBefore: -1})
	require.EqualError(t, err, "identity: RefreshBefore is negative")
}
