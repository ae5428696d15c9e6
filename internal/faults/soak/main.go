// Command soak has many goroutines do everything that the library does on a real server, for
// minutes on end, behind proxies whose faults come and go, and finds what was lost, mixed up, left
// behind or grew. `make soak` runs it.
//
//	soak -minutes 30 -report soak.md
//
// BACKENDS names the servers, minio unless it is set, as in package integration. The run ends with
// status 1 when there is a finding. The same seed has the same faults and picks the same operations;
// how they meet is another each time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

var errFindings = errors.New("there are findings")

func main() {
	if len(os.Args) == 2 && os.Args[1] == proxiesArgument {
		exit(serveProxies(os.Stdin, os.Stdout))
	}
	exit(command(os.Args[1:], os.Getenv("BACKENDS"), os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func command(args []string, backends string, stdout io.Writer) error {
	r := &run{settings: settings{backends: strings.Fields(backends)}}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.Float64Var(&r.minutes, "minutes", 30, "how long, without the stock-takings")
	flags.IntVar(&r.workers, "goroutines", 64, "how many work at the same time")
	flags.Uint64Var(&r.seed, "seed", uint64(time.Now().UnixNano()), "of the faults and the operations")
	page := flags.String("report", "", "file that the report is written to, beside the standard output")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if len(r.backends) == 0 {
		r.backends = []string{"minio"}
	}
	switch {
	case r.minutes <= 0:
		return fmt.Errorf("-minutes %g is not positive", r.minutes)
	case r.workers <= 0:
		return fmt.Errorf("-goroutines %d is not positive", r.workers)
	}
	for _, name := range r.backends {
		if profiles[name] == nil {
			return fmt.Errorf("no soak for the backend %q", name)
		}
	}
	fmt.Fprintln(os.Stderr, "soak:", r.settings)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := r.soak(ctx); err != nil {
		return errors.Join(err, r.report(os.Stderr))
	}
	if err := r.report(stdout); err != nil {
		return err
	}
	if *page != "" {
		var text strings.Builder
		if err := r.report(&text); err != nil {
			return err
		}
		if err := os.WriteFile(*page, []byte(text.String()), 0o644); err != nil {
			return err
		}
	}
	if r.tally.found > 0 {
		return errFindings
	}
	return nil
}
