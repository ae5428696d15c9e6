//go:build integration

package interop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// ours is this module's client and manager.
type ours struct {
	client  *s3.Client
	manager *transfer.Manager
	dir     string
}

func openOurs(s *server) (*ours, error) {
	c, err := s3.New(s3.Options{
		Endpoint: s.env["S3_ENDPOINT"], Region: s.env["S3_REGION"], Profile: s.profile,
		Credentials: sigv4.Static(s.env["S3_ACCESS_KEY"], s.env["S3_SECRET_KEY"], ""),
	})
	if err != nil {
		return nil, err
	}
	m, err := transfer.NewManager(c, func(o *transfer.Options) { o.PartSize = partSize })
	return &ours{client: c, manager: m, dir: s.dir}, err
}

func (c *ours) input(at place, o object, body io.Reader) *s3.PutObjectInput {
	tags := make(url.Values)
	for name, value := range o.Tags {
		tags.Set(name, value)
	}
	return &s3.PutObjectInput{
		Bucket: at.bucket, Key: at.key, Body: body,
		ContentType: o.ContentType, CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition,
		ContentEncoding: o.ContentEncoding, ContentLanguage: o.ContentLanguage,
		Metadata: o.Metadata, Tagging: tags.Encode(), ChecksumAlgorithm: s3.ChecksumAlgorithm(o.Algorithm),
	}
}

func (c *ours) put(ctx context.Context, at place, o object) error {
	_, err := c.client.PutObject(ctx, c.input(at, o, bytes.NewReader(o.Body)))
	return err
}

func (c *ours) parts(ctx context.Context, at place, o object) error {
	name := filepath.Join(c.dir, "ours")
	if err := os.WriteFile(name, o.Body, 0o600); err != nil {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = c.manager.Upload(ctx, c.input(at, o, file))
	return err
}

func (c *ours) stream(ctx context.Context, at place, o object) error {
	_, err := c.manager.Upload(ctx, c.input(at, o, struct{ io.Reader }{bytes.NewReader(o.Body)}))
	return err
}

func (c *ours) copy(ctx context.Context, from, to place) error {
	_, err := c.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: to.bucket, Key: to.key, CopySource: s3.CopySource(from.bucket, from.key, "")})
	return err
}

func (c *ours) copyParts(ctx context.Context, from, to place, _ int64) error {
	_, err := c.manager.Copy(ctx, &s3.CopyObjectInput{Bucket: to.bucket, Key: to.key, CopySource: s3.CopySource(from.bucket, from.key, "")},
		func(o *transfer.Options) { o.PartSize, o.Threshold = partSize, -1 })
	return err
}

func (c *ours) get(ctx context.Context, at place) (object, error) {
	in := &s3.GetObjectInput{Bucket: at.bucket, Key: at.key, ChecksumMode: s3.ChecksumModeEnabled}
	out, err := c.client.GetObject(ctx, in)
	if err != nil {
		return object{}, err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		return object{}, err
	}
	o := object{
		Body: body, ContentType: out.ContentType, CacheControl: out.CacheControl, ContentDisposition: out.ContentDisposition,
		ContentEncoding: out.ContentEncoding, ContentLanguage: out.ContentLanguage, Metadata: out.Metadata, ETag: out.ETag,
		Checksum: first(out.ChecksumCRC64NVME, out.ChecksumCRC32C, out.ChecksumSHA256),
	}
	if len(body) < partSize {
		return o, nil
	}
	// And in parallel, where a checksum of the whole object has to be compared, not just told.
	again := make(buffer, len(body))
	told, err := c.manager.Download(ctx, again, &s3.GetObjectInput{Bucket: at.bucket, Key: at.key})
	switch {
	case err != nil:
		return object{}, err
	case !bytes.Equal(again, body):
		return object{}, errors.New("the download in parallel is another")
	case o.Checksum != "" && out.ChecksumType == s3.ChecksumTypeFullObject && told.Verified == "":
		return object{}, errors.New("the download in parallel did not compare the checksum")
	}
	return o, nil
}

// buffer is the memory that a download in parallel writes to.
type buffer []byte

func (b buffer) WriteAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > int64(len(b)) {
		return 0, io.ErrShortWrite
	}
	return copy(b[at:], p), nil
}

func (c *ours) tags(ctx context.Context, at place) (map[string]string, error) {
	out, err := c.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: at.bucket, Key: at.key})
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string)
	for _, t := range out.TagSet {
		tags[t.Key] = t.Value
	}
	return tags, nil
}

func (c *ours) list(ctx context.Context, bucket, delimiter string) ([]entry, error) {
	var entries []entry
	in := &s3.ListObjectsV2Input{Bucket: bucket, Delimiter: delimiter, MaxKeys: pageSize}
	for page, err := range c.client.ListObjectsV2Pages(ctx, in) {
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			entries = append(entries, entry{o.Key, o.Size, o.ETag})
		}
		for _, p := range page.CommonPrefixes {
			entries = append(entries, entry{Key: p.Prefix})
		}
	}
	return entries, nil
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
