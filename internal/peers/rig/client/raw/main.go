// Command raw is the physical limit with plain net/http: no hashing, no signing
// of bodies. Variants:
//
//	""       sendfile: the body type forwards syscall.Conn of its *os.File, so
//	         net/http hands it to sendfile(2) on plain http
//	copy     the same parts as io.LimitedReader over *os.File (net/http never
//	         sendfiles this: its own LimitReader nests over the body's)
//	bigbuf   copy + 256 KiB body chunks (WriteTo into the transport)
//	crc      copy + CRC32C of every part while it streams
//	tuned    dialer-supplied conn with its own ReadFrom (256 KiB chunks); under
//	         TLS the records of one chunk are corked into one write(2), and
//	         reads go through a 256 KiB buffer below crypto/tls
package main

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
)

func main() {
	harness.Main("raw", func(c *harness.Config) (*harness.Ops, error) {
		tr := http.DefaultTransport.(*http.Transport).Clone()
		tr.MaxIdleConnsPerHost = 256
		tr.DisableCompression = true
		if c.Variant == "bigbuf" {
			tr.WriteBufferSize, tr.ReadBufferSize = 256<<10, 256<<10
		}
		if c.Variant == "tuned" {
			tune(tr)
		}
		hc := &http.Client{Transport: tr}
		base := c.URL + "/" + c.Bucket + "/"
		put := func(ctx context.Context, url string, body io.Reader, n int64) error {
			req, err := http.NewRequestWithContext(ctx, "PUT", url, body)
			if err != nil {
				return err
			}
			req.ContentLength = n
			resp, err := hc.Do(req)
			if err != nil {
				return err
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != 200 {
				return fmt.Errorf("status %d", resp.StatusCode)
			}
			return nil
		}
		parts := int((c.Size + c.Part - 1) / c.Part)
		span := func(i int) (off, n int64) {
			off = int64(i) * c.Part
			return off, min(c.Part, c.Size-off)
		}
		upFile := func(ctx context.Context, path string) error {
			return harness.Each(parts, c.Conc, func(i int) error {
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				off, n := span(i)
				if _, err := f.Seek(off, io.SeekStart); err != nil {
					return err
				}
				var body io.ReadCloser
				switch c.Variant {
				case "":
					body = &partFile{f, off + n}
				case "bigbuf":
					body = &bigChunks{r: io.LimitReader(f, n), c: f, buf: make([]byte, 256<<10)}
				case "crc":
					body = limited{tee{io.LimitReader(f, n), crc32.New(crc32.MakeTable(crc32.Castagnoli))}, f}
				default:
					body = limited{io.LimitReader(f, n), f}
				}
				return put(ctx, base+c.Key+"?partNumber="+strconv.Itoa(i+1)+"&uploadId=upload-1", body, n)
			})
		}
		upReader := func(ctx context.Context, r io.Reader) error {
			free := make(chan []byte, c.Conc)
			for i := 0; i < c.Conc; i++ {
				free <- nil
			}
			var wg sync.WaitGroup
			errs := make(chan error, c.Conc)
			for i := 0; ; i++ {
				b := <-free
				if b == nil {
					b = make([]byte, c.Part)
				}
				n, rerr := io.ReadFull(r, b)
				if n > 0 {
					wg.Add(1)
					go func() {
						defer wg.Done()
						err := put(ctx, base+c.Key+"?partNumber="+strconv.Itoa(i+1)+"&uploadId=upload-1", bytes.NewReader(b[:n]), int64(n))
						if err != nil {
							select {
							case errs <- err:
							default:
							}
						}
						free <- b
					}()
				}
				if rerr != nil {
					break
				}
			}
			wg.Wait()
			select {
			case err := <-errs:
				return err
			default:
				return nil
			}
		}
		downFile := func(ctx context.Context, path string) error {
			f, err := os.Create(path)
			if err != nil {
				return err
			}
			defer f.Close()
			pool := sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}
			return harness.Each(parts, c.Conc, func(i int) error {
				off, n := span(i)
				req, _ := http.NewRequestWithContext(ctx, "GET", base+c.Key, nil)
				req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+n-1))
				resp, err := hc.Do(req)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				if resp.StatusCode != 206 {
					return fmt.Errorf("status %d", resp.StatusCode)
				}
				bp := pool.Get().(*[]byte)
				defer pool.Put(bp)
				w := io.NewOffsetWriter(f, off)
				m, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{resp.Body}, *bp)
				if err == nil && m != n {
					err = io.ErrUnexpectedEOF
				}
				return err
			})
		}
		return &harness.Ops{
			UpFile: upFile, UpReader: upReader, DownFile: downFile,
			PutSmall: func(ctx context.Context, key string, b []byte) error {
				return put(ctx, base+key, bytes.NewReader(b), int64(len(b)))
			},
			List: func(ctx context.Context) (int, error) { return list(ctx, hc, c) },
			Presign: func(ctx context.Context, key string) (string, error) {
				return presign(c.URL[strings.Index(c.URL, "//")+2:], c.URL, "/"+c.Bucket+"/"+key, time.Now()), nil
			},
		}, nil
	})
}
