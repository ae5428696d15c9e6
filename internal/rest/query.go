package rest

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-querystring/query"
)

// queryPlan holds the URI's fixed parameters and the input's query members.
type queryPlan struct {
	static   []parameter // escaped and sorted
	rendered string      // static as it is sent
	// typ is a struct of the query members alone: go-querystring takes every
	// exported field of a struct for a parameter, tagged or not. It is nil when
	// there are none.
	typ    reflect.Type
	fields []queryField
}

type queryField struct {
	index  int
	name   string // of the Go field
	scalar scalar // kind 0 for a list
	always bool
	// escaped is the parameter's name where the value is all that there is to write: a
	// scalar without options of go-querystring.
	escaped string
}

// parameter is an escaped name and value.
type parameter struct{ name, value string }

// parseStatic reads the template's fixed query.
func (q *queryPlan) parseStatic(static string) error {
	if static == "" {
		return nil
	}
	for pair := range strings.SplitSeq(static, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.PathUnescape(name)
		value, err2 := url.PathUnescape(value)
		if err := errors.Join(err1, err2); err != nil || name == "" {
			return fmt.Errorf("bad query %q", static)
		}
		p := parameter{escape(name), escape(value)}
		if q.has(p.name) {
			return fmt.Errorf("query %q names %s twice", static, name)
		}
		q.static = append(q.static, p)
	}
	q.rendered = renderQuery(slices.Clone(q.static))
	return nil
}

func (q *queryPlan) has(escapedName string) bool {
	return slices.ContainsFunc(q.static, func(p parameter) bool { return p.name == escapedName })
}

// queryBuilder gathers the members of typ during compilation.
type queryBuilder struct {
	plan   *queryPlan
	fields []reflect.StructField
	seen   map[string]bool
}

func (qb *queryBuilder) add(f reflect.StructField, b binding) error {
	name, options, _ := strings.Cut(b.name, ",")
	if name == "" || name == "-" {
		return fmt.Errorf("bad query name %q", name)
	}
	if qb.seen[name] || qb.plan.has(escape(name)) {
		return fmt.Errorf("query parameter %s is bound twice", name)
	}
	qb.seen[name] = true
	qf := queryField{index: f.Index[0], name: f.Name}
	var typ reflect.Type
	s, err := b.scalarFor(f.Type, formatDateTime)
	switch {
	case err == nil && (s.kind == kindTime || s.kind == kindInt):
		// Handed over as text: a time in the trait's formats, always in UTC; a number when it
		// is none below zero.
		typ, qf.scalar = reflect.TypeFor[string](), s
	case err == nil:
		typ, qf.scalar = plainType(f.Type), s
		qf.always = b.required && s.kind == kindBool && !s.pointer
	case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.String:
		if b.timestamp != "" {
			return err
		}
		typ = plainType(f.Type)
	default:
		return err
	}
	// Absent is zero for every binding, so the option is not left to the tag.
	tag := name
	for opt := range strings.SplitSeq(options, ",") {
		if opt != "" && opt != "omitempty" {
			tag += "," + opt
		}
	}
	if !qf.always {
		tag += ",omitempty"
	}
	if qf.scalar.kind != 0 && (options == "" || options == "omitempty") && f.Tag.Get("del") == "" {
		qf.escaped = escape(name)
	}
	structTag := "url:" + strconv.Quote(tag)
	if del := f.Tag.Get("del"); del != "" {
		structTag += " del:" + strconv.Quote(del)
	}
	qb.fields = append(qb.fields, reflect.StructField{Name: f.Name, Type: typ, Tag: reflect.StructTag(structTag)})
	qb.plan.fields = append(qb.plan.fields, qf)
	return nil
}

// plainType strips names from a type: go-querystring prints a value with a
// String or EncodeValues method by that method, and what goes on the wire is
// the value.
func plainType(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.String:
		return reflect.TypeFor[string]()
	case reflect.Bool:
		return reflect.TypeFor[bool]()
	case reflect.Pointer:
		return reflect.PointerTo(plainType(t.Elem()))
	case reflect.Slice:
		return reflect.SliceOf(plainType(t.Elem()))
	}
	return t
}

func (qb *queryBuilder) finish() {
	if len(qb.fields) > 0 {
		qb.plan.typ = reflect.StructOf(qb.fields)
	}
}

// encode renders the query of one input. With no member set it costs nothing.
func (q *queryPlan) encode(in reflect.Value) (string, error) {
	if !q.present(in) {
		return q.rendered, nil
	}
	if q.plain(in) {
		return q.encodePlain(in)
	}
	picked := reflect.New(q.typ).Elem()
	for i := range q.fields {
		f := &q.fields[i]
		src, dst := in.Field(f.index), picked.Field(i)
		switch {
		case absent(src):
		case f.scalar.kind == kindTime || f.scalar.kind == kindInt:
			text, reason := f.scalar.parameter(src)
			if reason != "" {
				return "", &MemberError{Member: f.name, Reason: reason}
			}
			dst.SetString(text)
		case f.scalar.kind == 0:
			for i := range src.Len() {
				dst.Set(reflect.Append(dst, src.Index(i).Convert(dst.Type().Elem())))
			}
		case f.scalar.pointer:
			value := reflect.New(dst.Type().Elem())
			value.Elem().Set(src.Elem().Convert(dst.Type().Elem()))
			dst.Set(value)
		default:
			dst.Set(src.Convert(dst.Type()))
		}
	}
	values, err := query.Values(picked.Addr().Interface())
	if err != nil {
		return "", err
	}
	params := make([]parameter, 0, len(q.static)+len(values))
	params = append(params, q.static...)
	for name, list := range values {
		name = escape(name)
		for _, v := range list {
			params = append(params, parameter{name, escape(v)})
		}
	}
	return renderQuery(params), nil
}

// plain reports whether all members that are set are scalars that need no library.
func (q *queryPlan) plain(in reflect.Value) bool {
	for i := range q.fields {
		if f := &q.fields[i]; f.escaped == "" && !absent(in.Field(f.index)) {
			return false
		}
	}
	return true
}

// encodePlain writes them as go-querystring would.
func (q *queryPlan) encodePlain(in reflect.Value) (string, error) {
	params := make([]parameter, 0, len(q.static)+len(q.fields))
	params = append(params, q.static...)
	for i := range q.fields {
		f := &q.fields[i]
		v := in.Field(f.index)
		if absent(v) && !f.always {
			continue
		}
		text, reason := f.scalar.parameter(v)
		if reason != "" {
			return "", &MemberError{Member: f.name, Reason: reason}
		}
		params = append(params, parameter{f.escaped, escape(text)})
	}
	return renderQuery(params), nil
}

func (q *queryPlan) present(in reflect.Value) bool {
	for i := range q.fields {
		if f := &q.fields[i]; f.always || !absent(in.Field(f.index)) {
			return true
		}
	}
	return false
}

// renderQuery sorts by escaped name, then by escaped value, and not by the
// whole pair: "a=" must come before "a-b=" although '-' sorts before '='.
func renderQuery(params []parameter) string {
	slices.SortFunc(params, func(a, b parameter) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	n := 0
	for _, p := range params {
		n += len(p.name) + len(p.value) + 2
	}
	var b strings.Builder
	b.Grow(n)
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name)
		b.WriteByte('=')
		b.WriteString(p.value)
	}
	return b.String()
}
