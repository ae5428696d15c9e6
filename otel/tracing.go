package otel

import (
	"context"

	"github.com/aws/smithy-go/tracing"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// TracerProvider makes p's tracers what Options.TracerProvider takes. Spans have the parent
// that the context of the call carries, as OpenTelemetry puts it there.
func TracerProvider(p trace.TracerProvider) tracing.TracerProvider { return tracerProvider{p} }

type tracerProvider struct{ trace.TracerProvider }

func (p tracerProvider) Tracer(scope string, opts ...tracing.TracerOption) tracing.Tracer {
	var o tracing.TracerOptions
	for _, fn := range opts {
		fn(&o)
	}
	return tracer{p.TracerProvider.Tracer(scope, trace.WithInstrumentationAttributes(attributesOf(&o.Properties)...))}
}

type tracer struct{ trace.Tracer }

func (t tracer) StartSpan(ctx context.Context, name string, opts ...tracing.SpanOption) (context.Context, tracing.Span) {
	var o tracing.SpanOptions
	for _, fn := range opts {
		fn(&o)
	}
	ctx, s := t.Start(ctx, name, trace.WithSpanKind(kindOf(o.Kind)), trace.WithAttributes(attributesOf(&o.Properties)...))
	adapted := span{s, name}
	return tracing.WithSpan(ctx, adapted), adapted // smithy-go's own GetSpan finds it too
}

func kindOf(k tracing.SpanKind) trace.SpanKind {
	switch k {
	case tracing.SpanKindClient:
		return trace.SpanKindClient
	case tracing.SpanKindServer:
		return trace.SpanKindServer
	case tracing.SpanKindProducer:
		return trace.SpanKindProducer
	case tracing.SpanKindConsumer:
		return trace.SpanKindConsumer
	}
	return trace.SpanKindInternal
}

type span struct {
	span trace.Span
	name string
}

func (s span) Name() string { return s.name }

func (s span) Context() tracing.SpanContext {
	c := s.span.SpanContext()
	var of tracing.SpanContext
	if c.HasTraceID() {
		of.TraceID = c.TraceID().String()
	}
	if c.HasSpanID() {
		of.SpanID = c.SpanID().String()
	}
	of.IsRemote = c.IsRemote()
	return of
}

func (s span) AddEvent(name string, opts ...tracing.EventOption) {
	var o tracing.EventOptions
	for _, fn := range opts {
		fn(&o)
	}
	s.span.AddEvent(name, trace.WithAttributes(attributesOf(&o.Properties)...))
}

func (s span) SetStatus(status tracing.SpanStatus) {
	switch status {
	case tracing.SpanStatusOK:
		s.span.SetStatus(codes.Ok, "")
	case tracing.SpanStatusError:
		s.span.SetStatus(codes.Error, "")
	case tracing.SpanStatusUnset:
	}
}

func (s span) SetProperty(k, v any) {
	if name := nameOf(k); name != "" {
		s.span.SetAttributes(attributeOf(name, v))
	}
}

func (s span) End() { s.span.End() }
