package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// options is what the flags and the environment say.
type options struct {
	server    flags.Server
	bucket    string // none: no S3
	container string // none: no Swift
	cloud     string
	newKey    bool
	prefix    string
	maxSize   flags.Size
	expires   time.Duration
	cors      bool
	listen    string
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{maxSize: 100 << 20}
	f := flag.NewFlagSet("presign-web", flag.ContinueOnError)
	f.SetOutput(stderr)
	o.server.Add(f)
	f.StringVar(&o.bucket, "bucket", "", "`NAME` of the bucket that takes the files; none: no S3, or the bucket of the server inside")
	f.StringVar(&o.container, "container", "", "`NAME` of the container of Swift that takes the files; none: no Swift")
	f.StringVar(&o.cloud, "cloud", "", "`NAME` of a cloud in clouds.yaml; none: OS_CLOUD, else the OS_* variables, else the only cloud")
	f.BoolVar(&o.newKey, "new-key", false, "make a TempURL key for the container where neither it nor the account has one")
	f.StringVar(&o.prefix, "prefix", "", "`TEXT` put before the objects' names")
	f.Var(&o.maxSize, "max-size", "bytes of one file at the most, such as 50MiB")
	f.DurationVar(&o.expires, "expires", 15*time.Minute, "how long a signature lives, such as 1h")
	f.BoolVar(&o.cors, "cors", false, "let the page in: replaces the CORS rules of the bucket or of the container")
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` to serve the page at; port 0: a free one")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if err := o.server.Settle(); err != nil {
		return options{}, err
	}
	if o.bucket == "" && o.container == "" {
		if !o.server.Embedded() {
			return options{}, errors.New("-bucket or -container is missing")
		}
		o.bucket = "stowage-presign-web"
	}
	switch {
	case f.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.maxSize < 1:
		return options{}, errors.New("-max-size is less than 1")
	case o.expires < time.Second:
		return options{}, errors.New("-expires is less than a second")
	}
	return o, nil
}
