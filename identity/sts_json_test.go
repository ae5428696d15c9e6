package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kakaoServer answers as KakaoCloud's documentation says ("Temporary credentials"), and
// refuses what it does not say.
type kakaoServer struct {
	*httptest.Server

	mu     sync.Mutex
	tokens map[string]bool // that are good
	issued int
	life   time.Duration // where none is asked for
}

func startKakao(t *testing.T, tokens ...string) *kakaoServer {
	s := &kakaoServer{tokens: make(map[string]bool), life: time.Hour}
	for _, token := range tokens {
		s.tokens[token] = true
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *kakaoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	refuse := func(status int) { w.WriteHeader(status) } // the document prints no body
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/" || r.URL.RawQuery != "" || r.URL.ForceQuery ||
		kind != "application/json" || r.Header.Get("Accept") != "*/*" {
		refuse(http.StatusBadRequest)
		return
	}
	var in struct {
		Action           string
		DurationSeconds  *int
		ProviderID       *string `json:"ProviderId"`
		WebIdentityToken string
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if d.Decode(&in) != nil || d.More() ||
		in.Action != "AssumeRoleWithWebIdentity" ||
		in.DurationSeconds != nil && *in.DurationSeconds <= 0 ||
		in.ProviderID != nil && *in.ProviderID != "iam.kakaocloud.com" ||
		in.WebIdentityToken == "" {
		refuse(http.StatusBadRequest)
		return
	}
	if !s.tokens[in.WebIdentityToken] {
		refuse(http.StatusForbidden)
		return
	}
	life := s.life
	if in.DurationSeconds != nil {
		life = time.Duration(*in.DurationSeconds) * time.Second
	}
	s.issued++
	fmt.Fprintf(w, `<AssumeRoleWithWebIdentityResponse>
<AssumeRoleWithWebIdentityResult>
<SubjectFromWebIdentityToken>a1b2c3</SubjectFromWebIdentityToken>
<Credentials>
<SessionToken>session token %[1]d</SessionToken>
<SecretAccessKey>session secret</SecretAccessKey>
<Expiration>%[2]s</Expiration>
<AccessKeyId>KEY%[1]d</AccessKeyId>
</Credentials>
<Provider>iam.kakaocloud.com</Provider>
</AssumeRoleWithWebIdentityResult>
<ResponseMetadata>
<RequestId>tx1</RequestId>
</ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`, s.issued, time.Now().Add(life).UTC().Format(time.RFC3339Nano))
}

func (s *kakaoServer) client(t *testing.T, fns ...func(*STSOptions)) *STS {
	c, err := NewSTS(STSOptions{Endpoint: s.URL, Dialect: STSJSON, HTTPOptions: HTTPOptions{HTTPClient: s.Client()}}, fns...)
	require.NoError(t, err)
	return c
}

func TestKakaoCloud(t *testing.T) {
	server := startKakao(t, "token+of/keystone==")
	client := server.client(t)
	out, err := client.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{WebIdentityToken: "token+of/keystone=="})
	require.NoError(t, err)
	require.Equal(t, "a1b2c3", out.SubjectFromWebIdentityToken)
	require.WithinDuration(t, time.Now().Add(time.Hour), out.Credentials.Expires, time.Minute)

	out, err = client.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{
		DurationSeconds: 1800, ProviderId: "iam.kakaocloud.com", WebIdentityToken: "token+of/keystone==",
	})
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(30*time.Minute), out.Credentials.Expires, time.Minute)

	_, err = client.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{WebIdentityToken: "revoked"})
	require.ErrorIs(t, err, ErrForbidden)
	require.Equal(t, "Forbidden", asSTSError(t, err).Code)

	_, err = client.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{ProviderId: "other", WebIdentityToken: "token+of/keystone=="})
	require.ErrorIs(t, err, Code("BadRequest"))
	require.Equal(t, 400, asSTSError(t, err).StatusCode)
}

// The server refuses what the document forbids, so that what it takes from the client
// counts.
func TestKakaoCloudRefuses(t *testing.T) {
	server := startKakao(t, "good")
	for name, test := range map[string]struct {
		change func(*http.Request) *http.Request
		status int
	}{
		"nothing":          {func(r *http.Request) *http.Request { return r }, 200},
		"another action":   {replaced(`"AssumeRoleWithWebIdentity"`, `"AssumeRole"`), 400},
		"another provider": {replaced(`iam.kakaocloud.com`, `accounts.example.com`), 400},
		"another member":   {replaced(`{"Action"`, `{"RoleArn":"arn","Action"`), 400},
		"no token":         {replaced(`,"WebIdentityToken":"good"`, ``), 400},
		"an empty token":   {replaced(`"good"`, `""`), 400},
		"a bad token":      {replaced(`"good"`, `"bad"`), 403},
		"not JSON":         {replaced(`{`, ``), 400},
		"a query": {func(r *http.Request) *http.Request {
			r.URL.RawQuery = "Action=AssumeRoleWithWebIdentity"
			return r
		}, 400},
		"another path": {func(r *http.Request) *http.Request {
			r.URL.Path = "/sts"
			return r
		}, 400},
		"another method": {func(r *http.Request) *http.Request {
			r.Method = http.MethodPut
			return r
		}, 400},
		"another accept": {func(r *http.Request) *http.Request {
			r.Header.Set("Accept", "application/xml")
			return r
		}, 400},
		"a form": {func(r *http.Request) *http.Request {
			form := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "WebIdentityToken": {"good"}}.Encode()
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
			return r
		}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			client := server.client(t, func(o *STSOptions) {
				o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					return server.Client().Transport.RoundTrip(test.change(r.Clone(r.Context())))
				})}
			})
			_, err := client.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{WebIdentityToken: "good"})
			if test.status == 200 {
				require.NoError(t, err)
				return
			}
			require.Equal(t, test.status, asSTSError(t, err).StatusCode)
		})
	}
}

// The form dialect, sent to it by mistake, is refused as well.
func TestKakaoCloudTakesNoForm(t *testing.T) {
	server := startKakao(t, "good")
	client := server.client(t, func(o *STSOptions) { o.Dialect = STSForm })
	_, err := client.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{WebIdentityToken: "good"})
	require.ErrorIs(t, err, Code("BadRequest"))
}

// replaced changes the body.
func replaced(old, with string) func(*http.Request) *http.Request {
	return func(r *http.Request) *http.Request {
		body, _ := io.ReadAll(r.Body)
		text := strings.Replace(string(body), old, with, 1)
		if text == string(body) {
			panic("nothing was replaced in " + text)
		}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		return r
	}
}

// keystoneTokens stands in for a Client: a token that is kept until it is invalidated.
type keystoneTokens struct {
	mu          sync.Mutex
	tokens      []string // the first is the one held
	invalidated []string
	asked       int
	err         error
}

func (k *keystoneTokens) WebIdentityToken(context.Context) (Secret, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if len(k.tokens) == 0 {
		return "", k.err
	}
	return Secret(k.tokens[0]), nil
}

func (k *keystoneTokens) Invalidate(token string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.invalidated = append(k.invalidated, token)
	if len(k.tokens) > 0 && k.tokens[0] == token {
		k.tokens = k.tokens[1:]
	}
}

// A Keystone token that was revoked is replaced, and KakaoCloud asked again, once.
func TestKakaoCloudProvider(t *testing.T) {
	server := startKakao(t, "second")
	source := &keystoneTokens{tokens: []string{"first", "second"}}
	p, err := NewWebIdentityProvider(WebIdentityProviderOptions{STS: server.client(t), Token: source, DurationSeconds: 1800})
	require.NoError(t, err)
	for range 3 {
		creds, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, "KEY1", creds.AccessKeyID)
	}
	require.Equal(t, []string{"first"}, source.invalidated)
	require.Equal(t, 2, source.asked)
}
