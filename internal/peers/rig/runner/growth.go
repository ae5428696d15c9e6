package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// growth are the cases that tell how cost grows with the size of the object, with the number
// of parts in flight and with the distance of the server.
func growth() []caseT {
	const gib = int64(1) << 30
	peers := w("raw ours awsmgr minio")
	var all []caseT
	small := func(size, n int64) {
		all = append(all, caseT{
			name: "size " + sized(size), sink: "https", peers: peers, size: size,
			args: w(fmt.Sprintf("-scenario put-small -conc 4 -n %d", n)),
		})
	}
	file := func(name, sink string, size int64, conc int, peers []string) {
		all = append(all, caseT{name: name, sink: sink, peers: peers, size: size, file: true, args: w("-scenario up-file -conc " + strconv.Itoa(conc))})
	}
	small(64<<10, 4096)
	small(1<<20, 256)
	for _, size := range []int64{16 << 20, 256 << 20, gib, 4 * gib, 16 * gib} {
		on := peers
		if size > 4*gib {
			on = w("raw ours")
		}
		file("size "+sized(size), "https", size, 4, on)
	}
	for _, conc := range []int{1, 4, 16, 64} {
		file("in flight "+strconv.Itoa(conc), "https", gib, conc, peers)
	}
	for _, rtt := range []string{"0", "20", "100"} {
		file("round trip "+rtt+" ms, 16 in flight", "https"+map[string]string{"0": "", "20": "-20ms", "100": "-100ms"}[rtt], gib, 16, peers)
	}
	return all
}

func sized(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB"}
	i := 0
	for ; n >= 1024 && i < len(units)-1; i++ {
		n /= 1024
	}
	return fmt.Sprintf("%d %s", n, units[i])
}

// sparse makes a file of that size without content, and reads it: whoever reads it first
// pays for the pages.
func sparse(size int64) (string, error) {
	path, err := filepath.Abs(fmt.Sprintf("tmp/sparse.%d", size))
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		return "", err
	}
	_, err = io.Copy(digest{}, f)
	return path, err
}

// digest takes bytes without a shortcut that would leave them unread.
type digest struct{}

func (digest) Write(p []byte) (int, error) { return len(p), nil }

// perGiB is the CPU of a run per GiB that it moved.
func perGiB(r result) float64 {
	if r.Bytes == 0 {
		return 0
	}
	return r.CPUS * float64(1<<30) / float64(r.Bytes)
}

func growthTable(out io.Writer, all map[string]map[string][]result) {
	fmt.Fprint(out, "\n| case | peer | cpu s / GiB | cpu / raw | RSS MB | wall s | wall / raw |\n|---|---|--:|--:|--:|--:|--:|\n")
	for _, c := range cases {
		for _, p := range c.peers {
			if runs := all[c.name][p]; len(runs) > 0 {
				fmt.Fprintf(out, "| %s | %s | %.3f | %.2f | %.1f | %.3f | %.2f |\n", c.name, p, median(runs, perGiB), paired(runs, all[c.name]["raw"], cpu),
					median(runs, rss), median(runs, wall), paired(runs, all[c.name]["raw"], wall))
			}
		}
	}
}
