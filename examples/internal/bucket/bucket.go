// Package bucket makes and removes what an example needs on a server.
package bucket

import (
	"context"
	"errors"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// Ensure makes the bucket if there is none, and says whether it had to create the bucket, so that the program
// removes only a bucket of its own.
func Ensure(ctx context.Context, client *s3.Client, bucket string) (created bool, err error) {
	_, err = client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket})
	if err == nil || !errors.Is(err, s3.ErrNotFound) {
		return false, err
	}
	in := &s3.CreateBucketInput{Bucket: bucket}
	// Amazon wants to be told a region that isn't its first; other servers may know none.
	if o := client.Options(); o.Profile.Name == s3.AWS().Name && o.Region != s3.DefaultRegion {
		in.CreateBucketConfiguration = &s3.CreateBucketConfiguration{LocationConstraint: s3.BucketLocationConstraint(o.Region)}
	}
	_, err = client.CreateBucket(ctx, in)
	return err == nil || ctx.Err() != nil, err // cut off by Ctrl-C, it may have been created
}

// Delete removes a bucket, also after the context has ended.
func Delete(ctx context.Context, client *s3.Client, bucket string) error {
	ctx, cancel := Afterwards(ctx)
	defer cancel()
	_, err := client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
	if errors.Is(err, s3.ErrNotFound) {
		return nil
	}
	return err
}

// DeleteObject removes an object, also after the context has ended.
func DeleteObject(ctx context.Context, client *s3.Client, bucket, key string) error {
	ctx, cancel := Afterwards(ctx)
	defer cancel()
	_, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key})
	if errors.Is(err, s3.ErrNotFound) { // the upload never got that far
		return nil
	}
	return err
}

// Afterwards is a context for cleaning up: it works after Ctrl-C has cancelled
// the program's, but not for ever.
func Afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
}
