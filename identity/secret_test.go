package identity

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/sigv4"
)

const swordfish = "swordfish-2c1b"

// prints are all the ways in which a value finds its way to somebody's eyes.
func prints(t *testing.T, v any) map[string]string {
	out := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		out[verb] = fmt.Sprintf(verb, v)
	}
	var text, doc bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&doc, nil)).Info("m", "v", v)
	out["slog text"], out["slog JSON"] = text.String(), doc.String()
	b, err := json.Marshal(v)
	if err == nil {
		out["JSON"] = string(b)
	}
	return out
}

// hides asserts that neither v, nor a pointer to it, nor a struct around it shows the secret.
func hides(t *testing.T, v any) {
	t.Helper()
	at := reflect.New(reflect.TypeOf(v))
	at.Elem().Set(reflect.ValueOf(v))
	for _, form := range []any{v, at.Interface(), struct{ Field any }{v}, []any{v}} {
		for how, s := range prints(t, form) {
			for _, secret := range []string{swordfish, fmt.Sprintf("%x", swordfish), fmt.Sprintf("%X", swordfish)} {
				assert.NotContains(t, s, secret, "%T by %s", form, how)
			}
		}
	}
}

func TestSecretsAreHidden(t *testing.T) {
	s := newKeystoneServer()
	c := s.client(t, V3)
	c.state().options.Auth = PasswordAuth{Username: "u", Password: swordfish}
	token(t, c)
	c.state().tokens.value.ID = swordfish
	keys := sigv4.Credentials{AccessKeyID: "a", SecretAccessKey: swordfish, SessionToken: swordfish}
	cache := NewCache(sigv4.Static("a", swordfish, swordfish), CacheOptions{})
	_, err := cache.Retrieve(t.Context())
	require.NoError(t, err)
	provider, err := NewEC2CredentialProvider(EC2CredentialProviderOptions{Client: c})
	require.NoError(t, err)
	for _, v := range []any{
		Secret(swordfish),
		PasswordAuth{Password: swordfish},
		ApplicationCredentialAuth{Secret: swordfish},
		TokenAuth{swordfish},
		Options{Auth: PasswordAuth{Password: swordfish}},
		Token{ID: swordfish},
		EC2Credential{Credentials: keys},
		*c, c,
		*cache, cache,
		*provider, provider,
		EC2CredentialProviderOptions{Client: c},
		struct{ unexported Client }{*c},
		struct{ unexported Cache }{*cache},
		struct{ unexported EC2CredentialProvider }{*provider},
	} {
		hides(t, v)
	}
	for _, v := range []any{*c, *cache, Token{ID: swordfish}, EC2Credential{Credentials: keys}} {
		require.NotEmpty(t, fmt.Sprint(v))
	}
	b, err := xml.Marshal(PasswordAuth{Password: swordfish})
	require.NoError(t, err)
	require.Contains(t, string(b), "<Password>REDACTED</Password>")
	require.Equal(t, "REDACTED", Secret(swordfish).String())
	require.Equal(t, `"REDACTED"`, fmt.Sprint(Secret(swordfish).GoString()))
	require.Empty(t, Secret("").String())
}

func TestNothingSecretIsLogged(t *testing.T) {
	var log bytes.Buffer
	s := newKeystoneServer()
	c := s.client(t, V3, func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: transport.LevelWire}))
	})
	s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/v3/auth/tokens" && r.Method == http.MethodPost {
			w.Header().Set("X-Subject-Token", swordfish)
			w.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(w, `{"token":{"expires_at":"2999-01-01T00:00:00Z","user":{"id":%q},"project":{"id":"p"}}}`, serverUser)
			return true
		}
		fmt.Fprintf(w, `{"credential":{"access":"a","secret":%q}}`, swordfish)
		return true
	}
	_, err := c.CreateEC2Credential(t.Context(), nil)
	require.NoError(t, err)
	_, err = c.ValidateToken(t.Context(), swordfish)
	require.Error(t, err)
	require.Contains(t, log.String(), "service=Keystone operation=CreateEC2Credential")
	require.Contains(t, log.String(), "X-Auth-Token")
	require.NotContains(t, log.String(), swordfish)
	require.NotContains(t, log.String(), serverPassword)
}
