package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
	ours "github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7"
	mcred "github.com/minio/minio-go/v7/pkg/credentials"
)

const host = "s3.us-east-1.example.com"

// lister lists the whole bucket once.
type lister func(ctx context.Context) (listed, error)

var clients = []struct {
	name string
	open func(http.RoundTripper) (lister, error)
}{{"ours", openOurs}, {"aws", openAWS}, {"minio", openMinIO}}

func openOurs(rt http.RoundTripper) (lister, error) {
	c, err := ours.New(ours.Options{
		Endpoint: "http://" + host, Region: harness.Region, Profile: ours.AWS(), Addressing: ours.AddressingPath,
		Credentials: sigv4.Static(harness.AccessKey, harness.SecretKey, ""), HTTPClient: &http.Client{Transport: rt},
	})
	return func(ctx context.Context) (seen listed, err error) {
		for page, err := range c.ListObjectsV2Pages(ctx, &ours.ListObjectsV2Input{Bucket: bucketName}) {
			if err != nil {
				return seen, err
			}
			for i := range page.Contents {
				o := &page.Contents[i]
				seen.add(o.Key, o.ETag, o.Size)
			}
		}
		return seen, nil
	}, err
}

func openAWS(rt http.RoundTripper) (lister, error) {
	c := s3.New(s3.Options{
		Region: harness.Region, BaseEndpoint: aws.String("http://" + host), UsePathStyle: true, HTTPClient: &http.Client{Transport: rt},
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(harness.AccessKey, harness.SecretKey, "")),
	})
	return func(ctx context.Context) (seen listed, err error) {
		pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: aws.String(bucketName)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return seen, err
			}
			for i := range page.Contents {
				o := &page.Contents[i]
				seen.add(aws.ToString(o.Key), aws.ToString(o.ETag), aws.ToInt64(o.Size))
			}
		}
		return seen, nil
	}, nil
}

func openMinIO(rt http.RoundTripper) (lister, error) {
	c, err := minio.New(host, &minio.Options{
		Creds: mcred.NewStaticV4(harness.AccessKey, harness.SecretKey, ""), Region: harness.Region, BucketLookup: minio.BucketLookupPath, Transport: rt,
	})
	return func(ctx context.Context) (seen listed, err error) {
		for o := range c.ListObjects(ctx, bucketName, minio.ListObjectsOptions{Recursive: true}) {
			if o.Err != nil {
				return seen, o.Err
			}
			// It takes the quotes off.
			seen.add(o.Key, `"`+strings.Trim(o.ETag, `"`)+`"`, o.Size)
		}
		return seen, nil
	}, err
}
