// Command quickstart uploads a large file in parallel, lists it, downloads it
// again and compares the two.
//
//	go run ./examples/quickstart                 # needs nothing: brings its own S3 server
//	go run ./examples/quickstart -size 64MiB
//	go run ./examples/quickstart -endpoint https://s3.example.com -region kr-1 \
//	    -bucket my-bucket -access-key ... -secret-key ...
//
// The endpoint, region and keys are also taken from AWS_ENDPOINT_URL,
// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN,
// which keeps the secret out of the list of processes. -profile aws without an
// endpoint is Amazon S3 itself.
//
// It removes what it made: the object, the bucket if there was none of that
// name, and its temporary folder. Ctrl-C does the same and exits with 130.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/file"
	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func main() { program.Main("quickstart", run) }

// run is the whole program. Results go to stdout, progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "stowage-quickstart-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	// 1. A file to send, and its checksum.
	local, err := file.Open(ctx, o.file, int64(o.size), work)
	if err != nil {
		return err
	}
	defer local.Close()
	fmt.Fprintf(stdout, "file        %s, %s\n", local.Name(), flags.Size(local.Size))

	// 2. A server to send it to.
	client, stop, err := o.server.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	fmt.Fprintf(stdout, "server      %s (%s)\n", client.Options().Endpoint, client.Options().Profile.Name)

	// 3. A bucket: the one that is there, or a new one.
	created, err := bucket.Ensure(ctx, client, o.bucket)
	if created {
		defer func() { err = errors.Join(err, bucket.Delete(ctx, client, o.bucket)) }()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "bucket      %s\n", o.bucket)

	// 4. Upload, in parts and in parallel; small files go in one request.
	defer func() { err = errors.Join(err, bucket.DeleteObject(ctx, client, o.bucket, o.key)) }()
	if err := upload(ctx, client, o, local, stdout, stderr); err != nil {
		return err
	}

	// 5. List.
	if err := list(ctx, client, o, stdout); err != nil {
		return err
	}

	// 6. Download and compare.
	return verify(ctx, client, o, local, stdout, stderr)
}

func upload(ctx context.Context, client *s3.Client, o options, local *file.Local, stdout, stderr io.Writer) error {
	bar := newMeter(stderr, "uploading", local.Size)
	defer bar.close()
	manager, err := transfer.NewManager(client, func(t *transfer.Options) {
		t.PartSize = int64(o.partSize) // 0: chosen from the file's size and the server's limits
		t.Concurrency = o.concurrency  // 0: the default
		t.Progress = func(p transfer.Progress) { bar.set(p.Bytes) }
	})
	if err != nil {
		return err
	}
	begin := time.Now()
	out, err := manager.Upload(ctx, &s3.PutObjectInput{Bucket: o.bucket, Key: o.key, Body: local.File})
	if err != nil {
		return err
	}
	bar.done()
	fmt.Fprintf(stdout, "uploaded    %s, parts: %d\n", speed(local.Size, time.Since(begin)), out.Parts)
	return nil
}

func list(ctx context.Context, client *s3.Client, o options, stdout io.Writer) error {
	found := false
	for page, err := range client.ListObjectsV2Pages(ctx, &s3.ListObjectsV2Input{Bucket: o.bucket, Prefix: o.key}) {
		if err != nil {
			return err
		}
		for _, object := range page.Contents {
			found = found || object.Key == o.key
			fmt.Fprintf(stdout, "listed      %s, %s\n", object.Key, flags.Size(object.Size))
		}
	}
	if !found {
		return fmt.Errorf("the listing of %s does not have %s", o.bucket, o.key)
	}
	return nil
}

// verify reads the object back. A body that breaks off is resumed by the
// client, and one that ends short is an error, never a short copy.
func verify(ctx context.Context, client *s3.Client, o options, local *file.Local, stdout, stderr io.Writer) error {
	bar := newMeter(stderr, "downloading", local.Size)
	defer bar.close()
	begin := time.Now()
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: o.bucket, Key: o.key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(sum, bar), object.Body); err != nil {
		return err
	}
	bar.done()
	fmt.Fprintf(stdout, "downloaded  %s\n", speed(local.Size, time.Since(begin)))

	got := hex.EncodeToString(sum.Sum(nil))
	if got != local.SHA256 {
		return fmt.Errorf("the download differs: SHA-256 %s, the file's is %s", got, local.SHA256)
	}
	fmt.Fprintf(stdout, "verified    SHA-256 %s\n", got)
	return nil
}
