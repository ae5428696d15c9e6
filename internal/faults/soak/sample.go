package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"time"
)

// sample is what the process holds at one moment.
type sample struct {
	heap        uint64 // bytes of live objects, and of dead ones where no collection went before
	goroutines  int
	descriptors int
}

// quarter is a quarter of the run: the most that there was while it ran, and what was left when
// all calls had ended, idle connections were closed and the garbage collected.
type quarter struct {
	busy, idle sample
	calls      int
	took       time.Duration
}

const heapMetric = "/memory/classes/heap/objects:bytes"

// now takes a sample without a collection.
func now() sample {
	heap := []metrics.Sample{{Name: heapMetric}}
	metrics.Read(heap)
	return sample{heap[0].Value.Uint64(), runtime.NumGoroutine(), descriptors()}
}

// descriptors counts the open files and connections; 0 where the system does not tell.
func descriptors() int {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open) - 1 // that of the directory itself
}

// watch keeps the most of each, a sample every second, up to the end of ctx.
func watch(ctx context.Context) (most sample) {
	for {
		s := now()
		most.heap = max(most.heap, s.heap)
		most.goroutines = max(most.goroutines, s.goroutines)
		most.descriptors = max(most.descriptors, s.descriptors)
		if !pause(ctx, time.Second) {
			return most
		}
	}
}

// settled takes a sample when nothing is under way. What is ending (connections that were closed,
// timers) gets up to 5 seconds to do so.
func settled(idle ...*http.Client) sample {
	var least sample
	for n := range 50 {
		for _, c := range idle {
			c.CloseIdleConnections()
		}
		http.DefaultClient.CloseIdleConnections() // of the control of the proxies
		runtime.GC()
		runtime.GC() // what pools keep goes with the second
		s := now()
		if n == 0 {
			least = s
		}
		least = sample{min(least.heap, s.heap), min(least.goroutines, s.goroutines), min(least.descriptors, s.descriptors)}
		time.Sleep(100 * time.Millisecond)
	}
	return least
}

// Tolerances of flat: how much more there may be at the end than after the first quarter.
const (
	heapTolerance   = 2 << 20 // bytes, or a tenth, if that is more
	numberTolerance = 4       // goroutines and descriptors
)

// flat finds what has grown from the first quarter to the last.
func flat(first, last sample) (grown []string) {
	if last.heap > first.heap+max(heapTolerance, first.heap/10) {
		grown = append(grown, fmt.Sprintf("the heap grew from %s to %s MiB", mebibytes(first.heap), mebibytes(last.heap)))
	}
	if last.goroutines > first.goroutines+numberTolerance {
		grown = append(grown, fmt.Sprintf("the goroutines grew from %d to %d", first.goroutines, last.goroutines))
	}
	if last.descriptors > first.descriptors+numberTolerance {
		grown = append(grown, fmt.Sprintf("the descriptors grew from %d to %d", first.descriptors, last.descriptors))
	}
	return grown
}

func mebibytes[N int64 | uint64](n N) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }
