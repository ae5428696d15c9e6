package swift

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	good := Options{Auth: StaticToken(testToken, testStorage)}
	for says, change := range map[string]func(*Options){
		"Auth is missing":                      func(o *Options) { o.Auth = nil },
		"the storage URL is not a URL":         func(o *Options) { o.StorageURL = "http://[s3cret" },
		"must begin with http:// or https://":  func(o *Options) { o.StorageURL = "swift.example.com/v1/AUTH_x" },
		"has a user, a query or a fragment":    func(o *Options) { o.StorageURL = "https://u:s3cret@swift.example.com/v1/AUTH_x" },
		"a user, a query or a fragment":        func(o *Options) { o.StorageURL = "https://swift.example.com/v1/AUTH_x?s3cret=1" },
		"Account can't be a segment of a path": func(o *Options) { o.Account = "AUTH_a/c" },
		"Account can't be a segment":           func(o *Options) { o.Account = ".." },
		"TLSConfig is for the default HTTPCli": func(o *Options) { o.HTTPClient, o.TLSConfig = &http.Client{}, &tls.Config{} },
	} {
		_, err := New(good, change)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "s3cret")
	}

	o := good
	c, err := New(o, func(o *Options) { o.UserAgent = "app/1.0"; o.TLSConfig = &tls.Config{ServerName: "x"} })
	require.NoError(t, err)
	require.Empty(t, o.UserAgent, "the caller's options are a copy")
	got := c.Options()
	require.Equal(t, "Generic", got.Profile.Name)
	require.NotNil(t, got.HTTPClient)
	require.Nil(t, got.TLSConfig, "it is in the HTTP client, so that the options can be used again")
	_, err = New(got)
	require.NoError(t, err)

	// One call's options.
	s := &stub{}
	c = newClient(t, s, func(o *Options) { o.UserAgent, o.RetryBudget = "app/1.0", 0 })
	other := &stub{}
	_, err = c.HeadAccount(t.Context(), nil, func(o *Options) {
		o.HTTPClient, o.UserAgent, o.Account = &http.Client{Transport: other}, "other/2.0", "AUTH_other"
	})
	require.NoError(t, err)
	require.Zero(t, s.count())
	require.Contains(t, other.reqs[0].Header.Get("User-Agent"), "other/2.0")
	require.Equal(t, "/v1/AUTH_other", other.reqs[0].URL.Path)
	_, err = c.HeadAccount(t.Context(), nil)
	require.NoError(t, err)
	require.Contains(t, s.reqs[0].Header.Get("User-Agent"), "app/1.0")
	require.Equal(t, "identity", s.reqs[0].Header.Get("Accept-Encoding"))
	for says, change := range map[string]func(*Options){
		"HTTPClient is nil": func(o *Options) { o.HTTPClient = nil },
		"Auth is missing":   func(o *Options) { o.Auth = nil },
	} {
		_, err = c.HeadAccount(t.Context(), nil, change)
		require.ErrorContains(t, err, says)
		_, err = c.GetObject(t.Context(), &GetObjectInput{Container: "c", Object: "o"}, change)
		require.ErrorContains(t, err, says)
	}
	require.Equal(t, 1, s.count())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.HeadAccount(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestStorageURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		at, override, account string
		object, info          string // URLs
	}{
		{"https://s.example.com/v1/AUTH_x", "", "", "https://s.example.com/v1/AUTH_x/c/a%20b", "https://s.example.com/info"},
		{"https://s.example.com/v1/AUTH_x/", "", "", "https://s.example.com/v1/AUTH_x/c/a%20b", "https://s.example.com/info"},
		{"https://s.example.com/v1/AUTH_x", "", "AUTH_y", "https://s.example.com/v1/AUTH_y/c/a%20b", "https://s.example.com/info"},
		{"https://s.example.com/v1.0/AUTH_x", "", "", "https://s.example.com/v1.0/AUTH_x/c/a%20b", "https://s.example.com/info"},
		{"http://rgw:7480/swift/v1", "", "", "http://rgw:7480/swift/v1/c/a%20b", "http://rgw:7480/swift/info"},
		{"http://rgw:7480/swift/v1", "", "AUTH_y", "http://rgw:7480/swift/v1/AUTH_y/c/a%20b", "http://rgw:7480/swift/info"},
		{"http://rgw:7480/swift/v1/AUTH_x", "", "AUTH_y", "http://rgw:7480/swift/v1/AUTH_y/c/a%20b", "http://rgw:7480/swift/info"},
		{"http://rgw:7480/swift/v1/AUTH_x", "https://front.example.com/ceph/swift/v1/AUTH_x", "", "https://front.example.com/ceph/swift/v1/AUTH_x/c/a%20b", "https://front.example.com/ceph/swift/info"},
		{"http://internal/v1/AUTH_x", "https://[::1]:8443/v1/AUTH_z", "AUTH_y", "https://[::1]:8443/v1/AUTH_y/c/a%20b", "https://[::1]:8443/info"},
		{"https://s.example.com/v1/AUTH_%C3%BC%20x", "", "", "https://s.example.com/v1/AUTH_%C3%BC%20x/c/a%20b", "https://s.example.com/info"},
		{"https://s.example.com", "", "AUTH_y", "https://s.example.com/AUTH_y/c/a%20b", "https://s.example.com/info"},
		{"https://s.example.com/odd/AUTH_x", "", "", "https://s.example.com/odd/AUTH_x/c/a%20b", "https://s.example.com/info"},
	} {
		s := answers(text(200, "{}"))
		c := newClient(t, s, func(o *Options) {
			o.Auth, o.StorageURL, o.Account = StaticToken(testToken, test.at), test.override, test.account
		})
		_, err := c.HeadObject(t.Context(), &HeadObjectInput{Container: "c", Object: "a b"})
		require.NoError(t, err)
		require.Equal(t, test.object, s.reqs[0].URL.String())
		_, err = c.Info(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, test.info, s.reqs[1].URL.String())
		_, err = c.HeadAccount(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, strings.TrimSuffix(test.object, "/c/a%20b"), s.reqs[2].URL.String())
	}
}
