package otel

import (
	"context"

	"github.com/aws/smithy-go/metrics"
	"go.opentelemetry.io/otel/metric"
)

// observing is a callback that is registered, until it is stopped.
type observing struct{ metric.Registration }

// Stop implements metrics.AsyncInstrument.
func (o observing) Stop() { _ = o.Unregister() } // it has no way to tell

// observer is what callbacks tell their values, of one instrument and one collection.
type observer[N any] func(N, metric.MeasurementOption)

func (o observer[N]) Observe(_ context.Context, n N, opts ...metrics.RecordMetricOption) {
	o(n, labels(opts))
}

func (m meter) int64s(i metric.Int64Observable, err error, callback metrics.Int64Callback) (metrics.AsyncInstrument, error) {
	if err != nil {
		return nil, err
	}
	r, err := m.RegisterCallback(func(ctx context.Context, to metric.Observer) error {
		callback(ctx, observer[int64](func(n int64, o metric.MeasurementOption) { to.ObserveInt64(i, n, o) }))
		return nil
	}, i)
	return observing{r}, err
}

func (m meter) float64s(i metric.Float64Observable, err error, callback metrics.Float64Callback) (metrics.AsyncInstrument, error) {
	if err != nil {
		return nil, err
	}
	r, err := m.RegisterCallback(func(ctx context.Context, to metric.Observer) error {
		callback(ctx, observer[float64](func(n float64, o metric.MeasurementOption) { to.ObserveFloat64(i, n, o) }))
		return nil
	}, i)
	return observing{r}, err
}

func (m meter) Int64AsyncCounter(name string, callback metrics.Int64Callback, opts ...metrics.InstrumentOption) (metrics.AsyncInstrument, error) {
	unit, description, _ := described(opts)
	i, err := m.Int64ObservableCounter(name, unit, description)
	return m.int64s(i, err, callback)
}

func (m meter) Int64AsyncUpDownCounter(name string, callback metrics.Int64Callback, opts ...metrics.InstrumentOption) (metrics.AsyncInstrument, error) {
	unit, description, _ := described(opts)
	i, err := m.Int64ObservableUpDownCounter(name, unit, description)
	return m.int64s(i, err, callback)
}

func (m meter) Int64AsyncGauge(name string, callback metrics.Int64Callback, opts ...metrics.InstrumentOption) (metrics.AsyncInstrument, error) {
	unit, description, _ := described(opts)
	i, err := m.Int64ObservableGauge(name, unit, description)
	return m.int64s(i, err, callback)
}

func (m meter) Float64AsyncCounter(name string, callback metrics.Float64Callback, opts ...metrics.InstrumentOption) (metrics.AsyncInstrument, error) {
	unit, description, _ := described(opts)
	i, err := m.Float64ObservableCounter(name, unit, description)
	return m.float64s(i, err, callback)
}

func (m meter) Float64AsyncUpDownCounter(name string, callback metrics.Float64Callback, opts ...metrics.InstrumentOption) (metrics.AsyncInstrument, error) {
	unit, description, _ := described(opts)
	i, err := m.Float64ObservableUpDownCounter(name, unit, description)
	return m.float64s(i, err, callback)
}

func (m meter) Float64AsyncGauge(name string, callback metrics.Float64Callback, opts ...metrics.InstrumentOption) (metrics.AsyncInstrument, error) {
	unit, description, _ := described(opts)
	i, err := m.Float64ObservableGauge(name, unit, description)
	return m.float64s(i, err, callback)
}
