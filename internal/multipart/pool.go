package multipart

import (
	"context"
	"sync"
)

// pool lends the part buffers of one upload and keeps the bytes of all that are
// alive, lent or idle, within its budget. One goroutine gets, any may put.
type pool struct {
	budget int64
	freed  chan struct{} // tells the getter that a buffer came back; holds one
	watch  func(alive int64)

	mu    sync.Mutex
	alive int64
	idle  [][]byte
}

func newPool(budget int64, watch func(alive int64)) *pool {
	return &pool{budget: budget, freed: make(chan struct{}, 1), watch: watch}
}

// get returns a buffer of size bytes, which must not exceed the budget, and
// waits for others to come back while there is no room for it.
func (p *pool) get(ctx context.Context, size int64) ([]byte, error) {
	for {
		if buf := p.try(size); buf != nil {
			return buf, nil
		}
		select {
		case <-p.freed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (p *pool) try(size int64) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, buf := range p.idle {
		if int64(cap(buf)) >= size {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return buf[:size]
		}
	}
	// Part sizes only grow until the last one, so what is too small now will not
	// be asked for again.
	for _, buf := range p.idle {
		p.count(-int64(cap(buf)))
	}
	p.idle = nil
	if p.alive+size > p.budget {
		return nil
	}
	p.count(size)
	return make([]byte, size)
}

// put takes a buffer back.
func (p *pool) put(buf []byte) {
	p.mu.Lock()
	p.idle = append(p.idle, buf[:cap(buf)])
	p.mu.Unlock()
	select {
	case p.freed <- struct{}{}:
	default:
	}
}

// drop forgets a lent buffer instead of keeping it.
func (p *pool) drop(buf []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(-int64(cap(buf)))
}

func (p *pool) count(delta int64) {
	p.alive += delta
	if p.watch != nil {
		p.watch(p.alive)
	}
}
