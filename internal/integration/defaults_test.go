//go:build integration

package integration

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// defaultCalls are the calls at which the default settings of other SDKs fail on one server or
// another. Each reads back what it stored.
var defaultCalls = []struct {
	name string
	call func(ctx context.Context, t *testing.T, s *server, bucket string) error
}{
	{"PutObject, sized seekable body", func(ctx context.Context, _ *testing.T, s *server, bucket string) error {
		body := data(1<<20 + 17)
		if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "sized", Body: bytes.NewReader(body)}); err != nil {
			return err
		}
		return s.holds(ctx, bucket, "sized", body)
	}},
	{"PutObject, io.Reader + ContentLength", func(ctx context.Context, _ *testing.T, s *server, bucket string) error {
		body := data(1<<20 + 18)
		in := &s3.PutObjectInput{Bucket: bucket, Key: "reader", Body: plain{bytes.NewReader(body)}, ContentLength: pointer(int64(len(body)))}
		if _, err := s.client.PutObject(ctx, in); err != nil {
			return err
		}
		return s.holds(ctx, bucket, "reader", body)
	}},
	{"upload, reader of unknown length, 100 KiB", func(ctx context.Context, _ *testing.T, s *server, bucket string) error {
		return uploadUnknown(ctx, s, bucket, 100<<10)
	}},
	{"upload, reader of unknown length, 24 MiB", func(ctx context.Context, _ *testing.T, s *server, bucket string) error {
		return uploadUnknown(ctx, s, bucket, 24<<20+3)
	}},
	{"multipart upload of a file, 24 MiB", func(ctx context.Context, t *testing.T, s *server, bucket string) error {
		body := data(24 << 20)
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		u, err := transfer.NewManager(s.client)
		if err != nil {
			return err
		}
		if _, err = u.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "file", Body: f}); err != nil {
			return err
		}
		return s.holds(ctx, bucket, "file", body)
	}},
	{"DeleteObjects", func(ctx context.Context, t *testing.T, s *server, bucket string) error {
		keys := []string{"gone/1", "gone/a b+c", "gone/ü&<>"}
		in := &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3.Delete{}}
		for _, k := range keys {
			s.put(t, bucket, k, 10)
			in.Delete.Objects = append(in.Delete.Objects, s3.ObjectIdentifier{Key: k})
		}
		out, err := s.client.DeleteObjects(ctx, in)
		if err != nil {
			return err
		}
		left, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: "gone/"})
		return all(err,
			that(len(out.Errors) == 0, "errors %+v", out.Errors),
			that(len(out.Deleted) == len(keys), "deleted %+v", out.Deleted),
			that(len(left) == 0, "still there: %q", left))
	}},
}

func uploadUnknown(ctx context.Context, s *server, bucket string, n int) error {
	body := data(n)
	u, err := transfer.NewManager(s.client)
	if err != nil {
		return err
	}
	if _, err = u.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "unknown", Body: plain{bytes.NewReader(body)}}); err != nil {
		return err
	}
	return s.holds(ctx, bucket, "unknown", body)
}

// TestDefaults prints a table of the calls on every server with nothing set but endpoint, region,
// keys and profile. Every cell must be ok: there are no known differences here.
func TestDefaults(t *testing.T) {
	var mu sync.Mutex
	cells := make(map[*server]map[string]string)
	t.Cleanup(func() { fmt.Print(defaultsTable(cells)) })
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		for _, c := range defaultCalls {
			t.Run(c.name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				err := c.call(ctx, t, s, bucket)
				mu.Lock()
				if cells[s] == nil {
					cells[s] = make(map[string]string)
				}
				cells[s][c.name] = outcome(err)
				mu.Unlock()
				require.NoError(t, err)
			})
		}
	})
}

// defaultsTable is Markdown, a row for each call and a column for each server and scheme.
func defaultsTable(cells map[*server]map[string]string) string {
	var b strings.Builder
	b.WriteString("\n| call |")
	for _, s := range servers {
		fmt.Fprintf(&b, " %s %s |", s.name, s.scheme)
	}
	b.WriteString("\n|---" + strings.Repeat("|---", len(servers)) + "|\n")
	for _, c := range defaultCalls {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, s := range servers {
			cell := cells[s][c.name]
			switch cell {
			case "ok":
			case "":
				cell = "**not run**"
			default:
				cell = "**" + strings.ReplaceAll(cell, "|", `\|`) + "**"
			}
			fmt.Fprintf(&b, " %s |", cell)
		}
		b.WriteString("\n")
	}
	return b.String()
}
