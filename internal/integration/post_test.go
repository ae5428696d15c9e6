//go:build integration

package integration

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// posted is the answer to a form.
type posted struct {
	status int
	header http.Header
	answer string
}

// upload does what a browser does with a form. change replaces the values of fields, or adds
// some.
func upload(ctx context.Context, p *s3.PresignedPost, name string, file []byte, change map[string]string) (posted, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	seen := map[string]bool{}
	for _, f := range p.Fields {
		value, other := change[f.Name]
		if !other {
			value = f.Value
		}
		seen[f.Name] = true
		if err := w.WriteField(f.Name, value); err != nil {
			return posted{}, err
		}
	}
	for name, value := range change {
		if seen[name] {
			continue
		}
		if err := w.WriteField(name, value); err != nil {
			return posted{}, err
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		return posted{}, err
	}
	_, err = part.Write(file)
	if err := all(err, w.Close()); err != nil {
		return posted{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, &b)
	if err != nil {
		return posted{}, err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := receiver.Do(req)
	if err != nil {
		return posted{}, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return posted{res.StatusCode, res.Header, string(answer)}, err
}

// formRefused is nil when the form is answered with one of these codes.
func formRefused(res posted, err error, codes ...string) error {
	if err != nil {
		return err
	}
	for _, code := range codes {
		if res.status >= 400 && strings.Contains(res.answer, "<Code>"+code+"</Code>") {
			return nil
		}
	}
	return fmt.Errorf("answered %d %.300q", res.status, res.answer)
}

func TestPresignedPost(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(50_000)
		if s.options.Profile.Support("PostObject") == s3.Unsupported {
			s.noForms(t, bucket, body[:100]) // a refusal may come before a longer one is through
			return
		}
		form := func(ctx context.Context, in s3.PresignPostInput) (*s3.PresignedPost, error) {
			in.Bucket = bucket
			return s.client.PresignPost(ctx, &in, time.Minute)
		}
		// stored sends a form that has to be taken, and reads the object back.
		stored := func(ctx context.Context, in s3.PresignPostInput, status int, key string, change map[string]string) (posted, error) {
			p, err := form(ctx, in)
			if err != nil {
				return posted{}, err
			}
			res, err := upload(ctx, p, "cat.jpg", body, change)
			if err != nil {
				return posted{}, err
			}
			if res.status != status {
				return posted{}, fmt.Errorf("answered %d %.300q", res.status, res.answer)
			}
			return res, s.holds(ctx, bucket, key, body)
		}
		s.check(t, "form", func(ctx context.Context, _ *testing.T) error {
			_, err := stored(ctx, s3.PresignPostInput{Key: "dir/a b+ü.bin"}, http.StatusNoContent, "dir/a b+ü.bin", nil)
			return err
		})
		s.check(t, "form, any name below a prefix", func(ctx context.Context, _ *testing.T) error {
			_, err := stored(ctx, s3.PresignPostInput{Key: "user/42/${filename}"}, http.StatusNoContent, "user/42/cat.jpg", nil)
			return err
		})
		s.check(t, "form, key chosen below a prefix", func(ctx context.Context, _ *testing.T) error {
			_, err := stored(ctx, s3.PresignPostInput{Key: "user/42/${filename}"}, http.StatusNoContent, "user/42/other", map[string]string{"key": "user/42/other"})
			return err
		})
		s.check(t, "form, key outside the prefix", func(ctx context.Context, _ *testing.T) error {
			p, err := form(ctx, s3.PresignPostInput{Key: "user/42/${filename}"})
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, map[string]string{"key": "user/43/cat.jpg"})
			return formRefused(res, err, "AccessDenied")
		})
		s.check(t, "form, all fields", func(ctx context.Context, _ *testing.T) error {
			_, err := stored(ctx, s3.PresignPostInput{
				Key: "all", MinContentLength: 1, MaxContentLength: int64(len(body)), ContentType: "text/x-test", CacheControl: "no-store",
				ContentDisposition: "attachment", Metadata: map[string]string{"a": "1"},
			}, http.StatusNoContent, "all", nil)
			if err != nil {
				return err
			}
			head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: "all"})
			if err != nil {
				return err
			}
			return that(head.ContentType == "text/x-test" && head.CacheControl == "no-store" && head.ContentDisposition == "attachment" && head.Metadata["a"] == "1",
				"Content-Type %q, Cache-Control %q, Content-Disposition %q, metadata %v", head.ContentType, head.CacheControl, head.ContentDisposition, head.Metadata)
		})
		s.check(t, "form, tags", func(ctx context.Context, _ *testing.T) error {
			if _, err := stored(ctx, s3.PresignPostInput{Key: "tags", Tagging: []s3.Tag{{Key: "a", Value: "1 + 2"}}}, http.StatusNoContent, "tags", nil); err != nil {
				return err
			}
			out, err := s.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: bucket, Key: "tags"})
			if err != nil {
				return err
			}
			return that(len(out.TagSet) == 1 && out.TagSet[0] == s3.Tag{Key: "a", Value: "1 + 2"}, "tags are %v", out.TagSet)
		})
		s.check(t, "form, Content-Type that begins so", func(ctx context.Context, _ *testing.T) error {
			in := s3.PresignPostInput{Key: "type", Conditions: []sigv4.PostCondition{sigv4.PostStartsWith("Content-Type", "image/")}}
			if _, err := stored(ctx, in, http.StatusNoContent, "type", map[string]string{"Content-Type": "image/png"}); err != nil {
				return err
			}
			p, err := form(ctx, in)
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, map[string]string{"Content-Type": "text/html"})
			return formRefused(res, err, "AccessDenied")
		})
		s.check(t, "form, status 201", func(ctx context.Context, _ *testing.T) error {
			res, err := stored(ctx, s3.PresignPostInput{Key: "status", SuccessActionStatus: 201}, http.StatusCreated, "status", nil)
			return all(err, that(strings.Contains(res.answer, "<PostResponse") && strings.Contains(res.answer, "<Key>status</Key>"), "answered %q", res.answer))
		})
		s.check(t, "form, redirect", func(ctx context.Context, _ *testing.T) error {
			res, err := stored(ctx, s3.PresignPostInput{Key: "redirect", SuccessActionRedirect: "https://app.example/done?x=1"}, http.StatusSeeOther, "redirect", nil)
			if err != nil {
				return err
			}
			to := res.header.Get("Location")
			return that(strings.HasPrefix(to, "https://app.example/done?") && strings.Contains(to, "x=1") && strings.Contains(to, "key=redirect") &&
				strings.Contains(to, "bucket="+bucket), "sent to %q", to)
		})
		s.check(t, "form, checksum", func(ctx context.Context, _ *testing.T) error {
			p, err := form(ctx, s3.PresignPostInput{Key: "sum", ChecksumCRC32: "AAAAAA=="})
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, nil)
			return formRefused(res, err, "BadDigest", "XAmzContentChecksumMismatch", "InvalidRequest")
		})
		s.check(t, "form, file too large", func(ctx context.Context, _ *testing.T) error {
			p, err := form(ctx, s3.PresignPostInput{Key: "size", MaxContentLength: int64(len(body)) - 1})
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, nil)
			return formRefused(res, err, "EntityTooLarge")
		})
		s.check(t, "form, file too small", func(ctx context.Context, _ *testing.T) error {
			p, err := form(ctx, s3.PresignPostInput{Key: "size", MinContentLength: int64(len(body)) + 1})
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, nil)
			return formRefused(res, err, "EntityTooSmall")
		})
		s.check(t, "form, field that nothing covers", func(ctx context.Context, _ *testing.T) error {
			p, err := form(ctx, s3.PresignPostInput{Key: "extra"})
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, map[string]string{"x-amz-meta-a": "1"})
			return formRefused(res, err, "AccessDenied")
		})
		s.check(t, "form that was changed", func(ctx context.Context, _ *testing.T) error {
			p, err := form(ctx, s3.PresignPostInput{Key: "changed", ContentType: "image/png"})
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, map[string]string{"Content-Type": "text/html"})
			return formRefused(res, err, "AccessDenied")
		})
		s.check(t, "form of a wrong secret", func(ctx context.Context, t *testing.T) error {
			c := s.with(t, func(o *s3.Options) { o.Credentials = sigv4.Static(s.env["S3_ACCESS_KEY"], "not-the-secret", "") })
			p, err := c.PresignPost(ctx, &s3.PresignPostInput{Bucket: bucket, Key: "secret"}, time.Minute)
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, nil)
			return formRefused(res, err, "SignatureDoesNotMatch", "AccessDenied")
		})
		s.check(t, "form that has expired", func(ctx context.Context, t *testing.T) error {
			late := s.with(t, func(o *s3.Options) { o.Clock = func() time.Time { return time.Now().Add(-time.Minute) } })
			p, err := late.PresignPost(ctx, &s3.PresignPostInput{Bucket: bucket, Key: "late"}, 10*time.Second)
			if err != nil {
				return err
			}
			res, err := upload(ctx, p, "cat.jpg", body, nil)
			return formRefused(res, err, "AccessDenied")
		})
	})
}

// noForms holds the profile against the server: both refuse.
func (s *server) noForms(t *testing.T, bucket string, body []byte) {
	in := &s3.PresignPostInput{Bucket: bucket, Key: "form"}
	s.check(t, "form", func(ctx context.Context, _ *testing.T) error {
		_, err := s.client.PresignPost(ctx, in, time.Minute)
		return err
	})
	s.check(t, "form, in spite of the profile", func(ctx context.Context, _ *testing.T) error {
		p, err := s.client.PresignPost(ctx, in, time.Minute, func(o *s3.Options) { o.AllowUnsupported = true })
		if err != nil {
			return err
		}
		res, err := upload(ctx, p, "cat.jpg", body, nil)
		if err != nil {
			return err
		}
		return that(res.status < 300, "answered %d", res.status)
	})
}
