package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// options is what the flags and the environment say.
type options struct {
	server         flags.Server
	bucket, key    string
	file           string
	size, partSize flags.Size
	processes      int
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	tag := strings.ToLower(rand.Text()[:8]) // nobody else's bucket or key
	o := options{size: 128 << 20, key: "stowage-shareout-" + tag + ".bin"}
	f := flag.NewFlagSet("shareout", flag.ContinueOnError)
	f.SetOutput(stderr)
	o.server.Add(f)
	f.StringVar(&o.bucket, "bucket", "stowage-shareout-"+tag, "bucket to use; made and removed when there is none")
	f.StringVar(&o.file, "file", "", "`file` to upload instead of random bytes")
	f.Var(&o.size, "size", "size of the random file, such as 64MiB or 1GiB")
	f.Var(&o.partSize, "part-size", "bytes per part, such as 16MiB; 0: chosen from the size")
	f.IntVar(&o.processes, "processes", 3, "how many processes share the parts")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if f.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.processes < 1 {
		return options{}, errors.New("-processes is less than 1")
	}
	return o, o.server.Settle()
}
