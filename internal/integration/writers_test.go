//go:build integration

package integration

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func (s *server) writer(ctx context.Context, bucket, key string) (*transfer.Writer, error) {
	m, err := transfer.NewManager(s.client, inParts)
	if err != nil {
		return nil, err
	}
	return m.NewWriter(ctx, bucket, key)
}

func TestWriters(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		s.check(t, "writer of an archive", func(ctx context.Context, _ *testing.T) error {
			w, err := s.writer(ctx, bucket, "home.tar.gz")
			if err != nil {
				return err
			}
			w.Input.ContentType = "application/gzip"
			sizes := []int{0, 100, minPart, 2*minPart + 1}
			z := gzip.NewWriter(w)
			archive := tar.NewWriter(z)
			for i, n := range sizes {
				err = all(err, archive.WriteHeader(&tar.Header{Name: fmt.Sprint(i), Mode: 0o600, Size: int64(n)}))
				if err == nil {
					_, err = archive.Write(data(n))
				}
			}
			if err := all(err, archive.Close(), z.Close(), w.Close()); err != nil {
				return err
			}
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "home.tar.gz"})
			if err != nil {
				return err
			}
			defer out.Body.Close()
			unzipped, err := gzip.NewReader(out.Body)
			if err != nil {
				return err
			}
			entries := tar.NewReader(unzipped)
			for i, n := range sizes {
				h, err := entries.Next()
				if err != nil {
					return err
				}
				if err := all(that(h.Name == fmt.Sprint(i), "entry %q", h.Name), same(io.NopCloser(entries), data(n))); err != nil {
					return err
				}
			}
			got := w.Output()
			return all(that(out.ContentType == "application/gzip", "Content-Type %q", out.ContentType),
				that(got.Parts > 1 && got.Size == out.ContentLength && got.SizeVerified, "output is %+v", got))
		})
		s.check(t, "writer of nothing", func(ctx context.Context, _ *testing.T) error {
			w, err := s.writer(ctx, bucket, "nothing")
			if err := all(err, w.Close()); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "nothing", nil)
		})
		for name, stop := range map[string]func(*transfer.Writer, context.CancelFunc) error{
			"aborted": func(w *transfer.Writer, _ context.CancelFunc) error {
				return all(w.Abort(), expect(w.Close(), transfer.ErrAborted))
			},
			"cancelled": func(w *transfer.Writer, cancel context.CancelFunc) error {
				cancel()
				return expect(w.Close(), context.Canceled)
			},
			"of a broken source": func(w *transfer.Writer, _ context.CancelFunc) error {
				cause := errors.New("the source broke")
				_, err := io.Copy(w, broken{cause})
				return all(expect(err, cause), expect(w.Close(), cause))
			},
		} {
			s.check(t, "writer, "+name, func(ctx context.Context, _ *testing.T) error {
				given, cancel := context.WithCancel(ctx)
				defer cancel()
				w, err := s.writer(given, bucket, "gone")
				if err != nil {
					return err
				}
				if _, err := w.Write(data(2*minPart + 1)); err != nil {
					return err
				}
				if err := stop(w, cancel); err != nil {
					return err
				}
				if _, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "gone"}); !errors.Is(err, s3.ErrNotFound) {
					return fmt.Errorf("the object is there: %w", err)
				}
				left, _, err := s.uploads(ctx, &s3.ListMultipartUploadsInput{Bucket: bucket, Prefix: "gone"})
				return all(err, that(len(left) == 0, "uploads are left: %q", left))
			})
		}
		s.check(t, "watch", func(ctx context.Context, _ *testing.T) error {
			m, err := transfer.NewManager(s.client, inParts)
			if err != nil {
				return err
			}
			given, stop := context.WithCancel(ctx)
			defer stop()
			events := m.Watch(given)
			var seen []transfer.Event
			var watcher sync.WaitGroup
			watcher.Go(func() {
				for e := range events {
					seen = append(seen, e)
				}
			})
			body := data(2*minPart + 1)
			_, err = m.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "watched", Body: plain{bytes.NewReader(body)}})
			if err == nil {
				_, err = m.Copy(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: "watched copy", CopySource: bucket + "/watched"})
			}
			if err == nil {
				_, err = m.Copy(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: "never", CopySource: bucket + "/none"})
				err = expect(err, s3.ErrNotFound)
			}
			stop()
			watcher.Wait()
			if err != nil {
				return err
			}
			ends := map[string]transfer.Event{}
			for _, e := range seen {
				ends[e.Key] = e
			}
			last := seen[len(seen)-1]
			return all(that(ends["watched"].Kind == transfer.EventFinished && ends["watched"].Bytes == int64(len(body)), "%+v", ends["watched"]),
				that(ends["watched copy"].Kind == transfer.EventFinished && ends["watched copy"].Operation == transfer.OperationCopy, "%+v", ends["watched copy"]),
				that(ends["never"].Kind == transfer.EventFailed && errors.Is(ends["never"].Err, s3.ErrNotFound), "%+v", ends["never"]),
				that(last.Totals == transfer.Totals{Finished: 2, Failed: 1, Bytes: 2 * int64(len(body)), Total: 2 * int64(len(body))}, "%+v", last.Totals))
		})
	})
}
