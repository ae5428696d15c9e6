package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// options is what the flags say.
type options struct {
	cloud       string
	container   string
	object      string // empty: the file's name
	file        string // empty: random bytes
	size        flags.Size
	partSize    flags.Size
	concurrency int
	checkpoint  string
	expires     time.Duration
	newKey      bool
	verify      bool
	remove      bool
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{size: 64 << 20}
	f := flag.NewFlagSet("large-swift", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: large-swift -container NAME [flags] [file]; without a file: random bytes")
		f.PrintDefaults()
	}
	f.StringVar(&o.cloud, "cloud", "", "`NAME` of a cloud in clouds.yaml; none: OS_CLOUD, else the OS_* variables, else the only cloud")
	f.StringVar(&o.container, "container", "", "`NAME` of the container; made if there is none; required")
	f.StringVar(&o.object, "object", "", "`NAME` of the object; none: the file's")
	f.Var(&o.size, "size", "of random bytes, where no file is given")
	f.Var(&o.partSize, "part-size", "bytes per segment, such as 64MiB; 0: 16MiB, or more where there would be too many")
	f.IntVar(&o.concurrency, "concurrency", 0, "segments in flight; 0: 4")
	f.StringVar(&o.checkpoint, "checkpoint", "", "`file` that keeps what has been sent, so that the same command goes on after a failure")
	f.DurationVar(&o.expires, "expires", time.Hour, "how long the link lives, such as 24h")
	f.BoolVar(&o.newKey, "new-key", false, "make a TempURL key for the container where neither it nor the account has one")
	f.BoolVar(&o.verify, "verify", false, "download through the link, and compare")
	f.BoolVar(&o.remove, "delete", false, "delete the object and its segments, and upload nothing")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	o.file = f.Arg(0)
	switch {
	case f.NArg() > 1:
		return options{}, fmt.Errorf("unexpected argument %q", f.Arg(1))
	case o.container == "":
		return options{}, errors.New("-container is missing")
	case o.expires < time.Second:
		return options{}, errors.New("-expires is less than a second")
	case o.remove && (o.object == "" || o.file != ""):
		return options{}, errors.New("-delete takes -object, and no file")
	case o.checkpoint != "" && o.file == "":
		return options{}, errors.New("-checkpoint takes a file: random bytes are others the next time")
	}
	return o, nil
}
