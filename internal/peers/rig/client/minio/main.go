// Command minio is minio-go v7.
// Variants: "" defaults; "trailers" Options.TrailingHeaders (CRC32C trailers);
// "par" ConcurrentStreamParts for up-reader and ParallelWorkers for down-file;
// "nosha" DisableContentSha256.
package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func main() {
	harness.Main("minio", func(c *harness.Config) (*harness.Ops, error) {
		cl, err := minio.New(c.Host(), &minio.Options{
			Creds: credentials.NewStaticV4(harness.AccessKey, harness.SecretKey, ""), Secure: c.Secure(),
			Region: harness.Region, BucketLookup: minio.BucketLookupPath, TrailingHeaders: c.Variant == "trailers",
		})
		if err != nil {
			return nil, err
		}
		po := minio.PutObjectOptions{
			PartSize: uint64(c.Part), NumThreads: uint(c.Conc),
			ConcurrentStreamParts: c.Variant == "par", DisableContentSha256: c.Variant == "nosha",
		}
		return &harness.Ops{
			UpFile: func(ctx context.Context, path string) error {
				_, err := cl.FPutObject(ctx, c.Bucket, c.Key, path, po)
				return err
			},
			UpReader: func(ctx context.Context, r io.Reader) error {
				_, err := cl.PutObject(ctx, c.Bucket, c.Key, r, -1, po)
				return err
			},
			DownFile: func(ctx context.Context, path string) error {
				if c.Variant == "par" { // GetObject with workers, copied in order to the file
					o, err := cl.GetObject(ctx, c.Bucket, c.Key, minio.GetObjectOptions{ParallelWorkers: c.Conc, ParallelChunkSize: c.Part})
					if err != nil {
						return err
					}
					defer o.Close()
					f, err := os.Create(path)
					if err != nil {
						return err
					}
					defer f.Close()
					_, err = io.Copy(f, o)
					return err
				}
				return cl.FGetObject(ctx, c.Bucket, c.Key, path, minio.GetObjectOptions{})
			},
			PutSmall: func(ctx context.Context, key string, b []byte) error {
				_, err := cl.PutObject(ctx, c.Bucket, key, bytes.NewReader(b), int64(len(b)), po)
				return err
			},
			List: func(ctx context.Context) (int, error) {
				n := 0
				for o := range cl.ListObjects(ctx, c.Bucket, minio.ListObjectsOptions{Recursive: true}) {
					if o.Err != nil {
						return n, o.Err
					}
					n++
				}
				return n, nil
			},
			Presign: func(ctx context.Context, key string) (string, error) {
				u, err := cl.PresignedGetObject(ctx, c.Bucket, key, 15*time.Minute, nil)
				if err != nil {
					return "", err
				}
				return u.String(), nil
			},
		}, nil
	})
}
