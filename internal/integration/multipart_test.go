//go:build integration

package integration

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

const minPart = 5 << 20

// parts uploads the pieces one after the other and returns what Complete wants.
func (s *server) parts(ctx context.Context, bucket, key, id string, pieces ...[]byte) ([]s3.CompletedPart, error) {
	var done []s3.CompletedPart
	for i, p := range pieces {
		n := int32(i + 1)
		out, err := s.client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: id, PartNumber: n, Body: bytes.NewReader(p)})
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", n, err)
		}
		done = append(done, s3.CompletedPart{PartNumber: n, ETag: out.ETag})
	}
	return done, nil
}

func (s *server) begin(ctx context.Context, in *s3.CreateMultipartUploadInput) (string, error) {
	out, err := s.client.CreateMultipartUpload(ctx, in)
	if err != nil {
		return "", err
	}
	return out.UploadId, all(
		that(out.Bucket == in.Bucket && out.Key == in.Key, "answered for %q %q", out.Bucket, out.Key),
		that(out.UploadId != "", "no upload id"))
}

func (s *server) complete(ctx context.Context, bucket, key, id string, done []s3.CompletedPart) (*s3.CompleteMultipartUploadOutput, error) {
	return s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: key, UploadId: id, MultipartUpload: &s3.CompletedMultipartUpload{Parts: done},
	})
}

func (s *server) uploads(ctx context.Context, in *s3.ListMultipartUploadsInput) ([]string, int, error) {
	var ids []string
	pages := 0
	for page, err := range s.client.ListMultipartUploadsPages(ctx, in) {
		if err != nil {
			return nil, pages, err
		}
		pages++
		for _, u := range page.Uploads {
			ids = append(ids, u.Key+" "+u.UploadId)
		}
	}
	return ids, pages, nil
}

func TestMultipart(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		key := "dir/a b+ü.bin"
		body := data(2*minPart + 12345)
		var id string
		var done []s3.CompletedPart

		s.check(t, "CreateMultipartUpload and UploadPart", func(ctx context.Context, _ *testing.T) (err error) {
			id, err = s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}})
			if err != nil {
				return err
			}
			done, err = s.parts(ctx, bucket, key, id, body[:minPart], body[minPart:2*minPart], body[2*minPart:])
			return err
		})
		require.NotEmpty(t, id)
		s.check(t, "ListPartsPages", func(ctx context.Context, _ *testing.T) error {
			var numbers []int32
			var sizes []int64
			pages := 0
			for page, err := range s.client.ListPartsPages(ctx, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: id, MaxParts: 2}) {
				if err != nil {
					return err
				}
				pages++
				for _, p := range page.Parts {
					numbers, sizes = append(numbers, p.PartNumber), append(sizes, p.Size)
					if want := done[p.PartNumber-1].ETag; trim(p.ETag) != trim(want) {
						return fmt.Errorf("part %d: ETag %q after %q", p.PartNumber, p.ETag, want)
					}
				}
			}
			return all(
				that(slices.Equal(numbers, []int32{1, 2, 3}), "numbers are %v", numbers),
				that(slices.Equal(sizes, []int64{minPart, minPart, 12345}), "sizes are %v", sizes),
				that(pages == 2, "in %d pages", pages))
		})
		s.check(t, "ListMultipartUploads", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: "dir/"})
			if err != nil {
				return err
			}
			if len(out.Uploads) != 1 {
				return fmt.Errorf("listed %d uploads", len(out.Uploads))
			}
			u := out.Uploads[0]
			return that(u.Key == key && u.UploadId == id && !u.Initiated.IsZero(), "listed %+v", u)
		})
		s.check(t, "CompleteMultipartUpload", func(ctx context.Context, _ *testing.T) error {
			out, err := s.complete(ctx, bucket, key, id, done)
			if err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
			if err != nil {
				return err
			}
			return all(s.holds(ctx, bucket, key, body),
				that(out.Bucket == bucket && out.Key == key, "answered for %q %q", out.Bucket, out.Key),
				that(trim(out.ETag) == trim(head.ETag), "ETag is %q, told as %q", head.ETag, out.ETag),
				that(head.ContentType == "text/x-test" && head.Metadata["a"] == "1", "Content-Type %q, metadata %v", head.ContentType, head.Metadata))
		})
		s.check(t, "GetObject of a part", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key, PartNumber: 2})
			if err != nil {
				return err
			}
			return all(same(out.Body, body[minPart:2*minPart]), that(out.PartsCount == 3, "PartsCount is %d", out.PartsCount))
		})
		s.check(t, "UploadPartCopy", func(ctx context.Context, _ *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "copied"})
			if err != nil {
				return err
			}
			var done []s3.CompletedPart
			for i, r := range []string{fmt.Sprintf("bytes=0-%d", minPart+99), fmt.Sprintf("bytes=%d-%d", minPart+100, len(body)-1)} {
				n := int32(i + 1)
				out, err := s.client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
					Bucket: bucket, Key: "copied", UploadId: id, PartNumber: n,
					CopySource: bucket + "/dir/a%20b%2B%C3%BC.bin", CopySourceRange: r,
				}, func(o *s3.Options) { o.AllowUnsupported = true }) // Generic trusts no range unseen; here it is seen
				if err != nil {
					return err
				}
				done = append(done, s3.CompletedPart{PartNumber: n, ETag: out.CopyPartResult.ETag})
			}
			if _, err := s.complete(ctx, bucket, "copied", id, done); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "copied", body)
		})
		s.check(t, "AbortMultipartUpload", func(ctx context.Context, _ *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "aborted"})
			if err != nil {
				return err
			}
			if _, err = s.parts(ctx, bucket, "aborted", id, []byte("x")); err != nil {
				return err
			}
			if _, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: "aborted", UploadId: id}); err != nil {
				return err
			}
			_, err = s.client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: "aborted", UploadId: id})
			if err := expect(err, s3.ErrNoSuchUpload); err != nil {
				return err
			}
			left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket})
			return all(err, that(len(left) == 0, "still there: %q", left))
		})
		s.check(t, "AbortMultipartUpload of none", func(ctx context.Context, _ *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "aborted"})
			if err != nil {
				return err
			}
			in := &s3.AbortMultipartUploadInput{Bucket: bucket, Key: "aborted", UploadId: id}
			if _, err := s.client.AbortMultipartUpload(ctx, in); err != nil {
				return err
			}
			_, err = s.client.AbortMultipartUpload(ctx, in)
			return expect(err, s3.ErrNoSuchUpload)
		})
		pages := func(name string, keys ...string) {
			s.check(t, name, func(ctx context.Context, _ *testing.T) error {
				var want []string
				for _, k := range keys {
					id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: k})
					if err != nil {
						return err
					}
					defer s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: k, UploadId: id}) //nolint:errcheck // the bucket's removal tells
					want = append(want, k+" "+id)
				}
				got, pages, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: "p/", MaxUploads: 1})
				slices.Sort(got)
				slices.Sort(want)
				return all(err,
					that(slices.Equal(got, want), "listed %d of %d uploads in %d pages", len(got), len(want), pages),
					that(pages >= len(want), "in %d pages", pages))
			})
		}
		pages("ListMultipartUploadsPages", "p/a b", "p/b+%&", "p/c&ü")
		pages("ListMultipartUploadsPages, uploads of one key", "p/a", "p/a", "p/a")
		s.check(t, "a part that is too small", func(ctx context.Context, _ *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "small"})
			if err != nil {
				return err
			}
			done, err := s.parts(ctx, bucket, "small", id, []byte("too small"), []byte("the last may be"))
			if err != nil {
				return err
			}
			_, err = s.complete(ctx, bucket, "small", id, done)
			return expect(err, s3.ErrEntityTooSmall)
		})
		s.check(t, "a part that is not there", func(ctx context.Context, _ *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "missing"})
			if err != nil {
				return err
			}
			done, err := s.parts(ctx, bucket, "missing", id, body[:minPart])
			if err != nil {
				return err
			}
			done = append(done, s3.CompletedPart{PartNumber: 2, ETag: done[0].ETag})
			_, err = s.complete(ctx, bucket, "missing", id, done)
			return expect(err, s3.ErrInvalidPart)
		})
		s.check(t, "UploadPart for no upload", func(ctx context.Context, _ *testing.T) error {
			_, err := s.parts(ctx, bucket, key, id, []byte("x"))
			return expect(err, s3.ErrNoSuchUpload)
		})
		s.check(t, "CompleteMultipartUpload twice", func(ctx context.Context, _ *testing.T) error {
			_, err := s.complete(ctx, bucket, key, id, done)
			return err
		})
	})
}
