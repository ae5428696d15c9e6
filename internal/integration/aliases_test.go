//go:build integration

package integration

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// TestAliases: the names that KakaoCloud's document has for operations do what the operations do.
// Ceph RGW stands in for KakaoCloud, and has its profile here.
func TestAliases(t *testing.T) {
	if !slices.Contains(Picked(), "ceph") {
		skipped(t, "TestAliases")
	}
	for _, s := range servers {
		if s.name != "ceph" {
			continue
		}
		t.Run(s.scheme, func(t *testing.T) {
			ctx, bucket := t.Context(), s.bucket(t)
			client := s.with(t, func(o *s3.Options) { o.Profile = s3.KakaoCloud() })

			rules := []s3.LifecycleRule{{
				ID: "one", Status: s3.ExpirationStatusEnabled,
				Filter: &s3.LifecycleRuleFilter{Prefix: pointer("old/")}, Expiration: s3.LifecycleExpiration{Days: 30},
			}}
			_, err := client.PutBucketLifecycle(ctx, &s3.PutBucketLifecycleConfigurationInput{
				Bucket: bucket, LifecycleConfiguration: &s3.BucketLifecycleConfiguration{Rules: rules},
			})
			require.NoError(t, err)
			lifecycle, err := client.GetBucketLifecycle(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket})
			require.NoError(t, err)
			require.Equal(t, rules, lifecycle.Rules)
			_, err = client.DeleteBucketLifecycleConfiguration(ctx, &s3.DeleteBucketLifecycleInput{Bucket: bucket})
			require.NoError(t, err)
			_, err = client.GetBucketLifecycle(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket})
			require.ErrorIs(t, err, s3.Code("NoSuchLifecycleConfiguration"))

			// These are in its document as not supported; its stand-in has them.
			p := s.probe(t, nil)
			want := p.notification(ctx)
			put := &s3.PutBucketNotificationConfigurationInput{Bucket: bucket, NotificationConfiguration: &want}
			_, err = client.PutBucketNotification(ctx, put)
			require.ErrorIs(t, err, s3.ErrUnsupported)
			_, err = p.client.PutBucketNotification(ctx, put)
			require.NoError(t, err)
			got, err := p.client.GetBucketNotification(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: bucket})
			require.NoError(t, err)
			require.Equal(t, want.TopicConfigurations, got.TopicConfigurations)
		})
	}
}
