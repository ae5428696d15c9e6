package transport

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/aws/smithy-go/tracing"
)

// timings are where the time of an attempt went. A nil one was not asked for.
type timings struct {
	began time.Time

	// A connection that is dialled for this attempt may serve another, and goes on being
	// dialled when this one has got a free one.
	mu                            sync.Mutex
	over                          bool
	lookupAt, dialAt, handshakeAt time.Time
	known                         [phases]bool
	took                          [phases]time.Duration
	connected, reused             bool
}

// phase is a part of an attempt.
type phase int

const (
	phaseLookup    phase = iota // of the server's name
	phaseConnect                // from the first address that was tried
	phaseHandshake              // of TLS
	phaseAcquire                // from the beginning until there was a connection
	phaseWrote                  // from the beginning until the request was out
	phaseFirstByte              // from the beginning until the answer's first byte
	phases
)

// names of the phases in logs, and behind "stowage.attempt." in spans.
func (p phase) String() string {
	return [...]string{"dns", "connect", "tls", "acquire", "wrote", "first_byte"}[p]
}

// trace hooks into what net/http does for a request with the context that is returned.
func (t *timings) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { t.start(&t.lookupAt) },
		DNSDone:              func(i httptrace.DNSDoneInfo) { t.done(phaseLookup, &t.lookupAt, i.Err) },
		ConnectStart:         func(string, string) { t.start(&t.dialAt) },
		ConnectDone:          func(_, _ string, err error) { t.done(phaseConnect, &t.dialAt, err) },
		TLSHandshakeStart:    func() { t.start(&t.handshakeAt) },
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { t.done(phaseHandshake, &t.handshakeAt, err) },
		GotConn:              t.got,
		WroteRequest:         func(i httptrace.WroteRequestInfo) { t.done(phaseWrote, &t.began, i.Err) },
		GotFirstResponseByte: func() { t.done(phaseFirstByte, &t.began, nil) },
	})
}

// start keeps the first time: several addresses may be tried at once.
func (t *timings) start(at *time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.IsZero() {
		*at = time.Now()
	}
}

func (t *timings) done(p phase, since *time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil && !t.over && !t.known[p] && !since.IsZero() {
		t.known[p], t.took[p] = true, time.Since(*since)
	}
}

func (t *timings) got(i httptrace.GotConnInfo) {
	t.done(phaseAcquire, &t.began, nil)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.connected, t.reused = true, i.Reused
}

// stop ends the measuring: from now on the timings are only read.
func (t *timings) stop() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
}

// each calls fn with the phases that there were.
func (t *timings) each(fn func(phase, time.Duration)) {
	if t == nil {
		return
	}
	t.mu.Lock()
	took, known := t.took, t.known
	t.mu.Unlock()
	for p, d := range took {
		if known[p] {
			fn(phase(p), d)
		}
	}
}

// attr is the group for logs.
func (t *timings) attr() slog.Attr {
	attrs := make([]slog.Attr, 0, phases+1)
	if reused, ok := t.connection(); ok {
		attrs = append(attrs, slog.Bool("reused", reused))
	}
	t.each(func(p phase, d time.Duration) { attrs = append(attrs, slog.Duration(p.String(), d)) })
	return slog.Attr{Key: "timings", Value: slog.GroupValue(attrs...)}
}

// describe tells a span.
func (t *timings) describe(s tracing.Span) {
	if reused, ok := t.connection(); ok {
		s.SetProperty("stowage.attempt.reused", reused)
	}
	t.each(func(p phase, d time.Duration) { s.SetProperty("stowage.attempt."+p.String(), d.Seconds()) })
}

// connection tells whether the attempt's connection had served before; false when there was
// none.
func (t *timings) connection() (reused, ok bool) {
	if t == nil {
		return false, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reused, t.connected
}
