package rest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

type bindingKind uint8

const (
	bindLabel bindingKind = iota + 1
	bindQuery
	bindHeader
	bindPrefix
	bindStream
	bindDocument
	bindText
	bindXML
)

// binding is what a field's tags say.
type binding struct {
	kind bindingKind
	// name is the binding tag's value; for a document the root element.
	name string
	// required, always, urlEncoded and sensitive are the modifiers.
	required, always, urlEncoded, sensitive bool
	// timestamp is the modifier's text, "" for the place's default.
	timestamp string
	// prefix and namespace are the two words of the namespace modifier.
	prefix, namespace string
}

var errNoBinding = errors.New("no binding tag")

// errElsewhere says that the operation's owner carries the field by code of its own.
var errElsewhere = errors.New("carried by other code")

// bindingOf reads a field's tags. errNoBinding is returned as it is, since some
// structs may have fields that don't travel, and so is errElsewhere.
func bindingOf(f reflect.StructField) (binding, error) {
	var b binding
	if v, ok := f.Tag.Lookup("rest"); ok {
		if v != "-" {
			return b, fmt.Errorf("tag rest:%q: only \"-\" has a meaning", v)
		}
		return b, errElsewhere
	}
	found := 0
	for _, tag := range [...]struct {
		key  string
		kind bindingKind
	}{{"label", bindLabel}, {"url", bindQuery}, {"header", bindHeader}, {"headers", bindPrefix}, {"payload", bindStream}, {"xml", bindXML}} {
		if v, ok := f.Tag.Lookup(tag.key); ok {
			// The xml tag beside payload:"xml" names the root: no second binding.
			if tag.kind == bindXML && b.kind == bindDocument {
				b.name = v
				continue
			}
			found++
			b.kind, b.name = tag.kind, v
			if tag.kind == bindStream {
				switch v {
				case "body":
				case "text":
					b.kind = bindText
				case "xml":
					b.kind, b.name = bindDocument, ""
				default:
					return b, fmt.Errorf("unknown payload %q", v)
				}
			}
		}
	}
	switch {
	case f.Anonymous:
		return b, errors.New("embedded fields are not supported")
	case found == 0:
		return b, errNoBinding
	case found > 1:
		return b, errors.New("more than one binding tag")
	}
	return b, b.modifiers(f)
}

func (b *binding) modifiers(f reflect.StructField) error {
	for _, m := range [...]struct {
		key  string
		flag *bool
	}{{"required", &b.required}, {"always", &b.always}, {"sensitive", &b.sensitive}} {
		if v, ok := f.Tag.Lookup(m.key); ok {
			if v != "true" {
				return fmt.Errorf("tag %s:%q: only \"true\" has a meaning", m.key, v)
			}
			*m.flag = true
		}
	}
	if b.always && (b.kind != bindXML || (f.Type.Kind() != reflect.String && f.Type.Kind() != reflect.Bool)) {
		return errors.New(`tag always:"true": only a string or bool of a document has a zero to send`)
	}
	if v, ok := f.Tag.Lookup("encoding"); ok {
		if v != "url" || b.kind != bindXML {
			return fmt.Errorf("tag encoding:%q: only \"url\" on a document's member has a meaning", v)
		}
		b.urlEncoded = true
	}
	b.timestamp = f.Tag.Get("timestamp")
	if v, ok := f.Tag.Lookup("namespace"); ok {
		prefix, uri, _ := strings.Cut(v, " ")
		if !isName(prefix) || uri == "" || (b.kind != bindXML && b.kind != bindDocument) {
			return fmt.Errorf("tag namespace:%q: want a prefix, a space and a URI, on a document's member", v)
		}
		b.prefix, b.namespace = prefix, uri
	}
	return nil
}

// scalarFor resolves the field's type as a scalar with its time format.
func (b *binding) scalarFor(t reflect.Type, timeDefault timestampFormat) (scalar, error) {
	s, ok := scalarOf(t)
	if !ok {
		return s, fmt.Errorf("unsupported type %s", t)
	}
	return s, b.applyFormat(&s, timeDefault)
}

func (b *binding) applyFormat(s *scalar, timeDefault timestampFormat) error {
	s.format = timeDefault
	if b.timestamp == "" {
		return nil
	}
	if s.kind != kindTime {
		return fmt.Errorf("tag timestamp:%q on a field that is no time", b.timestamp)
	}
	var err error
	s.format, err = parseTimestampFormat(b.timestamp)
	return err
}

// isName is XML's NCName, in ASCII, which is all that model names need.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}

// IsToken reports whether s is RFC 9110's token, the grammar of header names.
func IsToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}
