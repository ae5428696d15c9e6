package s3wire

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// element is one of a document, as far as it means anything: in which namespace, with
// which attributes, children and text. How the namespace is declared does not.
type element struct {
	name       xml.Name
	attributes map[xml.Name]string
	children   []*element
	text       string
}

func parse(doc []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	root := new(element)
	open := []*element{root}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name, attributes: map[xml.Name]string{}}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					e.attributes[a.Name] = a.Value
				}
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
}

// documents compares two documents. The order of different elements means nothing in this
// API, that of equal ones does.
func (c *comparison) documents(ours, theirs []byte) {
	c.t.Helper()
	a, err := parse(ours)
	require.NoError(c.t, err, "%s: ours %s", c.operation, ours)
	b, err := parse(theirs)
	require.NoError(c.t, err, "%s: theirs %s", c.operation, theirs)
	c.equal("root", a.name.Local, b.name.Local)
	c.elements(a, b, a.name.Local)
}

func (c *comparison) elements(ours, theirs *element, path string) {
	c.t.Helper()
	c.equal("namespace of "+path, ours.name.Space, theirs.name.Space)
	for name := range ours.attributes {
		c.attribute(path, name, ours, theirs)
	}
	for name := range theirs.attributes {
		if _, ok := ours.attributes[name]; !ok {
			c.attribute(path, name, ours, theirs)
		}
	}
	if !sameInstant(ours.text, theirs.text) {
		c.equal("element "+path, ours.text, theirs.text)
	} else {
		c.equal("time", ours.text, theirs.text)
	}
	a, b := ours.byName(), theirs.byName()
	for name := range namesOf(a, b) {
		where := path + "/" + name
		for i := range max(len(a[name]), len(b[name])) {
			switch {
			case i >= len(a[name]):
				c.equal("element "+where, nil, b[name][i].shown())
			case i >= len(b[name]):
				c.equal("element "+where, a[name][i].shown(), nil)
			default:
				c.elements(a[name][i], b[name][i], where)
			}
		}
	}
}

func (c *comparison) attribute(path string, name xml.Name, ours, theirs *element) {
	c.t.Helper()
	value := func(e *element) any {
		if v, ok := e.attributes[name]; ok {
			return v
		}
		return nil
	}
	c.equal("attribute "+path+" "+name.Space+" "+name.Local, value(ours), value(theirs))
}

func (e *element) byName() map[string][]*element {
	m := map[string][]*element{}
	for _, child := range e.children {
		m[child.name.Local] = append(m[child.name.Local], child)
	}
	return m
}

func namesOf(a, b map[string][]*element) map[string]bool {
	both := map[string]bool{}
	for name := range a {
		both[name] = true
	}
	for name := range b {
		both[name] = true
	}
	return both
}

// shown is the element on one line.
func (e *element) shown() string {
	var b strings.Builder
	b.WriteString(e.text)
	for _, child := range e.children {
		b.WriteString("<" + child.name.Local + ">" + child.shown())
	}
	return b.String()
}

// sameInstant: two spellings of one time.
func sameInstant(a, b string) bool {
	x, err := time.Parse(time.RFC3339, a)
	if err != nil {
		return false
	}
	y, err := time.Parse(time.RFC3339, b)
	return err == nil && x.Equal(y)
}
