package transport

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
)

// Telemetry is where a client's spans and metrics go. It is made once for a client and
// shared by all its calls; nil: nowhere.
type Telemetry struct {
	tracer tracing.Tracer // nil: no spans
	meter  *meter         // nil: no metrics
}

// NewTelemetry takes a tracer and makes the instruments. scope is the import path of the
// package that calls. It returns nil when both providers are nil.
func NewTelemetry(scope string, spans tracing.TracerProvider, measures metrics.MeterProvider) (*Telemetry, error) {
	if spans == nil && measures == nil {
		return nil, nil
	}
	t := new(Telemetry)
	if spans != nil {
		t.tracer = spans.Tracer(scope)
	}
	if measures == nil {
		return t, nil
	}
	var err error
	if t.meter, err = newMeter(measures.Meter(scope)); err != nil {
		return nil, err
	}
	return t, nil
}

// Describer is a [Handler] that tells what its call is about: names of what is stored, and
// the kind of API. It is asked for spans only.
type Describer interface {
	Describe(set func(key string, value any))
}

// observedCall follows one call. A nil one costs nothing and does nothing.
type observedCall struct {
	pipeline *Pipeline
	request  *Request
	span     tracing.Span // nil: none
	began    time.Time
	resp     *Response // of the last attempt; nil: none came
	streams  bool      // the end of the answer's body is the end of the call
}

// observe begins a call. The context carries its span.
func (p *Pipeline) observe(ctx context.Context, r *Request, h Handler) (context.Context, *observedCall) {
	t := p.Telemetry
	if t == nil {
		return ctx, nil
	}
	c := &observedCall{pipeline: p, request: r, began: time.Now()}
	if t.tracer == nil {
		return ctx, c
	}
	ctx, c.span = t.tracer.StartSpan(ctx, r.Service+"."+r.Operation, func(o *tracing.SpanOptions) {
		o.Kind = tracing.SpanKindClient
		c.label(o.Properties.Set, r.URL.Host)
		if d, ok := h.(Describer); ok {
			d.Describe(func(key string, value any) { o.Properties.Set(key, value) })
		}
	})
	return ctx, c
}

// server is what measurements call the server.
func (c *observedCall) server() string {
	if c.request.Server != "" {
		return c.request.Server
	}
	return c.request.URL.Host
}

func (c *observedCall) label(set func(key, value any), server string) {
	set(keyService, c.request.Service)
	set(keyMethod, c.request.Service+"/"+c.request.Operation)
	setServer(set, server)
}

func setServer(set func(key, value any), hostport string) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		set(keyServerAddress, hostport)
		return
	}
	set(keyServerAddress, host)
	if n, err := strconv.Atoi(port); err == nil {
		set(keyServerPort, n)
	}
}

// retry tells of the wait after an attempt that failed with err.
func (c *observedCall) retry(wait time.Duration, err error) {
	if c == nil || c.span == nil {
		return
	}
	c.span.AddEvent("retry", func(o *tracing.EventOptions) {
		o.Properties.Set(keyRetryWait, wait.Seconds())
		o.Properties.Set(keyErrorType, errorType(c.resp, err))
	})
}

// returned is the return to the caller, which ends the call unless there is a body to be read.
func (c *observedCall) returned(ctx context.Context, err error) {
	if c == nil || c.streams {
		return
	}
	c.end(ctx, err)
}

func (c *observedCall) end(ctx context.Context, err error) {
	if m := c.pipeline.Telemetry.meter; m != nil {
		m.call(ctx, c, err)
	}
	if c.span != nil {
		conclude(c.span, c.resp, err)
	}
}

// conclude ends a span with what came of it.
func conclude(s tracing.Span, resp *Response, err error) {
	if resp != nil {
		s.SetProperty(keyStatusCode, resp.StatusCode)
		if key, id := requestID(resp.Header); id != "" {
			s.SetProperty(key, id)
		}
		if id := resp.Header.Get("X-Amz-Id-2"); id != "" {
			s.SetProperty(keyExtendedRequestID, id)
		}
	}
	if err != nil {
		s.SetProperty(keyErrorType, errorType(resp, err))
		s.SetStatus(tracing.SpanStatusError)
	}
	s.End()
}
