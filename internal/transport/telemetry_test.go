package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/smithy-go/tracing"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
)

func observedRig(t *testing.T, steps ...step) (*rig, *telemetry.Recorder) {
	told := new(telemetry.Recorder)
	r := newRig(t, steps...)
	var err error
	r.Telemetry, err = NewTelemetry("scope", told, told)
	require.NoError(t, err)
	return r, told
}

func observedGet() *Request {
	r := get()
	r.Service, r.URL.Host, r.Server = "S3", "bucket.server:9000", "server:9000"
	return r
}

// describing is a handler that tells what its call is about.
type describing struct{ handler }

func (*describing) Describe(set func(string, any)) { set("aws.s3.bucket", "bucket") }

func TestSpans(t *testing.T) {
	t.Parallel()
	r, told := observedRig(t,
		answer(503, "X-Code", "SlowDown"), broken(io.ErrUnexpectedEOF),
		answer(200, "X-Amz-Request-Id", "id-1", "X-Amz-Id-2", "id-2", "X-Body", "document"))
	req := put(strings.NewReader("content"), 7)
	req.Service, req.URL.Host = "S3", "bucket.server:9000"
	h := new(describing)
	var inner context.Context
	h.authorize = func(ctx context.Context, _ *Attempt) error { inner = ctx; return nil }
	_, err := r.Do(t.Context(), req, h)
	require.NoError(t, err)

	spans := told.Spans()
	require.Len(t, spans, 4)
	call := spans[0]
	require.Equal(t, "S3."+req.Operation, call.Operation)
	require.Equal(t, "scope", call.Scope)
	require.Equal(t, tracing.SpanKindClient, call.Kind)
	require.Equal(t, map[string]any{
		"rpc.service": "S3", "rpc.method": "S3/" + req.Operation, "server.address": "bucket.server", "server.port": 9000,
		"aws.s3.bucket": "bucket", "http.response.status_code": 200, "aws.request_id": "id-1", "aws.extended_request_id": "id-2",
	}, call.Properties)
	require.Equal(t, tracing.SpanStatusUnset, call.Status)
	require.Equal(t, []string{
		"retry map[error.type:SlowDown stowage.retry.wait:0.1]", "retry map[error.type:connection stowage.retry.wait:0.2]",
	}, call.Events)

	common := map[string]any{"http.request.method": "PUT", "server.address": "bucket.server", "server.port": 9000, "http.request.body.size": int64(7)}
	for i, more := range []map[string]any{
		{"http.response.status_code": 503, "error.type": "SlowDown", "http.response.body.size": int64(0)},
		{"http.request.resend_count": 1, "error.type": "connection"},
		{"http.request.resend_count": 2, "http.response.status_code": 200, "http.response.body.size": int64(8), "aws.request_id": "id-1", "aws.extended_request_id": "id-2"},
	} {
		for k, v := range common {
			more[k] = v
		}
		span := spans[i+1]
		require.Equal(t, more, span.Properties)
		require.Equal(t, "PUT", span.Operation)
		require.Equal(t, i < 2, span.Status == tracing.SpanStatusError)
		require.Equal(t, call.Operation, span.Parent.Operation)
	}
	for _, s := range spans {
		require.Equal(t, 1, s.Ended, s.Operation)
	}
	_, nested := r.Telemetry.tracer.StartSpan(inner, "login")
	require.Equal(t, "PUT", nested.(*telemetry.Span).Parent.Operation, "what Authorize does is part of the attempt")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	r, told := observedRig(t, answer(503, "X-Code", "SlowDown"), answer(200, "X-Body", "document"))
	req := put(strings.NewReader("content"), 7)
	req.Service, req.URL.Host, req.Server = "S3", "bucket.server:9000", "server:9000"
	_, err := r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)

	labels := map[string]any{"rpc.service": "S3", "rpc.method": "S3/" + req.Operation, "server.address": "server", "server.port": 9000}
	with := func(more ...any) map[string]any {
		all := map[string]any{}
		for k, v := range labels {
			all[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			all[more[i].(string)] = more[i+1]
		}
		return all
	}
	one := told.Measured("client.call.duration")
	require.Len(t, one, 1)
	require.Equal(t, "s", one[0].Unit)
	require.Equal(t, labels, one[0].Properties)
	require.Positive(t, one[0].Value)
	for _, name := range []string{"client.call.attempts", "client.call.attempt_duration"} {
		both := told.Measured(name)
		require.Len(t, both, 2)
		require.Equal(t, with("http.response.status_code", 503, "error.type", "SlowDown"), both[0].Properties)
		require.Equal(t, with("http.response.status_code", 200), both[1].Properties)
	}
	require.Equal(t, 2.0, told.Sum("client.call.attempts"))
	require.Empty(t, told.Measured("client.call.errors"))
	require.Equal(t, 14.0, told.Sum("client.http.bytes_sent"), "both times")
	require.Equal(t, 8.0, told.Sum("client.http.bytes_received"))
	left := told.Measured("client.retry.budget")
	require.Len(t, left, 1)
	require.Equal(t, float64(DefaultBudget-costRetry), left[0].Value)
	require.Equal(t, map[string]any{"rpc.service": "S3", "server.address": "server", "server.port": 9000}, left[0].Properties)

	r, told = observedRig(t, answer(404, "X-Code", "NoSuchKey"))
	r.Budget = nil
	_, err = r.Do(t.Context(), get(), &handler{})
	require.Error(t, err)
	failures := told.Measured("client.call.errors")
	require.Len(t, failures, 1)
	require.Equal(t, "NoSuchKey", failures[0].Properties["error.type"])
	require.Empty(t, told.Measured("client.retry.budget"), "there is none")
	require.Empty(t, told.Measured("client.http.bytes_sent"))
}

// A streamed answer's call lasts until its body has been read, or is closed.
func TestStreamedCall(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, ctx context.Context, body io.Reader) (*Response, *telemetry.Recorder) {
		r, told := observedRig(t, func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: req, Body: io.NopCloser(body), ContentLength: -1}, nil
		})
		req := observedGet()
		req.Stream = true
		resp, err := r.Do(ctx, req, &handler{})
		require.NoError(t, err)
		require.Len(t, told.Spans(), 2)
		require.Equal(t, 1.0, told.Sum("client.call.attempts"))
		require.Empty(t, told.Measured("client.call.duration"), "it goes on")
		for _, s := range told.Spans() {
			require.Zero(t, s.Ended)
		}
		return resp, told
	}
	ended := func(t *testing.T, told *telemetry.Recorder, received float64, kind any) {
		require.Len(t, told.Measured("client.call.duration"), 1)
		require.Equal(t, received, told.Sum("client.http.bytes_received"))
		for _, s := range told.Spans() {
			require.Equal(t, 1, s.Ended)
			require.Equal(t, kind, s.Properties["error.type"])
			require.Equal(t, 200, s.Properties["http.response.status_code"])
		}
		require.Equal(t, kind != nil, told.Sum("client.call.errors") == 1)
	}
	t.Run("read", func(t *testing.T) {
		resp, told := start(t, t.Context(), strings.NewReader("content"))
		_, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		ended(t, told, 7, nil)
		resp.Body.Close()
		ended(t, told, 7, nil)
	})
	t.Run("closed", func(t *testing.T) {
		resp, told := start(t, t.Context(), strings.NewReader("content"))
		_, err := resp.Body.Read(make([]byte, 3))
		require.NoError(t, err)
		resp.Body.Close()
		ended(t, told, 3, nil)
	})
	t.Run("broken", func(t *testing.T) {
		resp, told := start(t, t.Context(), io.MultiReader(strings.NewReader("con"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		_, err := io.ReadAll(resp.Body)
		require.Error(t, err)
		ended(t, told, 3, "connection")
		resp.Body.Close()
	})
	t.Run("canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		resp, told := start(t, ctx, iotest.ErrReader(context.Canceled))
		cancel()
		_, err := io.ReadAll(resp.Body)
		require.Error(t, err)
		ended(t, told, 0, "canceled")
		resp.Body.Close()
	})
}

// The names of objects are not for everybody who may read traces.
func TestSpanNames(t *testing.T) {
	t.Parallel()
	for _, names := range []bool{false, true} {
		r, told := observedRig(t, answer(200))
		r.TraceObjectNames = names
		req := observedGet()
		req.URL.Path, req.URL.RawQuery = "/holiday.jpg", "versionId=7&X-Amz-Signature=s3cret"
		req.Header.Set("Authorization", "s3cret")
		_, err := r.Do(t.Context(), req, &handler{})
		require.NoError(t, err)
		require.Equal(t, names, strings.Contains(told.String(), "http://bucket.server:9000/holiday.jpg?versionId=7&X-Amz-Signature=[redacted]"))
		require.Equal(t, names, strings.Contains(told.String(), "holiday"))
		require.NotContains(t, told.String(), "s3cret")
	}
}

func TestTelemetryIsOptional(t *testing.T) {
	t.Parallel()
	none, err := NewTelemetry("scope", nil, nil)
	require.NoError(t, err)
	require.Nil(t, none)
	told := new(telemetry.Recorder)

	r := newRig(t, answer(503), answer(200))
	r.Telemetry, err = NewTelemetry("scope", nil, told)
	require.NoError(t, err)
	_, err = r.Do(t.Context(), get(), &handler{})
	require.NoError(t, err)
	require.Empty(t, told.Spans())
	require.Equal(t, 2.0, told.Sum("client.call.attempts"))

	told = new(telemetry.Recorder)
	r = newRig(t, answer(503), answer(200))
	r.Telemetry, err = NewTelemetry("scope", told, nil)
	require.NoError(t, err)
	_, err = r.Do(t.Context(), get(), &handler{})
	require.NoError(t, err)
	require.Len(t, told.Spans(), 3)
	require.Equal(t, map[string]any{"rpc.service": "", "rpc.method": "/Get", "server.address": "server", "http.response.status_code": 200}, told.Spans()[0].Properties)

	told.Refuse = errors.New("no instruments")
	_, err = NewTelemetry("scope", told, told)
	require.ErrorIs(t, err, told.Refuse)
}

func TestErrorType(t *testing.T) {
	t.Parallel()
	of := func(err error) error { return &ConnectionError{"server", err} }
	teapot := &Response{Response: &http.Response{StatusCode: 418}}
	for _, tt := range []struct {
		resp *Response
		err  error
		want string
	}{
		{nil, context.Canceled, "canceled"},
		{nil, errors.Join(context.DeadlineExceeded, &apiError{code: "SlowDown"}), "timeout"},
		{teapot, &apiError{code: "SlowDown"}, "SlowDown"},
		{teapot, &apiError{code: "a sentence, by who knows whom"}, "418"},
		{teapot, &apiError{code: strings.Repeat("x", maxErrorType+1)}, "418"},
		{nil, &BodyError{io.ErrUnexpectedEOF}, "body"},
		{nil, of(&net.DNSError{Err: "no such host"}), "dns"},
		{nil, of(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), "tls"},
		{nil, of(&IdleError{}), "timeout"},
		{nil, of(io.EOF), "connection"},
		{teapot, errors.New("?"), "418"},
		{nil, errors.New("?"), "_OTHER"},
	} {
		require.Equal(t, tt.want, errorType(tt.resp, tt.err), "%v", tt.err)
	}
	for name, want := range map[string]string{
		"X-Amz-Request-Id": "aws.request_id", "X-Openstack-Request-Id": "openstack.request_id", "X-Trans-Id": "openstack.request_id",
	} {
		key, id := requestID(http.Header{name: {"id-1"}})
		require.Equal(t, want, key)
		require.Equal(t, "id-1", id)
	}
}

func TestTimings(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "document") }))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	u, err := url.Parse(server.URL)
	require.NoError(t, err)

	var log bytes.Buffer
	r, told := observedRig(t)
	r.HTTP = NewHTTPClient(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	t.Cleanup(r.HTTP.CloseIdleConnections)
	r.Timings = true
	r.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for range 2 {
		req := get()
		req.URL = *u
		_, err := r.Do(t.Context(), req, &handler{})
		require.NoError(t, err)
	}
	first, second, _ := strings.Cut(log.String(), "\n")
	for _, name := range []string{"reused=false", "connect=", "tls=", "acquire=", "wrote=", "first_byte="} {
		require.Contains(t, first, "timings."+name)
	}
	require.NotContains(t, first, "timings.dns", "an address was given")
	require.Contains(t, second, "timings.reused=true")
	require.NotContains(t, second, "timings.connect")
	require.Contains(t, second, "timings.first_byte")

	spans := told.Spans()
	require.Len(t, spans, 4)
	require.Equal(t, false, spans[1].Properties["stowage.attempt.reused"])
	require.Positive(t, spans[1].Properties["stowage.attempt.tls"])
	require.Equal(t, true, spans[3].Properties["stowage.attempt.reused"])
	require.NotContains(t, spans[3].Properties, "stowage.attempt.tls")
	for name, n := range map[string]int{
		"client.http.connections.connect_duration": 1, "client.http.connections.tls_handshake_duration": 1,
		"client.http.connections.acquire_duration": 2, "client.http.time_to_first_byte": 2, "client.http.connections.dns_lookup_duration": 0,
	} {
		require.Len(t, told.Measured(name), n, name)
	}

	// Logs alone.
	log.Reset()
	r.Telemetry = nil
	req := get()
	req.URL = *u
	_, err = r.Do(t.Context(), req, &handler{})
	require.NoError(t, err)
	require.Contains(t, log.String(), "timings.first_byte")
}

// A lookup that fails has no duration, and a dial that goes on without its attempt none
// either.
func TestTimingsOfFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var log bytes.Buffer
	r.Timings, r.MaxAttempts = true, -1
	r.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.HTTP = NewHTTPClient(nil)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	req := get()
	req.URL.Host = closed.Addr().String()
	_, err = r.Do(t.Context(), req, &handler{})
	require.Error(t, err)
	require.NotContains(t, log.String(), "timings.")

	tm := new(timings)
	tm.start(&tm.dialAt)
	tm.stop()
	tm.done(phaseConnect, &tm.dialAt, nil)
	tm.each(func(p phase, _ time.Duration) { t.Errorf("%v", p) })
}
