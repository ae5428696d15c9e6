package rest

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// MarshalXML writes v, a struct or a pointer to one, as a document with the
// given root element and, when it is not empty, the given default namespace on
// the root. Fields without an xml tag are left out at the root and are an error
// below it. Elements come in the order of the fields; zero values are omitted.
//
// A string that XML 1.0 can't carry (control characters but tab, newline and
// carriage return; invalid UTF-8) is a *MemberError with the member's path.
// Required members are not looked at: that is Operation.Encode's.
//
// The layout is compiled on each call, some microseconds; an Operation compiles
// its own once.
func MarshalXML(root, namespace string, v any) ([]byte, error) {
	if !isName(root) {
		return nil, fmt.Errorf("rest: bad root element %q", root)
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return nil, errors.New("rest: nil document")
		}
		rv = rv.Elem()
	}
	if rv.Kind() != reflect.Struct {
		return nil, fmt.Errorf("rest: document is %T, want a struct", v)
	}
	if !rv.CanAddr() {
		// Members are read through their addresses.
		addressable := reflect.New(rv.Type()).Elem()
		addressable.Set(rv)
		rv = addressable
	}
	xc := newXMLCompiler()
	layout, err := xc.root(rv.Type())
	if err == nil {
		err = layout.declares("")
	}
	if err != nil {
		return nil, fmt.Errorf("rest: %w", err)
	}
	doc, refused := marshal(root, namespace, "", layout, rv)
	if refused != nil {
		return nil, refused
	}
	return doc, nil
}

// marshal writes a document.
func marshal(root, namespace, decl string, layout *xmlStruct, v reflect.Value) ([]byte, *MemberError) {
	e := xmlEncoder{buf: make([]byte, 0, 512)}
	if namespace != "" {
		text, reason := appendText(nil, namespace, true)
		if reason != "" {
			return nil, &MemberError{Member: "xmlns", Reason: reason}
		}
		decl = ` xmlns="` + string(text) + `"` + decl
	}
	if err := e.structure(root, decl, layout, v, 1); err != nil {
		return nil, err
	}
	return e.buf, nil
}

type xmlEncoder struct {
	buf []byte
}

func (e *xmlEncoder) structure(name, decl string, s *xmlStruct, v reflect.Value, depth int) *MemberError {
	if depth > maxDepth {
		return errTooDeep()
	}
	e.buf = append(e.buf, '<')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, decl...)
	for _, m := range s.attrs {
		f := v.Field(m.index)
		if absent(f) && !m.always {
			continue
		}
		e.buf = append(e.buf, ' ')
		if m.prefix != "" {
			e.buf = append(e.buf, m.prefix...)
			e.buf = append(e.buf, ':')
		}
		e.buf = append(e.buf, m.name...)
		e.buf = append(e.buf, '=', '"')
		if err := e.text(m, f, true); err != nil {
			return err.within(m.field)
		}
		e.buf = append(e.buf, '"')
	}
	e.buf = append(e.buf, '>')
	for _, m := range s.members {
		if m.attribute {
			continue
		}
		if err := e.member(m, v.Field(m.index), depth); err != nil {
			return err.within(m.field)
		}
	}
	e.end(name)
	return nil
}

func (e *xmlEncoder) member(m *xmlMember, v reflect.Value, depth int) *MemberError {
	switch {
	case m.list:
		return e.list(m, v, depth)
	case absent(v) && !m.always:
		return nil
	case m.chardata:
		return e.text(m, v, false)
	}
	return e.element(m.name, m, v, depth)
}

func (e *xmlEncoder) list(m *xmlMember, v reflect.Value, depth int) *MemberError {
	name := m.name
	if m.item != "" {
		// An empty list is a value of its own: no grants, no tags. Only nil is absent.
		if v.IsNil() {
			return nil
		}
		name = m.item
		if depth++; depth > maxDepth {
			return errTooDeep()
		}
		e.start(m.name)
		defer e.end(m.name)
	}
	for i := range v.Len() {
		if err := e.element(name, m, v.Index(i), depth); err != nil {
			return err.within("[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

func (e *xmlEncoder) element(name string, m *xmlMember, v reflect.Value, depth int) *MemberError {
	if m.nested != nil {
		if m.pointer {
			v = v.Elem()
		}
		return e.structure(name, m.decl, m.nested, v, depth+1)
	}
	if depth >= maxDepth {
		return errTooDeep()
	}
	e.start(name)
	if err := e.text(m, v, false); err != nil {
		return err
	}
	e.end(name)
	return nil
}

func errTooDeep() *MemberError {
	return &MemberError{Reason: "nests deeper than " + strconv.Itoa(maxDepth) + " elements"}
}

func (e *xmlEncoder) text(m *xmlMember, v reflect.Value, attribute bool) *MemberError {
	text, reason := m.scalar.text(v)
	if reason == "" && m.scalar.kind == kindString {
		e.buf, reason = appendText(e.buf, text, attribute)
	} else {
		e.buf = append(e.buf, text...)
	}
	if reason != "" {
		return &MemberError{Reason: reason}
	}
	return nil
}

func (e *xmlEncoder) start(name string) {
	e.buf = append(e.buf, '<')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '>')
}

func (e *xmlEncoder) end(name string) {
	e.buf = append(e.buf, '<', '/')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '>')
}
