//go:build integration

package integration

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
)

// sign fills in the key and an hour.
func (s *signedServer) sign(t *testing.T, o swift.TempURLOptions, opts ...func(*swift.Options)) *swift.TempURL {
	t.Helper()
	if o.Key == "" {
		o.Key = s.key
	}
	if o.Expires.IsZero() {
		o.Expires = time.Now().Add(time.Hour)
	}
	u, err := s.client.TempURL(t.Context(), o, opts...)
	require.NoError(t, err)
	return u
}

func TestSwiftTempURL(t *testing.T) {
	eachSigned(t, func(t *testing.T, s *signedServer) {
		container := s.container(t)
		extended := s.name == "openstack"
		works := func(t *testing.T, u string) reply {
			t.Helper()
			resp, body := anonymous(t, http.MethodGet, u, "", nil)
			require.Equal(t, http.StatusOK, resp.StatusCode, body)
			require.Equal(t, "content", body)
			return resp
		}
		refused := func(t *testing.T, method, u string) {
			t.Helper()
			resp, _ := anonymous(t, method, u, "", nil)
			require.Equal(t, s.refused, resp.StatusCode)
		}

		t.Run("methods", func(t *testing.T) {
			o := swift.TempURLOptions{Container: container, Object: "dir/a b%+.txt"}
			for _, method := range []string{"PUT", "GET", "HEAD", "POST", "DELETE"} {
				o.Method = method
				u := s.sign(t, o)
				if extended {
					require.Equal(t, swift.DigestSHA256, u.Digest)
				} else {
					require.Equal(t, swift.DigestSHA1, u.Digest)
				}
				for _, other := range []string{"GET", "PUT", "POST", "DELETE"} {
					if other != method {
						refused(t, other, u.URL())
					}
				}
				body := ""
				if method == "PUT" {
					body = "by TempURL"
				}
				resp, text := anonymous(t, method, u.URL(), body, http.Header{"X-Object-Meta-By": {"tempurl"}})
				require.Less(t, resp.StatusCode, 300, text)
				switch method {
				case "PUT":
					require.Equal(t, "by TempURL", s.get(t, container, o.Object))
				case "GET":
					require.Equal(t, "by TempURL", text)
				case "HEAD":
					require.EqualValues(t, len("by TempURL"), resp.ContentLength)
				case "POST":
					head, err := s.client.HeadObject(t.Context(), &swift.HeadObjectInput{Container: container, Object: o.Object})
					require.NoError(t, err)
					require.Equal(t, "tempurl", head.Metadata["by"])
				case "DELETE":
					require.Equal(t, "absent", s.get(t, container, o.Object))
				}
			}
		})

		s.put(t, container, "o", "content")
		o := swift.TempURLOptions{Container: container, Object: "o"}
		t.Run("digests", func(t *testing.T) {
			for _, d := range []swift.Digest{swift.DigestSHA1, swift.DigestSHA256, swift.DigestSHA512} {
				for _, inBase64 := range []bool{false, true} {
					o := o
					o.Digest, o.Base64 = d, inBase64
					u := s.sign(t, o, func(o *swift.Options) { o.AllowUnsupported = true })
					if extended || d == swift.DigestSHA1 && !inBase64 {
						works(t, u.URL())
					} else {
						refused(t, http.MethodGet, u.URL())
					}
				}
			}
		})
		t.Run("names", func(t *testing.T) {
			for _, name := range nastyNames {
				s.put(t, container, name, "content")
				o := o
				o.Object = name
				works(t, s.sign(t, o).URL())
			}
			o := o
			o.Object = "///"
			o.Key, o.Expires = s.key, time.Now().Add(time.Hour)
			_, err := s.client.TempURL(t.Context(), o)
			require.ErrorContains(t, err, "Object")
		})
		t.Run("prefix", func(t *testing.T) {
			s.put(t, container, "pre fix%/1", "content")
			s.put(t, container, "pre fix%/a b+c", "content")
			for _, prefix := range []string{"pre fix%/", "pre fix%/1", ""} {
				u := s.sign(t, swift.TempURLOptions{Container: container, Object: "pre fix%/1", Prefix: &prefix})
				works(t, u.URL())
				other, err := u.ForObject("pre fix%/a b+c")
				if prefix == "pre fix%/1" {
					require.ErrorContains(t, err, "does not begin with Prefix")
					// Nor is it for anybody who puts the URL together by hand.
					refused(t, http.MethodGet, strings.Replace(u.URL(), "/1?", "/a%20b%2Bc?", 1))
				} else {
					require.NoError(t, err)
					works(t, other)
				}
			}
			prefix := "up/"
			for _, method := range []string{"PUT", "POST", "HEAD", "DELETE"} {
				at, err := s.sign(t, swift.TempURLOptions{Container: container, Prefix: &prefix, Method: method}).ForObject("up/x")
				require.NoError(t, err)
				resp, text := anonymous(t, method, at, "", nil)
				require.Less(t, resp.StatusCode, 300, "%s %s", method, text)
			}
		})
		t.Run("expired", func(t *testing.T) {
			past := s.with(t, func(o *swift.Options) { o.Clock = func() time.Time { return time.Now().Add(-time.Hour) } })
			for _, iso := range []bool{false, true} {
				o := o
				o.Key, o.Expires, o.ExpiresISO8601, o.Digest = s.key, time.Now().Add(-time.Minute), iso, swift.DigestSHA1
				u, err := past.TempURL(t.Context(), o)
				require.NoError(t, err)
				resp, _ := anonymous(t, http.MethodGet, u.URL(), "", nil)
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
				// A later end is not the one that is signed.
				unsigned, _, _ := strings.Cut(u.URL(), "temp_url_expires=")
				late := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
				refused(t, http.MethodGet, unsigned+"temp_url_expires="+late)
			}
		})
		t.Run("ISO 8601", func(t *testing.T) {
			o := o
			o.ExpiresISO8601 = true
			u := s.sign(t, o)
			require.Contains(t, u.URL(), "temp_url_expires=20")
			works(t, u.URL())
		})
		t.Run("tampered", func(t *testing.T) {
			u := s.sign(t, o).URL()
			works(t, u)
			refused(t, http.MethodGet, strings.Replace(u, "/o?", "/a%20b?", 1))
			at := strings.Index(u, "temp_url_sig=") + len("temp_url_sig=")
			flipped := "0"
			if u[at] == '0' {
				flipped = "1"
			}
			refused(t, http.MethodGet, u[:at]+flipped+u[at+1:])
			refused(t, http.MethodGet, u+"&temp_url_prefix=o")
			o := o
			o.Key = "another key"
			refused(t, http.MethodGet, s.sign(t, o).URL())
		})
		t.Run("IP range", func(t *testing.T) {
			for text, want := range map[string]bool{"127.0.0.0/8": true, "127.0.0.1/32": true, "10.0.0.0/8": false, "2001:db8::/32": false} {
				o := o
				o.IPRange = netip.MustParsePrefix(text)
				u := s.sign(t, o, func(o *swift.Options) { o.AllowUnsupported = true }).URL()
				if want && extended {
					works(t, u)
					// The range is signed.
					refused(t, http.MethodGet, strings.Replace(u, "ip_range=127", "ip_range=126", 1))
				} else {
					refused(t, http.MethodGet, u)
				}
			}
		})
		t.Run("file name", func(t *testing.T) {
			o := o
			o.Filename = `saved "as" ü+&.txt`
			for _, inline := range []bool{false, true} {
				o.Inline = inline
				got := works(t, s.sign(t, o).URL()).Header.Get("Content-Disposition")
				require.Equal(t, contentDisposition(s.name, o.Filename, inline), got)
			}
			o.Filename = ""
			require.Equal(t, "inline", works(t, s.sign(t, o).URL()).Header.Get("Content-Disposition"))
		})
		t.Run("refused before it is signed", func(t *testing.T) {
			if extended {
				skipped(t, "TestSwiftTempURL")
			}
			for member, change := range map[string]func(*swift.TempURLOptions){
				"Base64":  func(o *swift.TempURLOptions) { o.Base64 = true },
				"IPRange": func(o *swift.TempURLOptions) { o.IPRange = netip.MustParsePrefix("10.0.0.0/8") },
			} {
				o := o
				o.Key, o.Expires = s.key, time.Now().Add(time.Hour)
				change(&o)
				_, err := s.client.TempURL(t.Context(), o)
				require.ErrorIs(t, err, swift.ErrUnsupported)
				require.ErrorContains(t, err, member)
			}
		})
	})
}

// TestSwiftTempURLAccountKey signs with a key of the account, in a project that no other test uses.
func TestSwiftTempURLAccountKey(t *testing.T) {
	k := openKeystone(t)
	auth := k.client(t, func(o *identity.Options) {
		o.Scope = identity.Scope{ProjectName: k.env["OS_PROJECT2_NAME"], ProjectDomainName: "Default"}
	})
	s := &signedServer{name: "openstack", options: swift.Options{Auth: auth, Profile: swift.OpenStack()}}
	s.client = s.with(t)
	_, err := s.client.UpdateAccount(t.Context(), &swift.UpdateAccountInput{TempURLKey: "first key", TempURLKey2: "second key"})
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := s.client.UpdateAccount(context.Background(), &swift.UpdateAccountInput{RemoveMetadata: []string{"Temp-URL-Key", "Temp-URL-Key-2"}})
		require.NoError(t, err)
	})
	container := s.container(t)
	s.put(t, container, "o", "content")
	for _, key := range []swift.Secret{"first key", "second key"} {
		resp, body := anonymous(t, http.MethodGet, s.sign(t, swift.TempURLOptions{Key: key, Container: container, Object: "o"}).URL(), "", nil)
		require.Equal(t, http.StatusOK, resp.StatusCode, body)
		require.Equal(t, "content", body)
	}
}

// contentDisposition is what a server makes of a file name.
func contentDisposition(server, filename string, inline bool) string {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	quoted := strings.NewReplacer(`"`, "%22", "+", "%2B", "&", "%26", "ü", "%C3%BC").Replace(filename)
	if server == "ceph" && inline {
		return kind
	}
	if server == "ceph" {
		// Blanks too, and nothing that a browser would undo.
		return kind + `; filename="` + strings.ReplaceAll(quoted, " ", "%20") + `"`
	}
	return kind + `; filename="` + quoted + `"; filename*=UTF-8''` + strings.ReplaceAll(quoted, " ", "%20")
}
