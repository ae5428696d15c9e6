package migration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// MinioClient is minio-go's way.
func MinioClient(accessKey, secretKey string) (*minio.Client, error) {
	return minio.New("play.example.com", &minio.Options{
		Creds:  credentials.NewStaticV4(accessKey, secretKey, ""),
		Secure: true,
	})
}

// MinioClientOurs is the same with Stowage.
func MinioClientOurs(accessKey, secretKey string) (*s3.Client, error) {
	return s3.New(s3.Options{
		Endpoint:    "https://play.example.com",
		Credentials: sigv4.Static(accessKey, secretKey, ""),
		Profile:     s3.MinIO(),
	})
}

// MinioUpload is minio-go's way.
func MinioUpload(ctx context.Context, client *minio.Client, r io.Reader) error {
	// Of unknown length: parts of 512 MiB unless PartSize is set, one after the other.
	_, err := client.PutObject(ctx, "backup", "dump.gz", r, -1, minio.PutObjectOptions{
		ContentType: "application/gzip", PartSize: 16 << 20, NumThreads: 4, ConcurrentStreamParts: true,
		UserMetadata: map[string]string{"by": "me"},
	})
	return err
}

// MinioUploadOurs is the same with Stowage.
func MinioUploadOurs(ctx context.Context, uploads *transfer.Manager, r io.Reader) error {
	// Of unknown length: in parts, in parallel, in at most 64 MiB of memory.
	_, err := uploads.Upload(ctx, &s3.PutObjectInput{
		Bucket: "backup", Key: "dump.gz", Body: r,
		ContentType: "application/gzip", Metadata: map[string]string{"by": "me"},
	})
	return err
}

// MinioFiles is minio-go's way.
func MinioFiles(ctx context.Context, client *minio.Client) error {
	if _, err := client.FPutObject(ctx, "backup", "disk.img", "disk.img", minio.PutObjectOptions{}); err != nil {
		return err
	}
	return client.FGetObject(ctx, "backup", "disk.img", "copy.img", minio.GetObjectOptions{})
}

// MinioFilesOurs is the same with Stowage.
func MinioFilesOurs(ctx context.Context, m *transfer.Manager) error {
	f, err := os.Open("disk.img")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := m.Upload(ctx, &s3.PutObjectInput{Bucket: "backup", Key: "disk.img", Body: f}); err != nil {
		return err
	}
	_, err = m.DownloadFile(ctx, "copy.img", &s3.GetObjectInput{Bucket: "backup", Key: "disk.img"})
	return err
}

// MinioList is minio-go's way.
func MinioList(ctx context.Context, client *minio.Client) error {
	for o := range client.ListObjects(ctx, "photos", minio.ListObjectsOptions{Prefix: "2026/", Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		fmt.Println(o.Key, o.Size)
	}
	return nil
}

// MinioListOurs is the same with Stowage.
func MinioListOurs(ctx context.Context, client *s3.Client) error {
	// Recursive is the default; Delimiter: "/" is the opposite.
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

// MinioReadAt is minio-go's way.
func MinioReadAt(ctx context.Context, client *minio.Client, p []byte) error {
	o, err := client.GetObject(ctx, "photos", "2026.zip", minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer o.Close()
	_, err = o.ReadAt(p, 1<<20)
	return err
}

// MinioReadAtOurs is the same with Stowage.
func MinioReadAtOurs(ctx context.Context, client *s3.Client, p []byte) error {
	o, err := client.OpenObject(ctx, &s3.GetObjectInput{Bucket: "photos", Key: "2026.zip"})
	if err != nil {
		return err // a key that is not there fails here, not at the first read
	}
	defer o.Close()
	_, err = o.ReadAt(p, 1<<20)
	return err
}

// MinioErrors is minio-go's way.
func MinioErrors(err error) bool {
	return minio.ToErrorResponse(err).Code == minio.NoSuchKey
}

// MinioErrorsOurs is the same with Stowage.
func MinioErrorsOurs(err error) bool {
	return errors.Is(err, s3.ErrNoSuchKey)
}

// MinioPresign is minio-go's way.
func MinioPresign(ctx context.Context, client *minio.Client) (*url.URL, error) {
	return client.PresignedPutObject(ctx, "inbox", "report.pdf", 15*time.Minute)
}

// MinioPresignOurs is the same with Stowage.
func MinioPresignOurs(ctx context.Context, client *s3.Client) (string, error) {
	r, err := client.Presign(ctx, &s3.PutObjectInput{Bucket: "inbox", Key: "report.pdf"}, 15*time.Minute)
	if err != nil {
		return "", err
	}
	return r.URL, nil // r.Header is what must be sent along
}

// MinioPost is minio-go's way.
func MinioPost(ctx context.Context, client *minio.Client) (string, map[string]string, error) {
	policy := minio.NewPostPolicy()
	if err := policy.SetBucket("inbox"); err != nil {
		return "", nil, err
	}
	if err := policy.SetKeyStartsWith("user/42/"); err != nil {
		return "", nil, err
	}
	if err := policy.SetExpires(time.Now().UTC().Add(time.Hour)); err != nil {
		return "", nil, err
	}
	if err := policy.SetContentLengthRange(0, 10<<20); err != nil {
		return "", nil, err
	}
	u, fields, err := client.PresignedPostPolicy(ctx, policy)
	if err != nil {
		return "", nil, err
	}
	return u.String(), fields, nil
}

// MinioPostOurs is the same with Stowage.
func MinioPostOurs(ctx context.Context, client *s3.Client) (string, []s3.PostField, error) {
	form, err := client.PresignPost(ctx, &s3.PresignPostInput{
		Bucket: "inbox", Key: "user/42/${filename}", MaxContentLength: 10 << 20,
	}, time.Hour)
	if err != nil {
		return "", nil, err
	}
	return form.URL, form.Fields, nil
}

// MinioDelete is minio-go's way.
func MinioDelete(ctx context.Context, client *minio.Client) error {
	objects := client.ListObjects(ctx, "logs", minio.ListObjectsOptions{Prefix: "2025/", Recursive: true})
	for failed := range client.RemoveObjects(ctx, "logs", objects, minio.RemoveObjectsOptions{}) {
		return failed.Err
	}
	return nil
}

// MinioDeleteOurs is the same with Stowage.
func MinioDeleteOurs(ctx context.Context, client *s3.Client) error {
	_, err := client.DeleteAll(ctx, &s3.DeleteAllInput{Bucket: "logs", Prefix: "2025/"})
	return err
}

// MinioLarge is minio-go's way.
func MinioLarge(ctx context.Context, client *minio.Client) error {
	// CopyObject ends at 5 GiB; beyond, ComposeObject.
	_, err := client.ComposeObject(ctx, minio.CopyDestOptions{Bucket: "archive", Object: "disk.img"},
		minio.CopySrcOptions{Bucket: "backup", Object: "disk.img"})
	return err
}

// MinioLargeOurs is the same with Stowage.
func MinioLargeOurs(ctx context.Context, m *transfer.Manager) error {
	_, err := m.Copy(ctx, &s3.CopyObjectInput{
		Bucket: "archive", Key: "disk.img", CopySource: s3.CopySource("backup", "disk.img", ""),
	})
	return err // of any size; metadata and tags go along
}
