package identity

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

// Providers that hold, or have handed out, a secret print as their name.
func TestLocalProvidersAreRedacted(t *testing.T) {
	t.Parallel()
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": swordfish, "AWS_SESSION_TOKEN": swordfish}
	file := "[default]\naws_access_key_id = AKID\naws_secret_access_key = " + swordfish + "\naws_session_token = " + swordfish + "\n[" + "services x]\n"
	config := sharedConfigOf(t, file, file)
	profile, err := config.Profile("default")
	require.NoError(t, err)
	require.Equal(t, swordfish, profile.Setting("aws_secret_access_key"))

	process, err := NewProcessProvider(ProcessProviderOptions{
		Command: processCommand(t, `print '{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"`+swordfish+`","SessionToken":"`+swordfish+`"}'`),
	})
	require.NoError(t, err)
	container, err := NewContainerProvider(containerOptions(secretAgent))
	require.NoError(t, err)
	imds, err := NewIMDSProvider(imdsTestOptions(secretInstance))
	require.NoError(t, err)
	chain := NewChain(&link{err: ErrNotConfigured}, sigv4.Static("AKID", swordfish, swordfish))
	byFile := newCloudServer().provider(t, file, "")
	byDefault := newCloudServer().chain(t, keys)
	environment := NewEnvironmentProvider(variablesOf(keys))
	for _, p := range []sigv4.Provider{environment, process, container, imds, chain, byFile, byDefault} {
		c, err := p.Retrieve(t.Context())
		require.NoError(t, err)
		require.Equal(t, swordfish, c.SecretAccessKey)
	}
	for name, v := range map[string]any{
		"EnvironmentProvider": *environment, "ProcessProvider": *process, "ContainerProvider": *container, "IMDSProvider": *imds,
		"Chain": *chain, "ProfileProvider": *byFile, "SharedConfig": *config,
	} {
		hides(t, v)
		require.Equal(t, "identity."+name, fmt.Sprint(v))
	}
	// Not even where package fmt can't ask a value how it prints.
	for _, v := range []any{
		struct{ unexported EnvironmentProvider }{*environment},
		struct{ unexported Chain }{*chain},
		struct{ unexported ProfileProvider }{*byFile},
		struct{ unexported SharedConfig }{*config},
		struct{ unexported Profile }{*profile},
	} {
		hides(t, v)
	}
	hides(t, *byDefault)
	hides(t, *profile)
	hides(t, containerOptions(secretAgent))
	hides(t, imdsTestOptions(secretInstance))
	hides(t, SharedConfigOptions{Lookup: variablesOf(keys)})
	hides(t, ProfileProviderOptions{Lookup: variablesOf(keys)})
	hides(t, DefaultChainOptions{Lookup: variablesOf(keys)})
}

// secretAgent and secretInstance give secrets away, and take a secret token.
func secretAgent(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != swordfish {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, `{"AccessKeyId":"AKID","SecretAccessKey":%[1]q,"Token":%[1]q,"Expiration":%[2]q}`, swordfish, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}

func secretInstance(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut:
		fmt.Fprint(w, swordfish)
	case r.Header.Get(headerIMDSToken) != swordfish:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == imdsCredentials:
		fmt.Fprint(w, "web")
	default:
		fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":"AKID","SecretAccessKey":%[1]q,"Token":%[1]q,"Expiration":%[2]q}`, swordfish, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}
}

// served is a client of a handler.
func served(h http.HandlerFunc) *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h(w, r)
		return w.Result(), nil
	})}
}

func containerOptions(h http.HandlerFunc) ContainerProviderOptions {
	o := ContainerProviderOptions{URI: "http://127.0.0.1/c", AuthorizationToken: swordfish}
	o.HTTPClient = served(h)
	return o
}

func imdsTestOptions(h http.HandlerFunc) IMDSProviderOptions {
	o := IMDSProviderOptions{Lookup: variablesOf(nil)}
	o.HTTPClient = served(h)
	return o
}

func TestLocalProvidersLogNoSecret(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: transport.LevelWire}))
	co := containerOptions(secretAgent)
	co.Logger = logger
	container, err := NewContainerProvider(co)
	require.NoError(t, err)
	io := imdsTestOptions(secretInstance)
	io.Logger = logger
	imds, err := NewIMDSProvider(io)
	require.NoError(t, err)
	for _, p := range []sigv4.Provider{container, imds} {
		_, err := p.Retrieve(t.Context())
		require.NoError(t, err)
	}
	for _, what := range []string{`"Container","operation":"GetCredentials"`, `"IMDS","operation":"GetToken"`, `"IMDS","operation":"GetMetadata"`, headerIMDSToken, "Authorization"} {
		require.Contains(t, log.String(), what)
	}
	require.NotContains(t, log.String(), swordfish)
}
