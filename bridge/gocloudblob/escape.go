package gocloudblob

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stowage-go/stowage/s3"
)

// escaper escapes keys: those of its forms, beside what is escaped for every server.
type escaper s3.KeyForms

func (e escaper) has(form s3.KeyForms) bool { return s3.KeyForms(e)&form != 0 }

// escape makes a key that the server keeps as it is.
func (e escaper) escape(key string) string {
	if e.has(s3.KeyDotSegment) {
		// A segment in front of a slash is the prefix's business; this one ends the key.
		switch last := key[strings.LastIndexByte(key, '/')+1:]; last {
		case ".", "..":
			return e.prefix(key[:len(key)-1]) + escaped('.')
		}
	}
	return e.prefix(key)
}

// prefix is what the escaped keys begin with that begin with p. So each character goes by
// those in front of it alone. (A key that is all of p and ends in a segment of dots is the
// exception.)
func (e escaper) prefix(p string) string {
	return escapeRunes(p, func(before string, c rune) bool {
		switch {
		case c < ' ':
			return true
		case c == '\\':
			return e.has(s3.KeyBackslash)
		case c == '?':
			return e.has(s3.KeyQuestionMark)
		case c != '/':
			return false
		}
		segment := before[strings.LastIndexByte(before, '/')+1:]
		switch {
		case before == "":
			return e.has(s3.KeyLeadingSlash)
		case segment == "":
			return e.has(s3.KeyDoubleSlash)
		case segment == ".":
			return e.has(s3.KeyDotSegment)
		default:
			return strings.HasSuffix(segment, "..")
		}
	})
}

// delimiter is what separates escaped keys.
func (e escaper) delimiter(d string) string {
	return escapeRunes(d, func(_ string, c rune) bool {
		return c < ' ' || c == '\\' && e.has(s3.KeyBackslash) || c == '?' && e.has(s3.KeyQuestionMark)
	})
}

// escapeMetadata makes names and values that travel in headers.
func escapeMetadata(metadata map[string]string) map[string]string {
	if len(metadata) == 0 {
		return nil
	}
	safe := make(map[string]string, len(metadata))
	for name, value := range metadata {
		// What looks like an escape would be read as one.
		name = escapeRunes(name, func(string, rune) bool { return false })
		safe[inName.Replace(url.PathEscape(name))] = url.PathEscape(value)
	}
	return safe
}

// inName escapes what a path may hold and a header's name may not.
var inName = strings.NewReplacer("@", "%40", ":", "%3A", "=", "%3D")

func unescapeMetadata(safe map[string]string) map[string]string {
	metadata := make(map[string]string, len(safe))
	for name, value := range safe {
		metadata[unescape(percentDecoded(name))] = percentDecoded(value)
	}
	return metadata
}

// percentDecoded is s itself where it is not percent-encoded: another program has written it.
func percentDecoded(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s
}

var (
	escapeSequence   = regexp.MustCompile(`__0x[0-9A-Fa-f]{1,8}__`)
	startsWithEscape = regexp.MustCompile(`^` + escapeSequence.String())
)

func escaped(c rune) string { return fmt.Sprintf("__%#x__", c) }

// escapeRunes escapes the characters that are chosen by what is in front of them, and the
// first of whatever would be taken for an escape. That shows in what follows as it will be,
// so it goes from the end to the beginning.
func escapeRunes(s string, choose func(before string, c rune) bool) string {
	done := len(s) // where s is taken over from
	tail := ""     // what it became
	for i := len(s); i > 0; {
		c, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		if choose(s[:i], c) || strings.HasPrefix(s[i:], "__0x") && startsWithEscape.MatchString(s[i:done]+tail) {
			tail = escaped(c) + s[i+size:done] + tail
			done = i
		}
	}
	return s[:done] + tail
}

func unescape(s string) string {
	return escapeSequence.ReplaceAllStringFunc(s, func(sequence string) string {
		c, err := strconv.ParseInt(sequence[len("__0x"):len(sequence)-len("__")], 16, 32)
		if err != nil {
			return sequence // more than a character's number can be
		}
		return string(rune(c))
	})
}
