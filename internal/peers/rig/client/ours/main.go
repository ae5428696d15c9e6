// Command ours is this module: s3 and s3/transfer. Variants:
//
//	""         the profile of Amazon S3 and every default
//	unsigned   SignPayloadNever: over http the checksum alone protects the bytes
//	generic    the profile of an unknown server, the strictest
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func main() {
	harness.Main("ours", open)
}

func open(c *harness.Config) (*harness.Ops, error) {
	o := s3.Options{
		Endpoint: c.URL, Region: harness.Region, Profile: s3.AWS(), Addressing: s3.AddressingPath,
		Credentials: sigv4.Static(harness.AccessKey, harness.SecretKey, ""),
	}
	switch c.Variant {
	case "":
	case "unsigned":
		o.SignPayload = s3.SignPayloadNever
	case "generic":
		o.Profile = s3.Generic()
	default:
		return nil, fmt.Errorf("unknown variant %q", c.Variant)
	}
	client, err := s3.New(o)
	if err != nil {
		return nil, err
	}
	manager, err := transfer.NewManager(client, func(o *transfer.Options) {
		o.PartSize, o.Concurrency = c.Part, c.Conc
	})
	if err != nil {
		return nil, err
	}
	upload := func(ctx context.Context, r io.Reader) error {
		_, err := manager.Upload(ctx, &s3.PutObjectInput{Bucket: c.Bucket, Key: c.Key, Body: r})
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
			_, err := manager.DownloadFile(ctx, path, &s3.GetObjectInput{Bucket: c.Bucket, Key: c.Key})
			return err
		},
		PutSmall: func(ctx context.Context, key string, b []byte) error {
			_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: c.Bucket, Key: key, Body: bytes.NewReader(b)})
			return err
		},
		List: func(ctx context.Context) (int, error) {
			n := 0
			for page, err := range client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: c.Bucket}) {
				if err != nil {
					return n, err
				}
				n += len(page.Contents)
			}
			return n, nil
		},
		Presign: func(ctx context.Context, key string) (string, error) {
			r, err := client.Presign(ctx, &s3.GetObjectInput{Bucket: c.Bucket, Key: key}, 15*time.Minute)
			if err != nil {
				return "", err
			}
			return r.URL, nil
		},
	}, nil
}
