package rest

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// maxDepth is how deep documents may nest, read or written. The API's deepest
// document nests 8 elements; the limit bounds the stack for hostile ones.
const maxDepth = 64

// xmlStruct is the compiled layout of a struct that is (part of) a document.
type xmlStruct struct {
	typ reflect.Type
	// members is all of them in field order.
	members []*xmlMember
	// elements and attrs are the members of each kind, in field order.
	elements []*xmlMember
	attrs    []*xmlMember
	chardata *xmlMember
	// prefixes are those of the attributes, which the element has to declare.
	prefixes []string
	// checked and urlEncoded say that the struct, however deep, has required
	// members or members with encoding:"url": without them no walk is needed.
	checked, urlEncoded bool
	// lists says that the struct itself has list members.
	lists bool
	// union says that exactly one member may be set.
	union bool
	// encodingType is the index of the EncodingType member, -1 without one.
	encodingType int
	// strings is how many members of all layouts compiled together hold strings.
	strings int
}

// element finds the member that has the name and returns its place in elements,
// -1 when there is none. Elements come in the order of the fields nearly always,
// and items of a list one after the other: the search begins at the one found last.
func (s *xmlStruct) element(name []byte, from int) int {
	for i := from; i < len(s.elements); i++ {
		if s.elements[i].name == string(name) {
			return i
		}
	}
	for i := range from {
		if s.elements[i].name == string(name) {
			return i
		}
	}
	return -1
}

// xmlMember is one member of a document's struct.
type xmlMember struct {
	index int
	field string // name of the Go field
	name  string // of the element (of the wrapper for a wrapped list) or attribute
	// item is the element's name inside a wrapper, "" when there is none.
	item                string
	prefix              string // of an attribute
	decl                string // namespace declaration for the element
	list                bool
	nested              *xmlStruct // nil for scalars
	pointer             bool       // to a struct
	scalar              scalar
	required, always    bool
	urlEncoded          bool
	attribute, chardata bool
	// serial numbers the members that hold strings.
	serial int
}

// xmlCompiler compiles the layouts of one root, each type once, so that types
// may contain themselves.
type xmlCompiler struct {
	layouts map[reflect.Type]*xmlStruct
	strings int
}

func newXMLCompiler() *xmlCompiler {
	return &xmlCompiler{layouts: map[reflect.Type]*xmlStruct{}}
}

// root compiles a struct of which only the fields with an xml tag belong to the
// document: an output, or what MarshalXML and UnmarshalXML are given.
func (xc *xmlCompiler) root(t reflect.Type) (*xmlStruct, error) {
	return xc.compile(t, true)
}

// layout compiles a struct that is nothing but a document.
func (xc *xmlCompiler) layout(t reflect.Type) (*xmlStruct, error) {
	if s, ok := xc.layouts[t]; ok {
		return s, nil
	}
	return xc.compile(t, false)
}

func (xc *xmlCompiler) compile(t reflect.Type, root bool) (*xmlStruct, error) {
	s := &xmlStruct{typ: t, encodingType: -1, prefixes: attributePrefixes(t), union: isUnion(t)}
	s.checked = s.union
	if !root {
		xc.layouts[t] = s
	}
	for f := range exportedFields(t) {
		b, err := bindingOf(f)
		if root && (errors.Is(err, errNoBinding) || err == nil && (b.kind != bindXML || b.name == "-")) {
			continue
		}
		if err == nil && b.kind != bindXML {
			err = errors.New("a member of a document has an xml tag")
		}
		if err == nil {
			err = xc.member(s, f, b)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
	}
	if s.chardata != nil && len(s.elements) > 0 {
		return nil, fmt.Errorf("%s: has both text and elements", t)
	}
	return s, nil
}

func (xc *xmlCompiler) member(s *xmlStruct, f reflect.StructField, b binding) error {
	m := &xmlMember{
		index: f.Index[0], field: f.Name,
		required: b.required && !b.always && f.Type.Kind() != reflect.Bool,
		always:   b.always || b.required && f.Type.Kind() == reflect.Bool,
		decl:     declaration(b), urlEncoded: b.urlEncoded,
	}
	name, option, _ := strings.Cut(b.name, ",")
	var err error
	switch option {
	case "attr":
		err = m.attr(f, b, name)
	case "chardata":
		if name != "" {
			return fmt.Errorf("bad tag xml:%q", b.name)
		}
		m.chardata = true
		m.scalar, err = b.scalarFor(f.Type, formatDateTime)
	case "":
		err = xc.element(m, f, b, name)
	default:
		return fmt.Errorf("bad tag xml:%q", b.name)
	}
	if err != nil {
		return err
	}
	if m.urlEncoded && (m.nested != nil || m.scalar.kind != kindString) {
		return errors.New(`encoding:"url" on a field that is no string`)
	}
	if b.prefix != "" && m.nested == nil {
		return errors.New("namespace on a field that is no struct")
	}
	if m.nested == nil && m.scalar.kind == kindString {
		m.serial = xc.strings
		xc.strings++
	}
	return s.add(m)
}

func (m *xmlMember) attr(f reflect.StructField, b binding, name string) error {
	local := name
	if prefix, after, ok := strings.Cut(name, ":"); ok {
		m.prefix, local = prefix, after
		if !isName(prefix) {
			return fmt.Errorf("bad attribute name %q", name)
		}
	}
	if !isName(local) {
		return fmt.Errorf("bad attribute name %q", name)
	}
	m.attribute, m.name = true, local
	var err error
	m.scalar, err = b.scalarFor(f.Type, formatDateTime)
	return err
}

func (xc *xmlCompiler) element(m *xmlMember, f reflect.StructField, b binding, name string) error {
	wrapper, item, wrapped := strings.Cut(name, ">")
	if !isName(wrapper) || wrapped && !isName(item) {
		return fmt.Errorf("bad element name %q", name)
	}
	m.name, m.item = wrapper, item
	t := f.Type
	switch {
	case t.Kind() == reflect.Slice:
		m.list = true
		t = t.Elem()
		if s, ok := scalarOf(t); ok && s.pointer || t.Kind() == reflect.Pointer {
			return fmt.Errorf("unsupported type %s", f.Type)
		}
	case wrapped:
		return fmt.Errorf("wrapped name %q on a field that is no list", name)
	}
	if s, ok := scalarOf(t); ok {
		m.scalar = s
		return b.applyFormat(&m.scalar, formatDateTime)
	}
	if t.Kind() == reflect.Pointer {
		m.pointer = true
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("unsupported type %s", f.Type)
	}
	if b.timestamp != "" {
		return fmt.Errorf("tag timestamp:%q on a field that is no time", b.timestamp)
	}
	var err error
	if m.nested, err = xc.layout(t); err != nil {
		return err
	}
	return m.nested.declares(b.prefix)
}

func (s *xmlStruct) add(m *xmlMember) error {
	switch {
	case m.attribute:
		for _, a := range s.attrs {
			if a.name == m.name {
				return fmt.Errorf("attribute %s is bound twice", m.name)
			}
		}
		s.attrs = append(s.attrs, m)
	case m.chardata:
		if s.chardata != nil {
			return errors.New("the text is bound twice")
		}
		s.chardata = m
	default:
		if s.element([]byte(m.name), 0) >= 0 {
			return fmt.Errorf("element %s is bound twice", m.name)
		}
		s.elements = append(s.elements, m)
		s.lists = s.lists || m.list
		if m.name == "EncodingType" && !m.list && m.scalar.kind == kindString && !m.scalar.pointer {
			s.encodingType = m.index
		}
	}
	s.members = append(s.members, m)
	return nil
}

// attributePrefixes is found out before the members are compiled, since one of
// them may be of the same type.
func attributePrefixes(t reflect.Type) []string {
	var prefixes []string
	for f := range exportedFields(t) {
		name, option, _ := strings.Cut(f.Tag.Get("xml"), ",")
		// The prefix xml is declared everywhere.
		if prefix, _, ok := strings.Cut(name, ":"); ok && option == "attr" && prefix != "xml" {
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes
}

// declares tells whether an element that declares prefix ("" for none) may hold
// the struct's attributes.
func (s *xmlStruct) declares(prefix string) error {
	for _, p := range s.prefixes {
		if p != prefix {
			return fmt.Errorf("%s has attributes with the prefix %s, which the member doesn't declare", s.typ, p)
		}
	}
	return nil
}

// isUnion finds the marker of Smithy's unions, a blank field with the tag union:"true".
func isUnion(t reflect.Type) bool {
	f, ok := t.FieldByName("_")
	return ok && f.Tag.Get("union") == "true"
}

// finish derives what a layout knows about the layouts below it. Layouts may
// form cycles, hence the repetition until nothing changes.
func (xc *xmlCompiler) finish(root *xmlStruct) {
	all := slices.Collect(maps.Values(xc.layouts))
	if root != nil {
		all = append(all, root)
	}
	for _, s := range all {
		s.strings = xc.strings
	}
	for changed := true; changed; {
		changed = false
		for _, s := range all {
			checked, encoded := s.checked, s.urlEncoded
			for _, m := range s.members {
				s.checked = s.checked || m.required || m.nested != nil && m.nested.checked
				s.urlEncoded = s.urlEncoded || m.urlEncoded || m.nested != nil && m.nested.urlEncoded
			}
			changed = changed || s.checked != checked || s.urlEncoded != encoded
		}
	}
}

// declaration is the namespace attribute that a member's element carries.
func declaration(b binding) string {
	if b.prefix == "" {
		return ""
	}
	buf, _ := appendText(nil, b.namespace, true)
	return ` xmlns:` + b.prefix + `="` + string(buf) + `"`
}
