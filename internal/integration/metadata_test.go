//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stowage-go/stowage/s3"
)

// TestMetadata takes metadata there and back, and holds the profile's limits against the server.
func TestMetadata(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		trip := func(ctx context.Context, metadata map[string]string) error {
			if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "k", Body: bytes.NewReader(data(10)), Metadata: metadata}); err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
			if err != nil {
				return err
			}
			return that(maps.Equal(head.Metadata, metadata), "metadata is %q", head.Metadata)
		}
		s.check(t, "metadata beyond ASCII", func(ctx context.Context, _ *testing.T) error {
			return trip(ctx, map[string]string{"plain": "a b;c=d", "umlaut": "grün", "script": strings.Repeat("日本語 ", 6) + "😀"})
		})
		s.check(t, "metadata as large as the profile says", func(ctx context.Context, _ *testing.T) error {
			p := s.options.Profile
			total, each := p.MaxMetadata, p.MaxMetadataValue
			// Not the 4 KiB that Swift takes: an ext4 below it has no room for more than that with
			// Swift's own, and then Swift lays the disk off for a minute.
			if total == 0 || total > 2<<10 {
				total = 2 << 10
			}
			if each == 0 {
				each = total/2 - len("x-amz-meta-00")
			}
			metadata := map[string]string{}
			// MinIO counts the prefix of the names as well.
			for i := 0; total >= len("x-amz-meta-00")+each; i++ {
				metadata[fmt.Sprintf("%02d", i)] = strings.Repeat("x", each)
				total -= len("x-amz-meta-00") + each
			}
			return trip(ctx, metadata)
		})
		s.check(t, "metadata that is too large", func(ctx context.Context, _ *testing.T) error {
			err := trip(ctx, map[string]string{"a": strings.Repeat("x", 4097)})
			var answered *s3.Error
			if p := s.options.Profile; p.MaxMetadata > 0 {
				return that(err != nil && !errors.As(err, &answered) && strings.Contains(err.Error(), "Metadata"), "%v", err)
			}
			return err
		})
	})
}
