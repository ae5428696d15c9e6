//go:build integration

package interop

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// minioClient is minio-go.
type minioClient struct {
	client *minio.Client
	plain  bool
	// trailers: checksums may follow the body, which is the only way that minio-go has.
	trailers bool
	dir      string
}

func openMinio(s *server) (*minioClient, error) {
	u, err := url.Parse(s.env["S3_ENDPOINT"])
	if err != nil {
		return nil, err
	}
	c, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(s.env["S3_ACCESS_KEY"], s.env["S3_SECRET_KEY"], ""), Region: s.env["S3_REGION"],
		BucketLookup: minio.BucketLookupPath, TrailingHeaders: s.trailers(),
	})
	return &minioClient{client: c, plain: s.plain(), trailers: s.trailers(), dir: s.dir}, err
}

// options have a copy of the metadata, to which minio-go adds entries of its own.
func (c *minioClient) options(o object) minio.PutObjectOptions {
	to := minio.PutObjectOptions{
		ContentType: o.ContentType, CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition,
		ContentEncoding: o.ContentEncoding, ContentLanguage: o.ContentLanguage, UserMetadata: maps.Clone(o.Metadata), UserTags: o.Tags,
		PartSize: partSize, DisableContentSha256: c.plain, SendContentMd5: c.plain,
	}
	switch o.Algorithm {
	case "CRC64NVME":
		to.Checksum = minio.ChecksumCRC64NVME
	case "CRC32C":
		to.Checksum = minio.ChecksumCRC32C
	case "SHA256":
		to.Checksum = minio.ChecksumSHA256
	}
	return to
}

func (c *minioClient) put(ctx context.Context, at place, o object) error {
	if o.Algorithm != "" && !c.trailers {
		return errNone
	}
	_, err := c.client.PutObject(ctx, at.bucket, at.key, bytes.NewReader(o.Body), int64(len(o.Body)), c.options(o))
	return err
}

func (c *minioClient) parts(ctx context.Context, at place, o object) error {
	if o.Algorithm != "" && !c.trailers {
		return errNone
	}
	name := filepath.Join(c.dir, "minio")
	if err := os.WriteFile(name, o.Body, 0o600); err != nil {
		return err
	}
	_, err := c.client.FPutObject(ctx, at.bucket, at.key, name, c.options(o))
	return err
}

func (c *minioClient) stream(ctx context.Context, at place, o object) error {
	_, err := c.client.PutObject(ctx, at.bucket, at.key, struct{ io.Reader }{bytes.NewReader(o.Body)}, -1, c.options(o))
	return err
}

func (c *minioClient) copy(ctx context.Context, from, to place) error {
	_, err := c.client.CopyObject(ctx, minio.CopyDestOptions{Bucket: to.bucket, Object: to.key}, minio.CopySrcOptions{Bucket: from.bucket, Object: from.key})
	return err
}

func (c *minioClient) copyParts(ctx context.Context, from, to place, size int64) error {
	var sources []minio.CopySrcOptions
	for at := int64(0); at < size; at += partSize {
		sources = append(sources, minio.CopySrcOptions{
			Bucket: from.bucket, Object: from.key, MatchRange: true, Start: at, End: min(at+partSize, size) - 1,
		})
	}
	info, err := c.client.StatObject(ctx, from.bucket, from.key, minio.StatObjectOptions{})
	if err != nil {
		return err
	}
	metadata := map[string]string{"Content-Type": info.ContentType}
	maps.Copy(metadata, info.UserMetadata)
	_, err = c.client.ComposeObject(ctx, minio.CopyDestOptions{
		Bucket: to.bucket, Object: to.key, UserMetadata: metadata, ReplaceMetadata: true,
	}, sources...)
	return err
}

func (c *minioClient) get(ctx context.Context, at place) (object, error) {
	out, err := c.client.GetObject(ctx, at.bucket, at.key, minio.GetObjectOptions{Checksum: true})
	if err != nil {
		return object{}, err
	}
	defer out.Close()
	body, err := io.ReadAll(out)
	if err != nil {
		return object{}, err
	}
	info, err := out.Stat()
	if err != nil {
		return object{}, err
	}
	metadata := make(map[string]string)
	for name, value := range info.UserMetadata {
		metadata[strings.ToLower(name)] = value
	}
	return object{
		Body: body, ContentType: info.ContentType, CacheControl: info.Metadata.Get("Cache-Control"),
		ContentDisposition: info.Metadata.Get("Content-Disposition"), ContentEncoding: info.Metadata.Get("Content-Encoding"),
		ContentLanguage: info.Metadata.Get("Content-Language"), Metadata: metadata, ETag: info.ETag,
		Checksum: first(info.ChecksumCRC64NVME, info.ChecksumCRC32C, info.ChecksumSHA256),
	}, nil
}

func (c *minioClient) tags(ctx context.Context, at place) (map[string]string, error) {
	t, err := c.client.GetObjectTagging(ctx, at.bucket, at.key, minio.GetObjectTaggingOptions{})
	if err != nil {
		return nil, err
	}
	return t.ToMap(), nil
}

func (c *minioClient) list(ctx context.Context, bucket, delimiter string) ([]entry, error) {
	var entries []entry
	for o := range c.client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: delimiter == "", MaxKeys: pageSize}) {
		if o.Err != nil {
			return nil, o.Err
		}
		entries = append(entries, entry{o.Key, o.Size, o.ETag})
	}
	return entries, nil
}
