package otel

import (
	"context"

	"github.com/aws/smithy-go/metrics"
	"go.opentelemetry.io/otel/metric"
)

// MeterProvider makes p's meters what Options.MeterProvider takes. Histograms of seconds get
// buckets from 5 ms to 5 minutes, since OpenTelemetry's own begin at 5, where a view of the
// provider does not say otherwise.
func MeterProvider(p metric.MeterProvider) metrics.MeterProvider { return meterProvider{p} }

type meterProvider struct{ metric.MeterProvider }

func (p meterProvider) Meter(scope string, opts ...metrics.MeterOption) metrics.Meter {
	var o metrics.MeterOptions
	for _, fn := range opts {
		fn(&o)
	}
	return meter{p.MeterProvider.Meter(scope, metric.WithInstrumentationAttributes(attributesOf(&o.Properties)...))}
}

// seconds are the buckets for durations: those that OpenTelemetry's conventions advise for
// HTTP, and beyond, for large bodies.
func seconds() []float64 {
	return []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300}
}

type meter struct{ metric.Meter }

// described are the unit and the description of an instrument.
func described(opts []metrics.InstrumentOption) (unit, description metric.InstrumentOption, in string) {
	var o metrics.InstrumentOptions
	for _, fn := range opts {
		fn(&o)
	}
	return metric.WithUnit(o.UnitLabel), metric.WithDescription(o.Description), o.UnitLabel
}

// labels are the attributes of a measurement.
func labels(opts []metrics.RecordMetricOption) metric.MeasurementOption {
	var o metrics.RecordMetricOptions
	for _, fn := range opts {
		fn(&o)
	}
	return metric.WithAttributes(attributesOf(&o.Properties)...)
}

// OpenTelemetry's instruments and smithy-go's differ in the options of a measurement alone.
type (
	adder[N any] interface {
		Add(context.Context, N, ...metric.AddOption)
	}
	recorder[N any] interface {
		Record(context.Context, N, ...metric.RecordOption)
	}

	counter[N any]   struct{ to adder[N] }
	histogram[N any] struct{ to recorder[N] }
	gauge[N any]     struct{ to recorder[N] }
)

func (c counter[N]) Add(ctx context.Context, n N, opts ...metrics.RecordMetricOption) {
	c.to.Add(ctx, n, labels(opts))
}

func (h histogram[N]) Record(ctx context.Context, n N, opts ...metrics.RecordMetricOption) {
	h.to.Record(ctx, n, labels(opts))
}

func (g gauge[N]) Sample(ctx context.Context, n N, opts ...metrics.RecordMetricOption) {
	g.to.Record(ctx, n, labels(opts))
}

func (m meter) Int64Counter(name string, opts ...metrics.InstrumentOption) (metrics.Int64Counter, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Int64Counter(name, unit, description)
	return counter[int64]{i}, err
}

func (m meter) Int64UpDownCounter(name string, opts ...metrics.InstrumentOption) (metrics.Int64UpDownCounter, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Int64UpDownCounter(name, unit, description)
	return counter[int64]{i}, err
}

func (m meter) Int64Gauge(name string, opts ...metrics.InstrumentOption) (metrics.Int64Gauge, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Int64Gauge(name, unit, description)
	return gauge[int64]{i}, err
}

func (m meter) Int64Histogram(name string, opts ...metrics.InstrumentOption) (metrics.Int64Histogram, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Int64Histogram(name, unit, description)
	return histogram[int64]{i}, err
}

func (m meter) Float64Counter(name string, opts ...metrics.InstrumentOption) (metrics.Float64Counter, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Float64Counter(name, unit, description)
	return counter[float64]{i}, err
}

func (m meter) Float64UpDownCounter(name string, opts ...metrics.InstrumentOption) (metrics.Float64UpDownCounter, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Float64UpDownCounter(name, unit, description)
	return counter[float64]{i}, err
}

func (m meter) Float64Gauge(name string, opts ...metrics.InstrumentOption) (metrics.Float64Gauge, error) {
	unit, description, _ := described(opts)
	i, err := m.Meter.Float64Gauge(name, unit, description)
	return gauge[float64]{i}, err
}

func (m meter) Float64Histogram(name string, opts ...metrics.InstrumentOption) (metrics.Float64Histogram, error) {
	unit, description, in := described(opts)
	all := []metric.Float64HistogramOption{unit, description}
	if in == "s" {
		all = append(all, metric.WithExplicitBucketBoundaries(seconds()...))
	}
	i, err := m.Meter.Float64Histogram(name, all...)
	return histogram[float64]{i}, err
}
