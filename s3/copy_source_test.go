package s3

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCopySource(t *testing.T) {
	for _, c := range []struct{ bucket, key, version, want string }{
		{"b", "k", "", "b/k"},
		{"b", "dir/k", "v1", "b/dir/k?versionId=v1"},
		{"b", "a b+c%d?e#f&g=h", "", "b/a%20b%2Bc%25d%3Fe%23f%26g%3Dh"},
		{"b", "/lead//twice/", "", "b//lead//twice/"},
		{"b", "ünï\u0001", "2/3+4==", "b/%C3%BCn%C3%AF%01?versionId=2%2F3%2B4%3D%3D"},
		{"project:b", "~k*", "null", "project:b/~k%2A?versionId=null"},
	} {
		got := CopySource(c.bucket, c.key, c.version)
		require.Equal(t, c.want, got)
		bucket, key, version, err := ParseCopySource(got)
		require.NoError(t, err)
		require.Equal(t, []string{c.bucket, c.key, c.version}, []string{bucket, key, version})
		bucket, key, version, err = ParseCopySource("/" + got)
		require.NoError(t, err)
		require.Equal(t, []string{c.bucket, c.key, c.version}, []string{bucket, key, version})
	}
	for source, why := range map[string]string{
		"": "is not bucket/key", "b": "is not bucket/key", "b/": "is not bucket/key", "/": "is not bucket/key",
		"b/%zz": "is not percent-encoded", "%/k": "is not percent-encoded", "b/k?versionId=%": "is not percent-encoded",
		"b/what?": "", "b/what?now=1": "has a query that is no versionId; a ? in a key is %3F",
		"arn:aws:s3:eu-west-1:1:accesspoint/p/object/k": "is an ARN, which names no bucket",
	} {
		_, _, _, err := ParseCopySource(source)
		if why == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, "s3: CopySource: "+why)
	}
}

// What is made is what is taken apart, and what the client's own check takes.
func FuzzCopySource(f *testing.F) {
	f.Add("b", "a b/ü?x=1&versionId=2", "v+/=")
	f.Fuzz(func(t *testing.T, bucket, key, version string) {
		if bucket == "" || key == "" {
			return
		}
		source := CopySource(bucket, key, version)
		b, k, v, err := ParseCopySource(source)
		require.NoError(t, err)
		require.Equal(t, []string{bucket, key, version}, []string{b, k, v})
		_, err = url.ParseRequestURI("/" + source)
		require.NoError(t, err)
	})
}
