package transfer

import (
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/s3"
)

// Manager moves objects of any size. All transfers of one manager share its requests in
// flight and its memory. It is safe for concurrent use.
type Manager struct {
	client  Client
	options Options
	shared  *schedule.Scheduler
	// readAhead is half of the memory budget, for all readers: the other half is there for
	// uploads that send what a reader reads.
	readAhead memory
	settle    time.Duration // abortSettle, but in tests
}

// NewManager makes a manager over a client, usually an *s3.Client.
func NewManager(client Client, fns ...func(*Options)) (*Manager, error) {
	if c, ok := client.(*s3.Client); client == nil || ok && c == nil {
		return nil, &OptionError{Field: "client", Reason: "is nil"}
	}
	m := &Manager{client: client, settle: abortSettle}
	for _, fn := range fns {
		fn(&m.options)
	}
	if err := m.options.check(); err != nil {
		return nil, err
	}
	shared := m.options.schedule()
	m.shared = schedule.New(shared)
	m.readAhead = semaphore.NewWeighted(max(shared.Memory, 0) / 2)
	return m, nil
}

func (o *Options) schedule() schedule.Options {
	concurrency := o.Concurrency
	if concurrency == 0 {
		concurrency = DefaultConcurrency
	}
	memory := o.MemoryBudget
	if memory == 0 {
		memory = DefaultMemoryBudget
	}
	return schedule.Options{Concurrency: concurrency, Memory: memory}
}

func (o *Options) check() error {
	switch {
	case o.PartSize < 0:
		return &OptionError{Field: "PartSize", Reason: "is negative"}
	case o.Integrity < IntegrityAuto || o.Integrity > IntegrityTransport:
		return &OptionError{Field: "Integrity", Reason: fmt.Sprintf("%d is none", o.Integrity)}
	}
	return nil
}
