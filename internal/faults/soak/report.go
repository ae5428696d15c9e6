package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

const introduction = `# Soak

Many goroutines do everything the library does, all at once, while the way to the server fails in one way or another. In the end every object that is there is compared, byte by byte, with what was stored, and nothing may be left of what failed. ` + "`make soak`" + ` wrote this page; SOAK_MINUTES says how long (30), BACKENDS on which servers.

What counts as a finding, and fails the run: other bytes than were stored, at any read; an object that was stored and is lost, or was deleted and is there; an error that is not of a documented type, or that no fault of the way can cause; a call that returns more than 2 s after its deadline or its cancellation; a file that a transfer leaves behind; a multipart upload that is left and that no error has told of; and growth. The heap after a collection, the goroutines and the descriptors are taken when all calls of a quarter have ended and idle connections are closed. From the first quarter to the last they may grow by 2 MiB or a tenth, 4 and 4.

`

// report writes the page.
func (r *run) report(w io.Writer) error {
	t := r.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	b.WriteString(introduction)
	titles := make([]string, len(r.stores))
	for i, s := range r.stores {
		titles[i] = s.title
	}
	total := t.total()
	fmt.Fprintf(&b, "%d goroutines, %g minutes, %s, through %d proxies each, seed %d, on %s: %d calls, %d faults, %d objects compared in %d stock-takings, **%s**.\n",
		r.workers, r.minutes, strings.Join(titles, " and "), lanesEach, r.seed, r.began.Format(time.DateOnly),
		total.calls, t.faultsTotal(), t.verified, len(r.quarter), plural(t.found, "finding"))
	for _, f := range t.findings {
		b.WriteString("\n- " + f + "\n")
	}
	row := func(cells ...any) {
		for _, c := range cells {
			fmt.Fprintf(&b, "| %v ", c)
		}
		b.WriteString("|\n")
	}

	b.WriteString("\n## Heap, goroutines, descriptors\n\n")
	row("", "calls", "heap MiB", "most while busy", "goroutines", "most while busy", "descriptors", "most while busy")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|\n")
	row("start", "", mebibytes(r.start.heap), "", r.start.goroutines, "", r.start.descriptors, "")
	for i, q := range r.quarter {
		row(fmt.Sprintf("quarter %d", i+1), q.calls, mebibytes(q.idle.heap), mebibytes(q.busy.heap), q.idle.goroutines, q.busy.goroutines, q.idle.descriptors, q.busy.descriptors)
	}

	b.WriteString("\n## Operations\n\nMiB are those of objects whose transfer succeeded; retries are attempts beyond the first, and longest the call that took longest.\n\n")
	row("", "calls", "succeeded", "failed", "cancelled", "retries", "MiB", "longest s")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, op := range operations {
		if c := t.operations[op.name]; c != nil {
			row(op.name, c.calls, c.succeeded, c.failed, c.cancelled, c.retries, mebibytes(c.bytes), fmt.Sprintf("%.1f", c.longest.Seconds()))
		}
	}
	row("all", total.calls, total.succeeded, total.failed, total.cancelled, total.retries, mebibytes(total.bytes), fmt.Sprintf("%.1f", total.longest.Seconds()))

	b.WriteString("\n## Faults\n\n")
	row("", "times", "seconds")
	b.WriteString("|---|--:|--:|\n")
	for _, name := range slices.Sorted(maps.Keys(t.faults)) {
		row(name, t.faults[name].times, int(t.faults[name].lasts.Seconds()))
	}

	b.WriteString("\n## What attempts failed with, and were retried\n\n")
	row("", "attempts")
	b.WriteString("|---|--:|\n")
	for _, cause := range slices.Sorted(maps.Keys(t.retries)) {
		row(cause, t.retries[cause])
	}

	b.WriteString("\n## Errors by type\n\nOf calls that were not cancelled.\n\n")
	row("type", "cause", "calls")
	b.WriteString("|---|---|--:|\n")
	for _, f := range slices.SortedFunc(maps.Keys(t.failures), func(a, b failure) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.cause, b.cause))
	}) {
		row(f.kind, f.cause, t.failures[f])
	}

	b.WriteString("\n## Left behind\n\n")
	row("", "")
	b.WriteString("|---|--:|\n")
	row("objects whose write or deletion failed, or may have been repeated late", t.doubts)
	row("of these, there", t.there)
	row("uploads that errors told of", len(t.announced))
	row("of these, there", t.swept)
	row("uploads that no error told of", t.orphans)
	_, err := io.WriteString(w, b.String())
	return err
}

func plural(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
