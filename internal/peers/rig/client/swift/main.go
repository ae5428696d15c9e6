// Command swift is ncw/swift v2. Its SLO writer is serial (no concurrency) and
// hashes every segment with MD5, checked against the server's ETag.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"

	"github.com/ncw/swift/v2"
)

func main() {
	harness.Main("ncw-swift", func(c *harness.Config) (*harness.Ops, error) {
		cn := &swift.Connection{StorageUrl: c.URL + "/v1/AUTH_x", AuthToken: "token"}
		// v2.0.5 dereferences a nil http client in StaticLargeObjectCreateFile
		// unless some other call came first.
		if c.Scenario != "presign" {
			if err := cn.ContainerCreate(context.Background(), "segs", nil); err != nil {
				return nil, err
			}
		}
		upload := func(ctx context.Context, r io.Reader) error {
			w, err := cn.StaticLargeObjectCreateFile(ctx, &swift.LargeObjectOpts{Container: c.Bucket, ObjectName: c.Key, ChunkSize: c.Part, SegmentContainer: "segs"})
			if err != nil {
				return err
			}
			if _, err := io.Copy(w, r); err != nil {
				return err
			}
			return w.Close()
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
			DownFile: func(ctx context.Context, path string) error { // serial, no hash check
				f, err := os.Create(path)
				if err != nil {
					return err
				}
				defer f.Close()
				_, err = cn.ObjectGet(ctx, c.Bucket, c.Key, f, false, nil)
				return err
			},
			PutSmall: func(ctx context.Context, key string, b []byte) error {
				return cn.ObjectPutBytes(ctx, c.Bucket, key, b, "application/octet-stream")
			},
			List: func(ctx context.Context) (int, error) {
				n := 0
				err := cn.ObjectsWalk(ctx, c.Bucket, &swift.ObjectsOpts{Limit: 1000}, func(ctx context.Context, o *swift.ObjectsOpts) (any, error) {
					l, err := cn.Objects(ctx, c.Bucket, o)
					n += len(l)
					return l, err
				})
				return n, err
			},
			Presign: func(ctx context.Context, key string) (string, error) { // TempURL, SHA-1
				return cn.ObjectTempUrl(c.Bucket, key, "secret", "GET", time.Now().Add(15*time.Minute)), nil
			},
		}, nil
	})
}
