package rest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// UnmarshalXML reads a document into v, a pointer to a struct, and returns the
// name of the root element, whatever it is. Namespaces and prefixes are ignored
// and unknown elements skipped; a byte order mark and leading blanks are
// accepted, and a document of nothing else gives root "" and leaves v alone.
// Fields without an xml tag are left alone at the root and are an error below it.
//
// A document that is not well formed is an error, which matches
// io.ErrUnexpectedEOF when the document ends too soon, with one exception: see
// unclosedRoot. A number or boolean that doesn't parse is an error that names
// the member; a time that can't be read leaves its member zero.
//
// The layout is compiled on each call, some microseconds; an Operation compiles
// its own once.
func UnmarshalXML(doc []byte, v any) (root string, err error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Elem().Kind() != reflect.Struct {
		return "", fmt.Errorf("rest: can't read a document into %T, want a pointer to a struct", v)
	}
	xc := newXMLCompiler()
	layout, err := xc.root(rv.Type().Elem())
	if err != nil {
		return "", fmt.Errorf("rest: %w", err)
	}
	xc.finish(layout)
	root, err = unmarshal(doc, layout, rv.Elem())
	if err != nil {
		return root, fmt.Errorf("rest: %w", err)
	}
	return root, nil
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

const xmlBlanks = " \t\r\n"

// trimProlog drops what servers put before a document: blanks that kept the
// connection alive while a long operation ran, and a byte order mark.
func trimProlog(doc []byte) []byte {
	doc = bytes.TrimLeft(doc, xmlBlanks)
	doc = bytes.TrimPrefix(doc, byteOrderMark)
	return bytes.TrimLeft(doc, xmlBlanks)
}

// blank tells whether there is no document at all.
func blank(doc []byte) bool { return len(trimProlog(doc)) == 0 }

// unmarshal reads a document by a compiled layout.
func unmarshal(doc []byte, layout *xmlStruct, v reflect.Value) (root string, err error) {
	doc = trimProlog(doc)
	if len(doc) == 0 {
		return "", nil
	}
	d := xmlDecoder{tokens: xml.NewDecoder(bytes.NewReader(doc))}
	d.tokens.CharsetReader = charset
	root, err = d.document(layout, v)
	if err != nil {
		at := "document"
		if root != "" {
			at = "document " + quoteShort(root)
		}
		return root, fmt.Errorf("%s: %w", at, err)
	}
	if layout.urlEncoded && layout.encodingType >= 0 &&
		strings.EqualFold(strings.TrimSpace(v.Field(layout.encodingType).String()), "url") {
		layout.unescape(v)
	}
	return root, nil
}

// charset accepts the other names of UTF-8 and its subset; encoding/xml itself
// knows only "utf-8".
func charset(label string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf8", "us-ascii", "ascii":
		return input, nil
	}
	return nil, fmt.Errorf("unsupported encoding %s", quoteShort(label))
}

// xmlDecoder drives encoding/xml's tokenizer. It takes raw tokens and matches
// end tags itself, because the tokenizer's own matching makes no difference
// between a document that was cut and one that only lacks its last tag.
type xmlDecoder struct {
	tokens *xml.Decoder
	buf    []byte
	depth  int
}

var (
	errCut  = fmt.Errorf("ends too soon: %w", io.ErrUnexpectedEOF)
	errDeep = errors.New("nests deeper than " + strconv.Itoa(maxDepth) + " elements")
)

// next returns the next token that matters: a start, an end or text. io.EOF
// means that the input ended between two tokens.
func (d *xmlDecoder) next() (xml.Token, error) {
	for {
		t, err := d.tokens.RawToken()
		if err != nil {
			var syntax *xml.SyntaxError
			// The message goes on with the place, such as a CDATA section.
			if errors.As(err, &syntax) && strings.HasPrefix(syntax.Msg, "unexpected EOF") {
				return nil, errCut
			}
			return nil, err
		}
		switch t.(type) {
		case xml.StartElement, xml.EndElement, xml.CharData:
			return t, nil
		}
	}
}

// inner is next where the input may not end.
func (d *xmlDecoder) inner() (xml.Token, error) {
	t, err := d.next()
	if err == io.EOF { //nolint:errorlint // next returns it bare
		err = errCut
	}
	return t, err
}

func (d *xmlDecoder) document(layout *xmlStruct, v reflect.Value) (root string, err error) {
	for {
		t, err := d.inner()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			root = t.Name.Local
			ended, err := d.structure(t, layout, v, true)
			if err != nil || ended {
				return root, err
			}
			return root, d.epilog()
		case xml.EndElement:
			return "", errMismatch(t)
		case xml.CharData:
			if !isBlank(t) {
				return "", errors.New("has text before the root element")
			}
		}
	}
}

// epilog sees to it that nothing follows the root.
func (d *xmlDecoder) epilog() error {
	for {
		t, err := d.next()
		if err == io.EOF { //nolint:errorlint // next returns it bare
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := t.(xml.CharData); !ok || !isBlank(text) {
			return errors.New("goes on after the root element")
		}
	}
}

func (d *xmlDecoder) enter() error {
	if d.depth++; d.depth > maxDepth {
		return errDeep
	}
	return nil
}

// structure reads the content of an element whose start tag was read. ended
// says that the input ended in a root that was left unclosed, which is fine.
func (d *xmlDecoder) structure(start xml.StartElement, s *xmlStruct, v reflect.Value, root bool) (ended bool, err error) {
	if err := d.enter(); err != nil {
		return false, err
	}
	if err := s.readAttributes(start.Attr, v); err != nil {
		return false, err
	}
	open := unclosedRoot{possible: root && !s.lists && s.chardata == nil}
	var text []byte
	for {
		t, err := d.next()
		if err == io.EOF { //nolint:errorlint // next returns it bare
			if open.complete() {
				return true, nil
			}
			err = errCut
		}
		if err != nil {
			return false, err
		}
		switch t := t.(type) {
		case xml.CharData:
			if s.chardata != nil {
				text = append(text, t...)
			}
			open.text(t)
		case xml.EndElement:
			if t.Name != start.Name {
				return false, errMismatch(t)
			}
			d.depth--
			if s.chardata != nil {
				if err := s.chardata.scalar.set(v.Field(s.chardata.index), string(text)); err != nil {
					return false, atMember(err, s.chardata.field)
				}
			}
			return false, nil
		case xml.StartElement:
			m := s.children[t.Name.Local]
			if m != nil {
				if err := d.member(t, m, v.Field(m.index)); err != nil {
					return false, atMember(err, m.field)
				}
				open.child()
				continue
			}
			empty, err := d.skip(t)
			if err == errCut && open.repeated(t, start, empty) { //nolint:errorlint // skip returns it bare
				return true, nil
			}
			if err != nil {
				return false, err
			}
			open.child()
		}
	}
}

// unclosedRoot decides on the one lenience towards documents that end too soon.
// Alluxio's proxy answers CopyObject with a document whose root is never
// closed, or "closed" by a repeated start tag; as nothing else is missing, the
// answer is taken. The last thing before the end must be a complete child
// element. A root that has lists never qualifies: a listing that lacks its end
// tag can't be told from one that lost half of its entries. Nor does one that
// holds text, which may be cut anywhere.
type unclosedRoot struct {
	possible bool
	after    bool // a complete child, and nothing but blanks since
}

func (u *unclosedRoot) child() { u.after = true }

func (u *unclosedRoot) text(t xml.CharData) {
	if !isBlank(t) {
		u.after = false
	}
}

func (u *unclosedRoot) complete() bool { return u.possible && u.after }

func (u *unclosedRoot) repeated(child, root xml.StartElement, empty bool) bool {
	return u.complete() && empty && child.Name == root.Name && len(child.Attr) == 0
}

func (s *xmlStruct) readAttributes(attrs []xml.Attr, v reflect.Value) error {
	for _, a := range attrs {
		if a.Name.Space == "xmlns" {
			continue
		}
		for _, m := range s.attrs {
			if m.name == a.Name.Local {
				if err := m.scalar.set(v.Field(m.index), a.Value); err != nil {
					return atMember(err, m.field)
				}
			}
		}
	}
	return nil
}

// member reads one child element into its field.
func (d *xmlDecoder) member(start xml.StartElement, m *xmlMember, v reflect.Value) error {
	switch {
	case m.item != "":
		return d.wrapped(start, m, v)
	case m.list:
		return d.item(start, m, v)
	}
	return d.value(start, m, v)
}

// wrapped reads the items of a list that has an element of its own.
func (d *xmlDecoder) wrapped(start xml.StartElement, m *xmlMember, v reflect.Value) error {
	if err := d.enter(); err != nil {
		return err
	}
	if v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	for {
		t, err := d.inner()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name != start.Name {
				return errMismatch(t)
			}
			d.depth--
			return nil
		case xml.StartElement:
			if t.Name.Local == m.item {
				err = d.item(t, m, v)
			} else {
				_, err = d.skip(t)
			}
			if err != nil {
				return err
			}
		}
	}
}

// item appends one element to a list.
func (d *xmlDecoder) item(start xml.StartElement, m *xmlMember, v reflect.Value) error {
	n := v.Len()
	v.Grow(1)
	v.SetLen(n + 1)
	e := v.Index(n)
	e.SetZero()
	if err := d.value(start, m, e); err != nil {
		return atMember(err, "["+strconv.Itoa(n)+"]")
	}
	return nil
}

func (d *xmlDecoder) value(start xml.StartElement, m *xmlMember, v reflect.Value) error {
	if m.nested == nil {
		text, err := d.text(start)
		if err != nil {
			return err
		}
		return m.scalar.set(v, text)
	}
	if m.pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	_, err := d.structure(start, m.nested, v, false)
	return err
}

// text reads an element that holds only text; elements inside it are skipped.
func (d *xmlDecoder) text(start xml.StartElement) (string, error) {
	if err := d.enter(); err != nil {
		return "", err
	}
	d.buf = d.buf[:0]
	for {
		t, err := d.inner()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			d.buf = append(d.buf, t...)
		case xml.EndElement:
			if t.Name != start.Name {
				return "", errMismatch(t)
			}
			d.depth--
			return string(d.buf), nil
		case xml.StartElement:
			if _, err := d.skip(t); err != nil {
				return "", err
			}
		}
	}
}

// skip passes over an element whose start tag was read. It matches the tags
// inside with a list of its own and not by recursion. empty says that there was
// nothing but blanks in it, also when the input ended.
func (d *xmlDecoder) skip(start xml.StartElement) (empty bool, err error) {
	if err := d.enter(); err != nil {
		return false, err
	}
	empty = true
	open := []xml.Name{start.Name}
	for len(open) > 0 {
		t, err := d.inner()
		if err != nil {
			return empty, err
		}
		switch t := t.(type) {
		case xml.CharData:
			empty = empty && isBlank(t)
		case xml.StartElement:
			empty = false
			if err := d.enter(); err != nil {
				return false, err
			}
			open = append(open, t.Name)
		case xml.EndElement:
			if t.Name != open[len(open)-1] {
				return false, errMismatch(t)
			}
			open = open[:len(open)-1]
			d.depth--
		}
	}
	return empty, nil
}

func (s *xmlStruct) unescape(v reflect.Value) {
	for _, m := range s.members {
		f := v.Field(m.index)
		switch {
		case m.urlEncoded && m.list:
			for i := range f.Len() {
				unescapeString(f.Index(i))
			}
		case m.urlEncoded && !absent(f):
			if m.scalar.pointer {
				f = f.Elem()
			}
			unescapeString(f)
		case m.nested == nil || !m.nested.urlEncoded:
		case m.list:
			for i := range f.Len() {
				m.nested.unescape(f.Index(i))
			}
		case !m.pointer:
			m.nested.unescape(f)
		case !f.IsNil():
			m.nested.unescape(f.Elem())
		}
	}
}

// unescapeString undoes form encoding ('+' is a space), which is what servers
// use. What doesn't unescape was never escaped and stays as it is.
func unescapeString(v reflect.Value) {
	if text, err := url.QueryUnescape(v.String()); err == nil {
		v.SetString(text)
	}
}

func isBlank(text []byte) bool { return len(bytes.TrimLeft(text, xmlBlanks)) == 0 }

func errMismatch(end xml.EndElement) error {
	return fmt.Errorf("end tag %s closes nothing that is open", quoteShort(end.Name.Local))
}
