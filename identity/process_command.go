package identity

import (
	"errors"
	"strings"
)

var errOpenQuote = errors.New("ends within quotes")

// splitCommand cuts a command into its words, without a shell.
func splitCommand(command string, windows bool) ([]string, error) {
	s := commandSplitter{rest: command}
	if windows {
		return s.split(s.windows)
	}
	return s.split(s.posix)
}

type commandSplitter struct {
	rest  string
	word  strings.Builder
	begun bool // there is a word, even if it is empty: ""
	quote byte // the quotes that are open; 0: none
}

// split lets step take the text apart, a piece at a time, except for the blanks between
// words.
func (s *commandSplitter) split(step func()) ([]string, error) {
	var words []string
	for s.rest != "" {
		if s.quote != 0 || !strings.ContainsRune(" \t\r\n", rune(s.rest[0])) {
			s.begun = true
			step()
			continue
		}
		s.rest = s.rest[1:]
		words = s.end(words)
	}
	if s.quote != 0 {
		return nil, errOpenQuote
	}
	return s.end(words), nil
}

func (s *commandSplitter) end(words []string) []string {
	if s.begun {
		words = append(words, s.word.String())
	}
	s.word.Reset()
	s.begun = false
	return words
}

// take moves n bytes into the word.
func (s *commandSplitter) take(n int) {
	s.word.WriteString(s.rest[:n])
	s.rest = s.rest[n:]
}

// toggle opens or closes quotes.
func (s *commandSplitter) toggle(quote byte) {
	s.rest = s.rest[1:]
	if s.quote == 0 {
		s.quote = quote
	} else {
		s.quote = 0
	}
}

// posix knows the quotes of the POSIX shell: all is plain within single quotes, and
// within double quotes all but \" and \\.
func (s *commandSplitter) posix() {
	c := s.rest[0]
	switch {
	case c == s.quote, s.quote == 0 && (c == '"' || c == '\''):
		s.toggle(c)
	case c == '\\' && s.quote == 0 && len(s.rest) == 1:
		s.rest, s.quote = "", c // nothing is behind it to be quoted
	case c == '\\' && s.quote == 0,
		c == '\\' && s.quote == '"' && len(s.rest) > 1 && (s.rest[1] == '"' || s.rest[1] == '\\'):
		s.rest = s.rest[1:]
		s.take(1)
	default:
		s.take(1)
	}
}

// windows knows the rules of Microsoft's C runtime: double quotes alone, and a
// backslash is itself unless double quotes follow.
func (s *commandSplitter) windows() {
	n := len(s.rest) - len(strings.TrimLeft(s.rest, `\`))
	switch {
	case n == len(s.rest) || s.rest[n] != '"':
		s.take(max(n, 1))
	case n == 0:
		s.toggle('"')
	default:
		s.word.WriteString(s.rest[:n/2])
		s.rest = s.rest[n:]
		if n%2 == 1 {
			s.take(1)
		} else {
			s.toggle('"')
		}
	}
}
