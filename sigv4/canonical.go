package sigv4

import (
	"bytes"
	"fmt"
	"slices"
)

const upperHex = "0123456789ABCDEF"

// unreserved are the bytes that RFC 3986 (section 2.3) never escapes.
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func appendEscaped(dst []byte, c byte) []byte {
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

// appendEscapedString escapes every byte of s but the unreserved ones.
func appendEscapedString[S string | []byte](dst []byte, s S) []byte {
	for i := range len(s) {
		if c := s[i]; unreserved(c) {
			dst = append(dst, c)
		} else {
			dst = appendEscaped(dst, c)
		}
	}
	return dst
}

// unhex is the value of a hexadecimal digit, of either case.
func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// byteAt decodes the byte that starts at s[i], which is either itself or an
// escape of three characters, and says how many characters it took; 0 for a
// broken escape.
func byteAt(s string, i int) (c byte, size int) {
	if s[i] != '%' {
		return s[i], 1
	}
	if i+2 >= len(s) {
		return 0, 0
	}
	hi, ok1 := unhex(s[i+1])
	lo, ok2 := unhex(s[i+2])
	if !ok1 || !ok2 {
		return 0, 0
	}
	return hi<<4 | lo, 3
}

// appendPath appends the canonical form of an escaped path.
//
// S3 (generic false): the path is decoded and encoded again, so that each byte
// but the unreserved and '/' is escaped exactly once, with upper-case digits,
// whichever way the sender wrote it. That is what servers compare with.
//
// Other services: the path is normalised if asked, and what is then on the wire
// is encoded once more, its '%' included.
func appendPath(dst []byte, path string, normalize, again bool) ([]byte, error) {
	if path == "" {
		return append(dst, '/'), nil
	}
	if path[0] != '/' {
		return dst, fmt.Errorf("sigv4: malformed path: it does not start with a slash")
	}
	start := len(dst)
	for i := 0; i < len(path); {
		c, size := byteAt(path, i)
		switch {
		case size == 0:
			return dst[:start], fmt.Errorf("sigv4: malformed path: broken escape at byte %d", i)
		case again && size == 3: // stays as it is spelled, then is escaped again
			dst = append(dst, path[i:i+3]...)
		case again || unreserved(c) || c == '/':
			dst = append(dst, c)
		default:
			dst = appendEscaped(dst, c)
		}
		i += size
	}
	if normalize {
		dst = dst[:start+len(removeDots(dst[start:]))]
	}
	if again {
		dst = escapeAgain(dst, start)
	}
	return dst, nil
}

// removeDots drops "." segments, lets ".." take its predecessor with it, and
// joins runs of slashes, in place. A trailing slash stays, and so does one that
// a last "." or ".." leaves behind.
func removeDots(path []byte) []byte {
	out := path[:1] // the leading slash
	for i := 1; i < len(path); {
		end := i
		for end < len(path) && path[end] != '/' {
			end++
		}
		segment := path[i:end]
		more := end < len(path)
		switch {
		case len(segment) == 0, len(segment) == 1 && segment[0] == '.':
		case len(segment) == 2 && segment[0] == '.' && segment[1] == '.':
			if len(out) > 1 { // out ends with a slash: cut back to the one before
				out = out[:bytes.LastIndexByte(out[:len(out)-1], '/')+1]
			}
		default:
			out = append(out, segment...) // never overtakes i: out only shrinks
			if more {
				out = append(out, '/')
			}
		}
		i = end + 1
	}
	return out
}

// escapeAgain escapes dst[start:] in place, all but the unreserved and '/'.
func escapeAgain(dst []byte, start int) []byte {
	extra := 0
	for _, c := range dst[start:] {
		if !unreserved(c) && c != '/' {
			extra += 2
		}
	}
	if extra == 0 {
		return dst
	}
	from := len(dst) - 1
	dst = append(dst, make([]byte, extra)...)
	for to := len(dst) - 1; from >= start; from-- { // backwards, so that nothing is overwritten unread
		c := dst[from]
		if unreserved(c) || c == '/' {
			dst[to] = c
			to--
			continue
		}
		dst[to-2], dst[to-1], dst[to] = '%', upperHex[c>>4], upperHex[c&15]
		to -= 3
	}
	return dst
}

// pair is one query parameter in canonical escaping, as places in a buffer.
type pair struct{ name, equals, end int }

// canonicalQuery tells whether a raw query already is in canonical form: sorted
// by name and then value, escaped as S3 escapes it, each name with its '='.
func canonicalQuery(raw string) bool {
	prevName, prevValue := "", ""
	for rest, more := raw, true; more; {
		end, equals := 0, -1
		for ; end < len(rest) && rest[end] != '&'; end++ {
			switch c := rest[end]; {
			case unreserved(c):
			case c == '=' && equals < 0:
				equals = end
			case c == '%' && end+2 < len(rest):
				c, size := byteAt(rest, end)
				if size == 0 || unreserved(c) || rest[end+1] >= 'a' || rest[end+2] >= 'a' {
					return false
				}
				end += 2
			default:
				return false
			}
		}
		if equals < 0 {
			return false
		}
		name, value := rest[:equals], rest[equals+1:end]
		if name < prevName || name == prevName && value < prevValue {
			return false
		}
		prevName, prevValue = name, value
		if more = end < len(rest); more {
			rest = rest[end+1:]
		}
	}
	return true
}

// addQuery parses a raw query into s.pairs: escapes are decoded and written
// anew, '+' is a space, a name without '=' has the empty value, and empty
// parameters ("a&&b") are none. ';' is data, not a separator. Parameters that
// drop names are left out.
func (s *scratch) addQuery(raw string, drop func(name []byte) bool) error {
	for i := 0; i < len(raw); {
		if raw[i] == '&' {
			i++
			continue
		}
		p := pair{name: len(s.params), equals: -1}
		for i < len(raw) && raw[i] != '&' {
			c, size := byteAt(raw, i)
			switch {
			case size == 0:
				return fmt.Errorf("sigv4: malformed query: broken escape at byte %d", i)
			case size == 1 && (c <= ' ' || c == 0x7f):
				return fmt.Errorf("sigv4: malformed query: space or control character at byte %d", i)
			case size == 1 && c == '=' && p.equals < 0:
				p.equals = len(s.params)
				s.params = append(s.params, '=')
			case size == 1 && c == '+':
				s.params = append(s.params, "%20"...)
			case unreserved(c):
				s.params = append(s.params, c)
			default:
				s.params = appendEscaped(s.params, c)
			}
			i += size
		}
		s.endPair(p, drop)
	}
	return nil
}

// addParam adds one parameter, whose name needs no escaping.
func addParam[S string | []byte](s *scratch, name string, value S) {
	p := pair{name: len(s.params)}
	s.params = append(s.params, name...)
	p.equals = len(s.params)
	s.params = append(s.params, '=')
	s.params = appendEscapedString(s.params, value)
	s.endPair(p, nil)
}

func (s *scratch) endPair(p pair, drop func(name []byte) bool) {
	if p.equals < 0 {
		p.equals = len(s.params)
		s.params = append(s.params, '=')
	}
	p.end = len(s.params)
	if drop != nil && drop(s.params[p.name:p.equals]) {
		s.params = s.params[:p.name]
		return
	}
	s.pairs = append(s.pairs, p)
}

// appendPairs appends the parameters gathered, sorted.
func (s *scratch) appendPairs(dst []byte) []byte {
	params := s.params
	slices.SortStableFunc(s.pairs, func(a, b pair) int {
		// Names first: "a=" sorts behind "a-b=" if the whole is compared.
		if c := bytes.Compare(params[a.name:a.equals], params[b.name:b.equals]); c != 0 {
			return c
		}
		return bytes.Compare(params[a.equals:a.end], params[b.equals:b.end])
	})
	for i, p := range s.pairs {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, params[p.name:p.end]...)
	}
	return dst
}
