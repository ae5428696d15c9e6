//nolint:staticcheck // the deprecated manager, see below
package migration

//lint:file-ignore SA1019 the manager is what most programs have that move

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// AwsClient is aws-sdk-go-v2's way.
func AwsClient(ctx context.Context) (*awss3.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	return awss3.NewFromConfig(cfg), nil
}

// AwsClientOurs is the same with Stowage.
func AwsClientOurs(context.Context) (*s3.Client, error) {
	keys, err := identity.NewDefaultChain(identity.DefaultChainOptions{})
	if err != nil {
		return nil, err
	}
	return s3.New(s3.Options{Region: "eu-central-1", Credentials: keys})
}

// AwsEndpoint is aws-sdk-go-v2's way.
func AwsEndpoint(accessKey, secretKey string) *awss3.Client {
	return awss3.New(awss3.Options{
		BaseEndpoint: aws.String("https://objects.example.com"),
		Region:       "us-east-1",
		UsePathStyle: true,
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
		// Otherwise stores that are not Amazon's refuse the checksums: 501, or 400 XAmzContentSHA256Mismatch.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
}

// AwsEndpointOurs is the same with Stowage.
func AwsEndpointOurs(accessKey, secretKey string) (*s3.Client, error) {
	return s3.New(s3.Options{
		Endpoint:    "https://objects.example.com",
		Region:      "us-east-1",
		Credentials: sigv4.Static(accessKey, secretKey, ""),
		Profile:     s3.CephRGW(), // what the server is; it knows the addressing and the checksums
	})
}

// AwsUploadFile is aws-sdk-go-v2's way.
func AwsUploadFile(ctx context.Context, client *awss3.Client, file *os.File) (string, error) {
	uploader := manager.NewUploader(client, func(u *manager.Uploader) {
		u.PartSize = 16 << 20
		u.Concurrency = 8
	})
	out, err := uploader.Upload(ctx, &awss3.PutObjectInput{
		Bucket: aws.String("backup"), Key: aws.String("disk.img"), Body: file,
		StorageClass: types.StorageClassStandardIa,
	})
	if err != nil {
		return "", err
	}
	return *out.ETag, nil
}

// AwsUploadFileOurs is the same with Stowage.
func AwsUploadFileOurs(ctx context.Context, client *s3.Client, file *os.File) (string, error) {
	uploads, err := transfer.NewManager(client, func(o *transfer.Options) {
		o.PartSize = 16 << 20
		o.Concurrency = 8
	})
	if err != nil {
		return "", err
	}
	out, err := uploads.Upload(ctx, &s3.PutObjectInput{
		Bucket: "backup", Key: "disk.img", Body: file,
		StorageClass: s3.StorageClassStandardIa,
	})
	if err != nil {
		return "", err
	}
	return out.ETag, nil
}

// AwsDownloadFile is aws-sdk-go-v2's way.
func AwsDownloadFile(ctx context.Context, client *awss3.Client) error {
	f, err := os.Create("disk.img")
	if err != nil {
		return err
	}
	defer f.Close() // what a failure leaves in the file stays there
	_, err = manager.NewDownloader(client).Download(ctx, f, &awss3.GetObjectInput{
		Bucket: aws.String("backup"), Key: aws.String("disk.img"),
	})
	return err
}

// AwsDownloadFileOurs is the same with Stowage.
func AwsDownloadFileOurs(ctx context.Context, downloads *transfer.Manager) error {
	// The file takes its name when all of it is there and has been verified.
	_, err := downloads.DownloadFile(ctx, "disk.img", &s3.GetObjectInput{Bucket: "backup", Key: "disk.img"})
	return err
}

// AwsGet is aws-sdk-go-v2's way.
func AwsGet(ctx context.Context, client *awss3.Client, key string) ([]byte, error) {
	out, err := client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String("photos"), Key: aws.String(key)})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, os.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// AwsGetOurs is the same with Stowage.
func AwsGetOurs(ctx context.Context, client *s3.Client, key string) ([]byte, error) {
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: "photos", Key: key})
	if errors.Is(err, s3.ErrNoSuchKey) { // which is fs.ErrNotExist, too
		return nil, os.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body) // goes on after a broken connection
}

// AwsList is aws-sdk-go-v2's way.
func AwsList(ctx context.Context, client *awss3.Client) error {
	pages := awss3.NewListObjectsV2Paginator(client, &awss3.ListObjectsV2Input{
		Bucket: aws.String("photos"), Prefix: aws.String("2026/"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			fmt.Println(*o.Key, *o.Size)
		}
	}
	return nil
}

// AwsListOurs is the same with Stowage.
func AwsListOurs(ctx context.Context, client *s3.Client) error {
	for page, err := range client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: "photos", Prefix: "2026/"}) {
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			fmt.Println(o.Key, o.Size)
		}
	}
	return nil
}

// AwsPresign is aws-sdk-go-v2's way.
func AwsPresign(ctx context.Context, client *awss3.Client) (string, error) {
	r, err := awss3.NewPresignClient(client).PresignGetObject(ctx, &awss3.GetObjectInput{
		Bucket: aws.String("photos"), Key: aws.String("cat.jpg"),
	}, awss3.WithPresignExpires(15*time.Minute))
	if err != nil {
		return "", err
	}
	return r.URL, nil
}

// AwsPresignOurs is the same with Stowage.
func AwsPresignOurs(ctx context.Context, client *s3.Client) (string, error) {
	r, err := client.Presign(ctx, &s3.GetObjectInput{Bucket: "photos", Key: "cat.jpg"}, 15*time.Minute)
	if err != nil {
		return "", err
	}
	return r.URL, nil
}

// AwsErrors is aws-sdk-go-v2's way.
func AwsErrors(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "NoSuchBucket", "NotFound":
			return "not there"
		case "AccessDenied":
			return "not allowed"
		}
	}
	return "failed"
}

// AwsErrorsOurs is the same with Stowage.
func AwsErrorsOurs(err error) string {
	switch {
	case errors.Is(err, s3.ErrNotFound): // any 404: NoSuchKey, NoSuchBucket, the bare one of a HEAD
		return "not there"
	case errors.Is(err, s3.ErrAccessDenied):
		return "not allowed"
	}
	return "failed" // smithy.APIError can be had by errors.As, as before
}

// AwsDeletePrefix is aws-sdk-go-v2's way.
func AwsDeletePrefix(ctx context.Context, client *awss3.Client) error {
	pages := awss3.NewListObjectsV2Paginator(client, &awss3.ListObjectsV2Input{Bucket: aws.String("logs"), Prefix: aws.String("2025/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		if len(page.Contents) == 0 {
			continue
		}
		keys := make([]types.ObjectIdentifier, len(page.Contents))
		for i, o := range page.Contents {
			keys[i].Key = o.Key
		}
		out, err := client.DeleteObjects(ctx, &awss3.DeleteObjectsInput{Bucket: aws.String("logs"), Delete: &types.Delete{Objects: keys}})
		if err != nil {
			return err
		}
		if len(out.Errors) > 0 { // a 200 that says failure
			return fmt.Errorf("%d keys are still there, such as %s", len(out.Errors), *out.Errors[0].Key)
		}
	}
	return nil
}

// AwsDeletePrefixOurs is the same with Stowage.
func AwsDeletePrefixOurs(ctx context.Context, client *s3.Client) error {
	_, err := client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: "logs", Prefix: "2025/"})
	return err // a *s3.DeleteAllError names every key that is still there
}

// AwsWait is aws-sdk-go-v2's way.
func AwsWait(ctx context.Context, client *awss3.Client) error {
	return awss3.NewObjectExistsWaiter(client).Wait(ctx, &awss3.HeadObjectInput{
		Bucket: aws.String("inbox"), Key: aws.String("report.pdf"),
	}, 2*time.Minute)
}

// AwsWaitOurs is the same with Stowage.
func AwsWaitOurs(ctx context.Context, client *s3.Client) error {
	return client.WaitUntilObjectExists(ctx, &s3.HeadObjectInput{Bucket: "inbox", Key: "report.pdf"}, s3.WaitOptions{MaxWait: 2 * time.Minute})
}

// AwsOption is aws-sdk-go-v2's way.
func AwsOption(ctx context.Context, client *awss3.Client) error {
	_, err := client.PutObject(ctx, &awss3.PutObjectInput{
		Bucket: aws.String("inbox"), Key: aws.String("note"), Body: strings.NewReader("hello"),
		IfNoneMatch: aws.String("*"), Metadata: map[string]string{"by": "me"},
	}, func(o *awss3.Options) { o.RetryMaxAttempts = 1 })
	return err
}

// AwsOptionOurs is the same with Stowage.
func AwsOptionOurs(ctx context.Context, client *s3.Client) error {
	_, err := client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: "inbox", Key: "note", Body: strings.NewReader("hello"),
		IfNoneMatch: "*", Metadata: map[string]string{"by": "me"},
	}, func(o *s3.Options) { o.MaxAttempts = 1 })
	return err
}
