package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// options is what the flags and the environment say.
type options struct {
	server      flags.Server
	file        string // none: the demonstration
	bucket, key string
	size        flags.Size
	partSize    flags.Size
	concurrency int
	bandwidth   flags.Size
	breakAfter  flags.Size
	listen      string
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{size: 160 << 20, breakAfter: 28 << 20}
	f := flag.NewFlagSet("watch", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: watch [flags] file s3://bucket/key; without arguments: a demonstration")
		f.PrintDefaults()
	}
	o.server.Add(f)
	f.Var(&o.partSize, "part-size", "bytes per part, such as 16MiB; 0: chosen from the size, and 8MiB in the demonstration")
	f.IntVar(&o.concurrency, "concurrency", 0, "parts in flight at the most; 0: as many as make it faster, and 4 in the demonstration")
	f.Var(&o.bandwidth, "bandwidth", "bytes per second at the most, such as 10MiB; 0: no limit, and 20MiB in the demonstration")
	f.Var(&o.size, "size", "of the demonstration: bytes to upload")
	f.Var(&o.breakAfter, "break", "of the demonstration: bytes after which a connection breaks at the latest")
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` to serve the page at; port 0: a free one")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if err := o.server.Settle(); err != nil {
		return options{}, err
	}
	if f.NArg() == 0 && o.server.Embedded() {
		if o.breakAfter < 1 {
			return options{}, errors.New("-break is less than 1")
		}
		o.bucket, o.key = "stowage-watch", "random.bin"
		if o.partSize == 0 {
			o.partSize = 8 << 20
		}
		if o.bandwidth == 0 {
			o.bandwidth = 20 << 20
		}
		if o.concurrency == 0 {
			o.concurrency = 4 // so that each connection carries enough to break
		}
		return o, nil
	}
	if f.NArg() != 2 {
		return options{}, fmt.Errorf("%d arguments where a file and s3://bucket/key are wanted", f.NArg())
	}
	address, ok := strings.CutPrefix(f.Arg(1), "s3://")
	o.file = f.Arg(0)
	o.bucket, o.key, _ = strings.Cut(address, "/")
	if !ok || o.bucket == "" || o.key == "" {
		return options{}, fmt.Errorf("%q is not s3://bucket/key", f.Arg(1))
	}
	if o.server.Embedded() {
		return options{}, flags.ErrNoServer
	}
	return o, nil
}
