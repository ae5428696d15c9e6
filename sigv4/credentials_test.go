package sigv4

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCredentialsExpired(t *testing.T) {
	at := time.Unix(1000, 0)
	require.False(t, Credentials{}.Expired(at))
	c := Credentials{Expires: at}
	require.False(t, c.Expired(at.Add(-1)))
	require.True(t, c.Expired(at))
	require.True(t, c.Expired(at.Add(1)))
}

func TestCredentialsHasKeys(t *testing.T) {
	require.True(t, Credentials{AccessKeyID: "a", SecretAccessKey: "s"}.HasKeys())
	require.False(t, Credentials{AccessKeyID: "a"}.HasKeys())
	require.False(t, Credentials{SecretAccessKey: "s"}.HasKeys())
	require.False(t, Credentials{SessionToken: "t"}.HasKeys())
}

func TestSecretsAreRedacted(t *testing.T) {
	const secret, token = "Sup3rS3cret", "T0kenT0ken"
	c := Credentials{AccessKeyID: "AKID", SecretAccessKey: secret, SessionToken: token, Expires: time.Unix(1000, 0)}
	nested := struct {
		C Credentials
		P *Credentials
		S Provider
		M map[string]Credentials
	}{c, &c, Static("AKID", secret, token), map[string]Credentials{"x": c}}
	for name, v := range map[string]any{
		"credentials": c, "pointer": &c, "static": nested.S, "nested": nested,
		"params": Params{Credentials: c, Region: "r"}, "slice": []any{c, nested.S},
	} {
		var printed strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&printed, verb+"\n", v)
		}
		fmt.Fprintln(&printed, v, errors.New(fmt.Sprint(v)))
		b, err := json.Marshal(v)
		require.NoError(t, err)
		printed.Write(b)
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("m", "v", v)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("m", "v", v)
		for _, leak := range []string{secret, token, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", token)} {
			require.NotContains(t, printed.String(), leak, name)
		}
		require.Contains(t, printed.String(), "AKID", name)
		require.Contains(t, printed.String(), redacted, name)
	}
	require.Equal(t, "sigv4.Credentials{AccessKeyID: AKID, SecretAccessKey: REDACTED, SessionToken: REDACTED, Expires: 1970-01-01T00:16:40Z}", c.GoString())
	require.Equal(t, "sigv4.Credentials{AccessKeyID: , SecretAccessKey: , SessionToken: }", Credentials{}.String())
	b, err := json.Marshal(Credentials{AccessKeyID: "AKID", SecretAccessKey: secret})
	require.NoError(t, err)
	require.JSONEq(t, `{"AccessKeyID":"AKID","SecretAccessKey":"REDACTED"}`, string(b))
	require.Equal(t, "static "+Credentials{AccessKeyID: "AKID", SecretAccessKey: "x"}.String(), fmt.Sprintf("%#v", Static("AKID", "x", "")))
	require.Equal(t, fmt.Sprint(nested.S), nested.S.(fmt.GoStringer).GoString())
}

func TestProviders(t *testing.T) {
	ctx := context.Background()
	p := Static("AKID", "secret", "token")
	c, err := p.Retrieve(ctx)
	require.NoError(t, err)
	require.Equal(t, Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret", SessionToken: "token"}, c)
	require.True(t, p == Static("AKID", "secret", "token"))
	require.False(t, p == Static("AKID", "other", "token"))
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = p.Retrieve(ctx) }))

	broken := errors.New("broken")
	var f Provider = ProviderFunc(func(context.Context) (Credentials, error) { return c, broken })
	got, err := f.Retrieve(ctx)
	require.Equal(t, broken, err)
	require.Equal(t, c, got)
}
