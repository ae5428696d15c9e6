package transfer

import "sync"

// bounded runs functions on goroutines of their own, so many at a time.
type bounded struct {
	places  chan struct{}
	running sync.WaitGroup
}

func newBounded(most int) *bounded { return &bounded{places: make(chan struct{}, max(most, 1))} }

// Go runs fn when there is a place for it.
func (b *bounded) Go(fn func()) {
	b.places <- struct{}{}
	b.running.Go(func() {
		defer func() { <-b.places }()
		fn()
	})
}

// Wait returns when all have ended.
func (b *bounded) Wait() { b.running.Wait() }
