// Command runner starts the sinks, runs every case interleaved (rep by rep, peer
// by peer) and prints Markdown tables of medians. Ratios are medians of per-rep
// (paired) ratios to `raw` of the same rep, and to the best peer: of those that
// run with their defaults and speak S3, the one with the least CPU (or memory).
//
// Any directory of client/ that is not named in cases.go joins every case by
// itself; extra flavours come from client/<peer>/variants, one per line:
//
//	<variant> <case-name regexp>
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

var (
	root   = flag.String("root", ".", "rig directory")
	reps   = flag.Int("reps", 5, "repetitions")
	only   = flag.String("only", "", "regexp of case names")
	pick   = flag.String("peers", "", "regexp of peers (raw always runs)")
	out    = flag.String("out", "", "append JSON lines here")
	size   = flag.Int64("size", 1<<30, "bytes of up-* and down-*; the input file must have as many")
	ops    = flag.Int("n", 0, "operations of put-small and presign (0: the case's own number)")
	verify = flag.Bool("verify", false, "check downloaded bytes once per peer, then exit")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "runner:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context) error {
	on, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	pk, err := regexp.Compile(*pick)
	if err != nil {
		return err
	}
	if err := os.Chdir(*root); err != nil {
		return err
	}
	in, err := filepath.Abs("tmp/rig.in")
	if err != nil {
		return err
	}
	sinks, err := startSinks(ctx)
	if err != nil {
		return err
	}
	defer sinks.stop()
	discover()
	if *verify {
		return verifyDownloads(ctx, sinks, in)
	}
	jl := io.Discard
	if *out != "" {
		f, err := os.OpenFile(*out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		jl = f
	}
	all := map[string]map[string][]result{}
	t0 := time.Now()
	failed := 0
	for rep := range *reps {
		for _, c := range cases {
			if !on.MatchString(c.name) {
				continue
			}
			if all[c.name] == nil {
				all[c.name] = map[string][]result{}
			}
			for i := range c.peers {
				p := c.peers[i]
				if rep%2 == 1 { // alternate the order
					p = c.peers[len(c.peers)-1-i]
				}
				if p != "raw" && !pk.MatchString(p) {
					continue
				}
				r := run(ctx, c, p, sinks, in)
				if ctx.Err() != nil {
					return errors.New("interrupted")
				}
				r.Rep = rep
				if b, err := json.Marshal(r); err == nil {
					fmt.Fprintf(jl, "%s\n", b)
				}
				switch {
				case r.Skip:
				case r.Err != "":
					failed++
					fmt.Fprintln(os.Stderr, c.name, p, "FAILED:", r.Err)
				default:
					all[c.name][p] = append(all[c.name][p], r)
				}
			}
		}
		fmt.Fprintf(os.Stderr, "rep %d done, %.0f s\n", rep+1, time.Since(t0).Seconds())
	}
	for _, c := range cases {
		if m := all[c.name]; m != nil {
			table(os.Stdout, c, m)
		}
	}
	fmt.Printf("\n%d reps, %.0f s in all; load %s", *reps, time.Since(t0).Seconds(), load())
	if failed > 0 {
		return fmt.Errorf("%d runs failed", failed)
	}
	return nil
}

// verifyDownloads compares what each peer downloads with the sink's pattern.
func verifyDownloads(ctx context.Context, s *sinkSet, in string) error {
	bad := 0
	for _, c := range cases {
		if !strings.HasPrefix(c.name, "down-file") {
			continue
		}
		for _, p := range c.peers {
			r := run(ctx, c, p, s, in, "-verify")
			fmt.Println(c.name, p, "err:", r.Err, "skip:", r.Skip)
			if r.Err != "" {
				bad++
			}
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d downloads differ", bad)
	}
	return nil
}
