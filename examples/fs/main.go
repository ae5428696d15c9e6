// Command fs serves a bucket, or a folder of it, to browsers, as if it were a directory on disk.
//
//	go run ./examples/fs                         # needs nothing: a site in a server of its own
//	go run ./examples/fs -listen 127.0.0.1:8080 s3://www/site
//
// The server and its keys are named by flags (-h lists them) or by AWS_ENDPOINT_URL, AWS_REGION,
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; they stay here: browsers get the contents alone.
//
// All of it is s3.FS below net/http's own file server, so that there are listings, index.html,
// ranges, If-Modified-Since and types by name. A file is pinned to the version that was opened:
// one that is replaced while it is sent fails rather than be a mixture. Ctrl-C ends it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/examples/internal/web"
	"github.com/stowage-go/stowage/s3"
)

func main() { program.Main("fs", run) }

// run is the whole program. The address goes to stdout.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	var server flags.Server
	f := flag.NewFlagSet("fs", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: fs [flags] s3://bucket/folder; without arguments: a site of its own")
		f.PrintDefaults()
	}
	server.Add(f)
	listen := f.String("listen", "127.0.0.1:0", "`address` to serve at; port 0: a free one")
	if err := f.Parse(args); err != nil {
		return err
	}
	if err := server.Settle(); err != nil {
		return err
	}
	address, ok := strings.CutPrefix(f.Arg(0), "s3://")
	name, folder, _ := strings.Cut(strings.TrimSuffix(address, "/"), "/")
	demonstration := f.NArg() == 0 && server.Embedded()
	if !demonstration && (f.NArg() != 1 || !ok || name == "") {
		return errors.New("s3://bucket or s3://bucket/folder is missing")
	}
	if !demonstration && server.Embedded() {
		return flags.ErrNoServer
	}

	client, stop, err := server.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if demonstration {
		name, folder = "stowage-fs", "site"
		if err := fill(ctx, client, name); err != nil {
			return err
		}
	}

	bucketFS := s3.FS(client, name)
	files := func(ctx context.Context) fs.FS { return bucketFS.WithContext(ctx) }
	if folder != "" {
		files = func(ctx context.Context) fs.FS {
			below, _ := fs.Sub(bucketFS.WithContext(ctx), folder) // fails for no path that Stat has found
			return below
		}
	}
	if _, err := fs.Stat(bucketFS.WithContext(ctx), path.Join(".", folder)); err != nil {
		return err
	}
	// A browser that goes away ends what is read for it.
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.FileServerFS(files(r.Context())).ServeHTTP(w, r)
	})
	return web.Serve(ctx, *listen, handler, func(url string) error {
		_, err := fmt.Fprintln(stdout, url+"/")
		return err
	})
}

// fill puts a site into a bucket of the program's own server.
func fill(ctx context.Context, client *s3.Client, name string) error {
	if _, err := bucket.Ensure(ctx, client, name); err != nil {
		return err
	}
	for key, content := range map[string]string{
		"site/index.html":     `<!DOCTYPE html><title>A bucket</title><h1>A bucket</h1><p><a href="notes/">notes</a>`,
		"site/notes/one.txt":  "the first note\n",
		"site/notes/zwei.txt": "die zweite Notiz\n",
		"elsewhere.txt":       "not in the folder\n",
	} {
		if _, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: key, Body: strings.NewReader(content)}); err != nil {
			return err
		}
	}
	return nil
}
