package xmlscan

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// Kind is what a step of a Scanner found.
type Kind uint8

const (
	// StartTag is <name attribute="value">. An empty element, <name/>, is a start
	// tag and, with the next step, an end tag.
	StartTag Kind = iota + 1
	// EndTag is </name>.
	EndTag
	// Text is character data up to the next markup, or a CDATA section. A value
	// may come in several of them.
	Text
)

// Attr is an attribute of a start tag.
type Attr struct {
	Name Name
	// Value has its references resolved and its line ends made \n.
	Value []byte
}

// Scanner takes one document apart. Make it with New. It is not safe for
// concurrent use, and an error is its end.
type Scanner struct {
	doc        []byte
	pos        int
	name       Name
	attrs      []Attr
	text       []byte
	buf        []byte // text and attribute values that are not in doc as they are
	selfClosed bool   // an end tag is owed
}

// New returns a scanner at the start of doc, which must not change as long as
// the scanner, or a name or a text that it gave, is in use.
func New(doc []byte) *Scanner { return &Scanner{doc: doc} }

// Next goes on to the next tag or text. Its error is io.EOF when the document
// ends between two of them, open elements or not; ErrTruncated when it ends
// inside one; otherwise a *SyntaxError.
func (s *Scanner) Next() (Kind, error) {
	if s.selfClosed {
		s.selfClosed = false
		return EndTag, nil
	}
	for s.pos < len(s.doc) {
		if s.doc[s.pos] != '<' {
			return Text, s.characters()
		}
		s.pos++
		var c byte
		if s.pos < len(s.doc) {
			c = s.doc[s.pos]
		}
		var err error
		switch c {
		case '/':
			s.pos++
			return EndTag, s.endTag()
		case '?':
			s.pos++
			err = s.instruction()
		case '!':
			s.pos++
			if s.pos < len(s.doc) && s.doc[s.pos] == '[' {
				return Text, s.cdata()
			}
			err = s.declaration()
		default:
			return StartTag, s.startTag()
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, io.EOF
}

// Name is that of the tag found last. It stays valid as long as the document does.
func (s *Scanner) Name() Name { return s.name }

// Attrs are the attributes of the start tag found last, in their order. They
// are valid until Next is called.
func (s *Scanner) Attrs() []Attr { return s.attrs }

// Text is the text found last, its references resolved and its line ends made
// \n. It is valid until Next finds another text or a start tag.
func (s *Scanner) Text() []byte { return s.text }

// Rest is what has not been scanned yet.
func (s *Scanner) Rest() []byte { return s.doc[s.pos:] }

func (s *Scanner) startTag() error {
	s.attrs, s.buf = s.attrs[:0], s.buf[:0]
	var err error
	if s.name, err = s.tagName("an element's name after <"); err != nil {
		return err
	}
	for {
		switch s.pastSpace() {
		case '>':
			s.pos++
			return nil
		case '/':
			s.selfClosed = true
			return s.expect("/>")
		}
		if err := s.attribute(); err != nil {
			return err
		}
	}
}

func (s *Scanner) attribute() error {
	name, err := s.tagName("an attribute's name")
	if err != nil {
		return err
	}
	c := s.pastSpace()
	if s.atEnd() {
		return ErrTruncated
	}
	if c != '=' {
		return s.fail("attribute name without = in element")
	}
	s.pos++
	quote := s.pastSpace()
	if s.atEnd() {
		return ErrTruncated
	}
	if quote != '"' && quote != '\'' {
		return s.fail("unquoted or missing attribute value in element")
	}
	s.pos++
	value, err := s.run(s.pos, quote)
	if err != nil {
		return err
	}
	if s.atEnd() {
		return ErrTruncated
	}
	s.pos++
	if len(s.attrs) == maxAttributes {
		return s.fail("more than " + strconv.Itoa(maxAttributes) + " attributes in element")
	}
	s.attrs = append(s.attrs, Attr{Name: name, Value: value})
	return nil
}

// maxAttributes is far more than any element of the API has; one takes ten times its length in
// memory.
const maxAttributes = 1000

func (s *Scanner) endTag() error {
	// The end of the tag that was opened last needs no second look at its name.
	if rest, n := s.doc[s.pos:], len(s.name); n > 0 && n < len(rest) && rest[n] == '>' && bytes.Equal(rest[:n], s.name) {
		s.pos += n + 1
		return nil
	}
	var err error
	if s.name, err = s.tagName("an element's name after </"); err != nil {
		return err
	}
	s.pastSpace()
	return s.expect(">")
}

// pastSpace returns the byte after the blanks, 0 when there is none.
func (s *Scanner) pastSpace() byte {
	for ; s.pos < len(s.doc); s.pos++ {
		switch c := s.doc[s.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (s *Scanner) atEnd() bool { return s.pos == len(s.doc) }

// expect passes over mark.
func (s *Scanner) expect(mark string) error {
	rest := s.doc[s.pos:]
	switch {
	case len(rest) >= len(mark) && string(rest[:len(mark)]) == mark:
		s.pos += len(mark)
		return nil
	case len(rest) < len(mark) && strings.HasPrefix(mark, string(rest)):
		return ErrTruncated
	}
	return s.fail("expected " + mark)
}
