// Command awsmgr is aws-sdk-go-v2 service/s3 with feature/s3/manager.
// Variants: "" default integrity (WhenSupported), "wr" WhenRequired.
//
//nolint:staticcheck // the deprecated manager, see below
package main

//lint:file-ignore SA1019 the deprecated manager is what most programs still use, and the lighter of the two

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	harness.Main("aws-mgr", func(c *harness.Config) (*harness.Ops, error) {
		cl := s3.New(s3.Options{
			Region: harness.Region, BaseEndpoint: &c.URL, UsePathStyle: true,
			Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(harness.AccessKey, harness.SecretKey, "")),
		}, func(o *s3.Options) {
			// s3.New leaves these unset (no checksum); config.LoadDefaultConfig sets WhenSupported.
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenSupported
			o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenSupported
			if c.Variant == "wr" {
				o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
				o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
			}
		})
		up := manager.NewUploader(cl, func(u *manager.Uploader) {
			u.PartSize, u.Concurrency = c.Part, c.Conc
			if c.Variant == "wr" {
				u.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
			}
		})
		down := manager.NewDownloader(cl, func(d *manager.Downloader) { d.PartSize, d.Concurrency = c.Part, c.Conc })
		ps := s3.NewPresignClient(cl)
		upload := func(ctx context.Context, r io.Reader) error {
			_, err := up.Upload(ctx, &s3.PutObjectInput{Bucket: &c.Bucket, Key: &c.Key, Body: r})
			return err
		}
		return &harness.Ops{
			UpFile: func(ctx context.Context, path string) error {
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				defer f.Close()
				return upload(ctx, f)
			},
			UpReader: upload,
			DownFile: func(ctx context.Context, path string) error {
				f, err := os.Create(path)
				if err != nil {
					return err
				}
				defer f.Close()
				_, err = down.Download(ctx, f, &s3.GetObjectInput{Bucket: &c.Bucket, Key: &c.Key})
				return err
			},
			PutSmall: func(ctx context.Context, key string, b []byte) error {
				_, err := cl.PutObject(ctx, &s3.PutObjectInput{Bucket: &c.Bucket, Key: &key, Body: bytes.NewReader(b)})
				return err
			},
			List: func(ctx context.Context) (int, error) {
				n := 0
				p := s3.NewListObjectsV2Paginator(cl, &s3.ListObjectsV2Input{Bucket: &c.Bucket})
				for p.HasMorePages() {
					o, err := p.NextPage(ctx)
					if err != nil {
						return n, err
					}
					n += len(o.Contents)
				}
				return n, nil
			},
			Presign: func(ctx context.Context, key string) (string, error) {
				r, err := ps.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &c.Bucket, Key: &key}, s3.WithPresignExpires(15*time.Minute))
				if err != nil {
					return "", err
				}
				return r.URL, nil
			},
		}, nil
	})
}
