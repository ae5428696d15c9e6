// Command shareout uploads one file from several processes: a plan is made once,
// each process sends its share of the parts, and their receipts complete the
// object, which is downloaded and compared.
//
//	go run ./examples/shareout                 # three processes; brings its own S3 server
//	go run ./examples/shareout -processes 5 -size 256MiB
//	go run ./examples/shareout -endpoint https://s3.example.com -region kr-1 \
//	    -bucket my-bucket -access-key ... -secret-key ...
//
// The processes are this program again, on this machine. On several hosts the
// same JSON goes over the network: a plan and a share to each, receipts back.
// A host needs to hold no more of the file than its share.
//
// The endpoint, region and keys are also taken from AWS_ENDPOINT_URL,
// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
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
	"path/filepath"
	"time"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/file"
	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func main() {
	program.Main("shareout", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		if len(args) == 1 && args[0] == workerArgument {
			return work(ctx, os.Stdin, stdout)
		}
		return run(ctx, args, stdout, stderr)
	})
}

// run is the whole program. Results go to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "stowage-shareout-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	local, err := file.Open(ctx, o.file, int64(o.size), folder)
	if err != nil {
		return err
	}
	defer local.Close()
	path, err := filepath.Abs(local.Name()) // the server inside changes the working directory
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "file        %s, %s\n", path, flags.Size(local.Size))

	client, stop, err := o.server.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	created, err := bucket.Ensure(ctx, client, o.bucket)
	if created {
		defer func() { err = errors.Join(err, bucket.Delete(ctx, client, o.bucket)) }()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "server      %s, bucket %s\n", client.Options().Endpoint, o.bucket)

	defer func() { err = errors.Join(err, bucket.DeleteObject(ctx, client, o.bucket, o.key)) }()
	if err := upload(ctx, client, o, local, path, stdout, stderr); err != nil {
		return err
	}
	return verify(ctx, client, o, local, stdout)
}

// upload begins the upload, has it sent, and completes it.
func upload(ctx context.Context, client *s3.Client, o options, local *file.Local, path string, stdout, stderr io.Writer) (err error) {
	manager, err := transfer.NewManager(client, func(t *transfer.Options) { t.PartSize = int64(o.partSize) })
	if err != nil {
		return err
	}
	plan, err := manager.Plan(ctx, &s3.PutObjectInput{Bucket: o.bucket, Key: o.key, Body: local.File})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			ctx, cancel := bucket.Afterwards(ctx)
			defer cancel()
			err = errors.Join(err, manager.AbortPlan(ctx, plan))
		}
	}()
	fmt.Fprintf(stdout, "planned     %d parts of %s\n", plan.Parts(), flags.Size(plan.PartSize))

	begin := time.Now()
	receipts, err := shareOut(ctx, o, plan, path, stdout, stderr)
	if err != nil {
		return err
	}
	out, err := manager.CompletePlan(ctx, plan, receipts)
	if err != nil {
		return err
	}
	took := time.Since(begin).Seconds()
	fmt.Fprintf(stdout, "completed   %s in %.2f s, %.1f MiB/s, ETag %s\n", flags.Size(out.Size), took, float64(out.Size)/(1<<20)/took, out.ETag)
	return nil
}

// verify reads the object back.
func verify(ctx context.Context, client *s3.Client, o options, local *file.Local, stdout io.Writer) error {
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: o.bucket, Key: o.key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, object.Body); err != nil {
		return err
	}
	got := hex.EncodeToString(sum.Sum(nil))
	if got != local.SHA256 {
		return fmt.Errorf("the download differs: SHA-256 %s, the file's is %s", got, local.SHA256)
	}
	fmt.Fprintf(stdout, "verified    SHA-256 %s\n", got)
	return nil
}
