//go:build integration

package integration

import (
	"context"
	"testing"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// TestWaits: what is there or gone is found at once, what comes later is waited for, and what
// never comes ends in time.
func TestWaits(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket, none := s.bucket(t), bucketName()
		quick := s3.WaitOptions{MinDelay: 20 * time.Millisecond, MaxDelay: 100 * time.Millisecond, MaxWait: 20 * time.Second}
		short := s3.WaitOptions{MinDelay: 20 * time.Millisecond, MaxDelay: 500 * time.Millisecond, MaxWait: 3 * time.Second}
		object := func(key string) *s3.HeadObjectInput { return &s3.HeadObjectInput{Bucket: bucket, Key: key} }

		s.check(t, "WaitUntilBucketExists", func(ctx context.Context, _ *testing.T) error {
			return all(
				s.client.WaitUntilBucketExists(ctx, &s3.HeadBucketInput{Bucket: bucket}, quick),
				expect(s.client.WaitUntilBucketExists(ctx, &s3.HeadBucketInput{Bucket: none}, short), context.DeadlineExceeded, s3.ErrNotFound))
		})
		s.check(t, "WaitUntilBucketNotExists", func(ctx context.Context, _ *testing.T) error {
			return all(
				s.client.WaitUntilBucketNotExists(ctx, &s3.HeadBucketInput{Bucket: none}, quick),
				expect(s.client.WaitUntilBucketNotExists(ctx, &s3.HeadBucketInput{Bucket: bucket}, short), context.DeadlineExceeded))
		})
		s.check(t, "WaitUntilObjectExists", func(ctx context.Context, t *testing.T) error {
			waited := make(chan error, 1)
			go func() { waited <- s.client.WaitUntilObjectExists(ctx, object("later"), quick) }()
			select {
			case err := <-waited:
				return that(false, "it was not there, and the wait ended: %v", err)
			case <-time.After(300 * time.Millisecond):
			}
			s.put(t, bucket, "later", 10)
			return all(<-waited,
				expect(s.client.WaitUntilObjectExists(ctx, object("never"), short), context.DeadlineExceeded, s3.ErrNotFound))
		})
		s.check(t, "WaitUntilObjectNotExists", func(ctx context.Context, _ *testing.T) error {
			waited := make(chan error, 1)
			go func() { waited <- s.client.WaitUntilObjectNotExists(ctx, object("later"), quick) }()
			select {
			case err := <-waited:
				return that(false, "it was there, and the wait ended: %v", err)
			case <-time.After(300 * time.Millisecond):
			}
			if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: "later"}); err != nil {
				return err
			}
			return <-waited
		})
	})
}
