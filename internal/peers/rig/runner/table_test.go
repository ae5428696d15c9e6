package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func runs(cpus ...float64) []result {
	var v []result
	for i, c := range cpus {
		v = append(v, result{Rep: i, CPUS: c, WallS: 1, MaxRSSKB: int64(c * 1024)})
	}
	return v
}

func TestPairedRatioIsOfTheSameRepetition(t *testing.T) {
	require.InDelta(t, 2, paired(runs(2, 20, 6), runs(1, 10, 3), cpu), 1e-9)
	require.Zero(t, paired(runs(2), nil, cpu))
	short := runs(1, 10, 3)[1:] // repetition 0 of the base failed
	require.InDelta(t, 2, paired(runs(99, 20, 6), short, cpu), 1e-9)
}

func TestBestIsARivalWithItsDefaults(t *testing.T) {
	m := map[string][]result{"raw": runs(1), "awsmgr": runs(3, 3), "minio": runs(2, 9), "minio/nosha": runs(1), "gophercloud": runs(1)}
	require.Equal(t, "awsmgr", best(m, cpu))
	require.Empty(t, best(map[string][]result{"raw": runs(1)}, cpu))

	var b strings.Builder
	table(&b, caseT{name: "case", peers: w("raw awsmgr ours")}, map[string][]result{"raw": runs(1), "awsmgr": runs(4), "ours": runs(2)})
	require.Contains(t, b.String(), "best peer: awsmgr by CPU")
	require.Contains(t, b.String(), "| ours | 2.000 | 0.00+0.00 | 2.00 | 0.50 |")
}
