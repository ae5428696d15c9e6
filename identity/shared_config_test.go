package identity

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// sharedFiles writes both files into a folder and returns their paths.
func sharedFiles(t *testing.T, config, credentials string) (configFile, credentialsFile string) {
	t.Helper()
	dir := t.TempDir()
	configFile, credentialsFile = filepath.Join(dir, "config"), filepath.Join(dir, "credentials")
	require.NoError(t, os.WriteFile(configFile, []byte(config), 0o600))
	require.NoError(t, os.WriteFile(credentialsFile, []byte(credentials), 0o600))
	return configFile, credentialsFile
}

func sharedConfigOf(t *testing.T, config, credentials string) *SharedConfig {
	t.Helper()
	o := SharedConfigOptions{Lookup: variablesOf(nil)}
	o.ConfigFile, o.CredentialsFile = sharedFiles(t, config, credentials)
	c, err := LoadSharedConfig(o)
	require.NoError(t, err)
	return c
}

func TestSharedFilesAreMerged(t *testing.T) {
	t.Parallel()
	c := sharedConfigOf(t, `
[default]
region = kr-central-2
aws_access_key_id = AKIDCONFIG
aws_secret_access_key = config-secret
aws_session_token = config-token
output = json
[profile dev]
region = eu-west-1
aws_access_key_id = AKIDDEV
`, `
[default]
aws_access_key_id = AKID
aws_secret_access_key = s3cret
region = kr-standard-1
[dev]
output = text
[only here]
aws_access_key_id = AKIDONLY
`)
	for name, want := range map[string]map[string]string{
		"": {"region": "kr-standard-1", "output": "json", "aws_access_key_id": "AKID", "AWS_Secret_Access_Key": "s3cret", "aws_session_token": ""},
		// Nothing but keys replaces keys.
		"dev":       {"region": "eu-west-1", "output": "text", "aws_access_key_id": "AKIDDEV"},
		"only here": {"region": "", "aws_access_key_id": "AKIDONLY"},
	} {
		p, err := c.Profile(name)
		require.NoError(t, err)
		for setting, value := range want {
			require.Equal(t, value, p.Setting(setting), "%s of %q", setting, name)
		}
		require.Equal(t, want["region"], p.Region)
	}
}

func TestSharedFilesAreFound(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, ".aws"), 0o700))
	write := func(name, region string) string {
		path := filepath.Join(home, filepath.FromSlash(name))
		require.NoError(t, os.WriteFile(path, []byte("[default]\nregion = "+region+"\n"), 0o600))
		return path
	}
	write(".aws/config", "home")
	other := write("other", "other")
	nowhere := filepath.Join(home, "nowhere")
	for name, c := range map[string]struct {
		o    SharedConfigOptions
		set  map[string]string
		want string // empty: there is no profile
	}{
		"home":                {set: map[string]string{"HOME": home}, want: "home"},
		"Windows' home":       {set: map[string]string{"USERPROFILE": home}, want: "home"},
		"Windows' old home":   {set: map[string]string{"HOMEDRIVE": filepath.Dir(home), "HOMEPATH": string(filepath.Separator) + filepath.Base(home)}, want: "home"},
		"variable":            {set: map[string]string{"HOME": home, "AWS_CONFIG_FILE": other}, want: "other"},
		"tilde":               {set: map[string]string{"HOME": home, "AWS_CONFIG_FILE": "~/other"}, want: "other"},
		"option":              {o: SharedConfigOptions{ConfigFile: other}, set: map[string]string{"HOME": home, "AWS_CONFIG_FILE": nowhere}, want: "other"},
		"credentials file":    {set: map[string]string{"HOME": home, "AWS_SHARED_CREDENTIALS_FILE": other}, want: "other"},
		"credentials option":  {o: SharedConfigOptions{CredentialsFile: other}, set: map[string]string{"HOME": home}, want: "other"},
		"variable to nowhere": {set: map[string]string{"HOME": home, "AWS_CONFIG_FILE": nowhere}},
		"home that is a file": {set: map[string]string{"HOME": other}},
		"no home":             {},
	} {
		c.o.Lookup = variablesOf(c.set)
		config, err := LoadSharedConfig(c.o)
		require.NoError(t, err, name)
		p, err := config.Profile("")
		if c.want == "" {
			require.ErrorIs(t, err, ErrNotConfigured, name)
			require.ErrorContains(t, err, `profile "default" is not in `, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, c.want, p.Region, name)
	}
}

func TestSharedFilesThatAreNoGood(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, o := range []SharedConfigOptions{{ConfigFile: filepath.Join(dir, "nowhere")}, {CredentialsFile: filepath.Join(dir, "nowhere")}} {
		o.Lookup = variablesOf(nil)
		_, err := LoadSharedConfig(o)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.False(t, isNotConfigured(err), "somebody has named it")
		require.ErrorContains(t, err, "nowhere")
	}
	_, err := LoadSharedConfig(SharedConfigOptions{ConfigFile: dir, Lookup: variablesOf(nil)})
	require.ErrorContains(t, err, dir)

	config, credentials := sharedFiles(t, "", "[default]\naws_access_key_id = AKID\naws_secret_access_key s3cret\n")
	_, err = LoadSharedConfig(SharedConfigOptions{ConfigFile: config, CredentialsFile: credentials})
	require.EqualError(t, err, "identity: AWS credentials file "+credentials+": line 3: neither a section nor a setting")
}

func TestProfilesByName(t *testing.T) {
	t.Parallel()
	config, credentials := sharedFiles(t, "[profile a]\n[profile b]\nservices = none\n[default]\n", "[c]\n")
	load := func(set map[string]string) *SharedConfig {
		c, err := LoadSharedConfig(SharedConfigOptions{ConfigFile: config, CredentialsFile: credentials, Lookup: variablesOf(set)})
		require.NoError(t, err)
		return c
	}
	c := load(map[string]string{"AWS_PROFILE": "a"})
	for name, want := range map[string]string{"": "a", "a": "a", "c": "c", "default": "default"} {
		p, err := c.Profile(name)
		require.NoError(t, err)
		require.Equal(t, want, p.Name)
	}
	where := config + " or " + credentials
	for _, c := range []struct {
		config *SharedConfig
		name   string
	}{{c, "x"}, {load(map[string]string{"AWS_PROFILE": "x"}), ""}} {
		_, err := c.config.Profile(c.name)
		require.EqualError(t, err, `identity: profile "x" is not in `+where+`; there is ["a" "b" "c" "default"]`)
		require.False(t, isNotConfigured(err))
	}
	_, err := c.Profile("b")
	require.EqualError(t, err, `identity: profile "b": services "none" is not in `+where)

	_, err = sharedConfigOf(t, "", "").Profile("default")
	require.ErrorContains(t, err, `profile "default" is not in`)
	require.False(t, isNotConfigured(err), "it was named")
	none, err := LoadSharedConfig(SharedConfigOptions{Lookup: variablesOf(nil)})
	require.NoError(t, err)
	_, err = none.Profile("")
	require.EqualError(t, err, `identity: not configured: profile "default" is not in any file: there is no home folder`)
}

func TestProfileEndpointURL(t *testing.T) {
	t.Parallel()
	c := sharedConfigOf(t, `
[profile a]
endpoint_url = https://all.example.com
services = local
s3 =
  addressing_style = path
[profile b]
services = local
[profile c]
services = local
ignore_configured_endpoint_urls = TRUE
endpoint_url = https://all.example.com
[services local]
s3 =
  endpoint_url = http://127.0.0.1:9000
`, "")
	for _, w := range []struct{ profile, service, want string }{
		{"a", "s3", "http://127.0.0.1:9000"},
		{"a", "S3", "http://127.0.0.1:9000"},
		{"a", "sts", "https://all.example.com"},
		{"b", "sts", ""},
		{"c", "s3", ""},
	} {
		p, err := c.Profile(w.profile)
		require.NoError(t, err)
		require.Equal(t, w.want, p.EndpointURL(w.service), "%s of %s", w.service, w.profile)
	}
	p, err := c.Profile("a")
	require.NoError(t, err)
	require.Equal(t, "path", p.NestedSetting("S3", "Addressing_Style"))
	require.Empty(t, p.NestedSetting("s3", "none"))
	require.Empty(t, p.NestedSetting("region", "none"))
	var zero Profile
	require.Empty(t, zero.Setting("region")+zero.NestedSetting("s3", "a")+zero.EndpointURL("s3"))
}
