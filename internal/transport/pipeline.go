package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

const (
	// DefaultMaxAttempts is one try and three retries.
	DefaultMaxAttempts = 4
	// maxAmends bounds the repeats outside the count: region, host, token.
	maxAmends = 2
)

// Pipeline sends requests. Its fields are set once and shared by all calls.
type Pipeline struct {
	HTTP        *http.Client  // must not follow redirects: [WithoutRedirects]
	MaxAttempts int           // zero: DefaultMaxAttempts; negative: one
	Backoff     Backoff       //
	Budget      *Budget       // nil: none
	Clock       *Clock        // must be set
	Idle        time.Duration // zero: DefaultIdle; negative: off
	Logger      *slog.Logger  // nil: silent
	// OnRetry is told what an attempt failed with that will be followed by another; may
	// be nil.
	OnRetry func(error)
	// Telemetry takes spans and metrics; nil: none.
	Telemetry *Telemetry
	// TraceObjectNames allows spans to have URLs, and with them the names of objects.
	TraceObjectNames bool
	// Timings measures the phases of each attempt, for logs, spans and metrics.
	Timings bool

	// sleep waits between attempts; nil: a timer. Tests count with it.
	sleep func(context.Context, time.Duration) error
}

// Do sends r until it succeeds, fails for good, or ctx ends. On success with
// r.Stream the caller must close the answer's body.
func (p *Pipeline) Do(ctx context.Context, r *Request, h Handler) (*Response, error) {
	ctx, observed := p.observe(ctx, r, h)
	resp, err := p.do(ctx, r, h, observed)
	observed.returned(ctx, err)
	return resp, err
}

func (p *Pipeline) do(ctx context.Context, r *Request, h Handler, observed *observedCall) (*Response, error) {
	var (
		retries, amends     int
		resigned, ambiguous bool
	)
	for n := 1; ; n++ {
		resp, err := p.attempt(ctx, r, h, n, observed)
		if err == nil {
			if retries == 0 {
				p.Budget.put(refund)
			}
			return resp, nil
		}
		if ctx.Err() != nil {
			return nil, contextError(ctx, err)
		}
		var stop *stopError
		if errors.As(err, &stop) {
			return nil, stop.err
		}
		if r.Body.Touched() {
			return nil, tried(err, retries+1, ambiguous)
		}
		if resp != nil {
			if !resigned && p.skewed(resp, err) {
				resigned = true
				continue
			}
			if amends < maxAmends && h.Amend(r, resp, err) {
				amends++
				continue
			}
		}
		v := classify(resp, err)
		if v == final && r.RetryCode != "" && errorCode(err) == r.RetryCode {
			v = transient
		}
		if r.Once && v != throttled && !unsent(err) {
			v = final
		}
		if v == final || retries+1 >= p.maxAttempts() {
			return nil, tried(err, retries+1, ambiguous)
		}
		ambiguous = ambiguous || mayHaveWorked(v, resp, err)
		wait := p.Backoff.delay(retries)
		if resp != nil {
			if asked, ok := retryAfter(resp.Header, p.Clock.Now()); ok {
				wait = max(wait, asked)
			}
		}
		paid := p.Budget.take(v.cost())
		p.logRetry(ctx, r, n, wait, paid, err)
		observed.retry(wait, err)
		if paid && p.OnRetry != nil {
			p.OnRetry(err)
		}
		// Without tokens the wait is kept, so that a caller's own loop over failing
		// calls does not run hot.
		if werr := p.wait(ctx, wait); werr != nil {
			return nil, contextError(ctx, err)
		}
		if !paid {
			return nil, fmt.Errorf("%w: %w", ErrBudget, tried(err, retries+1, ambiguous))
		}
		retries++
	}
}

func (p *Pipeline) maxAttempts() int {
	switch {
	case p.MaxAttempts == 0:
		return DefaultMaxAttempts
	case p.MaxAttempts < 0:
		return 1
	}
	return p.MaxAttempts
}

func (p *Pipeline) idle() time.Duration {
	switch {
	case p.Idle == 0:
		return DefaultIdle
	case p.Idle < 0:
		return 0
	}
	return p.Idle
}

// stopError marks a failure on our own side of the wire, such as a provider of
// credentials that has none: no retry can help.
type stopError struct{ err error }

func (e *stopError) Error() string { return e.err.Error() }

// attempt sends r once. With an error, resp is the answer it comes from, or nil.
func (p *Pipeline) attempt(ctx context.Context, r *Request, h Handler, n int, c *observedCall) (*Response, error) {
	ctx, observed := p.observeAttempt(ctx, c, n)
	resp, err := p.send(ctx, r, h, n, observed)
	observed.answered(resp, err, r.Stream)
	return resp, err
}

func (p *Pipeline) send(ctx context.Context, r *Request, h Handler, n int, observed *observedAttempt) (*Response, error) {
	began := p.Clock.local()
	actx, cancel := context.WithCancelCause(ctx)
	a := Attempt{Number: n, Time: began.Add(p.Clock.skew())}
	u := new(url.URL)
	*u = r.URL
	header := r.Header
	if n > 1 {
		// The attempt before may still be read by net/http: leave its map alone.
		header = header.Clone()
	}
	if r.Expect {
		header.Set("Expect", "100-continue")
	}
	a.Request = (&http.Request{
		Method: r.Method, URL: u, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(observed.traced(actx))
	if r.Body != nil && r.Body.Len() != 0 {
		body, err := r.Body.Open()
		if err != nil {
			cancel(nil)
			return nil, &stopError{err}
		}
		a.Body, a.Request.ContentLength = body, r.Body.Len()
	}
	if err := h.Authorize(actx, &a); err != nil {
		cancel(nil)
		return nil, &stopError{err}
	}
	var (
		g       *guard
		bodyErr error
	)
	switch {
	case a.Body == nil:
	case r.Body.small(a.Request.ContentLength) && !r.Expect:
		bodyErr = a.inOnePiece()
	default:
		g = p.guarded(&a, r, cancel)
	}
	var hr *http.Response
	err := bodyErr
	if err == nil {
		if hr, err = exchange(p.HTTP, a.Request); err != nil { //nolint:bodyclose // answerBody closes it
			bodyErr = g.end()
		}
	}
	if err != nil {
		err = p.failure(actx, a.Request, err, bodyErr)
		cancel(nil)
		r.Body.rollBack()
		p.log(ctx, r, &a, nil, began, observed.timed(), err)
		return nil, err
	}
	p.Clock.observe(hr.Header)
	if g == nil {
		r.Body.confirm()
	}
	resp := &Response{Response: hr}
	incoming := &answerBody{src: hr.Body, ctx: actx, cancel: cancel, limit: p.idle()}
	if r.Stream && hr.StatusCode >= 200 && hr.StatusCode < 300 {
		_ = g.end()
		incoming.observed = observed
		hr.Body = incoming
		r.Body.confirm()
		p.log(ctx, r, &a, resp, began, observed.timed(), nil)
		return resp, nil
	}
	// An answer may be here before the body is through. A refusal wants no more of it; another
	// one may be told in the course of the work. After it the caller has its reader back.
	if g != nil && hr.StatusCode >= http.StatusMultipleChoices {
		g.hold()
	}
	resp.Document, err = readDocument(incoming, hr, r)
	_ = g.end()
	incoming.Close()
	hr.Body = http.NoBody
	switch {
	case err == nil:
		err = h.Inspect(resp)
	case hr.StatusCode >= 300:
		// A refusal whose explanation broke off is still that refusal.
		if refused := h.Inspect(resp); refused != nil {
			err = refused
		}
	case !errors.Is(err, ErrAnswerTooLong):
		err = &ConnectionError{Host: hostOf(a.Request), Err: err}
	}
	if err == nil {
		r.Body.confirm()
	} else {
		r.Body.rollBack()
	}
	p.log(ctx, r, &a, resp, began, observed.timed(), err)
	return resp, err
}

// failure names what really ended an attempt without an answer: the body's reader,
// the idle limit, or the connection.
func (p *Pipeline) failure(actx context.Context, r *http.Request, err, bodyErr error) error {
	var be *BodyError
	if errors.As(bodyErr, &be) {
		return be
	}
	if bodyErr != nil {
		return &BodyError{bodyErr}
	}
	if idle := idleCause(actx); idle != nil {
		err = idle
	}
	// url.Error repeats method and URL, query and all: a presigned or tokened URL
	// would end up in a log.
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return &ConnectionError{Host: hostOf(r), Err: err}
}

func hostOf(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

// skewed reports whether a refusal stems from the clocks: by its code, or, where
// servers give none (HEAD) or another one, by a difference that no server takes.
func (p *Pipeline) skewed(resp *Response, err error) bool {
	date, perr := http.ParseTime(resp.Header.Get("Date"))
	if perr != nil {
		return false
	}
	signed, perr := signingTime(resp.Request)
	if perr != nil {
		return false
	}
	// The attempt's own signing time, not the clock's present one: observe has
	// already moved that.
	off := date.Sub(signed).Abs()
	if skewCodes[errorCode(err)] {
		return off > skewTolerated
	}
	return resp.StatusCode == http.StatusForbidden && off > skewRefused
}

func signingTime(r *http.Request) (time.Time, error) {
	if r == nil {
		return time.Time{}, errors.New("no request")
	}
	return time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
}

func classify(resp *Response, err error) verdict {
	var broken *ConnectionError
	if resp == nil || errors.As(err, &broken) {
		return classifyConnection(err)
	}
	return classifyAnswer(resp.StatusCode, err)
}

// tried adds the count once there was more than one attempt.
func tried(err error, attempts int, ambiguous bool) error {
	if attempts == 1 {
		return err
	}
	return &AttemptsError{Attempts: attempts, Ambiguous: ambiguous, Err: err}
}

// contextError is the context's end with its cause, and the failure it cut short,
// unless that is only the echo of the end.
func contextError(ctx context.Context, last error) error {
	end := ctx.Err()
	if cause := context.Cause(ctx); !errors.Is(cause, end) {
		end = fmt.Errorf("%w: %w", end, cause)
	}
	var broken *ConnectionError
	if last == nil || errors.As(last, &broken) || errors.Is(last, ctx.Err()) {
		return end
	}
	return fmt.Errorf("%w, after %w", end, last)
}

// Ended is the end of a context with its cause.
func Ended(ctx context.Context) error { return contextError(ctx, nil) }

func (p *Pipeline) wait(ctx context.Context, d time.Duration) error {
	if p.sleep != nil {
		return p.sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
