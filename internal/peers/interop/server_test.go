//go:build integration

package interop

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/s3"
)

// profiles are what the servers are used with. Generic, the strictest, says of no server that it
// keeps checksums; versitygw does.
var profiles = map[string]func() s3.Profile{
	"openstack": s3.NHNCloud,
	"ceph":      s3.CephRGW,
	"minio":     s3.MinIO,
	"versitygw": func() s3.Profile {
		p := s3.Generic()
		p.AWSChunked, p.Checksums = true, s3.MinIO().Checksums
		return p
	},
}

// server is one server with S3's API.
type server struct {
	name    string
	env     integration.Env
	profile s3.Profile
	dir     string // for files
}

// plain: the server decodes no aws-chunked body, and other clients have to be told so.
func (s *server) plain() bool { return !s.profile.AWSChunked }

// trailers: and takes checksums behind it in the way that minio-go sends them, which versitygw
// refuses as BadDigest.
func (s *server) trailers() bool { return s.name == "minio" }

// picked are those of the servers that BACKENDS names.
func picked(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(integration.Picked(), name) })
}

// each runs a test on every picked server, on all at the same time.
func each(t *testing.T, names []string, test func(*testing.T, string)) {
	for _, name := range picked(names) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, name)
		})
	}
}

func openServer(t *testing.T, name string) *server {
	t.Helper()
	env, err := integration.Load(name)
	require.NoError(t, err)
	return &server{name: name, env: env, profile: profiles[name](), dir: t.TempDir()}
}

func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return "interop-" + hex.EncodeToString(b[:])
}

// bucket makes a bucket that is emptied and deleted when the test ends.
func (c *ours) bucket(t *testing.T) string {
	t.Helper()
	name := unique()
	_, err := c.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: name})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, c.remove(ctx, name))
	})
	return name
}

func (c *ours) remove(ctx context.Context, bucket string) error {
	if _, err := c.manager.AbortIncomplete(ctx, bucket, "", -1); err != nil {
		return err
	}
	for page, err := range c.client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: bucket}) {
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			// Others' clients write keys that ours would not.
			_, err := c.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: o.Key}, func(o *s3.Options) { o.AllowUnsupported = true })
			if err != nil {
				return err
			}
		}
	}
	_, err := c.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	return err
}
