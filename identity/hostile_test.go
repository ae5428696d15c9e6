package identity

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/internal/wiretest/hostile"
	"github.com/stowage-go/stowage/sigv4"
)

// Whatever a server answers, a call ends soon, with an error of one line, and takes no more memory
// than is written down in SECURITY.md: also by a client of the caller's, which unpacks bodies.
func TestHostileServer(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("moves half a gigabyte, and counts memory")
	}
	limit := 10 * time.Second
	options := func(hc *http.Client) HTTPOptions {
		return HTTPOptions{HTTPClient: hc, Timeout: limit, BaseDelay: time.Microsecond, MaxDelay: time.Microsecond}
	}
	calls := map[string]func(context.Context, string, *http.Client) error{
		"v3": func(ctx context.Context, url string, hc *http.Client) error {
			c, err := New(Options{AuthURL: url + "/v3", Auth: PasswordAuth{Username: "u", Password: "p"}, HTTPOptions: options(hc)})
			require.NoError(t, err)
			_, err = c.Token(ctx)
			return err
		},
		"versions": func(ctx context.Context, url string, hc *http.Client) error {
			c, err := New(Options{AuthURL: url, Auth: PasswordAuth{Username: "u", Password: "p"}, HTTPOptions: options(hc)})
			require.NoError(t, err)
			_, err = c.ListVersions(ctx)
			return err
		},
		"STS": func(ctx context.Context, url string, hc *http.Client) error {
			c, err := NewSTS(STSOptions{Endpoint: url, Credentials: sigv4.Static("A", "s", ""), Region: "r", HTTPOptions: options(hc)})
			require.NoError(t, err)
			_, err = c.GetCallerIdentity(ctx, nil)
			return err
		},
	}
	unpacking := http.DefaultTransport.(*http.Transport).Clone()
	defer unpacking.CloseIdleConnections()
	for name, call := range calls {
		attacks := hostile.Attacks("application/json", `{"token":{"catalog":[{}`, ",{}")
		if name == "STS" {
			attacks = hostile.Attacks("text/xml", "<GetCallerIdentityResponse>", "<GetCallerIdentityResult/>")
		}
		for _, a := range attacks {
			for kind, hc := range map[string]*http.Client{"own": transport.NewHTTPClient(nil), "caller's": {Transport: unpacking}} {
				if kind != "own" && !a.Packed {
					continue // what else differs is net/http's
				}
				t.Run(a.Name+"/"+name+"/"+kind, func(t *testing.T) {
					if limit = 10 * time.Second; a.Stalls {
						limit = 200 * time.Millisecond
					}
					require.Error(t, hostile.Survive(t, a, 320<<20, func(ctx context.Context, url string) error {
						return call(ctx, url, hc)
					}))
				})
			}
		}
	}
}

// No redirect is followed: the password would go with it.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"https://evil.example/v3/auth/tokens", "http://keystone.example.com/v3/auth/tokens", "//evil.example/", "/v3/elsewhere"} {
			s := newKeystoneServer()
			var asked []string
			s.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				asked = append(asked, r.URL.String())
				require.Empty(t, r.Header.Get("Cookie"))
				w.Header().Set("Location", to)
				w.Header().Set("Set-Cookie", "session=1; Path=/")
				w.WriteHeader(code)
				return true
			}
			c := s.client(t, V3)
			for range 2 {
				_, err := c.Token(t.Context())
				var refused *Error
				require.True(t, errors.As(err, &refused))
				require.Equal(t, code, refused.StatusCode)
			}
			require.Equal(t, []string{"https://keystone.example.com/v3/auth/tokens", "https://keystone.example.com/v3/auth/tokens"}, asked)
		}
	}
}
