package rest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseTime(t *testing.T) {
	base := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"Fri, 02 Jan 2026 03:04:05 GMT":       base,
		"Fri, 2 Jan 2026 03:04:05 GMT":        base,
		"Fri, 02 Jan 2026 03:04:05 UTC":       base,
		"Fri, 02 Jan 2026 03:04:05 Z":         base,
		"Fri, 02 Jan 2026 12:04:05 +0900":     base,
		"Fri, 02 Jan 2026 03:04:05":           base,
		"02 Jan 2026 03:04:05 GMT":            base,
		"2 Jan 2026 12:04:05 +0900":           base,
		"Friday, 02-Jan-26 03:04:05 GMT":      base,
		"Fri, 02-Jan-2026 03:04:05 GMT":       base,
		"Fri, 02-Jan-26 03:04:05 GMT":         base,
		"Fri Jan  2 03:04:05 2026":            base,
		"Fri Jan  2 03:04:05 GMT 2026":        base,
		"Fri Jan  2 03:04:05 UTC 2026":        base,
		" Fri, 02 Jan 2026 03:04:05 GMT\n":    base,
		"Fri, 02 Jan 2026 03:04:05.250 GMT":   base.Add(250 * time.Millisecond),
		"2026-01-02T03:04:05Z":                base,
		"2026-01-02T03:04:05.000Z":            base,
		"2026-01-02T03:04:05.123456789Z":      base.Add(123456789),
		"2026-01-02T03:04:05":                 base,
		"2026-01-02T03:04:05.5":               base.Add(500 * time.Millisecond),
		"2026-01-02T12:04:05+09:00":           base,
		"2026-01-02T12:04:05+0900":            base,
		"2026-01-02T11:37:16.015000+00:00":    time.Date(2026, 1, 2, 11, 37, 16, 15e6, time.UTC),
		"2026-01-02 03:04:05":                 base,
		"2026-01-02 03:04:05.25":              base.Add(250 * time.Millisecond),
		"2026-01-02 03:04:05Z":                base,
		"20260102T030405Z":                    base,
		"2026-01-02":                          time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
		"1767323045":                          base,
		"1767323045.5":                        base.Add(500 * time.Millisecond),
		"1767323045.1234567891":               base.Add(123456789),
		"0":                                   time.Unix(0, 0).UTC(),
		"-1.5":                                time.Unix(-2, 5e8).UTC(),
		"\t2026-01-02T03:04:05.000000000Z \t": base,
	} {
		got, ok := parseTime(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", " ", "-", "never", "Thu, 99 Jan 2026 03:04:05 GMT", "2026-13-01T00:00:00Z", "1.x", "1.-5", "x.5",
		"99999999999999999999", "253402300800", "-62167219201", "0000-01-01T00:00:00+23:00", "Fri, 02 Jan 2026 03:04:05 EST",
	} {
		got, ok := parseTime(text)
		require.False(t, ok, "%s gave %s", text, got)
	}
}

func TestParseTimeOfGoodServersIsFree(t *testing.T) {
	for _, text := range []string{"Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05.000Z", "1771476278.30221"} {
		require.Zero(t, testing.AllocsPerRun(50, func() { parseTime(text) }), text)
	}
}

func TestAppendTime(t *testing.T) {
	for _, tt := range []struct {
		at     time.Time
		format timestampFormat
		want   string
	}{
		{time.Date(2026, 1, 2, 3, 4, 5, 999_999, time.UTC), formatDateTime, "2026-01-02T03:04:05Z"},
		{time.Date(2026, 1, 2, 3, 4, 5, 1_999_999, time.UTC), formatDateTime, "2026-01-02T03:04:05.001Z"},
		{time.Date(0, 1, 2, 3, 4, 5, 0, time.UTC), formatHTTPDate, "Sun, 02 Jan 0000 03:04:05 GMT"},
		{time.Date(12026, 1, 2, 3, 4, 5, 0, time.UTC), formatEpoch, "317336843045"},
	} {
		got, ok := appendTime(nil, tt.at, tt.format)
		require.True(t, ok)
		require.Equal(t, tt.want, string(got))
	}
	_, ok := appendTime(nil, time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), formatHTTPDate)
	require.False(t, ok)
}

func FuzzParseTime(f *testing.F) {
	f.Add("2026-01-02T03:04:05.123Z")
	f.Add("Fri, 02 Jan 2026 03:04:05 GMT")
	f.Add("1767323045.5")
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := parseTime(text)
		if !ok {
			return
		}
		for _, format := range []timestampFormat{formatHTTPDate, formatDateTime, formatEpoch} {
			b, ok := appendTime(nil, at, format)
			require.True(t, ok)
			again, ok := parseTime(string(b))
			require.True(t, ok, "%s", b)
			precision := time.Second
			if format == formatDateTime {
				precision = time.Millisecond
			}
			require.WithinDuration(t, at, again, precision, "%s", b)
		}
	})
}
