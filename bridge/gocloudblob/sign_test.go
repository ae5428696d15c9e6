package gocloudblob

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"

	"github.com/stowage-go/stowage/s3"
)

func TestSignedURL(t *testing.T) {
	t.Parallel()
	b, s := serve(t, status(http.StatusOK))
	for name, c := range map[string]struct {
		options driver.SignedURLOptions
		signed  string
	}{
		"GET":             {driver.SignedURLOptions{Method: http.MethodGet}, "host"},
		"PUT":             {driver.SignedURLOptions{Method: http.MethodPut}, "host"},
		"PUT with a type": {driver.SignedURLOptions{Method: http.MethodPut, ContentType: "text/plain", EnforceAbsentContentType: true}, "content-type;host"},
		"DELETE":          {driver.SignedURLOptions{Method: http.MethodDelete}, "host"},
	} {
		c.options.Expiry = 90 * time.Second
		signed, err := b.SignedURL(t.Context(), "a\n", &c.options)
		require.NoError(t, err, name)
		u, err := url.Parse(signed)
		require.NoError(t, err, name)
		require.Equal(t, "/b/a__0xa__", u.Path, name)
		require.Equal(t, "90", u.Query().Get("X-Amz-Expires"), name)
		require.Equal(t, c.signed, u.Query().Get("X-Amz-SignedHeaders"), name)
	}
	signed, err := b.SignedURL(t.Context(), "k", &driver.SignedURLOptions{
		Method: http.MethodGet, Expiry: time.Minute, BeforeSign: func(as func(any) bool) error {
			var in *s3.GetObjectInput
			require.True(t, as(&in))
			in.ResponseContentType = "text/csv"
			return nil
		},
	})
	require.NoError(t, err)
	require.Contains(t, signed, "response-content-type=text%2Fcsv")

	_, err = b.SignedURL(t.Context(), "k", &driver.SignedURLOptions{Method: http.MethodPut, Expiry: time.Minute, EnforceAbsentContentType: true})
	require.Equal(t, gcerrors.Unimplemented, b.ErrorCode(err))
	_, err = b.SignedURL(t.Context(), "k", &driver.SignedURLOptions{Method: http.MethodGet, Expiry: time.Minute, BeforeSign: refuse})
	require.ErrorIs(t, err, errBefore)
	_, err = b.SignedURL(t.Context(), "k", &driver.SignedURLOptions{Method: http.MethodPatch, Expiry: time.Minute})
	require.EqualError(t, err, `gocloudblob: method "PATCH" can't be signed for`)
	_, err = b.SignedURL(t.Context(), "k", &driver.SignedURLOptions{Method: http.MethodGet, Expiry: 8 * 24 * time.Hour})
	require.Error(t, err)
	requests, _ := s.take()
	require.Empty(t, requests)
}
