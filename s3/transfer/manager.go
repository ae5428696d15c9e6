package transfer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

// Manager moves objects of any size. All transfers of one manager share its requests in
// flight, its memory and its bandwidth, so a program mostly has one for each server. It is
// safe for concurrent use, holds nothing while it is idle, and needs no end.
type Manager struct {
	client  Client
	options Options
	shared  *schedule.Scheduler
	events  *hub
	meter   *multipart.Meter // nil: nothing is measured
	// readAhead is what readers take of the memory budget.
	readAhead memory
	settle    time.Duration // abortSettle, but in tests
}

// NewManager makes a manager over a client, usually an *s3.Client.
func NewManager(client Client, fns ...func(*Options)) (*Manager, error) {
	if c, ok := client.(*s3.Client); client == nil || ok && c == nil {
		return nil, &OptionError{Field: "client", Reason: "is nil"}
	}
	m := &Manager{client: client, events: new(hub), settle: abortSettle}
	for _, fn := range fns {
		fn(&m.options)
	}
	if err := m.options.check(); err != nil {
		return nil, err
	}
	if err := m.options.noCheckpoint(); err != nil {
		return nil, err
	}
	o := client.Options()
	var err error
	if m.meter, err = multipart.NewMeter("github.com/stowage-go/stowage/s3/transfer", o.Endpoint, o.MeterProvider); err != nil {
		return nil, fmt.Errorf("transfer: MeterProvider: %w", err)
	}
	shared := m.options.schedule()
	shared.InFlight = m.meter.InFlight()
	m.shared = schedule.New(shared)
	m.readAhead = m.shared.ReadAhead()
	return m, nil
}

func (o *Options) schedule() schedule.Options {
	s := schedule.Options{
		Concurrency: o.Concurrency, Adapt: !o.FixedConcurrency, Throttled: throttled,
		Memory: o.MemoryBudget, Bandwidth: o.Bandwidth,
	}
	switch {
	case s.Concurrency != 0:
	case o.FixedConcurrency:
		s.Concurrency = DefaultConcurrency
	default:
		s.Start, s.Concurrency = DefaultConcurrency, DefaultMaxConcurrency
	}
	if s.Memory == 0 {
		s.Memory = DefaultMemoryBudget
	}
	return s
}

// throttled: the server asks for less by this error of package s3, or is too slow for what
// it has.
func throttled(err error) bool {
	var refused *s3.Error
	if errors.As(err, &refused) {
		return transport.Throttles(refused.StatusCode, err) || refused.StatusCode == http.StatusRequestTimeout ||
			refused.Code == string(s3.ErrRequestTimeout)
	}
	// A deadline is the caller's.
	var late net.Error
	return errors.As(err, &late) && late.Timeout() && !errors.Is(err, context.DeadlineExceeded)
}

// observed tells the scheduler of retries within a slot. It goes behind the ClientOptions.
func observed(retried func(error)) func(*s3.Options) {
	return func(o *s3.Options) {
		if own := o.OnRetry; own != nil {
			o.OnRetry = func(err error) {
				own(err)
				retried(err)
			}
			return
		}
		o.OnRetry = retried
	}
}

// limiter is the bandwidth of one transfer: the manager's, and its own within it if it has
// one; nil for no limit.
func (m *Manager) limiter(o *Options) *schedule.Limiter {
	if o.Bandwidth == m.options.Bandwidth {
		return m.shared.Limiter(0)
	}
	return m.shared.Limiter(o.Bandwidth)
}

func (o *Options) check() error {
	switch {
	case o.PartSize < 0:
		return &OptionError{Field: "PartSize", Reason: "is negative"}
	case o.Bandwidth < 0:
		return &OptionError{Field: "Bandwidth", Reason: "is negative"}
	case o.Integrity < IntegrityAuto || o.Integrity > IntegrityTransport:
		return &OptionError{Field: "Integrity", Reason: fmt.Sprintf("%d is none", o.Integrity)}
	}
	if c, ok := o.SourceClient.(*s3.Client); ok && c == nil {
		return &OptionError{Field: "SourceClient", Reason: "is a nil *s3.Client"}
	}
	return nil
}
