package s3

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
	"github.com/stowage-go/stowage/sigv4"
)

func TestTelemetry(t *testing.T) {
	t.Parallel()
	told := new(telemetry.Recorder)
	rt := always(200, "content", "X-Amz-Request-Id", "id-1", "Etag", `"e"`)
	c := newClient(t, rt, func(o *Options) {
		o.Endpoint, o.Addressing = "https://store.example:9000", AddressingVirtualHost
		o.Credentials = sigv4.Static(testKey, testSecret, "swordfish")
		o.TracerProvider, o.MeterProvider = told, told
	})
	customerKey := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	out, err := c.GetObject(t.Context(), &GetObjectInput{
		Bucket: "photos", Key: "holiday.jpg", SSECustomerAlgorithm: "AES256", SSECustomerKey: CustomerKey(customerKey),
	})
	require.NoError(t, err)
	require.Empty(t, told.Measured("client.call.duration"), "the body is part of it")
	_, err = io.ReadAll(out.Body)
	require.NoError(t, err)
	require.NoError(t, out.Body.Close())
	spans := told.Spans()
	require.Len(t, spans, 2)
	require.Equal(t, "S3.GetObject", spans[0].Operation)
	require.Equal(t, "github.com/stowage-go/stowage/s3", spans[0].Scope)
	require.Equal(t, map[string]any{
		"rpc.system.name": "aws-api", "rpc.service": "S3", "rpc.method": "S3/GetObject", "cloud.region": testRegion,
		"server.address": "photos.store.example", "server.port": 9000, "aws.s3.bucket": "photos",
		"http.response.status_code": 200, "aws.request_id": "id-1",
	}, spans[0].Properties)
	require.Equal(t, 1, spans[0].Ended)
	calls := told.Measured("client.call.duration")
	require.Len(t, calls, 1)
	require.Equal(t, map[string]any{
		"rpc.service": "S3", "rpc.method": "S3/GetObject", "server.address": "store.example", "server.port": 9000,
	}, calls[0].Properties, "no label for each bucket")
	require.Equal(t, 7.0, told.Sum("client.http.bytes_received"))

	_, err = c.UploadPart(t.Context(), &UploadPartInput{Bucket: "photos", Key: "holiday.jpg", UploadId: "u", PartNumber: 3, Body: strings.NewReader("content")})
	require.NoError(t, err)
	require.Equal(t, 3, told.Spans()[2].Properties["aws.s3.part_number"])
	require.Equal(t, 7.0, told.Sum("client.http.bytes_sent"))
	_, err = c.ListBuckets(t.Context(), nil)
	require.Error(t, err, "content is no listing")
	require.NotContains(t, told.Spans()[4].Properties, "aws.s3.bucket")
	for _, secret := range []string{"holiday", testSecret, "swordfish", customerKey, "Signature"} {
		require.NotContains(t, told.String(), secret)
	}

	out, err = c.GetObject(t.Context(), &GetObjectInput{Bucket: "photos", Key: "holiday.jpg"}, func(o *Options) { o.TraceObjectNames = true })
	require.NoError(t, err)
	require.NoError(t, out.Body.Close())
	last := told.Spans()[len(told.Spans())-2:]
	require.Equal(t, "holiday.jpg", last[0].Properties["aws.s3.key"])
	require.Equal(t, "https://photos.store.example:9000/holiday.jpg", last[1].Properties["url.full"])

	told.Refuse = errors.New("no instruments")
	_, err = New(Options{MeterProvider: told})
	require.ErrorIs(t, err, told.Refuse)
}
