package rest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRound(t *testing.T) {
	t.Parallel()
	type place struct{ tokens []int }
	for before := range 10 {
		for length := 1; length < 50; length++ {
			var r Round[place]
			n := 0
			for at := 0; !r.Closed(place{[]int{at}}); n++ {
				if at++; at == before+length {
					at = before
				}
				require.Less(t, n, 4*(before+length)+4, "%d places, then a round of %d", before, length)
			}
			require.GreaterOrEqual(t, n, length)
		}
	}
	var r Round[int]
	for at := range 10_000 {
		require.False(t, r.Closed(at))
	}
}
