package harness

import (
	"sync"
	"sync/atomic"
)

func each(n, conc int, f func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	var first atomic.Pointer[error]
	for w := 0; w < conc; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for first.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(i); err != nil {
					first.CompareAndSwap(nil, &err)
				}
			}
		}()
	}
	wg.Wait()
	if e := first.Load(); e != nil {
		return *e
	}
	return nil
}

// Each runs f(0..n-1) on conc goroutines, stopping at the first error; for
// peers that have no concurrency of their own.
func Each(n, conc int, f func(i int) error) error { return each(n, conc, f) }
