package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// apiError is a server's refusal as a caller of the pipeline makes it.
type apiError struct {
	code   string
	status int
}

func (e *apiError) Error() string     { return fmt.Sprintf("%s (status %d)", e.code, e.status) }
func (e *apiError) ErrorCode() string { return e.code }

// handler is the least that a pipeline needs: statuses are errors, and the X-Code
// header is their code.
type handler struct {
	authorize func(context.Context, *Attempt) error
	amend     func(*Request, *Response, error) bool
	attempts  []Attempt
}

func (h *handler) Authorize(ctx context.Context, a *Attempt) error {
	h.attempts = append(h.attempts, *a)
	if h.authorize != nil {
		return h.authorize(ctx, a)
	}
	return nil
}

func (h *handler) Inspect(r *Response) error {
	if r.StatusCode < 300 && r.Header.Get("X-Code") == "" {
		return nil
	}
	return &apiError{r.Header.Get("X-Code"), r.StatusCode}
}

func (h *handler) Amend(req *Request, r *Response, err error) bool {
	return h.amend != nil && h.amend(req, r, err)
}

// step is one scripted answer.
type step func(*http.Request) (*http.Response, error)

// script plays its steps and fails the test on one call more. It reads each request
// body as net/http would.
type script struct {
	t      *testing.T
	steps  []step
	bodies []string
	reqs   []*http.Request
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.reqs = append(s.reqs, r)
	if len(s.steps) == 0 {
		s.t.Errorf("unexpected attempt %d", len(s.reqs))
		return nil, errors.New("script is over")
	}
	next := s.steps[0]
	s.steps = s.steps[1:]
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		s.bodies = append(s.bodies, string(b))
		if err != nil {
			return nil, err
		}
	}
	return next(r)
}

func answer(status int, header ...string) step {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		body := h.Get("X-Body")
		return &http.Response{
			StatusCode: status, Header: h, Request: r,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

func broken(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

type rig struct {
	*Pipeline
	script *script
	waits  []time.Duration
}

func newRig(t *testing.T, steps ...step) *rig {
	s := &script{t: t, steps: steps}
	r := &rig{script: s}
	r.Pipeline = &Pipeline{
		HTTP:  &http.Client{Transport: s, CheckRedirect: noRedirect},
		Clock: &Clock{}, Budget: NewBudget(DefaultBudget), Idle: -1,
		Backoff: Backoff{Random: func() float64 { return 1 }},
	}
	r.sleep = func(ctx context.Context, d time.Duration) error {
		r.waits = append(r.waits, d)
		return ctx.Err()
	}
	t.Cleanup(func() {
		if !t.Failed() {
			require.Empty(t, s.steps, "fewer attempts than scripted")
		}
	})
	return r
}

func get() *Request {
	return &Request{Operation: "Get", Method: "GET", URL: url.URL{Scheme: "http", Host: "server", Path: "/b/k"}, Header: http.Header{}}
}

func put(body io.Reader, length int64) *Request {
	b, err := NewBody(body, length)
	if err != nil {
		panic(err)
	}
	r := get()
	r.Operation, r.Method, r.Body = "Put", "PUT", b
	return r
}

func TestRetriedAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		first   step
		retried bool
	}{
		{"500", answer(500), true},
		{"502", answer(502), true},
		{"503", answer(503), true},
		{"504", answer(504), true},
		{"408", answer(408), true},
		{"429", answer(429), true},
		{"400 RequestTimeout", answer(400, "X-Code", "RequestTimeout"), true},
		{"400 SlowDown", answer(400, "X-Code", "SlowDown"), true},
		{"200 InternalError", answer(200, "X-Code", "InternalError"), true},
		{"200 SlowDown", answer(200, "X-Code", "SlowDown"), true},
		{"403 ThrottlingException", answer(403, "X-Code", "ThrottlingException"), true},
		{"400", answer(400, "X-Code", "InvalidArgument"), false},
		{"403", answer(403, "X-Code", "AccessDenied"), false},
		{"404", answer(404, "X-Code", "NoSuchKey"), false},
		{"409", answer(409, "X-Code", "OperationAborted"), false},
		{"412", answer(412), false},
		{"501", answer(501, "X-Code", "NotImplemented"), false},
		{"304", answer(304), false},
		{"refused", broken(syscall.ECONNREFUSED), true},
		{"reset", broken(syscall.ECONNRESET), true},
		{"eof", broken(io.EOF), true},
		{"name server trouble", broken(&net.DNSError{Err: "timeout", IsTimeout: true, IsTemporary: true}), true},
		{"no such host", broken(&net.DNSError{Err: "no such host", IsNotFound: true}), false},
		{"handshake", broken(tls.AlertError(40)), true},
		{"unknown authority", broken(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), false},
		{"https to http", broken(http.ErrSchemeMismatch), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps := []step{c.first}
			if c.retried {
				steps = append(steps, answer(200))
			}
			r := newRig(t, steps...)
			resp, err := r.Do(t.Context(), get(), &handler{})
			if c.retried {
				require.NoError(t, err)
				require.Equal(t, 200, resp.StatusCode)
				require.Len(t, r.waits, 1)
			} else {
				require.Error(t, err)
				require.Empty(t, r.waits)
			}
		})
	}
}

func TestAttemptsEndWithTheLastError(t *testing.T) {
	r := newRig(t, answer(503), answer(503), answer(500), answer(503, "X-Code", "SlowDown"))
	_, err := r.Do(t.Context(), get(), &handler{})
	var attempts *AttemptsError
	require.ErrorAs(t, err, &attempts)
	require.Equal(t, 4, attempts.Attempts)
	var api *apiError
	require.ErrorAs(t, err, &api)
	require.Equal(t, "SlowDown", api.code)
	require.Equal(t, "SlowDown (status 503) (after 4 attempts)", err.Error())
	require.Equal(t, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond}, r.waits)

	r = newRig(t, answer(503))
	r.MaxAttempts = -1
	_, err = r.Do(t.Context(), get(), &handler{})
	require.NotErrorAs(t, err, &attempts)
	require.Error(t, err)

	r = newRig(t, answer(503), answer(503))
	r.MaxAttempts = 2
	_, err = r.Do(t.Context(), get(), &handler{})
	require.Error(t, err)
}

func TestServerAsksToWait(t *testing.T) {
	r := newRig(t, answer(503, "Retry-After", "7"), answer(503, "X-Amz-Retry-After", "1500"), answer(200))
	_, err := r.Do(t.Context(), get(), &handler{})
	require.NoError(t, err)
	require.Equal(t, []time.Duration{7 * time.Second, 1500 * time.Millisecond}, r.waits)
}

func TestOnRetry(t *testing.T) {
	r := newRig(t, answer(503), broken(io.EOF), answer(200), answer(404), answer(503))
	var told []error
	r.OnRetry = func(err error) { told = append(told, err) }
	_, err := r.Do(t.Context(), get(), &handler{})
	require.NoError(t, err)
	require.Len(t, told, 2)
	require.True(t, Throttles(503, told[0]))
	require.ErrorIs(t, told[1], io.EOF)
	_, err = r.Do(t.Context(), get(), &handler{})
	require.Error(t, err)
	r.Budget = NewBudget(0)
	_, err = r.Do(t.Context(), get(), &handler{})
	require.ErrorIs(t, err, ErrBudget)
	require.Len(t, told, 2, "no further attempt is made")
}

func TestThrottles(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   bool
	}{
		{503, "", true},
		{429, "", true},
		{200, "SlowDown", true},
		{400, "RequestLimitExceeded", true},
		{500, "InternalError", false},
		{408, "RequestTimeout", false},
		{403, "AccessDenied", false},
	} {
		require.Equal(t, c.want, Throttles(c.status, &apiError{c.code, c.status}), c)
	}
}

func TestBudgetRunsOut(t *testing.T) {
	r := newRig(t, answer(503), answer(503))
	r.Budget = NewBudget(costRetry)
	_, err := r.Do(t.Context(), get(), &handler{})
	require.ErrorIs(t, err, ErrBudget)
	var api *apiError
	require.ErrorAs(t, err, &api, "the failure itself stays visible")
	require.Len(t, r.waits, 2, "the backoff is kept without tokens")

	// An answer that was lost before is not forgotten.
	lost := newRig(t, broken(io.EOF), broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}))
	lost.Budget = NewBudget(costConnection)
	_, err = lost.Do(t.Context(), get(), &handler{})
	require.ErrorIs(t, err, ErrBudget)
	var tried *AttemptsError
	require.ErrorAs(t, err, &tried)
	require.True(t, tried.Ambiguous)
	require.Equal(t, 2, tried.Attempts)

	// Untroubled calls fill it again.
	r.script.steps = []step{answer(200), answer(200), answer(200), answer(200), answer(200), answer(503), answer(200)}
	for range 5 {
		_, err = r.Do(t.Context(), get(), &handler{})
		require.NoError(t, err)
	}
	_, err = r.Do(t.Context(), get(), &handler{})
	require.NoError(t, err)
	require.Equal(t, 0, r.Budget.tokens)

	var none *Budget
	none.put(1)
	require.True(t, none.take(1000))
}

func TestBodyIsSentWholeEachTime(t *testing.T) {
	src := strings.NewReader("skipped|content")
	_, err := src.Seek(8, io.SeekStart)
	require.NoError(t, err)
	r := newRig(t, answer(500), broken(io.EOF), answer(200))
	_, err = r.Do(t.Context(), put(src, UnknownLength), &handler{})
	require.NoError(t, err)
	require.Equal(t, []string{"content", "content", "content"}, r.script.bodies)
	for _, req := range r.script.reqs {
		require.EqualValues(t, 7, req.ContentLength)
	}
}

func TestOneShotBodyKeepsTheServersError(t *testing.T) {
	r := newRig(t, answer(503, "X-Code", "SlowDown"))
	_, err := r.Do(t.Context(), put(io.MultiReader(strings.NewReader("abc")), 3), &handler{})
	var api *apiError
	require.ErrorAs(t, err, &api)
	require.Equal(t, "SlowDown", api.code)
	require.NotContains(t, err.Error(), "rewind")

	// Not touched yet, it may go again.
	untouched := put(io.MultiReader(strings.NewReader("abc")), 3)
	r = newRig(t, answer(200))
	calls := 0
	r.HTTP.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
		if calls++; calls == 1 {
			return nil, syscall.ECONNREFUSED
		}
		return r.script.RoundTrip(req)
	})
	_, err = r.Do(t.Context(), untouched, &handler{})
	require.NoError(t, err)
	require.Equal(t, []string{"abc"}, r.script.bodies)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBodyFailureIsTheCallers(t *testing.T) {
	boom := errors.New("disk on fire")
	for name, body := range map[string]io.Reader{
		"error":     iotest.ErrReader(boom),
		"too short": io.MultiReader(strings.NewReader("ab")),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, answer(200))
			r.script.steps = []step{answer(200)}
			_, err := r.Do(t.Context(), put(body, 3), &handler{})
			var be *BodyError
			require.ErrorAs(t, err, &be)
			require.Empty(t, r.waits)
			if name == "error" {
				require.ErrorIs(t, err, boom)
			} else {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				require.ErrorContains(t, err, "2 of 3 bytes")
			}
			r.script.steps = nil
		})
	}
}

func TestAnswerThatBreaksOffIsRetried(t *testing.T) {
	short := func(r *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader("<List"), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: 100, Request: r}, nil
	}
	r := newRig(t, short, answer(200, "X-Body", "<List/>"))
	resp, err := r.Do(t.Context(), get(), &handler{})
	require.NoError(t, err)
	require.Equal(t, "<List/>", string(resp.Document))

	// A refusal that breaks off is still the refusal.
	refusal := func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)), ContentLength: -1, Request: r}, nil
	}
	r = newRig(t, refusal)
	_, err = r.Do(t.Context(), get(), &handler{})
	var api *apiError
	require.ErrorAs(t, err, &api)
}

func TestAnswerOverTheLimit(t *testing.T) {
	huge := func(length int64) step {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(zeros{}), ContentLength: length, Request: r}, nil
		}
	}
	for _, length := range []int64{maxDocument + 1, -1} {
		r := newRig(t, huge(length))
		r.MaxAttempts = -1
		_, err := r.Do(t.Context(), get(), &handler{})
		require.ErrorIs(t, err, ErrAnswerTooLong)
	}
}

func TestHeadStatesALengthButHasNoBody(t *testing.T) {
	for _, length := range []int64{1, maxDocument + 1, 1 << 50} {
		r := newRig(t, func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, ContentLength: length, Request: r}, nil
		})
		req := get()
		req.Method = "HEAD"
		resp, err := r.Do(t.Context(), req, &handler{})
		require.NoError(t, err)
		require.Empty(t, resp.Document)
		require.Equal(t, length, resp.ContentLength)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestSkewIsSignedAnewOnce(t *testing.T) {
	local := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := local.Add(time.Hour)
	date := server.Format(http.TimeFormat)
	stamp := func(_ context.Context, a *Attempt) error {
		a.Request.Header.Set("X-Amz-Date", a.Time.Format("20060102T150405Z"))
		return nil
	}
	r := newRig(t, answer(403, "X-Code", "RequestTimeTooSkewed", "Date", date), answer(200, "Date", date))
	r.Clock.Local = func() time.Time { return local }
	h := &handler{authorize: stamp}
	_, err := r.Do(t.Context(), get(), h)
	require.NoError(t, err)
	require.Empty(t, r.waits, "at once")
	require.Equal(t, server, h.attempts[1].Time)
	require.Equal(t, DefaultBudget, r.Budget.tokens, "not charged")
	require.Equal(t, server, r.Clock.Now())

	// A HEAD has no code: the difference tells.
	r = newRig(t, answer(403, "Date", date), answer(200, "Date", local.Format(http.TimeFormat)))
	r.Clock.Local = func() time.Time { return local }
	_, err = r.Do(t.Context(), get(), &handler{authorize: stamp})
	require.NoError(t, err)
	require.Equal(t, local, r.Clock.Now(), "the offset goes once the clocks agree")

	// Only once.
	r = newRig(t, answer(403, "X-Code", "RequestTimeTooSkewed", "Date", date), answer(403, "X-Code", "RequestTimeTooSkewed", "Date", server.Add(time.Hour).Format(http.TimeFormat)))
	r.Clock.Local = func() time.Time { return local }
	_, err = r.Do(t.Context(), get(), &handler{authorize: stamp})
	require.Error(t, err)

	// Without a difference, a 403 is a 403.
	for _, d := range []string{local.Format(http.TimeFormat), "yesterday", ""} {
		r = newRig(t, answer(403, "X-Code", "RequestTimeTooSkewed", "Date", d))
		r.Clock.Local = func() time.Time { return local }
		_, err = r.Do(t.Context(), get(), &handler{authorize: stamp})
		require.Error(t, err)
	}
	// Nor without a signature of ours.
	r = newRig(t, answer(403, "X-Code", "RequestTimeTooSkewed", "Date", date))
	r.Clock.Local = func() time.Time { return local }
	_, err = r.Do(t.Context(), get(), &handler{})
	require.Error(t, err)
}

// A request that must not take effect twice is repeated only when it certainly had none.
func TestOnceIsNotRepeatedInDoubt(t *testing.T) {
	for _, c := range []struct {
		name    string
		first   step
		retried bool
	}{
		{"500", answer(500), false},
		{"502", answer(502), false},
		{"503", answer(503), true},
		{"504", answer(504), false},
		{"408", answer(408), false},
		{"429", answer(429), true},
		{"400 SlowDown", answer(400, "X-Code", "SlowDown"), true},
		{"200 InternalError", answer(200, "X-Code", "InternalError"), false},
		{"dialling refused", broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), true},
		{"name server trouble", broken(&net.DNSError{Err: "timeout", IsTimeout: true, IsTemporary: true}), true},
		{"reset", broken(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), false},
		{"eof", broken(io.EOF), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps := []step{c.first}
			if c.retried {
				steps = append(steps, answer(200))
			}
			r := newRig(t, steps...)
			request := get()
			request.Once = true
			_, err := r.Do(t.Context(), request, &handler{})
			require.Equal(t, c.retried, err == nil, "%v", err)
		})
	}
}

func TestAmendIsBoundedAndFree(t *testing.T) {
	move := func(req *Request, _ *Response, _ error) bool {
		req.URL.Host = "other"
		return true
	}
	r := newRig(t, answer(301), answer(200))
	_, err := r.Do(t.Context(), get(), &handler{amend: move})
	require.NoError(t, err)
	require.Empty(t, r.waits)
	require.Equal(t, "server", r.script.reqs[0].URL.Host)
	require.Equal(t, "other", r.script.reqs[1].URL.Host)

	r = newRig(t, answer(301), answer(301), answer(301))
	_, err = r.Do(t.Context(), get(), &handler{amend: move})
	require.Error(t, err)
}

func TestRedirectsAreNotFollowedByNetHTTP(t *testing.T) {
	r := newRig(t, answer(307, "Location", "http://elsewhere/"))
	r.HTTP = WithoutRedirects(&http.Client{Transport: r.script})
	_, err := r.Do(t.Context(), get(), &handler{})
	require.Error(t, err)
	require.Len(t, r.script.reqs, 1)
}

func TestAuthorizerFailureEndsTheCall(t *testing.T) {
	gone := errors.New("no credentials")
	r := newRig(t)
	_, err := r.Do(t.Context(), get(), &handler{authorize: func(context.Context, *Attempt) error { return gone }})
	require.Equal(t, gone, err)
}

func TestRewindFailureEndsTheCall(t *testing.T) {
	body := put(&lostSeeker{Reader: strings.NewReader("abc")}, UnknownLength)
	r := newRig(t)
	_, err := r.Do(t.Context(), body, &handler{})
	var be *BodyError
	require.ErrorAs(t, err, &be)
}

// lostSeeker seeks until it is rewound.
type lostSeeker struct {
	io.Reader
	n int
}

func (s *lostSeeker) Seek(_ int64, whence int) (int64, error) {
	if s.n++; s.n > 3 {
		return 0, errors.New("rewind refused")
	}
	if whence == io.SeekEnd {
		return 3, nil
	}
	return 0, nil
}

func TestContextEndsTheWait(t *testing.T) {
	why := errors.New("deploy")
	ctx, cancel := context.WithCancelCause(t.Context())
	r := newRig(t, answer(503, "X-Code", "SlowDown"))
	r.sleep = func(ctx context.Context, _ time.Duration) error { cancel(why); return ctx.Err() }
	_, err := r.Do(ctx, get(), &handler{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	var api *apiError
	require.ErrorAs(t, err, &api)

	// A context that ends an attempt leaves only its own word.
	ctx, cancel = context.WithCancelCause(t.Context())
	r = newRig(t, func(req *http.Request) (*http.Response, error) { cancel(nil); return nil, req.Context().Err() })
	_, err = r.Do(ctx, get(), &handler{})
	require.Equal(t, context.Canceled, err)
}

func TestRealWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, answer(503), answer(503), answer(200))
		r.sleep = nil
		r.Backoff.Base = time.Second
		began := time.Now()
		_, err := r.Do(t.Context(), get(), &handler{})
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		r = newRig(t, answer(503))
		r.sleep = nil
		r.Backoff.Base = time.Second
		_, err = r.Do(ctx, get(), &handler{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestIdleSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := func(req *http.Request) (*http.Response, error) {
			buf := make([]byte, 2)
			_, _ = req.Body.Read(buf) // and then the connection takes no more
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		r := newRig(t)
		r.HTTP.Transport = roundTrip(stuck)
		r.Idle, r.MaxAttempts = 5*time.Second, 2
		r.sleep = nil
		r.Backoff.Random = func() float64 { return 0 }
		began := time.Now()
		_, err := r.Do(t.Context(), put(strings.NewReader(strings.Repeat("x", smallBody+1)), UnknownLength), &handler{})
		var idle *IdleError
		require.ErrorAs(t, err, &idle)
		require.True(t, idle.Sending)
		require.True(t, idle.Timeout() && idle.Temporary())
		require.Contains(t, err.Error(), "no progress sending the body for 5s")
		require.Equal(t, 10*time.Second, time.Since(began), "retried once")
	})
}

func TestSlowSourceIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, answer(200))
		r.Idle = time.Second
		slow := readerFunc(func(p []byte) (int, error) {
			time.Sleep(time.Minute) // fake time
			return copy(p, "abc"), io.EOF
		})
		_, err := r.Do(t.Context(), put(slow, 3), &handler{})
		require.NoError(t, err)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestIdleReceiving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := func(req *http.Request) (*http.Response, error) {
			body := readerFunc(func([]byte) (int, error) {
				<-req.Context().Done()
				return 0, req.Context().Err()
			})
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: 3, Request: req}, nil
		}
		r := newRig(t, silent)
		r.Idle = 3 * time.Second
		req := get()
		req.Stream = true
		resp, err := r.Do(t.Context(), req, &handler{})
		require.NoError(t, err)
		// The caller may take its time before it reads.
		time.Sleep(time.Minute)
		_, err = resp.Body.Read(make([]byte, 1))
		var idle *IdleError
		require.ErrorAs(t, err, &idle)
		require.False(t, idle.Sending)
		require.Contains(t, idle.Error(), "receiving")
		require.NoError(t, resp.Body.Close())
	})
}

func TestStreamIsHandedOver(t *testing.T) {
	r := newRig(t, answer(200, "X-Body", "content"))
	r.Idle = time.Minute
	req := get()
	req.Stream = true
	resp, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	require.Nil(t, resp.Document)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "content", string(b))
	_, err = resp.Body.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	require.NoError(t, resp.Body.Close())

	// A refusal of a stream is read and inspected.
	r = newRig(t, answer(404, "X-Code", "NoSuchKey", "X-Body", "<Error/>"))
	req = get()
	req.Stream = true
	_, err = r.Do(t.Context(), req, &handler{})
	require.Error(t, err)
}

func TestProgressIsRolledBack(t *testing.T) {
	var deltas []int64
	r := newRig(t, answer(500), answer(200))
	req := put(bytes.NewReader(make([]byte, 10)), UnknownLength)
	req.Body.Report(func(d int64) { deltas = append(deltas, d) })
	_, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	require.Equal(t, []int64{10, -10, 10}, deltas)

	// A call that fails leaves nothing counted.
	deltas = nil
	r = newRig(t, answer(404))
	req = put(bytes.NewReader(make([]byte, 10)), UnknownLength)
	req.Body.Report(func(d int64) { deltas = append(deltas, d) })
	_, err = r.Do(t.Context(), req, &handler{})
	require.Error(t, err)
	require.Equal(t, []int64{10, -10}, deltas)
}

func TestExpectHeader(t *testing.T) {
	r := newRig(t, answer(200))
	req := put(strings.NewReader("abc"), UnknownLength)
	req.Expect = true
	_, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	require.Equal(t, "100-continue", r.script.reqs[0].Header.Get("Expect"))
}

func TestErrorsKeepURLsToThemselves(t *testing.T) {
	r := newRig(t)
	r.HTTP.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("boom") })
	r.MaxAttempts = -1
	req := get()
	req.URL.RawQuery = "X-Amz-Signature=secret"
	_, err := r.Do(t.Context(), req, &handler{})
	require.Equal(t, "no answer from server: boom", err.Error())
	var ce *ConnectionError
	require.ErrorAs(t, err, &ce)
}

func TestLogging(t *testing.T) {
	var out bytes.Buffer
	r := newRig(t, answer(503, "X-Amz-Request-Id", "id-1", "Set-Cookie", "session=s3cret"), answer(200))
	r.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: LevelWire}))
	req := get()
	req.URL.RawQuery = "versionId=7&X-Amz-Signature=s3cret&X-Amz-Security-Token=s3cret"
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 s3cret")
	req.Header.Set("X-Amz-Security-Token", "s3cret")
	req.Header.Set("X-Amz-Server-Side-Encryption-Context", "s3cret")
	req.Header.Set("X-Amz-Acl", "private")
	req.Sensitive = []string{"X-Amz-Server-Side-Encryption-Context"}
	_, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	s := out.String()
	require.NotContains(t, s, "s3cret")
	for _, want := range []string{"id-1", "versionId=7", "status=503", "X-Amz-Acl=private", "[redacted]", "msg=retry", "wait=100ms"} {
		require.Contains(t, s, want)
	}
	require.Equal(t, "a=b&%zz=[redacted]&bare", RedactQuery("a=b&%zz=c&bare"))

	out.Reset()
	r = newRig(t, answer(503))
	r.Logger = slog.New(slog.NewTextHandler(&out, nil))
	r.Budget = NewBudget(0)
	_, err = r.Do(t.Context(), get(), &handler{})
	require.Error(t, err)
	require.Contains(t, out.String(), "budget exhausted")
}

func TestRequestID(t *testing.T) {
	require.Equal(t, "", RequestID(http.Header{}))
	require.Equal(t, "tx1", RequestID(http.Header{"X-Trans-Id": {"tx1"}}))
	require.Contains(t, UserAgent(" app/1.0 "), "stowage-go/"+Version)
	require.True(t, strings.HasSuffix(UserAgent(" app/1.0 "), " app/1.0"))
}

func TestErrorTexts(t *testing.T) {
	cause := errors.New("cause")
	require.Equal(t, "cause", (&stopError{cause}).Error())
	require.Equal(t, "read the request body: cause", (&BodyError{cause}).Error())
	require.ErrorIs(t, &ConnectionError{"h", cause}, cause)
	require.Equal(t, 1, (&Pipeline{MaxAttempts: -5}).maxAttempts())
	require.Equal(t, DefaultIdle, (&Pipeline{}).idle())
}

// An attempt whose answer was lost may have taken effect; a refusal has not.
func TestAmbiguousAttempts(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name  string
		first step
		want  bool
	}{
		{"connection reset", broken(syscall.ECONNRESET), true},
		{"never connected", broken(dial), false},
		{"500", answer(500), true},
		{"502", answer(502), true},
		{"error inside 200", answer(200, "X-Code", "InternalError"), true},
		{"503", answer(503), false},
		{"SlowDown", answer(500, "X-Code", "SlowDown"), false},
		{"429", answer(429), false},
		{"408", answer(408), false},
		{"RequestTimeout", answer(400, "X-Code", "RequestTimeout"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.first, answer(412))
			_, err := r.Do(t.Context(), get(), &handler{})
			var tried *AttemptsError
			require.ErrorAs(t, err, &tried)
			require.Equal(t, 2, tried.Attempts)
			require.Equal(t, tt.want, tried.Ambiguous)
		})
	}
}

func TestRetryCode(t *testing.T) {
	conflict := answer(409, "X-Code", "Conflicting")
	r := newRig(t, conflict, conflict, answer(200))
	req := get()
	req.RetryCode = "Conflicting"
	_, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	r = newRig(t, conflict)
	_, err = r.Do(t.Context(), get(), &handler{})
	require.ErrorContains(t, err, "Conflicting")
	r = newRig(t, answer(409))
	_, err = r.Do(t.Context(), req, &handler{})
	require.Error(t, err, "a request without a code is not repeated for having none")
}
