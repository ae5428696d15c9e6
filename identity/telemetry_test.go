package identity

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
)

func TestTelemetry(t *testing.T) {
	t.Parallel()
	told := new(telemetry.Recorder)
	s := newKeystoneServer()
	c := s.client(t, V3, func(o *Options) { o.TracerProvider, o.MeterProvider = told, told })
	_, err := c.CreateEC2Credential(t.Context(), nil)
	require.NoError(t, err)
	var names []string
	for _, span := range told.Spans() {
		require.Equal(t, "github.com/stowage-go/stowage/identity", span.Scope)
		require.Equal(t, 1, span.Ended)
		names = append(names, span.Operation)
	}
	require.Contains(t, names, "Keystone.IssueToken")
	require.Contains(t, names, "Keystone.CreateEC2Credential")
	require.Equal(t, 2.0, told.Sum("client.call.attempts"))
	require.NotContains(t, told.String(), serverPassword)
	require.NotContains(t, told.String(), serverUser, "the user is part of the path")

	told.Refuse = errors.New("no instruments")
	_, err = NewSTS(STSOptions{Endpoint: "https://sts.example.com", HTTPOptions: HTTPOptions{MeterProvider: told}})
	require.ErrorIs(t, err, told.Refuse)
}
