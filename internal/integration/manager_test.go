//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// Many uploads of one manager, with fewer requests and less memory than they could use.
func TestManyUploads(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		s.check(t, "eight uploads at once", func(ctx context.Context, _ *testing.T) error {
			m, err := transfer.NewManager(s.client, inParts, func(o *transfer.Options) { o.Concurrency, o.MemoryBudget = 6, 3*minPart })
			if err != nil {
				return err
			}
			body := data(2*minPart + 12345)
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					key, want := fmt.Sprint("many/", i), body[i:]
					if i%3 == 2 {
						want = want[:1000+i]
					}
					in := &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(want)}
					if i%2 == 1 {
						in.Body = plain{bytes.NewReader(want)}
					}
					out, err := m.Upload(ctx, in)
					if err == nil {
						err = all(s.holds(ctx, bucket, key, want), that(out.Size == int64(len(want)), "output is %+v", out))
					}
					errs[i] = err
				})
			}
			wg.Wait()
			return errors.Join(errs...)
		})
		s.check(t, "upload with a bandwidth", func(ctx context.Context, _ *testing.T) error {
			body := data(minPart + 12345)
			began := time.Now()
			_, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "slow", Body: bytes.NewReader(body)}, inParts,
				func(o *transfer.Options) { o.Bandwidth = 4 << 20 })
			took := time.Since(began).Seconds()
			least := float64(len(body)) / (4 << 20)
			return all(err, s.holds(ctx, bucket, "slow", body), that(took > 0.95*least, "it took %.2f s, not %.2f", took, least))
		})
	})
}

// A part whose connection stalls is sent once more, and the object is whole. Servers that
// can't be trusted with that wait.
func TestStalledPart(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		if s.scheme != "http" {
			skipped(t, "TestStalledPart")
		}
		bucket := s.bucket(t)
		s.check(t, "upload with a part that stalls", func(ctx context.Context, _ *testing.T) error {
			const parts = 24
			body := data(parts * minPart)
			stall := &stalling{RoundTripper: s.client.Options().HTTPClient.Transport, part: "20", after: 20 * time.Second}
			began := time.Now()
			out, err := s.upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "stalled", Body: bytes.NewReader(body)}, inParts, func(o *transfer.Options) {
				o.ClientOptions = append(o.ClientOptions, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: stall} })
			})
			if err != nil {
				return err
			}
			requests, took := stall.requests.Load(), time.Since(began)
			repeats := s.options.Profile.RepeatParts
			return all(s.holds(ctx, bucket, "stalled", body), that(out.Parts == parts, "%d parts", out.Parts),
				that(repeats == (requests == 2) && requests <= 2, "part sent %d times", requests),
				that(!repeats || took < stall.after, "it took %v", took))
		})
	})
}

// stalling holds the first request for a part up in the middle of its body.
type stalling struct {
	http.RoundTripper
	part     string
	after    time.Duration
	requests atomic.Int64
}

func (s *stalling) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Get("partNumber") == s.part && s.requests.Add(1) == 1 {
		r = r.Clone(r.Context())
		r.Body = &stalledBody{ReadCloser: r.Body, ctx: r.Context(), left: minPart / 2, after: s.after}
	}
	return s.RoundTripper.RoundTrip(r)
}

type stalledBody struct {
	io.ReadCloser
	ctx   context.Context
	left  int
	after time.Duration
}

func (b *stalledBody) Read(p []byte) (int, error) {
	if b.left <= 0 && b.after > 0 {
		select {
		case <-time.After(b.after):
			b.after = 0
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= n
	return n, err
}
