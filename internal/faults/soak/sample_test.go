package main

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFlat(t *testing.T) {
	t.Parallel()
	first := sample{heap: 100 << 20, goroutines: 10, descriptors: 20}
	require.Empty(t, flat(first, first))
	require.Empty(t, flat(first, sample{heap: 110 << 20, goroutines: 14, descriptors: 24}))
	require.Empty(t, flat(first, sample{}))
	require.Len(t, flat(first, sample{heap: 110<<20 + 1, goroutines: 15, descriptors: 25}), 3)
	require.Len(t, flat(sample{heap: 1 << 20}, sample{heap: 3<<20 + 1}), 1)
	require.Empty(t, flat(sample{heap: 1 << 20}, sample{heap: 3 << 20}))
}

func TestSettled(t *testing.T) {
	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer f.Close()
	s := settled(http.DefaultClient)
	require.Positive(t, s.heap)
	require.Positive(t, s.goroutines)
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		require.Greater(t, s.descriptors, 3)
	}
}
