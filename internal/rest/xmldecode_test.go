package rest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestUnmarshalXML(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		name string
		doc  string
		want listing
	}{
		{"empty root", "<R></R>", listing{}},
		{"self-closed root", "<R/>", listing{}},
		{"declaration", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><R><Name>n</Name></R>`, listing{Name: "n"}},
		{"other names of UTF-8", `<?xml version="1.0" encoding="UTF8"?><R><Name>é</Name></R>`, listing{Name: "é"}},
		{"doctype", `<!DOCTYPE R [<!ENTITY x "y">]><R><Name>n</Name></R>`, listing{Name: "n"}},
		{"byte order mark", "\xEF\xBB\xBF<R><Name>n</Name></R>", listing{Name: "n"}},
		{"leading blanks", " \r\n\t<?xml version=\"1.0\"?>\n<R><Name>n</Name></R>\n", listing{Name: "n"}},
		{"blanks and a byte order mark", "\n\xEF\xBB\xBF\n<R><Name>n</Name></R>", listing{Name: "n"}},
		{"namespace", `<R xmlns="` + s3Namespace + `"><Name>n</Name></R>`, listing{Name: "n"}},
		{"prefixes", `<a:R xmlns:a="urn:a" xmlns:b="urn:b"><b:Name>n</b:Name></a:R>`, listing{Name: "n"}},
		{"undeclared prefix", `<R><b:Name>n</b:Name></R>`, listing{Name: "n"}},
		{"comments around", "<!-- a --><R><!-- b --><Name>n</Name></R><!-- c -->", listing{Name: "n"}},
		{"comment inside text", "<R><Name>a<!-- x -->b</Name></R>", listing{Name: "ab"}},
		{"processing instruction", "<?a b?><R><?c d?><Name>a<?e f?>b</Name></R><?g?>", listing{Name: "ab"}},
		{"CDATA", "<R><Name>a<![CDATA[<b>&amp;]]>c</Name></R>", listing{Name: "a<b>&amp;c"}},
		{"entities", "<R><Name>&lt;&gt;&amp;&quot;&apos;&#233;&#xE9;&#xD;&#10;</Name></R>", listing{Name: "<>&\"'éé\r\n"}},
		{"line ends", "<R><Name>a\r\nb\rc</Name></R>", listing{Name: "a\nb\nc"}},
		{"blanks of text are kept", "<R><Name> a\n </Name></R>", listing{Name: " a\n "}},
		{"empty elements", "<R><Name/><MaxKeys/><IsTruncated/><First/></R>", listing{}},
		{"empty pointers", "<R><Prefix/><Last/></R>", listing{Prefix: ptr(""), Last: &object{}}},
		{"unknown elements", "<R><X><Name>x</Name><Y/></X><Name>n</Name><Z>z</Z></R>", listing{Name: "n"}},
		{"unknown attributes", `<R a="b"><Name xsi:nil="false">n</Name></R>`, listing{Name: "n"}},
		{"elements inside text", "<R><Name>a<b>x</b>c</Name></R>", listing{Name: "ac"}},
		{"text between elements", "<R>x<Name>n</Name>y</R>", listing{Name: "n"}},
		{"repeated element", "<R><Name>a</Name><Name>b</Name></R>", listing{Name: "b"}},
		{"numbers", "<R><MaxKeys> 1000\n</MaxKeys><First><Size>5497558138880</Size></First></R>", listing{MaxKeys: 1000, First: object{Size: 5 << 40}}},
		{"number with a sign", "<R><MaxKeys>+10</MaxKeys></R>", listing{MaxKeys: 10}},
		{"bools", "<R><IsTruncated> TRUE </IsTruncated></R>", listing{IsTruncated: ptr(true)}},
		{"bool as digit", "<R><IsTruncated>0</IsTruncated></R>", listing{IsTruncated: ptr(false)}},
		{"time", "<R><First><LastModified>2026-01-02T03:04:05.000Z</LastModified></First></R>", listing{First: object{LastModified: at}}},
		{"time without a zone", "<R><First><LastModified>2026-01-02T03:04:05</LastModified></First></R>", listing{First: object{LastModified: at}}},
		{"time of nanoseconds", "<R><First><LastModified>2026-01-02T03:04:05.123456789Z</LastModified></First></R>", listing{First: object{LastModified: at.Add(123456789)}}},
		{"http-date", "<R><First><LastModified>Fri, 02 Jan 2026 03:04:05 GMT</LastModified></First></R>", listing{First: object{LastModified: at}}},
		{"time that is none", "<R><First><Key>k</Key><LastModified>soon</LastModified></First></R>", listing{First: object{Key: "k"}}},
		{
			"lists between others",
			"<R><Contents><Key>a</Key></Contents><Name>n</Name><Contents><Key>b</Key><ChecksumAlgorithm>x</ChecksumAlgorithm><ChecksumAlgorithm>y</ChecksumAlgorithm></Contents></R>",
			listing{Name: "n", Contents: []object{{Key: "a"}, {Key: "b", Algorithms: []string{"x", "y"}}}},
		},
		{
			"wrapped list", "<R><Names> <Member>a</Member><Other>x</Other>text<Member/></Names><Names><Member>b</Member></Names></R>",
			listing{Names: []string{"a", "", "b"}},
		},
		{"wrapped list, empty", "<R><Names/></R>", listing{Names: []string{}}},
		{
			"url encoding",
			"<R><Prefix>a%2F</Prefix><Contents><Key>a+b%20c%2Fd%2B%C3%A9</Key><Owner><ID>%41</ID></Owner></Contents>" +
				"<CommonPrefixes><Prefix>p%20</Prefix></CommonPrefixes><Names><Member>m+</Member></Names><EncodingType>URL</EncodingType>" +
				"<Last><Key>%41</Key></Last><First><Key>%42</Key></First><Name>%43</Name></R>",
			listing{
				Prefix: ptr("a/"), EncodingType: "URL", Name: "%43",
				Contents:       []object{{Key: "a b c/d+é", Owner: &owner{ID: "%41"}}},
				CommonPrefixes: []commonPrefix{{Prefix: "p "}}, Names: []string{"m "},
				Last: &object{Key: "A"}, First: object{Key: "B"},
			},
		},
		{
			"url encoding of what isn't", "<R><EncodingType> url </EncodingType><Contents><Key>100%+</Key></Contents></R>",
			listing{EncodingType: " url ", Contents: []object{{Key: "100%+"}}},
		},
		{"no url encoding", "<R><Contents><Key>a+b%20c</Key></Contents></R>", listing{Contents: []object{{Key: "a+b%20c"}}}},
		{
			"another encoding", "<R><Contents><Key>a+b%20c</Key></Contents><EncodingType>none</EncodingType></R>",
			listing{EncodingType: "none", Contents: []object{{Key: "a+b%20c"}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got listing
			root, err := UnmarshalXML([]byte(tt.doc), &got)
			require.NoError(t, err)
			require.Equal(t, "R", root)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestUnmarshalXMLOtherRoots(t *testing.T) {
	for _, doc := range []string{"", " \n", "\xEF\xBB\xBF", "\n\xEF\xBB\xBF \n"} {
		root, err := UnmarshalXML([]byte(doc), &listing{})
		require.NoError(t, err)
		require.Empty(t, root)
	}

	var policy accessPolicy
	root, err := UnmarshalXML([]byte(`<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList>
<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser" xmlns:type="urn:x"><ID>i</ID></Grantee><Permission>READ</Permission></Grant>
<Grant><Grantee type="Group"/></Grant></AccessControlList></AccessControlPolicy>`), &policy)
	require.NoError(t, err)
	require.Equal(t, "AccessControlPolicy", root)
	require.Equal(t, accessPolicy{Owner: owner{ID: "o"}, Grants: []grant{
		{Grantee: &grantee{Type: "CanonicalUser", ID: "i"}, Permission: "READ"},
		{Grantee: &grantee{Type: "Group"}},
	}}, policy)

	for doc, want := range map[string]string{
		`<LocationConstraint xmlns="` + s3Namespace + `">eu-<!-- -->west-1</LocationConstraint>`: "eu-west-1",
		`<LocationConstraint/>`:                              "",
		`<LocationConstraint>a<b>c</b></LocationConstraint>`: "a",
	} {
		var l location
		_, err = UnmarshalXML([]byte(doc), &l)
		require.NoError(t, err)
		require.Equal(t, want, l.Constraint)
	}

	// What a reused slice held must not shine through.
	reused := listing{Contents: []object{{Key: "old", Size: 1}}[:0]}
	_, err = UnmarshalXML([]byte("<R><Contents><Key>new</Key></Contents></R>"), &reused)
	require.NoError(t, err)
	require.Equal(t, []object{{Key: "new"}}, reused.Contents)

	// Errors of a server: only the tagged fields belong to the document.
	var e struct {
		Code       string `xml:"Code"`
		StatusCode int
		Header     map[string]string `headers:"x-"`
		Ignored    string            `xml:"-"`
	}
	root, err = UnmarshalXML([]byte("<Error><Code>NoSuchKey</Code><StatusCode>1</StatusCode></Error>"), &e)
	require.NoError(t, err)
	require.Equal(t, "Error", root)
	require.Equal(t, "NoSuchKey", e.Code)
	require.Zero(t, e.StatusCode)
}

func TestUnmarshalXMLErrors(t *testing.T) {
	type strict struct {
		Number int32     `xml:"Number"`
		Bool   bool      `xml:"Bool"`
		Attr   int64     `xml:"attr,attr"`
		List   []int64   `xml:"List>Item"`
		Inner  *location `xml:"Inner"`
		Count  struct {
			N int32 `xml:",chardata"`
		} `xml:"Count"`
	}
	for _, tt := range []struct{ doc, want string }{
		{"<R><Number>x</Number></R>", `document "R": Number: "x" is no number`},
		{"<R><Number>1.0</Number></R>", `document "R": Number: "1.0" is no number`},
		{"<R><Number>3000000000</Number></R>", `document "R": Number: number "3000000000" is out of range`},
		{"<R><Bool>maybe</Bool></R>", `document "R": Bool: "maybe" is no boolean`},
		{`<R attr="x"></R>`, `document "R": Attr: "x" is no number`},
		{"<R><List><Item>1</Item><Item>x</Item></List></R>", `document "R": List[1]: "x" is no number`},
		{"<R><Count>x</Count></R>", `document "R": Count.N: "x" is no number`},

		{"<R></S>", `document "R": end tag "S" closes nothing that is open`},
		{"<a:R></b:R>", `document "R": end tag "R" closes nothing that is open`},
		{"<R><Number>1</Bool></R>", `document "R": Number: end tag "Bool" closes nothing that is open`},
		{"<R><X><Y></X></Y></R>", `document "R": end tag "X" closes nothing that is open`},
		{"<R><Number>1<X></Y></Number></R>", `end tag "Y" closes nothing that is open`},
		{"<R><List></Item></List></R>", `document "R": List: end tag "Item" closes nothing that is open`},
		{"<R><List><X></Item></List></R>", `end tag "Item" closes nothing that is open`},
		{"</R>", `document: end tag "R" closes nothing that is open`},
		{"<R></R></R>", `document "R": goes on after the root element`},
		{"<R></R><R></R>", `document "R": goes on after the root element`},
		{"<R></R>x", `document "R": goes on after the root element`},
		{"<R></R><", `document "R": ends too soon`},
		{"x<R></R>", "document: has text before the root element"},
		{`{"a":1}`, "document: has text before the root element"},
		{"<R><Number>&unknown;</Number></R>", `invalid character entity "&unknown;"`},
		{"<R><Number>&#1;</Number></R>", "illegal character code U+0001"},
		{"<R><Number>\x01</Number></R>", "illegal character code U+0001"},
		{"<R><X>\xff</X></R>", "invalid UTF-8"},
		{"<R attr=1></R>", "unquoted or missing attribute value"},
		{"<R attr></R>", "attribute name without = in element"},
		{"<R><X a='1' <Y/></X></R>", "syntax error"},
		{`<?xml version="1.1"?><R/>`, "unsupported version"},
		{`<?xml version="1.0" encoding="EUC-KR"?><R/>`, `unsupported encoding "EUC-KR"`},
	} {
		t.Run(tt.doc, func(t *testing.T) {
			_, err := UnmarshalXML([]byte(tt.doc), &strict{})
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "rest: document")
		})
	}
}

func TestUnmarshalXMLBadArguments(t *testing.T) {
	for _, v := range []any{nil, listing{}, (*listing)(nil), ptr("x")} {
		_, err := UnmarshalXML([]byte("<R/>"), v)
		require.ErrorContains(t, err, fmt.Sprintf("rest: can't read a document into %T", v))
	}
	_, err := UnmarshalXML([]byte("<R/>"), &struct {
		A []byte `xml:"A"`
	}{})
	require.ErrorContains(t, err, "rest: ")
	require.ErrorContains(t, err, "unsupported type []uint8")
}

// A listing cut anywhere is an error that says so: taken for whole it would
// make a caller delete what is missing from it.
func TestTruncatedDocument(t *testing.T) {
	doc := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<ListBucketResult xmlns="` + s3Namespace + `"><!-- c --><Name>n</Name><Prefix/><Unknown><A>b</A></Unknown>` +
		`<Contents a="b"><Key>a&amp;b<![CDATA[x]]></Key><Size>1</Size></Contents><Names><Member>m</Member></Names></ListBucketResult>`
	_, err := UnmarshalXML([]byte(doc), &listing{})
	require.NoError(t, err)
	for n := 1; n < len(doc); n++ {
		_, err := UnmarshalXML([]byte(doc[:n]), &listing{})
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, doc[:n])
	}
}

func TestUnclosedRoot(t *testing.T) {
	at := time.Date(2009, 10, 28, 22, 32, 0, 0, time.UTC)
	const head = "<CopyObjectResult>\n    <LastModified>2009-10-28T22:32:00</LastModified>\n    <ETag>\"9b2c\"</ETag>"
	want := copyResult{ETag: `"9b2c"`, LastModified: at}
	for name, tail := range map[string]string{
		"closed":                   "\n</CopyObjectResult>",
		"unclosed":                 "",
		"unclosed, blanks":         "\n \n",
		"unclosed, comment":        "<!-- c -->\n",
		"unclosed, unknown last":   "<X>y</X>",
		"closed by a start tag":    "\n<CopyObjectResult>",
		"closed by one and blanks": "\n<CopyObjectResult>\n",
	} {
		t.Run(name, func(t *testing.T) {
			var got copyResult
			root, err := UnmarshalXML([]byte(head+tail), &got)
			require.NoError(t, err)
			require.Equal(t, "CopyObjectResult", root)
			require.Equal(t, want, got)
		})
	}
	for name, doc := range map[string]string{
		"nothing inside":           "<CopyObjectResult>",
		"only blanks inside":       "<CopyObjectResult>\n",
		"a member open":            "<CopyObjectResult><ETag>x",
		"an unknown element open":  head + "<X>",
		"an unknown element's end": head + "<X></X",
		"end tag cut":              head + "</CopyObject",
		"start tag cut":            head + "<CopyObjectResult",
		"text after the members":   head + "x",
		"repeat with attributes":   head + `<CopyObjectResult a="b">`,
		"repeat with content":      head + "<CopyObjectResult>x",
		"repeat with an element":   head + "<CopyObjectResult><ETag>",
		"repeat of another name":   head + "<a:CopyObjectResult>",
		"repeat alone":             "<CopyObjectResult><CopyObjectResult>",
		"repeat and half a tag":    head + "<CopyObjectResult></Copy",
		"repeat and half a letter": head + "<CopyObjectResult>\xC3",
		"repeat and a comment cut": head + "<CopyObjectResult><!-- c",
		"comment cut":              head + "<!-- c",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := UnmarshalXML([]byte(doc), &copyResult{})
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		})
	}
	// A root with lists or with text of its own may have lost anything.
	_, err := UnmarshalXML([]byte("<R><Name>n</Name>"), &listing{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = UnmarshalXML([]byte("<R><X/>"), &location{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	// Below the root there is no lenience.
	_, err = UnmarshalXML([]byte("<R><Next><Name>n</Name>"), &struct {
		Next *owner `xml:"Next"`
	}{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestUnmarshalXMLDepth(t *testing.T) {
	nested := func(name string, n int) string {
		return strings.Repeat("<"+name+">", n) + strings.Repeat("</"+name+">", n)
	}
	for _, name := range []string{"Next", "Unknown"} {
		_, err := UnmarshalXML([]byte(nested(name, maxDepth)), &ring{})
		require.NoError(t, err, name)
		_, err = UnmarshalXML([]byte(nested(name, maxDepth+1)), &ring{})
		require.ErrorIs(t, err, errDeep, name)
		_, err = UnmarshalXML([]byte(strings.Repeat("<"+name+">", 1_000_000)), &ring{})
		require.ErrorIs(t, err, errDeep, name)
	}
	for _, doc := range []string{
		strings.Repeat("<More><Ring>", maxDepth),
		strings.Repeat("<Next>", maxDepth-1) + "<Next><Name>",
		strings.Repeat("<Next>", maxDepth) + "<More>",
		strings.Repeat("<Next>", maxDepth) + "<Unknown>",
		"<R><Name>" + strings.Repeat("<x>", maxDepth),
	} {
		_, err := UnmarshalXML([]byte(doc), &ring{})
		require.ErrorIs(t, err, errDeep)
	}
	// Depth is counted, not the number of elements.
	_, err := UnmarshalXML([]byte("<R>"+strings.Repeat("<X><Y/></X><Next/><More><Ring/></More>", 200)+"</R>"), &ring{})
	require.NoError(t, err)
}
