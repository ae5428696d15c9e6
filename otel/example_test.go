package otel_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	stowageotel "github.com/stowage-go/stowage/otel"
	"github.com/stowage-go/stowage/s3"
)

// A service has exporters here that send to its collector.
func Example() {
	ctx := context.Background()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()

	spans := tracetest.NewInMemoryExporter()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	values := sdkmetric.NewManualReader()
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(values))

	client, err := s3.New(s3.Options{
		Endpoint:       server.URL,
		TracerProvider: stowageotel.TracerProvider(traces),
		MeterProvider:  stowageotel.MeterProvider(meters),
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: "photos", Key: "holiday.jpg"})
	fmt.Println(err != nil)
	for _, s := range spans.GetSpans() {
		fmt.Println(s.Name, s.SpanKind, s.Status.Code)
	}
	var all metricdata.ResourceMetrics
	if err := values.Collect(ctx, &all); err != nil {
		log.Fatal(err)
	}
	for _, m := range all.ScopeMetrics[0].Metrics {
		fmt.Println(m.Name, m.Unit)
	}
	// Output:
	// true
	// HEAD client Error
	// S3.HeadObject client Error
	// client.call.duration s
	// client.call.attempt_duration s
	// client.call.attempts {attempt}
	// client.call.errors {error}
	// client.retry.budget {token}
}
