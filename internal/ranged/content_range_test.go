package ranged

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseContentRange(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]ContentRange{
		"bytes 0-9/100":   {0, 9, 100},
		"bytes 5-9/*":     {5, 9, -1},
		"bytes 5-9":       {5, 9, -1},
		"bytes 7-/9":      {7, -1, 9},
		"bytes 7-8/-9":    {7, 8, -1},
		"bytes  1 - 2 /3": {1, 2, 3},
	} {
		got, ok := ParseContentRange(header)
		assert.True(t, ok, header)
		assert.Equal(t, want, got, header)
	}
	for _, header := range []string{"", "bytes", "bytes ", "bytes */5", "bytes 5", "bytes -5/9", "bytes x-5/9", "lines 0-9/100", "bytes 99999999999999999999-9/9"} {
		_, ok := ParseContentRange(header)
		assert.False(t, ok, header)
	}
	assert.Equal(t, "bytes=10-14", Header(10, 5))
}

// Whatever the header says, what is read of it is a place in an object or left open.
func FuzzParseContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-9/100", "bytes 0-9/*", "bytes */100", "bytes -1-2/3", "bytes 9223372036854775807-9223372036854775808/1", "bytes 5-2/1", "", "bytes ", "items 0-1/2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := ParseContentRange(s)
		require.GreaterOrEqual(t, r.First, int64(-1))
		require.GreaterOrEqual(t, r.Last, int64(-1))
		require.GreaterOrEqual(t, r.Size, int64(-1))
		if ok {
			require.GreaterOrEqual(t, r.First, int64(0))
		}
	})
}
