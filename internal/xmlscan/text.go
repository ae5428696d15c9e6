package xmlscan

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// characters reads character data up to the next markup.
func (s *Scanner) characters() error {
	i := s.pos
	for i < len(s.doc) && classes[s.doc[i]]&plain != 0 {
		i++
	}
	if i < len(s.doc) && s.doc[i] == '<' {
		s.text, s.pos = s.doc[s.pos:i], i
		return nil
	}
	s.buf = s.buf[:0]
	var err error
	s.text, err = s.run(i, '<')
	return err
}

// run reads from pos to the byte end, which is < or the quote around an
// attribute's value, or to the end of the document. Up to i all is plain.
func (s *Scanner) run(i int, end byte) ([]byte, error) {
	rewritten, checked := false, false
	for ; i < len(s.doc) && s.doc[i] != end; i++ {
		c := s.doc[i]
		if classes[c]&plain != 0 {
			continue
		}
		switch c {
		case '<':
			return nil, s.fail("unescaped < inside quoted string")
		case ']':
			if end == '<' && bytes.HasPrefix(s.doc[i:], cdataEnd) {
				return nil, s.fail("unescaped ]]> not in CDATA section")
			}
		case '&', '\r':
			rewritten = true
		default:
			checked = true
		}
	}
	text := s.doc[s.pos:i]
	cut := i == len(s.doc)
	if rewritten {
		var err error
		if text, err = s.rewrite(text, true, cut); err != nil {
			return nil, err
		}
	}
	if rewritten || checked {
		if err := s.check(text, cut); err != nil {
			return nil, err
		}
	}
	s.pos = i
	return text, nil
}

var cdataEnd = []byte("]]>")

func (s *Scanner) cdata() error {
	if err := s.expect("[CDATA["); err != nil {
		return err
	}
	n := bytes.Index(s.doc[s.pos:], cdataEnd)
	if n < 0 {
		return ErrTruncated
	}
	s.text = s.doc[s.pos : s.pos+n]
	if bytes.IndexByte(s.text, '\r') >= 0 {
		s.buf = s.buf[:0]
		s.text, _ = s.rewrite(s.text, false, false)
	}
	s.pos += n + len(cdataEnd)
	return s.check(s.text, false)
}

// rewrite returns text with \n for each end of a line and, with references,
// what they stand for. cut says that the document ends with the text.
func (s *Scanner) rewrite(text []byte, references, cut bool) ([]byte, error) {
	start := len(s.buf)
	for len(text) > 0 {
		i := 0
		for i < len(text) && text[i] != '\r' && (text[i] != '&' || !references) {
			i++
		}
		s.buf = append(s.buf, text[:i]...)
		if text = text[i:]; len(text) == 0 {
			break
		}
		if text[0] == '\r' {
			s.buf = append(s.buf, '\n')
			text = bytes.TrimPrefix(text[1:], []byte("\n"))
			continue
		}
		r, n, err := s.reference(text, cut)
		if err != nil {
			return nil, err
		}
		// A surrogate comes out as U+FFFD.
		s.buf = utf8.AppendRune(s.buf, r)
		text = text[n:]
	}
	return s.buf[start:len(s.buf):len(s.buf)], nil
}

// check sees to it that text has nothing but the characters of XML 1.0.
func (s *Scanner) check(text []byte, cut bool) error {
	for i := 0; i < len(text); {
		if classes[text[i]]&plain != 0 {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1 && cut && !utf8.FullRune(text[i:]):
			return ErrTruncated
		case r == utf8.RuneError && size == 1:
			return s.fail("invalid UTF-8")
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r == 0xFFFE, r == 0xFFFF:
			return s.fail(fmt.Sprintf("illegal character code %U", r))
		}
		i += size
	}
	return nil
}
