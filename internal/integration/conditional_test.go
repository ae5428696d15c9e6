//go:build integration

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stowage-go/stowage/s3"
)

// forgetful loses the first answer to a request of one method, after the server has given it.
type forgetful struct {
	method string
	done   atomic.Bool
}

func (f *forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := wireTransport.RoundTrip(r)
	if err == nil && r.Method == f.method && f.done.CompareAndSwap(false, true) {
		res.Body.Close()
		return nil, errors.New("the answer is lost")
	}
	return res, err
}

// TestConditionalWrites are the conditions beside those of PutObject, sent in spite of the
// profile: what a server overlooks has to be missing in the profile's ConditionalWrites.
func TestConditionalWrites(t *testing.T) {
	const other = `"00000000000000000000000000000000"`
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		body := data(30_000)
		lenient := func(o *s3.Options) { o.AllowUnsupported = true }
		s.put(t, bucket, "there", 1000)
		head, err := s.client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: "there"})
		if err != nil {
			t.Fatal(err)
		}
		// write also holds the profile against the server.
		write := func(name string, failure error, call func(context.Context) error) {
			s.check(t, name, func(ctx context.Context, _ *testing.T) error {
				err := call(ctx)
				operation, _, _ := strings.Cut(name, ",")
				if err == nil && failure != nil && slices.Contains(s.options.Profile.ConditionalWrites, operation) {
					return fmt.Errorf("the profile says that %s honours its conditions", operation)
				}
				if failure != nil {
					return expect(err, failure)
				}
				return err
			})
		}
		complete := func(in s3.CompleteMultipartUploadInput) func(context.Context) error {
			return func(ctx context.Context) error {
				id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: in.Key})
				if err != nil {
					return err
				}
				part, err := s.client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: in.Key, UploadId: id, PartNumber: 1, Body: bytes.NewReader(body)})
				if err != nil {
					return err
				}
				in.Bucket, in.UploadId = bucket, id
				in.MultipartUpload = &s3.CompletedMultipartUpload{Parts: []s3.CompletedPart{{PartNumber: 1, ETag: part.ETag}}}
				_, err = s.client.CompleteMultipartUpload(ctx, &in, lenient)
				return err
			}
		}
		write("CompleteMultipartUpload, If-None-Match * that holds", nil, complete(s3.CompleteMultipartUploadInput{Key: "parts", IfNoneMatch: "*"}))
		write("CompleteMultipartUpload, If-None-Match * that fails", s3.ErrPreconditionFailed, complete(s3.CompleteMultipartUploadInput{Key: "there", IfNoneMatch: "*"}))
		write("CompleteMultipartUpload, If-Match that fails", s3.ErrPreconditionFailed, complete(s3.CompleteMultipartUploadInput{Key: "there", IfMatch: other}))
		s.put(t, bucket, "there", 1000)
		copied := func(in s3.CopyObjectInput) func(context.Context) error {
			return func(ctx context.Context) error {
				in.Bucket, in.CopySource = bucket, bucket+"/there"
				_, err := s.client.CopyObject(ctx, &in, lenient)
				return err
			}
		}
		write("CopyObject, If-None-Match * that holds", nil, copied(s3.CopyObjectInput{Key: "copy", IfNoneMatch: "*"}))
		s.put(t, bucket, "copy", 10)
		write("CopyObject, If-None-Match * that fails", s3.ErrPreconditionFailed, copied(s3.CopyObjectInput{Key: "copy", IfNoneMatch: "*"}))
		write("CopyObject, If-Match that fails", s3.ErrPreconditionFailed, copied(s3.CopyObjectInput{Key: "copy", IfMatch: other}))
		gone := func(etag string) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: "there", IfMatch: etag}, lenient)
				return err
			}
		}
		write("DeleteObject, If-Match that fails", s3.ErrPreconditionFailed, gone(other))
		s.put(t, bucket, "there", 1000)
		write("DeleteObject, If-Match that holds", nil, gone(head.ETag))

		s.put(t, bucket, "listed", 10)
		write("DeleteObjects, ETag that fails", s3.ErrPreconditionFailed, func(ctx context.Context) error {
			out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
				Bucket: bucket, Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{{Key: "listed", ETag: other}}},
			}, lenient)
			if err != nil || len(out.Errors) == 0 {
				return err
			}
			return all(s.holds(ctx, bucket, "listed", data(10)), &s3.Error{StatusCode: http.StatusPreconditionFailed, Code: out.Errors[0].Code})
		})

		// Each lost answer is followed by a refusal for what the lost attempt itself made.
		s.check(t, "PutObject, If-None-Match *, answer lost", func(ctx context.Context, t *testing.T) error {
			c := s.with(t, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: &forgetful{method: http.MethodPut}} })
			_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "lost", Body: bytes.NewReader(body), IfNoneMatch: "*"}, lenient)
			return all(expect(err, s3.ErrAmbiguous, s3.ErrPreconditionFailed), s.holds(ctx, bucket, "lost", body))
		})
		s.check(t, "PutObject, If-None-Match *, answer lost, another's object", func(ctx context.Context, t *testing.T) error {
			s.put(t, bucket, "lost", 10)
			c := s.with(t, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: &forgetful{method: http.MethodPut}} })
			_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: "lost", Body: bytes.NewReader(body), IfNoneMatch: "*"}, lenient)
			return all(expect(err, s3.ErrPreconditionFailed), that(!errors.Is(err, s3.ErrAmbiguous), "though another's object is there: %v", err),
				s.holds(ctx, bucket, "lost", data(10)))
		})
		s.check(t, "CompleteMultipartUpload, answer lost", func(ctx context.Context, t *testing.T) error {
			id, err := s.begin(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: "joined"})
			if err != nil {
				return err
			}
			part, err := s.client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: "joined", UploadId: id, PartNumber: 1, Body: bytes.NewReader(body)})
			if err != nil {
				return err
			}
			c := s.with(t, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: &forgetful{method: http.MethodPost}} })
			_, err = c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
				Bucket: bucket, Key: "joined", UploadId: id,
				MultipartUpload: &s3.CompletedMultipartUpload{Parts: []s3.CompletedPart{{PartNumber: 1, ETag: part.ETag}}},
			})
			// A server that answers the repeated request with success has nothing ambiguous.
			if err != nil && !errors.Is(err, s3.ErrAmbiguous) {
				return err
			}
			return s.holds(ctx, bucket, "joined", body)
		})
	})
}
