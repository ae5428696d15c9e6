// Command watch uploads a file and shows in a browser, live, how that goes: the throughput, when
// each part was sent and sent again, and what was lost on the way.
//
//	go run ./examples/watch                                  # needs nothing: a server of its own
//	go run ./examples/watch disk.img s3://backup/disk.img
//
// The upload begins when the page that it tells of is opened. Ctrl-C ends the program, and an
// upload that is under way with it: its parts are removed.
//
// The server and its keys are named by flags (-h lists them) or by AWS_ENDPOINT_URL, AWS_REGION,
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without arguments the way to the server is a bad
// one, on purpose, so that there is something to see: it takes 20 MiB/s, and each connection breaks
// after at most -break bytes.
//
// Throughput, parts and retries are the events of transfer.Manager.Watch; the attempts of each
// part are seen by an http.RoundTripper below the client. The page gets both as server-sent
// events, from the beginning whenever it is opened, and has no script but its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/file"
	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/examples/internal/web"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

func main() { program.Main("watch", run) }

// run is the whole program. The address of the page goes to stdout, messages to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "stowage-watch-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if o.file != "" {
		if o.file, err = filepath.Abs(o.file); err != nil { // the server inside changes the working directory
			return err
		}
	}
	local, err := file.Open(ctx, o.file, int64(o.size), work)
	if err != nil {
		return err
	}
	defer local.Close()
	client, stop, err := o.server.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()

	options := o.server.Client()
	if o.file == "" {
		if _, err := bucket.Ensure(ctx, client, o.bucket); err != nil {
			return err
		}
		way, err := newBadWay(ctx, options.Endpoint, int64(o.breakAfter))
		if err != nil {
			return err
		}
		defer way.close()
		options.Endpoint = way.endpoint
		options.MaxAttempts = 10 // 4 may all meet a connection that is about to break
	}
	log := newJournal()
	options.HTTPClient = &http.Client{Transport: &attempts{next: client.Options().HTTPClient.Transport, log: log}}
	if client, err = s3.New(options); err != nil {
		return err
	}
	manager, err := transfer.NewManager(client, func(t *transfer.Options) {
		t.PartSize = int64(o.partSize)
		t.Concurrency = o.concurrency
		t.Bandwidth = int64(o.bandwidth)
	})
	if err != nil {
		return err
	}

	uploading, ended := context.WithCancel(ctx)
	defer ended()
	opened, done := make(chan struct{}), make(chan error, 1)
	go func() {
		select {
		case <-opened:
			done <- upload(uploading, manager, o, local, log, stderr)
		case <-uploading.Done():
			done <- nil
		}
	}()
	err = web.Serve(ctx, o.listen, handler(log, opened), func(url string) error {
		_, err := fmt.Fprintln(stdout, url+"/")
		return err
	})
	ended()
	return errors.Join(err, <-done)
}

// upload sends the file, and has all events of it written down.
func upload(ctx context.Context, manager *transfer.Manager, o options, local *file.Local, log *journal, stderr io.Writer) error {
	defer log.end()
	// The last event is the upload's end, also one by Ctrl-C.
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	events := manager.Watch(watching)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for e := range events {
			log.add("transfer", transferEvent(e))
		}
	}()
	begin := time.Now()
	out, err := manager.Upload(ctx, &s3.PutObjectInput{Bucket: o.bucket, Key: o.key, Body: local.File})
	stop()
	<-watched
	if err != nil {
		fmt.Fprintln(stderr, "watch:", err) // at once: the program goes on to show the page
		return err
	}
	took := time.Since(begin).Seconds()
	fmt.Fprintf(stderr, "stored      s3://%s/%s, %s in %.2f s, %.1f MiB/s\n", o.bucket, o.key, flags.Size(out.Size), took, float64(out.Size)/(1<<20)/took)
	return nil
}
