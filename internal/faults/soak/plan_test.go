package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func take(seed uint64, proxy, n int) (steps []step) {
	for s := range plan(seed, proxy) {
		if steps = append(steps, s); len(steps) == n {
			break
		}
	}
	return steps
}

func TestPlan(t *testing.T) {
	t.Parallel()
	steps := take(7, 1, 500)
	require.Equal(t, steps, take(7, 1, 500), "the same seed")
	require.NotEqual(t, steps, take(8, 1, 500), "another seed")
	require.NotEqual(t, steps, take(7, 2, 500), "another proxy")
	seen := map[string]bool{}
	for _, s := range steps {
		seen[s.fault.name] = true
		require.GreaterOrEqual(t, s.calm, time.Second)
		require.GreaterOrEqual(t, s.length, time.Second)
		if s.fault.toxic != "" {
			require.Contains(t, []string{upstream, downstream}, s.fault.stream)
			require.Positive(t, s.fault.toxicity)
		}
	}
	require.Len(t, seen, len(faultKinds), "every fault comes up")
}
