package transfer

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestMemoryReader(t *testing.T) {
	b := []byte("0123456789")
	r := &memoryReader{SectionReader: io.NewSectionReader(bytes.NewReader(b), 0, 10), b: b}
	require.NoError(t, iotest.TestReader(r, b))
	for _, at := range []int64{0, 3, 10} {
		_, err := r.Seek(at, io.SeekStart)
		require.NoError(t, err)
		require.Equal(t, 10-int(at), r.Len())
		var out bytes.Buffer
		n, err := r.WriteTo(&out)
		require.NoError(t, err)
		require.Equal(t, 10-at, n)
		require.Equal(t, string(b[at:]), out.String())
		require.Zero(t, r.Len())
	}
	_, err := r.Seek(20, io.SeekStart)
	require.NoError(t, err)
	require.Zero(t, r.Len())
}
