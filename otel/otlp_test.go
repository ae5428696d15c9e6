package otel_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	stowageotel "github.com/stowage-go/stowage/otel"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// store answers one request with 503 and all others as S3 would. Of objects it keeps the size.
type store struct {
	mu      sync.Mutex
	refused bool
	sizes   map[string]int64 // by path
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("X-Amz-Request-Id", "id-1")
	query := r.URL.Query()
	switch {
	case err != nil:
	case r.Method == http.MethodPut && !s.refused:
		s.refused = true
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<Error><Code>SlowDown</Code></Error>")
	case r.Method == http.MethodPut:
		s.sizes[r.URL.Path] += n
		w.Header().Set("Etag", `"`+strconv.FormatInt(n, 10)+`"`)
	case r.Method == http.MethodHead:
		w.Header().Set("Etag", `"e"`)
		w.Header().Set("Content-Length", strconv.FormatInt(s.sizes[r.URL.Path], 10))
	case query.Has("uploads"):
		_, _ = io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
	case query.Has("uploadId"):
		_, _ = io.WriteString(w, `<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>`)
	default:
		_, _ = io.WriteString(w, "content")
	}
}

// What a program tells its collector: a trace that hangs together, and metrics.
func TestCollector(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	spans, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(c.URL+"/v1/traces"))
	require.NoError(t, err)
	values, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(c.URL+"/v1/metrics"))
	require.NoError(t, err)
	traces := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(values)))

	server := httptest.NewServer(&store{sizes: map[string]int64{}})
	t.Cleanup(server.Close)
	client, err := s3.New(s3.Options{
		Endpoint: server.URL, Profile: s3.MinIO(), Credentials: sigv4.Static("access", "swordfish", ""),
		BaseDelay: time.Microsecond, AttemptTimings: true,
		TracerProvider: stowageotel.TracerProvider(traces), MeterProvider: stowageotel.MeterProvider(meters),
	})
	require.NoError(t, err)

	ctx, job := traces.Tracer("job").Start(t.Context(), "job")
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: "photos", Key: "holiday.jpg", Body: strings.NewReader("content")})
	require.NoError(t, err)
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: "photos", Key: "holiday.jpg"})
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, out.Body)
	require.NoError(t, err)
	require.NoError(t, out.Body.Close())
	manager, err := transfer.NewManager(client, func(o *transfer.Options) { o.Integrity = transfer.IntegrityTransport })
	require.NoError(t, err)
	large := make([]byte, 17<<20)
	_, _ = rand.Read(large)
	_, err = manager.Upload(ctx, &s3.PutObjectInput{Bucket: "photos", Key: "film.mov", Body: bytes.NewReader(large)})
	require.NoError(t, err)
	job.End()
	require.NoError(t, traces.Shutdown(context.WithoutCancel(ctx)))
	require.NoError(t, meters.Shutdown(context.WithoutCancel(ctx)))

	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	port, err := strconv.ParseInt(u.Port(), 10, 64)
	require.NoError(t, err)
	root, put := c.span("job"), c.span("S3.PutObject")
	require.Equal(t, root.GetSpanId(), put.GetParentSpanId())
	require.Equal(t, root.GetTraceId(), put.GetTraceId())
	require.Equal(t, tracepb.Span_SPAN_KIND_CLIENT, put.GetKind())
	require.Equal(t, map[string]any{
		"rpc.system.name": "aws-api", "rpc.service": "S3", "rpc.method": "S3/PutObject", "cloud.region": "us-east-1",
		"server.address": "127.0.0.1", "server.port": port, "aws.s3.bucket": "photos",
		"http.response.status_code": int64(200), "aws.request_id": "id-1",
	}, attributes(put.GetAttributes()))
	require.Len(t, put.GetEvents(), 1)
	require.Equal(t, "retry", put.GetEvents()[0].GetName())
	require.Equal(t, "SlowDown", attributes(put.GetEvents()[0].GetAttributes())["error.type"])
	var attempts []*tracepb.Span
	for _, s := range c.all(http.MethodPut) {
		if string(s.GetParentSpanId()) == string(put.GetSpanId()) {
			attempts = append(attempts, s)
		}
	}
	require.Len(t, attempts, 2)
	refused, taken := attributes(attempts[0].GetAttributes()), attributes(attempts[1].GetAttributes())
	require.Equal(t, int64(503), refused["http.response.status_code"])
	require.Equal(t, "SlowDown", refused["error.type"])
	require.Equal(t, tracepb.Status_STATUS_CODE_ERROR, attempts[0].GetStatus().GetCode())
	require.Contains(t, refused, "stowage.attempt.first_byte")
	require.Equal(t, int64(1), taken["http.request.resend_count"])
	require.Equal(t, tracepb.Status_STATUS_CODE_UNSET, attempts[1].GetStatus().GetCode())
	require.Len(t, c.all("S3.UploadPart"), 2)
	require.Equal(t, c.span("S3.GetObject").GetTraceId(), root.GetTraceId())

	for name, want := range map[string]int64{
		"client.call.attempts":             8,
		"client.http.bytes_sent":           14 + int64(len(large)) + documentBytes(t, c),
		"client.retry.budget":              500,
		"stowage.transfer.bytes":           int64(len(large)),
		"stowage.transfer.parts_in_flight": 0,
	} {
		require.Equal(t, want, c.sum(name), name)
	}
	durations := c.metrics["client.call.duration"].GetHistogram().GetDataPoints()
	require.Len(t, durations, 6, "one for each operation")
	require.Equal(t, 0.005, durations[0].GetExplicitBounds()[0])
	require.Equal(t, map[string]bool{
		"job": true, "github.com/stowage-go/stowage/s3": true, "github.com/stowage-go/stowage/s3/transfer": true,
	}, c.scopes)
	documented(t, c)
	for _, s := range c.spans {
		require.NotContains(t, s.String(), "holiday")
		require.NotContains(t, s.String(), "swordfish")
	}
}

// documentBytes is what CompleteMultipartUpload sent.
func documentBytes(t *testing.T, c *collector) int64 {
	for _, s := range c.all(http.MethodPost) {
		if n, ok := attributes(s.GetAttributes())["http.request.body.size"].(int64); ok {
			return n
		}
	}
	t.Error("no document was sent")
	return 0
}

// documented: docs/observability.md lists everything that was told.
func documented(t *testing.T, c *collector) {
	t.Helper()
	doc, err := os.ReadFile("../docs/observability.md")
	require.NoError(t, err)
	known := func(name string) {
		t.Helper()
		rest := name[strings.LastIndex(name, ".")+1:]
		require.True(t, bytes.Contains(doc, []byte("`"+name+"`")) || bytes.Contains(doc, []byte("`."+rest+"`")), name)
	}
	for name := range c.metrics {
		known(name)
	}
	for _, s := range c.spans {
		for name := range attributes(s.GetAttributes()) {
			known(name)
		}
		for _, e := range s.GetEvents() {
			for name := range attributes(e.GetAttributes()) {
				known(name)
			}
		}
	}
}
