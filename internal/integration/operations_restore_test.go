//go:build integration

package integration

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// probeRestore restores an object that was archived, where the server can be made to do that.
func probeRestore(ctx context.Context, p *probe) {
	bucket := p.make()
	if p.name == "minio" {
		p.archive(ctx, bucket, "k")
	} else {
		p.store(bucket, "k", settingBody)
	}
	_, err := try(ctx, p, (*s3.Client).RestoreObject, &s3.RestoreObjectInput{Bucket: bucket, Key: "k", RestoreRequest: &s3.RestoreRequest{Days: 1}})
	if err == nil { // it is done in the background
		var last string
		ended := p.until(func() bool {
			head, lost := p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
			require.NoError(p.t, lost)
			last = head.Restore
			return strings.HasPrefix(last, `ongoing-request="false"`)
		})
		if !ended {
			err = noEffect("HeadObject tells of the restore: %q", last)
		}
	}
	p.judge("RestoreObject", err)
}

// archive stores an object that a rule of the bucket moves at once to a tier.
func (p *probe) archive(ctx context.Context, bucket, key string) {
	p.t.Helper()
	class := p.tier(ctx)
	_, err := p.client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: bucket, LifecycleConfiguration: &s3.BucketLifecycleConfiguration{
		Rules: []s3.LifecycleRule{{
			ID: "one", Status: s3.ExpirationStatusEnabled, Filter: &s3.LifecycleRuleFilter{Prefix: pointer("")},
			Transitions: []s3.Transition{{Days: pointer(int32(0)), StorageClass: s3.TransitionStorageClass(class)}},
		}},
	}})
	require.NoError(p.t, err)
	p.store(bucket, key, settingBody)
	p.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		// Of a deleted object that was in a tier, something is left that keeps the bucket from being
		// empty, until a scanner comes by.
		p.call(ctx, "s3", http.MethodDelete, "/"+bucket, http.Header{"X-Minio-Force-Delete": {"true"}}, nil)
	})
	require.True(p.t, p.until(func() bool {
		head, err := p.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
		require.NoError(p.t, err)
		return head.StorageClass == class
	}))
}

// until asks for twenty seconds at the most whether something in the background is done.
func (p *probe) until(done func() bool) bool {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}
