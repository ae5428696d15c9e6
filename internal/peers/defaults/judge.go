package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// judge sets the scene and looks at what is stored afterwards. It goes to the
// server by plain http, past the tap, by a client whose reading is undisputed.
type judge struct {
	client *minio.Client
	bucket string
}

func newJudge(ctx context.Context, p place) (*judge, error) {
	s := p.server
	c, err := minio.New(strings.TrimPrefix(s.endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s.accessKey, s.secretKey, ""), Region: s.region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, err
	}
	j := &judge{client: c, bucket: "defaults-" + fmt.Sprintf("%x", content(6))}
	// Signed for the server's region, but with no LocationConstraint: some know none.
	if err := c.MakeBucket(ctx, j.bucket, minio.MakeBucketOptions{}); err != nil {
		return nil, fmt.Errorf("create bucket: %w", err)
	}
	return j, nil
}

// close removes the bucket and all that is in it, unfinished uploads too.
func (j *judge) close(ctx context.Context) {
	for o := range j.client.ListObjects(ctx, j.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err == nil {
			_ = j.client.RemoveObject(ctx, j.bucket, o.Key, minio.RemoveObjectOptions{})
		}
	}
	for u := range j.client.ListIncompleteUploads(ctx, j.bucket, "", true) {
		if u.Err == nil {
			_ = j.client.RemoveIncompleteUpload(ctx, j.bucket, u.Key)
		}
	}
	_ = j.client.RemoveBucket(ctx, j.bucket)
}

var errDiffers = errors.New("stored content differs")

func (j *judge) compare(ctx context.Context, key string, want []byte) error {
	o, err := j.client.GetObject(ctx, j.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	defer o.Close()
	got, err := io.ReadAll(o)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w (%d bytes, %d sent)", errDiffers, len(got), len(want))
	}
	return nil
}

// compareParts also wants the object to have been sent in parts, which the ETag
// tells by its "-N".
func (j *judge) compareParts(ctx context.Context, key string, want []byte) error {
	info, err := j.client.StatObject(ctx, j.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	if !strings.Contains(info.ETag, "-") {
		return fmt.Errorf("not sent in parts (ETag %s)", info.ETag)
	}
	return j.compare(ctx, key, want)
}

func (j *judge) create(ctx context.Context, keys []string) error {
	for _, k := range keys {
		// Unsigned, since the default over http is chunks, which not every server takes.
		_, err := j.client.PutObject(ctx, j.bucket, k, strings.NewReader("x"), 1, minio.PutObjectOptions{DisableContentSha256: true})
		if err != nil {
			return fmt.Errorf("create %s: %w", k, err)
		}
	}
	return nil
}

func (j *judge) gone(ctx context.Context, keys []string) error {
	for _, k := range keys {
		_, err := j.client.StatObject(ctx, j.bucket, k, minio.StatObjectOptions{})
		if err == nil {
			return fmt.Errorf("%s is still there", k)
		}
		if code := minio.ToErrorResponse(err).StatusCode; code != 404 {
			return fmt.Errorf("look for %s: %w", k, err)
		}
	}
	return nil
}
