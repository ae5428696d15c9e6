package flags

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes with a unit: 64MiB, 5MB, 1024.
type Size int64

// Set implements flag.Value.
func (b *Size) Set(s string) error {
	number := strings.TrimRight(s, "BKMGTibkmgt ")
	unit, ok := map[string]int64{
		"": 1, "b": 1,
		"k": 1 << 10, "kib": 1 << 10, "kb": 1e3,
		"m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
		"g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
		"t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
	}[strings.ToLower(strings.TrimSpace(s[len(number):]))]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no size: write 64MiB or 1GiB", s)
	}
	*b = Size(n * unit)
	return nil
}

// String writes 1536 as 1.5 KiB.
func (b Size) String() string {
	const units = "KMGTPE"
	if b < 1<<10 {
		return fmt.Sprintf("%d B", int64(b))
	}
	v, i := float64(b)/1024, 0
	for ; v >= 1024 && i < len(units)-1; i++ {
		v /= 1024
	}
	return fmt.Sprintf("%s %ciB", strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0"), units[i])
}
