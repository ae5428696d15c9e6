package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// tokenText is a source that always has the same token.
type tokenText Secret

func (s tokenText) WebIdentityToken(context.Context) (Secret, error) { return Secret(s), nil }

// stsServer gives out numbered credentials that live for a while of the synctest clock, or
// as long as was asked for.
type stsServer struct {
	life   time.Duration
	down   bool
	issued int
	forms  []url.Values
}

func (s *stsServer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	s.forms = append(s.forms, form)
	status, text := http.StatusServiceUnavailable, ""
	if !s.down {
		s.issued++
		status, text = http.StatusOK, stsCredentialsXML(form.Get("Action"), s.issued, time.Now().Add(s.life))
	}
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}, nil
}

func (s *stsServer) client(t *testing.T, fns ...func(*STSOptions)) *STS {
	return newTestSTS(t, s, append([]func(*STSOptions){func(o *STSOptions) { o.Clock = time.Now }}, fns...)...)
}

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	file := TokenFile(path)

	_, err := file.WebIdentityToken(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)

	write(" first\r\n")
	token, err := file.WebIdentityToken(t.Context())
	require.NoError(t, err)
	require.Equal(t, "first", string(token))

	write("second")
	token, err = file.WebIdentityToken(t.Context())
	require.NoError(t, err)
	require.Equal(t, "second", string(token))

	write("\n")
	_, err = file.WebIdentityToken(t.Context())
	require.ErrorContains(t, err, "is empty")
	require.NotErrorIs(t, err, ErrNotConfigured)
}

func TestWebIdentityProviderOptions(t *testing.T) {
	form, kakao := newTestSTS(t, nil), newTestSTS(t, nil, func(o *STSOptions) { o.Dialect = STSJSON })
	token := tokenText("token")
	for name, test := range map[string]struct {
		o    WebIdentityProviderOptions
		want string
	}{
		"good":             {WebIdentityProviderOptions{STS: form, Token: token, RoleArn: "arn"}, ""},
		"good, no role":    {WebIdentityProviderOptions{STS: form, Token: token}, ""},
		"good, JSON":       {WebIdentityProviderOptions{STS: kakao, Token: token, DurationSeconds: 60}, ""},
		"no STS":           {WebIdentityProviderOptions{Token: token}, "STS is missing"},
		"no token":         {WebIdentityProviderOptions{STS: form}, "Token is missing"},
		"refresh":          {WebIdentityProviderOptions{STS: form, Token: token, RefreshBefore: -1}, "RefreshBefore is negative"},
		"session name":     {WebIdentityProviderOptions{STS: form, Token: token, RoleSessionName: "a b"}, "RoleSessionName"},
		"policy":           {WebIdentityProviderOptions{STS: form, Token: token, Policy: "all"}, "Policy"},
		"JSON with a role": {WebIdentityProviderOptions{STS: kakao, Token: token, RoleArn: "arn"}, "RoleArn"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := NewWebIdentityProvider(test.o)
			if test.want == "" {
				require.NoError(t, err)
				require.Equal(t, "identity.WebIdentityProvider", p.String())
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

// All options reach the request, and what has no name is given one.
func TestWebIdentityProviderRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &stsServer{life: time.Hour}
		arns := []PolicyDescriptorType{{"arn:one"}}
		p, err := NewWebIdentityProvider(WebIdentityProviderOptions{
			STS: server.client(t), Token: tokenText("token"), DurationSeconds: 900, Policy: stsPolicy,
			PolicyArns: arns, ProviderId: "www.amazon.com", RoleArn: "arn:role",
		})
		require.NoError(t, err)
		arns[0].Arn = "arn:changed"
		creds, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, "KEY1", creds.AccessKeyID)
		require.Equal(t, url.Values{
			"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "DurationSeconds": {"900"}, "Policy": {stsPolicy},
			"PolicyArns.member.1.arn": {"arn:one"}, "ProviderId": {"www.amazon.com"}, "RoleArn": {"arn:role"},
			"RoleSessionName": {fmt.Sprint("stowage-", time.Now().UnixNano())}, "WebIdentityToken": {"token"},
		}, server.forms[0])

		p.Invalidate(creds)
		time.Sleep(time.Second)
		_, err = p.Retrieve(t.Context())
		require.NoError(t, err)
		require.NotEqual(t, server.forms[0]["RoleSessionName"], server.forms[1]["RoleSessionName"])
	})
}

// A day of asking every minute: credentials of a quarter of an hour are replaced in time,
// and nobody ever gets any that have ended, not even while the service is down.
func TestWebIdentityProviderDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		server := &stsServer{life: 15 * time.Minute}
		s := server.client(t, func(o *STSOptions) {
			o.MaxAttempts = -1
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		p, err := NewWebIdentityProvider(WebIdentityProviderOptions{STS: s, Token: tokenText("token"), RoleArn: "arn:role"})
		require.NoError(t, err)
		for minute := range 24 * 60 {
			server.down = minute%20 == 13
			creds, err := p.Retrieve(t.Context())
			require.NoError(t, err)
			require.False(t, creds.Expired(time.Now()))
			synctest.Wait()
			time.Sleep(time.Minute)
		}
		require.InDelta(t, 24*60/12, server.issued, 12)
		require.Contains(t, log.String(), "refresh failed")
		require.Contains(t, log.String(), "WebIdentityProvider")
	})
}

func TestWebIdentityProviderRefusedToken(t *testing.T) {
	good := stsReply{status: 200, body: stsCredentialsXML("AssumeRoleWithWebIdentity", 1, stsNow.Add(time.Hour))}
	refusal := func(status int, code string) stsReply { return stsReply{status: status, body: stsErrorXML(code, "")} }
	denied := refusal(403, "AccessDenied")
	for name, test := range map[string]struct {
		tokens  []string
		answers []stsReply
		sent    int
		err     error // nil: credentials
		kept    bool  // the token was not invalidated
	}{
		"forbidden":         {[]string{"a", "b"}, []stsReply{denied, good}, 2, nil, false},
		"unauthorized":      {[]string{"a", "b"}, []stsReply{refusal(401, "Unauthorized"), good}, 2, nil, false},
		"expired":           {[]string{"a", "b"}, []stsReply{refusal(400, "ExpiredTokenException"), good}, 2, nil, false},
		"invalid":           {[]string{"a", "b"}, []stsReply{refusal(400, "InvalidIdentityToken"), good}, 2, nil, false},
		"MinIO":             {[]string{"a", "b"}, []stsReply{refusal(400, "InvalidParameterValue"), good}, 2, nil, false},
		"again":             {[]string{"a", "b", "c"}, []stsReply{denied}, 2, ErrAccessDenied, false},
		"no other token":    {[]string{"a", "a"}, []stsReply{denied}, 1, ErrAccessDenied, false},
		"no token any more": {[]string{"a"}, []stsReply{denied}, 1, ErrUnauthorized, false},
		"not the token":     {[]string{"a", "b"}, []stsReply{refusal(400, "MalformedPolicyDocument")}, 1, ErrMalformedPolicyDocument, true},
		"not an answer":     {[]string{"a", "b"}, []stsReply{{err: errors.New("gone")}}, 4, nil, true},
		"none to begin":     {nil, []stsReply{good}, 0, ErrUnauthorized, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := &stsScript{answers: test.answers}
			source := &keystoneTokens{tokens: test.tokens, err: ErrUnauthorized}
			p, err := NewWebIdentityProvider(WebIdentityProviderOptions{STS: newTestSTS(t, script), Token: source, RoleArn: "arn:role"})
			require.NoError(t, err)
			creds, err := p.Retrieve(t.Context())
			switch {
			case test.err != nil:
				require.ErrorIs(t, err, test.err)
			case name == "not an answer":
				require.ErrorContains(t, err, "gone")
			default:
				require.NoError(t, err)
				require.Equal(t, "KEY1", creds.AccessKeyID)
			}
			require.Equal(t, test.sent, script.sent())
			require.Equal(t, test.kept, len(source.invalidated) == 0)
			if name == "no token any more" {
				require.ErrorIs(t, err, ErrAccessDenied, "the refusal is told as well")
			}
		})
	}
}

// A file that was replaced between the reading and the refusal is read again.
func TestWebIdentityProviderRotatedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	var tokens []string
	s := newTestSTS(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		tokens = append(tokens, form.Get("WebIdentityToken"))
		status, text := 200, stsCredentialsXML("AssumeRoleWithWebIdentity", 1, stsNow.Add(time.Hour))
		if tokens[len(tokens)-1] == "old" {
			status, text = 400, stsErrorXML("ExpiredTokenException", "")
			require.NoError(t, os.WriteFile(path, []byte("new"), 0o600))
		}
		return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}, nil
	}))
	p, err := NewWebIdentityProvider(WebIdentityProviderOptions{STS: s, Token: TokenFile(path), RoleArn: "arn:role"})
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"old", "new"}, tokens)
}

// What implements the interfaces does.
var (
	_ sigv4.Provider         = (*WebIdentityProvider)(nil)
	_ sigv4.Provider         = (*AssumeRoleProvider)(nil)
	_ sigv4.Provider         = (*SessionTokenProvider)(nil)
	_ WebIdentityTokenSource = TokenFile("")
	_ WebIdentityTokenSource = (*Client)(nil)
)
