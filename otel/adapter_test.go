package otel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	stowageotel "github.com/stowage-go/stowage/otel"
)

// unnamed is a key that is nobody's but its maker's.
type unnamed struct{}

func TestSpan(t *testing.T) {
	t.Parallel()
	kept := tracetest.NewInMemoryExporter()
	p := sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept))
	tracer := stowageotel.TracerProvider(p).Tracer("scope", func(o *tracing.TracerOptions) { o.Properties.Set("of", "scope") })
	for kind, want := range map[tracing.SpanKind]trace.SpanKind{
		tracing.SpanKindInternal: trace.SpanKindInternal, tracing.SpanKindClient: trace.SpanKindClient,
		tracing.SpanKindServer: trace.SpanKindServer, tracing.SpanKindProducer: trace.SpanKindProducer,
		tracing.SpanKindConsumer: trace.SpanKindConsumer,
	} {
		kept.Reset()
		_, s := tracer.StartSpan(t.Context(), "span", func(o *tracing.SpanOptions) { o.Kind = kind })
		s.End()
		require.Equal(t, want, kept.GetSpans()[0].SpanKind)
	}
	for status, want := range map[tracing.SpanStatus]codes.Code{
		tracing.SpanStatusUnset: codes.Unset, tracing.SpanStatusOK: codes.Ok, tracing.SpanStatusError: codes.Error,
	} {
		kept.Reset()
		_, s := tracer.StartSpan(t.Context(), "span")
		s.SetStatus(status)
		s.End()
		require.Equal(t, want, kept.GetSpans()[0].Status.Code)
	}

	kept.Reset()
	ctx, s := tracer.StartSpan(t.Context(), "outer", func(o *tracing.SpanOptions) {
		o.Properties.Set("text", "a")
		o.Properties.Set(unnamed{}, "not told")
	})
	for k, v := range map[any]any{
		"yes": true, "int": 1, "int64": int64(2), "float": 0.5, "list": []string{"a", "b"}, "other": time.Second,
		time.Minute: "named by itself", unnamed{}: "not told",
	} {
		s.SetProperty(k, v)
	}
	s.AddEvent("event", func(o *tracing.EventOptions) { o.Properties.Set("n", 1) })
	require.Equal(t, "outer", s.Name())
	found, ok := tracing.GetSpan(ctx)
	require.True(t, ok)
	require.Equal(t, s, found)
	id := s.Context()
	require.True(t, id.IsValid())
	require.Equal(t, trace.SpanContextFromContext(ctx).TraceID().String(), id.TraceID)
	_, inner := tracer.StartSpan(ctx, "inner")
	inner.End()
	s.End()
	spans := kept.GetSpans()
	require.Len(t, spans, 2)
	require.Equal(t, id.SpanID, spans[0].Parent.SpanID().String())
	require.ElementsMatch(t, []attribute.KeyValue{
		attribute.String("text", "a"), attribute.Bool("yes", true), attribute.Int("int", 1), attribute.Int64("int64", 2),
		attribute.Float64("float", 0.5), attribute.StringSlice("list", []string{"a", "b"}), attribute.String("other", "1s"),
		attribute.String("1m0s", "named by itself"),
	}, spans[1].Attributes)
	require.Equal(t, []attribute.KeyValue{attribute.Int("n", 1)}, spans[1].Events[0].Attributes)
	require.Equal(t, "scope", spans[1].InstrumentationScope.Name)
	require.Equal(t, 1, spans[1].InstrumentationScope.Attributes.Len())
}

func labelled(o *metrics.RecordMetricOptions) { o.Properties.Set("label", "x") }

func described(o *metrics.InstrumentOptions) { o.UnitLabel, o.Description = "s", "described" }

func TestInstruments(t *testing.T) {
	t.Parallel()
	reader := sdkmetric.NewManualReader()
	p := stowageotel.MeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	m := p.Meter("scope", func(o *metrics.MeterOptions) { o.Properties.Set("of", "scope") })
	ctx := t.Context()
	ok := func(err error) { t.Helper(); require.NoError(t, err) }

	i1, err := m.Int64Counter("int.counter", described)
	ok(err)
	i1.Add(ctx, 2, labelled)
	i2, err := m.Int64UpDownCounter("int.updown", described)
	ok(err)
	i2.Add(ctx, -2, labelled)
	i3, err := m.Int64Gauge("int.gauge", described)
	ok(err)
	i3.Sample(ctx, 2, labelled)
	i4, err := m.Int64Histogram("int.histogram", described)
	ok(err)
	i4.Record(ctx, 2, labelled)
	f1, err := m.Float64Counter("float.counter", described)
	ok(err)
	f1.Add(ctx, 0.5, labelled)
	f2, err := m.Float64UpDownCounter("float.updown", described)
	ok(err)
	f2.Add(ctx, -0.5, labelled)
	f3, err := m.Float64Gauge("float.gauge", described)
	ok(err)
	f3.Sample(ctx, 0.5, labelled)
	f4, err := m.Float64Histogram("float.histogram", described)
	ok(err)
	f4.Record(ctx, 0.5, labelled)

	ints := func(ctx context.Context, o metrics.Int64Observer) { o.Observe(ctx, 3, labelled) }
	floats := func(ctx context.Context, o metrics.Float64Observer) { o.Observe(ctx, 0.75, labelled) }
	a1, err := m.Int64AsyncCounter("int.async.counter", ints, described)
	ok(err)
	a2, err := m.Int64AsyncUpDownCounter("int.async.updown", ints, described)
	ok(err)
	a3, err := m.Int64AsyncGauge("int.async.gauge", ints, described)
	ok(err)
	a4, err := m.Float64AsyncCounter("float.async.counter", floats, described)
	ok(err)
	a5, err := m.Float64AsyncUpDownCounter("float.async.updown", floats, described)
	ok(err)
	a6, err := m.Float64AsyncGauge("float.async.gauge", floats, described)
	ok(err)

	values := func() map[string]float64 {
		var got metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(ctx, &got))
		all := map[string]float64{}
		label := func(set attribute.Set) {
			v, _ := set.Value("label")
			require.Equal(t, "x", v.AsString())
		}
		for _, scope := range got.ScopeMetrics {
			require.Equal(t, "scope", scope.Scope.Name)
			for _, m := range scope.Metrics {
				require.Equal(t, "s", m.Unit)
				require.Equal(t, "described", m.Description)
				switch d := m.Data.(type) {
				case metricdata.Sum[int64]:
					all[m.Name] = float64(d.DataPoints[0].Value)
					label(d.DataPoints[0].Attributes)
				case metricdata.Sum[float64]:
					all[m.Name] = d.DataPoints[0].Value
					label(d.DataPoints[0].Attributes)
				case metricdata.Gauge[int64]:
					all[m.Name] = float64(d.DataPoints[0].Value)
					label(d.DataPoints[0].Attributes)
				case metricdata.Gauge[float64]:
					all[m.Name] = d.DataPoints[0].Value
					label(d.DataPoints[0].Attributes)
				case metricdata.Histogram[int64]:
					all[m.Name] = float64(d.DataPoints[0].Sum)
					label(d.DataPoints[0].Attributes)
				case metricdata.Histogram[float64]:
					all[m.Name] = d.DataPoints[0].Sum
					require.Equal(t, 0.005, d.DataPoints[0].Bounds[0])
					label(d.DataPoints[0].Attributes)
				}
			}
		}
		return all
	}
	once := map[string]float64{
		"int.counter": 2, "int.updown": -2, "int.gauge": 2, "int.histogram": 2,
		"float.counter": 0.5, "float.updown": -0.5, "float.gauge": 0.5, "float.histogram": 0.5,
	}
	want := map[string]float64{
		"int.async.counter": 3, "int.async.updown": 3, "int.async.gauge": 3,
		"float.async.counter": 0.75, "float.async.updown": 0.75, "float.async.gauge": 0.75,
	}
	for k, v := range once {
		want[k] = v
	}
	require.Equal(t, want, values())
	for _, a := range []metrics.AsyncInstrument{a1, a2, a3, a4, a5, a6} {
		a.Stop()
	}
	now := values()
	for name := range want {
		if _, sync := once[name]; !sync {
			require.NotContains(t, now, name, "it was stopped")
		}
	}

	const bad = "1: no name for an instrument"
	_, err = m.Int64AsyncGauge(bad, ints)
	require.ErrorIs(t, err, sdkmetric.ErrInstrumentName)
	_, err = m.Float64AsyncGauge(bad, floats)
	require.ErrorIs(t, err, sdkmetric.ErrInstrumentName)
	_, err = m.Int64Counter(bad)
	require.True(t, errors.Is(err, sdkmetric.ErrInstrumentName))
}
