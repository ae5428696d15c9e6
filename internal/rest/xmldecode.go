package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/xmlscan"
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
	layout.unescapeRoot(rv.Elem(), nil)
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
	d := xmlDecoder{scan: xmlscan.New(doc), values: recentValues{members: layout.strings}}
	root, err = d.document(layout, v)
	if err != nil {
		at := "document"
		if root != "" {
			at = "document " + quoteShort(root)
		}
		return root, fmt.Errorf("%s: %w", at, err)
	}
	return root, nil
}

// xmlDecoder reads the scanner's tags and texts into fields. It matches end tags
// itself: the document whose root is left open is its matter (see unclosedRoot).
type xmlDecoder struct {
	scan   *xmlscan.Scanner
	values recentValues
	text   []byte         // of the element that is read
	open   []xmlscan.Name // elements that are skipped
	depth  int
	items  int // of all lists so far
}

// maxItems is the most items that the lists of a document may have together, ten times what the
// API puts on any page: an empty element takes a hundred times its length in memory.
const maxItems = 100_000

var errItems = errors.New("has more than " + strconv.Itoa(maxItems) + " items in its lists")

var (
	// errUnclosed is for a document that ends between two tags, where the scanner
	// has no objection; inside one it is xmlscan.ErrTruncated.
	errUnclosed = fmt.Errorf("ends too soon: %w", io.ErrUnexpectedEOF)
	errDeep     = errors.New("nests deeper than " + strconv.Itoa(maxDepth) + " elements")
)

// next is the scanner's step where the input may not end.
func (d *xmlDecoder) next() (xmlscan.Kind, error) {
	kind, err := d.scan.Next()
	if err == io.EOF { //nolint:errorlint // Next returns it bare
		err = errUnclosed
	}
	return kind, err
}

func (d *xmlDecoder) document(layout *xmlStruct, v reflect.Value) (root string, err error) {
	for {
		kind, err := d.next()
		if err != nil {
			return "", err
		}
		switch kind {
		case xmlscan.StartTag:
			name := d.scan.Name()
			root = string(name.Local())
			ended, err := d.structure(name, layout, v, true)
			if err != nil || ended {
				return root, err
			}
			return root, d.epilog()
		case xmlscan.EndTag:
			return "", d.errMismatch()
		case xmlscan.Text:
			if !isBlank(d.scan.Text()) {
				return "", errors.New("has text before the root element")
			}
		}
	}
}

// epilog sees to it that nothing follows the root.
func (d *xmlDecoder) epilog() error {
	for {
		kind, err := d.scan.Next()
		if err == io.EOF { //nolint:errorlint // Next returns it bare
			return nil
		}
		if err != nil {
			return err
		}
		if kind != xmlscan.Text || !isBlank(d.scan.Text()) {
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

// leave is enter's counterpart at an end tag, which must be that of name.
func (d *xmlDecoder) leave(name xmlscan.Name) error {
	if !bytes.Equal(d.scan.Name(), name) {
		return d.errMismatch()
	}
	d.depth--
	return nil
}

// structure reads the content of an element whose start tag was read. ended
// says that the input ended in a root that was left unclosed, which is fine.
func (d *xmlDecoder) structure(name xmlscan.Name, s *xmlStruct, v reflect.Value, root bool) (ended bool, err error) {
	if err := d.enter(); err != nil {
		return false, err
	}
	if err := d.attributes(s, v); err != nil {
		return false, err
	}
	open := unclosedRoot{possible: root && !s.lists && s.chardata == nil}
	d.text = d.text[:0]
	at := 0
	for {
		kind, err := d.scan.Next()
		if err == io.EOF { //nolint:errorlint // Next returns it bare
			if open.complete() {
				return true, nil
			}
			err = errUnclosed
		}
		if err != nil {
			return false, err
		}
		switch kind {
		case xmlscan.Text:
			if s.chardata != nil {
				d.text = append(d.text, d.scan.Text()...)
			}
			open.text(d.scan.Text())
		case xmlscan.EndTag:
			if err := d.leave(name); err != nil {
				return false, err
			}
			if m := s.chardata; m != nil {
				if err := d.set(m, v.Field(m.index)); err != nil {
					return false, atMember(err, m.field)
				}
			}
			return false, nil
		case xmlscan.StartTag:
			child := d.scan.Name()
			if i := s.element(child.Local(), at); i >= 0 {
				at = i
				m := s.elements[i]
				if err := d.member(child, m, v.Field(m.index)); err != nil {
					return false, atMember(err, m.field)
				}
				open.child()
				continue
			}
			bare := len(d.scan.Attrs()) == 0 && bytes.Equal(child, name)
			empty, err := d.skip(child)
			if err == errUnclosed && open.complete() && bare && empty { //nolint:errorlint // skip returns it bare
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

func (u *unclosedRoot) text(t []byte) {
	if !isBlank(t) {
		u.after = false
	}
}

func (u *unclosedRoot) complete() bool { return u.possible && u.after }

func (d *xmlDecoder) attributes(s *xmlStruct, v reflect.Value) error {
	if len(s.attrs) == 0 {
		return nil
	}
	for _, a := range d.scan.Attrs() {
		if string(a.Name.Prefix()) == "xmlns" {
			continue
		}
		for _, m := range s.attrs {
			if string(a.Name.Local()) != m.name {
				continue
			}
			d.text = append(d.text[:0], a.Value...)
			if err := d.set(m, v.Field(m.index)); err != nil {
				return atMember(err, m.field)
			}
		}
	}
	return nil
}

// member reads one child element into its field.
func (d *xmlDecoder) member(name xmlscan.Name, m *xmlMember, v reflect.Value) error {
	switch {
	case m.item != "":
		return d.wrapped(name, m, v)
	case m.list:
		if d.depth == 1 {
			d.reserve(v, m.name)
		}
		return d.item(name, m, v)
	}
	return d.value(name, m, v)
}

// wrapped reads the items of a list that has an element of its own.
func (d *xmlDecoder) wrapped(name xmlscan.Name, m *xmlMember, v reflect.Value) error {
	if err := d.enter(); err != nil {
		return err
	}
	if v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	for {
		kind, err := d.next()
		if err != nil {
			return err
		}
		switch kind {
		case xmlscan.EndTag:
			return d.leave(name)
		case xmlscan.StartTag:
			item := d.scan.Name()
			if string(item.Local()) == m.item {
				if d.depth == 2 {
					d.reserve(v, m.item)
				}
				err = d.item(item, m, v)
			} else {
				_, err = d.skip(item)
			}
			if err != nil {
				return err
			}
		}
	}
}

// maxReserve is the most items that room is made for ahead of them: what the
// API puts on a page.
const maxReserve = 1000

// reserve makes room for a whole list at its first item: as many as fit into the
// rest of the document when all are as long. It is for lists of the root only;
// a list inside an item has but a few.
func (d *xmlDecoder) reserve(v reflect.Value, name string) {
	if v.Cap() > 0 {
		return
	}
	tag, rest := []byte("<"+name+">"), d.scan.Rest()
	if n := bytes.Index(rest, tag); n > 0 {
		items := 1 + len(rest)/(n+len(tag))
		v.Grow(min(items+items/16, maxReserve))
	}
}

// item appends one element to a list.
func (d *xmlDecoder) item(name xmlscan.Name, m *xmlMember, v reflect.Value) error {
	if d.items++; d.items > maxItems {
		return errItems
	}
	n := v.Len()
	v.Grow(1)
	v.SetLen(n + 1)
	e := v.Index(n)
	e.SetZero()
	if err := d.value(name, m, e); err != nil {
		return atMember(err, "["+strconv.Itoa(n)+"]")
	}
	return nil
}

func (d *xmlDecoder) value(name xmlscan.Name, m *xmlMember, v reflect.Value) error {
	if m.nested == nil {
		if err := d.readText(name); err != nil {
			return err
		}
		return d.set(m, v)
	}
	if m.pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	_, err := d.structure(name, m.nested, v, false)
	return err
}

// readText reads an element that holds only text; elements inside it are skipped.
func (d *xmlDecoder) readText(name xmlscan.Name) error {
	if err := d.enter(); err != nil {
		return err
	}
	d.text = d.text[:0]
	for {
		kind, err := d.next()
		if err != nil {
			return err
		}
		switch kind {
		case xmlscan.Text:
			d.text = append(d.text, d.scan.Text()...)
		case xmlscan.EndTag:
			return d.leave(name)
		case xmlscan.StartTag:
			if _, err := d.skip(d.scan.Name()); err != nil {
				return err
			}
		}
	}
}

// skip passes over an element whose start tag was read. It matches the tags
// inside with a list of its own and not by recursion. empty says that there was
// nothing but blanks in it, also when the input ended.
func (d *xmlDecoder) skip(name xmlscan.Name) (empty bool, err error) {
	if err := d.enter(); err != nil {
		return false, err
	}
	empty = true
	d.open = append(d.open[:0], name)
	for len(d.open) > 0 {
		kind, err := d.next()
		if err != nil {
			return empty, err
		}
		switch kind {
		case xmlscan.Text:
			empty = empty && isBlank(d.scan.Text())
		case xmlscan.StartTag:
			empty = false
			if err := d.enter(); err != nil {
				return false, err
			}
			d.open = append(d.open, d.scan.Name())
		case xmlscan.EndTag:
			last := len(d.open) - 1
			if err := d.leave(d.open[last]); err != nil {
				return false, err
			}
			d.open = d.open[:last]
		}
	}
	return empty, nil
}

// set parses the text that was read into v. The forms that nearly every answer
// has need no string of their own; the rest is the scalar's matter.
func (d *xmlDecoder) set(m *xmlMember, v reflect.Value) error {
	s := m.scalar
	switch s.kind {
	case kindString:
		if d.depth > 1 { // the root's own have nothing to share
			s.target(v).SetString(d.values.string(m, d.text))
			return nil
		}
	case kindBool:
		if text := string(d.text); text == "true" || text == "false" {
			s.target(v).SetBool(text == "true")
			return nil
		}
	case kindInt:
		if n, err := strconv.ParseInt(string(d.text), 10, s.bits); err == nil {
			s.target(v).SetInt(n)
			return nil
		}
	case kindTime:
		if t, ok := parseRFC3339(d.text); ok {
			*timeAt(s.target(v)) = t
			return nil
		}
	}
	return s.set(v, string(d.text))
}

// unescapeRoot unescapes a document that says that it is url-encoded, but for the
// members of its root that keep names.
func (s *xmlStruct) unescapeRoot(v reflect.Value, keep []string) {
	if s.urlEncoded && s.encodingType >= 0 &&
		strings.EqualFold(strings.TrimSpace(v.Field(s.encodingType).String()), "url") {
		s.unescape(v, keep)
	}
}

func (s *xmlStruct) unescape(v reflect.Value, keep []string) {
	for _, m := range s.members {
		if len(keep) > 0 && slices.Contains(keep, v.Type().Field(m.index).Name) {
			continue
		}
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
				m.nested.unescape(f.Index(i), nil)
			}
		case !m.pointer:
			m.nested.unescape(f, nil)
		case !f.IsNil():
			m.nested.unescape(f.Elem(), nil)
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

func (d *xmlDecoder) errMismatch() error {
	return fmt.Errorf("end tag %s closes nothing that is open", quoteShort(string(d.scan.Name().Local())))
}
