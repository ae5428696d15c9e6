//go:build integration

package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	tmtypes "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// awsClient is aws-sdk-go-v2 with its transfer manager.
type awsClient struct {
	client  *s3.Client
	manager *transfermanager.Client
	dir     string
}

func openAWS(s *server) *awsClient {
	checksums := aws.RequestChecksumCalculationWhenSupported
	if s.plain() {
		checksums = aws.RequestChecksumCalculationWhenRequired
	}
	c := s3.New(s3.Options{
		BaseEndpoint: aws.String(s.env["S3_ENDPOINT"]), Region: s.env["S3_REGION"], UsePathStyle: true,
		Credentials:                credentials.NewStaticCredentialsProvider(s.env["S3_ACCESS_KEY"], s.env["S3_SECRET_KEY"], ""),
		RequestChecksumCalculation: checksums,
	})
	return &awsClient{client: c, dir: s.dir, manager: transfermanager.New(c, func(o *transfermanager.Options) {
		o.PartSizeBytes, o.MultipartUploadThreshold = partSize, partSize
		o.RequestChecksumCalculation = checksums
	})}
}

// set is a pointer to a text that is not empty.
func set(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func tagging(tags map[string]string) *string {
	v := make(url.Values)
	for name, value := range tags {
		v.Set(name, value)
	}
	return set(v.Encode())
}

func (c *awsClient) put(ctx context.Context, at place, o object) error {
	_, err := c.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &at.bucket, Key: &at.key, Body: bytes.NewReader(o.Body),
		ContentType: set(o.ContentType), CacheControl: set(o.CacheControl), ContentDisposition: set(o.ContentDisposition),
		ContentEncoding: set(o.ContentEncoding), ContentLanguage: set(o.ContentLanguage),
		Metadata: o.Metadata, Tagging: tagging(o.Tags), ChecksumAlgorithm: types.ChecksumAlgorithm(o.Algorithm),
	})
	return err
}

func (c *awsClient) upload(ctx context.Context, at place, o object, body io.Reader) error {
	whole := tmtypes.ChecksumType("")
	if o.Algorithm != "" {
		whole = tmtypes.ChecksumTypeFullObject
	}
	_, err := c.manager.UploadObject(ctx, &transfermanager.UploadObjectInput{
		Bucket: &at.bucket, Key: &at.key, Body: body,
		ContentType: set(o.ContentType), CacheControl: set(o.CacheControl), ContentDisposition: set(o.ContentDisposition),
		ContentEncoding: set(o.ContentEncoding), ContentLanguage: set(o.ContentLanguage),
		Metadata: o.Metadata, Tagging: tagging(o.Tags), ChecksumAlgorithm: tmtypes.ChecksumAlgorithm(o.Algorithm),
		ChecksumType: whole,
	}, func(to *transfermanager.Options) {
		if o.Algorithm != "" {
			to.ChecksumAlgorithm = tmtypes.ChecksumAlgorithm(o.Algorithm)
		}
	})
	return err
}

func (c *awsClient) parts(ctx context.Context, at place, o object) error {
	name := filepath.Join(c.dir, "aws")
	if err := os.WriteFile(name, o.Body, 0o600); err != nil {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return c.upload(ctx, at, o, file)
}

func (c *awsClient) stream(ctx context.Context, at place, o object) error {
	return c.upload(ctx, at, o, struct{ io.Reader }{bytes.NewReader(o.Body)})
}

// source is CopySource, which aws-sdk-go-v2 leaves its callers to escape.
func source(from place) *string {
	u := url.URL{Path: from.bucket + "/" + from.key}
	return aws.String(u.EscapedPath())
}

func (c *awsClient) copy(ctx context.Context, from, to place) error {
	_, err := c.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &to.bucket, Key: &to.key, CopySource: source(from)})
	return err
}

func (c *awsClient) copyParts(ctx context.Context, from, to place, size int64) error {
	head, err := c.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &from.bucket, Key: &from.key})
	if err != nil {
		return err
	}
	up, err := c.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &to.bucket, Key: &to.key, Metadata: head.Metadata, ContentType: head.ContentType,
	})
	if err != nil {
		return err
	}
	var parts []types.CompletedPart
	for at := int64(0); at < size; at += partSize {
		n := int32(len(parts) + 1)
		out, err := c.client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
			Bucket: &to.bucket, Key: &to.key, UploadId: up.UploadId, PartNumber: &n, CopySource: source(from),
			CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", at, min(at+partSize, size)-1)),
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{PartNumber: &n, ETag: out.CopyPartResult.ETag})
	}
	_, err = c.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &to.bucket, Key: &to.key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}

func (c *awsClient) get(ctx context.Context, at place) (object, error) {
	out, err := c.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &at.bucket, Key: &at.key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return object{}, err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body) // fails when the checksum is another
	return object{
		Body: body, ContentType: aws.ToString(out.ContentType), CacheControl: aws.ToString(out.CacheControl),
		ContentDisposition: aws.ToString(out.ContentDisposition), ContentEncoding: aws.ToString(out.ContentEncoding),
		ContentLanguage: aws.ToString(out.ContentLanguage), Metadata: out.Metadata, ETag: aws.ToString(out.ETag),
		Checksum: first(aws.ToString(out.ChecksumCRC64NVME), aws.ToString(out.ChecksumCRC32C), aws.ToString(out.ChecksumSHA256)),
	}, err
}

func (c *awsClient) tags(ctx context.Context, at place) (map[string]string, error) {
	out, err := c.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &at.bucket, Key: &at.key})
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string)
	for _, t := range out.TagSet {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}

func (c *awsClient) list(ctx context.Context, bucket, delimiter string) ([]entry, error) {
	var entries []entry
	pages := s3.NewListObjectsV2Paginator(c.client, &s3.ListObjectsV2Input{
		Bucket: &bucket, Delimiter: set(delimiter), MaxKeys: aws.Int32(pageSize),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			entries = append(entries, entry{aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToString(o.ETag)})
		}
		for _, p := range page.CommonPrefixes {
			entries = append(entries, entry{Key: aws.ToString(p.Prefix)})
		}
	}
	return entries, nil
}
