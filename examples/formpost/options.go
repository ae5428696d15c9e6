package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/stowage-go/stowage/swift"
)

// options is what the flags say.
type options struct {
	cloud   string
	form    swift.FormPostOptions // but for Key and Expires
	expires time.Duration
	newKey  bool
	listen  string
}

// usageError is a command line that says nothing sensible.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, a ...any) error { return &usageError{fmt.Errorf(format, a...)} }

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("formpost", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	f.StringVar(&o.cloud, "cloud", "", "`NAME` of a cloud in clouds.yaml; none: OS_CLOUD, else the OS_* variables, else the only cloud")
	f.StringVar(&o.form.Container, "container", "", "`NAME` of the container that takes the files; required")
	f.StringVar(&o.form.Prefix, "prefix", "", "`TEXT` put before the files' names")
	f.Int64Var(&o.form.MaxFileSize, "max-file-size", 100<<20, "`BYTES` of one file at the most")
	f.IntVar(&o.form.MaxFileCount, "max-file-count", 1, "`NUMBER` of files at the most")
	f.DurationVar(&o.expires, "expires", time.Hour, "how long the form lives, such as 30m")
	f.Int64Var(&o.form.DeleteAfter, "delete-after", 0, "`SECONDS` after which an uploaded object is deleted; none: it stays")
	f.StringVar(&o.form.Redirect, "redirect", "", "`URL` that the browser goes to afterwards; none: Swift answers with text")
	f.BoolVar(&o.newKey, "new-key", false, "make a TempURL key for the container where neither it nor the account has one")
	f.StringVar(&o.listen, "listen", "", "`ADDRESS` to serve the form at, such as 127.0.0.1:8000; none: the page is printed")

	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "usage: formpost -container NAME [flags]")
		f.SetOutput(stderr)
		f.PrintDefaults()
		return options{}, err
	}
	switch {
	case err != nil:
		return options{}, &usageError{err}
	case f.NArg() > 0:
		return options{}, usage("an argument that is no flag")
	case o.form.Container == "":
		return options{}, usage("-container is missing")
	case o.expires < time.Second:
		return options{}, usage("-expires: at least a second")
	case o.form.Redirect != "" && o.listen != "":
		return options{}, usage("-redirect does not go with -listen, which has a page of its own")
	}
	return o, nil
}
