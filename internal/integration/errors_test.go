//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

func TestErrors(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		s.put(t, bucket, "k", 10)
		head := func(ctx context.Context, c *s3.Client) error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			return err
		}
		s.check(t, "no such key", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "none"})
			var e *s3.Error
			if !errors.As(err, &e) {
				return expect(err, s3.ErrNoSuchKey)
			}
			return all(expect(err, s3.ErrNoSuchKey, s3.ErrNotFound, fs.ErrNotExist),
				that(e.StatusCode == 404 && e.Bucket == bucket && e.Key == "none", "error is %+v", e),
				that(e.RequestID != "", "no request id"),
				that(strings.Contains(err.Error(), e.RequestID) && !strings.Contains(err.Error(), "\n"), "reads %q", err))
		})
		s.check(t, "no such bucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucketName(), Key: "k"})
			return expect(err, s3.ErrNoSuchBucket, s3.ErrNotFound)
		})
		s.check(t, "no such bucket, PutObject", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucketName(), Key: "k", Body: bytes.NewReader(data(100_000))})
			return expect(err, s3.ErrNoSuchBucket)
		})
		s.check(t, "no such upload", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.ListParts(ctx, &s3.ListPartsInput{Bucket: bucket, Key: "k", UploadId: "bm9uZQ"})
			return expect(err, s3.ErrNoSuchUpload)
		})
		s.check(t, "wrong secret", func(ctx context.Context, t *testing.T) error {
			err := head(ctx, s.with(t, func(o *s3.Options) {
				o.Credentials = sigv4.Static(s.env["S3_ACCESS_KEY"], "not-the-secret", "")
			}))
			return all(expect(err, s3.ErrSignatureDoesNotMatch, s3.ErrForbidden, fs.ErrPermission),
				that(err == nil || !strings.Contains(err.Error(), "not-the-secret"), "shows the secret: %v", err))
		})
		s.check(t, "wrong access key", func(ctx context.Context, t *testing.T) error {
			err := head(ctx, s.with(t, func(o *s3.Options) { o.Credentials = sigv4.Static("NOBODY", "not-the-secret", "") }))
			return expect(err, s3.ErrInvalidAccessKeyID, s3.ErrForbidden)
		})
		s.check(t, "wrong secret, HeadObject", func(ctx context.Context, t *testing.T) error {
			c := s.with(t, func(o *s3.Options) { o.Credentials = sigv4.Static(s.env["S3_ACCESS_KEY"], "not-the-secret", "") })
			_, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
			return expect(err, s3.ErrForbidden)
		})
		s.check(t, "anonymous", func(ctx context.Context, t *testing.T) error {
			err := head(ctx, s.with(t, func(o *s3.Options) { o.Credentials = nil }))
			return expect(err, s3.ErrAccessDenied, s3.ErrForbidden)
		})
		// A server that says which region it wants is asked again for that one.
		s.check(t, "wrong region", func(ctx context.Context, t *testing.T) error {
			return head(ctx, s.with(t, func(o *s3.Options) { o.Region = "eu-nowhere-7" }))
		})
		s.check(t, "wrong region, PutObject", func(ctx context.Context, t *testing.T) error {
			c := s.with(t, func(o *s3.Options) { o.Region = "eu-nowhere-7" })
			body := data(200_000)
			if _, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "region", Body: bytes.NewReader(body)}); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "region", body)
		})
		// A clock that is off by more than the servers' 15 minutes is corrected from their Date.
		s.check(t, "clock that is an hour slow", func(ctx context.Context, t *testing.T) error {
			return head(ctx, s.with(t, func(o *s3.Options) { o.Clock = func() time.Time { return time.Now().Add(-time.Hour) } }))
		})
		s.check(t, "clock that is an hour fast", func(ctx context.Context, t *testing.T) error {
			return head(ctx, s.with(t, func(o *s3.Options) { o.Clock = func() time.Time { return time.Now().Add(time.Hour) } }))
		})
		s.check(t, "payload signed", func(ctx context.Context, t *testing.T) error {
			return s.payload(ctx, t, s3.SignPayloadAlways)
		})
		s.check(t, "payload unsigned", func(ctx context.Context, t *testing.T) error {
			return s.payload(ctx, t, s3.SignPayloadNever)
		})
	})
}

// payload stores a body with the given choice, seekable and not.
func (s *server) payload(ctx context.Context, t *testing.T, choice s3.SignPayload) error {
	c := s.with(t, func(o *s3.Options) { o.SignPayload = choice })
	bucket := s.bucket(t)
	body := data(150_000)
	if _, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "k", Body: bytes.NewReader(body)}); err != nil {
		return err
	}
	if err := s.holds(ctx, bucket, "k", body); err != nil {
		return err
	}
	in := &s3.PutObjectInput{Bucket: bucket, Key: "r", Body: plain{bytes.NewReader(body)}, ContentLength: pointer(int64(len(body)))}
	_, err := c.PutObject(ctx, in)
	if choice == s3.SignPayloadAlways && !s.options.Profile.AWSChunked {
		// It can be neither read twice nor framed.
		require.Error(t, err)
		return nil
	}
	if err != nil {
		return err
	}
	return s.holds(ctx, bucket, "r", body)
}

// TestChecksums: what the client computes is what the server stored, for each algorithm that the
// profile names; where it names none, nothing is sent and nothing breaks.
func TestChecksums(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(120_000)
		for _, alg := range s.options.Profile.Checksums {
			value := func(o *s3.HeadObjectOutput) string {
				return o.ChecksumCRC32 + o.ChecksumCRC32C + o.ChecksumCRC64NVME + o.ChecksumSHA1 + o.ChecksumSHA256
			}
			s.check(t, "checksum "+string(alg), func(ctx context.Context, t *testing.T) error {
				for name, in := range map[string]s3.PutObjectInput{
					"seekable": {Body: bytes.NewReader(body)},
					"reader":   {Body: plain{bytes.NewReader(body)}, ContentLength: pointer(int64(len(body)))},
				} {
					in.Bucket, in.Key, in.ChecksumAlgorithm = bucket, name, alg
					out, err := s.client.PutObject(ctx, &in)
					if err != nil {
						return err
					}
					head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: name, ChecksumMode: s3.ChecksumModeEnabled})
					if err != nil {
						return err
					}
					sent := out.ChecksumCRC32 + out.ChecksumCRC32C + out.ChecksumCRC64NVME + out.ChecksumSHA1 + out.ChecksumSHA256
					if sent == "" || value(head) != sent {
						return that(false, "%s: sent %q, stored %q", name, sent, value(head))
					}
					get, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: name, ChecksumMode: s3.ChecksumModeEnabled})
					if err != nil {
						return err
					}
					if err := same(get.Body, body); err != nil {
						return err
					}
				}
				return nil
			})
		}
	})
}
