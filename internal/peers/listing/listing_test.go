package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	var table strings.Builder
	require.NoError(t, run(t.Context(), &table, 2500, 1, "", 0))
	for _, c := range clients {
		require.Contains(t, table.String(), "| "+c.name+" |")
	}
	require.ErrorContains(t, run(t.Context(), &table, 10, 1, "ours", 4), "-least needs both")
	require.ErrorContains(t, run(t.Context(), &table, 10, 1, "ours|aws", 1e9), "want at least")
}

// A client that misses a key, or sees another's ETag, is not measured.
func TestMeasureWantsEveryKey(t *testing.T) {
	b := newBucket(1001)
	require.Len(t, b.pages, 2)
	for _, seen := range []listed{{}, {keys: b.all.keys, size: b.all.size}, {keys: b.all.keys - 1, size: b.all.size, sum: b.all.sum}} {
		_, err := measure(t.Context(), b, func(context.Context) (listed, error) { return seen, nil })
		require.ErrorContains(t, err, "saw ")
	}
}

func TestMedian(t *testing.T) {
	require.Zero(t, median(nil))
	require.InDelta(t, 2, median([]float64{3, 1, 2}), 0)
	require.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 0)
}
