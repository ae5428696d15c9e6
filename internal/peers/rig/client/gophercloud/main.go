// Command gophercloud is gophercloud v2 object storage (Swift). It has no large
// object helper, so segments are driven by the harness with -conc goroutines,
// then an SLO manifest is PUT. Variants: "" default (MD5 ETag before sending),
// "noetag" CreateOpts.NoETag.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/objectstorage/v1/objects"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

type seg struct {
	Path string `json:"path"`
	Size int64  `json:"size_bytes"`
}

func main() {
	harness.Main("gophercloud", func(c *harness.Config) (*harness.Ops, error) {
		sc := &gophercloud.ServiceClient{ProviderClient: &gophercloud.ProviderClient{TokenID: "token"}, Endpoint: c.URL + "/v1/AUTH_x/", Type: "object-store"}
		no := c.Variant == "noetag"
		if no {
			sc.UserAgent.Prepend("noetag") // the sink need not answer the MD5
		}
		parts := int((c.Size + c.Part - 1) / c.Part)
		manifest := func(ctx context.Context, segs []seg) error {
			j, _ := json.Marshal(segs)
			return objects.Create(ctx, sc, c.Bucket, c.Key, objects.CreateOpts{Content: bytes.NewReader(j), MultipartManifest: "put", NoETag: true}).Err
		}
		return &harness.Ops{
			UpFile: func(ctx context.Context, path string) error {
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				defer f.Close()
				segs := make([]seg, parts)
				err = harness.Each(parts, c.Conc, func(i int) error {
					off := int64(i) * c.Part
					n := min(c.Part, c.Size-off)
					name := fmt.Sprintf("%s/%08d", c.Key, i)
					segs[i] = seg{"segs/" + name, n}
					return objects.Create(ctx, sc, "segs", name, objects.CreateOpts{Content: io.NewSectionReader(f, off, n), NoETag: no}).Err
				})
				if err != nil {
					return err
				}
				return manifest(ctx, segs)
			},
			UpReader: func(ctx context.Context, r io.Reader) error {
				var segs []seg
				for i := 0; i < parts; i++ {
					name := fmt.Sprintf("%s/%08d", c.Key, i)
					n := min(c.Part, c.Size-int64(i)*c.Part)
					segs = append(segs, seg{"segs/" + name, n})
					if err := objects.Create(ctx, sc, "segs", name, objects.CreateOpts{Content: io.LimitReader(r, c.Part), NoETag: no}).Err; err != nil {
						return err
					}
				}
				return manifest(ctx, segs)
			},
			DownFile: func(ctx context.Context, path string) error {
				f, err := os.Create(path)
				if err != nil {
					return err
				}
				defer f.Close()
				return harness.Each(parts, c.Conc, func(i int) error {
					off := int64(i) * c.Part
					n := min(c.Part, c.Size-off)
					d := objects.Download(ctx, sc, c.Bucket, c.Key, objects.DownloadOpts{Range: fmt.Sprintf("bytes=%d-%d", off, off+n-1)})
					if d.Err != nil {
						return d.Err
					}
					defer d.Body.Close()
					_, err := io.Copy(io.NewOffsetWriter(f, off), d.Body)
					return err
				})
			},
			PutSmall: func(ctx context.Context, key string, b []byte) error {
				return objects.Create(ctx, sc, c.Bucket, key, objects.CreateOpts{Content: bytes.NewReader(b), NoETag: no}).Err
			},
			List: func(ctx context.Context) (int, error) {
				n := 0
				err := objects.List(sc, c.Bucket, objects.ListOpts{Limit: 1000}).EachPage(ctx, func(_ context.Context, p pagination.Page) (bool, error) {
					o, err := objects.ExtractInfo(p)
					n += len(o)
					return true, err
				})
				return n, err
			},
			Presign: func(ctx context.Context, key string) (string, error) { // TempURL
				return objects.CreateTempURL(ctx, sc, c.Bucket, key, objects.CreateTempURLOpts{Method: objects.GET, TTL: 900, TempURLKey: "secret", Digest: "sha256"})
			},
		}, nil
	})
}
