package rest

import (
	"reflect"
	"strconv"
)

// check is an input member that may be missing, or that has members that may.
type check struct {
	index    int
	name     string
	required bool
	layout   *xmlStruct // of a document
}

// validate reports every missing member at once.
func (p *plan) validate(in reflect.Value) error {
	var m missing
	for i := range p.checks {
		c := &p.checks[i]
		v := in.Field(c.index)
		switch {
		case c.required && absent(v):
			m.add(c.name)
		case c.layout != nil && c.layout.checked && !v.IsNil():
			m.path = append(m.path[:0], c.name...)
			m.document(c.layout, v.Elem(), 1)
			m.path = m.path[:0]
		}
	}
	if p.in.self != nil {
		m.document(p.in.self, in, 1)
	}
	if len(m.members) > 0 {
		return newMissingError(p.name, m.members)
	}
	if m.union != "" {
		return &MemberError{Operation: p.name, Member: m.union, Reason: "must have exactly one member set"}
	}
	return nil
}

// missing gathers the paths of missing members, and of a union that is not one.
type missing struct {
	members []string
	union   string // the first one without exactly one member
	path    []byte // of the struct being looked at
}

func (m *missing) add(name string) {
	m.members = append(m.members, joinPath(string(m.path), name))
}

func (m *missing) document(s *xmlStruct, v reflect.Value, depth int) {
	if depth > maxDepth {
		return // the encoder refuses it
	}
	if s.union && m.union == "" && present(s, v) != 1 {
		m.union = string(m.path)
	}
	for _, x := range s.members {
		f := v.Field(x.index)
		switch {
		case x.required && absent(f) && (x.item == "" || f.IsNil()):
			m.add(x.field)
		case x.nested == nil || !x.nested.checked || absent(f):
		case x.list:
			for i := range f.Len() {
				mark := m.push(x.field)
				m.path = append(m.path, '[')
				m.path = strconv.AppendInt(m.path, int64(i), 10)
				m.path = append(m.path, ']')
				m.document(x.nested, f.Index(i), depth+1)
				m.path = m.path[:mark]
			}
		default:
			if x.pointer {
				f = f.Elem()
			}
			mark := m.push(x.field)
			m.document(x.nested, f, depth+1)
			m.path = m.path[:mark]
		}
	}
}

// present counts the members that are set.
func present(s *xmlStruct, v reflect.Value) int {
	n := 0
	for _, x := range s.members {
		if !absent(v.Field(x.index)) {
			n++
		}
	}
	return n
}

func (m *missing) push(name string) (mark int) {
	mark = len(m.path)
	if mark > 0 {
		m.path = append(m.path, '.')
	}
	m.path = append(m.path, name...)
	return mark
}
