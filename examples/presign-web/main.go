// Command presign-web serves a page that uploads files from a browser straight into a bucket, and
// not through this program: it signs, and the browser and the store do the rest.
//
//	go run ./examples/presign-web                          # needs nothing: a server of its own
//	go run ./examples/presign-web -bucket inbox -prefix incoming/ -max-size 50MiB -cors
//	go run ./examples/presign-web -container inbox -cors   # OpenStack Swift
//
// The page offers what the store has: of S3 a form with a POST policy and a presigned PUT, of
// Swift a FormPost. Each shows its progress, and ends with a link that opens what was stored,
// signed too. The S3 server and its keys are named by flags (-h lists them) or by
// AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; Swift by the OS_*
// variables of an openrc file, or the cloud of clouds.yaml that -cloud or OS_CLOUD names.
//
// # What is bound
//
// Each upload gets an object of its own, below -prefix and a random name, so that nobody can
// write over another's. The signature of a PUT covers key, type and length of the one file; a
// POST policy covers key, type and a range of lengths; a FormPost covers the beginning of the name
// and the greatest length. All end after -expires. The keys never leave this program. Whoever
// can open the page may upload: put your login before it.
//
// # CORS
//
// The page and the store have different origins, so the store has to let the page in. -cors puts
// that into the bucket's CORS rules, replacing what is there, or into the container's metadata.
// MinIO lets all pages in, unless told otherwise, and has no such rules.
//
// Ctrl-C ends it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/stowage-go/stowage/examples/internal/account"
	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/program"
	"github.com/stowage-go/stowage/examples/internal/web"
)

func main() {
	program.Main("presign-web", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.LookupEnv, stdout, stderr)
	})
}

// run is the whole program. The address goes to stdout, messages to stderr.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	var ways []way
	var allow []func(ctx context.Context, origin string) error
	if o.bucket != "" {
		own := o.server.Embedded()
		client, stop, opening := o.server.Open()
		if opening != nil {
			return opening
		}
		defer func() { err = errors.Join(err, stop()) }()
		if own {
			if _, err := bucket.Ensure(ctx, client, o.bucket); err != nil {
				return err
			}
			o.cors = true
		}
		store := &s3Store{client: client, bucket: o.bucket, maxSize: int64(o.maxSize), expires: o.expires}
		ways = append(ways, way{"post", "POST policy", store.post}, way{"put", "presigned PUT", store.put})
		allow = append(allow, store.allow)
	}
	if o.container != "" {
		client, logout, login := account.Open(o.cloud, "stowage-presign-web", lookup)
		if login != nil {
			return login
		}
		defer func() { err = errors.Join(err, logout(ctx)) }()
		key, err := account.TempURLKey(ctx, client, o.container, o.newKey)
		if err != nil {
			return err
		}
		store := &swiftStore{client: client, container: o.container, key: key, maxSize: int64(o.maxSize), expires: o.expires}
		ways = append(ways, way{"formpost", "Swift FormPost", store.formPost})
		allow = append(allow, store.allow)
	}
	s := &site{ways: ways, prefix: o.prefix, maxSize: o.maxSize, expires: o.expires, stderr: stderr}
	handler, err := s.handler()
	if err != nil {
		return err
	}
	return web.Serve(ctx, o.listen, handler, func(url string) error {
		if o.cors {
			for _, allow := range allow {
				if err := allow(ctx, url); err != nil {
					return err
				}
			}
		}
		_, err := fmt.Fprintln(stdout, url+"/")
		return err
	})
}
