package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// awsClient is aws-sdk-go-v2 as its documentation sets it up: LoadDefaultConfig
// (checksums WhenSupported), the client, and the transfer manager for uploads
// that PutObject can't do.
type awsClient struct {
	target
	client *s3.Client
	upload *transfermanager.Client
}

func openAWS(t target) (client, error) {
	none := []string{} // its defaults, not the settings of this machine's user
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			if err := os.Unsetenv(name); err != nil {
				return nil, err
			}
		}
	}
	cfg, err := config.LoadDefaultConfig(context.Background(),
		config.WithRegion(t.server.region),
		config.WithBaseEndpoint(t.url),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(t.server.accessKey, t.server.secretKey, "")),
		config.WithSharedConfigFiles(none), config.WithSharedCredentialsFiles(none))
	if err != nil {
		return nil, err
	}
	c := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }) // no wildcard DNS here
	return &awsClient{target: t, client: c, upload: transfermanager.New(c)}, nil
}

func (c *awsClient) sized(ctx context.Context, key string, body *bytes.Reader) error {
	_, err := c.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &c.bucket, Key: &key, Body: body})
	return err
}

func (c *awsClient) reader(ctx context.Context, key string, body io.Reader, size int64) error {
	_, err := c.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &c.bucket, Key: &key, Body: body, ContentLength: &size})
	return err
}

func (c *awsClient) unknown(ctx context.Context, key string, body io.Reader) error {
	_, err := c.upload.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: &c.bucket, Key: &key, Body: body})
	return err
}

func (c *awsClient) multipart(ctx context.Context, key string, body *bytes.Reader) error {
	return c.unknown(ctx, key, body)
}

func (c *awsClient) remove(ctx context.Context, keys []string) error {
	var ids []types.ObjectIdentifier
	for _, k := range keys {
		ids = append(ids, types.ObjectIdentifier{Key: aws.String(k)})
	}
	out, err := c.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &c.bucket, Delete: &types.Delete{Objects: ids}})
	if err == nil && len(out.Errors) > 0 {
		err = fmt.Errorf("%s: %s", aws.ToString(out.Errors[0].Key), aws.ToString(out.Errors[0].Code))
	}
	return err
}
