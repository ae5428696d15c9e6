package swift

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
)

func TestTelemetry(t *testing.T) {
	t.Parallel()
	told := new(telemetry.Recorder)
	rt := answers(status(201, "ETag", "e"), status(204), status(200, "X-Auth-Token", "swordfish", "X-Storage-Url", testStorage))
	c := newClient(t, rt, func(o *Options) {
		o.Auth = StaticToken("swordfish", testStorage)
		o.TracerProvider, o.MeterProvider, o.ETagCheck = told, told, ETagCheckNever
	})
	_, err := c.CreateObject(t.Context(), &CreateObjectInput{Container: "photos", Object: "holiday.jpg", Body: strings.NewReader("content")})
	require.NoError(t, err)
	spans := told.Spans()
	require.Len(t, spans, 2)
	require.Equal(t, "Swift.CreateObject", spans[0].Operation)
	require.Equal(t, "github.com/stowage-go/stowage/swift", spans[0].Scope)
	require.Equal(t, "photos", spans[0].Properties["openstack.swift.container"])
	require.Equal(t, "tx1", spans[0].Properties["openstack.request_id"])
	require.Equal(t, 7.0, told.Sum("client.http.bytes_sent"))
	require.NotContains(t, told.String(), "holiday")

	_, err = c.DeleteObject(t.Context(), &DeleteObjectInput{Container: "photos", Object: "holiday.jpg"}, func(o *Options) { o.TraceObjectNames = true })
	require.NoError(t, err)
	require.Equal(t, "holiday.jpg", told.Spans()[2].Properties["openstack.swift.object"])

	a, err := NewTempAuth(TempAuthOptions{
		AuthURL: "https://swift.example.com/auth/v1.0", User: "u", Key: "swordfish",
		HTTPClient: &http.Client{Transport: rt}, TracerProvider: told, MeterProvider: told, AttemptTimings: true,
	})
	require.NoError(t, err)
	_, _, err = a.Authenticate(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Swift.TempAuth", told.Spans()[4].Operation)
	require.NotContains(t, told.String(), "swordfish")

	told.Refuse = errors.New("no instruments")
	_, err = New(Options{Auth: StaticToken("t", testStorage), MeterProvider: told})
	require.ErrorIs(t, err, told.Refuse)
	_, err = NewTempAuth(TempAuthOptions{AuthURL: "https://swift.example.com/", User: "u", Key: "k", MeterProvider: told})
	require.ErrorIs(t, err, told.Refuse)
}
