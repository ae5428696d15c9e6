package rest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// node is an element of a document that encoding/xml read.
type node struct {
	name     xml.Name
	attrs    []xml.Attr
	text     string // its own, the elements' inside it aside
	children []*node
}

// tree reads a whole document by encoding/xml. Its error is io.ErrUnexpectedEOF
// when the document ends too soon.
func tree(doc []byte) (*node, error) {
	tokens := xml.NewDecoder(bytes.NewReader(doc))
	tokens.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "utf8", "us-ascii", "ascii":
			return r, nil
		}
		return nil, errors.New("unsupported encoding")
	}
	top := &node{}
	open := []*node{top}
	for {
		token, err := tokens.RawToken()
		in := open[len(open)-1]
		var syntax *xml.SyntaxError
		switch {
		case err == io.EOF && in == top && len(top.children) == 1:
			return top.children[0], nil
		case err == io.EOF, errors.As(err, &syntax) && strings.HasPrefix(syntax.Msg, "unexpected EOF"):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: t.Name, attrs: t.Attr}
			in.children = append(in.children, n)
			if open = append(open, n); len(open)-1 > maxDepth || len(top.children) > 1 {
				return nil, errors.New("too deep, or a second root")
			}
		case xml.EndElement:
			if in == top || in.name != t.Name {
				return nil, errors.New("tags don't match")
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if in == top && !isBlank(t) {
				return nil, errors.New("text outside the root")
			}
			in.text += string(t)
		}
	}
}

// fill does what the decoder does, in the plainest way.
func (n *node) fill(s *xmlStruct, v reflect.Value) error {
	for _, a := range n.attrs {
		for _, m := range s.attrs {
			if a.Name.Space != "xmlns" && a.Name.Local == m.name {
				if err := m.scalar.set(v.Field(m.index), a.Value); err != nil {
					return err
				}
			}
		}
	}
	for _, child := range n.children {
		for _, m := range s.members {
			if m.attribute || m.chardata || m.name != child.name.Local {
				continue
			}
			f := v.Field(m.index)
			items := []*node{child}
			if m.item != "" {
				items = nil
				for _, c := range child.children {
					if c.name.Local == m.item {
						items = append(items, c)
					}
				}
				if f.IsNil() {
					f.Set(reflect.MakeSlice(f.Type(), 0, 0))
				}
			}
			for _, item := range items {
				if m.list {
					f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
					f = v.Field(m.index)
					if err := item.value(m, f.Index(f.Len()-1)); err != nil {
						return err
					}
				} else if err := item.value(m, f); err != nil {
					return err
				}
			}
		}
	}
	if m := s.chardata; m != nil {
		return m.scalar.set(v.Field(m.index), n.text)
	}
	return nil
}

func (n *node) value(m *xmlMember, v reflect.Value) error {
	if m.nested == nil {
		return m.scalar.set(v, n.text)
	}
	if m.pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	return n.fill(m.nested, v)
}

// expected is unmarshal by encoding/xml, for roots that have lists.
func expected(doc []byte, layout *xmlStruct, v reflect.Value) (root string, err error) {
	doc = trimProlog(doc)
	if len(doc) == 0 {
		return "", nil
	}
	n, err := tree(doc)
	if err != nil {
		return "", err
	}
	if err := n.fill(layout, v); err != nil {
		return "", err
	}
	if strings.EqualFold(strings.TrimSpace(v.Field(layout.encodingType).String()), "url") {
		layout.unescape(v, nil)
	}
	return n.name.Local, nil
}

// known tells whether the scanner is meant to differ from encoding/xml; its own
// tests list how.
func known(doc []byte, theirs error) bool {
	if theirs == nil {
		return false
	}
	half := false
	for size := 1; size < min(utf8.UTFMax, len(doc)+1); size++ {
		tail := doc[len(doc)-size:]
		half = half || utf8.RuneStart(tail[0]) && !utf8.FullRune(tail)
	}
	return strings.Contains(theirs.Error(), "invalid XML name") || half && strings.Contains(theirs.Error(), "invalid UTF-8")
}

// layoutOf compiles T's layout, which is much of the work for a short document.
func layoutOf[T any](tb testing.TB) *xmlStruct {
	xc := newXMLCompiler()
	layout, err := xc.root(reflect.TypeFor[T]())
	require.NoError(tb, err)
	xc.finish(layout)
	return layout
}

func requireSame[T any](t *testing.T, layout *xmlStruct, doc []byte) {
	var ours, theirs T
	root, err := unmarshal(doc, layout, reflect.ValueOf(&ours).Elem())
	layout.unescapeRoot(reflect.ValueOf(&ours).Elem(), nil)
	wantRoot, wantErr := expected(doc, layout, reflect.ValueOf(&theirs).Elem())
	if known(doc, wantErr) {
		return
	}
	if (wantErr == nil) != (err == nil) {
		require.Fail(t, "one takes what the other refuses", "%q\nours:   %v\ntheirs: %v", doc, err, wantErr)
	}
	if err != nil {
		// A value that is no number may come before the end.
		var d *documentError
		if cut := errors.Is(wantErr, io.ErrUnexpectedEOF); (!errors.As(err, &d) || !cut) && cut != errors.Is(err, io.ErrUnexpectedEOF) {
			require.Fail(t, "errors of two classes", "%q\nours:   %v\ntheirs: %v", doc, err, wantErr)
		}
		return
	}
	require.Equal(t, wantRoot, root, "%q", doc)
	require.Equal(t, theirs, ours, "%q", doc)
}

// oracleDocuments hold every form of value, with what servers and mistakes make of them.
var oracleDocuments = []string{
	"", "\xEF\xBB\xBF <?xml version='1.0'?><R/>\n", "<R>", "<R></R>x", "<R/><R/>", "x<R/>", "<R><R>", "<R></S>", "</R>",
	`<a:R xmlns:a="b" xmlns:type="c" a:type="t" type="&lt;"><Text>&lt;<![CDATA[x]]><!-- c --><b>no</b>&#13;` + "\r\n" + `</Text><Pointer/><Bool>TRUE</Bool><Tri> 0</Tri></a:R>`,
	"<R><Int>1</Int><Int>+2</Int><Long> -2 </Long><Time>2026-01-02T03:04:05.678Z</Time><Date>Fri, 02 Jan 2026 03:04:05 GMT</Date></R>",
	"<R><Time>2026-01-02T03:04:05,5Z</Time><Date>0000-01-01T00:00:00+05:00</Date></R>", "<R><Time>2026-1-2T3:04:05Z</Time><Date>soon</Date></R>",
	"<R><Time>2026-01-02T03:04:05+24:00</Time><Date>1767323045</Date></R>", "<R><Time>9999-12-31T23:59:59-01:00</Time><Time>2026-02-30T00:00:00Z</Time></R>",
	"<R><Int>2147483648</Int></R>", "<R><Int>1_0</Int></R>", "<R><Int>0x1</Int></R>", "<R><Int/><Long></Long><Bool>yes</Bool></R>", "<R><Long>-0</Long><Bool>1</Bool><Tri>true</Tri></R>",
	"<R><Flat>a</Flat><Flat/><Wrapped><Item>1</Item><X/>t</Wrapped><Flat>a</Flat><Location>l<x/>m</Location><Wrapped/></R>",
	"<R><Ring><Name>a</Name><Next><More><Ring/><Ring><Name>b</Name></Ring></More></Next></Ring><Unknown a='b'><Text>t</Text></Unknown></R>",
	"<R><Object><Key>a%20+b</Key><Size>1</Size><StorageClass>STANDARD</StorageClass><Owner><ID>o</ID></Owner></Object><EncodingType>url</EncodingType>" +
		"<Object><StorageClass>STANDARD</StorageClass><Key>é</Key><Owner><ID>o</ID><DisplayName>o</DisplayName></Owner><Size>2</Size></Object><Object/></R>",
	"<R><x:Object><Key>1</Key></x:Object><Object a='b'><ChecksumAlgorithm>A</ChecksumAlgorithm><ChecksumAlgorithm>A</ChecksumAlgorithm></Object></R>",
	"<R>" + strings.Repeat("<Ring>", maxDepth) + strings.Repeat("</Ring>", maxDepth) + "</R>", "<R>" + strings.Repeat("<x>", maxDepth),
}

// Every document decodes to what it does by encoding/xml, or neither takes it:
// so for those above, cut after every byte, and with bytes replaced.
func TestDecodesLikeEncodingXML(t *testing.T) {
	t.Parallel()
	layout := layoutOf[kitchenDocument](t)
	for _, doc := range oracleDocuments {
		for n := range len(doc) + 1 {
			requireSame[kitchenDocument](t, layout, []byte(doc[:n]))
		}
		for i := range min(len(doc), 300) {
			for _, c := range []byte("<>&;/:' 1x\xC3") {
				mutant := []byte(doc)
				mutant[i] = c
				requireSame[kitchenDocument](t, layout, mutant)
			}
		}
	}
}

func FuzzDecodesLikeEncodingXML(f *testing.F) {
	for _, doc := range oracleDocuments {
		f.Add([]byte(doc))
		f.Add([]byte(strings.ReplaceAll(doc, "Object>", "Contents>")))
	}
	documents, listings := layoutOf[kitchenDocument](f), layoutOf[listing](f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		requireSame[kitchenDocument](t, documents, doc)
		requireSame[listing](t, listings, doc)
	})
}

// What is read straight from the bytes of a document is what the scalar itself
// makes of the text.
func TestFastFormsAreTheScalars(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "0", "1", "-1", "+1", "01", " 7 ", "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "1.0", "1e3", "1_000", "0x1", "١",
		"true", "false", "True", "FALSE", "1", "yes", " true",
		"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05+09:00", "2026-01-02T03:04:05+24:00", "2026-01-02T24:00:00Z", "2026-01-02t03:04:05z",
		"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-02T03:04:05", "2026-1-02T3:04:05Z", "2026-01-02T03:04:05,1Z", "Fri, 02 Jan 2026 03:04:05 GMT", "1767323045", "soon",
	} {
		type members struct {
			Bool *bool      `xml:"Bool"`
			Int  *int32     `xml:"Int"`
			Long *int64     `xml:"Long"`
			Time *time.Time `xml:"Time"`
		}
		for _, name := range []string{"Bool", "Int", "Long", "Time"} {
			var got, want members
			_, err := UnmarshalXML([]byte("<R><"+name+">"+text+"</"+name+"></R>"), &got)
			f := reflect.ValueOf(&want).Elem().FieldByName(name)
			s, ok := scalarOf(f.Type())
			require.True(t, ok)
			if wantErr := s.set(f, text); wantErr != nil {
				require.ErrorContains(t, err, wantErr.Error(), "%s %q", name, text)
				continue
			}
			require.NoError(t, err, "%s %q", name, text)
			require.Equal(t, want, got, "%s %q", name, text)
		}
	}
}
