package identity

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
)

func TestClientLogsIn(t *testing.T) {
	for _, v := range []Version{V3, V2} {
		s := newKeystoneServer()
		c := s.client(t, v)
		first := token(t, c)
		require.Equal(t, serverUser, first.User.ID)
		require.Equal(t, "demo", first.User.Name)
		require.Equal(t, serverProject, first.Project.ID)
		require.Same(t, first, token(t, c))
		require.Equal(t, 1, s.loginCount())
		at, err := c.Endpoint(t.Context(), ObjectStore)
		require.NoError(t, err)
		require.Equal(t, "https://swift.example.com/v1/AUTH_x", at)
		id, err := c.WebIdentityToken(t.Context())
		require.NoError(t, err)
		require.Equal(t, first.ID, id)

		again, err := c.IssueToken(t.Context(), TokenAuth{first.ID}, Scope{ProjectID: serverProject})
		require.NoError(t, err)
		require.NotEqual(t, first.ID, again.ID)
		require.Same(t, first, token(t, c), "what IssueToken brings is the caller's")
	}
}

func TestVersionIsFound(t *testing.T) {
	s := newKeystoneServer()
	for at, want := range map[string]Version{
		"https://keystone.example.com":       V3, // asked for
		"https://keystone.example.com/":      V3,
		"https://keystone.example.com/v3/":   V3,
		"https://keystone.example.com/v2.0":  V2,
		"https://keystone.example.com:35357": V2, // as the option says
	} {
		c := s.client(t, V3, func(o *Options) {
			o.AuthURL = at
			if strings.HasSuffix(at, "35357") {
				o.Version = V2
			}
		})
		token(t, c)
		b, ok := c.state().bases.peek()
		require.True(t, ok)
		require.Equal(t, want, b.version, at)
		require.Equal(t, "https", b.url.Scheme, "no link leads away from the host and the scheme that the caller named")
		require.Equal(t, "keystone.example.com", b.url.Hostname())
		versions, err := c.ListVersions(t.Context())
		require.NoError(t, err)
		require.Equal(t, []APIVersion{{"v2.0", "deprecated", "http://10.0.0.1:5000/v2.0/"}, {"v3.14", "stable", "http://10.0.0.1:5000/v3/"}}, versions)
	}
}

func TestVersionDocuments(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		at       string // where requests go; empty: ErrUnsupported or ErrMalformedAnswer
		err      error
	}{
		"wrapped":          {`{"versions":{"values":[{"id":"v3.8","links":[{"rel":"self","href":"https://keystone.example.com/identity/v3/"}]}]}}`, "https://keystone.example.com/identity/v3", nil},
		"not wrapped":      {`{"versions":[{"id":"v3.8"},{"id":"v2.0"}]}`, "https://keystone.example.com/v3", nil},
		"one":              {`{"version":{"id":"v3.14"}}`, "https://keystone.example.com/v3", nil},
		"v2.0 only":        {`{"versions":{"values":[{"id":"v2.0"}]}}`, "https://keystone.example.com/v2.0", nil},
		"elsewhere":        {`{"versions":[{"id":"v3.8","links":[{"rel":"self","href":"https://evil.example.net/v3/"}]}]}`, "https://keystone.example.com/v3", nil},
		"without TLS":      {`{"versions":[{"id":"v3.8","links":[{"rel":"self","href":"http://keystone.example.com/v3/"}]}]}`, "https://keystone.example.com/v3", nil},
		"nothing we know":  {`{"versions":[{"id":"v1.0"},{"id":"v4.1"}]}`, "", ErrUnsupported},
		"no versions":      {`{"versions":{}}`, "", ErrMalformedAnswer},
		"nameless version": {`{"versions":[{"status":"stable"}]}`, "", ErrMalformedAnswer},
		"HTML":             {`<html>`, "", ErrMalformedAnswer},
		"truncated":        {`{"versions":{"values":[{"id":"v3`, "", ErrMalformedAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			s := newKeystoneServer()
			var asked []string
			s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodGet {
					w.WriteHeader(http.StatusMultipleChoices)
					_, _ = io.WriteString(w, c.document)
					return true
				}
				asked = append(asked, r.URL.Scheme+"://"+r.URL.Host+strings.TrimSuffix(strings.TrimSuffix(r.URL.Path, "/tokens"), "/auth"))
				return false
			}
			client := s.client(t, V3, func(o *Options) { o.AuthURL = "https://keystone.example.com" })
			_, err := client.Token(t.Context())
			if c.err != nil {
				require.ErrorIs(t, err, c.err)
				require.Empty(t, asked, "no password was sent")
				return
			}
			require.Equal(t, []string{c.at}, asked)
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := PasswordAuth{Username: "u", Password: "p"}
	for want, o := range map[string]Options{
		"AuthURL is missing":                       {Auth: good},
		"AuthURL is not a URL":                     {AuthURL: "https://user:hunter2@[", Auth: good},
		"scheme http or https":                     {AuthURL: "keystone.example.com/v3", Auth: good},
		"has no host":                              {AuthURL: "https:///v3", Auth: good},
		"holds a user name":                        {AuthURL: "https://u:hunter2@h/v3", Auth: good},
		"has a query":                              {AuthURL: "https://h/v3?x", Auth: good},
		`Version is "v4"`:                          {AuthURL: "https://h", Auth: good, Version: "v4"},
		"AuthURL is of v3":                         {AuthURL: "https://h/v3", Auth: good, Version: V2},
		"without /auth/tokens":                     {AuthURL: "https://h/v3/auth/tokens", Auth: good},
		"without /tokens":                          {AuthURL: "https://h/v2.0/tokens", Auth: good},
		`Interface is "private"`:                   {AuthURL: "https://h", Auth: good, Interface: "privateURL"},
		"RefreshBefore is negative":                {AuthURL: "https://h", Auth: good, RefreshBefore: -1},
		"Auth is missing":                          {AuthURL: "https://h"},
		"UserID or Username is missing":            {AuthURL: "https://h", Auth: PasswordAuth{Password: "p"}},
		"UserID and Username exclude":              {AuthURL: "https://h", Auth: PasswordAuth{UserID: "i", Username: "u", Password: "p"}},
		"UserID needs no user domain":              {AuthURL: "https://h", Auth: PasswordAuth{UserID: "i", UserDomainID: "d", Password: "p"}},
		"UserDomainID and UserDomainName":          {AuthURL: "https://h", Auth: PasswordAuth{Username: "u", UserDomainID: "d", UserDomainName: "n", Password: "p"}},
		"Password is missing":                      {AuthURL: "https://h", Auth: PasswordAuth{Username: "u"}},
		"Token is missing":                         {AuthURL: "https://h", Auth: TokenAuth{}},
		"Secret is missing":                        {AuthURL: "https://h", Auth: ApplicationCredentialAuth{ID: "i"}},
		"ID or Name of the application credential": {AuthURL: "https://h", Auth: ApplicationCredentialAuth{Secret: "s"}},
		"ID and Name of the application":           {AuthURL: "https://h", Auth: ApplicationCredentialAuth{Secret: "s", ID: "i", Name: "n"}},
		"ID needs no user":                         {AuthURL: "https://h", Auth: ApplicationCredentialAuth{Secret: "s", ID: "i", UserID: "u"}},
		"no Scope goes with it":                    {AuthURL: "https://h", Auth: ApplicationCredentialAuth{Secret: "s", ID: "i"}, Scope: Scope{ProjectID: "p"}},
		"ProjectID and ProjectName exclude":        {AuthURL: "https://h", Auth: good, Scope: Scope{ProjectID: "i", ProjectName: "n"}},
		"ProjectDomainID and ProjectDomainName":    {AuthURL: "https://h", Auth: good, Scope: Scope{ProjectName: "n", ProjectDomainID: "i", ProjectDomainName: "n"}},
		"a project domain is for a ProjectName":    {AuthURL: "https://h", Auth: good, Scope: Scope{ProjectID: "i", ProjectDomainID: "i"}},
		"DomainID and DomainName exclude":          {AuthURL: "https://h", Auth: good, Scope: Scope{DomainID: "i", DomainName: "n"}},
		"one of a project, a domain":               {AuthURL: "https://h", Auth: good, Scope: Scope{ProjectID: "i", System: true}},
		"TLSConfig is for the default":             {AuthURL: "https://h", Auth: good, HTTPOptions: HTTPOptions{HTTPClient: http.DefaultClient, TLSConfig: new(tls.Config)}},
		"v2.0: user domains":                       {AuthURL: "https://h/v2.0", Auth: PasswordAuth{Username: "u", UserDomainID: "d", Password: "p"}},
		"v2.0: application credentials":            {AuthURL: "https://h/v2.0", Auth: ApplicationCredentialAuth{Secret: "s", ID: "i"}},
		"v2.0: project domains":                    {AuthURL: "https://h/v2.0", Auth: good, Scope: Scope{ProjectName: "n", ProjectDomainID: "d"}},
		"v2.0: a scope of a domain":                {AuthURL: "https://h/v2.0", Auth: good, Scope: Scope{DomainID: "d"}},
		"v2.0: a scope of the system":              {AuthURL: "https://h", Version: V2, Auth: good, Scope: Scope{System: true}},
	} {
		_, err := New(o)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter2")
		if strings.HasPrefix(want, "v2.0") {
			require.ErrorIs(t, err, ErrUnsupported)
		}
	}
}

func TestLoginDocuments(t *testing.T) {
	for want, l := range map[string]struct {
		auth  Auth
		scope Scope
	}{
		`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"p"}}}}}`:                                                                                       {PasswordAuth{UserID: "u1", Password: "p"}, Scope{}},
		`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"u","domain":{"id":"default"},"password":"p"}}},"scope":{"project":{"name":"n","domain":{"id":"default"}}}}}`: {PasswordAuth{Username: "u", Password: "p"}, Scope{ProjectName: "n"}},
		`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"u","domain":{"name":"D"},"password":"p"}}},"scope":{"project":{"name":"n","domain":{"id":"e"}}}}}`:           {PasswordAuth{Username: "u", UserDomainName: "D", Password: "p"}, Scope{ProjectName: "n", ProjectDomainID: "e"}},
		`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"p"}}},"scope":{"project":{"name":"n","domain":{"id":"default"}}}}}`:                            {PasswordAuth{UserID: "u1", Password: "p"}, Scope{ProjectName: "n"}},
		`{"auth":{"identity":{"methods":["token"],"token":{"id":"t"}},"scope":{"domain":{"name":"D"}}}}`:                                                                                      {TokenAuth{"t"}, Scope{DomainName: "D"}},
		`{"auth":{"identity":{"methods":["token"],"token":{"id":"t"}},"scope":{"system":{"all":true}}}}`:                                                                                      {TokenAuth{"t"}, Scope{System: true}},
		`{"auth":{"identity":{"methods":["token"],"token":{"id":"t"}},"scope":"unscoped"}}`:                                                                                                   {TokenAuth{"t"}, Scope{Unscoped: true}},
		`{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"a","secret":"s"}}}}`:                                                                       {ApplicationCredentialAuth{ID: "a", Secret: "s"}, Scope{}},
		`{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"name":"n","user":{"name":"u","domain":{"id":"default"}},"secret":"s"}}}}`:                       {ApplicationCredentialAuth{Name: "n", Username: "u", Secret: "s"}, Scope{}},
	} {
		s := newKeystoneServer()
		var got string
		s.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
			b, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			got = string(b)
			r.Body = io.NopCloser(strings.NewReader(got))
			return false
		}
		_, _ = s.client(t, V3).IssueToken(t.Context(), l.auth, l.scope)
		require.Equal(t, want, got)
	}
}

func TestTokenIsReplacedBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeystoneServer()
		s.took = 200 * time.Millisecond
		c := s.client(t, V3)
		token(t, c)
		for range 600 { // 10 hours
			time.Sleep(time.Minute)
			before := time.Now()
			got := token(t, c)
			require.Zero(t, time.Since(before), "nobody waits for a refresh")
			require.False(t, got.Expired(time.Now()))
		}
		require.InDelta(t, 11, s.loginCount(), 2)
		time.Sleep(time.Minute)
	})
}

func TestClockSkewDoesNotMatter(t *testing.T) {
	for _, skew := range []time.Duration{-26 * time.Hour, -90 * time.Minute, 90 * time.Minute, 26 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := newKeystoneServer()
			s.skew = skew
			c := s.client(t, V3)
			for range 180 { // three hours
				_, err := c.ListEC2Credentials(t.Context(), nil)
				require.NoError(t, err)
				time.Sleep(time.Minute)
			}
			synctest.Wait()
			require.InDelta(t, 4, s.loginCount(), 1, "by a clock that is %v off", skew)
		})
	}
}

func TestRevokedTokenIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeystoneServer()
		s.took = 50 * time.Millisecond
		c := s.client(t, V3)
		token(t, c)
		for round := range 3 {
			s.revoke()
			var wg sync.WaitGroup
			for range 300 {
				wg.Go(func() {
					if _, err := c.ListEC2Credentials(t.Context(), nil); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			require.Equal(t, round+2, s.loginCount(), "hundreds of refusals are one login")
		}
	})
}

func TestSecondRefusalIsAnError(t *testing.T) {
	s := newKeystoneServer()
	c := s.client(t, V3)
	s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			return false
		}
		refuse(w, http.StatusUnauthorized, "never")
		return true
	}
	_, err := c.ListEC2Credentials(t.Context(), nil)
	require.ErrorIs(t, err, ErrUnauthorized)
	require.Equal(t, 2, s.loginCount(), "one login more than the first")
}

func TestErrorNamesItAll(t *testing.T) {
	s := newKeystoneServer()
	c := s.client(t, V3, func(o *Options) { o.Auth = PasswordAuth{Username: "demo", Password: "hunter2"} })
	_, err := c.Token(t.Context())
	require.EqualError(t, err, `operation error Keystone: IssueToken, http response error StatusCode: 401, Unauthorized: The request you have made requires authentication. (user "demo", project "84c9e9a51aea402e95389c08ac562ac5", status 401, request id "req-1")`)
	require.ErrorIs(t, err, ErrUnauthorized)
	require.ErrorIs(t, err, Code("Unauthorized"))
	require.ErrorIs(t, err, fs.ErrPermission)
	require.NotErrorIs(t, err, ErrForbidden)
	var (
		operation *smithy.OperationError
		response  *smithyhttp.ResponseError
		api       smithy.APIError
		e         *Error
	)
	require.ErrorAs(t, err, &operation)
	require.Equal(t, "Keystone", operation.ServiceID)
	require.ErrorAs(t, err, &response)
	require.Equal(t, http.StatusUnauthorized, response.HTTPStatusCode())
	require.ErrorAs(t, err, &api)
	require.Equal(t, smithy.FaultClient, api.ErrorFault())
	require.ErrorAs(t, err, &e)
	require.Equal(t, "Unauthorized", e.ErrorCode())
	require.Equal(t, "The request you have made requires authentication.", e.ErrorMessage())
	require.Equal(t, http.StatusUnauthorized, e.HTTPStatusCode())
	require.Equal(t, smithy.FaultServer, (&Error{StatusCode: 502}).ErrorFault())
	require.Equal(t, smithy.FaultUnknown, (&Error{StatusCode: 300}).ErrorFault())
}

// What else may come back, from Keystone or from what is in front of it.
func TestStrangeAnswers(t *testing.T) {
	long := strings.Repeat("very ", 1000)
	for name, c := range map[string]struct {
		status   int
		kind     string
		header   http.Header
		document string
		is       error
		code     string
		says     string
	}{
		"HTML refusal":         {403, "text/html", nil, "<html><h1>Forbidden by proxy</h1></html>", ErrForbidden, "Forbidden", "no JSON but 40 bytes of text/html"},
		"HTML success":         {201, "text/html", nil, "<html>Log in first</html>", ErrMalformedAnswer, "Created", "no JSON as the API has it (25 bytes, text/html): syntax error at byte 1"},
		"empty success":        {201, "", nil, "", ErrMalformedAnswer, "Created", "nothing said of its type"},
		"truncated":            {201, "application/json", http.Header{"X-Subject-Token": {"t"}}, `{"token":{"expires_at":"2030-`, ErrMalformedAnswer, "Created", "syntax error at byte"},
		"of another type":      {201, "application/json", http.Header{"X-Subject-Token": {"t"}}, `{"token":{"user":"swordfish"}}`, ErrMalformedAnswer, "Created", "token.user is of another type"},
		"no token":             {201, "application/json", nil, `{"token":{}}`, ErrMalformedAnswer, "Created", "no X-Subject-Token"},
		"no expiry":            {201, "application/json", http.Header{"X-Subject-Token": {"t"}}, `{"token":{}}`, ErrMalformedAnswer, "Created", "no expires_at"},
		"unreadable expiry":    {201, "application/json", http.Header{"X-Subject-Token": {"t"}}, `{"token":{"expires_at":"tomorrow"}}`, ErrMalformedAnswer, "Created", "no expires_at"},
		"a portal's page":      {200, "text/html", nil, "<html>Log in first</html>", ErrMalformedAnswer, "OK", "no JSON but 25 bytes of text/html"},
		"unexpected success":   {204, "", nil, "", nil, "NoContent", "status 204"},
		"multiple choices":     {300, "application/json", nil, `{"versions":{"values":[{"id":"v3.14"}]}}`, ErrMultipleChoices, "MultipleChoices", "AuthURL names no version of the API; there are v3.14"},
		"redirect":             {302, "text/html", http.Header{"Location": {"https://sso.example.com/login?state=swordfish"}}, "", nil, "Found", "the server moves on to https://sso.example.com/login ("},
		"old form":             {401, "application/json", nil, `{"unauthorized":{"code":401,"message":"Bad\ncredentials"}}`, ErrUnauthorized, "Unauthorized", "Bad credentials"},
		"unknown status":       {499, "", nil, "", nil, "Status499", "status 499"},
		"long message":         {400, "application/json", nil, `{"error":{"message":"` + long + `","title":"Bad Request"}}`, nil, "BadRequest", "very..."},
		"JSON of no use":       {400, "application/json", nil, `{"a":1,"b":2}`, nil, "BadRequest", "status 400"},
		"conflict":             {409, "application/json", nil, `{"error":{"message":"twice","title":"Conflict"}}`, ErrConflict, "Conflict", "twice"},
		"unavailable for long": {503, "text/plain", nil, "down for maintenance", nil, "ServiceUnavailable", "after 4 attempts"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newKeystoneServer()
			s.intercept = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Type", c.kind)
				for k, v := range c.header {
					w.Header()[k] = v
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.document)
				return true
			}
			_, err := s.client(t, V3).Token(t.Context())
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.status, e.StatusCode)
			require.Equal(t, c.code, e.Code)
			require.ErrorContains(t, err, c.says)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			require.NotContains(t, err.Error(), "swordfish")
			require.NotContains(t, err.Error(), "\n")
			require.Less(t, len(err.Error()), 900)
		})
	}
	for document, says := range map[string]string{
		`{"access":{"token":{"expires":"2030-01-01T00:00:00Z"}}}`: "no access.token.id",
		`{"access":{"token":{"id":"t"}}}`:                         "no access.token.expires",
		`{"access":[]}`:                                           "of another type",
	} {
		s := newKeystoneServer()
		s.intercept = func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = io.WriteString(w, document)
			return true
		}
		_, err := s.client(t, V2).Token(t.Context())
		require.ErrorIs(t, err, ErrMalformedAnswer)
		require.ErrorContains(t, err, says)
	}
}

func TestUnreachableServer(t *testing.T) {
	s := newKeystoneServer()
	down := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	c := s.client(t, V3, func(o *Options) {
		o.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, down })}
	})
	_, err := c.Token(t.Context())
	require.ErrorIs(t, err, down)
	require.ErrorContains(t, err, "Keystone: IssueToken")
	require.ErrorContains(t, err, "no answer from keystone.example.com")
	require.ErrorIs(t, err, ErrNoAnswer)
}

func TestSlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeystoneServer()
		s.took = time.Hour
		c := s.client(t, V3, func(o *Options) { o.Timeout = 5 * time.Second; o.MaxAttempts = 2 })
		began := time.Now()
		_, err := c.Token(t.Context())
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())
		require.InDelta(t, 10, time.Since(began).Seconds(), 1)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		_, err = c.Token(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(began))

		// By default each attempt has 30 seconds.
		c = s.client(t, V3, func(o *Options) { o.MaxAttempts = -1 })
		began = time.Now()
		_, err = c.Token(t.Context())
		require.Error(t, err)
		require.Equal(t, DefaultTimeout, time.Since(began))
	})
}

func TestValidateRevokeClose(t *testing.T) {
	s := newKeystoneServer()
	c := s.client(t, V3)
	mine := token(t, c)
	seen, err := c.ValidateToken(t.Context(), mine.ID)
	require.NoError(t, err)
	require.Equal(t, mine.ID, seen.ID)
	require.Equal(t, serverUser, seen.User.ID)
	require.NoError(t, c.RevokeToken(t.Context(), mine.ID))
	require.NotEqual(t, mine.ID, token(t, c).ID)
	_, err = c.ValidateToken(t.Context(), mine.ID)
	require.ErrorIs(t, err, ErrNotFound)
	require.ErrorContains(t, c.RevokeToken(t.Context(), ""), "token is missing")

	last := token(t, c)
	require.NoError(t, c.Close(t.Context()))
	require.True(t, s.dead[string(last.ID)])
	calls := s.calls
	require.NoError(t, c.Close(t.Context()))
	require.Equal(t, calls, s.calls, "there is nothing to revoke")

	old := s.client(t, V2)
	mine = token(t, old)
	_, err = old.ValidateToken(t.Context(), mine.ID)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorIs(t, old.RevokeToken(t.Context(), mine.ID), ErrUnsupported)
	require.NoError(t, old.Close(t.Context()))
}

func TestUserAgentAndTimeoutOfTheCallersClient(t *testing.T) {
	s := newKeystoneServer()
	var agent string
	s.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		agent = r.UserAgent()
		return false
	}
	hc := &http.Client{Transport: s, Timeout: time.Minute}
	c := s.client(t, V3, func(o *Options) { o.HTTPClient, o.UserAgent = hc, "app/1" })
	token(t, c)
	require.True(t, strings.HasPrefix(agent, "stowage-go/"))
	require.True(t, strings.HasSuffix(agent, " app/1"))
	require.Equal(t, time.Minute, c.state().conn.pipeline.HTTP.Timeout)
	require.Nil(t, hc.CheckRedirect, "the caller's client is not changed")
}

// A caller whose context ends while the login is under way learns of what that was.
func TestTokenOfAnEndedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newKeystoneServer()
		s.took = 10 * time.Second
		c := s.client(t, V3)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Token(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var operation *smithy.OperationError
		require.ErrorAs(t, err, &operation)
		require.Equal(t, "IssueToken", operation.OperationName)
	})
}
