package xmlscan

import (
	"bytes"
	"fmt"
	"io"
)

// ErrTruncated says that the document ends inside a tag, a reference or another
// piece of markup, an attribute's value or a character. It matches
// io.ErrUnexpectedEOF.
var ErrTruncated = fmt.Errorf("ends too soon: %w", io.ErrUnexpectedEOF)

// SyntaxError says what is not well formed, and where.
type SyntaxError struct {
	// Line is counted from 1.
	Line int
	// Msg is one line, with at most 40 bytes of the document in it.
	Msg string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("XML syntax error on line %d: %s", e.Line, e.Msg)
}

func (s *Scanner) fail(msg string) error {
	return &SyntaxError{Line: 1 + bytes.Count(s.doc[:s.pos], []byte("\n")), Msg: msg}
}

// short keeps a server's garbage from filling an error message.
func short(b []byte) string {
	const limit = 40
	if len(b) > limit {
		return fmt.Sprintf("%q...", b[:limit])
	}
	return fmt.Sprintf("%q", b)
}
