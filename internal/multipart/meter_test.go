package multipart

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
)

func TestMeter(t *testing.T) {
	t.Parallel()
	told := new(telemetry.Recorder)
	m, err := NewMeter("scope", "https://store.example:9000/base", told)
	require.NoError(t, err)
	of := m.Transfer("upload")
	tracker := NewTracker(TrackerOptions{Measured: of})
	tracker.Expect(10, 2)
	tracker.Add(6)
	require.Empty(t, told.Measured("stowage.transfer.bytes"), "no part is done")
	tracker.PartDone()
	tracker.Add(-2) // a retry
	tracker.Add(6)
	tracker.PartDone()
	tracker.Finish(10, 2)
	of.End(nil)
	bytes := told.Measured("stowage.transfer.bytes")
	require.Len(t, bytes, 2)
	require.Equal(t, 6.0, bytes[0].Value)
	require.Equal(t, 4.0, bytes[1].Value)
	require.Equal(t, map[string]any{"stowage.transfer.operation": "upload", "server.address": "store.example", "server.port": 9000}, bytes[0].Properties)
	m.Transfer("download").End(errors.New("failed"))
	durations := told.Measured("stowage.transfer.duration")
	require.Len(t, durations, 2)
	require.Equal(t, false, durations[0].Properties["stowage.transfer.failed"])
	require.Equal(t, true, durations[1].Properties["stowage.transfer.failed"])
	m.InFlight()(1)
	require.Equal(t, 1.0, told.Sum("stowage.transfer.parts_in_flight"))

	for endpoint, want := range map[string]map[string]any{"": {}, "https://store.example": {"server.address": "store.example"}} {
		told := new(telemetry.Recorder)
		m, err := NewMeter("scope", endpoint, told)
		require.NoError(t, err)
		m.InFlight()(1)
		require.Equal(t, want, told.Measured("stowage.transfer.parts_in_flight")[0].Properties)
	}

	told.Refuse = errors.New("no instruments")
	_, err = NewMeter("scope", "", told)
	require.ErrorIs(t, err, told.Refuse)
	none, err := NewMeter("scope", "", nil)
	require.NoError(t, err)
	require.Nil(t, none)
	require.Nil(t, none.InFlight())
	require.Nil(t, none.Transfer("upload"))
	none.Transfer("upload").End(nil)
}
