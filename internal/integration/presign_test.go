//go:build integration

package integration

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stowage-go/stowage/s3"
)

func TestPresigned(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		key := "dir/a b+ü.bin"
		body := data(50_000)
		answered := func(want int, p *s3.PresignedRequest, body []byte) func(context.Context) ([]byte, error) {
			return func(ctx context.Context) ([]byte, error) {
				status, answer, err := send(ctx, p, body)
				if err == nil && status != want {
					err = refusedWith(status, answer)
				}
				return answer, err
			}
		}
		s.check(t, "presigned PUT", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key}, time.Minute)
			if err != nil {
				return err
			}
			if _, err := answered(http.StatusOK, p, body)(ctx); err != nil {
				return err
			}
			return s.holds(ctx, bucket, key, body)
		})
		s.check(t, "presigned PUT with headers", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.PutObjectInput{
				Bucket: bucket, Key: key, ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}, ContentLength: pointer(int64(len(body))),
			}, time.Minute)
			if err != nil {
				return err
			}
			if _, err := answered(http.StatusOK, p, body)(ctx); err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
			if err != nil {
				return err
			}
			return all(s.holds(ctx, bucket, key, body),
				that(head.ContentType == "text/x-test" && head.Metadata["a"] == "1", "Content-Type %q, metadata %v", head.ContentType, head.Metadata))
		})
		s.check(t, "presigned GET", func(ctx context.Context, _ *testing.T) error {
			return s.presignedTrip(ctx, bucket, key, body)
		})
		s.check(t, "presigned GET, answer headers overridden", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key, ResponseContentDisposition: `attachment; filename="a b+c.txt"`}, time.Minute)
			if err != nil {
				return err
			}
			req, err := http.NewRequestWithContext(ctx, p.Method, p.URL, nil)
			if err != nil {
				return err
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			return all(same(res.Body, body), that(res.Header.Get("Content-Disposition") == `attachment; filename="a b+c.txt"`, "answered %d %v", res.StatusCode, res.Header))
		})
		s.check(t, "presigned HEAD", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key}, time.Minute)
			if err != nil {
				return err
			}
			_, err = answered(http.StatusOK, p, nil)(ctx)
			return err
		})
		s.check(t, "presigned listing", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "dir/", Delimiter: "/"}, time.Minute)
			if err != nil {
				return err
			}
			answer, err := answered(http.StatusOK, p, nil)(ctx)
			return all(err, that(bytes.Contains(answer, []byte("<Key>dir/a b+ü.bin</Key>")), "answered %s", answer))
		})
		s.check(t, "presigned URL that was changed", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, time.Minute)
			if err != nil {
				return err
			}
			p.URL = strings.Replace(p.URL, "X-Amz-Expires=60", "X-Amz-Expires=61", 1)
			_, err = answered(http.StatusForbidden, p, nil)(ctx)
			return err
		})
		s.check(t, "presigned URL that has expired", func(ctx context.Context, t *testing.T) error {
			late := s.with(t, func(o *s3.Options) { o.Clock = func() time.Time { return time.Now().Add(-time.Minute) } })
			p, err := late.Presign(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, 10*time.Second)
			if err != nil {
				return err
			}
			_, err = answered(http.StatusForbidden, p, nil)(ctx)
			return err
		})
		s.check(t, "presigned UploadPart and CompleteMultipartUpload", func(ctx context.Context, _ *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "parts"})
			if err != nil {
				return err
			}
			p, err := s.client.Presign(ctx, &s3.UploadPartInput{Bucket: bucket, Key: "parts", UploadId: id, PartNumber: 1}, time.Minute)
			if err != nil {
				return err
			}
			if _, err = answered(http.StatusOK, p, body)(ctx); err != nil {
				return err
			}
			list, err := s.client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: "parts", UploadId: id})
			if err != nil {
				return err
			}
			p, err = s.client.Presign(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: "parts", UploadId: id, MultipartUpload: &s3.CompletedMultipartUpload{
				Parts: []s3.CompletedPart{{PartNumber: 1, ETag: list.Parts[0].ETag}},
			}}, time.Minute)
			if err != nil {
				return err
			}
			if _, err = answered(http.StatusOK, p, p.Body)(ctx); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "parts", body)
		})
		s.check(t, "presigned DELETE", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key}, time.Minute)
			if err != nil {
				return err
			}
			if _, err = answered(http.StatusNoContent, p, nil)(ctx); err != nil {
				return err
			}
			_, err = s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
			return expect(err, s3.ErrNotFound)
		})
	})
}
