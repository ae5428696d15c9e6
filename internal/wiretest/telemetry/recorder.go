// Package telemetry keeps what the library tells of itself, for tests.
package telemetry

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
)

// Recorder keeps spans and measurements. It is a tracing.TracerProvider and a
// metrics.MeterProvider; its zero value is ready.
type Recorder struct {
	mu       sync.Mutex
	spans    []*Span
	measured []Measurement
	// Refuse, where it is not nil, is what instruments can't be made for.
	Refuse error
}

// Span is a span as it was told.
type Span struct {
	of *Recorder

	Scope, Operation string
	Parent           *Span
	Kind             tracing.SpanKind
	Properties       map[string]any
	Events           []string
	Status           tracing.SpanStatus
	Ended            int // how often
}

// Measurement is one value of an instrument.
type Measurement struct {
	Scope, Name, Unit string
	Value             float64
	Properties        map[string]any
}

// Tracer implements tracing.TracerProvider.
func (t *Recorder) Tracer(scope string, _ ...tracing.TracerOption) tracing.Tracer {
	return tracer{t, scope}
}

// Meter implements metrics.MeterProvider.
func (t *Recorder) Meter(scope string, _ ...metrics.MeterOption) metrics.Meter {
	return meter{of: t, scope: scope}
}

// Spans are copies of the spans so far, in the order in which they began.
func (t *Recorder) Spans() []Span {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Span, len(t.spans))
	for i, s := range t.spans {
		all[i] = *s
		all[i].Properties = maps.Clone(s.Properties)
	}
	return all
}

// Measured are the values of the instrument of that name.
func (t *Recorder) Measured(name string) []Measurement {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []Measurement
	for _, m := range t.measured {
		if m.Name == name {
			all = append(all, m)
		}
	}
	return all
}

// Sum adds the values of the instrument of that name.
func (t *Recorder) Sum(name string) (sum float64) {
	for _, m := range t.Measured(name) {
		sum += m.Value
	}
	return sum
}

// String is all that was told, to search for what must not be there.
func (t *Recorder) String() string {
	var s string
	for _, span := range t.Spans() {
		s += fmt.Sprintln(span.Operation, span.Properties, span.Events)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return s + fmt.Sprint(t.measured)
}

type tracer struct {
	of    *Recorder
	scope string
}

type spanKey struct{}

func (t tracer) StartSpan(ctx context.Context, name string, opts ...tracing.SpanOption) (context.Context, tracing.Span) {
	var o tracing.SpanOptions
	for _, fn := range opts {
		fn(&o)
	}
	s := &Span{of: t.of, Scope: t.scope, Operation: name, Kind: o.Kind, Properties: plain(o.Properties.Values())}
	s.Parent, _ = ctx.Value(spanKey{}).(*Span)
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.of.spans = append(t.of.spans, s)
	return context.WithValue(ctx, spanKey{}, s), s
}

func plain(of map[any]any) map[string]any {
	all := make(map[string]any, len(of))
	for k, v := range of {
		all[fmt.Sprint(k)] = v
	}
	return all
}

// Name implements tracing.Span.
func (s *Span) Name() string { return s.Operation }

// Context implements tracing.Span.
func (s *Span) Context() tracing.SpanContext { return tracing.SpanContext{} }

// AddEvent implements tracing.Span.
func (s *Span) AddEvent(name string, opts ...tracing.EventOption) {
	var o tracing.EventOptions
	for _, fn := range opts {
		fn(&o)
	}
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.Events = append(s.Events, fmt.Sprint(name, " ", plain(o.Properties.Values())))
}

// SetStatus implements tracing.Span.
func (s *Span) SetStatus(status tracing.SpanStatus) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.Status = status
}

// SetProperty implements tracing.Span.
func (s *Span) SetProperty(k, v any) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.Properties[fmt.Sprint(k)] = v
}

// End implements tracing.Span.
func (s *Span) End() {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.Ended++
}

// meter makes the instruments that the library has; the others do nothing.
type meter struct {
	metrics.NopMeter
	of    *Recorder
	scope string
}

func (m meter) make(name string, opts []metrics.InstrumentOption) (instrument, error) {
	var o metrics.InstrumentOptions
	for _, fn := range opts {
		fn(&o)
	}
	return instrument{m.of, Measurement{Scope: m.scope, Name: name, Unit: o.UnitLabel}}, m.of.Refuse
}

func (m meter) Int64Counter(name string, opts ...metrics.InstrumentOption) (metrics.Int64Counter, error) {
	return m.make(name, opts)
}

func (m meter) Int64UpDownCounter(name string, opts ...metrics.InstrumentOption) (metrics.Int64UpDownCounter, error) {
	return m.make(name, opts)
}

func (m meter) Int64Gauge(name string, opts ...metrics.InstrumentOption) (metrics.Int64Gauge, error) {
	return m.make(name, opts)
}

func (m meter) Float64Histogram(name string, opts ...metrics.InstrumentOption) (metrics.Float64Histogram, error) {
	i, err := m.make(name, opts)
	return histogram{i}, err
}

type instrument struct {
	of *Recorder
	Measurement
}

func (i instrument) keep(value float64, opts []metrics.RecordMetricOption) {
	var o metrics.RecordMetricOptions
	for _, fn := range opts {
		fn(&o)
	}
	m := i.Measurement
	m.Value, m.Properties = value, plain(o.Properties.Values())
	i.of.mu.Lock()
	defer i.of.mu.Unlock()
	i.of.measured = append(i.of.measured, m)
}

func (i instrument) Add(_ context.Context, n int64, opts ...metrics.RecordMetricOption) {
	i.keep(float64(n), opts)
}

func (i instrument) Sample(_ context.Context, n int64, opts ...metrics.RecordMetricOption) {
	i.keep(float64(n), opts)
}

type histogram struct{ instrument }

func (h histogram) Record(_ context.Context, v float64, opts ...metrics.RecordMetricOption) {
	h.keep(v, opts)
}
