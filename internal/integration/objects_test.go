//go:build integration

package integration

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stowage-go/stowage/s3"
)

func TestObjects(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(300_000)
		sum := md5.Sum(body)
		etag := hex.EncodeToString(sum[:])
		expires := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
		metadata := map[string]string{"foo-bar": "v 1", "empty-ish": "-", "sign": "a=b&c;d"}
		full := s3.PutObjectInput{
			Bucket: bucket, Key: "dir/all.bin",
			CacheControl: "max-age=3", ContentDisposition: `attachment; filename="x y.bin"`, ContentEncoding: "x-test",
			ContentLanguage: "de", ContentType: "text/x-test", Expires: expires, Metadata: metadata,
		}

		s.check(t, "PutObject and HeadObject, all headers", func(ctx context.Context, _ *testing.T) error {
			in := full
			in.Body = bytes.NewReader(body)
			put, err := s.client.PutObject(ctx, &in)
			if err != nil {
				return err
			}
			out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: in.Key})
			if err != nil {
				return err
			}
			return all(
				that(trim(put.ETag) == etag, "ETag of the upload is %q", put.ETag),
				that(out.ETag == put.ETag, "ETag is %q after %q", out.ETag, put.ETag),
				that(out.ContentLength == int64(len(body)), "length is %d", out.ContentLength),
				that(out.CacheControl == in.CacheControl, "Cache-Control is %q", out.CacheControl),
				that(out.ContentDisposition == in.ContentDisposition, "Content-Disposition is %q", out.ContentDisposition),
				that(out.ContentEncoding == in.ContentEncoding, "Content-Encoding is %q", out.ContentEncoding),
				that(out.ContentLanguage == in.ContentLanguage, "Content-Language is %q", out.ContentLanguage),
				that(out.ContentType == in.ContentType, "Content-Type is %q", out.ContentType),
				that(out.Expires.Equal(expires), "Expires is %v", out.Expires),
				that(maps.Equal(out.Metadata, metadata), "metadata is %v", out.Metadata),
				that(time.Since(out.LastModified).Abs() < time.Hour, "Last-Modified is %v", out.LastModified))
		})
		s.check(t, "GetObject, all headers", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: full.Key})
			if err != nil {
				return err
			}
			return all(same(out.Body, body),
				that(trim(out.ETag) == etag, "ETag is %q", out.ETag),
				that(out.ContentLength == int64(len(body)), "length is %d", out.ContentLength),
				that(out.ContentType == full.ContentType, "Content-Type is %q", out.ContentType),
				that(out.ContentEncoding == full.ContentEncoding, "Content-Encoding is %q", out.ContentEncoding),
				that(maps.Equal(out.Metadata, metadata), "metadata is %v", out.Metadata))
		})
		s.check(t, "GetObject, answer headers overridden", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
				Bucket: bucket, Key: full.Key,
				ResponseContentType: "text/plain; x=y", ResponseContentDisposition: `inline; filename="a b+c.txt"`, ResponseCacheControl: "no-store",
			})
			if err != nil {
				return err
			}
			return all(same(out.Body, body),
				that(out.ContentType == "text/plain; x=y", "Content-Type is %q", out.ContentType),
				that(out.ContentDisposition == `inline; filename="a b+c.txt"`, "Content-Disposition is %q", out.ContentDisposition),
				that(out.CacheControl == "no-store", "Cache-Control is %q", out.CacheControl))
		})
		s.check(t, "an empty object", func(ctx context.Context, _ *testing.T) error {
			if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "empty"}); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "empty", nil)
		})
		s.check(t, "an empty object from a reader", func(ctx context.Context, _ *testing.T) error {
			in := &s3.PutObjectInput{Bucket: bucket, Key: "empty", Body: plain{strings.NewReader("")}, ContentLength: pointer(int64(0))}
			if _, err := s.client.PutObject(ctx, in); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "empty", nil)
		})
		s.check(t, "a seeker that does not begin at 0", func(ctx context.Context, _ *testing.T) error {
			r := bytes.NewReader(body)
			if _, err := r.Seek(1000, 0); err != nil {
				return err
			}
			if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "rest", Body: r}); err != nil {
				return err
			}
			return s.holds(ctx, bucket, "rest", body[1000:])
		})
		s.check(t, "a reader that is shorter than ContentLength", func(ctx context.Context, _ *testing.T) error {
			in := &s3.PutObjectInput{Bucket: bucket, Key: "short", Body: plain{bytes.NewReader(body[:1000])}, ContentLength: pointer(int64(2000))}
			if _, err := s.client.PutObject(ctx, in); err == nil {
				return that(false, "no error")
			}
			_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "short"})
			return expect(err, s3.ErrNotFound)
		})
		s.check(t, "Content-MD5 that is right", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "md5", Body: bytes.NewReader(body), ContentMD5: base64.StdEncoding.EncodeToString(sum[:])})
			return err
		})
		s.check(t, "Content-MD5 that is wrong", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "bad", Body: bytes.NewReader(body), ContentMD5: base64.StdEncoding.EncodeToString(make([]byte, 16))})
			if err := expect(err, s3.ErrBadDigest); err != nil {
				return err
			}
			_, err = s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "bad"})
			return expect(err, s3.ErrNotFound)
		})
		s.check(t, "DeleteObject", func(ctx context.Context, _ *testing.T) error {
			if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: full.Key}); err != nil {
				return err
			}
			_, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: full.Key})
			return expect(err, s3.ErrNoSuchKey, s3.ErrNotFound, fs.ErrNotExist)
		})
		s.check(t, "DeleteObject of none", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: full.Key})
			return err
		})
		s.check(t, "HeadObject of none", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: full.Key})
			return expect(err, s3.ErrNotFound, fs.ErrNotExist)
		})
	})
}

func TestRanges(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := s.put(t, bucket, "k", 100_000)
		for _, r := range []struct {
			name, ask, answer string
			want              []byte
		}{
			{"Range, middle", "bytes=10-19", "bytes 10-19/100000", body[10:20]},
			{"Range, from", "bytes=99990-", "bytes 99990-99999/100000", body[99990:]},
			{"Range, last", "bytes=-7", "bytes 99993-99999/100000", body[99993:]},
			{"Range, beyond the end", "bytes=99000-200000", "bytes 99000-99999/100000", body[99000:]},
		} {
			s.check(t, r.name, func(ctx context.Context, _ *testing.T) error {
				out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "k", Range: r.ask})
				if err != nil {
					return err
				}
				return all(same(out.Body, r.want),
					that(out.ContentLength == int64(len(r.want)), "length is %d", out.ContentLength),
					that(out.ContentRange == r.answer, "Content-Range is %q", out.ContentRange))
			})
		}
		s.check(t, "Range, none of it", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "k", Range: "bytes=100000-"})
			return expect(err, s3.ErrInvalidRange)
		})
		s.check(t, "Range, signed", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: "k", Range: "bytes=1-1"}, func(o *s3.Options) { o.SignHeaders = []string{"Range"} })
			if err != nil {
				return err
			}
			return same(out.Body, body[1:2])
		})
	})
}

func TestConditions(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := s.put(t, bucket, "k", 1000)
		head, err := s.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		other := `"` + strings.Repeat("0", 32) + `"`
		past, future := head.LastModified.Add(-time.Hour), head.LastModified.Add(time.Hour)
		get := func(name string, in s3.GetObjectInput, failure error) {
			s.check(t, "GetObject, "+name, func(ctx context.Context, _ *testing.T) error {
				in.Bucket, in.Key = bucket, "k"
				out, err := s.client.GetObject(ctx, &in)
				if failure != nil {
					return expect(err, failure)
				}
				if err != nil {
					return err
				}
				return same(out.Body, body)
			})
		}
		get("If-Match that holds", s3.GetObjectInput{IfMatch: head.ETag}, nil)
		get("If-Match that fails", s3.GetObjectInput{IfMatch: other}, s3.ErrPreconditionFailed)
		get("If-None-Match that holds", s3.GetObjectInput{IfNoneMatch: other}, nil)
		get("If-None-Match that fails", s3.GetObjectInput{IfNoneMatch: head.ETag}, s3.ErrNotModified)
		get("If-Modified-Since that holds", s3.GetObjectInput{IfModifiedSince: past}, nil)
		get("If-Modified-Since that fails", s3.GetObjectInput{IfModifiedSince: head.LastModified}, s3.ErrNotModified)
		get("If-Unmodified-Since that holds", s3.GetObjectInput{IfUnmodifiedSince: future}, nil)
		get("If-Unmodified-Since that fails", s3.GetObjectInput{IfUnmodifiedSince: past}, s3.ErrPreconditionFailed)
		s.check(t, "HeadObject, If-Match that fails", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "k", IfMatch: other})
			return expect(err, s3.ErrPreconditionFailed)
		})
		put := func(name string, in s3.PutObjectInput, failure error) {
			s.check(t, "PutObject, "+name, func(ctx context.Context, _ *testing.T) error {
				in.Bucket, in.Body = bucket, bytes.NewReader(body)
				_, err := s.client.PutObject(ctx, &in, func(o *s3.Options) { o.AllowUnsupported = true })
				if failure != nil {
					return expect(err, failure)
				}
				return err
			})
		}
		put("If-None-Match * that holds", s3.PutObjectInput{Key: "new", IfNoneMatch: "*"}, nil)
		put("If-None-Match * that fails", s3.PutObjectInput{Key: "k", IfNoneMatch: "*"}, s3.ErrPreconditionFailed)
		put("If-Match that holds", s3.PutObjectInput{Key: "k", IfMatch: head.ETag}, nil)
		put("If-Match that fails", s3.PutObjectInput{Key: "k", IfMatch: other}, s3.ErrPreconditionFailed)
	})
}

func TestCopies(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket, second := s.bucket(t), s.bucket(t)
		source := "dir/a b+c%ü.bin"
		body := data(70_000)
		_, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: bucket, Key: source, Body: bytes.NewReader(body), ContentType: "text/x-test", Metadata: map[string]string{"a": "1"},
		})
		if err != nil {
			t.Fatal(err)
		}
		from := bucket + "/dir/a%20b%2Bc%25%C3%BC.bin"

		s.check(t, "CopyObject", func(ctx context.Context, _ *testing.T) error {
			out, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: second, Key: "copy", CopySource: from})
			if err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: second, Key: "copy"})
			if err != nil {
				return err
			}
			return all(s.holds(ctx, second, "copy", body),
				that(trim(out.CopyObjectResult.ETag) == trim(head.ETag), "ETag is another one than was told"),
				that(time.Since(out.CopyObjectResult.LastModified).Abs() < time.Hour, "LastModified is %v", out.CopyObjectResult.LastModified),
				that(head.ContentType == "text/x-test", "Content-Type is %q", head.ContentType),
				that(maps.Equal(head.Metadata, map[string]string{"a": "1"}), "metadata is %v", head.Metadata))
		})
		s.check(t, "CopyObject, metadata replaced", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{
				Bucket: bucket, Key: "copy", CopySource: from, MetadataDirective: s3.MetadataDirectiveReplace,
				ContentType: "text/x-other", Metadata: map[string]string{"b": "2"},
			})
			if err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "copy"})
			if err != nil {
				return err
			}
			return all(s.holds(ctx, bucket, "copy", body),
				that(head.ContentType == "text/x-other", "Content-Type is %q", head.ContentType),
				that(maps.Equal(head.Metadata, map[string]string{"b": "2"}), "metadata is %v", head.Metadata))
		})
		s.check(t, "CopyObject onto itself", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{
				Bucket: bucket, Key: source, CopySource: from, MetadataDirective: s3.MetadataDirectiveReplace, Metadata: map[string]string{"c": "3"},
			})
			if err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: source})
			if err != nil {
				return err
			}
			return all(s.holds(ctx, bucket, source, body), that(maps.Equal(head.Metadata, map[string]string{"c": "3"}), "metadata is %v", head.Metadata))
		})
		s.check(t, "CopyObject, condition that fails", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: "never", CopySource: from, CopySourceIfMatch: `"` + strings.Repeat("0", 32) + `"`})
			return expect(err, s3.ErrPreconditionFailed)
		})
		s.check(t, "CopyObject of none", func(ctx context.Context, _ *testing.T) error {
			_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: "never", CopySource: bucket + "/none"})
			return expect(err, s3.ErrNoSuchKey)
		})
	})
}

func TestDeleteObjects(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		remove := func(ctx context.Context, quiet bool, keys ...string) (*s3.DeleteObjectsOutput, error) {
			in := &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3.Delete{Quiet: quiet}}
			for _, k := range keys {
				in.Delete.Objects = append(in.Delete.Objects, s3.ObjectIdentifier{Key: k})
			}
			return s.client.DeleteObjects(ctx, in)
		}
		s.check(t, "DeleteObjects, some missing", func(ctx context.Context, t *testing.T) error {
			s.put(t, bucket, "a", 1)
			out, err := remove(ctx, false, "a", "missing")
			if err != nil {
				return err
			}
			return that(len(out.Deleted) == 2 && len(out.Errors) == 0, "answered %+v", out)
		})
		s.check(t, "DeleteObjects, quiet", func(ctx context.Context, t *testing.T) error {
			s.put(t, bucket, "a", 1)
			out, err := remove(ctx, true, "a")
			if err != nil {
				return err
			}
			left, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			return all(err, that(len(left) == 0, "still there: %q", left), that(len(out.Deleted) == 0, "told all the same"))
		})
		// A thousand are allowed, but some servers take a tenth of a second for each.
		s.check(t, "DeleteObjects, a hundred", func(ctx context.Context, _ *testing.T) error {
			var keys []string
			for i := range 100 {
				keys = append(keys, strings.Repeat("k", 1+i%50)+string(rune('a'+i%26)))
			}
			out, err := remove(ctx, false, keys...)
			if err != nil {
				return err
			}
			return that(len(out.Errors) == 0, "errors %+v", out.Errors)
		})
	})
}
