// Package harness runs one scenario for one peer and prints one JSON line.
// It is kept free of big imports so that peers' RSS stays honest.
package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"time"
)

type onlyReader struct{ io.Reader }

// Main is called by each client's main.
func Main(peer string, open func(*Config) (*Ops, error)) {
	var c Config
	flag.StringVar(&c.Scenario, "scenario", "up-file", "up-file up-reader down-file put-small list presign")
	flag.StringVar(&c.Variant, "variant", "", "peer flavour")
	flag.StringVar(&c.URL, "url", "http://127.0.0.1:9100", "sink")
	flag.Int64Var(&c.Size, "size", 1<<30, "bytes")
	flag.Int64Var(&c.Part, "part", 16<<20, "part size")
	flag.IntVar(&c.Conc, "conc", 4, "concurrency")
	flag.IntVar(&c.N, "n", 20000, "operations")
	flag.StringVar(&c.Bucket, "bucket", "bench", "bucket or container")
	flag.StringVar(&c.Key, "key", "", "object key")
	flag.StringVar(&c.File, "file", "/dev/shm/rig.in", "input file")
	flag.StringVar(&c.Out, "out", "", "output file of down-file (default: /dev/shm/rig.out.<pid>, removed)")
	prof := flag.String("cpuprofile", "", "write a CPU profile here")
	memprof := flag.String("memprofile", "", "write an allocs profile here")
	verify := flag.Bool("verify", false, "down-file: compare the file with the sink's pattern")
	flag.Parse()
	name := peer
	if c.Variant != "" {
		name += "/" + c.Variant
	}
	res := Result{Peer: name, Scenario: c.Scenario}
	if c.Key == "" {
		c.Key = "up"
		if c.Scenario == "down-file" {
			c.Key = fmt.Sprintf("size-%d", c.Size)
		}
	}
	if c.Out == "" {
		c.Out = filepath.Join("/dev/shm", "rig.out."+strconv.Itoa(os.Getpid()))
		defer os.Remove(c.Out)
	}
	emit := func() {
		b, _ := json.Marshal(res)
		fmt.Println(string(b))
		if res.Err != "" {
			os.Remove(c.Out)
			os.Exit(1)
		}
	}
	o, err := open(&c)
	if err != nil {
		res.Err = err.Error()
		emit()
		return
	}
	ctx := context.Background()
	var run func() error
	switch c.Scenario {
	case "up-file":
		if o.UpFile != nil {
			res.Bytes, res.Ops = c.Size, 1
			run = func() error { return o.UpFile(ctx, c.File) }
		}
	case "up-reader":
		if o.UpReader != nil {
			res.Bytes, res.Ops = c.Size, 1
			run = func() error {
				f, err := os.Open(c.File)
				if err != nil {
					return err
				}
				defer f.Close()
				return o.UpReader(ctx, onlyReader{f})
			}
		}
	case "down-file":
		if o.DownFile != nil {
			res.Bytes, res.Ops = c.Size, 1
			run = func() error { return o.DownFile(ctx, c.Out) }
		}
	case "put-small":
		if o.PutSmall != nil {
			if c.Size == 1<<30 {
				c.Size = 4096
			}
			body := bytes.Repeat([]byte("x"), int(c.Size))
			res.Bytes, res.Ops = c.Size*int64(c.N), int64(c.N)
			run = func() error {
				return each(c.N, c.Conc, func(i int) error {
					return o.PutSmall(ctx, "small/object-"+strconv.Itoa(i), body)
				})
			}
		}
	case "list":
		if o.List != nil {
			run = func() error {
				n, err := o.List(ctx)
				res.Ops = int64(n)
				return err
			}
		}
	case "presign":
		if o.Presign != nil {
			res.Ops = int64(c.N)
			run = func() error {
				for i := 0; i < c.N; i++ {
					u, err := o.Presign(ctx, "photos/2026/object-"+strconv.Itoa(i))
					if err != nil {
						return err
					}
					if len(u) < 40 {
						return fmt.Errorf("short url %q", u)
					}
				}
				return nil
			}
		}
	default:
		res.Err = "unknown scenario"
		emit()
		return
	}
	if run == nil {
		res.Skip = true
		emit()
		return
	}
	if *prof != "" {
		f, err := os.Create(*prof)
		if err != nil {
			panic(err)
		}
		pprof.StartCPUProfile(f)
		defer f.Close()
	}
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	u0, s0 := cpu()
	t0 := time.Now()
	err = run()
	res.WallS = time.Since(t0).Seconds()
	u1, s1 := cpu()
	runtime.ReadMemStats(&m1)
	if *prof != "" {
		pprof.StopCPUProfile()
	}
	res.UserS, res.SysS = u1-u0, s1-s0
	res.CPUS = res.UserS + res.SysS
	res.MaxRSSKB = hwm()
	res.Mallocs, res.AllocBytes, res.NumGC = m1.Mallocs-m0.Mallocs, m1.TotalAlloc-m0.TotalAlloc, m1.NumGC-m0.NumGC
	if err != nil {
		res.Err = err.Error()
	}
	if *memprof != "" {
		f, _ := os.Create(*memprof)
		pprof.Lookup("allocs").WriteTo(f, 0)
		f.Close()
	}
	if *verify && err == nil && c.Scenario == "down-file" {
		if err := check(c.Out, c.Size); err != nil {
			res.Err = err.Error()
		}
	}
	emit()
}
