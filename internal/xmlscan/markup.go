package xmlscan

import (
	"bytes"
	"strings"
)

// instruction passes over a processing instruction, whose <? was read. The one
// that is called xml declares the version and the encoding of the document.
func (s *Scanner) instruction() error {
	target, err := s.anyName("a target's name after <?")
	if err != nil {
		return err
	}
	s.pastSpace()
	content, _, found := bytes.Cut(s.doc[s.pos:], []byte("?>"))
	if !found {
		return ErrTruncated
	}
	s.pos += len(content) + len("?>")
	if string(target) != "xml" {
		return nil
	}
	if version := declared(string(content), "version="); version != "" && version != "1.0" {
		return s.fail("unsupported version " + short([]byte(version)))
	}
	// The names of UTF-8 that servers use, and of its subset.
	switch encoding := declared(string(content), "encoding="); strings.ToLower(encoding) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil
	default:
		return s.fail("unsupported encoding " + short([]byte(encoding)))
	}
}

// declared finds the quoted value after name, "" when there is none.
func declared(content, name string) string {
	for {
		_, after, found := strings.Cut(content, name)
		if !found || after == "" {
			return ""
		}
		quote := after[0]
		content = after[1:]
		if quote == '"' || quote == '\'' {
			value, _, closed := strings.Cut(content, string(rune(quote)))
			if !closed {
				return ""
			}
			return value
		}
	}
}

// declaration passes over a comment or a declaration such as <!DOCTYPE>, whose
// <! was read.
func (s *Scanner) declaration() error {
	if s.atEnd() {
		return ErrTruncated
	}
	if s.doc[s.pos] == '-' {
		return s.comment()
	}
	// A quoted > ends nothing, nor does one of a declaration or a comment inside.
	var quote byte
	depth := 0
	for s.pos++; s.pos < len(s.doc); s.pos++ {
		c := s.doc[s.pos]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<' && bytes.HasPrefix(s.doc[s.pos:], []byte("<!--")):
			s.pos += len("<!--")
			n := bytes.Index(s.doc[s.pos:], []byte("-->"))
			if n < 0 {
				return ErrTruncated
			}
			s.pos += n + len("--") // the loop's step passes over the last byte
		case c == '<':
			depth++
		case c == '>' && depth > 0:
			depth--
		case c == '>':
			s.pos++
			return nil
		}
	}
	return ErrTruncated
}

func (s *Scanner) comment() error {
	if err := s.expect("--"); err != nil {
		return err
	}
	content, _, found := bytes.Cut(s.doc[s.pos:], []byte("--"))
	if !found {
		return ErrTruncated
	}
	s.pos += len(content)
	return s.expect("-->")
}
