package xmlscan

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Name is the name of an element or an attribute as it is written, with its
// prefix.
type Name []byte

// Local is the name without the prefix.
func (n Name) Local() []byte {
	if i := n.colon(); i > 0 {
		return n[i+1:]
	}
	return n
}

// Prefix is what is before the colon, empty without one.
func (n Name) Prefix() []byte { return n[:n.colon()] }

// colon is the length of the prefix. A colon at either end belongs to the name.
func (n Name) colon() int {
	i := bytes.IndexByte(n, ':')
	if i < 0 || i == len(n)-1 {
		return 0
	}
	return i
}

const (
	plain    uint8 = 1 << iota // stands for itself in text
	letter                     // may begin a name, the colon aside
	inName                     // may go on a name, the colon aside
	anywhere                   // inName, the colon and every byte that is not ASCII
)

// classes says of each byte where it may stand.
var classes = func() (t [256]uint8) {
	for i := range t {
		c := byte(i)
		switch {
		case c >= utf8.RuneSelf:
			t[c] = anywhere
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
			t[c] = letter | inName | anywhere
		case c >= '0' && c <= '9', c == '-', c == '.':
			t[c] = inName | anywhere
		case c == ':':
			t[c] = anywhere
		}
		if (c >= 0x20 || c == '\t' || c == '\n') && c != '<' && c != '&' && c != ']' {
			t[c] |= plain
		}
	}
	return t
}()

// tagName reads the name of an element or an attribute.
func (s *Scanner) tagName(what string) (Name, error) {
	start, i := s.pos, s.pos
	for i < len(s.doc) && classes[s.doc[i]]&inName != 0 {
		i++
	}
	if i < len(s.doc) && i > start && classes[s.doc[start]]&letter != 0 && classes[s.doc[i]]&anywhere == 0 {
		s.pos = i
		return Name(s.doc[start:i]), nil
	}
	name, err := s.anyName(what)
	if err == nil && bytes.Count(name, []byte(":")) > 1 {
		err = s.fail("expected " + what)
	}
	return name, err
}

// anyName reads a name of any letters, with any colons.
func (s *Scanner) anyName(what string) (Name, error) {
	start := s.pos
	for s.pos < len(s.doc) && classes[s.doc[s.pos]]&anywhere != 0 {
		s.pos++
	}
	name := s.doc[start:s.pos]
	switch {
	case s.atEnd():
		return nil, ErrTruncated
	case len(name) == 0:
		return nil, s.fail("expected " + what)
	case !isName(name):
		return nil, s.fail("invalid XML name: " + short(name))
	}
	return name, nil
}

func isName(name []byte) bool {
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRune(name[i:])
		if r == utf8.RuneError && size == 1 {
			return false
		}
		if !unicode.Is(nameStart, r) && (i == 0 || !unicode.Is(nameFollow, r)) {
			return false
		}
		i += size
	}
	return true
}

// The characters of names as XML 1.0 defines them since its fifth edition:
// NameStartChar, and what NameChar has beside it.
var (
	nameStart = &unicode.RangeTable{
		R16: []unicode.Range16{
			{':', ':', 1},
			{'A', 'Z', 1},
			{'_', '_', 1},
			{'a', 'z', 1},
			{0xC0, 0xD6, 1},
			{0xD8, 0xF6, 1},
			{0xF8, 0x2FF, 1},
			{0x370, 0x37D, 1},
			{0x37F, 0x1FFF, 1},
			{0x200C, 0x200D, 1},
			{0x2070, 0x218F, 1},
			{0x2C00, 0x2FEF, 1},
			{0x3001, 0xD7FF, 1},
			{0xF900, 0xFDCF, 1},
			{0xFDF0, 0xFFFD, 1},
		},
		R32: []unicode.Range32{{0x10000, 0xEFFFF, 1}},
	}
	nameFollow = &unicode.RangeTable{
		R16: []unicode.Range16{
			{'-', '.', 1},
			{'0', '9', 1},
			{0xB7, 0xB7, 1},
			{0x300, 0x36F, 1},
			{0x203F, 0x2040, 1},
		},
	}
)
