package swift

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/internal/wiretest/hostile"
	"github.com/stowage-go/stowage/internal/wiretest/told"
)

// Whatever a server answers, a call ends soon, with an error of one line, and takes no more memory
// than is written down in SECURITY.md.
func TestHostileServer(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("moves half a gigabyte, and counts memory")
	}
	calls := map[string]func(context.Context, *Client) error{
		"ListObjects": func(ctx context.Context, c *Client) error {
			_, err := c.ListObjects(ctx, &ListObjectsInput{Container: "c"})
			return err
		},
		"BulkDelete": func(ctx context.Context, c *Client) error {
			_, err := c.BulkDelete(ctx, &BulkDeleteInput{Paths: []Path{{Container: "c", Object: "o"}}})
			return err
		},
		"GetSLOManifest": func(ctx context.Context, c *Client) error {
			_, err := c.GetSLOManifest(ctx, &GetSLOManifestInput{Container: "c", Object: "o"})
			return err
		},
		"DeleteObject": func(ctx context.Context, c *Client) error {
			_, err := c.DeleteObject(ctx, &DeleteObjectInput{Container: "c", Object: "o"})
			return err
		},
	}
	for _, kind := range []struct{ name, open, item string }{
		{"application/json", "[{}", ",{}"},
		{"text/plain", "a\n", "a\n"},
		{"application/xml", "<container>", "<object/>"},
	} {
		for _, a := range hostile.Attacks(kind.name, kind.open, kind.item) {
			for name, call := range calls {
				document := strings.Contains(a.Name, "document")
				switch {
				case kind.name != "application/json" && (name != "ListObjects" || !strings.HasPrefix(a.Name, "document of as many")):
					continue // what differs is how the list is read
				case name != "ListObjects" && document == (name == "DeleteObject"):
					continue // it reads none, or is refused like the others
				}
				t.Run(a.Name+"/"+name+"/"+kind.name, func(t *testing.T) {
					err := hostile.Survive(t, a, 640<<20, func(ctx context.Context, url string) error {
						return call(ctx, newClient(t, nil, func(o *Options) {
							o.StorageURL, o.HTTPClient, o.IdleTimeout = url+"/v1/AUTH_a", transport.NewHTTPClient(nil), 200*time.Millisecond
						}))
					})
					if err == nil {
						require.Equal(t, "DeleteObject", name, "whose answer says nothing")
					}
				})
			}
		}
	}
}

// No redirect is followed: the token would go with it.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"https://evil.example/v1/AUTH_test/c", "http://" + strings.TrimPrefix(testStorage, "https://"), "//evil.example/", "/v1/AUTH_test/other"} {
			s := answers(status(code, "Location", to, "Set-Cookie", "session=1"))
			c := newClient(t, s)
			_, err := c.CreateObject(t.Context(), &CreateObjectInput{Container: "c", Object: "o", Body: strings.NewReader("x")})
			var refused *Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, code, refused.StatusCode)
			_, err = c.ListObjects(t.Context(), &ListObjectsInput{Container: "c"})
			require.Error(t, err)
			require.Equal(t, 2, s.count())
			require.Equal(t, "/v1/AUTH_test/c", strings.TrimSuffix(s.reqs[0].URL.Path, "/o"))
			require.Empty(t, s.reqs[1].Header.Get("Cookie"), "no cookie comes back")
		}
	}
}

// A header can't be put into a request by a value, nor a query by a name.
func TestInjection(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"a\r\nX-Object-Manifest: c/p", "a\nb", "a\x00b", "a\rb"} {
		s := &stub{}
		c := newClient(t, s)
		for name, in := range map[string]*CreateObjectInput{
			"value":       {Metadata: map[string]string{"a": evil}},
			"name":        {Metadata: map[string]string{evil: "a"}},
			"ContentType": {ContentType: evil},
		} {
			in.Container, in.Object, in.Body = "c", "o", strings.NewReader("x")
			_, err := c.CreateObject(t.Context(), in)
			if err != nil {
				told.OneLine(t, err.Error())
				continue
			}
			last := s.reqs[len(s.reqs)-1]
			for _, values := range last.Header {
				for _, v := range values {
					require.False(t, strings.ContainsAny(v, "\r\n\x00"), "%s: %q", name, v)
				}
			}
			require.Empty(t, last.Header.Get("X-Object-Manifest"))
		}
		for _, object := range []string{evil, "o?multipart-manifest=delete", "o#x", "o%3Fx", "../../AUTH_b/c/o", "o&format=xml"} {
			s := &stub{}
			_, err := newClient(t, s).HeadObject(t.Context(), &HeadObjectInput{Container: "c", Object: object})
			if s.count() == 0 {
				require.Error(t, err)
				told.OneLine(t, err.Error())
				continue
			}
			r := s.reqs[0]
			require.Empty(t, r.URL.RawQuery)
			require.Equal(t, "/v1/AUTH_test/c/"+object, r.URL.Path)
			sent, err := http.NewRequest(http.MethodHead, r.URL.String(), nil)
			require.NoError(t, err)
			require.Equal(t, "/v1/AUTH_test/c/"+object, sent.URL.Path, "as a server reads it")
		}
	}
}

// A listing that goes round ends, also among the versions of one object.
func TestListingsThatGoRound(t *testing.T) {
	t.Parallel()
	n := 0
	s := &stub{reply: func(_ int, r *http.Request) (*http.Response, error) {
		n++
		return answer(r, 200, []string{"Content-Type", "application/json"}, `[{"name":"o","version_id":"`+strings.Repeat("v", 1+n%3)+`"}]`), nil
	}}
	var last error
	for _, err := range newClient(t, s).ListObjectsPages(t.Context(), &ListObjectsInput{Container: "c", Versions: true}) {
		last = err
		require.Less(t, n, 100)
	}
	require.ErrorIs(t, last, ErrListingStuck)
	n = 0
	for _, err := range newClient(t, s).ListContainersPages(t.Context(), nil) {
		last = err
		require.Less(t, n, 100)
	}
	require.ErrorIs(t, last, ErrListingStuck)
}
