package rest

import (
	"fmt"
	"reflect"
	"strings"
)

// pathPart is one segment of the template: fixed text, or a label.
type pathPart struct {
	literal string // decoded
	label   string
	field   int // index of the label's field
	greedy  bool
}

type pathPlan []pathPart

// parsePath splits a template's path into its parts. The labels' fields are
// filled in later.
func parsePath(path string) (pathPlan, error) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, fmt.Errorf("path %q doesn't begin with /", path)
	}
	if rest == "" {
		return nil, nil
	}
	segments := strings.Split(rest, "/")
	plan := make(pathPlan, 0, len(segments))
	seen := map[string]bool{}
	for i, s := range segments {
		part := pathPart{literal: s, field: -1}
		if inner, ok := strings.CutPrefix(s, "{"); ok && strings.HasSuffix(inner, "}") {
			part.literal = ""
			part.label, part.greedy = strings.CutSuffix(strings.TrimSuffix(inner, "}"), "+")
			s = part.label
			switch {
			case s == "":
				return nil, fmt.Errorf("path %q has a label without a name", path)
			case seen[s]:
				return nil, fmt.Errorf("path %q has the label %s twice", path, s)
			case part.greedy && i != len(segments)-1:
				return nil, fmt.Errorf("path %q goes on after a greedy label", path)
			}
			seen[s] = true
		}
		if strings.ContainsAny(s, "{}+") {
			return nil, fmt.Errorf("path %q: a label must be a whole segment", path)
		}
		plan = append(plan, part)
	}
	return plan, nil
}

// build concatenates the parts: never cleaned or joined by a path function,
// which would make another key of "/a", "a//b" or "a/../b". raw is "" when
// escaping changes nothing.
func (p pathPlan) build(in reflect.Value, base, hostLabel string) (path, raw string) {
	base = strings.TrimRight(base, "/")
	if base != "" && base[0] != '/' {
		base = "/" + base
	}
	plain, escaped := len(base), escapedLen(base, true)
	written := false
	for i := range p {
		if p[i].omitted(hostLabel) {
			continue
		}
		text := p[i].text(in)
		plain += 1 + len(text)
		escaped += 1 + escapedLen(text, p[i].greedy)
		written = true
	}
	if !written {
		plain++
		escaped++
	}

	var b strings.Builder
	b.Grow(plain)
	b.WriteString(base)
	for i := range p {
		if !p[i].omitted(hostLabel) {
			b.WriteByte('/')
			b.WriteString(p[i].text(in))
		}
	}
	if !written {
		b.WriteByte('/')
	}
	path = b.String()
	if escaped == plain {
		return path, ""
	}

	buf := make([]byte, 0, escaped)
	buf = appendEscaped(buf, base, true)
	for i := range p {
		if !p[i].omitted(hostLabel) {
			buf = append(buf, '/')
			buf = appendEscaped(buf, p[i].text(in), p[i].greedy)
		}
	}
	if !written {
		buf = append(buf, '/')
	}
	return path, string(buf)
}

func (p *pathPart) omitted(hostLabel string) bool {
	return p.label != "" && p.label == hostLabel
}

func (p *pathPart) text(in reflect.Value) string {
	if p.label == "" {
		return p.literal
	}
	return in.Field(p.field).String()
}

// label is the value of the label of that name, "" when the template has none.
func (p pathPlan) label(in reflect.Value, name string) string {
	for i := range p {
		if p[i].label == name {
			return p[i].text(in)
		}
	}
	return ""
}
