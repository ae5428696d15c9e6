package s3

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dialAlways connects to addr, whatever name is asked for.
func dialAlways(addr string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
}

// TestAddress: where an object's request goes.
func TestAddress(t *testing.T) {
	const virtual, path = AddressingVirtualHost, AddressingPath
	for _, c := range []struct {
		name       string
		endpoint   string
		region     string
		profile    Profile
		addressing Addressing
		bucket     string
		want       string
	}{
		{"AWS", "", "", Profile{}, 0, "bucket", "https://bucket.s3.us-east-1.amazonaws.com/a/key"},
		{"AWS in a region", "", "eu-west-3", Profile{}, 0, "bucket", "https://bucket.s3.eu-west-3.amazonaws.com/a/key"},
		{"AWS in China", "", "cn-north-1", AWS(), 0, "bucket", "https://bucket.s3.cn-north-1.amazonaws.com.cn/a/key"},
		{"AWS by path", "", "", Profile{}, path, "bucket", "https://s3.us-east-1.amazonaws.com/bucket/a/key"},
		{"AWS by its endpoint", "https://s3.eu-west-3.amazonaws.com", "eu-west-3", Profile{}, 0, "bucket", "https://bucket.s3.eu-west-3.amazonaws.com/a/key"},
		{"AWS VPC endpoint", "https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com", "", Profile{}, path, "bucket", "https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com/bucket/a/key"},
		{"generic", "https://store.example", "", Profile{}, 0, "bucket", "https://store.example/bucket/a/key"},
		{"generic, virtual hosts", "https://store.example:8443", "", Profile{}, virtual, "bucket", "https://bucket.store.example:8443/a/key"},
		{"base path", "http://store.example/s3/", "", Profile{}, 0, "bucket", "http://store.example/s3/bucket/a/key"},
		{"base path and virtual host", "http://store.example/s3", "", Profile{}, virtual, "bucket", "http://bucket.store.example/s3/a/key"},
		{"escaped base path", "http://store.example/a%20b", "", Profile{}, 0, "bucket", "http://store.example/a%20b/bucket/a/key"},
		{"Alluxio", "http://store.example:39999", "", Alluxio(), 0, "bucket", "http://store.example:39999/api/v1/s3/bucket/a/key"},
		{"Alluxio, nested", "http://store.example:39999/", "", Alluxio(), 0, "a:b:c", "http://store.example:39999/api/v1/s3/a%3Ab%3Ac/a/key"},
		{"Alluxio behind a proxy", "http://store.example/alluxio", "", Alluxio(), 0, "bucket", "http://store.example/alluxio/bucket/a/key"},
		{"KakaoCloud's project", "https://store.example", "", KakaoCloud(), virtual, "project:bucket", "https://store.example/project%3Abucket/a/key"},
		{"IPv4", "http://127.0.0.1:9000", "", Profile{}, virtual, "bucket", "http://127.0.0.1:9000/bucket/a/key"},
		{"IPv6", "http://[::1]:9000", "", Profile{}, virtual, "bucket", "http://[::1]:9000/bucket/a/key"},
		{"dot under TLS", "https://store.example", "", Profile{}, virtual, "a.bucket", "https://store.example/a.bucket/a/key"},
		{"dot without TLS", "http://store.example", "", Profile{}, virtual, "a.bucket", "http://a.bucket.store.example/a/key"},
		{"two dots", "http://store.example", "", Profile{}, virtual, "a..bucket", "http://store.example/a..bucket/a/key"},
		{"dot at an end", "http://store.example", "", Profile{}, virtual, "bucket.", "http://store.example/bucket./a/key"},
		{"upper case", "http://store.example", "", Profile{}, virtual, "Bucket", "http://store.example/Bucket/a/key"},
		{"underscore", "http://store.example", "", Profile{}, virtual, "my_bucket", "http://store.example/my_bucket/a/key"},
		{"hyphen at an end", "http://store.example", "", Profile{}, virtual, "-bucket", "http://store.example/-bucket/a/key"},
		{"hyphen", "http://store.example", "", Profile{}, virtual, "my-bucket-1", "http://my-bucket-1.store.example/a/key"},
		{"short", "http://store.example", "", Profile{}, virtual, "ab", "http://store.example/ab/a/key"},
		{"long", "http://store.example", "", Profile{}, virtual, strings.Repeat("b", 64), "http://store.example/" + strings.Repeat("b", 64) + "/a/key"},
		{"longest label", "http://store.example", "", Profile{}, virtual, strings.Repeat("b", 63), "http://" + strings.Repeat("b", 63) + ".store.example/a/key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := always(200, "")
			client, err := New(Options{Endpoint: c.endpoint, Region: c.region, Profile: c.profile, Addressing: c.addressing, HTTPClient: &http.Client{Transport: s}})
			require.NoError(t, err)
			_, err = client.HeadObject(t.Context(), &HeadObjectInput{Bucket: c.bucket, Key: "a/key"})
			require.NoError(t, err)
			require.Equal(t, c.want, s.last().URL.String())

			// The same from the options that the client answers.
			again, err := New(client.Options())
			require.NoError(t, err)
			_, err = again.HeadObject(t.Context(), &HeadObjectInput{Bucket: c.bucket, Key: "a/key"})
			require.NoError(t, err)
			require.Equal(t, c.want, s.last().URL.String())
			require.Equal(t, client.settings().endpoint, again.settings().endpoint)
		})
	}
}

// Operations without a bucket go to the endpoint itself, and errors name bucket and key
// wherever those stand.
func TestAddressWithoutBucketAndInErrors(t *testing.T) {
	for _, addressing := range []Addressing{AddressingPath, AddressingVirtualHost} {
		s := always(404, "", "X-Amz-Request-Id", "id")
		c := newClient(t, s, func(o *Options) {
			o.Endpoint, o.Addressing, o.Profile = "http://store.example/base", addressing, CephRGW()
		})
		_, err := c.GetObject(t.Context(), nil)
		require.ErrorContains(t, err, "missing required members Bucket, Key")
		require.Zero(t, s.attempts())
		_, err = c.ListBuckets(t.Context(), nil)
		require.ErrorIs(t, err, ErrNotFound)
		require.Equal(t, "http://store.example/base/", s.last().URL.String())

		_, err = c.GetObject(t.Context(), &GetObjectInput{Bucket: "bucket", Key: "/a//key"})
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, [2]string{"bucket", "/a//key"}, [2]string{e.Bucket, e.Key})
		require.ErrorContains(t, err, `bucket "bucket", key "/a//key"`)

		_, err = c.HeadBucket(t.Context(), &HeadBucketInput{Bucket: "bucket"})
		require.ErrorAs(t, err, &e)
		require.Equal(t, [2]string{"bucket", ""}, [2]string{e.Bucket, e.Key})
	}
}
