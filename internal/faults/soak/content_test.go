package main

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestContent(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{0, 1, 7, 8, 9, 4096, 100_003} {
		c := content{id: 42, size: size}
		all, err := io.ReadAll(c.reader())
		require.NoError(t, err)
		require.Len(t, all, int(size))
		require.NoError(t, iotest.TestReader(c.reader(), all))
		require.NoError(t, c.compare(c.stream(), 0, size))
		for from := int64(0); from < size; from += 1 + size/5 {
			require.NoError(t, c.compare(bytes.NewReader(all[from:]), from, size))
		}
	}
	_, err := content{size: 1}.ReadAt(make([]byte, 1), -1)
	require.ErrorContains(t, err, "negative")
}

func TestContentDiffers(t *testing.T) {
	t.Parallel()
	c := content{id: 1, size: 10_000}
	all, err := io.ReadAll(c.reader())
	require.NoError(t, err)
	flipped := bytes.Clone(all)
	flipped[5000] ^= 1
	moved := append(bytes.Clone(all[8:]), all[:8]...)
	for name, tc := range map[string]struct {
		bytes []byte
		at    int64
	}{
		"a bit":      {flipped, 5000},
		"cut off":    {all[:9999], 9999},
		"empty":      {nil, 0},
		"moved":      {moved, 0},
		"one more":   {append(bytes.Clone(all), 0), 10_000},
		"another id": {func() []byte { b, _ := io.ReadAll(content{id: 2, size: 10_000}.reader()); return b }(), 0},
	} {
		var e *differentError
		require.ErrorAs(t, c.compare(bytes.NewReader(tc.bytes), 0, c.size), &e, name)
		require.Equal(t, tc.at, e.At, name)
		require.NotEmpty(t, e.Error())
	}
}

func TestContentOf(t *testing.T) {
	t.Parallel()
	c := content{id: 0xdeadbeef, size: 12345}
	got, err := contentOf("w03/tree-000001/" + c.name(17))
	require.NoError(t, err)
	require.Equal(t, c, got)
	for _, key := range []string{"", "a", "1-2", "1-x-2", "1--5-2", "1-5-zz"} {
		_, err := contentOf(key)
		require.Error(t, err, key)
	}
}
