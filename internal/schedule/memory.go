package schedule

import (
	"container/list"
	"context"
	"slices"
	"sync"
)

const (
	firstBuffer = 64 << 10 // of a stream of unknown length
	growth      = 8        // of that buffer until it is full: what it leaves behind is garbage
	maxIdle     = 64       // buffers kept for reuse
)

// pool lends buffers to all transfers of a scheduler and keeps the bytes of those that
// are alive, lent or idle, within its budget.
type pool struct {
	budget int64

	mu      sync.Mutex
	shares  int
	lent    int64 // bytes
	ahead   int64 // bytes that readers hold, see ReadAhead
	alive   int64 // lent and idle
	peak    int64 // of alive
	idle    [][]byte
	growing int64         // of lent, bytes of buffers that are to grow
	full    map[int64]int // what those are to grow to, and how many
	holders list.List     // of *ask: growth, served first
	others  list.List     // of *ask: from transfers that hold nothing that others wait for
}

// ask is a wait for a buffer.
type ask struct {
	share *Memory
	size  int64
	// full is the size that the buffer is the beginning of; 0 for one that won't grow.
	full  int64
	buf   []byte        // an idle one that fits; nil: make one
	ready chan struct{} // closed when it is granted
}

// Memory is one transfer's share of the buffers. One goroutine gets, any may put.
type Memory struct {
	pool  *pool
	limit int64
	freed chan struct{} // a buffer came back; holds one

	// Under the pool's mutex.
	lent   int64
	first  int64 // bytes of the buffer that is to grow, 0 for none
	full   int64 // what it is to grow to
	closed bool
}

// Memory opens a transfer's share, of at most limit bytes at a time, or one buffer if that
// is more; less than 1 leaves it to the scheduler. It must be closed.
func (s *Scheduler) Memory(limit int64) *Memory {
	p := &s.memory
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shares++
	if limit < 1 {
		limit = p.budget
	}
	return &Memory{pool: p, limit: limit, freed: make(chan struct{}, 1)}
}

// Get lends a buffer of size bytes, with anything in it. It waits for its turn and for
// room; when ctx ends first, the error is context.Cause(ctx).
func (m *Memory) Get(ctx context.Context, size int64) ([]byte, error) {
	return m.get(ctx, &ask{share: m, size: size})
}

// First lends the beginning of a buffer of full bytes, for a stream of which nobody knows
// how long it is: 64 KiB, or all where the budget has no room to grow in. It must be the
// only buffer of the share.
func (m *Memory) First(ctx context.Context, full int64) ([]byte, error) {
	a := &ask{share: m, size: full}
	if size := int64(firstBuffer); size < full && size+full <= min(m.limit, m.pool.budget) {
		a.size, a.full = size, full
	}
	return m.get(ctx, a)
}

// Grow lends a larger buffer for one of First, copies its content over and takes the
// small one back, which is still the caller's after an error.
func (m *Memory) Grow(ctx context.Context, buf []byte) ([]byte, error) {
	m.pool.mu.Lock()
	full := m.full
	m.pool.mu.Unlock()
	a := &ask{share: m, size: full}
	if next := growth * int64(len(buf)); next < full && next+full <= min(m.limit, m.pool.budget) {
		a.size, a.full = next, full
	}
	grown, err := m.pool.wait(ctx, a, &m.pool.holders)
	if err != nil {
		return nil, err
	}
	copy(grown, buf)
	m.drop(buf)
	return grown, nil
}

// get waits for room in the share, and then for the pool's.
func (m *Memory) get(ctx context.Context, a *ask) ([]byte, error) {
	for !m.room(a.size) {
		select {
		case <-m.freed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return m.pool.wait(ctx, a, &m.pool.others)
}

func (m *Memory) room(size int64) bool {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	return m.lent == 0 || m.lent+size <= m.limit
}

// Put takes a buffer back, whichever part of it buf is the beginning of. After Close it
// does nothing.
func (m *Memory) Put(buf []byte) {
	p := m.pool
	p.mu.Lock()
	if !m.closed {
		m.returned(int64(cap(buf)))
		p.keep(buf[:cap(buf)])
		p.serve()
	}
	p.mu.Unlock()
	select {
	case m.freed <- struct{}{}:
	default:
	}
}

// drop takes the smaller buffer of a growth back, for good.
func (m *Memory) drop(buf []byte) {
	p := m.pool
	size := int64(cap(buf))
	p.mu.Lock()
	defer p.mu.Unlock()
	m.lent -= size
	p.lent -= size
	p.alive -= size
	m.first -= size
	p.growing -= size
	if m.first == 0 {
		m.grown()
	}
	p.serve()
}

// Close gives back what the share still has. When no transfer is left, no buffer is kept.
func (m *Memory) Close() {
	p := m.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.closed {
		return
	}
	m.closed = true
	p.alive -= m.lent
	m.returned(m.lent)
	if p.shares--; p.shares == 0 {
		p.alive = p.lent
		p.idle = nil
	}
	p.serve()
}

// returned takes bytes out of what is lent. The buffer that is to grow is the only one
// that its share has. It runs under the pool's mutex, as all that follows.
func (m *Memory) returned(size int64) {
	m.lent -= size
	m.pool.lent -= size
	if m.first > 0 {
		m.pool.growing -= m.first
		m.first = 0
		m.grown()
	}
}

// grown ends the growth of the share's first buffer.
func (m *Memory) grown() {
	p := m.pool
	if p.full[m.full]--; p.full[m.full] == 0 {
		delete(p.full, m.full)
	}
	m.full = 0
}

// wait stands in line for a buffer.
func (p *pool) wait(ctx context.Context, a *ask, line *list.List) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	p.mu.Lock()
	if p.holders.Len() == 0 && (line == &p.holders || p.others.Len() == 0) && p.grant(a) {
		p.mu.Unlock()
		return a.buffer(), nil
	}
	a.ready = make(chan struct{})
	place := line.PushBack(a)
	p.serve() // it may be the first of the holders, with room left
	p.mu.Unlock()
	select {
	case <-a.ready:
		return a.buffer(), nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-a.ready: // both at once
		p.takeBack(a)
	default:
		line.Remove(place)
	}
	p.serve()
	return nil, context.Cause(ctx)
}

// buffer makes the buffer that was granted, outside of all locks.
func (a *ask) buffer() []byte {
	if a.buf != nil {
		return a.buf[:a.size]
	}
	return make([]byte, a.size)
}

// serve grants what can be granted, in order.
func (p *pool) serve() {
	for {
		line := &p.holders
		if line.Len() == 0 {
			line = &p.others
		}
		head := line.Front()
		if head == nil || !p.grant(head.Value.(*ask)) {
			return
		}
		close(line.Remove(head).(*ask).ready)
	}
}

// grant lends what a asks for, if it can be lent now.
func (p *pool) grant(a *ask) bool {
	if a.full > 0 && p.growing+a.size+p.largest(a.full)+p.ahead > p.budget {
		if a.share.first == 0 {
			return false // it holds nothing, and may wait for the others to be through
		}
		a.size, a.full = a.full, 0 // for which there is room, once what is under way is back
	}
	// One buffer there always is, so that an upload of what a reader reads can't wait for
	// the reader's memory.
	if p.lent > 0 && p.lent+a.size+p.ahead > p.budget {
		return false
	}
	a.buf = p.reuse(a)
	size := a.size
	if a.buf != nil {
		size = int64(cap(a.buf))
	} else {
		p.alive += size
	}
	p.lent += size
	a.share.lent += size
	if a.full > 0 {
		if a.share.first == 0 {
			a.share.full = a.full
			if p.full == nil {
				p.full = make(map[int64]int)
			}
			p.full[a.full]++
		}
		a.share.first += size
		p.growing += size
	}
	p.trim()
	p.peak = max(p.peak, p.alive+p.ahead)
	return true
}

// takeBack undoes a grant that nobody waited for any more.
func (p *pool) takeBack(a *ask) {
	size := a.size
	if a.buf != nil {
		size = int64(cap(a.buf))
	}
	m := a.share
	m.lent -= size
	p.lent -= size
	p.alive -= size
	if a.full > 0 {
		m.first -= size
		p.growing -= size
		if m.first == 0 {
			m.grown()
		}
	}
}

// largest is the largest full size of the buffers that are to grow, one more included.
func (p *pool) largest(full int64) int64 {
	for other := range p.full {
		full = max(full, other)
	}
	return full
}

// reuse takes an idle buffer that fits without much waste, and within all bounds.
func (p *pool) reuse(a *ask) []byte {
	for i := len(p.idle) - 1; i >= 0; i-- {
		c := int64(cap(p.idle[i]))
		if c == a.size || c > a.size && c <= 2*a.size && a.full == 0 && p.lent+c+p.ahead <= p.budget && a.share.lent+c <= a.share.limit {
			buf := p.idle[i]
			p.idle = slices.Delete(p.idle, i, i+1)
			return buf
		}
	}
	return nil
}

// keep holds a buffer ready for reuse.
func (p *pool) keep(buf []byte) {
	if cap(buf) == 0 {
		return
	}
	p.idle = append(p.idle, buf)
	if len(p.idle) > maxIdle {
		p.forget()
	}
	p.trim()
}

// trim lets idle buffers go, the oldest first, until the budget is kept.
func (p *pool) trim() {
	for p.alive+p.ahead > p.budget && len(p.idle) > 0 {
		p.forget()
	}
}

func (p *pool) forget() {
	p.alive -= int64(cap(p.idle[0]))
	p.idle = slices.Delete(p.idle, 0, 1)
}

func (p *pool) usage() (alive, peak int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alive + p.ahead, p.peak
}
