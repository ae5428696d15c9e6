//go:build integration

package integration

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/s3"
)

// opened opens an object and closes it when f is done.
func (s *server) opened(ctx context.Context, bucket, key string, f func(*s3.ObjectHandle) error) error {
	o, err := s.client.OpenObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
	if err != nil {
		return err
	}
	defer o.Close()
	return f(o)
}

func TestObjectHandle(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := s.put(t, bucket, "large", 3<<20)

		s.check(t, "handle, a small object", func(ctx context.Context, t *testing.T) error {
			small := s.put(t, bucket, "small", 100)
			return s.opened(ctx, bucket, "small", func(o *s3.ObjectHandle) error { return iotest.TestReader(o, small) })
		})
		s.check(t, "handle, an empty object", func(ctx context.Context, t *testing.T) error {
			s.put(t, bucket, "empty", 0)
			return s.opened(ctx, bucket, "empty", func(o *s3.ObjectHandle) error { return iotest.TestReader(o, nil) })
		})
		s.check(t, "handle, read to the end", func(ctx context.Context, _ *testing.T) error {
			return s.opened(ctx, bucket, "large", func(o *s3.ObjectHandle) error { return same(io.NopCloser(plain{o}), body) })
		})
		s.check(t, "handle, copied", func(ctx context.Context, _ *testing.T) error {
			return s.opened(ctx, bucket, "large", func(o *s3.ObjectHandle) error {
				var all, rest bytes.Buffer
				if _, err := io.Copy(&all, o); err != nil {
					return err
				}
				if _, err := o.Seek(-1_000_000, io.SeekEnd); err != nil {
					return err
				}
				_, err := io.Copy(&rest, o)
				return that(err == nil && bytes.Equal(all.Bytes(), body) && bytes.Equal(rest.Bytes(), body[len(body)-1_000_000:]),
					"%d and %d bytes: %v", all.Len(), rest.Len(), err)
			})
		})
		s.check(t, "handle, ReadAt from many places at once", func(ctx context.Context, _ *testing.T) error {
			return s.opened(ctx, bucket, "large", func(o *s3.ObjectHandle) error {
				var g errgroup.Group
				for i := range 8 {
					g.Go(func() error {
						random := rand.New(rand.NewPCG(uint64(i), 3))
						for range 10 {
							p, off := make([]byte, 1+random.IntN(100_000)), random.Int64N(int64(len(body)))
							n, err := o.ReadAt(p, off)
							if err == io.EOF && off+int64(n) == int64(len(body)) {
								err = nil
							}
							if err != nil || !bytes.Equal(p[:n], body[off:off+int64(n)]) {
								return fmt.Errorf("ReadAt(%d bytes, %d): %d bytes, %w", len(p), off, n, err)
							}
						}
						return nil
					})
				}
				return g.Wait()
			})
		})
		s.check(t, "handle, an archive", func(ctx context.Context, _ *testing.T) error {
			var archive bytes.Buffer
			w := zip.NewWriter(&archive)
			for i := range 5 {
				f, err := w.Create(fmt.Sprint(i))
				if err != nil {
					return err
				}
				if _, err := f.Write(body[:i*1000]); err != nil {
					return err
				}
			}
			if err := w.Close(); err != nil {
				return err
			}
			if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "zip", Body: bytes.NewReader(archive.Bytes())}); err != nil {
				return err
			}
			return s.opened(ctx, bucket, "zip", func(o *s3.ObjectHandle) error {
				r, err := zip.NewReader(o, o.Size())
				if err != nil {
					return err
				}
				got, err := fs.ReadFile(r, "3")
				return all(err, that(bytes.Equal(got, body[:3000]), "%d bytes", len(got)))
			})
		})
		s.check(t, "handle, an object that is not there", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.OpenObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "missing"})
			return expect(err, s3.ErrNotFound, fs.ErrNotExist)
		})
		// Each way to read, half through when the object is replaced by one of the same size.
		for name, read := range map[string]func(*s3.ObjectHandle) error{
			"Read":    func(o *s3.ObjectHandle) error { _, err := io.Copy(io.Discard, plain{o}); return err },
			"ReadAt":  func(o *s3.ObjectHandle) error { _, err := o.ReadAt(make([]byte, 1000), 2_000_000); return err },
			"WriteTo": func(o *s3.ObjectHandle) error { _, err := o.WriteTo(io.Discard); return err },
		} {
			s.check(t, "handle, an object that changes, "+name, func(ctx context.Context, t *testing.T) error {
				key := "changes in " + name
				s.put(t, bucket, key, 2_500_000)
				return s.opened(ctx, bucket, key, func(o *s3.ObjectHandle) error {
					if _, err := io.ReadFull(o, make([]byte, 100_000)); err != nil {
						return err
					}
					other := bytes.Repeat([]byte("other"), 500_000)
					if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(other)}); err != nil {
						return err
					}
					return expect(read(o), s3.ErrObjectChanged, s3.ErrPreconditionFailed)
				})
			})
		}
	})
}
