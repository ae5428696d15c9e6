package main

import (
	"crypto/rand"
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
	concurrency    int
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	tag := strings.ToLower(rand.Text()[:8]) // nobody else's bucket or key
	o := options{size: 512 << 20, key: "stowage-quickstart-" + tag + ".bin"}
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(stderr)
	o.server.Add(f)
	f.StringVar(&o.bucket, "bucket", "stowage-quickstart-"+tag, "bucket to use; made and removed when there is none")
	f.StringVar(&o.file, "file", "", "`file` to upload instead of random bytes")
	f.Var(&o.size, "size", "size of the random file, such as 64MiB or 1GiB")
	f.Var(&o.partSize, "part-size", "bytes per part, such as 16MiB; 0: chosen from the size")
	f.IntVar(&o.concurrency, "concurrency", 0, "parts in flight; 0: the library's default")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	if f.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	return o, o.server.Settle()
}
