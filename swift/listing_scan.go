package swift

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/stowage-go/stowage/internal/rest"
)

// scanner reads the JSON of listings as servers write it: an array of flat objects. It knows
// no more than that, and whatever it does not know makes it give up: encoding/json reads the
// document then, and tells what is wrong with it. It is there because a container's listing
// is 10,000 entries a page, of which encoding/json makes 8 allocations each.
type scanner struct {
	doc  []byte
	at   int
	last map[string]string // strings that come again and again, by member
}

// errOtherForm is why a scanner gave up.
var errOtherForm = errors.New("not in the form that servers write")

// scanEntries reads a listing; member takes the members of an entry one by one. It fails with
// errOtherForm when it gave up, and with errEntries for good.
func scanEntries[E any](doc []byte, member func(s *scanner, e *E, name []byte) bool) ([]E, error) {
	if !utf8.Valid(doc) {
		return nil, errOtherForm // encoding/json replaces what is not
	}
	s := &scanner{doc: doc, last: map[string]string{}}
	if !s.take('[') {
		return nil, errOtherForm
	}
	entries := []E{}
	if s.take(']') {
		return entries, s.end()
	}
	for {
		if !s.take('{') {
			return nil, errOtherForm
		}
		if len(entries) == cap(entries) {
			// Entries are of about the same length.
			if len(entries) >= maxEntries {
				return nil, errEntries
			}
			room := max(8, 2*len(entries), len(entries)*len(doc)/max(s.at, 1)+len(entries)/8)
			grown := make([]E, len(entries), min(room, maxEntries))
			copy(grown, entries)
			entries = grown
		}
		entries = entries[:len(entries)+1]
		e := &entries[len(entries)-1]
		for first := true; ; first = false {
			if first && s.take('}') {
				break
			}
			name, ok := s.text()
			if !ok || !s.take(':') || !member(s, e, name) {
				return nil, errOtherForm
			}
			if s.take('}') {
				break
			}
			if !s.take(',') {
				return nil, errOtherForm
			}
		}
		if s.take(']') {
			return entries, s.end()
		}
		if !s.take(',') {
			return nil, errOtherForm
		}
	}
}

func (s *scanner) blanks() {
	for s.at < len(s.doc) {
		switch s.doc[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	s.blanks()
	if s.at < len(s.doc) && s.doc[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) end() error {
	if s.blanks(); s.at < len(s.doc) {
		return errOtherForm
	}
	return nil
}

// text reads a string that needs no unescaping.
func (s *scanner) text() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	for i := s.at; i < len(s.doc); i++ {
		switch c := s.doc[i]; {
		case c == '"':
			t := s.doc[s.at:i]
			s.at = i + 1
			return t, true
		case c == '\\' || c < 0x20:
			return nil, false
		}
	}
	return nil, false
}

// string reads a member that is a string.
func (s *scanner) string(into *string) bool {
	t, ok := s.text()
	if ok {
		*into = string(t)
	}
	return ok
}

// again is string for values of which a listing has few, such as media types.
func (s *scanner) again(member string, into *string) bool {
	t, ok := s.text()
	if !ok {
		return false
	}
	if last := s.last[member]; last == string(t) {
		*into = last
		return true
	}
	*into = string(t)
	s.last[member] = *into
	return true
}

// number reads a member that is a whole number.
func (s *scanner) number(into *int64) bool {
	s.blanks()
	from := s.at
	var n int64
	for s.at < len(s.doc) && s.doc[s.at] >= '0' && s.doc[s.at] <= '9' {
		if s.at-from == 18 { // one more might not fit
			return false
		}
		n = n*10 + int64(s.doc[s.at]-'0')
		s.at++
	}
	if s.at == from || s.doc[from] == '0' && s.at > from+1 {
		return false
	}
	*into = n
	return true
}

// time reads a member that is a time, with or without a zone.
func (s *scanner) time(into *time.Time) bool {
	t, ok := s.text()
	if !ok {
		return false
	}
	*into, _ = parseTimestamp(t)
	return true
}

// parseTimestamp reads the times of listings: Swift's have no zone, which means UTC.
func parseTimestamp(text []byte) (time.Time, bool) {
	var buf [40]byte
	if n := len(text); n >= len("2006-01-02T15:04:05") && n < len(buf) && text[n-1] >= '0' && text[n-1] <= '9' && text[n-6] != '+' && text[n-6] != '-' {
		var t time.Time
		if err := t.UnmarshalText(append(append(buf[:0], text...), 'Z')); err == nil {
			return t.UTC(), true
		}
	}
	return rest.ParseTime(string(text))
}
