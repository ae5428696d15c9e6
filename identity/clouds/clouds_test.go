package clouds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
)

// write writes files below a new directory and returns it.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return root
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
}

const (
	// entry is what a cloud needs, to be put below its name.
	entry    = "{auth: {auth_url: https://keystone.example.com/v3, user_id: u1, password: s3cret}}"
	withAuth = "clouds: {mine: {auth: {auth_url: https://keystone.example.com/v3, user_id: u1, password: s3cret}, "
)

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		env   map[string]string
		cloud string
		want  string // {root} is the directory
		is    error
	}{
		"syntax": {
			files: map[string]string{"clouds.yaml": "clouds:\n  mine:\n    password: s3cret: s3cret\n"},
			want:  "clouds: {root}/clouds.yaml: line 3: mapping values are not allowed in this context",
		},
		"a tab": {
			files: map[string]string{"clouds.yaml": "clouds:\n\tmine: s3cret\n"},
			want:  "clouds: {root}/clouds.yaml: line 2: found character that cannot start any token",
		},
		"an anchor that is not there": {
			files: map[string]string{"clouds.yaml": "clouds:\n  mine:\n    password: *s3cret\n"},
			want:  "clouds: {root}/clouds.yaml: line 3: an alias of nothing, or of itself",
		},
		"a quote that does not end": {
			files: map[string]string{"clouds.yaml": "clouds:\n  mine: \"s3cret\n"},
			want:  "clouds: {root}/clouds.yaml: line 2: found unexpected end of stream",
		},
		"a comma that is missing": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {\n  a: [s3cret\n  b: c}}\n"},
			want:  "clouds: {root}/clouds.yaml: line 2: did not find expected ',' or ']'",
		},
		"a comma in the first line": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: [s3cret: }"},
			want:  "clouds: {root}/clouds.yaml: line 1: did not find expected node content",
		},
		"a mark of the first line": {
			files: map[string]string{"clouds.yaml": "clouds: s3cret: s3cret"},
			want:  "clouds: {root}/clouds.yaml: line 1: mapping values are not allowed in this context",
		},
		"not text": {
			files: map[string]string{"clouds.yaml": "clouds:\n  s3cret: \x00"},
			want:  "clouds: {root}/clouds.yaml: control characters are not allowed",
		},
		"a tag that is none": {
			files: map[string]string{"clouds.yaml": "clouds:\n  mine: !<\"s3cret> x"},
			want:  "clouds: {root}/clouds.yaml: line 2: did not find expected tag URI",
		},
		"a merge of text": {
			files: map[string]string{"clouds.yaml": "clouds:\n  <<: s3cret"},
			want:  "clouds: {root}/clouds.yaml: map merge requires map or sequence of maps as the value",
		},
		"a key twice": {
			files: map[string]string{"clouds.yaml": "clouds:\n  s3cret: {}\n  s3cret: {}\n"},
			want:  "clouds: {root}/clouds.yaml: line 3: a key that is there already",
		},
		"a mapping as a key": {
			files: map[string]string{"clouds.yaml": "clouds:\n  {s3cret: s3cret}: {}\n"},
			want:  "clouds: {root}/clouds.yaml: a key that is not text",
		},
		"a mapping that holds itself": {
			files: map[string]string{"clouds.yaml": "clouds: &s3cret\n  mine: *s3cret\n"},
			want:  "clouds: {root}/clouds.yaml: line 2: an alias of nothing, or of itself",
		},
		"two documents": {
			files: map[string]string{"clouds.yaml": withAuth + "}}\n---\nclouds: {}\n"},
			want:  "clouds: {root}/clouds.yaml: more than one document",
		},
		"too large": {
			files: map[string]string{"clouds.yaml": withAuth + "}}" + strings.Repeat("\n", maxFile)},
			want:  "clouds: {root}/clouds.yaml: more than 1048576 bytes",
		},
		"JSON, syntax": {
			files: map[string]string{"clouds.json": "{\n  \"clouds\": {\n    \"mine\": s3cret\n"},
			want:  "clouds: {root}/clouds.json: line 3: not JSON",
		},
		"JSON that ends too soon": {
			files: map[string]string{"clouds.json": "{\n  \"clouds\": {\n"},
			want:  "clouds: {root}/clouds.json: line 3: not JSON",
		},
		"JSON and more": {
			files: map[string]string{"clouds.json": "{\"clouds\": {}}\n s3cret"},
			want:  "clouds: {root}/clouds.json: line 2: not JSON",
		},
		"clouds is a list": {
			files: map[string]string{"clouds.yaml": "clouds: [s3cret]"},
			want:  "clouds: {root}/clouds.yaml: clouds: want a mapping",
		},
		"a cloud is text": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: s3cret}"},
			want:  "clouds: {root}/clouds.yaml: cloud \"mine\": want a mapping",
		},
		"auth is text": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {auth: s3cret}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": auth: want a mapping`,
		},
		"a list for a password": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {auth: {auth_url: https://k.example.com/v3, user_id: u1, password: [s3cret]}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": auth.password: want one value`,
		},
		"regions is a number's mapping": {
			files: map[string]string{"clouds.yaml": withAuth + "regions: {one: two}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": regions: want a list`,
		},
		"a region is a list": {
			files: map[string]string{"clouds.yaml": withAuth + "regions: [[one]]}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": regions: want a list of names`,
		},
		"a region without a name": {
			files: map[string]string{"clouds.yaml": withAuth + "regions: [{values: {}}]}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": regions: a region without a name`,
		},
		"a region's values are text": {
			files: map[string]string{"clouds.yaml": withAuth + "regions: [{name: one, values: s3cret}]}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": regions: values: want a mapping`,
		},
		"a region for the URL": {
			files: map[string]string{"clouds.yaml": `clouds: {mine: {auth: {auth_url: "https://{region_name}.example.com/v3", user_id: u1, password: s3cret}}}`},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": region_name: missing, and auth_url asks for it`,
		},
		"verify is a file": {
			files: map[string]string{"clouds.yaml": withAuth + "verify: /ca.pem}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": verify: not a truth value, want true or false; a file of certificates is cacert's`,
		},
		"insecure is neither": {
			files: map[string]string{"clouds.yaml": withAuth + "insecure: perhaps}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": insecure: not a truth value, want true or false`,
		},
		"cacert is not there": {
			files: map[string]string{"clouds.yaml": withAuth + "cacert: /nowhere/ca.pem}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": cacert: open /nowhere/ca.pem: no such file or directory`,
			is:    fs.ErrNotExist,
		},
		"half a login": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {auth: {auth_url: https://k.example.com/v3, password: s3cret}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": auth.username, auth.user_id: one of them is missing`,
		},
		"two scopes": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {project_name: p, auth: {auth_url: https://k.example.com/v3, user_id: u1, password: s3cret, system_scope: all}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": auth.system_scope, project_name: a scope is one of the system, a project and a domain`,
		},
		"a version at odds with the login": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {auth_type: v3password, identity_api_version: 2, auth: {auth_url: https://k.example.com, user_id: u1, password: s3cret}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": auth_type, identity_api_version, auth.auth_url: version v2.0 has no v3password`,
		},
		"a URL with a password": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: {auth: {auth_url: 'https://u:s3cret@k.example.com/v3', user_id: u1, password: s3cret}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": auth.auth_url: the URL has more than a host and a path`,
		},
		"no clouds.yaml": {
			want: "clouds: {root}/clouds.yaml, {root}/clouds.json: file does not exist",
			is:   fs.ErrNotExist,
		},
		"a directory": {
			files: map[string]string{"clouds.yaml/x": ""},
			want:  "clouds: read {root}/clouds.yaml: is a directory",
		},
		"no clouds": {
			files: map[string]string{"clouds.yaml": "cache: {}"},
			want:  "clouds: {root}/clouds.yaml has no clouds: not configured",
			is:    identity.ErrNotConfigured,
		},
		"no clouds, and one is asked for": {
			files: map[string]string{"clouds.yaml": "cache: {}"},
			cloud: "mine",
			want:  `clouds: no such cloud: "mine"; {root}/clouds.yaml has none`,
			is:    ErrNoCloud,
		},
		"another cloud": {
			files: map[string]string{"clouds.json": `{"clouds": {"b": {}, "a": {}}}`},
			cloud: "mine",
			want:  `clouds: no such cloud: "mine"; {root}/clouds.json has a, b`,
			is:    ErrNoCloud,
		},
		"secure.yaml, syntax": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: " + entry + "}", "secure.yaml": "clouds:\n  mine: s3cret: s3cret"},
			want:  "clouds: {root}/secure.yaml: line 2: mapping values are not allowed in this context",
		},
		"secure.yaml by variable is not there": {
			files: map[string]string{"clouds.yaml": "clouds: {mine: " + entry + "}"},
			env:   map[string]string{"OS_CLIENT_SECURE_FILE": "/nowhere/secure.yaml"},
			want:  "clouds: OS_CLIENT_SECURE_FILE: open /nowhere/secure.yaml: no such file or directory",
			is:    fs.ErrNotExist,
		},
		"clouds-public.yaml, syntax": {
			files: map[string]string{"clouds.yaml": withAuth + "profile: p}}", "clouds-public.yaml": "a: b: c"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": {root}/clouds-public.yaml: line 1: mapping values are not allowed in this context`,
		},
		"public-clouds is text": {
			files: map[string]string{"clouds.yaml": withAuth + "profile: p}}", "clouds-public.yaml": "public-clouds: s3cret"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": {root}/clouds-public.yaml: public-clouds: want a mapping`,
		},
		"a profile is text": {
			files: map[string]string{"clouds.yaml": withAuth + "profile: p}}", "clouds-public.yaml": "public-clouds: {p: s3cret}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": {root}/clouds-public.yaml: p: want a mapping`,
		},
		"a profile's regions are text's mapping": {
			files: map[string]string{"clouds.yaml": withAuth + "profile: p}}", "clouds-public.yaml": "public-clouds: {p: {regions: {a: b}}}"},
			want:  `clouds: {root}/clouds.yaml: cloud "mine": regions: want a list`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := write(t, c.files)
			o, err := Load(Options{
				Cloud: c.cloud, Lookup: lookup(c.env),
				Files: []string{filepath.Join(root, "clouds.yaml"), filepath.Join(root, "clouds.json")},
			})
			require.EqualError(t, err, strings.ReplaceAll(c.want, "{root}", root))
			assert.NotContains(t, err.Error(), "s3cret")
			assert.Zero(t, o)
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			} else {
				assert.NotErrorIs(t, err, identity.ErrNotConfigured)
			}
		})
	}
}

func TestLoadVariableError(t *testing.T) {
	t.Parallel()
	root := write(t, map[string]string{"clouds.yaml": "clouds: {mine: {auth_type: v3totp, auth: {auth_url: https://k.example.com/v3}}}"})
	_, err := Load(Options{Files: []string{root + "/clouds.yaml"}, Lookup: lookup(nil)})
	var wrong *identity.VariableError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, []string{"OS_AUTH_TYPE"}, wrong.Names)
	assert.ErrorIs(t, err, identity.ErrUnsupported)
}

func TestFilesReplaceTheSearchPath(t *testing.T) {
	t.Parallel()
	root := write(t, map[string]string{
		"a/clouds.yaml":                     "clouds: {a: {auth: {auth_url: https://a.example.com/v3, user_id: u1}}}",
		"a/secure.yaml":                     "clouds: {a: {auth: {password: s3cret}}}",
		"env.yaml":                          "clouds: {env: " + entry + "}",
		"home/.config/openstack/clouds.yml": "clouds: {home: " + entry + "}",
	})
	o, err := Load(Options{
		Files:  []string{root + "/none.yaml", root + "/clouds.yaml/below", root + "/a/clouds.yaml"},
		Lookup: lookup(map[string]string{"OS_CLIENT_CONFIG_FILE": root + "/env.yaml", "HOME": root + "/home"}),
	})
	require.NoError(t, err)
	assert.Equal(t, "https://a.example.com/v3", o.AuthURL)
	assert.Equal(t, identity.PasswordAuth{UserID: "u1", Password: "s3cret"}, o.Auth)
}

func TestJSONLists(t *testing.T) {
	t.Parallel()
	root := write(t, map[string]string{"clouds.json": `{"clouds": {"mine": {"regions": [1, {"name": "two", "values": {"insecure": true}}],
		"auth": {"auth_url": "https://{region_name}.example.com/v3", "user_id": "u1", "password": 1e3}}}}`})
	o, err := Load(Options{Files: []string{root + "/clouds.json"}, Lookup: lookup(nil)})
	require.NoError(t, err)
	assert.Equal(t, "https://1.example.com/v3", o.AuthURL)
	assert.Equal(t, identity.PasswordAuth{UserID: "u1", Password: "1e3"}, o.Auth)
	assert.Nil(t, o.TLSConfig)
	o, err = Load(Options{Files: []string{root + "/clouds.json"}, Region: "two", Lookup: lookup(nil)})
	require.NoError(t, err)
	assert.True(t, o.TLSConfig.InsecureSkipVerify)
}

func TestDefaultLookup(t *testing.T) {
	root := write(t, map[string]string{"clouds.yaml": "clouds: {mine: " + entry + ", other: {}}"})
	t.Setenv("OS_CLOUD", "mine")
	t.Setenv("OS_CLIENT_CONFIG_FILE", root+"/clouds.yaml")
	for _, f := range []func(Options) (identity.Options, error){Load, FromEnvironment} {
		o, err := f(Options{})
		require.NoError(t, err)
		assert.Equal(t, "https://keystone.example.com/v3", o.AuthURL)
	}
	_, err := Load(Options{Cloud: "other"})
	require.ErrorContains(t, err, `cloud "other": auth.auth_url: missing`)
}

func TestRegionOfVariables(t *testing.T) {
	t.Parallel()
	o, err := FromEnvironment(Options{Region: "two", Lookup: lookup(map[string]string{
		"OS_AUTH_URL": "https://keystone.example.com/v3", "OS_USER_ID": "u1", "OS_PASSWORD": "s3cret", "OS_REGION_NAME": "one",
	})})
	require.NoError(t, err)
	assert.Equal(t, "two", o.Region)
}

func TestVariablesAskedForByName(t *testing.T) {
	t.Parallel()
	_, err := FromEnvironment(Options{Cloud: "envvars", Lookup: lookup(nil)})
	require.ErrorIs(t, err, identity.ErrNotConfigured)
	assert.NotErrorIs(t, err, ErrNoCloud)
}

func TestNotPermitted(t *testing.T) {
	t.Parallel()
	root := write(t, map[string]string{"denied/clouds.yaml": "", "denied/secure.yaml": "", "ok/clouds.yaml": "clouds: {mine: " + entry + "}"})
	for _, f := range []string{"clouds.yaml", "secure.yaml"} {
		require.NoError(t, os.Chmod(filepath.Join(root, "denied", f), 0))
	}
	if f, err := os.Open(root + "/denied/clouds.yaml"); err == nil {
		require.NoError(t, f.Close())
		t.Skip("this user may read anything")
	}
	l := newLoader(Options{Lookup: lookup(nil)})
	l.dirs = []string{root + "/denied", root + "/ok"}
	_, err := l.fromEnvironment()
	require.NoError(t, err, "passed over")
	l.dirs = []string{root + "/denied"}
	_, err = l.fromEnvironment()
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.NotErrorIs(t, err, identity.ErrNotConfigured)
}

func TestOptionsPrintNoSecret(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writePEMs(t, root)
	tail := fmt.Sprintf("cert: %s/both.pem, cacert: %s/ca.pem}}", root, root)
	for _, auth := range []string{
		"auth: {auth_url: https://k.example.com/v3, user_id: u1, password: s3cret}",
		"auth_type: token, auth: {auth_url: https://k.example.com/v3, token: s3cret}",
		"auth: {auth_url: https://k.example.com/v3, application_credential_id: a, application_credential_secret: s3cret}",
	} {
		require.NoError(t, os.WriteFile(root+"/clouds.yaml", []byte("clouds: {mine: {"+auth+", "+tail), 0o600))
		o, err := Load(Options{Files: []string{root + "/clouds.yaml"}, Lookup: lookup(nil)})
		require.NoError(t, err)
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, o)
			fmt.Fprintf(&out, verb, &o)
			fmt.Fprintf(&out, verb, o.Auth)
		}
		assert.Contains(t, out.String(), "REDACTED")
		slog.New(slog.NewTextHandler(&out, nil)).Info("", "o", o, "auth", o.Auth)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("", "o", o, "auth", o.Auth)
		for _, v := range []any{o, o.Auth} {
			if data, err := json.Marshal(v); err == nil {
				out.Write(data)
			}
		}
		assert.NotContains(t, out.String(), "s3cret")
		assert.NotContains(t, out.String(), "733363726574", "in hex")
		// The client certificate's private key.
		assert.NotContains(t, out.String(), "PrivateKey:")
		assert.NotContains(t, out.String(), "PRIVATE KEY")
	}
}

// FuzzLoad looks for panics, for errors that tell a secret, and for options that the
// library itself refuses.
func FuzzLoad(f *testing.F) {
	const marker = "s3cretMARKER"
	for _, seed := range []string{
		withAuth + "regions: [a, {name: b, values: {auth: {project_id: p}}}], profile: p, verify: no}}",
		"clouds:\n  a: &a\n    auth: {auth_url: 'https://{region_name}', username: u, password: PASS}\n  b:\n    <<: *a\n    region_name: x,y\n",
		`{"clouds": {"a": {"auth": {"auth_url": "http://k/v2.0", "token": "PASS"}, "auth_type": "v2token", "insecure": true}}}`,
		"clouds: {a: {auth_type: v3applicationcredential, auth: {application_credential_secret: PASS, application_credential_name: n, username: u}}}",
		"clouds: {a: {auth: {password: PASS: x}}}",
		"clouds: {a: {auth: {password: *PASS}}}",
		"clouds: {a: {auth: {auth_url: 'http://u:PASS@k', user_id: u, password: PASS, system_scope: all}}}",
		"clouds: {a: {PASS: 1, PASS: 2}}", "a: &a [*a]", "%YAML 1.1\n---\n!!binary PASS", "? {PASS: 1}\n: 2",
	} {
		f.Add([]byte(seed), []byte("clouds: {a: {auth: {password: PASS}}}"), false)
		f.Add([]byte(seed), []byte("public-clouds: {p: {auth: {auth_url: http://k}}}"), true)
	}
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, clouds, beside []byte, asJSON bool) {
		suffix := ".yaml"
		if asJSON {
			suffix = ".json"
		}
		// The secret is where the grammar of clouds.yaml has one, and nowhere else.
		docs := [2][]byte{bytes.ReplaceAll(clouds, []byte("PASS"), []byte(marker)), bytes.ReplaceAll(beside, []byte("PASS"), []byte(marker))}
		for _, d := range docs {
			if _, err := parseYAML(d); err != nil && strings.Contains(err.Error(), marker) {
				t.Fatal(err)
			}
			if _, err := parseJSON(d); err != nil && strings.Contains(err.Error(), marker) {
				t.Fatal(err)
			}
		}
		for name, doc := range map[string][]byte{"clouds": docs[0], "secure": docs[1], "clouds-public": docs[1]} {
			require.NoError(t, os.WriteFile(filepath.Join(root, name+suffix), doc, 0o600))
		}
		o, err := Load(Options{Files: []string{root + "/clouds" + suffix}, Lookup: lookup(nil)})
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n") && !bytes.ContainsAny(docs[0], `"`) {
				t.Fatalf("several lines: %q", err)
			}
			return
		}
		if _, err := identity.New(o); err != nil {
			t.Fatalf("the library refuses what it made: %v", err)
		}
		var secret string
		switch a := o.Auth.(type) {
		case identity.PasswordAuth:
			secret = string(a.Password)
		case identity.TokenAuth:
			secret = string(a.Token)
		case identity.ApplicationCredentialAuth:
			secret = string(a.Secret)
		}
		if secret == marker && strings.Contains(fmt.Sprintf("%+v", o.Auth), marker) {
			t.Fatal("a secret is printed")
		}
	})
}
