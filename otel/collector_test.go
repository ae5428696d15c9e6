package otel_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes what exporters send by OTLP over HTTP.
type collector struct {
	*httptest.Server
	t *testing.T

	mu      sync.Mutex
	scopes  map[string]bool
	spans   []*tracepb.Span
	metrics map[string]*metricspb.Metric // the last of that name
}

func newCollector(t *testing.T) *collector {
	c := &collector{t: t, scopes: map[string]bool{}, metrics: map[string]*metricspb.Metric{}}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r.URL.Path {
	case "/v1/traces":
		var in collectortrace.ExportTraceServiceRequest
		err = proto.Unmarshal(body, &in)
		for _, of := range in.GetResourceSpans() {
			for _, scope := range of.GetScopeSpans() {
				c.scopes[scope.GetScope().GetName()] = true
				c.spans = append(c.spans, scope.GetSpans()...)
			}
		}
	case "/v1/metrics":
		var in collectormetrics.ExportMetricsServiceRequest
		err = proto.Unmarshal(body, &in)
		for _, of := range in.GetResourceMetrics() {
			for _, scope := range of.GetScopeMetrics() {
				c.scopes[scope.GetScope().GetName()] = true
				for _, m := range scope.GetMetrics() {
					c.metrics[m.GetName()] = m
				}
			}
		}
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		c.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// span is the only one of that name.
func (c *collector) span(name string) *tracepb.Span {
	c.t.Helper()
	found := c.all(name)
	require.Len(c.t, found, 1, name)
	return found[0]
}

func (c *collector) all(name string) []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []*tracepb.Span
	for _, s := range c.spans {
		if s.GetName() == name {
			found = append(found, s)
		}
	}
	return found
}

// sum is of the points of a counter or gauge.
func (c *collector) sum(name string) (sum int64) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.metrics[name]
	require.NotNil(c.t, m, name)
	for _, p := range append(m.GetSum().GetDataPoints(), m.GetGauge().GetDataPoints()...) {
		sum += p.GetAsInt()
	}
	return sum
}

func attributes(of []*commonpb.KeyValue) map[string]any {
	all := map[string]any{}
	for _, kv := range of {
		switch v := kv.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			all[kv.GetKey()] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			all[kv.GetKey()] = v.IntValue
		case *commonpb.AnyValue_DoubleValue:
			all[kv.GetKey()] = v.DoubleValue
		case *commonpb.AnyValue_BoolValue:
			all[kv.GetKey()] = v.BoolValue
		}
	}
	return all
}
