// Package otel hands the spans and metrics of Stowage's clients to OpenTelemetry. It is a
// module of its own, so that only programs that use OpenTelemetry depend on it.
//
//	import (
//		stowageotel "github.com/stowage-go/stowage/otel"
//		"go.opentelemetry.io/otel"
//	)
//
//	client, err := s3.New(s3.Options{
//		Endpoint:       "https://objects.example.com",
//		Credentials:    credentials,
//		TracerProvider: stowageotel.TracerProvider(otel.GetTracerProvider()),
//		MeterProvider:  stowageotel.MeterProvider(otel.GetMeterProvider()),
//	})
//
// Options of packages s3, swift and identity have the two fields, and the managers and
// uploaders of s3/transfer and swift/transfer measure for the client that they are made over.
// What is told, under which names, is listed in docs/observability.md of the repository.
//
// The adapters implement the interfaces of smithy-go, so they also serve other SDKs that take
// those, aws-sdk-go-v2 among them. They hold no state, start no goroutines and are as safe for
// concurrent use as the providers that they are given.
//
// No headers are added to requests: that a server is told of the trace is the affair of an
// http.RoundTripper, such as that of package otelhttp, in Options.HTTPClient. It finds the
// span of the attempt in the request's context. Header names that it adds are not signed.
package otel
