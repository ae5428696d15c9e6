package transfer

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/wiretest/telemetry"
	"github.com/stowage-go/stowage/swift"
)

func TestTransfersAreMeasured(t *testing.T) {
	t.Parallel()
	told := new(telemetry.Recorder)
	s := newServer(swift.OpenStack())
	client := s.client(t, func(o *swift.Options) { o.MeterProvider = told })
	u, err := NewUploader(client, func(o *Options) { o.PartSize = 10 })
	require.NoError(t, err)
	_, err = u.UploadSLO(t.Context(), put(bytes.NewReader(data(35))))
	require.NoError(t, err)
	require.Equal(t, 35.0, told.Sum("stowage.transfer.bytes"))
	require.Len(t, told.Measured("stowage.transfer.parts_in_flight"), 8, "four segments begin and end")
	d, err := NewDownloader(client, func(o *DownloadOptions) { o.PartSize = 10 })
	require.NoError(t, err)
	_, err = d.Download(t.Context(), lockedWriter{}, get())
	require.NoError(t, err)
	require.Equal(t, 70.0, told.Sum("stowage.transfer.bytes"))
	require.Zero(t, told.Sum("stowage.transfer.parts_in_flight"))
	durations := told.Measured("stowage.transfer.duration")
	require.Len(t, durations, 2)
	require.Equal(t, "upload", durations[0].Properties["stowage.transfer.operation"])
	require.Equal(t, "download", durations[1].Properties["stowage.transfer.operation"])

	told.Refuse = errors.New("no instruments")
	_, err = NewUploader(client)
	require.ErrorIs(t, err, told.Refuse)
	_, err = NewDownloader(client)
	require.ErrorIs(t, err, told.Refuse)
}
