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
	svg    = flag.String("chart", "", "write the chart here, as SVG")
	note   = flag.String("caption", "", "of the chart")
	from   = flag.String("from", "", "print and draw what was measured, of this file of JSON lines, and measure nothing")
	grow   = flag.Bool("growth", false, "how cost grows with size, parts in flight and distance, instead of the cases")
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
	for _, path := range []*string{svg, from, out} { // as given from here, not from the rig
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if err := os.Chdir(*root); err != nil {
		return err
	}
	if *grow {
		cases = growth()
	} else {
		discover()
	}
	if *from != "" {
		all, err := recorded(*from, on)
		if err != nil {
			return err
		}
		return show(all)
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
	if err := show(all); err != nil {
		return err
	}
	fmt.Printf("\n%d reps, %.0f s in all; load %s", *reps, time.Since(t0).Seconds(), load())
	if failed > 0 {
		return fmt.Errorf("%d runs failed", failed)
	}
	return nil
}

// show prints the tables, and draws the chart if one is asked for.
func show(all map[string]map[string][]result) error {
	if *grow {
		growthTable(os.Stdout, all)
	} else {
		for _, c := range cases {
			if m := all[c.name]; m != nil {
				table(os.Stdout, c, m)
			}
		}
	}
	if *svg == "" {
		return nil
	}
	return chart(*svg, *note, all)
}

// recorded reads the runs of a file.
func recorded(path string, on *regexp.Regexp) (map[string]map[string][]result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := map[string]map[string][]result{}
	for d := json.NewDecoder(f); ; {
		var r result
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if r.Skip || r.Err != "" || !on.MatchString(r.Case) {
			continue
		}
		if all[r.Case] == nil {
			all[r.Case] = map[string][]result{}
		}
		all[r.Case][r.Bin] = append(all[r.Case][r.Bin], r)
	}
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
