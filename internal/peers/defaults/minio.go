package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// minioClient is minio-go with nothing set but where to go.
type minioClient struct {
	target
	client *minio.Client
}

func openMinio(t target) (client, error) {
	scheme, host, _ := strings.Cut(t.url, "://")
	c, err := minio.New(host, &minio.Options{
		Creds: credentials.NewStaticV4(t.server.accessKey, t.server.secretKey, ""), Secure: scheme == "https", Region: t.server.region,
	})
	return &minioClient{target: t, client: c}, err
}

func (c *minioClient) put(ctx context.Context, key string, body io.Reader, size int64) error {
	_, err := c.client.PutObject(ctx, c.bucket, key, body, size, minio.PutObjectOptions{})
	return err
}

func (c *minioClient) sized(ctx context.Context, key string, body *bytes.Reader) error {
	return c.put(ctx, key, body, body.Size())
}

func (c *minioClient) reader(ctx context.Context, key string, body io.Reader, size int64) error {
	return c.put(ctx, key, body, size)
}

func (c *minioClient) unknown(ctx context.Context, key string, body io.Reader) error {
	return c.put(ctx, key, body, -1)
}

func (c *minioClient) multipart(ctx context.Context, key string, body *bytes.Reader) error {
	return c.put(ctx, key, body, body.Size())
}

func (c *minioClient) remove(ctx context.Context, keys []string) error {
	objects := make(chan minio.ObjectInfo, len(keys))
	for _, k := range keys {
		objects <- minio.ObjectInfo{Key: k}
	}
	close(objects)
	var first error
	for e := range c.client.RemoveObjects(ctx, c.bucket, objects, minio.RemoveObjectsOptions{}) {
		if first == nil {
			first = e.Err
		}
	}
	return first
}
