package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpeed(t *testing.T) {
	require.Equal(t, "64 MiB in 2.00 s, 32.0 MiB/s", speed(64<<20, 2*time.Second))
}

// A pipe or a file gets three lines, whatever the number of calls.
func TestMeterWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	m := newMeter(&out, "uploading", 100)
	for n := range int64(101) {
		m.set(n)
		if n == 60 {
			m.set(40) // a part is sent again
		}
	}
	m.done()
	m.close()
	require.Equal(t, "uploading   25 B of 100 B\nuploading   50 B of 100 B\nuploading   75 B of 100 B\n", out.String())
}

func TestMeterOfNothing(t *testing.T) {
	var out bytes.Buffer
	m := newMeter(&out, "uploading", 0)
	m.set(0)
	n, err := m.Write(nil)
	require.NoError(t, err)
	require.Zero(t, n)
	m.close()
	require.Empty(t, out.String())
}
