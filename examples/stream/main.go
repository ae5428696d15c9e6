// Command stream sends its standard input to an object, of whatever length it turns out to be.
//
//	tar c ./site | go run ./examples/stream s3://backup/site.tar
//	pg_dump shop | gzip | go run ./examples/stream -content-type application/gzip s3://backup/shop.sql.gz
//	go run ./examples/stream -get s3://backup/site.tar | tar t
//	go run ./examples/stream                     # needs nothing: streams to a server of its own
//
// The server and its keys are named by flags (-h lists them) or by AWS_ENDPOINT_URL, AWS_REGION,
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The bucket must be there.
//
// The input goes out in parts while it is read, several at once; -memory bounds what is held of
// it. Nothing is visible under the key before the whole of it is stored. After a failure or
// Ctrl-C nothing is: the parts are removed. A program that writes into the pipe and fails looks
// to this one like one that is done, so let the shell tell: set -o pipefail.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func main() {
	program.Main("stream", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}

// run is the whole program. With -get the object goes to stdout; messages go to stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	client, stop, err := o.server.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	manager, err := transfer.NewManager(client, func(t *transfer.Options) {
		t.MemoryBudget = int64(o.memory)
		t.Concurrency = o.concurrency
	})
	if err != nil {
		return err
	}
	switch {
	case o.bucket == "":
		return demonstrate(ctx, client, manager, o, stderr)
	case o.get:
		return get(ctx, manager, o, stdout, stderr)
	default:
		return put(ctx, manager, o, stdin, stderr)
	}
}

func put(ctx context.Context, manager *transfer.Manager, o options, from io.Reader, stderr io.Writer) error {
	sum := sha256.New()
	begin := time.Now()
	out, err := manager.Upload(ctx, &s3.PutObjectInput{
		Bucket: o.bucket, Key: o.key, ContentType: o.contentType,
		Body: io.TeeReader(from, sum), // a plain reader: its length is not known, and it is read once
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "stored      s3://%s/%s, %s in %.2f s, parts: %d\n", o.bucket, o.key, flags.Size(out.Size), time.Since(begin).Seconds(), out.Parts)
	fmt.Fprintf(stderr, "sent        SHA-256 %s\n", hex.EncodeToString(sum.Sum(nil)))
	return nil
}

// get reads ahead in parallel and writes in order. What ends early is an error, after the
// bytes that came.
func get(ctx context.Context, manager *transfer.Manager, o options, to, stderr io.Writer) error {
	object, err := manager.Open(ctx, &s3.GetObjectInput{Bucket: o.bucket, Key: o.key})
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), object)
	if err = errors.Join(err, object.Close()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "read        s3://%s/%s, %s\n", o.bucket, o.key, flags.Size(n))
	fmt.Fprintf(stderr, "received    SHA-256 %s\n", hex.EncodeToString(sum.Sum(nil)))
	return nil
}

// demonstrate streams what nobody knows the length of to the program's own server, and back.
func demonstrate(ctx context.Context, client *s3.Client, manager *transfer.Manager, o options, stderr io.Writer) error {
	o.bucket, o.key = "stowage-stream", "numbers"
	if _, err := bucket.Ensure(ctx, client, o.bucket); err != nil {
		return err
	}
	endless := rand.NewChaCha8([32]byte{})
	if err := put(ctx, manager, o, io.LimitReader(endless, 20<<20+12345), stderr); err != nil {
		return err
	}
	return get(ctx, manager, o, io.Discard, stderr)
}
