package schedule

import "sync"

// Options of a [Scheduler].
type Options struct {
	// Concurrency is the greatest number of requests in flight of all lanes together;
	// less than 1 is 1.
	Concurrency int
	// Start is the number at the beginning. Zero: Concurrency, which is also the most.
	Start int
	// Adapt widens from Start to Concurrency while throughput rises, and narrows while
	// the server throttles. Without it the number is Start.
	Adapt bool
	// Throttled tells of an error that the server asks for less by it, or is
	// overwhelmed. Nil: none does.
	Throttled func(error) bool
	// Bandwidth bounds the bytes per second of all that goes through Limit; less than 1
	// bounds nothing.
	Bandwidth int64
	// Memory bounds the bytes of all buffers that are lent or kept for reuse; less than
	// 1 is 1, which makes it one buffer at a time.
	Memory int64
	// InFlight is told of each request that begins (1) and ends (-1). Nil: nobody is.
	InFlight func(delta int)
}

// Scheduler is what all transfers of a manager share. It is safe for concurrent use.
type Scheduler struct {
	options Options
	memory  pool
	limiter *Limiter // nil: none
	pace    pace

	mu     sync.Mutex
	width  width // slots there are
	busy   int   // slots in use
	queue  queue
	turns  uint64
	spares waitlist // of requests that are made a second time
	slow   int      // of those that wait in spares or have a slot
}

// New makes a scheduler.
func New(o Options) *Scheduler {
	o.Concurrency, o.Memory = max(o.Concurrency, 1), max(o.Memory, 1)
	if o.Start < 1 || o.Start > o.Concurrency {
		o.Start = o.Concurrency
	}
	s := &Scheduler{options: o, width: newWidth(o), limiter: newLimiter(o.Bandwidth, nil)}
	s.memory.budget = o.Memory
	return s
}

// Options returns the options that the scheduler was made with, defaults filled in.
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
	u := Usage{Width: s.width.now, InFlight: s.busy}
	u.Memory, u.PeakMemory = s.memory.usage()
	return u
}

// throttled: the server asks for less.
func (s *Scheduler) throttled(err error) bool {
	return err != nil && s.options.Throttled != nil && s.options.Throttled(err)
}

// counted tells of a slot that begins or ends. It runs without the mutex.
func (s *Scheduler) counted(delta int) {
	if s.options.InFlight != nil {
		s.options.InFlight(delta)
	}
}
