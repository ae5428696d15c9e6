package swifttest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

// One fresh token and one replay, whoever ended the first.
func TestTokens(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set, func(o *swifttest.Options) { o.TokenLifetime = time.Hour })
	c := s.Client()
	head := func(c *swift.Client) error {
		_, err := c.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
		return err
	}
	s.Expect("HeadContainer")
	require.NoError(t, head(c))
	s.RevokeTokens()
	s.Expect("HeadContainer", "HeadContainer")
	require.NoError(t, head(c))
	now.pass(2 * time.Hour)
	s.Expect("HeadContainer", "HeadContainer")
	require.NoError(t, head(c))

	auth, err := swift.NewTempAuth(s.TempAuth())
	require.NoError(t, err)
	c = s.Client(func(o *swift.Options) { o.Auth = auth })
	s.Expect("TempAuth", "HeadContainer")
	require.NoError(t, head(c))
	s.RevokeTokens()
	s.Expect("HeadContainer", "TempAuth", "HeadContainer")
	require.NoError(t, head(c))
	now.pass(2 * time.Hour) // which the client knows of
	s.Expect("TempAuth", "HeadContainer")
	require.NoError(t, head(c))
	require.Empty(t, s.Outstanding())
	for _, r := range s.Requests() {
		require.Empty(t, r.Header.Get("X-Auth-Token")+r.Header.Get("X-Auth-Key"))
	}

	o := s.TempAuth()
	o.Key = "wrong"
	auth, err = swift.NewTempAuth(o)
	require.NoError(t, err)
	s.Expect("TempAuth")
	require.ErrorIs(t, head(s.Client(func(o *swift.Options) { o.Auth = auth })), swift.ErrUnauthorized)
	s.Expect("TempAuth", "HeadContainer")
	resp, _ := send(t, s, "GET", s.URL+"/auth/v1.0/", "", "X-Storage-User", "test:tester", "X-Storage-Pass", string(s.TempAuth().Key))
	require.Equal(t, "3600", resp.Header.Get("X-Auth-Token-Expires"))
	resp, _ = send(t, s, "HEAD", s.StorageURL()+"/c", "", "X-Storage-Token", resp.Header.Get("X-Storage-Token"))
	require.Equal(t, 204, resp.StatusCode)
}

// What is let in without a token, and what of others' is not.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "o", []byte("public"))
	_, _ = raw(t, s, "POST", "/c", "", "X-Container-Read", ".r:*", "X-Container-Meta-Temp-Url-Key", "key")
	for request, want := range map[string]int{
		"GET /c/o": 200, "HEAD /c/o": 200, "GET /c": 401, "HEAD /c": 401, "PUT /c/o": 401, "GET /": 401, "GET /none/o": 401,
	} {
		method, path, _ := strings.Cut(request, " ")
		resp, body := send(t, s, method, s.StorageURL()+path, "")
		require.Equal(t, want, resp.StatusCode, request)
		if want == 401 && method == "GET" {
			require.Equal(t, `Swift realm="AUTH_test"`, resp.Header.Get("Www-Authenticate"))
			require.Equal(t, "<html><h1>Unauthorized</h1><p>This server could not verify that you are authorized to access the document you requested.</p></html>", body)
		}
	}
	_, _ = raw(t, s, "POST", "/c", "", "X-Container-Read", ".r:*,.rlistings")
	resp, body := send(t, s, "GET", s.StorageURL()+"/c", "", "X-Auth-Token", "unknown")
	require.Equal(t, "200 o\n", fmt.Sprint(resp.StatusCode, " ", body))
	require.Empty(t, resp.Header.Get("X-Container-Read")+resp.Header.Get("X-Container-Meta-Temp-Url-Key"), "the owner's alone")
	resp, _ = raw(t, s, "HEAD", "/c", "")
	require.Equal(t, "key", resp.Header.Get("X-Container-Meta-Temp-Url-Key"))
	resp, _ = raw(t, s, "GET", "-other/c", "")
	require.Equal(t, 403, resp.StatusCode)
	resp, _ = send(t, s, "GET", s.URL+"/elsewhere", "")
	require.Equal(t, 501, resp.StatusCode)
	resp, body = send(t, s, "GET", s.URL+"/healthcheck", "")
	require.Equal(t, "200 OK", fmt.Sprint(resp.StatusCode, " ", body))

	// Some look at each path first, and tell of it.
	_, body = send(t, s, "POST", s.StorageURL()+"?bulk-delete", "c/o", "X-Auth-Token", "unknown")
	require.Contains(t, body, "Response Status: 400 Bad Request\nErrors:\nc/o, 401 Unauthorized\n")
	resp, body = send(t, s, "PUT", s.StorageURL()+"/c/slo?multipart-manifest=put", `[{"path":"c/o"}]`, "Accept", "application/json")
	require.Equal(t, `400 {"Errors":[["c/o","401 Unauthorized"]]}`, fmt.Sprint(resp.StatusCode, " ", body))
	require.Equal(t, []string{"o"}, s.Names("c"))
}

func TestKeystone(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one, func(o *swifttest.Options) { o.User, o.Key = "demo:alice", "secret" })
	options := func(fns ...func(*identity.Options)) *identity.Client {
		o := identity.Options{
			AuthURL: s.URL, Auth: identity.PasswordAuth{Username: "alice", Password: "secret"}, Scope: identity.Scope{ProjectName: "demo"},
		}
		o.HTTPClient = s.HTTPClient()
		k, err := identity.New(o, fns...)
		require.NoError(t, err)
		return k
	}
	k := options()
	c := s.Client(func(o *swift.Options) { o.Auth = k })
	s.Expect("ListVersions", "IssueToken", "HeadContainer")
	_, err := c.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
	require.NoError(t, err)
	token, err := k.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "demo", token.Project.Name)
	require.Equal(t, "alice", token.User.Name)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), token.ExpiresAt, time.Minute)

	s.Expect("ListVersions", "ValidateToken", "RevokeToken", "IssueToken", "HeadContainer")
	other := options(func(o *identity.Options) {
		o.Auth, o.Scope = identity.TokenAuth{Token: token.ID}, identity.Scope{Unscoped: true}
		o.AuthURL = s.IdentityURL()
	})
	resp, body := send(t, s, "GET", s.URL+"/v3", "")
	require.Equal(t, 200, resp.StatusCode)
	require.Contains(t, body, `"id":"v3.14"`)
	resp, body = send(t, s, "GET", s.IdentityURL()+"/auth/tokens", "", "X-Auth-Token", string(token.ID), "X-Subject-Token", string(token.ID))
	require.Equal(t, 200, resp.StatusCode)
	require.Contains(t, body, s.StorageURL())
	require.NoError(t, k.RevokeToken(t.Context(), token.ID))
	_, err = c.HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "c"})
	require.NoError(t, err)

	s.Expect("IssueToken")
	_, err = other.Token(t.Context())
	require.ErrorContains(t, err, "requires authentication", "the token was revoked")
	s.Expect("IssueToken", "HeadContainer")
	fresh, err := k.Token(t.Context())
	require.NoError(t, err)
	unscoped := options(func(o *identity.Options) {
		o.AuthURL, o.Auth, o.Scope = s.IdentityURL(), identity.TokenAuth{Token: fresh.ID}, identity.Scope{Unscoped: true}
	})
	token, err = unscoped.Token(t.Context())
	require.NoError(t, err)
	require.Empty(t, token.Catalog)
	resp, _ = send(t, s, "HEAD", s.StorageURL()+"/c", "", "X-Auth-Token", string(token.ID))
	require.Equal(t, 403, resp.StatusCode)

	for name, change := range map[string]func(*identity.Options){
		"password": func(o *identity.Options) { o.Auth = identity.PasswordAuth{Username: "alice", Password: "wrong"} },
		"user":     func(o *identity.Options) { o.Auth = identity.PasswordAuth{UserID: "user-bob", Password: "secret"} },
		"domain": func(o *identity.Options) {
			o.Auth = identity.PasswordAuth{Username: "alice", Password: "secret", UserDomainName: "Other"}
		},
		"project": func(o *identity.Options) { o.Scope = identity.Scope{ProjectID: "other"} },
		"scope":   func(o *identity.Options) { o.Scope = identity.Scope{DomainName: "Default"} },
		"method": func(o *identity.Options) {
			o.Auth, o.Scope = identity.ApplicationCredentialAuth{ID: "a", Secret: "b"}, identity.Scope{}
		},
	} {
		s.Expect("IssueToken")
		_, err := options(func(o *identity.Options) { o.AuthURL = s.IdentityURL() }, change).Token(t.Context())
		require.ErrorIs(t, err, identity.ErrUnauthorized, name)
	}
	s.Expect("IssueToken", "CheckToken", "RevokeToken")
	resp, _ = send(t, s, "POST", s.IdentityURL()+"/auth/tokens", "{}")
	require.Equal(t, 400, resp.StatusCode)
	resp, _ = send(t, s, "HEAD", s.IdentityURL()+"/auth/tokens", "", "X-Auth-Token", "unknown")
	require.Equal(t, 401, resp.StatusCode)
	resp, _ = send(t, s, "DELETE", s.IdentityURL()+"/auth/tokens", "", "X-Auth-Token", string(fresh.ID), "X-Subject-Token", "unknown")
	require.Equal(t, 404, resp.StatusCode)
}

// A PUT that does not say where its body ends is refused; an empty one, and one in chunks, says so.
func TestLengthRequired(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	token, _, err := s.Options().Auth.Authenticate(t.Context())
	require.NoError(t, err)
	for _, row := range []struct {
		path, rest string
		want       int
	}{
		{"/c/o", "\r\n", 411},
		{"/c/o?multipart-manifest=put", "\r\n", 411},
		{"/c/o", "Content-Length: 0\r\n\r\n", 201},
		{"/c/o", "Content-Length: 2\r\n\r\nhi", 201},
		{"/c/o", "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 201},
		{"/c/copy", "X-Copy-From: c/o\r\n\r\n", 201},
		{"/new", "\r\n", 201},
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "PUT /v1/AUTH_test%s HTTP/1.1\r\nHost: swift\r\nConnection: close\r\nX-Auth-Token: %s\r\n%s", row.path, token, row.rest)
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.NoError(t, conn.Close())
		require.Equal(t, row.want, resp.StatusCode, "%s %s", row.path, body)
		if row.want == 411 {
			require.Equal(t, "Missing Content-Length header.", string(body))
		}
	}
}
