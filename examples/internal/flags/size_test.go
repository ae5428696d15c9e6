package flags

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{
		"0": 0, "512": 512, "512B": 512, "64MiB": 64 << 20, "64 mib": 64 << 20, "64M": 64 << 20,
		"5MB": 5_000_000, "1GiB": 1 << 30, "2k": 2048, "1TiB": 1 << 40, "3tb": 3e12,
	} {
		var b Size
		require.NoError(t, b.Set(text), text)
		require.Equal(t, want, b, text)
	}
	for _, text := range []string{"", "MiB", "-1", "1.5GiB", "1XiB", "1MiBs", "9999999TiB", "99999999999999999999"} {
		var b Size
		require.Error(t, b.Set(text), text)
	}
}

func TestSizesAsText(t *testing.T) {
	for n, want := range map[Size]string{
		0: "0 B", 1023: "1023 B", 1024: "1 KiB", 1536: "1.5 KiB", 512 << 20: "512 MiB", 1 << 30: "1 GiB", 5 << 40: "5 TiB",
	} {
		require.Equal(t, want, n.String())
	}
}
