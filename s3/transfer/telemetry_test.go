package transfer

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
	"github.com/stowage-go/stowage/s3"
)

func TestManagerMeasures(t *testing.T) {
	t.Parallel()
	told := new(telemetry.Recorder)
	f := newFake(s3.AWS())
	f.resolved.MeterProvider = told
	m := newManager(t, f)
	_, err := m.Upload(t.Context(), input(bytes.NewReader(pattern(2*partSize+1))))
	require.NoError(t, err)
	require.Equal(t, float64(2*partSize+1), told.Sum("stowage.transfer.bytes"))
	require.Zero(t, told.Sum("stowage.transfer.parts_in_flight"))
	require.Len(t, told.Measured("stowage.transfer.parts_in_flight"), 6, "three parts begin and end")
	durations := told.Measured("stowage.transfer.duration")
	require.Len(t, durations, 1)
	require.Equal(t, map[string]any{
		"server.address": "s3.example.com", "stowage.transfer.operation": "upload", "stowage.transfer.failed": false,
	}, durations[0].Properties)
	require.Equal(t, "github.com/stowage-go/stowage/s3/transfer", durations[0].Scope)

	told.Refuse = errors.New("no instruments")
	_, err = NewManager(f)
	require.ErrorIs(t, err, told.Refuse)
}
