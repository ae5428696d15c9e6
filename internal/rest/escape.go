package rest

const upperHex = "0123456789ABCDEF"

// isUnreserved is RFC 3986, section 2.3: the only bytes that SigV4 leaves bare.
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~'
}

// escapedLen is the length of s after appendEscaped; len(s) when nothing in it
// needs escaping.
func escapedLen(s string, keepSlash bool) int {
	n := len(s)
	for i := range len(s) {
		if c := s[i]; !isUnreserved(c) && (c != '/' || !keepSlash) {
			n += 2
		}
	}
	return n
}

// appendEscaped percent-encodes every byte of s but the unreserved ones (and
// '/' when asked). It works on bytes, so invalid UTF-8 survives as it is.
func appendEscaped(dst []byte, s string, keepSlash bool) []byte {
	for i := range len(s) {
		c := s[i]
		if isUnreserved(c) || (c == '/' && keepSlash) {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
	}
	return dst
}

// escape is appendEscaped for one string, which is returned itself when nothing
// in it changes.
func escape(s string) string {
	n := escapedLen(s, false)
	if n == len(s) {
		return s
	}
	return string(appendEscaped(make([]byte, 0, n), s, false))
}
