//go:build integration

package integration

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/s3"
)

// fsObjects is how many objects fstest.TestFS walks, with ten requests for each.
func (s *server) fsObjects() int {
	if s.name == "openstack" || s.name == "alluxio" {
		return 50 // a request takes 10 to 100 ms, by what else the machine does
	}
	return 3000
}

// around are keys around the slash in the order of bytes, and deep ones.
var around = []string{"a-b", "a/x", "a0", "deep/1/2/3/4/5/file", "ü/é & +%41", "dir with spaces/file"}

// fill puts an object for each key, many at a time. They are deleted when the test ends.
func (s *server) fill(t *testing.T, bucket string, keys []string) {
	t.Helper()
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(16)
	for _, key := range keys {
		g.Go(func() error {
			_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader([]byte(key))})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var g errgroup.Group
		g.SetLimit(16)
		for _, key := range keys {
			g.Go(func() error {
				_, err := s.client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: bucket, Key: key})
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// counter counts requests.
type counter struct {
	http.RoundTripper
	n atomic.Int64
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

// counted is a client that counts the requests of all attempts.
func (s *server) counted(t *testing.T) (*s3.Client, *counter) {
	t.Helper()
	c := new(counter)
	return s.with(t, func(o *s3.Options) {
		c.RoundTripper = s.client.Options().HTTPClient.Transport
		o.HTTPClient = &http.Client{Transport: c}
	}), c
}

func TestFS(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		client, requests := s.counted(t)
		fsys := s3.FS(client, bucket)

		s.check(t, "FS of an empty bucket", func(context.Context, *testing.T) error { return fstest.TestFS(fsys) })
		s.check(t, "FS of no bucket", func(context.Context, *testing.T) error {
			_, err := s3.FS(client, bucketName()).Open(".")
			return expect(err, fs.ErrNotExist, s3.ErrNoSuchBucket)
		})

		if s.scheme == "https" {
			return // what comes takes time, and does not depend on it
		}
		s.fill(t, bucket, around)
		s.check(t, "FS, names", func(context.Context, *testing.T) error { return fstest.TestFS(fsys, around...) })
		s.check(t, "FS, what is not there", func(context.Context, *testing.T) error {
			_, openErr := fsys.Open("a/missing")
			_, readErr := fsys.ReadFile("deep/1/missing")
			_, dirErr := fsys.ReadDir("missing")
			_, statErr := fsys.Stat("a-b/below a file")
			return all(expect(openErr, fs.ErrNotExist, s3.ErrNotFound), expect(readErr, fs.ErrNotExist, s3.ErrNotFound),
				expect(dirErr, fs.ErrNotExist, s3.ErrNotFound), expect(statErr, fs.ErrNotExist, s3.ErrNotFound))
		})

		var keys, wide []string
		for i := range s.fsObjects() {
			keys = append(keys, fmt.Sprintf("dirs/%d/%d", i/100, i))
		}
		s.fill(t, bucket, keys)
		began := time.Now()
		requests.n.Store(0)
		s.check(t, "FS, many objects", func(context.Context, *testing.T) error {
			// A walk is one request after the other, and RGW takes 40 ms for each body: the
			// directories are walked at the same time.
			var g errgroup.Group
			g.SetLimit(32)
			for dir := range slices.Chunk(keys, 100) {
				g.Go(func() error {
					sub, err := fsys.Sub(path.Dir(dir[0]))
					if err != nil {
						return err
					}
					var names []string
					for _, key := range dir {
						names = append(names, path.Base(key))
					}
					return fstest.TestFS(sub, names...)
				})
			}
			return g.Wait()
		})
		t.Logf("TestFS of %d objects: %d requests in %v", len(keys), requests.n.Load(), time.Since(began))

		if len(keys) < 1000 {
			return
		}
		for i := range 1100 {
			wide = append(wide, fmt.Sprintf("wide/%04d", i))
		}
		s.fill(t, bucket, wide)
		requests.n.Store(0)
		s.check(t, "FS, a directory of two pages", func(context.Context, *testing.T) error {
			entries, err := fsys.ReadDir("wide")
			if err != nil {
				return err
			}
			f, err := fsys.Open("wide")
			if err != nil {
				return err
			}
			defer f.Close()
			begin, err := f.(fs.ReadDirFile).ReadDir(10)
			if err != nil {
				return err
			}
			few := requests.n.Load()
			rest, err := f.(fs.ReadDirFile).ReadDir(-1)
			return all(err,
				that(len(entries) == len(wide), "%d entries", len(entries)),
				that(len(begin)+len(rest) == len(wide), "%d and %d entries", len(begin), len(rest)),
				that(few == 4 && requests.n.Load() == 5, "%d requests for ten entries, %d for all", few, requests.n.Load()))
		})
		s.check(t, "FS, a walk", func(context.Context, *testing.T) error {
			var got []string
			err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					got = append(got, name)
				}
				return err
			})
			want := slices.Concat(around, keys, wide)
			slices.Sort(want)
			slices.Sort(got)
			return all(err, that(slices.Equal(got, want), "walked %d of %d files", len(got), len(want)))
		})
	})
}
