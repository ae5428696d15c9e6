package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// ourColumns are this module knowing nothing of the server, and with its profile.
func ourColumns() []column {
	return []column{
		{name: "ours", ours: true, open: func(t target) (client, error) { return openOurs(t, s3.Profile{}) }},
		{name: "ours + profile", ours: true, open: func(t target) (client, error) { return openOurs(t, t.server.profile()) }},
	}
}

type ourClient struct {
	target
	client *s3.Client
	upload *transfer.Manager
}

func openOurs(t target, p s3.Profile) (client, error) {
	c, err := s3.New(s3.Options{
		Endpoint: t.url, Region: t.server.region, Profile: p,
		Credentials: sigv4.Static(t.server.accessKey, t.server.secretKey, ""),
	})
	if err != nil {
		return nil, err
	}
	u, err := transfer.NewManager(c)
	return &ourClient{target: t, client: c, upload: u}, err
}

func (c *ourClient) sized(ctx context.Context, key string, body *bytes.Reader) error {
	_, err := c.client.PutObject(ctx, &s3.PutObjectInput{Bucket: c.bucket, Key: key, Body: body})
	return err
}

func (c *ourClient) reader(ctx context.Context, key string, body io.Reader, size int64) error {
	_, err := c.client.PutObject(ctx, &s3.PutObjectInput{Bucket: c.bucket, Key: key, Body: body, ContentLength: &size})
	return err
}

func (c *ourClient) unknown(ctx context.Context, key string, body io.Reader) error {
	_, err := c.upload.Upload(ctx, &s3.PutObjectInput{Bucket: c.bucket, Key: key, Body: body})
	return err
}

func (c *ourClient) multipart(ctx context.Context, key string, body *bytes.Reader) error {
	_, err := c.upload.Upload(ctx, &s3.PutObjectInput{Bucket: c.bucket, Key: key, Body: body})
	return err
}

func (c *ourClient) remove(ctx context.Context, keys []string) error {
	var ids []s3.ObjectIdentifier
	for _, k := range keys {
		ids = append(ids, s3.ObjectIdentifier{Key: k})
	}
	out, err := c.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: c.bucket, Delete: &s3.Delete{Objects: ids}})
	if err == nil && len(out.Errors) > 0 {
		err = fmt.Errorf("%s: %s", out.Errors[0].Key, out.Errors[0].Code)
	}
	return err
}
