//go:build integration

package integration

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func TestBuckets(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		name := bucketName()
		s.check(t, "CreateBucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name})
			return err
		})
		s.check(t, "CreateBucket again", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name})
			return expect(err, s3.ErrBucketAlreadyOwnedByYou, s3.ErrConflict)
		})
		s.check(t, "CreateBucket with a bad name", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: "No_Bucket!"})
			return expect(err, s3.ErrInvalidBucketName)
		})
		s.check(t, "HeadBucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: name})
			return err
		})
		s.check(t, "ListBuckets", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.ListBuckets(ctx, &s3.ListBucketsInput{})
			if err != nil {
				return err
			}
			i := slices.IndexFunc(out.Buckets, func(b s3.Bucket) bool { return b.Name == name })
			return all(
				that(i >= 0, "the bucket is not listed"),
				that(i < 0 || !out.Buckets[i].CreationDate.IsZero(), "no creation date"),
				that(out.Owner.ID != "", "no owner"))
		})
		s.check(t, "ListBucketsPages", func(ctx context.Context, _ *testing.T) error {
			found := false
			for page, err := range s.client.ListBucketsPages(ctx, &s3.ListBucketsInput{MaxBuckets: 1000}) {
				if err != nil {
					return err
				}
				found = found || slices.ContainsFunc(page.Buckets, func(b s3.Bucket) bool { return b.Name == name })
			}
			return that(found, "the bucket is not listed")
		})
		s.check(t, "GetBucketLocation", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: name})
			if err != nil {
				return err
			}
			got := string(out.LocationConstraint)
			// us-east-1 is told as nothing at all.
			return that(got == s.options.Region || got == "" && s.options.Region == "us-east-1", "location is %q", got)
		})
		s.check(t, "GetBucketAcl", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name})
			if err != nil {
				return err
			}
			return all(
				that(len(out.Grants) == 1, "grants are %+v", out.Grants),
				that(len(out.Grants) != 1 || out.Grants[0].Permission == s3.PermissionFullControl && out.Grants[0].Grantee.Type == s3.TypeCanonicalUser, "grants are %+v", out.Grants))
		})
		s.check(t, "PutBucketAcl, canned", func(ctx context.Context, _ *testing.T) error {
			if _, err := s.client.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: name, ACL: s3.BucketCannedACLPublicRead}); err != nil {
				return err
			}
			out, err := s.client.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name})
			if err != nil {
				return err
			}
			public := slices.ContainsFunc(out.Grants, func(g s3.Grant) bool {
				return g.Permission == s3.PermissionRead && g.Grantee.URI == "http://acs.amazonaws.com/groups/global/AllUsers"
			})
			return that(public, "grants are %+v", out.Grants)
		})
		s.check(t, "PutBucketAcl, document", func(ctx context.Context, _ *testing.T) error {
			before, err := s.client.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name})
			if err != nil {
				return err
			}
			policy := &s3.AccessControlPolicy{Owner: before.Owner, Grants: []s3.Grant{{
				Grantee:    s3.Grantee{Type: s3.TypeCanonicalUser, ID: before.Owner.ID},
				Permission: s3.PermissionFullControl,
			}}}
			if _, err = s.client.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: name, AccessControlPolicy: policy}); err != nil {
				return err
			}
			after, err := s.client.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name})
			if err != nil {
				return err
			}
			return that(len(after.Grants) == 1 && after.Grants[0].Permission == s3.PermissionFullControl, "grants are %+v", after.Grants)
		})
		s.check(t, "DeleteBucket that is not empty", func(ctx context.Context, t *testing.T) error {
			s.put(t, name, "in the way", 1)
			_, err := s.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: name})
			if _, e := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: name, Key: "in the way"}); e != nil {
				return e
			}
			return expect(err, s3.ErrBucketNotEmpty, s3.ErrConflict)
		})
		s.check(t, "DeleteBucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: name})
			return err
		})
		s.check(t, "HeadBucket of none", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: name})
			return expect(err, s3.ErrNotFound)
		})
	})
}

// TestExpectedBucketOwner: none of these servers honours the guard, so none of their profiles lets
// it seem that one holds.
func TestExpectedBucketOwner(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		if s.options.Profile.ExpectedBucketOwner {
			t.Fatalf("profile %s now claims it: write the test for it", s.options.Profile.Name)
		}
		_, err := s.client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: s.bucket(t), ExpectedBucketOwner: "123456789012"})
		require.ErrorIs(t, err, s3.ErrUnsupported)
		require.ErrorContains(t, err, s.options.Profile.Name, fmt.Sprint(err))
	})
}
