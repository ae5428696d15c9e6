package rest

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// headerField is a member bound to one header.
type headerField struct {
	index  int
	name   string // of the Go field
	key    string // canonical
	scalar scalar // kind 0 for a list
	always bool
}

// prefixField is a map bound to all headers that begin with a prefix.
type prefixField struct {
	index     int
	name      string   // of the Go field
	prefix    string   // as in the tag
	except    []string // headers under it that have members of their own, canonical
	sensitive bool
}

// headerPlan is the header members of a struct, whichever way they travel.
type headerPlan struct {
	fields    []headerField
	prefixes  []prefixField
	sensitive []string
}

func (h *headerPlan) add(f reflect.StructField, b binding) error {
	if !IsToken(b.name) {
		return fmt.Errorf("bad header name %q", b.name)
	}
	hf := headerField{index: f.Index[0], name: f.Name, key: http.CanonicalHeaderKey(b.name)}
	s, err := b.scalarFor(f.Type, formatHTTPDate)
	switch {
	case err == nil:
		hf.scalar = s
		hf.always = b.required && s.kind == kindBool && !s.pointer
	case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.String && b.timestamp == "":
	default:
		return err
	}
	if b.sensitive {
		h.sensitive = append(h.sensitive, hf.key)
	}
	h.fields = append(h.fields, hf)
	return nil
}

func (h *headerPlan) addPrefix(f reflect.StructField, b binding) error {
	if !IsToken(b.name) {
		return fmt.Errorf("bad header prefix %q", b.name)
	}
	if f.Type != reflect.TypeFor[map[string]string]() {
		return fmt.Errorf("unsupported type %s", f.Type)
	}
	h.prefixes = append(h.prefixes, prefixField{index: f.Index[0], name: f.Name, prefix: b.name, sensitive: b.sensitive})
	return nil
}

// conflicts finds two members that would share a header. A header with a member of its
// own may lie under a prefix: the map does not have it then.
func (h *headerPlan) conflicts() error {
	seen := map[string]string{}
	for _, f := range h.fields {
		if other, ok := seen[f.key]; ok {
			return fmt.Errorf("%s and %s are both bound to header %s", other, f.name, f.key)
		}
		seen[f.key] = f.name
	}
	for i := range h.prefixes {
		p := &h.prefixes[i]
		for _, f := range h.fields {
			if hasPrefixFold(f.key, p.prefix) {
				p.except = append(p.except, f.key)
			}
		}
		for _, q := range h.prefixes[i+1:] {
			if hasPrefixFold(q.prefix, p.prefix) || hasPrefixFold(p.prefix, q.prefix) {
				return fmt.Errorf("the header prefixes of %s and %s overlap", p.name, q.name)
			}
		}
	}
	return nil
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// validHeaderValue refuses what would end or corrupt a header line. Bytes above
// ASCII pass: UTF-8 is what metadata holds in practice.
func validHeaderValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 0x20 && c != '\t') || c == 0x7f {
			return false
		}
	}
	return true
}

const errHeaderValue = "value has a control character, which a header can't carry"

// joinList writes a list as one header value; an item with a comma or a quote
// in it is quoted, as Smithy's httpHeader trait asks.
func joinList(v reflect.Value) string {
	var b strings.Builder
	for i := range v.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		item := v.Index(i).String()
		if !strings.ContainsAny(item, `",`) {
			b.WriteString(item)
			continue
		}
		b.WriteByte('"')
		for j := range len(item) {
			if c := item[j]; c == '"' || c == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(item[j])
		}
		b.WriteByte('"')
	}
	return b.String()
}

// splitList is joinList's inverse; blanks around items are dropped and empty
// items too.
func splitList(s string) []string {
	var items []string
	var item []byte
	quoted, closed := false, false
	flush := func() {
		text := string(item)
		if !closed {
			text = strings.TrimSpace(text)
		}
		if text != "" || closed {
			items = append(items, text)
		}
		item, closed = item[:0], false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\' && i+1 < len(s):
			i++
			item = append(item, s[i])
		case quoted && c == '"':
			quoted, closed = false, true
		case quoted:
			item = append(item, c)
		case c == '"' && strings.TrimSpace(string(item)) == "":
			item, quoted = item[:0], true
		case c == ',':
			flush()
		case closed && (c == ' ' || c == '\t'):
		default:
			item = append(item, c)
		}
	}
	flush()
	return items
}
