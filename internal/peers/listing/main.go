// Command listing lists a bucket of 200,000 keys with ListObjectsV2, 1000 to the
// page, through every SDK, and prints what each key cost as a Markdown table. The
// pages come from a stub in the place of the transport, the same bytes for all,
// so that the figures are the client's own work: request, signature, decoding.
//
//	GOWORK=off go run ./listing
//	GOWORK=off go run ./listing -reps 9 -clients 'ours|aws' -least 4
//
// Repetitions are interleaved, and ratios are medians of those within a
// repetition. CPU is the process's (rusage), garbage collection included. Every
// client must have seen every key, size and ETag. The exit status is 1 when one
// has not, or when aws takes less than -least times the CPU of ours.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"slices"
	"syscall"
	"time"
)

func main() {
	keys := flag.Int("keys", 200_000, "keys in the bucket")
	reps := flag.Int("reps", 5, "repetitions")
	which := flag.String("clients", "", "`regexp` of the clients: ours aws minio")
	least := flag.Float64("least", 0, "the least ratio of the CPU of aws to that of ours")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *keys, *reps, *which, *least); err != nil {
		fmt.Fprintln(os.Stderr, "listing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, keys, reps int, which string, least float64) error {
	pattern, err := regexp.Compile(which)
	if err != nil {
		return err
	}
	b := newBucket(keys)
	var names []string
	var list []lister
	for _, c := range clients {
		if !pattern.MatchString(c.name) {
			continue
		}
		l, err := c.open(b)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		names, list = append(names, c.name), append(list, l)
	}
	runs := make([][]cost, len(list))
	for rep := range reps + 1 {
		for i, l := range list {
			c, err := measure(ctx, b, l)
			if err != nil {
				return fmt.Errorf("%s: %w", names[i], err)
			}
			if rep > 0 { // the first warms up
				runs[i] = append(runs[i], c)
			}
		}
	}
	return report(w, keys, names, runs, least)
}

// cost is that of one listing of the bucket.
type cost struct {
	cpu            time.Duration
	mallocs, bytes uint64
}

func measure(ctx context.Context, b *bucket, l lister) (cost, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := cpu()
	seen, err := l(ctx)
	spent := cpu() - start
	runtime.ReadMemStats(&after)
	if err == nil && seen != b.all {
		err = fmt.Errorf("saw %+v of %+v", seen, b.all)
	}
	return cost{cpu: spent, mallocs: after.Mallocs - before.Mallocs, bytes: after.TotalAlloc - before.TotalAlloc}, err
}

func cpu() time.Duration {
	var ru syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &ru) // it fails only for an unknown who
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

func report(w io.Writer, keys int, names []string, runs [][]cost, least float64) error {
	ours := slices.Index(names, "ours")
	ratios := make([]float64, len(names))
	fmt.Fprintf(w, "| client | CPU s | ns per key | x ours | mallocs per key | bytes per key |\n|---|--:|--:|--:|--:|--:|\n")
	for i, name := range names {
		var spent, ratio []float64
		for rep, c := range runs[i] {
			spent = append(spent, c.cpu.Seconds())
			if ours >= 0 {
				ratio = append(ratio, float64(c.cpu)/float64(runs[ours][rep].cpu))
			}
		}
		last, n := runs[i][len(runs[i])-1], float64(keys)
		s := median(spent)
		ratios[i] = median(ratio)
		fmt.Fprintf(w, "| %s | %.3f | %.0f | %.2f | %.1f | %.0f |\n", name, s, s*1e9/n, ratios[i], float64(last.mallocs)/n, float64(last.bytes)/n)
	}
	if least <= 0 {
		return nil
	}
	aws := slices.Index(names, "aws")
	if aws < 0 || ours < 0 {
		return errors.New("-least needs both aws and ours")
	}
	if ratios[aws] < least {
		return fmt.Errorf("aws takes %.2f times the CPU of ours, want at least %.2f", ratios[aws], least)
	}
	return nil
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
