package s3wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// answer writes the answer whose members an object are, as the model binds them, with
// neither SDK's help.
type answer struct {
	model *model
	// style makes the document look like another server's: indented, with CDATA,
	// comments, prefixes and elements that nobody knows. Nil: plain.
	style *rand.Rand
	// encoded: the listing's keys are URL-encoded.
	encoded bool

	doc    bytes.Buffer
	prefix string
	// inUnion: the AWS SDK fails on what it doesn't know there.
	inUnion bool
}

// urlEncoded are the members that a listing encodes when its EncodingType says so.
var urlEncoded = []string{"Delimiter", "Key", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter"}

// write is the whole answer, byte for byte.
func (a *answer) write(name string, op operation, o object) []byte {
	s := a.model.Shapes[op.Output]
	header := http.Header{}
	for _, m := range s.Members {
		x, ok := o[m.Name]
		switch {
		case !ok || m.Name == "ExpiresString":
		case m.HTTPHeader != "":
			header.Set(m.HTTPHeader, a.text(m, x))
		case m.HTTPPrefixHeaders != "":
			for key, value := range x.(map[string]string) {
				header.Set(m.HTTPPrefixHeaders+key, value)
			}
		case m.HTTPPayload != 0:
			a.payload(m, x)
		}
	}
	if name == "GetBucketLocation" {
		// The facts leave out that its only member is the text of the root.
		a.root(s.Traits.XMLName, func() { a.characters(fmt.Sprint(orElse(o["LocationConstraint"], ""))) })
	} else if slices.ContainsFunc(s.Members, member.inDocument) {
		_, a.encoded = o["EncodingType"]
		root := s.Traits.XMLName
		if root == "" {
			root = op.Output
		}
		a.root(root, func() { a.members(s, o) })
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", op.Status, http.StatusText(op.Status))
	if op.Method != http.MethodHead && op.Status != http.StatusNoContent {
		header.Set("Content-Length", strconv.Itoa(a.doc.Len()))
	}
	_ = header.Write(&b)
	b.WriteString("\r\n")
	if op.Method != http.MethodHead {
		b.Write(a.doc.Bytes())
	}
	return b.Bytes()
}

func orElse(x, other any) any {
	if x != nil {
		return x
	}
	return other
}

func (a *answer) payload(m member, x any) {
	switch x := x.(type) {
	case content:
		a.doc.Write(x)
	case string:
		a.doc.WriteString(x)
	case object:
		name := m.XMLName
		if name == "" {
			name = m.Type
		}
		a.root(name, func() { a.members(a.model.Shapes[m.Type], x) })
	}
}

// odd is true now and then, for documents with a style.
func (a *answer) odd() bool { return a.style != nil && a.style.IntN(4) == 0 }

func (a *answer) root(name string, content func()) {
	if a.odd() {
		a.doc.WriteString("\n  ")
	} else if a.odd() {
		a.doc.WriteString("\ufeff")
	}
	if a.style == nil || !a.odd() {
		a.doc.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	}
	declaration := ` xmlns="` + namespace + `"`
	switch {
	case a.odd():
		a.prefix, declaration = "s3:", ` xmlns:s3="`+namespace+`"`
	case a.odd():
		declaration = ""
	}
	a.tagged(name, declaration, content)
	if a.odd() {
		a.doc.WriteString("<!-- the end -->\n")
	}
}

func (a *answer) element(name, attributes string, content func()) {
	a.between()
	a.tagged(name, attributes, content)
}

func (a *answer) tagged(name, attributes string, content func()) {
	fmt.Fprintf(&a.doc, "<%s%s%s>", a.prefix, name, attributes)
	before := a.doc.Len()
	content()
	if a.doc.Len() == before && a.odd() {
		a.doc.Truncate(before - 1)
		a.doc.WriteString("/>")
		return
	}
	fmt.Fprintf(&a.doc, "</%s%s>", a.prefix, name)
}

// between writes what may stand between elements and means nothing.
func (a *answer) between() {
	if a.odd() {
		a.doc.WriteString("\n\t")
	}
	if a.odd() {
		a.doc.WriteString("<!-- <Key>no</Key> -->")
	}
	if a.odd() && !a.inUnion {
		fmt.Fprintf(&a.doc, `<%sUnknown a="b"><Key>no</Key>text<Unknown/></%[1]sUnknown>`, a.prefix)
	}
}

func (a *answer) members(s shape, o object) {
	ms := slices.Clone(s.Members)
	if a.style != nil {
		a.style.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
	}
	for _, m := range ms {
		x, ok := o[m.Name]
		if !ok || !m.inDocument() || m.XMLAttribute != 0 {
			continue
		}
		a.inUnion = s.Kind == "union"
		items, isList := x.(list)
		switch {
		case isList && m.XMLFlattened != 0:
			for _, item := range items {
				a.member(m, m.element(), m.item(), item)
			}
		case isList:
			item := "member"
			if m.ListOf != nil && m.ListOf.XMLName != "" {
				item = m.ListOf.XMLName
			}
			a.element(m.element(), "", func() {
				for _, x := range items {
					a.member(m, item, m.item(), x)
				}
			})
		default:
			a.member(m, m.element(), m.Type, x)
		}
	}
}

func (a *answer) member(m member, name, typ string, x any) {
	o, ok := x.(object)
	if !ok {
		a.element(name, "", func() { a.characters(a.text(m, x)) })
		return
	}
	attributes := ""
	if len(m.XMLNamespace) == 2 {
		attributes = fmt.Sprintf(` xmlns:%s="%s"`, m.XMLNamespace[0], m.XMLNamespace[1])
	}
	s := a.model.Shapes[typ]
	for _, m := range s.Members {
		if x, ok := o[m.Name]; ok && m.XMLAttribute != 0 {
			attributes += fmt.Sprintf(` %s="%s"`, m.XMLName, escaper.Replace(a.text(m, x)))
		}
	}
	a.element(name, attributes, func() { a.members(s, o) })
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;", "\n", "&#xA;", "\t", "&#9;")

// characters writes text in one of its spellings. The AWS SDK takes CDATA only for all of it.
func (a *answer) characters(text string) {
	if a.odd() && text != "" && !strings.Contains(text, "]]>") && !strings.Contains(text, "\r") {
		a.doc.WriteString("<![CDATA[" + text + "]]>")
		return
	}
	a.doc.WriteString(escaper.Replace(text))
}

// text is a scalar as the wire has it.
func (a *answer) text(m member, x any) string {
	switch x := x.(type) {
	case string:
		if a.encoded && slices.Contains(urlEncoded, m.Name) {
			return url.QueryEscape(x)
		}
		return x
	case time.Time:
		switch {
		case m.timestamp() == "http-date":
			return x.Format(http.TimeFormat)
		case a.odd():
			return x.Format("2006-01-02T15:04:05.000Z")
		}
		return x.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(x)
}
