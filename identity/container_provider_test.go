package identity

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

const (
	relativeURI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	fullURI     = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	tokenVar    = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
	tokenFile   = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
)

func tokenAt(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// As the guides of Amazon ECS ("Task IAM role") and EKS ("EKS Pod Identity") print them.
func TestContainerGoldens(t *testing.T) {
	t.Parallel()
	file := tokenAt(t, "eyJhbGciOiJSUzI1NiJ9.pod.signature\n")
	for name, set := range map[string]map[string]string{
		"container/ecs": {relativeURI: "/v2/credentials/89a0d1ea-7b1f-4d2b-9c0a-3f4e5d6c7b8a", fullURI: "http://127.0.0.1/other"},
		"container/eks": {fullURI: "http://169.254.170.23/v1/credentials", tokenFile: file, tokenVar: "other"},
	} {
		o := ContainerProviderOptions{Lookup: variablesOf(set)}
		o.HTTPClient = exchanges(t, name)
		o.Clock = func() time.Time { return time.Date(2017, 5, 17, 9, 9, 54, 0, time.UTC) }
		p, err := NewContainerProvider(o)
		require.NoError(t, err)
		for range 2 { // the second is from the cache
			got, err := p.Retrieve(t.Context())
			require.NoError(t, err)
			require.Equal(t, sigv4.Credentials{
				AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SessionToken: "token",
				Expires: time.Date(2017, 5, 17, 15, 9, 54, 0, time.UTC),
			}, got)
		}
	}

	o := ContainerProviderOptions{URI: "http://169.254.170.23/v1/credentials", AuthorizationTokenFile: file}
	o.HTTPClient = exchanges(t, "container/denied")
	p, err := NewContainerProvider(o)
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.ErrorIs(t, err, Code("AccessDeniedException"))
	require.ErrorContains(t, err, "No association found")
	require.False(t, isNotConfigured(err))
}

// agent is a container's agent that wants a token.
type agent struct {
	token  string
	life   time.Duration
	url    string // of the last request
	serial int
}

func (a *agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.url = "http://" + r.Host + r.URL.RequestURI()
	w.Header().Set("Content-Type", "application/json")
	if r.Header.Get("Authorization") != a.token {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"code":"InvalidAuthorization","message":"the token is not mine"}`)
		return
	}
	a.serial++
	fmt.Fprintf(w, `{"AccessKeyId":"ASIA%d","SecretAccessKey":"container-secret","Token":"container-token","Expiration":%q}`,
		a.serial, time.Now().Add(a.life).UTC().Format(time.RFC3339))
}

func (a *agent) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	a.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func (a *agent) provider(t *testing.T, o ContainerProviderOptions) *ContainerProvider {
	t.Helper()
	o.HTTPClient = &http.Client{Transport: a}
	p, err := NewContainerProvider(o)
	require.NoError(t, err)
	return p
}

func TestContainerEnvironment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		set   map[string]string
		o     ContainerProviderOptions
		token string // that the agent wants
		want  string // URL
		wrong string
	}{
		{name: "nothing", wrong: "not configured: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"},
		{name: "a token alone", set: map[string]string{tokenVar: "Basic abcd"}, wrong: "not configured"},
		{name: "relative", set: map[string]string{relativeURI: "/get-credentials?a=1"}, want: "http://169.254.170.2/get-credentials?a=1"},
		{name: "relative with a token", set: map[string]string{relativeURI: "/c", tokenVar: "Basic abcd"}, token: "Basic abcd", want: "http://169.254.170.2/c"},
		{name: "relative to another host", set: map[string]string{relativeURI: ".example.com/c"}, wrong: relativeURI + " does not begin with a slash"},
		{name: "full", set: map[string]string{fullURI: "http://localhost:8080/c/?a=1#b"}, want: "http://localhost:8080/c/?a=1"},
		{name: "full that is none", set: map[string]string{fullURI: "localhost:8080"}, wrong: fullURI + " needs the scheme http or https"},
		{name: "full to elsewhere", set: map[string]string{fullURI: "http://10.0.0.1/c"}, wrong: fullURI + ` is http to "10.0.0.1"`},
		{name: "token", set: map[string]string{fullURI: "http://127.0.0.1/c", tokenVar: "Basic abcd"}, token: "Basic abcd", want: "http://127.0.0.1/c"},
		{name: "no token", set: map[string]string{fullURI: "http://127.0.0.1/c"}, token: "Basic abcd", want: "http://127.0.0.1/c", wrong: "InvalidAuthorization: the token is not mine (status 401"},
		{
			name: "token of the options", set: map[string]string{fullURI: "http://127.0.0.1/c", tokenVar: "other"}, o: ContainerProviderOptions{AuthorizationToken: "mine"},
			token: "mine", want: "http://127.0.0.1/c",
		},
		{
			name: "file of the options", set: map[string]string{fullURI: "http://127.0.0.1/c", tokenVar: "other"},
			o: ContainerProviderOptions{AuthorizationToken: "other", AuthorizationTokenFile: tokenAt(t, " mine\r\n")}, token: "mine", want: "http://127.0.0.1/c",
		},
		{
			name: "no other's token", set: map[string]string{relativeURI: "/other", tokenVar: "other"}, o: ContainerProviderOptions{URI: "https://agent.example.com/c"},
			want: "http://agent.example.com/c",
		},
		{name: "two lines", set: map[string]string{fullURI: "http://127.0.0.1/c", tokenVar: "s3cret\r\nX-Other: 1"}, wrong: "authorization token: it holds a line's end"},
		{name: "two lines in a file", set: map[string]string{fullURI: "http://127.0.0.1/c", tokenFile: tokenAt(t, "s3cret\ns3cret")}, wrong: "authorization token: it holds a line's end"},
		{name: "empty file", set: map[string]string{fullURI: "http://127.0.0.1/c", tokenFile: tokenAt(t, "\n"), tokenVar: "other"}, wrong: "token is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := &agent{token: c.token, life: time.Hour}
			c.o.Lookup = variablesOf(c.set)
			got, err := a.provider(t, c.o).Retrieve(t.Context())
			require.Equal(t, c.want, a.url)
			if c.wrong == "" {
				require.NoError(t, err)
				require.Equal(t, "container-token", got.SessionToken)
				return
			}
			require.ErrorContains(t, err, "ContainerProvider: ")
			require.ErrorContains(t, err, c.wrong)
			require.NotContains(t, err.Error(), "s3cret")
			require.Equal(t, c.set[fullURI] == "" && c.set[relativeURI] == "", isNotConfigured(err))
		})
	}
}

func TestContainerURI(t *testing.T) {
	t.Parallel()
	for uri, wrong := range map[string]string{
		"https://agent.example.com/c?a=b":      "",
		"https://10.0.0.1/c":                   "",
		"http://127.0.0.1:80/c":                "",
		"http://127.5.5.5/c":                   "",
		"http://[::1]/c":                       "",
		"http://LOCALHOST/c":                   "",
		"http://169.254.170.2/c":               "",
		"http://169.254.170.23/c":              "",
		"http://[fd00:ec2::23]/c":              "",
		"http://[fd00:0ec2:0::0023]/c":         "",
		"http://169.254.170.24/c":              `identity: URI is http to "169.254.170.24"`,
		"http://169.254.169.254/c":             "plain http",
		"http://localhost.example.com/c":       "plain http",
		"http://127.0.0.1.example.com/c":       "plain http",
		"http://0.0.0.0/c":                     "plain http",
		"http://2130706433/c":                  "plain http",
		"http://[fe80::1]/c":                   "plain http",
		"http://agent.example.com@127.0.0.1/c": "holds a user name",
		"ftp://127.0.0.1/c":                    "needs the scheme http or https",
		"http:///c":                            "has no host",
		"/c":                                   "needs the scheme http or https",
		"http://127.0.0.1:s3cret/":             "is not a URL",
	} {
		_, err := NewContainerProvider(ContainerProviderOptions{URI: uri})
		if wrong == "" {
			require.NoError(t, err, uri)
			continue
		}
		require.ErrorContains(t, err, wrong, uri)
		require.NotContains(t, err.Error(), "s3cret")
	}
}

func TestContainerOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := NewContainerProvider(ContainerProviderOptions{RefreshBefore: -1})
	require.EqualError(t, err, "identity: RefreshBefore is negative")
	o := ContainerProviderOptions{}
	o.HTTPClient, o.TLSConfig = http.DefaultClient, linkLocalClient(nil).Transport.(*http.Transport).TLSClientConfig
	_, err = NewContainerProvider(o)
	require.ErrorContains(t, err, "TLSConfig is for the default HTTPClient")
}

func TestContainerTokenFileIsReadAnew(t *testing.T) {
	file := tokenAt(t, "one")
	synctest.Test(t, func(t *testing.T) {
		a := &agent{token: "one", life: time.Hour}
		p := a.provider(t, ContainerProviderOptions{URI: "http://127.0.0.1/c", AuthorizationTokenFile: file})
		one, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, []byte("two"), 0o600))
		a.token = "two"
		// Within its last minutes the old one is handed out while a new one is fetched.
		time.Sleep(56 * time.Minute)
		old, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, one, old)
		synctest.Wait()
		two, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, "ASIA2", two.AccessKeyID)
		// The agent is restarted: the old credentials hold on, and are then an error.
		require.NoError(t, os.Remove(file))
		time.Sleep(56 * time.Minute)
		old, err = p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, two, old)
		synctest.Wait()
		time.Sleep(5 * time.Minute)
		_, err = p.Retrieve(t.Context())
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.False(t, isNotConfigured(err))
	})
}

func TestContainerAnswers(t *testing.T) {
	t.Parallel()
	const keys = `"AccessKeyId":"ASIA","SecretAccessKey":"s3cret","Token":"t0ken"`
	for _, c := range []struct {
		status   int
		document string
		is       error
		wrong    string
	}{
		{200, `{` + keys + `}`, ErrMalformedAnswer, "no Expiration"},
		{200, `{` + keys + `,"Expiration":"soon"}`, ErrMalformedAnswer, "an Expiration that is no time"},
		{200, `{"AccessKeyId":"ASIA","SecretAccessKey":"s3cret`, ErrMalformedAnswer, "no JSON"},
		{200, `{"AccessKeyId":"ASIA","Expiration":"2026-01-02T03:04:05Z"}`, ErrMalformedAnswer, "no SecretAccessKey"},
		{200, `<html>s3cret</html>`, ErrMalformedAnswer, "no JSON"},
		{404, `404 page not found`, ErrNotFound, "status 404"},
		{403, `{"message":"a\nb"}`, ErrForbidden, "Forbidden: a b (status 403"},
		{500, `{"code":"InternalServerException"}`, Code("InternalServerException"), "after 4 attempts"},
		{302, ``, Code("Found"), "status 302"},
	} {
		o := ContainerProviderOptions{URI: "http://127.0.0.1/c"}
		o.BaseDelay = 1
		o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.document)
			return w.Result(), nil
		})}
		p, err := NewContainerProvider(o)
		require.NoError(t, err)
		_, err = p.Retrieve(t.Context())
		require.ErrorIs(t, err, c.is, "%v", c)
		require.ErrorContains(t, err, c.wrong)
		require.ErrorContains(t, err, "operation error Container: GetCredentials")
		require.NotContains(t, err.Error(), "s3cret")
		require.False(t, isNotConfigured(err))
	}
}

func TestContainerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	down := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	o := ContainerProviderOptions{Lookup: variablesOf(map[string]string{relativeURI: "/c"})}
	o.BaseDelay = 1
	o.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, down })}
	p, err := NewContainerProvider(o)
	require.NoError(t, err)
	_, err = p.Retrieve(t.Context())
	require.ErrorIs(t, err, down)
	require.False(t, isNotConfigured(err), "somebody has set it up")
}

func TestContainerOverHTTP(t *testing.T) {
	a := &agent{token: "Basic abcd", life: time.Hour}
	server := httptest.NewServer(a)
	defer server.Close()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	p, err := NewContainerProvider(ContainerProviderOptions{URI: server.URL + "/c?x=%2F", AuthorizationToken: "Basic abcd"})
	require.NoError(t, err)
	got, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "ASIA1", got.AccessKeyID)
	require.Equal(t, server.URL+"/c?x=%2F", a.url)
}
