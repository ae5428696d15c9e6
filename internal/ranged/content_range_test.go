package ranged

import (
	"testing"

	"github.com/stretchr/testify/assert"
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
