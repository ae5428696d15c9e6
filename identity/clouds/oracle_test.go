package clouds

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/stowage-go/stowage/identity"
)

// oracleCase is an entry of testdata/cases.yaml, whose head explains it.
type oracleCase struct {
	Name, Openrc, Cloud, Region, Ask, Differs, Error string
	Env, Files                                       map[string]string
	Want                                             map[string]*string
}

// TestOpenstacksdk compares the library with the answers of openstacksdk 4.22.0, which
// testdata/openstacksdk.py writes.
func TestOpenstacksdk(t *testing.T) {
	t.Parallel()
	var cases []oracleCase
	var answers map[string]map[string]string
	data, err := os.ReadFile("testdata/cases.yaml")
	require.NoError(t, err)
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	require.NoError(t, dec.Decode(&cases))
	data, err = os.ReadFile("testdata/openstacksdk.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &answers))
	require.Len(t, answers, len(cases), "run testdata/openstacksdk.py")
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.run(t, answers[c.Name])
		})
	}
}

func (c oracleCase) run(t *testing.T, theirs map[string]string) {
	require.NotEmpty(t, theirs, "run testdata/openstacksdk.py")
	root := t.TempDir()
	in := func(s string) string { return strings.ReplaceAll(s, "{root}", root) }
	pems := writePEMs(t, root)
	for name, content := range c.Files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(in(content)), 0o600))
	}
	env := map[string]string{"HOME": root + "/home"}
	for k, v := range c.Env {
		env[k] = in(v)
	}
	source(t, env, in(c.Openrc))
	l := newLoader(Options{Cloud: c.Cloud, Region: c.Region, Lookup: func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}})
	require.Equal(t, ".", l.dirs[0])
	require.Equal(t, "/etc/openstack", l.dirs[len(l.dirs)-1])
	l.dirs[0], l.dirs = root+"/cwd", l.dirs[:len(l.dirs)-1]
	o, err := l.fromEnvironment()

	if c.Error != "" {
		require.ErrorContains(t, err, in(c.Error))
		assert.NotContains(t, err.Error(), "secret-")
		assert.NotContains(t, err.Error(), "\n")
		assert.Equal(t, c.Differs == "", theirs["error"] != "", "fails there: %s", theirs["error"])
		return
	}
	require.NoError(t, err)
	_, err = identity.New(o)
	require.NoError(t, err, "the library takes what it made")
	want := maps.Clone(theirs)
	switch {
	case c.Differs != "":
		require.NotEmpty(t, c.Want)
		if _, failed := want["error"]; failed {
			want = map[string]string{}
		}
		for k, v := range c.Want {
			if delete(want, k); v != nil {
				want[k] = *v
			}
		}
		require.NotEqual(t, theirs, want, "it does not differ")
	default:
		require.Empty(t, c.Want)
		require.Empty(t, theirs["error"])
	}
	got := flat(o)
	comparePEMs(t, pems, o, want)
	assert.Equal(t, want, got)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		text := fmt.Sprintf(verb, o)
		for _, k := range []string{"password", "token", "application_credential_secret"} {
			if s := got[k]; s != "" {
				assert.NotContains(t, text, s)
			}
		}
	}
}

// flat writes Options as testdata/openstacksdk.py writes the request for a token.
func flat(o identity.Options) map[string]string {
	version := o.Version
	switch {
	case strings.HasSuffix(o.AuthURL, "/v2.0"):
		version = identity.V2
	case version == identity.VersionAuto, strings.HasSuffix(o.AuthURL, "/v3"):
		version = identity.V3
	}
	m := map[string]string{
		"auth_url": o.AuthURL, "version": string(version), "interface": o.Interface,
		"project_id": o.Scope.ProjectID, "project_name": o.Scope.ProjectName,
		"project_domain_id": o.Scope.ProjectDomainID, "project_domain_name": o.Scope.ProjectDomainName,
		"domain_id": o.Scope.DomainID, "domain_name": o.Scope.DomainName,
	}
	if o.Interface == "" {
		m["interface"] = "public"
	}
	if o.Scope.System {
		m["system_scope"] = "all"
	}
	if o.TLSConfig != nil && o.TLSConfig.InsecureSkipVerify {
		m["insecure"] = "true"
	}
	switch a := o.Auth.(type) {
	case identity.PasswordAuth:
		m["user_id"], m["user_name"], m["password"] = a.UserID, a.Username, string(a.Password)
		m["user_domain_id"], m["user_domain_name"] = a.UserDomainID, a.UserDomainName
	case identity.TokenAuth:
		m["token"] = string(a.Token)
	case identity.ApplicationCredentialAuth:
		m["application_credential_id"], m["application_credential_name"] = a.ID, a.Name
		m["application_credential_secret"] = string(a.Secret)
		m["user_id"], m["user_name"] = a.UserID, a.Username
		m["user_domain_id"], m["user_domain_name"] = a.UserDomainID, a.UserDomainName
	}
	maps.DeleteFunc(m, func(_, v string) bool { return v == "" })
	m["region"] = o.Region
	return m
}

// comparePEMs takes the files of certificates from want, and compares what was read.
func comparePEMs(t *testing.T, pems map[string][]byte, o identity.Options, want map[string]string) {
	ca, cert := want["cacert"], want["cert"]
	for _, k := range []string{"cacert", "cert", "key"} {
		delete(want, k)
	}
	if ca == "" && cert == "" && want["insecure"] == "" {
		assert.Nil(t, o.TLSConfig)
		return
	}
	require.NotNil(t, o.TLSConfig)
	assert.EqualValues(t, 0x0303, o.TLSConfig.MinVersion, "TLS 1.2")
	if assert.Equal(t, ca != "", o.TLSConfig.RootCAs != nil) && ca != "" {
		pool := x509.NewCertPool()
		require.True(t, pool.AppendCertsFromPEM(pems[filepath.Base(ca)]))
		assert.True(t, pool.Equal(o.TLSConfig.RootCAs))
	}
	if cert == "" {
		assert.Empty(t, o.TLSConfig.Certificates)
		return
	}
	require.Len(t, o.TLSConfig.Certificates, 1)
	block, _ := pem.Decode(pems[filepath.Base(cert)])
	assert.Equal(t, block.Bytes, o.TLSConfig.Certificates[0].Certificate[0])
}

// writePEMs writes a CA, a certificate, its key, and a file of both, below root and home.
func writePEMs(t *testing.T, root string) map[string][]byte {
	files := map[string][]byte{}
	for _, name := range []string{"ca.pem", "cert.pem"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
			NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		secret, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		files[name] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		files["key.pem"] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	}
	files["both.pem"] = append(append([]byte{}, files["cert.pem"]...), files["key.pem"]...)
	for _, dir := range []string{root, root + "/home"} {
		require.NoError(t, os.MkdirAll(dir, 0o700))
		for name, data := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
	}
	return files
}

var (
	export   = regexp.MustCompile(`^export (\w+)=(.*)$`)
	fallback = regexp.MustCompile(`^\$\{\w+:-(.*)\}$`)
)

// source does what a shell does with the lines of an openrc file that set variables.
func source(t *testing.T, env map[string]string, script string) {
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		m := export.FindStringSubmatch(line)
		if m == nil {
			if name, ok := strings.CutPrefix(line, "unset "); ok {
				delete(env, name)
			}
			continue
		}
		v := m[2]
		if d := fallback.FindStringSubmatch(v); d != nil {
			v = d[1]
		}
		if n := len(v); n > 1 && (v[0] == '"' || v[0] == '\'') && v[n-1] == v[0] {
			v = v[1 : n-1]
		}
		require.NotRegexp(t, `^["']|^\$`, v, "a line of which this knows nothing: %s", line)
		env[m[1]] = v
	}
}
