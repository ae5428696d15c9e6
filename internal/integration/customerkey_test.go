//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func TestCustomerKeys(t *testing.T) {
	key := s3.CustomerKey(base64.StdEncoding.EncodeToString(data(32)))
	other := s3.CustomerKey(base64.StdEncoding.EncodeToString(data(33)[1:]))
	eachServer(t, func(t *testing.T, s *server) {
		if s.scheme == "http" {
			t.Run("customer key over http", func(t *testing.T) {
				// Refused by the client: the bucket is not even there.
				_, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucketName(), Key: "k", SSECustomerKey: key})
				var answered *s3.Error
				if errors.As(err, &answered) || err == nil || !strings.Contains(err.Error(), "SSECustomerKey would go in the clear") {
					t.Fatal(err)
				}
			})
			return
		}
		bucket := s.bucket(t)
		body := data(100_000)
		holds := func(ctx context.Context, name string, want []byte) error {
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: name, SSECustomerKey: key})
			if err != nil {
				return err
			}
			return all(same(out.Body, want), that(out.SSECustomerAlgorithm == "AES256", "algorithm is %q", out.SSECustomerAlgorithm))
		}
		put := func(ctx context.Context, name string) error {
			_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: name, Body: bytes.NewReader(body), SSECustomerKey: key})
			return err
		}
		s.check(t, "customer key", func(ctx context.Context, _ *testing.T) error {
			if err := put(ctx, "k"); err != nil {
				return err
			}
			return holds(ctx, "k", body)
		})
		if put(t.Context(), "k") != nil {
			s.ignoredKey(t, bucket, key)
			return
		}
		s.check(t, "customer key, read without it", func(ctx context.Context, _ *testing.T) error {
			if err := put(ctx, "k"); err != nil {
				return err
			}
			_, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "k"})
			var e *s3.Error
			return that(errors.As(err, &e) && e.StatusCode == 400, "answered %v", err)
		})
		s.check(t, "customer key, read with another", func(ctx context.Context, _ *testing.T) error {
			if err := put(ctx, "k"); err != nil {
				return err
			}
			_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k", SSECustomerKey: other})
			return expect(err, s3.ErrForbidden)
		})
		s.check(t, "customer key, copy to another", func(ctx context.Context, _ *testing.T) error {
			if err := put(ctx, "k"); err != nil {
				return err
			}
			_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{
				Bucket: bucket, Key: "copy", CopySource: bucket + "/k", CopySourceSSECustomerKey: key, SSECustomerKey: other,
			})
			if err != nil {
				return err
			}
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "copy", SSECustomerKey: other})
			if err != nil {
				return err
			}
			return same(out.Body, body)
		})
		s.check(t, "customer key, upload in parts", func(ctx context.Context, _ *testing.T) error {
			up, err := transfer.NewManager(s.client, func(o *transfer.Options) { o.PartSize, o.Threshold = 5<<20, 5<<20 })
			if err != nil {
				return err
			}
			large := data(11 << 20)
			out, err := up.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "large", Body: bytes.NewReader(large), SSECustomerKey: key})
			if err != nil {
				return err
			}
			return all(that(out.Parts == 3, "%d parts", out.Parts), holds(ctx, "large", large))
		})
		s.check(t, "customer key, presigned", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.Presign(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "signed", SSECustomerKey: key}, time.Minute)
			if err != nil {
				return err
			}
			status, answer, err := send(ctx, p, body)
			if err := all(err, that(status == http.StatusOK, "answered %d %.300q", status, answer)); err != nil {
				return err
			}
			p, err = s.client.Presign(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "signed", SSECustomerKey: key}, time.Minute)
			if err != nil {
				return err
			}
			status, answer, err = send(ctx, p, nil)
			return all(err, that(status == http.StatusOK && bytes.Equal(answer, body), "answered %d %.300q", status, answer))
		})
		s.check(t, "customer key, form", func(ctx context.Context, _ *testing.T) error {
			p, err := s.client.PresignPost(ctx, &s3.PresignPostInput{Bucket: bucket, Key: "posted", SSECustomerKey: key}, time.Minute)
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "f", body, nil)
			if err := all(err, that(res.status == http.StatusNoContent, "answered %d %.300q", res.status, res.answer)); err != nil {
				return err
			}
			return holds(ctx, "posted", body)
		})
	})
}

// ignoredKey shows why the profile says that the server takes no keys, or that it refuses them.
func (s *server) ignoredKey(t *testing.T, bucket string, key s3.CustomerKey) {
	s.check(t, "customer key, in spite of the profile", func(ctx context.Context, t *testing.T) error {
		c := s.with(t, func(o *s3.Options) { o.AllowUnsupported = true })
		out, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "k", Body: strings.NewReader("x"), SSECustomerKey: key})
		if err != nil {
			return err
		}
		_, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
		return all(that(out.SSECustomerAlgorithm != "", "not encrypted"), expect(err, s3.ErrForbidden))
	})
}
