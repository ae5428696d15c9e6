package main

import (
	"fmt"
	"io"
	"os"
	"sort"
)

func wall(r result) float64    { return r.WallS }
func cpu(r result) float64     { return r.CPUS }
func user(r result) float64    { return r.UserS }
func sys(r result) float64     { return r.SysS }
func rss(r result) float64     { return float64(r.MaxRSSKB) / 1024 }
func mallocs(r result) float64 { return float64(r.Mallocs) }
func allocMB(r result) float64 { return float64(r.AllocBytes) / 1e6 }
func conns(r result) float64   { return float64(r.Conns) }

// median of f over the runs; 0 when there are none.
func median(runs []result, f func(result) float64) float64 {
	v := make([]float64, len(runs))
	for i, r := range runs {
		v[i] = f(r)
	}
	return middle(v)
}

// paired is the median of the ratios of runs to base, each to that of its own
// repetition: the machine's load changes between repetitions, less within one.
func paired(runs, base []result, f func(result) float64) float64 {
	byRep := map[int]float64{}
	for _, r := range base {
		byRep[r.Rep] = f(r)
	}
	var v []float64
	for _, r := range runs {
		if b := byRep[r.Rep]; b > 0 {
			v = append(v, f(r)/b)
		}
	}
	return middle(v)
}

func middle(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sort.Float64s(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// best is the rival with the least f, "" when none ran.
func best(m map[string][]result, f func(result) float64) string {
	name := ""
	for _, p := range rivals {
		if len(m[p]) > 0 && (name == "" || median(m[p], f) < median(m[name], f)) {
			name = p
		}
	}
	return name
}

func table(out io.Writer, c caseT, m map[string][]result) {
	bestCPU, bestRSS := best(m, cpu), best(m, rss)
	fmt.Fprintf(out, "\n**%s**", c.name)
	if bestCPU != "" {
		fmt.Fprintf(out, " (best peer: %s by CPU, %s by RSS)", bestCPU, bestRSS)
	}
	fmt.Fprint(out, "\n\n| peer | cpu s | (user+sys) | cpu / raw | cpu / best | wall s | wall / raw | RSS MB | RSS / best | mallocs | alloc MB | conns | payload mode |\n"+
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for _, p := range c.peers {
		runs := m[p]
		if len(runs) == 0 {
			continue
		}
		last := runs[len(runs)-1]
		fmt.Fprintf(out, "| %s | %.3f | %.2f+%.2f | %.2f | %.2f | %.3f | %.2f | %.1f | %.2f | %s | %.1f | %.0f | %s%s |\n", p,
			median(runs, cpu), median(runs, user), median(runs, sys), paired(runs, m["raw"], cpu), paired(runs, m[bestCPU], cpu),
			median(runs, wall), paired(runs, m["raw"], wall),
			median(runs, rss), paired(runs, m[bestRSS], rss),
			human(median(runs, mallocs)), median(runs, allocMB), median(runs, conns), last.Mode, last.Check)
	}
}

func human(f float64) string {
	if f >= 1e6 {
		return fmt.Sprintf("%.2fM", f/1e6)
	}
	if f >= 1e4 {
		return fmt.Sprintf("%.1fk", f/1e3)
	}
	return fmt.Sprintf("%.0f", f)
}

func load() string { b, _ := os.ReadFile("/proc/loadavg"); return string(b) }
