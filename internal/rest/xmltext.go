package rest

import (
	"fmt"
	"unicode/utf8"
)

// XMLCarries tells whether a document can carry s. XML 1.0 has no form, not even an
// escaped one, for most control characters and for what is no UTF-8.
func XMLCarries(s string) bool {
	_, reason := appendText(nil, s, false)
	return reason == ""
}

// appendText escapes s for the text of an element or, with attribute, for the
// value of an attribute in double quotes. A reader turns a bare \r into \n, and
// in attributes \n and \t into spaces; as character references they survive.
// reason is not empty when s has something that XML 1.0 can't carry in any form,
// not even escaped.
func appendText(dst []byte, s string, attribute bool) (_ []byte, reason string) {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && size == 1:
				return dst, "is not valid UTF-8"
			case r == 0xFFFE || r == 0xFFFF:
				return dst, fmt.Sprintf("has the character %U, which XML can't carry", r)
			}
			i += size
			continue
		}
		var ref string
		switch c {
		case '&':
			ref = "&amp;"
		case '<':
			ref = "&lt;"
		case '>':
			ref = "&gt;"
		case '\r':
			ref = "&#xD;"
		case '\n':
			if attribute {
				ref = "&#xA;"
			}
		case '\t':
			if attribute {
				ref = "&#x9;"
			}
		case '"':
			if attribute {
				ref = "&quot;"
			}
		default:
			if c < 0x20 {
				return dst, fmt.Sprintf("has the character %U, which XML can't carry", rune(c))
			}
		}
		i++
		if ref != "" {
			dst = append(dst, s[start:i-1]...)
			dst = append(dst, ref...)
			start = i
		}
	}
	return append(dst, s[start:]...), ""
}
