package main

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// s3Store signs uploads to a bucket.
type s3Store struct {
	client  *s3.Client
	bucket  string
	maxSize int64
	expires time.Duration
}

// post signs a form.
func (s *s3Store) post(ctx context.Context, f file) (*upload, error) {
	form, err := s.client.PresignPost(ctx, &s3.PresignPostInput{
		Bucket: s.bucket, Key: f.object(), ContentType: f.Type, MaxContentLength: s.maxSize,
		SuccessActionStatus: http.StatusCreated,
	}, s.expires)
	if err != nil {
		return nil, err
	}
	u := &upload{Method: http.MethodPost, URL: form.URL, Object: f.object()}
	for _, field := range form.Fields {
		u.Fields = append(u.Fields, [2]string{field.Name, field.Value})
	}
	u.Link, err = s.link(ctx, f)
	return u, err
}

// put signs a request.
func (s *s3Store) put(ctx context.Context, f file) (*upload, error) {
	request, err := s.client.Presign(ctx, &s3.PutObjectInput{
		Bucket: s.bucket, Key: f.object(), ContentType: f.Type, ContentLength: &f.Size,
	}, s.expires)
	if err != nil {
		return nil, err
	}
	u := &upload{Method: request.Method, URL: request.URL, Object: f.object(), Header: make(map[string]string)}
	for name := range request.Header {
		if name != "Content-Length" { // which browsers send of themselves, and let no script set
			u.Header[name] = request.Header.Get(name)
		}
	}
	u.Link, err = s.link(ctx, f)
	return u, err
}

// link opens what was stored. It is saved and not shown: a page that somebody has uploaded has
// no business in the store's origin.
func (s *s3Store) link(ctx context.Context, f file) (string, error) {
	request, err := s.client.Presign(ctx, &s3.GetObjectInput{
		Bucket: s.bucket, Key: f.object(),
		ResponseContentDisposition: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}),
	}, s.expires)
	if err != nil {
		return "", err
	}
	return request.URL, nil
}

// allow lets pages of an origin upload.
func (s *s3Store) allow(ctx context.Context, origin string) error {
	age := int32(600)
	_, err := s.client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: s.bucket, CORSConfiguration: &s3.CORSConfiguration{
		CORSRules: []s3.CORSRule{{
			AllowedOrigins: []string{origin},
			AllowedMethods: []string{http.MethodPost, http.MethodPut},
			AllowedHeaders: []string{"*"},
			ExposeHeaders:  []string{"ETag"},
			MaxAgeSeconds:  &age,
		}},
	}})
	return err
}
