package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// options is what the flags and the environment say.
type options struct {
	server      flags.Server
	bucket, key string // none: the demonstration
	get         bool
	contentType string
	memory      flags.Size
	concurrency int
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("stream", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: stream [flags] s3://bucket/key; without arguments: a demonstration")
		f.PrintDefaults()
	}
	o.server.Add(f)
	f.BoolVar(&o.get, "get", false, "the other way round: the object to standard output")
	f.StringVar(&o.contentType, "content-type", "application/octet-stream", "what the object says that it is")
	f.Var(&o.memory, "memory", "bytes of the stream to hold at most, such as 256MiB; 0: 64MiB")
	f.IntVar(&o.concurrency, "concurrency", 0, "parts in flight; 0: the library's default")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if err := o.server.Settle(); err != nil {
		return options{}, err
	}
	switch {
	case f.NArg() == 0 && o.server.Embedded() && !o.get:
		return o, nil
	case f.NArg() != 1:
		return options{}, fmt.Errorf("%d arguments where s3://bucket/key is wanted", f.NArg())
	}
	address, ok := strings.CutPrefix(f.Arg(0), "s3://")
	o.bucket, o.key, _ = strings.Cut(address, "/")
	if !ok || o.bucket == "" || o.key == "" {
		return options{}, fmt.Errorf("%q is not s3://bucket/key", f.Arg(0))
	}
	if o.server.Embedded() {
		return options{}, flags.ErrNoServer
	}
	return o, nil
}
