// Command awstm is aws-sdk-go-v2 feature/s3/transfermanager.
// Variants: "" default integrity (WhenSupported), "wr" WhenRequired.
// Only the transfer scenarios; the rest is service/s3 and the same as awsmgr.
package main

import (
	"context"
	"io"
	"os"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	tmtypes "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	harness.Main("aws-tm", func(c *harness.Config) (*harness.Ops, error) {
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
		tm := transfermanager.New(cl, func(o *transfermanager.Options) {
			o.PartSizeBytes, o.Concurrency = c.Part, c.Conc
			o.GetObjectType = tmtypes.GetObjectRanges
			if c.Variant == "wr" {
				o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
				o.DisableChecksumValidation = true
			}
		})
		upload := func(ctx context.Context, r io.Reader) error {
			_, err := tm.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: &c.Bucket, Key: &c.Key, Body: r})
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
				_, err = tm.DownloadObject(ctx, &transfermanager.DownloadObjectInput{Bucket: &c.Bucket, Key: &c.Key, WriterAt: f})
				return err
			},
		}, nil
	})
}
