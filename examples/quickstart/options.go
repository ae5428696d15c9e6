package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/examples/internal/server"
)

// options is what the flags and the environment say.
type options struct {
	server         server.Flags
	bucket, key    string
	file           string
	size, partSize byteSize
	concurrency    int
}

// parseOptions answers flag.ErrHelp for -h, having printed the flags to stderr.
func parseOptions(args []string, stderr io.Writer) (options, error) {
	tag := strings.ToLower(rand.Text()[:8]) // nobody else's bucket or key
	o := options{size: 512 << 20, key: "stowage-quickstart-" + tag + ".bin"}
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(stderr)
	o.server.Register(f)
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
	if err := o.server.Complete(); err != nil {
		return options{}, err
	}
	return o, nil
}

// byteSize is a number of bytes with a unit: 64MiB, 5MB, 1024.
type byteSize int64

func (b *byteSize) String() string { return human(int64(*b)) }

func (b *byteSize) Set(s string) error {
	number := strings.TrimRight(s, "BKMGTibkmgt ")
	unit, ok := map[string]int64{
		"": 1, "b": 1,
		"k": 1 << 10, "kib": 1 << 10, "kb": 1e3,
		"m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
		"g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
		"t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
	}[strings.ToLower(strings.TrimSpace(s[len(number):]))]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no size: write 64MiB or 1GiB", s)
	}
	*b = byteSize(n * unit)
	return nil
}
