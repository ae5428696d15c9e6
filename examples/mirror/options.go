package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/s3/transfer/glob"
)

// options is what the flags and the environment say.
type options struct {
	server                           flags.Server
	from, to                         transfer.Place
	delete, dryRun, checksum, follow bool
	markers                          bool
	concurrency                      int
	filter                           func(string) bool
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var include, exclude patterns
	f := flag.NewFlagSet("mirror", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: mirror [flags] FROM TO, each a directory or s3://bucket/prefix; none: a demonstration")
		f.PrintDefaults()
	}
	o.server.Add(f)
	f.BoolVar(&o.delete, "delete", false, "delete what FROM lacks")
	f.BoolVar(&o.dryRun, "dry-run", false, "tell what would be done, and do nothing")
	f.BoolVar(&o.checksum, "checksum", false, "compare contents, not times")
	f.BoolVar(&o.follow, "follow", false, "follow symbolic links")
	f.BoolVar(&o.markers, "markers", false, "keep empty directories, by empty objects that end with a slash")
	f.IntVar(&o.concurrency, "concurrency", 0, "objects at once; 0: the library's default")
	f.Var(&include, "include", "`pattern` of names that take part, such as *.jpg or photos/; may be repeated")
	f.Var(&exclude, "exclude", "`pattern` of names that don't; may be repeated, and wins")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if err := o.server.Settle(); err != nil {
		return options{}, err
	}
	if len(include)+len(exclude) > 0 {
		var err error
		if o.filter, err = glob.Filter(include, exclude); err != nil {
			return options{}, err
		}
	}
	switch f.NArg() {
	case 0:
		if !o.server.Embedded() {
			return options{}, fmt.Errorf("FROM and TO are missing: each is a directory or s3://bucket/prefix")
		}
	case 2:
		o.from, o.to = place(f.Arg(0)), place(f.Arg(1))
		if o.server.Embedded() && (o.from.Bucket != "" || o.to.Bucket != "") {
			return options{}, flags.ErrNoServer
		}
	default:
		return options{}, fmt.Errorf("%d arguments where FROM and TO are wanted", f.NArg())
	}
	return o, nil
}

// place reads "s3://bucket/prefix" or the path of a directory.
func place(s string) transfer.Place {
	address, ok := strings.CutPrefix(s, "s3://")
	if !ok {
		return transfer.Place{Directory: s}
	}
	bucket, prefix, _ := strings.Cut(address, "/")
	return transfer.Place{Bucket: bucket, Prefix: prefix}
}

// apply hands the options to the library.
func (o options) apply(d *transfer.DirectoryOptions) {
	d.Delete, d.DryRun, d.EmptyDirectories = o.delete, o.dryRun, o.markers
	d.Concurrency, d.Filter = o.concurrency, o.filter
	if o.checksum {
		d.Compare = transfer.CompareChecksum
	}
	if o.follow {
		d.Symlinks = transfer.SymlinksFollow
	}
}

// patterns is a flag that may be repeated.
type patterns []string

func (p *patterns) String() string     { return strings.Join(*p, " ") }
func (p *patterns) Set(s string) error { *p = append(*p, s); return nil }
