package xmlscan

import (
	"unicode"
)

// reference reads the reference at the start of text, which is n bytes long.
// cut says that the document ends with the text.
func (s *Scanner) reference(text []byte, cut bool) (r rune, n int, err error) {
	if len(text) > 1 && text[1] == '#' {
		r, n = number(text)
	} else {
		r, n = entity(text)
	}
	switch {
	case n == len(text) && cut:
		return 0, 0, ErrTruncated
	case n == len(text) || text[n] != ';':
		return 0, 0, s.fail("invalid character entity " + short(text[:n]) + " (no semicolon)")
	case r < 0:
		return 0, 0, s.fail("invalid character entity " + short(text[:n+1]))
	}
	return r, n + 1, nil
}

// number reads &#10 or &#xA. Its r is negative when that is no character.
func number(text []byte) (r rune, n int) {
	n = len("&#")
	base := rune(10)
	if n < len(text) && text[n] == 'x' {
		base = 16
		n++
	}
	start := n
	for ; n < len(text); n++ {
		d := digit(text[n])
		if d < 0 || d >= base {
			break
		}
		if r <= unicode.MaxRune {
			r = r*base + d
		}
	}
	if n == start || r > unicode.MaxRune {
		r = -1
	}
	return r, n
}

func digit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

// entity reads &name. Its r is negative when XML itself doesn't define it.
func entity(text []byte) (r rune, n int) {
	n = 1
	for n < len(text) && classes[text[n]]&anywhere != 0 {
		n++
	}
	switch string(text[1:n]) {
	case "lt":
		return '<', n
	case "gt":
		return '>', n
	case "amp":
		return '&', n
	case "quot":
		return '"', n
	case "apos":
		return '\'', n
	}
	return -1, n
}
