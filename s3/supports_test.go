package s3

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSupports(t *testing.T) {
	ops := declared(t)
	for _, p := range []Profile{AWS(), CephRGW(), MinIO(), NHNCloud(), KakaoCloud(), Alluxio(), Generic()} {
		s := always(200, "")
		c := newClient(t, s, func(o *Options) { o.Profile = p })
		for name := range ops {
			require.Equal(t, p.Support(name) != Unsupported, c.Supports(name), "%s: %s", p.Name, name)
		}
		for old, name := range aliases {
			require.Equal(t, c.Supports(name), c.Supports(old), "%s: %s", p.Name, old)
		}
		for _, name := range []string{"", "getobject", "GetObjects", "ListObjectsV2Pages", "DeleteAll", "Presign", "GetObject "} {
			require.False(t, c.Supports(name), name)
		}
		require.Zero(t, s.attempts())
	}
	c := newClient(t, always(200, ""), func(o *Options) { o.Profile = KakaoCloud() })
	require.True(t, c.Supports("PutBucketAcl"), "in part is yes")
	require.False(t, c.Supports("PutBucketCors"))
	require.False(t, c.Supports("PutBucketCors", func(o *Options) { o.AllowUnsupported = true }))
	require.True(t, c.Supports("PutBucketCors", func(o *Options) { o.Profile = AWS() }))
	require.False(t, c.Supports("GetObject", func(o *Options) { o.Endpoint = "?" }))
}
