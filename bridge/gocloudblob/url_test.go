package gocloudblob

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

func TestOpenBucketURL(t *testing.T) {
	keys := sigv4.Static("key", "secret", "")
	open := func(o s3.Options, query string) (s3.Options, error) {
		mux := new(blob.URLMux)
		mux.RegisterBucket(Scheme, &URLOpener{Options: o})
		b, err := mux.OpenBucket(t.Context(), Scheme+"://photos?"+query)
		if err != nil {
			return s3.Options{}, err
		}
		defer b.Close()
		var client *s3.Client
		require.True(t, b.As(&client))
		return client.Options(), nil
	}
	got, err := open(s3.Options{Credentials: keys}, "endpoint=https://h.example:1&region=kr&profile=CephRGW&prefix=a/")
	require.NoError(t, err)
	require.Equal(t, "https://h.example:1", got.Endpoint)
	require.Equal(t, "kr", got.Region)
	require.Equal(t, s3.CephRGW().Name, got.Profile.Name)
	require.Equal(t, keys, got.Credentials)

	got, err = open(s3.Options{Credentials: keys, Region: "eu", Profile: s3.MinIO(), Endpoint: "http://h"}, "anonymous=true")
	require.NoError(t, err)
	require.Nil(t, got.Credentials)
	require.Equal(t, "eu", got.Region)
	require.Equal(t, s3.MinIO().Name, got.Profile.Name)

	// The zero value looks where the AWS SDKs look.
	t.Setenv("AWS_ACCESS_KEY_ID", "from the environment")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	got, err = open(s3.Options{}, "")
	require.NoError(t, err)
	c, err := got.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "from the environment", c.AccessKeyID)

	for query, want := range map[string]string{
		"profile=other":       `parameter "profile": there is no "other"; there are aws,`,
		"anonymous=perhaps":   `parameter "anonymous": strconv.ParseBool`,
		"color=red":           `parameter "color": is unknown`,
		"region=a&region=b":   `parameter "region": is there twice`,
		"endpoint=ftp://host": "Endpoint",
	} {
		_, err := open(s3.Options{Credentials: keys}, query)
		require.ErrorContains(t, err, "gocloudblob: open s3+stowage://photos", query)
		require.ErrorContains(t, err, want, query)
	}
	_, err = new(URLOpener).OpenBucketURL(t.Context(), &url.URL{Scheme: Scheme, RawQuery: "anonymous=true"})
	require.EqualError(t, err, "gocloudblob: name of the bucket is required")
}
