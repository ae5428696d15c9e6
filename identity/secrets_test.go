package identity

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/told"
	"github.com/stowage-go/stowage/sigv4"
)

// No error and no log record tells a password, a secret, a token or a key, whatever fails, and
// neither do the clients, the inputs and the options that they were called with.
func TestFailuresTellNoSecret(t *testing.T) {
	const (
		password, application, token = "correct+HORSE/battery", "app+SECRET/x", "gAAAAAB-open-SESAME"
		key, session, web            = "swordfish+KEY/", "session+TOKEN/==", "header.claims.signature-SECRET"
	)
	var secrets []string
	for _, s := range []string{password, application, token, key, session, web} {
		secrets = append(append(secrets, told.Forms(s)...), url.QueryEscape(s))
	}
	v3 := `{"token":{"expires_at":"2099-01-01T00:00:00Z","user":{"id":"u"},"project":{"id":"p"}}}`
	for failure, reply := range map[string]stsReply{
		"refused connection": {err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}},
		"broken connection":  {err: io.ErrUnexpectedEOF},
		"unauthorized":       {status: 401, body: `{"error":{"code":401,"title":"Unauthorized","message":"no"}}`},
		"error document":     {status: 403, body: stsErrorXML("AccessDenied", "no")},
		"told back":          {status: 400, body: stsErrorXML("InvalidIdentityToken", "bad token "+web)},
		"broken":             {status: 500, body: "<html>"},
		"redirect":           {status: 302},
		"no document":        {status: 201, body: `{"token":{"user":"` + password + `"`},
		"wrong type":         {status: 201, body: `{"token":"` + token + `","access":{"token":"` + token + `"}}`},
		"keys of wrong type": {status: 200, body: `{"credential":{"access":"a","secret":["` + key + `"]}}`},
		"web page":           {status: 200, body: "<html>log in</html>"},
		"half credentials":   {status: 200, body: "<GetCallerIdentityResponse><SecretAccessKey>" + key + "</SecretAccessKey>"},
	} {
		var log told.Log
		rt := identityTransport(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && r.Header.Get("X-Auth-Token") == "" && r.URL.Path == "/late/v3/auth/tokens" {
				resp, err := (&stsScript{answers: []stsReply{{status: 201, body: v3}}}).RoundTrip(r)
				resp.Header.Set("X-Subject-Token", token)
				return resp, err
			}
			if r.Body == nil {
				r.Body = http.NoBody
			}
			return (&stsScript{answers: []stsReply{reply}}).RoundTrip(r)
		})
		options := HTTPOptions{HTTPClient: &http.Client{Transport: rt}, BaseDelay: time.Nanosecond, MaxDelay: time.Nanosecond, Logger: log.Logger()}
		var inUse []any // everything that was in use
		calls := map[string]func(context.Context) error{}
		for name, auth := range map[string]Auth{
			"password":               PasswordAuth{Username: "demo", Password: password},
			"application credential": ApplicationCredentialAuth{ID: "a", Secret: application},
			"token":                  TokenAuth{Token: token},
		} {
			for _, version := range []Version{V2, V3} {
				o := Options{AuthURL: "https://keystone.example/" + string(version), Auth: auth, HTTPOptions: options}
				c, err := New(o)
				if err != nil {
					require.Equal(t, V2, version)
					continue
				}
				inUse = append(inUse, o.Auth, c, *c)
				calls[name+" "+string(version)] = func(ctx context.Context) error { _, err := c.Token(ctx); return err }
			}
		}
		late, err := New(Options{AuthURL: "https://keystone.example/late/v3", Auth: PasswordAuth{Username: "demo", Password: password}, HTTPOptions: options})
		require.NoError(t, err)
		calls["CreateEC2Credential"] = func(ctx context.Context) error { _, err := late.CreateEC2Credential(ctx, nil); return err }
		calls["ValidateToken"] = func(ctx context.Context) error { _, err := late.ValidateToken(ctx, token); return err }
		calls["RevokeToken"] = func(ctx context.Context) error { return late.RevokeToken(ctx, token) }
		sts, err := NewSTS(STSOptions{Endpoint: "https://sts.example", Region: "r", Credentials: sigv4.Static("AKID", key, session), HTTPOptions: options})
		require.NoError(t, err)
		in := &AssumeRoleWithWebIdentityInput{RoleArn: "arn:aws:iam:::role/web", RoleSessionName: "session", WebIdentityToken: web}
		calls["AssumeRoleWithWebIdentity"] = func(ctx context.Context) error { _, err := sts.AssumeRoleWithWebIdentity(ctx, in); return err }
		calls["GetCallerIdentity"] = func(ctx context.Context) error { _, err := sts.GetCallerIdentity(ctx, nil); return err }
		inUse = append(inUse, late, *late, sts, *sts, in, *in)
		failed := 0
		for name, call := range calls {
			if failure == "told back" && name != "AssumeRoleWithWebIdentity" {
				continue // no server tells what it was not told
			}
			err := call(t.Context())
			if err != nil {
				failed++
				told.OneLine(t, err.Error())
			}
			for _, s := range secrets {
				require.NotContains(t, told.Of(err), s, "%s of %s", failure, name)
			}
		}
		require.Positive(t, failed, failure)
		require.Contains(t, log.String(), "attempt")
		for _, s := range secrets {
			require.NotContains(t, log.String(), s, "the log of %s", failure)
			for _, v := range inUse {
				require.NotContains(t, told.Of(v), s, "%T", v)
			}
		}
	}
}

type identityTransport func(*http.Request) (*http.Response, error)

func (f identityTransport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
