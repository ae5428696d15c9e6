package schedule

import "sync"

// Options of a [Scheduler].
type Options struct {
	// Concurrency is the greatest number of requests in flight of all lanes together;
	// less than 1 is 1.
	Concurrency int
	// Memory bounds the bytes of all buffers that are lent or kept for reuse; less than
	// 1 is 1, which makes it one buffer at a time.
	Memory int64
}

// Scheduler is what all transfers of a manager share. It is safe for concurrent use.
type Scheduler struct {
	options Options
	memory  pool

	mu    sync.Mutex
	width int // slots there are
	busy  int // slots in use
	queue queue
	turns uint64
}

// New makes a scheduler.
func New(o Options) *Scheduler {
	o.Concurrency, o.Memory = max(o.Concurrency, 1), max(o.Memory, 1)
	s := &Scheduler{options: o, width: o.Concurrency}
	s.memory.budget = o.Memory
	return s
}

// Options returns the options that the scheduler was made with.
func (s *Scheduler) Options() Options { return s.options }

// Usage is the state of a scheduler at one moment.
type Usage struct {
	// Width is how many requests may be in flight at present, InFlight how many are.
	Width, InFlight int
	// Memory is the bytes of all buffers, lent or kept for reuse, and PeakMemory the
	// most there ever were.
	Memory, PeakMemory int64
}

// Usage looks.
func (s *Scheduler) Usage() Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := Usage{Width: s.width, InFlight: s.busy}
	u.Memory, u.PeakMemory = s.memory.usage()
	return u
}
