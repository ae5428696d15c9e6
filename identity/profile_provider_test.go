package identity

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/sigv4"
)

// cloudServer is all that a profile may lead to: STS at any host, and the services of the
// machine. STS gives keys that are named after the role.
type cloudServer struct {
	imds  *imdsServer
	agent *agent

	mu    sync.Mutex
	forms []string // what STS was asked for, in short: by whom, where, what
}

func newCloudServer() *cloudServer {
	return &cloudServer{imds: newIMDSServer(), agent: &agent{life: time.Hour}}
}

func (s *cloudServer) RoundTrip(r *http.Request) (*http.Response, error) {
	switch r.URL.Hostname() {
	case "169.254.169.254":
		return s.imds.RoundTrip(r)
	case "169.254.170.2":
		return s.agent.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	signer, region := "nobody", ""
	if _, scope, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		parts := strings.Split(scope, "/")
		signer, region = parts[0], " for "+parts[2]
	}
	asked := fmt.Sprintf("%s at %s%s: %s %s", signer, r.URL.Host, region, form.Get("Action"), form.Get("RoleArn"))
	for _, name := range []string{"DurationSeconds", "ExternalId", "WebIdentityToken"} {
		if v := form.Get(name); v != "" {
			asked += " " + v
		}
	}
	if name := form.Get("RoleSessionName"); !strings.HasPrefix(name, "stowage-") {
		asked += " as " + name
	}
	s.mu.Lock()
	s.forms = append(s.forms, asked)
	s.mu.Unlock()
	role := form.Get("RoleArn")[strings.LastIndexByte(form.Get("RoleArn"), '/')+1:]
	w := httptest.NewRecorder()
	fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult><Credentials><AccessKeyId>%[2]s</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>"+
		"<Expiration>%[3]s</Expiration></Credentials></%[1]sResult></%[1]sResponse>", form.Get("Action"), role, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func (s *cloudServer) provider(t *testing.T, config, credentials string, fns ...func(*ProfileProviderOptions)) *ProfileProvider {
	t.Helper()
	o := ProfileProviderOptions{Lookup: variablesOf(nil)}
	o.ConfigFile, o.CredentialsFile = sharedFiles(t, config, credentials)
	o.HTTPClient = &http.Client{Transport: s}
	o.BaseDelay, o.MaxDelay = time.Microsecond, time.Microsecond
	for _, fn := range fns {
		fn(&o)
	}
	p, err := NewProfileProvider(o)
	require.NoError(t, err)
	return p
}

func profileNamed(name string) func(*ProfileProviderOptions) {
	return func(o *ProfileProviderOptions) { o.Name = name }
}

func TestProfileCredentials(t *testing.T) {
	t.Parallel()
	jwt := tokenAt(t, "jwt\n")
	const roles = `
[profile base]
region = us-west-2
[profile dev]
role_arn = arn:aws:iam::1:role/dev
source_profile = base
role_session_name = me
external_id = 42
duration_seconds = 1800
region = eu-west-1
[profile prod]
role_arn = arn:aws:iam::1:role/prod
source_profile = dev
endpoint_url = https://sts.example.com
[profile self]
role_arn = arn:aws:iam::1:role/self
source_profile = self
aws_access_key_id = AKIDSELF
aws_secret_access_key = s3cret
[profile both]
role_arn = arn:aws:iam::1:role/both
source_profile = base
aws_access_key_id = AKIDBOTH
aws_secret_access_key = s3cret
credential_process = false
[profile environment]
role_arn = arn:aws:iam::1:role/environment
credential_source = Environment
[profile instance]
role_arn = arn:aws:iam::1:role/instance
credential_source = Ec2InstanceMetadata
[profile container]
role_arn = arn:aws:iam::1:role/container
credential_source = EcsContainer
[profile web]
role_arn = arn:aws:iam::1:role/web
role_session_name = pod
mfa_serial = not asked for
services = local
[services local]
sts =
  endpoint_url = http://127.0.0.1:9000
`
	const keys = `
[base]
aws_access_key_id = AKIDBASE
aws_secret_access_key = s3cret
`
	config := strings.Replace(roles, "role_session_name = pod", "role_session_name = pod\nweb_identity_token_file = "+jwt, 1)
	for _, c := range []struct {
		name string
		set  map[string]string
		fn   func(*ProfileProviderOptions)
		want string // access key ID
		sts  []string
	}{
		{name: "base", want: "AKIDBASE"},
		{name: "dev", want: "dev", sts: []string{"AKIDBASE at sts.eu-west-1.amazonaws.com for eu-west-1: AssumeRole arn:aws:iam::1:role/dev 1800 42 as me"}},
		{name: "prod", want: "prod", sts: []string{
			"AKIDBASE at sts.eu-west-1.amazonaws.com for eu-west-1: AssumeRole arn:aws:iam::1:role/dev 1800 42 as me",
			"dev at sts.example.com for us-east-1: AssumeRole arn:aws:iam::1:role/prod",
		}},
		{name: "prod", set: map[string]string{"AWS_REGION": "ap-northeast-2", "AWS_ENDPOINT_URL_STS": "https://other.example.com"}, want: "prod", sts: []string{
			"AKIDBASE at other.example.com for ap-northeast-2: AssumeRole arn:aws:iam::1:role/dev 1800 42 as me",
			"dev at other.example.com for ap-northeast-2: AssumeRole arn:aws:iam::1:role/prod",
		}},
		{
			name: "self", set: map[string]string{"AWS_ENDPOINT_URL": "https://all.example.com"}, want: "self",
			sts: []string{"AKIDSELF at all.example.com for us-east-1: AssumeRole arn:aws:iam::1:role/self"},
		},
		{
			name: "self", set: map[string]string{"AWS_ENDPOINT_URL": "https://all.example.com", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, want: "self",
			sts: []string{"AKIDSELF at sts.amazonaws.com for us-east-1: AssumeRole arn:aws:iam::1:role/self"},
		},
		{
			name: "self", set: map[string]string{"AWS_ENDPOINT_URL": "https://all.example.com", "AWS_DEFAULT_REGION": "eu-west-2"},
			fn:   func(o *ProfileProviderOptions) { o.STSEndpoint, o.Region = "http://127.0.0.1:7480", "default" },
			want: "self", sts: []string{"AKIDSELF at 127.0.0.1:7480 for default: AssumeRole arn:aws:iam::1:role/self"},
		},
		{name: "both", want: "both", sts: []string{"AKIDBASE at sts.amazonaws.com for us-east-1: AssumeRole arn:aws:iam::1:role/both"}},
		{
			name: "environment", set: map[string]string{"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s3cret"}, want: "environment",
			sts: []string{"AKIDENV at sts.amazonaws.com for us-east-1: AssumeRole arn:aws:iam::1:role/environment"},
		},
		{name: "instance", want: "instance", sts: []string{"ASIA1 at sts.amazonaws.com for us-east-1: AssumeRole arn:aws:iam::1:role/instance"}},
		{
			name: "container", set: map[string]string{relativeURI: "/c"}, want: "container",
			sts: []string{"ASIA1 at sts.amazonaws.com for us-east-1: AssumeRole arn:aws:iam::1:role/container"},
		},
		{name: "web", want: "web", sts: []string{"nobody at 127.0.0.1:9000: AssumeRoleWithWebIdentity arn:aws:iam::1:role/web jwt as pod"}},
	} {
		s := newCloudServer()
		p := s.provider(t, config, keys, func(o *ProfileProviderOptions) {
			o.Name, o.Lookup = c.name, variablesOf(c.set)
			if c.fn != nil {
				c.fn(o)
			}
		})
		for range 2 { // the second is from the cache
			got, err := p.Retrieve(t.Context())
			require.NoError(t, err, c.name)
			require.Equal(t, c.want, got.AccessKeyID, c.name)
		}
		require.Equal(t, c.sts, s.forms, c.name)
	}
}

func TestProfileKeys(t *testing.T) {
	t.Parallel()
	got, err := newCloudServer().provider(t, "[default]\nregion = r\n", "[default]\naws_access_key_id = AKID\naws_secret_access_key = s3cret/+=\naws_session_token = t0ken\n").Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, sigv4.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s3cret/+=", SessionToken: "t0ken"}, got)
}

func TestProfileProcess(t *testing.T) {
	t.Parallel()
	p := newCloudServer().provider(t, "[default]\ncredential_process = "+processCommand(t, `arguments "a  b"`)+" # why\n", "")
	got, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, sigv4.Credentials{AccessKeyID: "AKIDPROCESS", SecretAccessKey: "process-secret", SessionToken: "a  b"}, got)

	var messages bytes.Buffer
	p = newCloudServer().provider(t, "[default]\ncredential_process = "+processCommand(t, "fail")+"\n", "", func(o *ProfileProviderOptions) { o.ProcessStderr = &messages })
	_, err = p.Retrieve(t.Context())
	require.ErrorContains(t, err, "ProfileProvider: ProcessProvider: ")
	require.ErrorContains(t, err, "exit status 3")
	require.Equal(t, "log in first", messages.String())
}

func TestProfilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const role = "role_arn = arn:aws:iam::1:role/r\n"
	const keys = "aws_access_key_id = AKID\naws_secret_access_key = s3cret\n"
	for _, c := range []struct {
		name, config string
		wrong        string
		is           error
	}{
		{"no secret", "[profile p]\naws_access_key_id = AKID\n", `profile "p": aws_secret_access_key is missing`, nil},
		{"no ID", "[profile p]\naws_secret_access_key = s3cret\n", `profile "p": aws_access_key_id is missing`, nil},
		{"a session token alone", "[profile p]\naws_session_token = s3cret\n", `profile "p": aws_access_key_id is missing`, nil},
		{"nothing", "[profile p]\nregion = r\n", `profile "p": not configured: it has no credentials`, ErrNotConfigured},
		{"not there", "[profile q]\n", `profile "p" is not in`, nil},
		{"role alone", "[profile p]\n" + role + keys, `profile "p": role_arn needs source_profile, credential_source or web_identity_token_file`, nil},
		{"two sources", "[profile p]\n" + role + "source_profile = q\ncredential_source = Environment\n", `profile "p": source_profile and credential_source exclude each other`, nil},
		{"source without a role", "[profile p]\nsource_profile = q\n", `profile "p": role_arn is missing beside source_profile`, nil},
		{"token file without a role", "[profile p]\nweb_identity_token_file = f\n", `profile "p": role_arn is missing beside web_identity_token_file`, nil},
		{"unknown source", "[profile p]\n" + role + "credential_source = ec2\n", `profile "p": credential_source is "ec2", want Environment, Ec2InstanceMetadata or EcsContainer`, nil},
		{"source that is not set up", "[profile p]\n" + role + "credential_source = Environment\n", "credential_source: EnvironmentProvider: not configured: AWS_ACCESS_KEY_ID is not set", nil},
		{"source profile that is not there", "[profile p]\n" + role + "source_profile = q\n", `profile "p": source_profile: identity: profile "q" is not in`, nil},
		{"source profile without credentials", "[profile p]\n" + role + "source_profile = q\n[profile q]\n", `profile "p": source_profile "q" has no credentials`, nil},
		{"source profile that is half set", "[profile p]\n" + role + "source_profile = q\n[profile q]\naws_access_key_id = AKID\n", `ProfileProvider: profile "q": aws_secret_access_key is missing`, nil},
		{"itself without keys", "[profile p]\n" + role + "source_profile = p\n", `profile "p": it is its own source_profile, and has no keys`, nil},
		{
			"circle", "[profile p]\n" + role + "source_profile = q\n[profile q]\n" + role + "source_profile = r\n[profile r]\n" + role + "source_profile = p\n" + keys,
			`profile "r": source_profile leads in a circle: p, q, r, p`, nil,
		},
		{"MFA", "[profile p]\n" + role + "source_profile = q\nmfa_serial = arn\n[profile q]\n" + keys, `profile "p": not supported: mfa_serial`, ErrUnsupported},
		{"SSO session", "[profile p]\nsso_session = s\nsso_account_id = 1\n", `profile "p": not supported: sso_session`, ErrUnsupported},
		{"SSO", "[profile p]\nsso_start_url = u\n", `profile "p": not supported: sso_start_url`, ErrUnsupported},
		{"duration", "[profile p]\n" + role + "source_profile = p\nduration_seconds = 1h\n" + keys, `profile "p": duration_seconds is no number of seconds`, nil},
		{"no duration", "[profile p]\n" + role + "source_profile = p\nduration_seconds = 0\n" + keys, `profile "p": duration_seconds is no number of seconds`, nil},
		{"session name", "[profile p]\n" + role + "source_profile = p\nrole_session_name = a b\n" + keys, `RoleSessionName`, nil},
		{"endpoint", "[profile p]\n" + role + "source_profile = p\nendpoint_url = s3cret\n" + keys, `profile "p": identity: Endpoint`, nil},
		{"endpoint for a token", "[profile p]\n" + role + "web_identity_token_file = f\nendpoint_url = s3cret\n", `profile "p": identity: Endpoint`, nil},
		{"token file", "[profile p]\n" + role + "web_identity_token_file = " + filepath.Join(t.TempDir(), "nowhere") + "\n", "nowhere", os.ErrNotExist},
		{"process", "[profile p]\ncredential_process = tool 's3cret\n", `profile "p": identity: Command ends within quotes`, nil},
		{"syntax", "[profile p\n", "line 1: a section without its ']'", nil},
		{"services", "[profile p]\nservices = s\n", `services "s" is not in`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newCloudServer()
			_, err := s.provider(t, c.config, "", profileNamed("p")).Retrieve(t.Context())
			require.ErrorContains(t, err, "ProfileProvider: ")
			require.ErrorContains(t, err, c.wrong)
			require.NotContains(t, err.Error(), "s3cret")
			require.NotContains(t, err.Error(), "\n")
			require.Equal(t, c.is == ErrNotConfigured, isNotConfigured(err))
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			require.Empty(t, s.forms)
		})
	}
}

func TestProfileIsReadAgainAfterARefusal(t *testing.T) {
	t.Parallel()
	s := newCloudServer()
	var path string
	p := s.provider(t, "", "[default]\naws_access_key_id = ONE\naws_secret_access_key = s\n", func(o *ProfileProviderOptions) { path = o.CredentialsFile })
	one, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("[default]\naws_access_key_id = TWO\naws_secret_access_key = s\n"), 0o600))
	again, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, one, again)
	p.Invalidate(one)
	two, err := p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "TWO", two.AccessKeyID)
	// One who comes late changes nothing.
	require.NoError(t, os.Remove(path))
	p.Invalidate(one)
	again, err = p.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, two, again)
}

func TestProfileRoleIsRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCloudServer()
		p := s.provider(t, "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\naws_access_key_id = AKID\naws_secret_access_key = s\n", "")
		one, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		time.Sleep(56 * time.Minute)
		_, err = p.Retrieve(t.Context())
		require.NoError(t, err)
		synctest.Wait()
		two, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.True(t, two.Expires.After(one.Expires))
		require.Len(t, s.forms, 2)
	})
}

func TestProfileOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := NewProfileProvider(ProfileProviderOptions{RefreshBefore: -1})
	require.EqualError(t, err, "identity: RefreshBefore is negative")
	_, err = NewProfileProvider(ProfileProviderOptions{STSEndpoint: "sts.example.com"})
	require.ErrorContains(t, err, "identity: STSEndpoint")
	o := ProfileProviderOptions{}
	o.HTTPClient, o.TLSConfig = http.DefaultClient, linkLocalClient(nil).Transport.(*http.Transport).TLSClientConfig
	_, err = NewProfileProvider(o)
	require.ErrorContains(t, err, "TLSConfig is for the default HTTPClient")
}

func TestProfileSourceWithABadConnection(t *testing.T) {
	t.Parallel()
	// NewProfileProvider has checked it already; the resolver passes on what it is told.
	for _, source := range []string{"Ec2InstanceMetadata", "EcsContainer"} {
		c := sharedConfigOf(t, "[profile p]\nrole_arn = arn\ncredential_source = "+source+"\n", "")
		p, err := c.Profile("p")
		require.NoError(t, err)
		r := profileResolver{variables: variablesOf(nil)}
		r.options.HTTPClient, r.options.TLSConfig = http.DefaultClient, linkLocalClient(nil).Transport.(*http.Transport).TLSClientConfig
		_, err = r.provider(c, p, nil)
		require.ErrorContains(t, err, "TLSConfig is for the default HTTPClient")
	}
}
