package transport

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/smithy-go/tracing"
)

// observedAttempt follows one attempt. A nil one costs nothing and does nothing.
type observedAttempt struct {
	call    *observedCall // nil: only timings
	ctx     context.Context
	span    tracing.Span // nil: none
	began   time.Time
	timings *timings // nil: not asked for

	received atomic.Int64 // bytes of a streamed answer
	over     sync.Once
}

// observeAttempt begins an attempt. The context carries its span.
func (p *Pipeline) observeAttempt(ctx context.Context, c *observedCall, n int) (context.Context, *observedAttempt) {
	if c == nil && !p.Timings {
		return ctx, nil
	}
	a := &observedAttempt{call: c, began: time.Now()}
	if p.Timings {
		a.timings = &timings{began: a.began}
	}
	if c != nil && c.span != nil {
		r := c.request
		ctx, a.span = p.Telemetry.tracer.StartSpan(ctx, r.Method, func(o *tracing.SpanOptions) {
			o.Kind = tracing.SpanKindClient
			o.Properties.Set(keyRequestMethod, r.Method)
			setServer(o.Properties.Set, r.URL.Host)
			if n > 1 {
				o.Properties.Set(keyResendCount, n-1)
			}
			if length := r.Body.Len(); length > 0 {
				o.Properties.Set(keyRequestBodySize, length)
			}
			if p.TraceObjectNames {
				u := r.URL
				u.RawQuery = RedactQuery(u.RawQuery)
				o.Properties.Set(keyURL, u.String())
			}
		})
	}
	a.ctx = ctx
	return ctx, a
}

// traced is the context for the attempt's request alone, with the hooks for timings. What
// Authorize sends has the other: its connections are not this attempt's.
func (a *observedAttempt) traced(ctx context.Context) context.Context {
	if a == nil || a.timings == nil {
		return ctx
	}
	return a.timings.trace(ctx)
}

// timed are the timings so far, nil when they were not asked for.
func (a *observedAttempt) timed() *timings {
	if a == nil {
		return nil
	}
	return a.timings
}

// answered is the end of the attempt but for a body that is streamed.
func (a *observedAttempt) answered(resp *Response, err error, stream bool) {
	if a == nil {
		return
	}
	a.timings.stop()
	c := a.call
	if c == nil {
		return
	}
	c.resp = resp
	if m := c.pipeline.Telemetry.meter; m != nil {
		m.attempt(a, err)
	}
	if a.span != nil {
		a.timings.describe(a.span)
	}
	if stream && err == nil {
		c.streams = true
		return
	}
	if resp != nil {
		a.received.Store(int64(len(resp.Document)))
	}
	a.finish(err)
}

// finish ends the attempt, once.
func (a *observedAttempt) finish(err error) {
	if a == nil || a.call == nil {
		return
	}
	a.over.Do(func() {
		c, n := a.call, a.received.Load()
		if m := c.pipeline.Telemetry.meter; m != nil && n > 0 {
			m.received.Add(a.ctx, n, c.labels)
		}
		if a.span != nil {
			if c.resp != nil {
				a.span.SetProperty(keyResponseBodySize, n)
			}
			conclude(a.span, c.resp, err)
		}
		if c.streams {
			c.end(a.ctx, err)
		}
	})
}
