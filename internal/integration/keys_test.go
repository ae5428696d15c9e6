//go:build integration

package integration

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

// hardKeys are keys that a client, a proxy or a server is known to spoil.
var hardKeys = []struct{ name, key string }{
	{"spaces", "a b c"},
	{"a leading space", " lead"},
	{"a trailing space", "trail "},
	{"+", "a+b"},
	{"%", "a%b"},
	{"an escape", "a%2Fb%20c"},
	{"~", "a~b"},
	{"unicode", "ü/日本/😀"},
	{"a decomposed character", "e\u0301"},
	{"URL syntax", "q?x=1&y=2#z;w"},
	{"reserved characters", "!*'()@$,=:[]"},
	{"XML syntax", `<a href="b">&amp;'</a>`},
	{"]]>", "a]]>b"},
	{"a backslash", `a\b`},
	{"a tab", "a\tb"},
	{"a line feed", "a\nb"},
	{"a carriage return", "a\rb"},
	{"a control character", "a\x01b"},
	{"//", "x//y"},
	{"a leading slash", "/lead"},
	{"two leading slashes", "//lead"},
	{"a trailing slash", "end/"},
	{".", "."},
	{"..", ".."},
	{"./ inside", "d/./x"},
	{"../ inside", "d/../x"},
	{"a leading ../", "../x"},
	{"a dot at the end", "end."},
	{"1024 bytes", strings.Repeat("k", 1024)},
	{"1024 bytes in segments", strings.Repeat("segment/", 127) + "segments"},
	{"1024 bytes of unicode", strings.Repeat("日本/", 146) + "xy"},
}

// TestKeys takes each key through everything that names one: PutObject, GetObject, HeadObject,
// both listings, CopyObject from it and to it, a presigned GET, DeleteObject and DeleteObjects. It
// does so in spite of the profile, which has to know what the server rewrites.
func TestKeys(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket, side := s.bucket(t), s.bucket(t)
		lenient := *s
		lenient.client = s.with(t, func(o *s3.Options) { o.AllowUnsupported = true })
		for _, k := range hardKeys {
			s.check(t, "key: "+k.name, func(ctx context.Context, t *testing.T) error {
				err := lenient.keyTrip(ctx, bucket, side, k.key)
				if s.rewrites(ctx, bucket, k.key) {
					require.True(t, err != nil || !slices.Contains(own, s.name), "the profile says that the server would rewrite it")
				} else {
					// A control character is stored as it is; the listing's XML can't carry it.
					require.False(t, err != nil && strings.HasPrefix(err.Error(), "stored as ") && !strings.Contains(k.key, "\x01"),
						"the profile does not say so: %v", err)
				}
				// What a server made of a key that it did not take is no concern of the next one. A
				// name that a listing can't carry has to be deleted by the name it was given.
				for _, b := range []string{bucket, side} {
					_, _ = lenient.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b, Key: k.key})
					// Alluxio deletes the bucket when it is asked to delete the key ".".
					_, _ = s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: b})
				}
				return all(err, lenient.empty(ctx, bucket), lenient.empty(ctx, side))
			})
		}
	})
}

// rewrites: the client refuses the key, by its profile.
func (s *server) rewrites(ctx context.Context, bucket, key string) bool {
	_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
	return errors.Is(err, s3.ErrUnsupported)
}

func (s *server) empty(ctx context.Context, bucket string) error {
	keys, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
	for _, k := range slices.Backward(keys) {
		if err == nil {
			_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: k})
		}
	}
	return err
}

func (s *server) keyTrip(ctx context.Context, bucket, side, key string) error {
	body := []byte("body of " + key)
	put := func() error {
		_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader(body)})
		return err
	}
	if err := put(); err != nil {
		return err
	}
	// Alluxio lists the directories that it made for the key, too.
	above := func(k string) bool { return k != key && strings.HasSuffix(k, "/") && strings.HasPrefix(key, k) }
	var v1 []string
	for page, err := range s.client.ListObjectsPages(ctx, &s3.ListObjectsInput{Bucket: bucket}) {
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			v1 = append(v1, o.Key)
		}
	}
	v1 = slices.DeleteFunc(v1, above)
	v2, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
	v2 = slices.DeleteFunc(v2, above)
	switch {
	case err != nil:
		return err
	case !slices.Equal(v2, []string{key}):
		return fmt.Errorf("stored as %q", v2)
	case !slices.Equal(v1, v2):
		return fmt.Errorf("ListObjects has %q", v1)
	}
	if err := s.holds(ctx, bucket, key, body); err != nil {
		return err
	}
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
	if err != nil {
		return fmt.Errorf("HeadObject: %w", err)
	}
	if head.ContentLength != int64(len(body)) {
		return fmt.Errorf("HeadObject: length is %d", head.ContentLength)
	}
	if _, lacking := s.differs.behaviour["presigned GET"]; !lacking {
		if err := s.presignedTrip(ctx, bucket, key, body); err != nil {
			return fmt.Errorf("presigned: %w", err)
		}
	}

	// Elsewhere, and back under its own name.
	if _, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: side, Key: "plain", CopySource: bucket + "/" + escape(key)}); err != nil {
		return fmt.Errorf("CopyObject from it: %w", err)
	}
	if err := s.holds(ctx, side, "plain", body); err != nil {
		return err
	}
	if _, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: side, Key: key, CopySource: side + "/plain"}); err != nil {
		return fmt.Errorf("CopyObject to it: %w", err)
	}
	if err := s.holds(ctx, side, key, body); err != nil {
		return err
	}

	gone := func() error {
		_, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
		return expect(err, s3.ErrNoSuchKey)
	}
	if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: key}); err != nil {
		return fmt.Errorf("DeleteObject: %w", err)
	}
	if err := gone(); err != nil {
		return fmt.Errorf("after DeleteObject: %w", err)
	}
	if err := put(); err != nil {
		return err
	}
	out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{{Key: key}}}})
	if strings.Contains(key, "\x01") {
		// XML can't carry it: the client has to refuse, lest another key is deleted.
		if err == nil {
			return fmt.Errorf("DeleteObjects took a control character: %+v", out)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("DeleteObjects: %w", err)
	}
	if len(out.Errors) > 0 {
		return fmt.Errorf("DeleteObjects: %+v", out.Errors)
	}
	if err := gone(); err != nil {
		return fmt.Errorf("after DeleteObjects: %w", err)
	}
	return nil
}

// escape percent-encodes a key for CopySource, '+' and '/' too.
func escape(key string) string { return strings.ReplaceAll(url.QueryEscape(key), "+", "%20") }

// presignedTrip reads the object with nothing but net/http.
func (s *server) presignedTrip(ctx context.Context, bucket, key string, want []byte) error {
	signed, err := s.client.Presign(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, time.Minute)
	if err != nil {
		return err
	}
	status, body, err := send(ctx, signed, nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK || !bytes.Equal(body, want) {
		return refusedWith(status, body)
	}
	return nil
}

// refusedWith is an answer that was not wanted, with its code if it has one.
func refusedWith(status int, answer []byte) error {
	var refusal struct{ Code string }
	if xml.Unmarshal(answer, &refusal) == nil && refusal.Code != "" {
		return fmt.Errorf("answered %d %s", status, refusal.Code)
	}
	if len(answer) == 0 {
		return fmt.Errorf("answered %d", status)
	}
	return fmt.Errorf("answered %d %.300q", status, answer)
}

// receiver is the client of whoever is handed a presigned request, or a form. It hears a server
// that refuses and hangs up in the middle of the body, where http.DefaultClient may report the
// broken write instead; it follows no redirect.
var receiver = transport.NewHTTPClient(nil)

// send does what the receiver of a presigned request does.
func send(ctx context.Context, p *s3.PresignedRequest, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, p.Method, p.URL, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for name, values := range p.Header {
		req.Header[name] = values
	}
	res, err := receiver.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}
