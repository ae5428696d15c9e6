// Command large-swift stores a file of any size in OpenStack Swift, and prints a link by which
// anybody can download it for a while.
//
//	go run ./examples/large-swift -container scratch -new-key -verify   # needs nothing: brings its own Swift
//	go run ./examples/large-swift -container backup -new-key disk.img
//	curl -OJ "$(go run ./examples/large-swift -container backup -expires 24h disk.img)"
//	go run ./examples/large-swift -container scratch -new-key -size 1GiB -verify   # random bytes
//	go run ./examples/large-swift -container backup -object disk.img -delete
//
// It logs in as OpenStack's own tools do: with the OS_* variables that an openrc file sets, or to
// the cloud of clouds.yaml that -cloud or OS_CLOUD names. Where there is neither, it starts a Swift in
// memory, which ends with it. The container is made if there is none.
//
// What is larger than a part becomes a Static Large Object: its segments are sent in parallel,
// each compared by its MD5, into a container of their own beside the object's, and a manifest
// joins them. Nothing shows under the name before all of it is there. With -checkpoint an upload
// that was broken off, even by kill -9, goes on where it was when the command is given again.
//
// The link is a TempURL. It is signed with the TempURL key of the container, else of the account;
// -new-key makes one, at random, for a container where there is neither. Whoever has the link has
// the file until it expires: it alone goes to standard output.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/stowage-go/stowage/examples/internal/account"
	"github.com/stowage-go/stowage/examples/internal/file"
	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/identity"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
	"github.com/stowage-go/stowage/swift/transfer"
)

func main() {
	program.Main("large-swift", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.LookupEnv, stdout, stderr)
	})
}

// run is the whole program. The link goes to stdout, messages to stderr.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	client, end, err := open(o.cloud, lookup, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end(ctx)) }()
	if o.remove {
		return remove(ctx, client, o, stderr)
	}
	if err := ensure(ctx, client, o.container); err != nil {
		return err
	}
	// Before the upload: without a key there will be no link.
	key, err := account.TempURLKey(ctx, client, o.container, o.newKey)
	if err != nil {
		return err
	}

	work, err := os.MkdirTemp("", "stowage-large-swift-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	local, err := file.Open(ctx, o.file, int64(o.size), work)
	if err != nil {
		return err
	}
	defer local.Close()
	if o.object == "" {
		o.object = filepath.Base(local.Name())
	}
	if err := upload(ctx, client, o, local, stderr); err != nil {
		return err
	}
	link, err := client.TempURL(ctx, swift.TempURLOptions{
		Container: o.container, Object: o.object, Key: key, Expires: time.Now().Add(o.expires), Filename: filepath.Base(o.object),
	})
	if err != nil {
		return err
	}
	if o.verify {
		if err := verify(ctx, client, link, local, stderr); err != nil {
			return err
		}
	}
	fmt.Fprintf(stderr, "link        until %s, signed with %s\n", link.Expires.Format(time.DateTime+" MST"), link.Digest)
	_, err = fmt.Fprintln(stdout, link.URL())
	return err
}

const userAgent = "stowage-large-swift"

// open makes a client of the account that the environment says; without one, of a server in this
// program. end logs out, or ends the server.
func open(cloud string, lookup func(string) (string, bool), stderr io.Writer) (_ *swift.Client, end func(context.Context) error, err error) {
	client, logout, err := account.Open(cloud, userAgent, lookup)
	if !errors.Is(err, identity.ErrNotConfigured) {
		return client, logout, err
	}
	server, err := swifttest.Start()
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(stderr, "server      %s, in memory: it ends with this program, and the link with it\n", server.URL)
	end = func(context.Context) error { server.Close(); return nil }
	return server.Client(func(o *swift.Options) { o.UserAgent = userAgent }), end, nil
}

// ensure makes the container if there is none.
func ensure(ctx context.Context, client *swift.Client, container string) error {
	_, err := client.HeadContainer(ctx, &swift.HeadContainerInput{Container: container})
	if errors.Is(err, swift.ErrNotFound) {
		_, err = client.CreateContainer(ctx, &swift.CreateContainerInput{Container: container})
	}
	return err
}

// upload stores the file, and tells after each segment how far it is.
func upload(ctx context.Context, client *swift.Client, o options, local *file.Local, stderr io.Writer) error {
	uploader, err := transfer.NewUploader(client, func(t *transfer.Options) {
		t.PartSize = int64(o.partSize)
		t.Concurrency = o.concurrency
		t.Checkpoint = o.checkpoint
	})
	if err != nil {
		return err
	}
	told := 0
	begin := time.Now()
	out, err := uploader.UploadSLO(ctx, &swift.CreateObjectInput{Container: o.container, Object: o.object, Body: local.File},
		func(t *transfer.Options) {
			t.Progress = func(p transfer.Progress) {
				if p.PartsDone > told {
					told = p.PartsDone
					fmt.Fprintf(stderr, "segment     %d of %d, %s of %s\n", p.PartsDone, p.Parts, flags.Size(p.Bytes), flags.Size(p.Total))
				}
			}
		})
	if err != nil {
		return err
	}
	took := time.Since(begin).Seconds()
	fmt.Fprintf(stderr, "stored      %s/%s, %s in %.2f s, %.1f MiB/s, ETag %s\n",
		o.container, o.object, flags.Size(out.Size), took, float64(out.Size)/(1<<20)/took, out.ETag)
	if out.Parts > 0 {
		fmt.Fprintf(stderr, "segments    %d of %s in %s/%s\n", out.Parts, flags.Size(out.PartSize), out.SegmentContainer, out.SegmentPrefix)
	}
	return nil
}

// remove deletes the object, and the segments that it is made of.
func remove(ctx context.Context, client *swift.Client, o options, stderr io.Writer) error {
	head, err := client.HeadObject(ctx, &swift.HeadObjectInput{Container: o.container, Object: o.object})
	if err != nil {
		return err
	}
	if !head.StaticLargeObject {
		_, err = client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: o.container, Object: o.object})
	} else {
		_, err = client.DeleteSLO(ctx, &swift.DeleteSLOInput{Container: o.container, Object: o.object})
	}
	if err == nil {
		fmt.Fprintf(stderr, "deleted     %s/%s, %s\n", o.container, o.object, flags.Size(head.ContentLength))
	}
	return err
}
