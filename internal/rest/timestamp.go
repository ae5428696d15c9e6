package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// timestampFormat is Smithy's timestampFormat trait.
type timestampFormat uint8

const (
	formatHTTPDate timestampFormat = iota
	formatDateTime
	formatEpoch
)

func parseTimestampFormat(tag string) (timestampFormat, error) {
	switch tag {
	case "http-date":
		return formatHTTPDate, nil
	case "date-time":
		return formatDateTime, nil
	case "epoch":
		return formatEpoch, nil
	}
	return 0, fmt.Errorf("unknown timestamp format %q", tag)
}

// appendTime writes t in UTC: whole seconds, and milliseconds only in date-time
// and only when there are any. It reports false for a year that four digits
// don't hold.
func appendTime(dst []byte, t time.Time, f timestampFormat) ([]byte, bool) {
	t = t.UTC()
	if f == formatEpoch {
		return strconv.AppendInt(dst, t.Unix(), 10), true
	}
	if y := t.Year(); y < 0 || y > 9999 {
		return dst, false
	}
	switch {
	case f == formatHTTPDate:
		return t.AppendFormat(dst, http.TimeFormat), true
	case t.Nanosecond() >= int(time.Millisecond):
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z"), true
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05Z"), true
}

// isoLayouts are the shapes of ISO 8601 that servers send; Go's parser accepts
// a fraction of any length after the seconds in each of them.
var isoLayouts = [...]string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"20060102T150405Z0700",
	"2006-01-02",
}

// dateLayouts are the shapes of HTTP dates: RFC 9110's three, and what servers
// make of them (a day of one digit, a numeric zone, no weekday). "UTC" and "Z"
// have become "GMT" before they are tried.
var dateLayouts = [...]string{
	http.TimeFormat,
	"Mon, 2 Jan 2006 15:04:05 GMT",
	"Mon, 2 Jan 2006 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05",
	"2 Jan 2006 15:04:05 GMT",
	"2 Jan 2006 15:04:05 -0700",
	"Monday, 02-Jan-06 15:04:05 GMT",
	"Mon, 02-Jan-2006 15:04:05 GMT",
	"Mon, 02-Jan-06 15:04:05 GMT",
	time.ANSIC,
	"Mon Jan _2 15:04:05 GMT 2006",
}

// ParseTime reads a time as documents of other kinds than XML have it, in any format that
// servers are known to send; no zone means UTC, and the answer is in UTC. It reports false
// when it can't.
func ParseTime(s string) (time.Time, bool) { return parseTime(s) }

// parseTime reads a time in any format that servers are known to send,
// whichever the model asks for; no zone means UTC, and the answer is in UTC. It
// reports false when it can't.
func parseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, false
	}
	if c := s[0]; (c >= '0' && c <= '9') || c == '-' {
		// No layout is without a separator, and each that fails costs allocations.
		if strings.Trim(s, "0123456789.-") == "" && strings.LastIndexByte(s, '-') <= 0 {
			return parseEpoch(s)
		}
		if t, ok := parseLayouts(s, isoLayouts[:]); ok {
			return t, true
		}
	}
	for _, zone := range [...]string{" UTC", " Z"} {
		if cut, found := strings.CutSuffix(s, zone); found {
			s = cut + " GMT"
		}
	}
	return parseLayouts(strings.Replace(s, " UTC ", " GMT ", 1), dateLayouts[:])
}

// parseRFC3339 reads the form that nearly every document has, straight from its
// bytes. What it can't read may still be a time to parseTime.
func parseRFC3339(text []byte) (time.Time, bool) {
	var t time.Time
	if err := t.UnmarshalText(text); err != nil {
		return time.Time{}, false
	}
	t = t.UTC()
	return t, t.Year() >= 0 && t.Year() <= 9999
}

// parseLayouts tries the layouts in turn. The first of each list is what nearly
// every answer has; it parses without an allocation.
func parseLayouts(s string, layouts []string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			// The zone may have pushed it out of what four digits can say.
			return t, t.Year() >= 0 && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// parseEpoch reads seconds since 1970 with an optional fraction.
func parseEpoch(s string) (time.Time, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	// Outside the years 0 to 9999 it is no time in seconds.
	if err != nil || sec > 253402300799 || sec < -62167219200 {
		return time.Time{}, false
	}
	if len(frac) > 9 {
		frac = frac[:9]
	}
	var nsec int64
	if frac != "" {
		n, err := strconv.ParseUint(frac, 10, 32)
		if err != nil {
			return time.Time{}, false
		}
		nsec = int64(n)
		for range 9 - len(frac) {
			nsec *= 10
		}
		if strings.HasPrefix(whole, "-") {
			nsec = -nsec
		}
	}
	return time.Unix(sec, nsec).UTC(), true
}
