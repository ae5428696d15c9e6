package multipart

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/smithy-go/metrics"
)

// Meter measures the transfers of one manager. A nil Meter measures nothing.
type Meter struct {
	server   string // host, or host and port
	inFlight metrics.Int64UpDownCounter
	bytes    metrics.Int64Counter
	duration metrics.Float64Histogram
}

// NewMeter makes the instruments; nil when there is no provider. scope is the import path of
// the package that moves, endpoint the URL of the server, which may be empty.
func NewMeter(scope, endpoint string, p metrics.MeterProvider) (*Meter, error) {
	if p == nil {
		return nil, nil
	}
	m := new(Meter)
	if u, err := url.Parse(endpoint); err == nil {
		m.server = u.Host
	}
	from := p.Meter(scope)
	described := func(unit, description string) metrics.InstrumentOption {
		return func(o *metrics.InstrumentOptions) { o.UnitLabel, o.Description = unit, description }
	}
	var failed [3]error
	m.inFlight, failed[0] = from.Int64UpDownCounter("stowage.transfer.parts_in_flight", described("{part}", "Requests under way that carry data."))
	m.bytes, failed[1] = from.Int64Counter("stowage.transfer.bytes", described("By", "Bytes of objects that were moved, counted as parts are done; retries don't count."))
	m.duration, failed[2] = from.Float64Histogram("stowage.transfer.duration", described("s", "Time of a transfer from its beginning to its end."))
	return m, errors.Join(failed[:]...)
}

// InFlight returns what counts requests that begin (1) and end (-1); nil for a nil Meter.
func (m *Meter) InFlight() func(delta int) {
	if m == nil {
		return nil
	}
	return func(delta int) { m.inFlight.Add(context.Background(), int64(delta), m.label) }
}

// Transfer begins to measure one, which operation is the kind of. A nil Meter returns nil.
func (m *Meter) Transfer(operation string) *Measured {
	if m == nil {
		return nil
	}
	return &Measured{meter: m, operation: operation, began: time.Now()}
}

func (m *Meter) label(o *metrics.RecordMetricOptions) {
	if m.server == "" {
		return
	}
	host, port, err := net.SplitHostPort(m.server)
	if err != nil {
		host = m.server
	} else if n, err := strconv.Atoi(port); err == nil {
		o.Properties.Set("server.port", n)
	}
	o.Properties.Set("server.address", host)
}

// Measured is one transfer. A nil one does nothing.
type Measured struct {
	meter     *Meter
	operation string
	began     time.Time
	counted   int64 // under the tracker's mutex
}

func (t *Measured) label(o *metrics.RecordMetricOptions) {
	t.meter.label(o)
	o.Properties.Set("stowage.transfer.operation", t.operation)
}

// count adds what has been moved beyond what was counted. What is taken back by a retry is
// counted once: it waits until there is more.
func (t *Measured) count(bytes int64) {
	if t == nil || bytes <= t.counted {
		return
	}
	delta := bytes - t.counted
	t.counted = bytes
	t.meter.bytes.Add(context.Background(), delta, t.label)
}

// End tells how long the transfer took, and whether it failed.
func (t *Measured) End(err error) {
	if t == nil {
		return
	}
	t.meter.duration.Record(context.Background(), time.Since(t.began).Seconds(), t.label, func(o *metrics.RecordMetricOptions) {
		o.Properties.Set("stowage.transfer.failed", err != nil)
	})
}
