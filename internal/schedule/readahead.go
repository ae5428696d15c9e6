package schedule

// ReadAhead is the memory that readers take to be ahead of those who read, out of the
// scheduler's budget.
type ReadAhead struct{ pool *pool }

// ReadAhead is the share of all readers: what is free, up to half of the budget, since it
// comes back only as fast as somebody reads, which may be an upload that waits for a buffer.
func (s *Scheduler) ReadAhead() ReadAhead { return ReadAhead{&s.memory} }

// TryAcquire takes n bytes, if they are there and nobody waits for memory.
func (r ReadAhead) TryAcquire(n int64) bool {
	p := r.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.holders.Len()+p.others.Len() > 0
	if waiting || p.ahead+n > p.budget/2 || p.lent+p.ahead+n > p.budget || p.growing+p.largest(0)+p.ahead+n > p.budget {
		return false
	}
	p.ahead += n
	p.trim()
	p.peak = max(p.peak, p.alive+p.ahead)
	return true
}

// Release gives n bytes back.
func (r ReadAhead) Release(n int64) {
	p := r.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead -= n
	p.serve()
}
