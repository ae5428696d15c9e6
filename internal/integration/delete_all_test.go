//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stowage-go/stowage/s3"
)

// many is how many objects a server gets in the tests of thousands: Swift's s3api takes
// some 50 ms to delete one, and the file gateways about as long to write one.
var many = map[string]int{"openstack": 105, "ceph": 2500, "minio": 2500, "versitygw": 1100, "alluxio": 1100}

func TestDeleteAll(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		n := many[s.name]
		if s.scheme == "https" {
			n = min(n, 20) // the count is no matter of the scheme
		}
		s.check(t, "DeleteAll of a prefix", func(ctx context.Context, t *testing.T) error {
			if err := s.putMany(ctx, bucket, "p/", n); err != nil {
				return err
			}
			s.put(t, bucket, "other", 1)
			s.put(t, bucket, "p/a+b c&<d>%41", 1)
			told := 0
			out, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{
				Bucket: bucket, Prefix: "p/", OnDeleted: func(ids []s3.ObjectIdentifier) { told += len(ids) },
			})
			if err != nil {
				return err
			}
			left, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			return all(err,
				that(out.Deleted == int64(n+1) && told == n+1, "deleted %d, told %d of %d", out.Deleted, told, n+1),
				that(len(left) == 1 && left[0] == "other", "left are %q", left))
		})
		s.check(t, "DeleteAll key by key", func(ctx context.Context, _ *testing.T) error {
			if err := s.putMany(ctx, bucket, "q/", 40); err != nil {
				return err
			}
			out, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: bucket, Prefix: "q/"}, func(o *s3.Options) {
				o.Profile.Operations["DeleteObjects"] = s3.Unsupported
				o.Profile.ListVersion = 1
			})
			if err != nil {
				return err
			}
			return that(out.Deleted == 40, "deleted %d", out.Deleted)
		})
		s.check(t, "DeleteAll of nothing", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: bucket, Prefix: "none/"})
			return all(err, that(out != nil && out.Deleted == 0, "deleted %+v", out))
		})
		s.check(t, "DeleteAll in no bucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: bucketName()})
			var failed *s3.DeleteAllError
			if !errors.As(err, &failed) {
				return fmt.Errorf("is no DeleteAllError: %w", err)
			}
			return expect(err, s3.ErrNoSuchBucket)
		})
	})
}

// TestDeleteAllVersions deletes versions and delete markers while it lists them.
func TestDeleteAllVersions(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		s.check(t, "DeleteAll of versions", func(ctx context.Context, _ *testing.T) error {
			if err := s.enableVersions(ctx, bucket); err != nil {
				return err
			}
			n := many[s.name] / 6 // so that a page ends within the versions of a key
			if s.scheme == "https" || s.name == "openstack" {
				n = min(n, 4)
			}
			for range 4 { // four versions, then a delete marker, then a version: six of each
				if err := s.putMany(ctx, bucket, "v/", n); err != nil {
					return err
				}
			}
			marked, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: bucket, Prefix: "v/"})
			if err != nil {
				return err
			}
			if err := s.putMany(ctx, bucket, "v/", n); err != nil {
				return err
			}
			listed, err := s.countVersions(ctx, bucket, 0)
			if err != nil {
				return err
			}
			out, err := s.client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: bucket, Prefix: "v/", Versions: true})
			if err != nil {
				return err
			}
			left, err := s.countVersions(ctx, bucket, 0)
			return all(err,
				that(marked.Deleted == int64(n), "marked %d", marked.Deleted),
				that(listed == 6*n, "ListObjectVersionsPages has %d of %d", listed, 6*n),
				that(out.Deleted == int64(6*n), "deleted %d of %d", out.Deleted, 6*n),
				that(left == 0, "%d left", left))
		})
	})
}

func (s *server) enableVersions(ctx context.Context, bucket string) error {
	_, err := s.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: bucket, VersioningConfiguration: &s3.VersioningConfiguration{Status: s3.BucketVersioningStatusEnabled},
	})
	return err
}

// countVersions walks all versions, with pages of so many, and fails for one that comes twice.
func (s *server) countVersions(ctx context.Context, bucket string, page int32) (int, error) {
	seen := map[string]bool{}
	note := func(key, version string) error {
		id := key + "?" + version
		twice := seen[id]
		seen[id] = true
		return that(!twice, "a version came twice")
	}
	for out, err := range s.client.ListObjectVersionsPages(ctx, &s3.ListObjectVersionsInput{Bucket: bucket, MaxKeys: page}) {
		if err != nil {
			return len(seen), err
		}
		for _, v := range out.Versions {
			err = all(err, note(v.Key, v.VersionId))
		}
		for _, m := range out.DeleteMarkers {
			err = all(err, note(m.Key, m.VersionId))
		}
		if err != nil {
			return len(seen), err
		}
	}
	return len(seen), nil
}

// putMany stores n small objects, several at a time.
func (s *server) putMany(ctx context.Context, bucket, prefix string, n int) error {
	numbers := make(chan int)
	errs := make([]error, 16)
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			for i := range numbers {
				_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: fmt.Sprintf("%s%05d", prefix, i), Body: strings.NewReader("x")})
				errs[w] = all(errs[w], err)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
	return all(errs...)
}
