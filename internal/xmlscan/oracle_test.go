package xmlscan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// ending is how a document came to its end.
type ending string

const (
	atEnd     ending = "end"
	truncated ending = "truncated"
	malformed ending = "malformed"
)

// scanned is a document in one line for each tag and text.
type scanned struct {
	steps []string
	end   ending
	err   error
}

func scan(doc []byte) scanned {
	var out scanned
	s := New(doc)
	for {
		kind, err := s.Next()
		var syntax *SyntaxError
		switch {
		case err == io.EOF:
			out.end = atEnd
			return out
		case errors.Is(err, io.ErrUnexpectedEOF):
			out.end, out.err = truncated, err
			return out
		case errors.As(err, &syntax):
			out.end, out.err = malformed, err
			return out
		case err != nil:
			panic(err)
		}
		step := fmt.Sprintf("text %q", s.Text())
		if kind != Text {
			step = fmt.Sprintf("tag %d %q %q", kind, s.Name().Prefix(), s.Name().Local())
		}
		if kind == StartTag {
			for _, a := range s.Attrs() {
				step += fmt.Sprintf(" %q %q=%q", a.Name.Prefix(), a.Name.Local(), a.Value)
			}
		}
		out.steps = append(out.steps, step)
	}
}

// oracle is the same by encoding/xml.
func oracle(doc []byte) scanned {
	var out scanned
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		if slices.Contains([]string{"utf8", "us-ascii", "ascii"}, strings.ToLower(label)) {
			return r, nil
		}
		return nil, errors.New("unsupported encoding")
	}
	for {
		token, err := d.RawToken()
		if err != nil {
			var syntax *xml.SyntaxError
			switch {
			case err == io.EOF:
				out.end = atEnd
			case errors.As(err, &syntax) && strings.HasPrefix(syntax.Msg, "unexpected EOF"):
				out.end, out.err = truncated, err
			default:
				out.end, out.err = malformed, err
			}
			return out
		}
		if start, ok := token.(xml.StartElement); ok && len(start.Attr) > maxAttributes {
			out.end, out.err = malformed, errors.New("too many attributes")
			return out
		}
		var step string
		switch t := token.(type) {
		case xml.CharData:
			step = fmt.Sprintf("text %q", []byte(t))
		case xml.EndElement:
			step = fmt.Sprintf("tag %d %q %q", EndTag, t.Name.Space, t.Name.Local)
		case xml.StartElement:
			step = fmt.Sprintf("tag %d %q %q", StartTag, t.Name.Space, t.Name.Local)
			for _, a := range t.Attr {
				step += fmt.Sprintf(" %q %q=%q", a.Name.Space, a.Name.Local, a.Value)
			}
		default:
			continue
		}
		out.steps = append(out.steps, step)
	}
}

// differences is all that is not as encoding/xml has it, and why.
var differences = []struct {
	name string
	doc  string
	// ours and theirs are how the document ends here and there.
	ours, theirs ending
	// why is for the reader.
	why string
	// excuses tells whether a document's two ends differ for this reason.
	excuses func(doc []byte, ours, theirs scanned) bool
}{
	{
		name: "a name of XML 1.0's fifth edition", doc: "<ℓ\u2070/>", ours: atEnd, theirs: malformed,
		why: "encoding/xml has the second edition's table of letters, which ends with Unicode 2.0; the fifth edition takes all that the second does",
		excuses: func(_ []byte, _, theirs scanned) bool {
			var syntax *xml.SyntaxError
			if !errors.As(theirs.err, &syntax) {
				return false
			}
			name, found := strings.CutPrefix(syntax.Msg, "invalid XML name: ")
			return found && isName([]byte(name))
		},
	},
	{
		name: "text cut inside a character", doc: "<R>\xC3", ours: truncated, theirs: malformed,
		why: "a document that was cut must say so wherever it was cut; to encoding/xml half a character is invalid UTF-8",
		excuses: func(doc []byte, ours, theirs scanned) bool {
			r, size := utf8.DecodeLastRune(doc)
			for start := len(doc) - 1; r == utf8.RuneError && size == 1 && start >= max(0, len(doc)-utf8.UTFMax); start-- {
				if utf8.RuneStart(doc[start]) {
					return !utf8.FullRune(doc[start:]) && ours.end == truncated && theirs.end == malformed
				}
			}
			return false
		},
	},
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	for _, tt := range differences {
		ours, theirs := scan([]byte(tt.doc)), oracle([]byte(tt.doc))
		require.Equal(t, tt.ours, ours.end, tt.name)
		require.Equal(t, tt.theirs, theirs.end, tt.name)
		require.True(t, tt.excuses([]byte(tt.doc), ours, theirs), tt.name)
		require.NotEmpty(t, tt.why)
	}
}

// requireSame compares the two scanners' ways through a document, step by step
// and to its end.
func requireSame(t *testing.T, doc []byte) {
	ours, theirs := scan(doc), oracle(doc)
	if ours.end == theirs.end && slices.Equal(ours.steps, theirs.steps) {
		return
	}
	n := min(len(ours.steps), len(theirs.steps))
	for _, d := range differences {
		if d.excuses(doc, ours, theirs) && slices.Equal(ours.steps[:n], theirs.steps[:n]) {
			return
		}
	}
	require.Fail(t, "not as encoding/xml has it", "%q\nours:   %q %s %v\ntheirs: %q %s %v",
		doc, ours.steps, ours.end, ours.err, theirs.steps, theirs.end, theirs.err)
}

// documents has a piece of every kind of markup, whole and broken.
var documents = []string{
	"", " \n", "text", "<R/>", "<R></R>", "<R ></R >", "<R\n/>", "<R / >", "< R>", "</ R>", "<R", "<R/", "</R", "<", "</", "<R></S></R>", "<R//>",
	`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n<R>\r\n\t<A>1</A>\r</R>",
	`<?xml version='1.1'?><R/>`, `<?xml version="1.0" encoding="utf8"?><R/>`, `<?xml encoding="US-ASCII"?><R/>`, `<?xml encoding="EUC-KR"?><R/>`,
	`<?xml version=1.0 version="2"?><R/>`, `<?xml version="1.0?><R/>`, `<?xml version=?><R/>`, `<?xml version="" encoding=''?>`, `<?xmlx version="9"?>`,
	"<?a?>", "<?a b?><R/>", "<?a ??>", "<??>", "<?1?>", "<? a?>", "<?a:b:c d?>", "<?a", "<?", "<?a ?", "<?a>?>", "<?é b?>", "<?a\x01\xff?>",
	"<!-- a --><R><!----><!-- - -- --></R>", "<!-->-->", "<!--->-->", "<!-- --- -->", "<!-- a --->", "<!-x-->", "<!", "<!-", "<!--", "<!--a-", "<!--a--", "<!--\x01\xff-->",
	`<!DOCTYPE R [<!ENTITY x "y>"><!-- ' -- > --><!ATTLIST R a CDATA '>'>]><R>&x;</R>`, "<!>", "<!>>", "<!'>'>", "<!a'>", "<!a<!--", "<!a<!-->-->>", "<!a<!-b>>", "<!a<<b>>>", "<!a>b>",
	"<R><![CDATA[<b>&amp;\r\n\r]]]]>]]&gt;</R>", "<![CDATA[]]>", "<![CDATA[]]]>", "<![CDATA[a]]", "<![CDATB[a]]>", "<![CDA", "<![", "<![CDATA[\x01]]>", "<![CDATA[\xff]]>", "<![CDATA[é\uFFFE]]>",
	"a]]>b", "a]]b", "a]]", "a]&gt;]>", `<R a="]]>"/>`,
	"&lt;&gt;&amp;&quot;&apos;", "&#10;&#13;&#xD;\n&#x20AC;&#x1F600;&#233;", "&#xD83D;&#xDE00;", "&#1;", "&#0;", "&#xFFFE;", "&#xFFFF;", "&#1114111;", "&#1114112;",
	"&#99999999999999999999999;", "&#4294967361;", "&#x100000041;", "&#x10000000000000041;", "&#000000000000000000000000038;", "&#;", "&#x;", "&#xg;", "&#X41;", "&#x41", "&#41", "&#", "&", "&;", "& ", "&&", "&amp", "&amp ", "&a:b;", "&é;", "&lt", "&unknown;",
	"&#x41<", "&amp<", "&<", "&#<", "&#x<", "&1;", "&-;", "&.a;", "&am\xff;", "&\xff;",
	"a\rb\r\nc\n\rd\r", "\r&#10;", "&#13;\n", "\x00", "\x01", "\x0b", "\x1f", "\x7f", "\u0085", "\uFEFF<R/>", "\xff", "\xC3", "\xC3\xA9", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\uFFFE", "\uFFFD", "é€😀", "\xE2\x82", "\xF0\x9F\x98", "a\xC3<R/>",
	`<R a="b" c='d' e = "f"g="h"/>`, `<R a="b" a="c"/>`, "<R a=b/>", "<R a/>", "<R a", "<R a=", "<R a ", "<R a= ", `<R a="`, `<R a="b`, `<R a="b"`, `<R a="<"/>`, `<R a=">"/>`, `<R a="&lt;&#xA;&quot;' ` + "\t\r\n\r" + `"/>`, `<R a='"&apos;"'/>`, `<R a="&"/>`, `<R a="&amp"/>`, `<R a="&x`, "<R a=\"\x01\"/>", "<R a=\"\xff\"/>", "<R a=\"\xC3", "<R a=\"\x01", "<R a='1' <b/>", `<R a="&bad; `, `<R a="é€"/>`, `<R "a"/>`, `<R =""/>`, `<R a==""/>`, `<Ra="b"/>`,
	`<a:R xmlns:a="urn:a" xmlns="urn:b" xsi:type="CanonicalUser"><a:B b:c="d"/></a:R>`, "<a:b:c/>", "<:a/>", "<a:/>", "<:/>", "<::/>", `<R a:b:c="d"/>`, `<R :a="b" b:="c"/>`, "</a:b:c>", "</:a>",
	"<1a/>", "<-a/>", "<.a/>", "<a1-._/>", "<_/>", "<é/>", "<aé:b/>", "<a\xff/>", "<\xff", "<a\xC3", "<a×/>", "<a·/>", "<·/>", "<名前>値</名前>", "<a\u0300/>", "<a\u2070/>", "<\U00010000/>", "<\"/>", "<=/>", "</>", "<>", "<a\"b\"/>", "<a\x00/>", "</a b>", "</a/>", "</a\n", "</a b",
}

// Where encoding/xml takes a document, so does the scanner, and finds the same
// in it; where one refuses it so does the other, at the same place. So it is for
// every document above, cut after every byte, and with every byte replaced by
// each that has a meaning.
func TestSameAsEncodingXML(t *testing.T) {
	t.Parallel()
	for _, doc := range documents {
		for n := range len(doc) + 1 {
			requireSame(t, []byte(doc[:n]))
			requireSame(t, []byte(doc[n:]))
			requireSame(t, []byte("<R>"+doc[n:]+"</R>"))
		}
		for i := range doc {
			for _, c := range []byte("<>&;#x'\"=/?![]-: \r\n1aA\x00\x01\x7F\x80\xC3\xFF") {
				mutant := []byte(doc)
				mutant[i] = c
				requireSame(t, mutant)
				requireSame(t, slices.Insert(mutant, i, doc[i]))
			}
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Fuzz(requireSame)
}

// All that may stand in a name by encoding/xml's table, whose letters are of the
// first plane, may do so here.
func TestNames(t *testing.T) {
	t.Parallel()
	for r := range rune(0x10000) {
		if !utf8.ValidRune(r) || r < utf8.RuneSelf && strings.ContainsRune("<>&/?!='\" \t\r\n", r) {
			continue
		}
		for _, doc := range []string{"<" + string(r) + "/>", "<a" + string(r) + "/>"} {
			if ours, theirs := scan([]byte(doc)), oracle([]byte(doc)); ours.end != theirs.end {
				require.Equal(t, atEnd, ours.end, "%U", r)
				require.GreaterOrEqual(t, r, rune(utf8.RuneSelf))
			}
		}
	}
}
