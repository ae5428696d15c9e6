package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

func asSTSError(t testing.TB, err error) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}

// stsScript answers from a list, whose last entry stays, and keeps what it got.
type stsScript struct {
	answers []stsReply

	mu     sync.Mutex
	bodies []string
}

type stsReply struct {
	status int
	body   string
	err    error
}

func (s *stsScript) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, string(body))
	a := s.answers[min(len(s.bodies), len(s.answers))-1]
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{
		StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"X-Amz-Request-Id": {"id-1"}}, ContentLength: int64(len(a.body)), Body: io.NopCloser(strings.NewReader(a.body)),
	}, nil
}

func (s *stsScript) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bodies)
}

func stsErrorXML(code, message string) string {
	return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message + "</Message></Error></ErrorResponse>"
}

// stsCredentialsXML is an answer with credentials that are numbered n and end then.
func stsCredentialsXML(action string, n int, expires time.Time) string {
	return fmt.Sprintf("<%[1]sResponse><%[1]sResult><Credentials><AccessKeyId>KEY%[2]d</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"+
		"<SessionToken>t</SessionToken><Expiration>%[3]s</Expiration></Credentials></%[1]sResult></%[1]sResponse>",
		action, n, expires.UTC().Format(time.RFC3339Nano))
}

// webIdentity is any good request.
func webIdentity() *AssumeRoleWithWebIdentityInput {
	return &AssumeRoleWithWebIdentityInput{RoleArn: "arn:aws:iam:::role/web", RoleSessionName: "session", WebIdentityToken: stsWebToken}
}

func TestSTSOptions(t *testing.T) {
	for name, test := range map[string]struct {
		o    STSOptions
		want string // of the endpoint, then of the region
		err  string
	}{
		"AWS":            {o: STSOptions{}, want: "https://sts.amazonaws.com/ us-east-1"},
		"AWS, region":    {o: STSOptions{Region: "ap-northeast-2"}, want: "https://sts.ap-northeast-2.amazonaws.com/ ap-northeast-2"},
		"AWS, China":     {o: STSOptions{Region: "cn-north-1"}, want: "https://sts.cn-north-1.amazonaws.com.cn/ cn-north-1"},
		"other":          {o: STSOptions{Endpoint: "http://127.0.0.1:7480", Region: "Region One"}, want: "http://127.0.0.1:7480/ Region One"},
		"with a path":    {o: STSOptions{Endpoint: "https://gw.example.com/sts/"}, want: "https://gw.example.com/sts/ us-east-1"},
		"with %2F in it": {o: STSOptions{Endpoint: "https://gw.example.com/a%2Fb"}, want: "https://gw.example.com/a%2Fb/ us-east-1"},
		"KakaoCloud": {
			o:    STSOptions{Endpoint: "https://objectstorage.kr-central-2.kakaocloud.com", Dialect: STSJSON},
			want: "https://objectstorage.kr-central-2.kakaocloud.com/ us-east-1",
		},
		"no endpoint":  {o: STSOptions{Dialect: STSJSON}, err: "Endpoint is missing"},
		"bad endpoint": {o: STSOptions{Endpoint: "sts.example.com"}, err: "Endpoint needs the scheme"},
		"bad region":   {o: STSOptions{Region: "evil.example.com/"}, err: "Region"},
		"bad dialect":  {o: STSOptions{Dialect: 7}, err: "STSDialect(7)"},
		"two clients":  {o: STSOptions{HTTPOptions: HTTPOptions{HTTPClient: http.DefaultClient, TLSConfig: transport.NewHTTPTransport(nil).TLSClientConfig.Clone()}}, err: "TLSConfig"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := NewSTS(test.o)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, s.url.String()+" "+s.options.Region)
		})
	}
}

func TestSTSDialectString(t *testing.T) {
	require.Equal(t, "form JSON STSDialect(-1)", fmt.Sprint(STSForm, " ", STSJSON, " ", STSDialect(-1)))
}

// What is wrong for sure is refused by name, before anything is sent.
func TestSTSInput(t *testing.T) {
	form := func(*STSOptions) {}
	aws := func(o *STSOptions) { o.Endpoint = "" }
	kakao := func(o *STSOptions) { o.Dialect = STSJSON }
	anonymous := func(o *STSOptions) { o.Credentials = nil }
	with := func(change func(*AssumeRoleWithWebIdentityInput)) func(context.Context, *STS) error {
		return func(ctx context.Context, s *STS) error {
			in := webIdentity()
			if s.options.Dialect == STSJSON {
				in.RoleArn, in.RoleSessionName = "", ""
			}
			change(in)
			_, err := s.AssumeRoleWithWebIdentity(ctx, in)
			return err
		}
	}
	assume := func(in *AssumeRoleInput) func(context.Context, *STS) error {
		return func(ctx context.Context, s *STS) error {
			_, err := s.AssumeRole(ctx, in)
			return err
		}
	}
	session := func(in *GetSessionTokenInput) func(context.Context, *STS) error {
		return func(ctx context.Context, s *STS) error {
			_, err := s.GetSessionToken(ctx, in)
			return err
		}
	}
	caller := func(ctx context.Context, s *STS) error {
		_, err := s.GetCallerIdentity(ctx, nil)
		return err
	}
	for name, test := range map[string]struct {
		server func(*STSOptions)
		call   func(context.Context, *STS) error
		want   string
		is     error
	}{
		"nil": {server: form, want: "WebIdentityToken is missing", call: func(ctx context.Context, s *STS) error {
			_, err := s.AssumeRoleWithWebIdentity(ctx, nil)
			return err
		}},
		"no token":             {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.WebIdentityToken = "" }), want: "WebIdentityToken is missing"},
		"duration":             {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.DurationSeconds = -1 }), want: "DurationSeconds is negative"},
		"no role":              {server: aws, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleArn = "" }), want: "RoleArn is missing"},
		"no session":           {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleSessionName = "" }), want: "RoleSessionName is missing"},
		"short session":        {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleSessionName = "a" }), want: "RoleSessionName must be"},
		"long session":         {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleSessionName = strings.Repeat("a", 65) }), want: "RoleSessionName must be"},
		"session with a space": {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleSessionName = "a b" }), want: "RoleSessionName must be"},
		"session not in ASCII": {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleSessionName = "aé" }), want: "RoleSessionName must be"},
		"policy":               {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.Policy = "{" }), want: "Policy is no JSON object"},
		"policy is a text":     {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.Policy = `"readonly"` }), want: "Policy is no JSON object"},
		"policy arn":           {server: form, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.PolicyArns = []PolicyDescriptorType{{"arn"}, {}} }), want: "PolicyArns[1].Arn is missing"},

		"AssumeRole, nil":        {server: aws, call: assume(nil), want: "RoleArn is missing"},
		"AssumeRole, duration":   {server: form, call: assume(&AssumeRoleInput{DurationSeconds: -900}), want: "DurationSeconds is negative"},
		"AssumeRole, no session": {server: form, call: assume(&AssumeRoleInput{RoleArn: "arn"}), want: "RoleSessionName is missing"},
		"AssumeRole, tag":        {server: form, call: assume(&AssumeRoleInput{Tags: []Tag{{Value: "v"}}}), want: "Tags[0].Key is missing"},
		"AssumeRole, policy":     {server: form, call: assume(&AssumeRoleInput{Policy: "x"}), want: "Policy is no JSON object"},
		"AssumeRole, no keys":    {server: anonymous, call: assume(&AssumeRoleInput{}), is: sigv4.ErrNoCredentials},
		"AssumeRole, empty keys": {
			server: func(o *STSOptions) { o.Credentials = sigv4.Static("", "", "") },
			call:   assume(&AssumeRoleInput{}), is: sigv4.ErrNoCredentials,
		},
		"GetSessionToken, duration": {server: form, call: session(&GetSessionTokenInput{DurationSeconds: -1}), want: "DurationSeconds is negative"},
		"GetSessionToken, no keys":  {server: anonymous, call: session(nil), is: sigv4.ErrNoCredentials},
		"GetCallerIdentity, no keys": {
			server: func(o *STSOptions) {
				o.Credentials = sigv4.ProviderFunc(func(context.Context) (sigv4.Credentials, error) {
					return sigv4.Credentials{}, ErrNotConfigured
				})
			},
			call: caller, is: ErrNotConfigured,
		},

		"JSON, duration":          {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.DurationSeconds = -1 }), want: "DurationSeconds is negative"},
		"JSON, no token":          {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.WebIdentityToken = "" }), want: "WebIdentityToken is missing"},
		"JSON, role":              {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleArn = "arn" }), is: ErrUnsupported, want: "RoleArn"},
		"JSON, session":           {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.RoleSessionName = "name" }), is: ErrUnsupported, want: "RoleSessionName"},
		"JSON, policy":            {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.Policy = "{}" }), is: ErrUnsupported, want: "Policy"},
		"JSON, policies":          {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.PolicyArns = []PolicyDescriptorType{{"arn"}} }), is: ErrUnsupported, want: "PolicyArns"},
		"JSON, token size":        {server: kakao, call: with(func(in *AssumeRoleWithWebIdentityInput) { in.MinimumSessionTokenSize = 1 }), is: ErrUnsupported, want: "MinimumSessionTokenSize"},
		"JSON, AssumeRole":        {server: kakao, call: assume(&AssumeRoleInput{}), is: ErrUnsupported, want: "AssumeRole"},
		"JSON, GetSessionToken":   {server: kakao, call: session(nil), is: ErrUnsupported, want: "GetSessionToken"},
		"JSON, GetCallerIdentity": {server: kakao, call: caller, is: ErrUnsupported, want: "GetCallerIdentity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := &stsScript{answers: []stsReply{{status: 200}}}
			err := test.call(t.Context(), newTestSTS(t, script, test.server))
			require.ErrorContains(t, err, test.want)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
			var op *smithy.OperationError
			require.ErrorAs(t, err, &op)
			require.Equal(t, "STS", op.ServiceID)
			require.NotContains(t, err.Error(), "\n")
			require.Zero(t, script.sent())
		})
	}
}

func TestSTSRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		status   int
		body     string
		code     string
		message  string
		requests int
	}{
		"wrapped":             {403, stsErrorXML("AccessDenied", "it\n  says no"), "AccessDenied", "it says no", 1},
		"bare":                {403, "<Error><Code>AccessDenied</Code><Message></Message></Error>", "AccessDenied", "", 1},
		"with a namespace":    {400, `<a:ErrorResponse xmlns:a="https://sts.amazonaws.com/doc/2011-06-15/"><a:Error><a:Code>InvalidIdentityToken</a:Code></a:Error></a:ErrorResponse>`, "InvalidIdentityToken", "", 1},
		"inside a success":    {200, "<Error><Code>AccessDenied</Code></Error>", "AccessDenied", "", 1},
		"nothing":             {403, "", "Forbidden", "", 1},
		"HTML":                {404, "<html><body>not here</body></html>", "NotFound", "", 1},
		"no XML":              {400, `{"message":"no"}`, "BadRequest", "", 1},
		"cut off":             {403, "<ErrorResponse><Error><Code>AccessDen", "Forbidden", "", 1},
		"no code":             {403, "<ErrorResponse></ErrorResponse>", "Forbidden", "", 1},
		"redirect":            {307, "", "TemporaryRedirect", "", 1},
		"a proxy's HTML":      {502, "<html>bad gateway</html>", "BadGateway", "", 4},
		"throttled":           {400, stsErrorXML("Throttling", "Rate exceeded"), "Throttling", "Rate exceeded", 4},
		"issuer out of reach": {400, stsErrorXML("IDPCommunicationError", ""), "IDPCommunicationError", "", 4},
		"repeats the token":   {400, stsErrorXML("InvalidIdentityToken", "no good: "+stsWebToken+"."), "InvalidIdentityToken", "no good: REDACTED.", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := &stsScript{answers: []stsReply{{status: test.status, body: test.body}}}
			_, err := newTestSTS(t, script).AssumeRoleWithWebIdentity(t.Context(), webIdentity())
			require.Equal(t, &Error{
				Code: test.code, Message: test.message, StatusCode: test.status, RequestID: "id-1",
				Resource: `role "arn:aws:iam:::role/web"`,
			}, asSTSError(t, err))
			require.Equal(t, test.requests, script.sent())
			require.NotErrorIs(t, err, ErrMalformedAnswer)
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), stsWebToken)
		})
	}
}

// The issuer is there again when STS asks for the second time.
func TestSTSIssuerComesBack(t *testing.T) {
	script := &stsScript{answers: []stsReply{
		{status: 400, body: stsErrorXML("IDPCommunicationError", "")},
		{err: io.ErrUnexpectedEOF},
		{status: 200, body: stsCredentialsXML("AssumeRoleWithWebIdentity", 1, stsNow.Add(time.Hour))},
	}}
	out, err := newTestSTS(t, script).AssumeRoleWithWebIdentity(t.Context(), webIdentity())
	require.NoError(t, err)
	require.Equal(t, "KEY1", out.Credentials.AccessKeyID)
	require.Equal(t, 3, script.sent())
	require.Equal(t, script.bodies[0], script.bodies[2])
}

func TestSTSMalformedAnswers(t *testing.T) {
	whole := stsCredentialsXML("AssumeRole", 1, stsNow.Add(time.Hour))
	for name, test := range map[string]struct{ body, want string }{
		"nothing":           {"", "no AssumeRoleResponse"},
		"HTML":              {"<html><body>welcome</body></html>", "no AssumeRoleResponse"},
		"JSON":              {`{"AssumeRoleResponse":{}}`, "no AssumeRoleResponse"},
		"another answer":    {stsCredentialsXML("GetSessionToken", 1, stsNow), "no AssumeRoleResponse"},
		"cut off":           {whole[:len(whole)-40], "ends too soon"},
		"no number":         {"<AssumeRoleResponse><AssumeRoleResult><PackedPolicySize>x</PackedPolicySize></AssumeRoleResult></AssumeRoleResponse>", "PackedPolicySize"},
		"no result":         {"<AssumeRoleResponse></AssumeRoleResponse>", "no AccessKeyId"},
		"no key":            {strings.Replace(whole, "KEY1", "", 1), "no AccessKeyId"},
		"no secret":         {strings.Replace(whole, "<SecretAccessKey>s</SecretAccessKey>", "", 1), "no SecretAccessKey"},
		"no token":          {strings.Replace(whole, "<SessionToken>t</SessionToken>", "<SessionToken/>", 1), "no SessionToken"},
		"no expiration":     {strings.Replace(whole, "Expiration", "Expires", 2), "no Expiration"},
		"expiration is odd": {strings.Replace(whole, "2026", "{expiration}", 1), "no Expiration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := &stsScript{answers: []stsReply{{status: 200, body: test.body}}}
			_, err := newTestSTS(t, script).AssumeRole(t.Context(), &AssumeRoleInput{})
			require.ErrorIs(t, err, ErrMalformedAnswer)
			require.ErrorContains(t, err, test.want)
			e := asSTSError(t, err)
			require.Equal(t, 200, e.StatusCode)
			require.Equal(t, "id-1", e.RequestID)
		})
	}
	for action, call := range map[string]func(context.Context, *STS) error{
		"AssumeRoleWithWebIdentity": func(ctx context.Context, s *STS) error {
			_, err := s.AssumeRoleWithWebIdentity(ctx, webIdentity())
			return err
		},
		"GetSessionToken": func(ctx context.Context, s *STS) error {
			_, err := s.GetSessionToken(ctx, nil)
			return err
		},
		"GetCallerIdentity": func(ctx context.Context, s *STS) error {
			_, err := s.GetCallerIdentity(ctx, nil)
			return err
		},
	} {
		script := &stsScript{answers: []stsReply{{status: 200, body: "<" + action + "Response/>"}}}
		require.ErrorIs(t, call(t.Context(), newTestSTS(t, script)), ErrMalformedAnswer, action)
	}
}

// A request that was refused for its time is signed anew, with the server's.
func TestSTSClockSkew(t *testing.T) {
	ahead := stsNow.Add(time.Hour)
	var dates []string
	s := newTestSTS(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		dates = append(dates, r.Header.Get("X-Amz-Date"))
		status, body := 403, stsErrorXML("RequestExpired", "")
		if len(dates) == 2 {
			status, body = 200, stsCredentialsXML("AssumeRole", 1, ahead.Add(time.Hour))
		}
		return &http.Response{
			StatusCode: status, Request: r, Header: http.Header{"Date": {ahead.Format(http.TimeFormat)}},
			ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}))
	_, err := s.AssumeRole(t.Context(), &AssumeRoleInput{})
	require.NoError(t, err)
	require.Equal(t, []string{"20261121T142015Z", "20261121T152015Z"}, dates)
	require.Equal(t, ahead, s.now(), "what expiries are compared with")
}

func TestSTSContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newTestSTS(t, roundTripper(func(*http.Request) (*http.Response, error) {
		cancel()
		return nil, errors.New("gone")
	}))
	_, err := s.AssumeRoleWithWebIdentity(ctx, webIdentity())
	require.ErrorIs(t, err, context.Canceled)
}

// No secret is seen, however something is printed.
func TestSTSRedacted(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: transport.LevelWire}))
	answer := strings.NewReplacer(">s<", ">"+swordfish+"<", ">t<", ">"+swordfish+"<").
		Replace(stsCredentialsXML("AssumeRoleWithWebIdentity", 1, stsNow.Add(time.Hour)))
	script := &stsScript{answers: []stsReply{{status: 503, body: stsErrorXML("ServiceUnavailable", swordfish)}, {status: 200, body: answer}}}
	s := newTestSTS(t, script, func(o *STSOptions) {
		o.Logger = logger
		o.Credentials = sigv4.Static(stsKey, swordfish, swordfish)
	})
	in := webIdentity()
	in.WebIdentityToken = swordfish
	out, err := s.AssumeRoleWithWebIdentity(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, swordfish, out.Credentials.SecretAccessKey)
	_, err = s.AssumeRole(t.Context(), &AssumeRoleInput{TokenCode: swordfish})
	require.ErrorIs(t, err, ErrMalformedAnswer)
	require.NotContains(t, err.Error(), swordfish)
	require.Contains(t, log.String(), `"service":"STS","operation":"AssumeRoleWithWebIdentity"`)
	require.NotContains(t, log.String(), swordfish)

	web, err := NewWebIdentityProvider(WebIdentityProviderOptions{STS: s, Token: tokenText(swordfish), RoleArn: "arn"})
	require.NoError(t, err)
	_, err = web.Retrieve(t.Context())
	require.NoError(t, err)
	assume, err := NewAssumeRoleProvider(AssumeRoleProviderOptions{STS: s})
	require.NoError(t, err)
	session, err := NewSessionTokenProvider(SessionTokenProviderOptions{STS: s})
	require.NoError(t, err)
	for _, v := range []any{
		*s, s.options, *web, *assume, *session, *in, *out,
		AssumeRoleInput{TokenCode: swordfish, ProvidedContexts: []ProvidedContext{{ContextAssertion: swordfish}}},
		AssumeRoleOutput{Credentials: out.Credentials},
		GetSessionTokenInput{TokenCode: swordfish},
		GetSessionTokenOutput{Credentials: out.Credentials},
		WebIdentityProviderOptions{STS: s},
		AssumeRoleProviderOptions{STS: s},
		SessionTokenProviderOptions{STS: s},
	} {
		hides(t, v)
	}
	require.Equal(t, "identity.STS(http://sts.example.com/, region us-east-1, form)", fmt.Sprint(s))
}

// Any bytes get through the form as they are.
func TestSTSFormEscaping(t *testing.T) {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	f := newForm("X")
	f.add("absent", "")
	f.set("empty", "")
	f.addInt("zero", 0)
	f.addInt("n", -7)
	f.set("v", string(all[:]))
	head, value, _ := strings.Cut(string(f), "&v=")
	require.Equal(t, "Action=X&Version=2011-06-15&empty=&n=-7", head)
	var decoded []byte
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c != '%' {
			require.Regexp(t, "[A-Za-z0-9_.~-]", string(c))
			decoded = append(decoded, c)
			continue
		}
		var b byte
		_, err := fmt.Sscanf(value[i:i+3], "%%%02X", &b)
		require.NoError(t, err)
		decoded = append(decoded, b)
		i += 2
	}
	require.Equal(t, all[:], decoded)
}
