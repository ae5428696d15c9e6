// Command keys syncs buckets of millions of keys, as the sink lists them, and prints the memory
// that it takes on the way:
//
//	rig/keys.sh            # starts a sink; some minutes
//
// It transfers nothing: where sides differ it is a dry run. With -directory it makes as many local
// files (hard links of empty ones, in directories of 10,000) and compares them with a bucket.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/peers/rig/harness"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("keys: ")
	url := flag.String("url", "http://127.0.0.1:9100", "sink")
	n := flag.Int("n", 10_000_000, "keys")
	directory := flag.String("directory", "", "a new `directory` for local files; kept")
	flag.Parse()
	client, err := s3.New(s3.Options{
		Endpoint: *url, Region: harness.Region, Profile: s3.AWS(), Addressing: s3.AddressingPath,
		Credentials: sigv4.Static(harness.AccessKey, harness.SecretKey, ""),
	})
	check(err)
	manager, err := transfer.NewManager(client)
	check(err)
	keys := fmt.Sprintf("keys-%d", *n)
	odd := keys + "-step-2"
	fmt.Println("| sync | keys seen | RSS MiB | peak RSS MiB | heap MiB | seconds |")
	fmt.Println("|---|--:|--:|--:|--:|--:|")
	if *directory != "" {
		check(grow(*directory, *n))
		tree := transfer.Place{Bucket: fmt.Sprintf("tree-%d", *n)}
		run(manager, "directory to bucket, the same", *n, transfer.Place{Directory: *directory}, tree, false)
		return
	}
	run(manager, "the same keys", *n, transfer.Place{Bucket: keys}, transfer.Place{Bucket: keys + "-step-1"}, false)
	run(manager, "half to copy, dry run", *n, transfer.Place{Bucket: keys}, transfer.Place{Bucket: odd}, true)
	run(manager, "half to delete, dry run", *n, transfer.Place{Bucket: odd}, transfer.Place{Bucket: keys}, true)
}

// run prints a line at the tenth, the half and the end.
func run(m *transfer.Manager, name string, n int, from, to transfer.Place, dry bool) {
	runtime.GC()
	begin, seen, next := time.Now(), int64(0), 0
	marks := []int64{int64(n) / 10, int64(n) / 2, int64(n)}
	mark := func(at int64) {
		for ; next < len(marks) && at >= marks[next]; next++ {
			var mem runtime.MemStats
			runtime.ReadMemStats(&mem)
			rss, peak := memory()
			fmt.Printf("| %s | %d | %.1f | %.1f | %.1f | %.0f |\n", name, marks[next], rss, peak, float64(mem.HeapAlloc)/(1<<20), time.Since(begin).Seconds())
		}
	}
	out, err := m.Sync(context.Background(), &transfer.SyncInput{From: from, To: to}, func(o *transfer.DirectoryOptions) {
		o.Delete, o.DryRun, o.Compare = dry, dry, transfer.CompareSize
		o.Report = func(transfer.Action) { // of keys that differ
			seen++
			if !dry {
				log.Fatal("the sides differ")
			}
		}
		o.Progress = func(p transfer.DirectoryProgress) { mark(p.Compared + p.Deleted - 1) } // the end is below
	})
	check(err)
	if total := out.Skipped + out.Copied + out.Deleted; total != int64(n) || dry && seen != int64(n/2) {
		log.Fatalf("saw %d keys, of which %d differ: %+v", total, seen, *out)
	}
	mark(int64(n))
}

// grow makes n empty files that are one on the disk, as far as a file system allows.
func grow(dir string, n int) error {
	origin := ""
	for i := range n {
		if i%10000 == 0 {
			if err := os.MkdirAll(filepath.Join(dir, fmt.Sprintf("%04d", i/10000)), 0o700); err != nil {
				return err
			}
			origin = ""
		}
		name := filepath.Join(dir, fmt.Sprintf("%04d/object-%010d", i/10000, i))
		if origin != "" {
			if err := os.Link(origin, name); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			return err
		}
		origin = name
	}
	return nil
}

// memory is the process's resident memory and its peak, in MiB.
func memory() (rss, peak float64) {
	f, err := os.Open("/proc/self/status")
	check(err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			rss = kib / 1024
		case "VmHWM:":
			peak = kib / 1024
		}
	}
	return rss, peak
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
