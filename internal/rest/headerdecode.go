package rest

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// decode fills the header members of an output.
func (h *headerPlan) decode(resp *http.Response, out reflect.Value) error {
	for i := range h.fields {
		f := &h.fields[i]
		values := resp.Header[f.key]
		if len(values) == 0 {
			// net/http takes the length from the framing when the header is gone,
			// as it is after a body was decompressed or came by HTTP/2.
			if f.key == "Content-Length" && f.scalar.kind == kindInt && resp.ContentLength >= 0 {
				if err := f.scalar.set(out.Field(f.index), strconv.FormatInt(resp.ContentLength, 10)); err != nil {
					return fmt.Errorf("header %s: %w", f.key, err)
				}
			}
			continue
		}
		if err := f.set(out.Field(f.index), values); err != nil {
			return fmt.Errorf("header %s: %w", f.key, err)
		}
	}
	for i := range h.prefixes {
		h.prefixes[i].decode(resp.Header, out)
	}
	return nil
}

func (f *headerField) set(v reflect.Value, values []string) error {
	switch f.scalar.kind {
	case 0:
		items := splitList(joinValues(values))
		if len(items) == 0 {
			return nil
		}
		list := reflect.MakeSlice(v.Type(), len(items), len(items))
		for i, item := range items {
			list.Index(i).SetString(item)
		}
		v.Set(list)
		return nil
	case kindString:
		return f.scalar.set(v, joinValues(values))
	}
	// A number that a proxy repeats is still one number.
	return f.scalar.set(v, values[0])
}

// joinValues combines repeated headers as RFC 9110, section 5.3, defines.
func joinValues(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ", ")
}

// decode collects the headers under the prefix. The comparison folds case, and
// names come out in lower case: HTTP has no case in names, and stores that keep
// metadata keep it in lower case.
func (p *prefixField) decode(header http.Header, out reflect.Value) {
	var m map[string]string
	for key, values := range header {
		if len(values) == 0 || len(key) == len(p.prefix) || !hasPrefixFold(key, p.prefix) || slices.Contains(p.except, key) {
			continue
		}
		if m == nil {
			m = make(map[string]string)
		}
		m[strings.ToLower(key[len(p.prefix):])] = joinValues(values)
	}
	if m != nil {
		*out.Field(p.index).Addr().Interface().(*map[string]string) = m
	}
}
