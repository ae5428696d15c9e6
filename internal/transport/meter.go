package transport

import (
	"context"
	"errors"
	"time"

	"github.com/aws/smithy-go/metrics"
)

// meter holds the instruments of one client. Where SDKs that are made of Smithy models have a
// name for a measurement, it is that one.
type meter struct {
	duration, attemptDuration          metrics.Float64Histogram
	attempts, failures, sent, received metrics.Int64Counter
	budget                             metrics.Int64Gauge
	phases                             [phases]metrics.Float64Histogram // nil: not measured
}

func newMeter(from metrics.Meter) (*meter, error) {
	m := new(meter)
	var all error
	seconds := func(to *metrics.Float64Histogram, name, description string) {
		var err error
		*to, err = from.Float64Histogram(name, described("s", description))
		all = errors.Join(all, err)
	}
	count := func(to *metrics.Int64Counter, name, unit, description string) {
		var err error
		*to, err = from.Int64Counter(name, described(unit, description))
		all = errors.Join(all, err)
	}
	seconds(&m.duration, "client.call.duration", "Time of a call with its attempts and waits, to the end of the answer's body.")
	seconds(&m.attemptDuration, "client.call.attempt_duration", "Time of an attempt: to the answer's header where its body is streamed, else to its end.")
	count(&m.attempts, "client.call.attempts", "{attempt}", "Attempts.")
	count(&m.failures, "client.call.errors", "{error}", "Calls that failed.")
	count(&m.sent, "client.http.bytes_sent", "By", "Bytes of request bodies that reached a connection.")
	count(&m.received, "client.http.bytes_received", "By", "Bytes of answers' bodies that were read.")
	seconds(&m.phases[phaseLookup], "client.http.connections.dns_lookup_duration", "Time to look up the server's name.")
	seconds(&m.phases[phaseConnect], "client.http.connections.connect_duration", "Time to connect to the server.")
	seconds(&m.phases[phaseHandshake], "client.http.connections.tls_handshake_duration", "Time of the TLS handshake.")
	seconds(&m.phases[phaseAcquire], "client.http.connections.acquire_duration", "Time until an attempt had a connection.")
	seconds(&m.phases[phaseFirstByte], "client.http.time_to_first_byte", "Time from the beginning of an attempt to the first byte of its answer.")
	var err error
	m.budget, err = from.Int64Gauge("client.retry.budget", described("{token}", "Tokens that are left for retries."))
	return m, errors.Join(all, err)
}

func described(unit, description string) metrics.InstrumentOption {
	return func(o *metrics.InstrumentOptions) { o.UnitLabel, o.Description = unit, description }
}

// labels of everything that is measured of a call.
func (c *observedCall) labels(o *metrics.RecordMetricOptions) { c.label(o.Properties.Set, c.server()) }

// call measures a call that has ended.
func (m *meter) call(ctx context.Context, c *observedCall, err error) {
	m.duration.Record(ctx, time.Since(c.began).Seconds(), c.labels)
	if err != nil {
		m.failures.Add(ctx, 1, c.labels, func(o *metrics.RecordMetricOptions) {
			o.Properties.Set(keyErrorType, errorType(c.resp, err))
		})
	}
	if b := c.pipeline.Budget; b != nil {
		// All operations take from it.
		m.budget.Sample(ctx, int64(b.left()), func(o *metrics.RecordMetricOptions) {
			o.Properties.Set(keyService, c.request.Service)
			setServer(o.Properties.Set, c.server())
		})
	}
}

// attempt measures an attempt, but for what is yet to be read of its answer.
func (m *meter) attempt(a *observedAttempt, err error) {
	c := a.call
	outcome := func(o *metrics.RecordMetricOptions) {
		if c.resp != nil {
			o.Properties.Set(keyStatusCode, c.resp.StatusCode)
		}
		if err != nil {
			o.Properties.Set(keyErrorType, errorType(c.resp, err))
		}
	}
	m.attempts.Add(a.ctx, 1, c.labels, outcome)
	m.attemptDuration.Record(a.ctx, time.Since(a.began).Seconds(), c.labels, outcome)
	if n := c.request.Body.sent(); n > 0 {
		m.sent.Add(a.ctx, n, c.labels)
	}
	a.timings.each(func(p phase, took time.Duration) {
		if h := m.phases[p]; h != nil {
			h.Record(a.ctx, took.Seconds(), c.labels)
		}
	})
}
