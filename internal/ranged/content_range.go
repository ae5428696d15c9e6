package ranged

import (
	"strconv"
	"strings"
)

// ContentRange is what the header of that name says ("bytes 0-9/100", RFC 9110, section
// 14.4): the first and the last byte of the range and the size of the whole. What it leaves
// open, or what can't be read, is -1.
type ContentRange struct {
	First, Last, Size int64
}

// ParseContentRange reads the header; ok is false where not even the first byte stands there.
func ParseContentRange(s string) (r ContentRange, ok bool) {
	spec, ok := strings.CutPrefix(s, "bytes ")
	span, size, _ := strings.Cut(spec, "/")
	first, last, dash := strings.Cut(span, "-")
	r = ContentRange{First: number(first), Last: number(last), Size: number(size)}
	return r, ok && dash && r.First >= 0
}

func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// Header is the Range header for size bytes at offset.
func Header(offset, size int64) string {
	b := make([]byte, 0, 48)
	b = strconv.AppendInt(append(b, "bytes="...), offset, 10)
	return string(strconv.AppendInt(append(b, '-'), offset+size-1, 10))
}
