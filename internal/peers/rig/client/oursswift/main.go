// Command oursswift is this module's swift and swift/transfer. Variants:
//
//	""       every default: over http MD5 in one pass while a body is sent, compared with
//	         the answer's ETag
//	"noetag" ETagCheckNever: no MD5, as gophercloud's noetag
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/transfer"
)

func main() {
	harness.Main("oursswift", open)
}

func open(c *harness.Config) (*harness.Ops, error) {
	o := swift.Options{Auth: swift.StaticToken("token", c.URL+"/v1/AUTH_x"), Profile: swift.OpenStack()}
	switch c.Variant {
	case "":
	case "noetag":
		o.ETagCheck, o.UserAgent = swift.ETagCheckNever, "noetag"
	default:
		return nil, fmt.Errorf("unknown variant %q", c.Variant)
	}
	client, err := swift.New(o)
	if err != nil {
		return nil, err
	}
	uploader, err := transfer.NewUploader(client, func(o *transfer.Options) {
		o.PartSize, o.Concurrency = c.Part, c.Conc
	})
	if err != nil {
		return nil, err
	}
	downloader, err := transfer.NewDownloader(client, func(o *transfer.DownloadOptions) {
		o.PartSize, o.Concurrency = c.Part, c.Conc
	})
	if err != nil {
		return nil, err
	}
	upload := func(ctx context.Context, r io.Reader) error {
		_, err := uploader.UploadSLO(ctx, &swift.CreateObjectInput{Container: c.Bucket, Object: c.Key, Body: r})
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
			_, err := downloader.DownloadFile(ctx, path, &swift.GetObjectInput{Container: c.Bucket, Object: c.Key})
			return err
		},
		PutSmall: func(ctx context.Context, key string, b []byte) error {
			_, err := client.CreateObject(ctx, &swift.CreateObjectInput{Container: c.Bucket, Object: key, Body: bytes.NewReader(b)})
			return err
		},
		List: func(ctx context.Context) (int, error) {
			n := 0
			for page, err := range client.ListObjectsPages(ctx, &swift.ListObjectsInput{Container: c.Bucket, Limit: 1000}) {
				if err != nil {
					return n, err
				}
				n += len(page.Objects)
			}
			return n, nil
		},
	}, nil
}
