package rest

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
)

// encode collects the header members. All values share one slice, so that a
// header costs no slice of its own.
func (h *headerPlan) encode(in reflect.Value) (http.Header, error) {
	n := 0
	for i := range h.fields {
		if f := &h.fields[i]; f.always || !absent(in.Field(f.index)) {
			n++
		}
	}
	for i := range h.prefixes {
		n += in.Field(h.prefixes[i].index).Len()
	}
	header := make(http.Header, n)
	if n == 0 {
		return header, nil
	}
	values := make([]string, 0, n)
	for i := range h.fields {
		f := &h.fields[i]
		v := in.Field(f.index)
		if absent(v) && !f.always {
			continue
		}
		text, reason := f.text(v)
		if reason == "" && !validHeaderValue(text) {
			reason = errHeaderValue
		}
		if reason != "" {
			return nil, &MemberError{Member: f.name, Reason: reason}
		}
		values = append(values, text)
		header[f.key] = values[len(values)-1 : len(values) : len(values)]
	}
	for i := range h.prefixes {
		p := &h.prefixes[i]
		m := *in.Field(p.index).Addr().Interface().(*map[string]string)
		for name, value := range m {
			key := http.CanonicalHeaderKey(p.prefix + name)
			if _, twice := header[key]; twice || slices.Contains(p.except, key) || !IsToken(name) || !validHeaderValue(value) {
				return nil, p.refuse(m)
			}
			values = append(values, value)
			header[key] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	return header, nil
}

func (f *headerField) text(v reflect.Value) (text, reason string) {
	if f.scalar.kind == 0 {
		return joinList(v), ""
	}
	return f.scalar.parameter(v)
}

// refuse finds what is wrong in a map in which something is. It goes through
// the names in order, so that the same input always gives the same error.
func (p *prefixField) refuse(m map[string]string) *MemberError {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	seen := make(map[string]string, len(m))
	for _, name := range names {
		member := p.name + "[" + strconv.Quote(name) + "]"
		key := http.CanonicalHeaderKey(p.prefix + name)
		switch {
		case !IsToken(name):
			return &MemberError{Member: member, Reason: "name is no header token"}
		case !validHeaderValue(m[name]):
			return &MemberError{Member: member, Reason: errHeaderValue}
		case slices.Contains(p.except, key):
			return &MemberError{Member: member, Reason: "has a member of its own"}
		case seen[key] != "":
			return &MemberError{Member: member, Reason: fmt.Sprintf("is the same header as %q", seen[key])}
		}
		seen[key] = name
	}
	return &MemberError{Member: p.name, Reason: "two names are the same header"}
}

// names adds the headers of a sensitive map to the shared list of names.
func (p *prefixField) names(shared []string, in reflect.Value) []string {
	names := slices.Clip(shared)
	m := *in.Field(p.index).Addr().Interface().(*map[string]string)
	for name := range m {
		names = append(names, http.CanonicalHeaderKey(p.prefix+name))
	}
	slices.Sort(names[len(shared):])
	return names
}
