//go:build integration

package integration

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stowage-go/stowage/s3"
)

func TestListings(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		var keys, flat, folders []string
		for i := range 7 {
			folders = append(folders, fmt.Sprintf("l/%d & ü/", i))
			keys = append(keys, folders[i]+"x")
		}
		for i := range 5 {
			flat = append(flat, fmt.Sprintf("l/top+%d", i))
		}
		keys = append(keys, flat...)
		for _, k := range keys {
			s.put(t, bucket, k, 10)
		}
		s.put(t, bucket, "other", 1)

		s.check(t, "ListObjectsV2", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "l/t", FetchOwner: true})
			if err != nil {
				return err
			}
			if len(out.Contents) != len(flat) {
				return fmt.Errorf("listed %d objects", len(out.Contents))
			}
			o := out.Contents[0]
			return all(
				that(o.Key == flat[0] && o.Size == 10 && !o.LastModified.IsZero(), "entry is %+v", o),
				that(trim(o.ETag) != "", "no ETag"),
				that(o.Owner.ID != "", "no owner"),
				that(out.KeyCount == int32(len(flat)), "KeyCount is %d", out.KeyCount),
				that(out.Name == bucket && out.Prefix == "l/t" && !out.IsTruncated, "answered %+v", out))
		})
		s.check(t, "ListObjectsV2Pages", func(ctx context.Context, _ *testing.T) error {
			pages := 0
			var got []string
			for page, err := range s.client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "l/", MaxKeys: 5}) {
				if err != nil {
					return err
				}
				pages++
				for _, o := range page.Contents {
					got = append(got, o.Key)
				}
			}
			return all(that(slices.Equal(got, keys), "listed %q", got), that(pages == 3, "in %d pages", pages))
		})
		s.check(t, "ListObjectsV2Pages with a delimiter", func(ctx context.Context, _ *testing.T) error {
			var got, prefixes []string
			for page, err := range s.client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "l/", Delimiter: "/", MaxKeys: 4}) {
				if err != nil {
					return err
				}
				for _, o := range page.Contents {
					got = append(got, o.Key)
				}
				for _, p := range page.CommonPrefixes {
					prefixes = append(prefixes, p.Prefix)
				}
			}
			return all(that(slices.Equal(got, flat), "keys are %q", got), that(slices.Equal(prefixes, folders), "prefixes are %q", prefixes))
		})
		s.check(t, "ListObjectsV2 with StartAfter", func(ctx context.Context, _ *testing.T) error {
			got, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "l/", StartAfter: keys[3]})
			return all(err, that(slices.Equal(got, keys[4:]), "listed %q", got))
		})
		s.check(t, "ListObjects", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.ListObjects(ctx, &s3.ListObjectsInput{Bucket: bucket, Prefix: "l/", Marker: keys[3], MaxKeys: 2})
			if err != nil {
				return err
			}
			if len(out.Contents) != 2 {
				return fmt.Errorf("listed %d objects", len(out.Contents))
			}
			return all(
				that(out.IsTruncated, "not truncated"),
				that(out.Contents[0].Key == keys[4] && out.Contents[1].Key == keys[5], "listed %q, %q", out.Contents[0].Key, out.Contents[1].Key))
		})
		s.check(t, "ListObjectsPages with a delimiter", func(ctx context.Context, _ *testing.T) error {
			var got, prefixes []string
			for page, err := range s.client.ListObjectsPages(ctx, &s3.ListObjectsInput{Bucket: bucket, Prefix: "l/", Delimiter: "/", MaxKeys: 4}) {
				if err != nil {
					return err
				}
				for _, o := range page.Contents {
					got = append(got, o.Key)
				}
				for _, p := range page.CommonPrefixes {
					prefixes = append(prefixes, p.Prefix)
				}
			}
			return all(that(slices.Equal(got, flat), "keys are %q", got), that(slices.Equal(prefixes, folders), "prefixes are %q", prefixes))
		})
		s.check(t, "ListObjectsPages without a delimiter", func(ctx context.Context, _ *testing.T) error {
			var got []string
			for page, err := range s.client.ListObjectsPages(ctx, &s3.ListObjectsInput{Bucket: bucket, Prefix: "l/", MaxKeys: 5}) {
				if err != nil {
					return err
				}
				for _, o := range page.Contents {
					got = append(got, o.Key)
				}
			}
			return that(slices.Equal(got, keys), "listed %q", got)
		})
		s.check(t, "listing of nothing", func(ctx context.Context, _ *testing.T) error {
			got, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "none/"})
			return all(err, that(len(got) == 0, "listed %q", got))
		})
		s.check(t, "listing of no bucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucketName()})
			return expect(err, s3.ErrNoSuchBucket, s3.ErrNotFound)
		})
	})
}
