package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openrcLookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
}

// with returns env with more of it; a value of "-" takes a variable away.
func with(env map[string]string, more map[string]string) map[string]string {
	out := maps.Clone(env)
	maps.Copy(out, more)
	maps.DeleteFunc(out, func(_, v string) bool { return v == "-" })
	return out
}

// How package clouds and openstacksdk agree on most of it is tested there.
func TestOptionsFromEnvironment(t *testing.T) {
	t.Parallel()
	user := map[string]string{"OS_AUTH_URL": "https://k.example.com/v3", "OS_USERNAME": "demo", "OS_PASSWORD": "s3cret"}
	password := PasswordAuth{Username: "demo", Password: "s3cret"}
	for name, c := range map[string]struct {
		env  map[string]string
		want Options
	}{
		"the least": {user, Options{AuthURL: "https://k.example.com/v3", Auth: password}},
		"empty is not set": {
			with(user, map[string]string{"OS_PROJECT_NAME": "", "OS_USER_ID": "", "OS_INSECURE": "", "OS_CACERT": "", "OS_AUTH_TYPE": "", "OS_SYSTEM_SCOPE": ""}),
			Options{AuthURL: "https://k.example.com/v3", Auth: password},
		},
		"all of a project's": {
			with(user, map[string]string{
				"OS_USER_DOMAIN_NAME": "people", "OS_PROJECT_NAME": "photos", "OS_PROJECT_DOMAIN_ID": "d1",
				"OS_REGION_NAME": "RegionOne", "OS_INTERFACE": "internalURL", "OS_IDENTITY_API_VERSION": "v3", "OS_AUTH_TYPE": "v3password",
			}),
			Options{
				AuthURL: "https://k.example.com/v3", Version: V3, Region: "RegionOne", Interface: "internal",
				Auth:  PasswordAuth{Username: "demo", UserDomainName: "people", Password: "s3cret"},
				Scope: Scope{ProjectName: "photos", ProjectDomainID: "d1"},
			},
		},
		"v2.0 by its type": {
			map[string]string{
				"OS_AUTH_URL": "https://k.example.com", "OS_AUTH_TYPE": "v2password", "OS_USER_ID": "u1", "OS_PASSWORD": "s3cret", "OS_TENANT_ID": "t1",
				"OS_DOMAIN_NAME": "none", "OS_DEFAULT_DOMAIN": "default",
			},
			Options{AuthURL: "https://k.example.com", Version: V2, Auth: PasswordAuth{UserID: "u1", Password: "s3cret"}, Scope: Scope{ProjectID: "t1"}},
		},
		"v2.0 by its version, a domain is no scope": {
			with(user, map[string]string{"OS_AUTH_URL": "https://k.example.com", "OS_IDENTITY_API_VERSION": "2.0", "OS_DOMAIN_NAME": "none"}),
			Options{AuthURL: "https://k.example.com", Version: V2, Auth: password},
		},
		"v2.0 by its URL": {
			with(user, map[string]string{"OS_AUTH_URL": "https://k.example.com/v2.0/", "OS_USER_DOMAIN_ID": "default", "OS_TENANT_NAME": "t", "OS_PROJECT_DOMAIN_ID": "default"}),
			Options{AuthURL: "https://k.example.com/v2.0/", Auth: password, Scope: Scope{ProjectName: "t"}},
		},
		"a minor version": {
			with(user, map[string]string{"OS_IDENTITY_API_VERSION": "3.14"}),
			Options{AuthURL: "https://k.example.com/v3", Version: V3, Auth: password},
		},
		"a project ID needs no domain": {
			with(user, map[string]string{"OS_PROJECT_ID": "p1", "OS_PROJECT_NAME": "photos", "OS_PROJECT_DOMAIN_NAME": "Default", "OS_DOMAIN_NAME": "Default"}),
			Options{AuthURL: "https://k.example.com/v3", Auth: PasswordAuth{Username: "demo", UserDomainName: "Default", Password: "s3cret"}, Scope: Scope{ProjectID: "p1"}},
		},
		"the default domain, an ID": {
			with(user, map[string]string{"OS_PROJECT_NAME": "photos", "OS_DEFAULT_DOMAIN": "d1"}),
			Options{
				AuthURL: "https://k.example.com/v3", Auth: PasswordAuth{Username: "demo", UserDomainID: "d1", Password: "s3cret"},
				Scope: Scope{ProjectName: "photos", ProjectDomainID: "d1"},
			},
		},
		"an application credential by its user's ID": {
			map[string]string{
				"OS_AUTH_URL": "https://k.example.com/v3", "OS_APPLICATION_CREDENTIAL_NAME": "robot", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret",
				"OS_USER_ID": "u1", "OS_USERNAME": "demo", "OS_USER_DOMAIN_NAME": "people",
			},
			Options{AuthURL: "https://k.example.com/v3", Version: V3, Auth: ApplicationCredentialAuth{Name: "robot", Secret: "s3cret", UserID: "u1"}},
		},
		"an application credential by its user's name": {
			map[string]string{
				"OS_AUTH_URL": "https://k.example.com/v3", "OS_APPLICATION_CREDENTIAL_NAME": "robot", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret",
				"OS_USERNAME": "demo", "OS_USER_DOMAIN_NAME": "people",
			},
			Options{AuthURL: "https://k.example.com/v3", Version: V3, Auth: ApplicationCredentialAuth{Name: "robot", Secret: "s3cret", Username: "demo", UserDomainName: "people"}},
		},
		"an application credential by ID needs no user": {
			with(user, map[string]string{"OS_AUTH_TYPE": "v3applicationcredential", "OS_APPLICATION_CREDENTIAL_ID": "ac1", "OS_APPLICATION_CREDENTIAL_NAME": "robot", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret-2"}),
			Options{AuthURL: "https://k.example.com/v3", Version: V3, Auth: ApplicationCredentialAuth{ID: "ac1", Secret: "s3cret-2"}},
		},
		"a token beside a user without a password": {
			with(user, map[string]string{"OS_PASSWORD": "-", "OS_AUTH_TOKEN": "t0ken"}),
			Options{AuthURL: "https://k.example.com/v3", Auth: TokenAuth{"t0ken"}},
		},
		"a domain": {
			with(user, map[string]string{"OS_USER_DOMAIN_ID": "d0", "OS_DOMAIN_ID": "d1", "OS_DOMAIN_NAME": "one"}),
			Options{AuthURL: "https://k.example.com/v3", Auth: PasswordAuth{Username: "demo", UserDomainID: "d0", Password: "s3cret"}, Scope: Scope{DomainID: "d1"}},
		},
		"the system": {
			with(user, map[string]string{"OS_SYSTEM_SCOPE": "all"}),
			Options{AuthURL: "https://k.example.com/v3", Auth: password, Scope: Scope{System: true}},
		},
		"verified": {
			with(user, map[string]string{"OS_INSECURE": "False"}),
			Options{AuthURL: "https://k.example.com/v3", Auth: password},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := OptionsFromEnvironment(openrcLookup(c.env))
			require.NoError(t, err)
			assert.Equal(t, c.want, o)
			_, err = New(o)
			require.NoError(t, err)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
				text := fmt.Sprintf(verb, o)
				assert.NotContains(t, text, "s3cret")
				assert.NotContains(t, text, "t0ken")
			}
		})
	}
}

func TestOptionsFromEnvironmentErrors(t *testing.T) {
	t.Parallel()
	user := map[string]string{"OS_AUTH_URL": "https://k.example.com/v3", "OS_USERNAME": "demo", "OS_PASSWORD": "s3cret"}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/empty.pem", []byte("s3cret"), 0o600))
	for name, c := range map[string]struct {
		env   map[string]string
		names string // of the VariableError
		want  string
		is    error
	}{
		"nothing":                 {nil, "", "identity: OS_AUTH_URL and the variables of a login are not set: not configured", ErrNotConfigured},
		"a region":                {map[string]string{"OS_REGION_NAME": "RegionOne", "OS_INTERFACE": "?", "OS_CACERT": "/nowhere"}, "", "identity: OS_AUTH_URL and the variables of a login are not set: not configured", ErrNotConfigured},
		"no URL":                  {with(user, map[string]string{"OS_AUTH_URL": "-"}), "OS_AUTH_URL", "identity: OS_AUTH_URL: missing", nil},
		"a project alone":         {map[string]string{"OS_PROJECT_NAME": "p"}, "OS_AUTH_URL", "identity: OS_AUTH_URL: missing", nil},
		"no scheme":               {with(user, map[string]string{"OS_AUTH_URL": "k.example.com/v3"}), "OS_AUTH_URL", "identity: OS_AUTH_URL: not a URL of http or https", nil},
		"no host":                 {with(user, map[string]string{"OS_AUTH_URL": "https:///v3"}), "OS_AUTH_URL", "identity: OS_AUTH_URL: not a URL of http or https", nil},
		"quotes":                  {with(user, map[string]string{"OS_AUTH_URL": `"https://s3cret"`}), "OS_AUTH_URL", "identity: OS_AUTH_URL: not a URL", nil},
		"a password in the URL":   {with(user, map[string]string{"OS_AUTH_URL": "https://u:s3cret@k.example.com/v3"}), "OS_AUTH_URL", "identity: OS_AUTH_URL: the URL has more than a host and a path", nil},
		"a query in the URL":      {with(user, map[string]string{"OS_AUTH_URL": "https://k.example.com/v3?x=s3cret"}), "OS_AUTH_URL", "identity: OS_AUTH_URL: the URL has more than a host and a path", nil},
		"no login":                {map[string]string{"OS_AUTH_URL": "https://k.example.com"}, "OS_USERNAME OS_USER_ID", "identity: OS_USERNAME, OS_USER_ID: one of them is missing", nil},
		"no user":                 {with(user, map[string]string{"OS_USERNAME": "-"}), "OS_USERNAME OS_USER_ID", "identity: OS_USERNAME, OS_USER_ID: one of them is missing", nil},
		"no password":             {with(user, map[string]string{"OS_PASSWORD": "-"}), "OS_PASSWORD", "identity: OS_PASSWORD: missing", nil},
		"no token":                {with(user, map[string]string{"OS_AUTH_TYPE": "v3token"}), "OS_TOKEN", "identity: OS_TOKEN: missing", nil},
		"no credential's secret":  {map[string]string{"OS_AUTH_URL": "https://k.example.com", "OS_APPLICATION_CREDENTIAL_ID": "a"}, "OS_APPLICATION_CREDENTIAL_SECRET", "identity: OS_APPLICATION_CREDENTIAL_SECRET: missing", nil},
		"no credential":           {map[string]string{"OS_AUTH_URL": "https://k.example.com", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret"}, "OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_NAME", "identity: OS_APPLICATION_CREDENTIAL_ID, OS_APPLICATION_CREDENTIAL_NAME: one of them is missing", nil},
		"no credential's user":    {map[string]string{"OS_AUTH_URL": "https://k.example.com", "OS_APPLICATION_CREDENTIAL_NAME": "a", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret"}, "OS_USERNAME OS_USER_ID", "identity: OS_USERNAME, OS_USER_ID: one of them is missing, for the name of an application credential is its user's", nil},
		"a type of no kind":       {with(user, map[string]string{"OS_AUTH_TYPE": "v3oidcpassword"}), "OS_AUTH_TYPE", `identity: OS_AUTH_TYPE: not supported: "v3oidcpassword", want one of password, token, v3applicationcredential, v2password, v2token, v3password, v3token`, ErrUnsupported},
		"an old type of no kind":  {with(user, map[string]string{"OS_AUTH_PLUGIN": "Password"}), "OS_AUTH_PLUGIN", `identity: OS_AUTH_PLUGIN: not supported: "Password", want one of password, token, v3applicationcredential, v2password, v2token, v3password, v3token`, ErrUnsupported},
		"a version of no kind":    {with(user, map[string]string{"OS_IDENTITY_API_VERSION": "4"}), "OS_IDENTITY_API_VERSION", `identity: OS_IDENTITY_API_VERSION: "4" is not a version, want 2.0 or 3`, nil},
		"v2.1":                    {with(user, map[string]string{"OS_IDENTITY_API_VERSION": "2.1"}), "OS_IDENTITY_API_VERSION", `identity: OS_IDENTITY_API_VERSION: "2.1" is not a version, want 2.0 or 3`, nil},
		"v2password with 3":       {with(user, map[string]string{"OS_AUTH_URL": "https://k.example.com", "OS_IDENTITY_API_VERSION": "3", "OS_AUTH_TYPE": "v2password"}), "OS_AUTH_TYPE OS_IDENTITY_API_VERSION OS_AUTH_URL", "identity: OS_AUTH_TYPE, OS_IDENTITY_API_VERSION, OS_AUTH_URL: version v3 has no v2password", nil},
		"v2password at v3":        {with(user, map[string]string{"OS_AUTH_PLUGIN": "v2password"}), "OS_AUTH_PLUGIN OS_AUTH_URL", "identity: OS_AUTH_PLUGIN, OS_AUTH_URL: version v3 has no v2password", nil},
		"a credential at v2.0":    {map[string]string{"OS_AUTH_URL": "https://k.example.com/v2.0", "OS_APPLICATION_CREDENTIAL_ID": "a", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret"}, "OS_APPLICATION_CREDENTIAL_ID OS_AUTH_URL", "identity: OS_APPLICATION_CREDENTIAL_ID, OS_AUTH_URL: version v2.0 has no v3applicationcredential", nil},
		"2.0 at v3":               {with(user, map[string]string{"OS_IDENTITY_API_VERSION": "2.0"}), "OS_IDENTITY_API_VERSION OS_AUTH_URL", "identity: OS_IDENTITY_API_VERSION, OS_AUTH_URL: version v2.0 has no URL of v3", nil},
		"a system with a project": {with(user, map[string]string{"OS_SYSTEM_SCOPE": "all", "OS_TENANT_NAME": "t"}), "OS_SYSTEM_SCOPE OS_TENANT_NAME", "identity: OS_SYSTEM_SCOPE, OS_TENANT_NAME: a scope is one of the system, a project and a domain", nil},
		"a system with a domain":  {with(user, map[string]string{"OS_SYSTEM_SCOPE": "all", "OS_DOMAIN_ID": "d"}), "OS_SYSTEM_SCOPE OS_DOMAIN_ID", "identity: OS_SYSTEM_SCOPE, OS_DOMAIN_ID: a scope is one of the system, a project and a domain", nil},
		"a system of v2.0":        {with(user, map[string]string{"OS_SYSTEM_SCOPE": "all", "OS_AUTH_URL": "https://k.example.com/v2.0/"}), "OS_SYSTEM_SCOPE", "identity: OS_SYSTEM_SCOPE: not supported by Identity API v2.0", ErrUnsupported},
		"half a system":           {with(user, map[string]string{"OS_SYSTEM_SCOPE": "half"}), "OS_SYSTEM_SCOPE", `identity: OS_SYSTEM_SCOPE: "half" is not a scope, want all`, nil},
		"a trust":                 {with(user, map[string]string{"OS_TRUST_ID": "t"}), "OS_TRUST_ID", "identity: OS_TRUST_ID: not supported: trusts", ErrUnsupported},
		"a credential's scope": {
			map[string]string{"OS_AUTH_URL": "https://k.example.com", "OS_APPLICATION_CREDENTIAL_ID": "a", "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret", "OS_TENANT_ID": "t", "OS_DOMAIN_NAME": "d", "OS_SYSTEM_SCOPE": "all"},
			"OS_TENANT_ID OS_DOMAIN_NAME OS_SYSTEM_SCOPE", "identity: OS_TENANT_ID, OS_DOMAIN_NAME, OS_SYSTEM_SCOPE: an application credential has its project already: no scope goes with it", nil,
		},
		"an interface of no kind":     {with(user, map[string]string{"OS_INTERFACE": "outer"}), "OS_INTERFACE", `identity: OS_INTERFACE: "outer" is not an interface, want public, internal or admin`, nil},
		"an old interface of no kind": {with(user, map[string]string{"OS_INTERFACE": "public", "OS_ENDPOINT_TYPE": "outerURL"}), "OS_ENDPOINT_TYPE", `identity: OS_ENDPOINT_TYPE: "outerURL" is not an interface, want public, internal or admin`, nil},
		"neither true nor false":      {with(user, map[string]string{"OS_INSECURE": "s3cret"}), "OS_INSECURE", "identity: OS_INSECURE: not a truth value, want true or false", nil},
		"no CA file":                  {with(user, map[string]string{"OS_CACERT": dir + "/none.pem"}), "OS_CACERT", "identity: OS_CACERT: open " + dir + "/none.pem: no such file or directory", fs.ErrNotExist},
		"no CA in the file":           {with(user, map[string]string{"OS_CACERT": dir + "/empty.pem"}), "OS_CACERT", "identity: OS_CACERT: " + dir + "/empty.pem holds no certificate", nil},
		"a key alone":                 {with(user, map[string]string{"OS_KEY": dir + "/empty.pem"}), "OS_CERT OS_KEY", "identity: OS_CERT, OS_KEY: there is a key without a certificate", nil},
		"no certificate in the file":  {with(user, map[string]string{"OS_CERT": dir + "/empty.pem"}), "OS_CERT", "identity: OS_CERT: tls: failed to find any PEM data in certificate input", nil},
		"no key file":                 {with(user, map[string]string{"OS_CERT": dir + "/empty.pem", "OS_KEY": dir + "/none.pem"}), "OS_CERT OS_KEY", "identity: OS_CERT, OS_KEY: open " + dir + "/none.pem: no such file or directory", fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := OptionsFromEnvironment(openrcLookup(c.env))
			require.EqualError(t, err, c.want)
			assert.NotContains(t, err.Error(), "s3cret")
			assert.Zero(t, o)
			var wrong *VariableError
			if c.names == "" {
				assert.NotErrorAs(t, err, &wrong)
			} else if assert.ErrorAs(t, err, &wrong) {
				assert.Equal(t, strings.Fields(c.names), wrong.Names)
				assert.NotErrorIs(t, err, ErrNotConfigured)
			}
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
		})
	}
}

func TestOptionsFromEnvironmentOfTheProcess(t *testing.T) {
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "OS_") {
			t.Setenv(name, "")
		}
	}
	_, err := OptionsFromEnvironment(nil)
	require.ErrorIs(t, err, ErrNotConfigured)
	t.Setenv("OS_AUTH_URL", "https://k.example.com/v3")
	t.Setenv("OS_TOKEN", "t0ken")
	o, err := OptionsFromEnvironment(nil)
	require.NoError(t, err)
	assert.Equal(t, Options{AuthURL: "https://k.example.com/v3", Auth: TokenAuth{"t0ken"}}, o)
}

// A server that asks for a client's certificate is reached with OS_CACERT, OS_CERT and
// OS_KEY, and without the first only if OS_INSECURE says so.
func TestOpenrcTLS(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	cert, key := clientPEM(t)
	require.NoError(t, os.WriteFile(filepath.Join(home, "cert.pem"), cert, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(home, "key.pem"), key, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(home, "both.pem"), slices.Concat(cert, key), 0o600))

	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"versions": {"values": [{"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": "https://`+r.Host+`/v3/"}]}]}}`)
	}))
	clients := x509.NewCertPool()
	require.True(t, clients.AppendCertsFromPEM(cert))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	require.NoError(t, os.WriteFile(filepath.Join(home, "ca.pem"), ca, 0o600))

	base := map[string]string{"HOME": home, "OS_AUTH_URL": s.URL, "OS_TOKEN": "t0ken"}
	for name, c := range map[string]struct {
		env  map[string]string
		fail string
	}{
		"all three":               {map[string]string{"OS_CACERT": home + "/ca.pem", "OS_CERT": home + "/cert.pem", "OS_KEY": home + "/key.pem"}, ""},
		"one file, at home":       {map[string]string{"OS_CACERT": "~/ca.pem", "OS_CERT": "~/both.pem"}, ""},
		"insecure":                {map[string]string{"OS_INSECURE": "true", "OS_CERT": "~/both.pem", "OS_CACERT": "/nowhere"}, ""},
		"another CA":              {map[string]string{"OS_CACERT": "~/cert.pem", "OS_CERT": "~/both.pem"}, "certificate"},
		"the system's CAs":        {map[string]string{"OS_CERT": "~/both.pem"}, "certificate"},
		"no client's certificate": {map[string]string{"OS_CACERT": "~/ca.pem"}, "tls"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := OptionsFromEnvironment(openrcLookup(with(base, c.env)))
			require.NoError(t, err)
			require.NotNil(t, o.TLSConfig)
			assert.EqualValues(t, tls.VersionTLS12, o.TLSConfig.MinVersion)
			assert.Equal(t, c.env["OS_INSECURE"] != "", o.TLSConfig.InsecureSkipVerify)
			o.MaxAttempts = -1
			client, err := New(o)
			require.NoError(t, err)
			_, err = client.ListVersions(t.Context())
			if c.fail == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.fail)
		})
	}
}

// clientPEM makes a certificate that signs itself, and its key.
func clientPEM(t *testing.T) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	require.NoError(t, err)
	pk, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pk})
}

// FuzzOptionsFromEnvironment looks for panics, for errors that tell a secret, and for
// options that the library itself refuses.
func FuzzOptionsFromEnvironment(f *testing.F) {
	f.Add("OS_AUTH_URL=https://k/v3\nOS_USERNAME=u\nOS_PROJECT_NAME=p\nOS_DOMAIN_ID=d", true, false, false)
	f.Add("OS_AUTH_URL=https://k/v2.0\nOS_TENANT_ID=t\nOS_USER_ID=u\nOS_ENDPOINT_TYPE=adminURL", true, true, true)
	f.Add("OS_AUTH_URL=http://k\nOS_APPLICATION_CREDENTIAL_NAME=a\nOS_USER_NAME=u\nOS_USER_DOMAIN_NAME=d", false, true, false)
	f.Add("OS_AUTH_URL=http://k\nOS_AUTH_TYPE=v3token\nOS_SYSTEM_SCOPE=all\nOS_INSECURE=yes", false, false, true)
	f.Add("OS_AUTH_URL=http://k\nOS_IDENTITY_API_VERSION=v3.1\nOS_DEFAULT_DOMAIN_NAME=d\nOS_USERNAME=u\nOS_TENANT_NAME=t", true, false, false)
	const marker = "s3cretMARKER"
	f.Fuzz(func(t *testing.T, script string, password, credential, token bool) {
		env := map[string]string{}
		for line := range strings.Lines(script) {
			if name, v, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
				env[name] = v
			}
		}
		for name, is := range map[string]bool{"OS_PASSWORD": password, "OS_APPLICATION_CREDENTIAL_SECRET": credential, "OS_TOKEN": token} {
			if is {
				env[name] = marker
			}
		}
		o, err := OptionsFromEnvironment(openrcLookup(env))
		if err != nil {
			if strings.Contains(err.Error(), marker) && !strings.Contains(script, marker) {
				t.Fatal(err)
			}
			return
		}
		if _, err = New(o); err != nil {
			t.Fatalf("the library refuses what it made: %v", err)
		}
	})
}
