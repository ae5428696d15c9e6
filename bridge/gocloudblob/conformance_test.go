//go:build integration

package gocloudblob

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// servers are those on which the conformance suite passes.
var servers = []struct {
	name    string
	profile func() s3.Profile
	escape  s3.KeyForms
}{
	{"minio", s3.MinIO, s3.KeyDoubleSlash | s3.KeyBackslash},
	{"ceph", s3.CephRGW, 0},
	{"openstack", s3.NHNCloud, 0},
	{"versitygw", versitygw, 0},
}

// versitygw has no profile of its own: it is Generic with conditions.
func versitygw() s3.Profile {
	p := s3.Generic()
	p.ConditionalWrites = []string{"PutObject", "CompleteMultipartUpload"}
	return p
}

// TestConformance runs the suite of package drivertest on the servers that BACKENDS names, or
// on all of those above.
func TestConformance(t *testing.T) {
	for _, s := range servers {
		if !slices.Contains(integration.Picked(), s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			env, err := integration.Load(s.name)
			require.NoError(t, err)
			client, err := s3.New(s3.Options{
				Endpoint: env["S3_ENDPOINT"], Region: env["S3_REGION"], Profile: s.profile(),
				Credentials: sigv4.Static(env["S3_ACCESS_KEY"], env["S3_SECRET_KEY"], ""),
			})
			require.NoError(t, err)
			bucket := "gocloudblob-" + strings.ToLower(rand.Text())
			_, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket})
			require.NoError(t, err)
			t.Cleanup(func() {
				_, err := client.DeleteAll(context.Background(), &s3.DeleteAllInput{Bucket: bucket})
				require.NoError(t, err)
				_, err = client.DeleteBucket(context.Background(), &s3.DeleteBucketInput{Bucket: bucket})
				require.NoError(t, err)
			})
			conform(t, client, bucket, func(o *Options) { o.EscapeKeys = s.escape })
		})
	}
}
