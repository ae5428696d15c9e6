//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// inParts makes every object but the empty one a multipart upload of small parts.
func inParts(o *transfer.Options) { o.PartSize, o.Threshold = minPart, -1 }

func (s *server) upload(ctx context.Context, in *s3.PutObjectInput, fns ...func(*transfer.Options)) (*transfer.UploadOutput, error) {
	u, err := transfer.NewManager(s.client, fns...)
	if err != nil {
		return nil, err
	}
	return u.Upload(ctx, in)
}

func TestUploads(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(3*minPart + 12345)
		bodies := map[string]func() (io.Reader, *int64){
			"ReaderAt": func() (io.Reader, *int64) { return bytes.NewReader(body), nil },
			"section of a ReaderAt": func() (io.Reader, *int64) {
				return io.NewSectionReader(bytes.NewReader(body), 0, int64(len(body))), nil
			},
			"reader with a length": func() (io.Reader, *int64) { return plain{bytes.NewReader(body)}, pointer(int64(len(body))) },
			"reader without one":   func() (io.Reader, *int64) { return plain{bytes.NewReader(body)}, nil },
		}
		for name, source := range bodies {
			s.check(t, "upload in parts, "+name, func(ctx context.Context, _ *testing.T) error {
				key := "up/" + name
				r, length := source()
				var last transfer.Progress
				out, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: r, ContentLength: length, ContentType: "text/x-test", Metadata: map[string]string{"a": "1"}},
					inParts, func(o *transfer.Options) { o.Progress = func(p transfer.Progress) { last = p } })
				if err != nil {
					return err
				}
				head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
				if err != nil {
					return err
				}
				return all(s.holds(ctx, bucket, key, body),
					that(out.Parts == 4 && out.Size == int64(len(body)) && out.UploadId != "", "output is %+v", out),
					that(out.SizeVerified, "the size was not verified"),
					that(trim(out.ETag) == trim(head.ETag), "ETag is %q, told as %q", head.ETag, out.ETag),
					that(head.ContentType == "text/x-test" && head.Metadata["a"] == "1", "Content-Type %q, metadata %v", head.ContentType, head.Metadata),
					that(last.Done && last.Bytes == out.Size && last.Total == out.Size, "progress ended at %+v", last))
			})
		}
		for _, choice := range []transfer.Integrity{transfer.IntegrityMD5, transfer.IntegritySignedPayload, transfer.IntegrityTransport} {
			s.check(t, "upload in parts, integrity "+choice.String(), func(ctx context.Context, _ *testing.T) error {
				out, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "integrity", Body: bytes.NewReader(body)}, inParts,
					func(o *transfer.Options) { o.Integrity = choice })
				if err != nil {
					return err
				}
				return all(s.holds(ctx, bucket, "integrity", body), that(out.Integrity == choice, "integrity was %v", out.Integrity))
			})
		}
		for _, alg := range s.options.Profile.Checksums {
			s.check(t, "upload in parts, checksum "+string(alg), func(ctx context.Context, _ *testing.T) error {
				out, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "checksum", Body: bytes.NewReader(body), ChecksumAlgorithm: alg}, inParts)
				if err != nil {
					return err
				}
				stored := out.ChecksumCRC32 + out.ChecksumCRC32C + out.ChecksumCRC64NVME + out.ChecksumSHA1 + out.ChecksumSHA256
				return all(s.holds(ctx, bucket, "checksum", body),
					that(out.Integrity == transfer.IntegrityChecksum && stored != "", "output is %+v", out))
			})
		}
		s.check(t, "upload of nothing", func(ctx context.Context, _ *testing.T) error {
			if _, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "nothing", Body: plain{bytes.NewReader(nil)}}); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "nothing", nil)
		})
		s.check(t, "upload of exactly two parts", func(ctx context.Context, _ *testing.T) error {
			out, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "exact", Body: plain{bytes.NewReader(body[:2*minPart])}}, inParts)
			if err != nil {
				return err
			}
			return all(s.holds(ctx, bucket, "exact", body[:2*minPart]), that(out.Parts == 2, "%d parts", out.Parts))
		})
		// What fails leaves neither an object nor parts.
		cause := errors.New("the source broke")
		for name, fail := range map[string]func(context.CancelCauseFunc) io.Reader{
			"a source that fails": func(context.CancelCauseFunc) io.Reader {
				return io.MultiReader(bytes.NewReader(body[:minPart+1]), broken{cause})
			},
			"a cancellation": func(cancel context.CancelCauseFunc) io.Reader {
				return io.MultiReader(bytes.NewReader(body[:minPart+1]), cancelling{cancel, cause}, bytes.NewReader(body))
			},
		} {
			s.check(t, "upload, "+name, func(ctx context.Context, _ *testing.T) error {
				given, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				_, err := s.upload(given, &s3.PutObjectInput{Bucket: bucket, Key: "failed", Body: fail(cancel)}, inParts)
				if err := expect(err, cause); err != nil {
					return err
				}
				if _, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "failed"}); !errors.Is(err, s3.ErrNotFound) {
					return fmt.Errorf("the object is there: %w", err)
				}
				left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: "failed"})
				return all(err, that(len(left) == 0, "uploads are left: %q", left))
			})
		}
		s.check(t, "upload to no bucket", func(ctx context.Context, _ *testing.T) error {
			_, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucketName(), Key: "k", Body: bytes.NewReader(body)}, inParts)
			return expect(err, s3.ErrNoSuchBucket)
		})
	})
}

// broken is a source that fails at once.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// cancelling ends the upload when it is reached, and is empty.
type cancelling struct {
	cancel context.CancelCauseFunc
	cause  error
}

func (c cancelling) Read([]byte) (int, error) {
	c.cancel(c.cause)
	return 0, io.EOF
}
