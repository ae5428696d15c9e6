package rest

import (
	"encoding/xml"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

func TestMarshalXML(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	at := time.Date(2026, 1, 2, 12, 4, 5, 0, seoul)
	type times struct {
		A time.Time  `xml:"A"`
		B time.Time  `xml:"B" timestamp:"http-date"`
		C *time.Time `xml:"C" timestamp:"epoch"`
		D time.Time  `xml:"d,attr"`
	}
	for _, tt := range []struct {
		name      string
		namespace string
		v         any
		want      string
	}{
		{"zero", "", listing{}, "<R></R>"},
		{"pointer", "", &listing{Name: "n"}, "<R><Name>n</Name></R>"},
		{"namespace", s3Namespace, listing{First: object{Key: "k"}}, `<R xmlns="` + s3Namespace + `"><First><Key>k</Key></First></R>`},
		{"namespace escaped", `a"<&`, listing{}, `<R xmlns="a&quot;&lt;&amp;"></R>`},
		{
			"order of the fields", "",
			listing{Last: &object{Size: 1}, MaxKeys: -5, Name: "n", EncodingType: "url"},
			"<R><Name>n</Name><EncodingType>url</EncodingType><MaxKeys>-5</MaxKeys><Last><Size>1</Size></Last></R>",
		},
		{
			"pointers to zero", "",
			listing{Prefix: ptr(""), IsTruncated: ptr(false), Last: &object{Owner: &owner{}}},
			"<R><Prefix></Prefix><IsTruncated>false</IsTruncated><Last><Owner></Owner></Last></R>",
		},
		{
			"flattened list", "",
			listing{Contents: []object{{Key: "a", Algorithms: []string{"CRC32", "SHA1"}}, {}}},
			"<R><Contents><Key>a</Key><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumAlgorithm>SHA1</ChecksumAlgorithm></Contents><Contents></Contents></R>",
		},
		{"wrapped list", "", listing{Names: []string{"a", ""}}, "<R><Names><Member>a</Member><Member></Member></Names></R>"},
		{"wrapped list, empty", "", listing{Names: []string{}}, "<R><Names></Names></R>"},
		{"flattened list, empty", "", listing{Contents: []object{}}, "<R></R>"},
		{"header members are left out", "", listing{Charged: "requester"}, "<R></R>"},
		{"chardata", "", location{Constraint: "a<b"}, "<R>a&lt;b</R>"},
		{
			"attribute", "",
			accessPolicy{Grants: []grant{{Grantee: &grantee{Type: "CanonicalUser", ID: "i"}, Permission: "READ"}, {Grantee: &grantee{}}}},
			`<R><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>i</ID></Grantee>` +
				`<Permission>READ</Permission></Grant><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"></Grantee></Grant></AccessControlList></R>`,
		},
		{
			"times", "",
			times{A: at.Add(7 * time.Millisecond), B: at, C: &at, D: at},
			`<R d="2026-01-02T03:04:05Z"><A>2026-01-02T03:04:05.007Z</A><B>Fri, 02 Jan 2026 03:04:05 GMT</B><C>1767323045</C></R>`,
		},
		{
			"recursive", "",
			ring{Name: "a", Next: &ring{Name: "b"}, More: []ring{{}, {Name: "c"}}},
			"<R><Name>a</Name><Next><Name>b</Name></Next><More><Ring></Ring><Ring><Name>c</Name></Ring></More></R>",
		},
		{"escaping", "", location{Constraint: "<&>\"'\t\r\n\u0085\u2028é\U0001F600\uFFFD]]>"}, "<R>&lt;&amp;&gt;\"'\t&#xD;\n\u0085\u2028é\U0001F600\uFFFD]]&gt;</R>"},
		{
			"escaping of attributes", "",
			struct {
				A string `xml:"a,attr"`
			}{"<&>\"'\t\r\né"},
			`<R a="&lt;&amp;&gt;&quot;'&#x9;&#xD;&#xA;é"></R>`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := MarshalXML("R", tt.namespace, tt.v)
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got))
			require.NoError(t, xml.Unmarshal(got, new(struct{})), "the standard library must read it")
		})
	}
}

func TestMarshalXMLRefuses(t *testing.T) {
	type text struct {
		Attr string   `xml:"attr,attr"`
		Text string   `xml:"Text"`
		List []string `xml:"List>Item"`
		Time time.Time
		At   *time.Time `xml:"At"`
	}
	for _, tt := range []struct {
		name   string
		v      any
		member string
		reason string
	}{
		{"NUL", text{Text: "a\x00"}, "Text", "has the character U+0000, which XML can't carry"},
		{"backspace", text{Text: "a\b"}, "Text", "has the character U+0008, which XML can't carry"},
		{"U+001F", text{Text: "\x1f"}, "Text", "has the character U+001F, which XML can't carry"},
		{"U+FFFE", text{Text: "a\uFFFE"}, "Text", "has the character U+FFFE, which XML can't carry"},
		{"U+FFFF", text{Text: "a\uFFFFb"}, "Text", "has the character U+FFFF, which XML can't carry"},
		{"invalid UTF-8", text{Text: "a\xffb"}, "Text", "is not valid UTF-8"},
		{"truncated UTF-8", text{Text: "a\xe2\x82"}, "Text", "is not valid UTF-8"},
		{"surrogate", text{Text: "\xed\xa0\x80"}, "Text", "is not valid UTF-8"},
		{"attribute", text{Attr: "\x01"}, "Attr", "has the character U+0001, which XML can't carry"},
		{"list", text{List: []string{"a", "\x02"}}, "List[1]", "has the character U+0002, which XML can't carry"},
		{"nested", listing{Contents: []object{{}, {Owner: &owner{ID: "\v"}}}}, "Contents[1].Owner.ID", "has the character U+000B, which XML can't carry"},
		{"time", text{At: ptr(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC))}, "At", errYear},
		{"namespace is not a member", location{Constraint: "\f"}, "Constraint", "has the character U+000C, which XML can't carry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := MarshalXML("R", "", tt.v)
			var member *MemberError
			require.ErrorAs(t, err, &member)
			require.Equal(t, MemberError{Member: tt.member, Reason: tt.reason}, *member)
			require.EqualError(t, err, "rest: "+tt.member+": "+tt.reason)
		})
	}
}

func TestMarshalXMLBadArguments(t *testing.T) {
	for name, tt := range map[string]struct {
		root string
		v    any
		want string
	}{
		"root":      {"a b", listing{}, `bad root element "a b"`},
		"nil":       {"R", nil, "document is <nil>, want a struct"},
		"nil typed": {"R", (*listing)(nil), "nil document"},
		"no struct": {"R", "x", "document is string, want a struct"},
		"bad tag": {"R", struct {
			A []byte `xml:"A"`
		}{}, "unsupported type"},
		"prefix": {"R", attributed{Type: "x"}, "which the member doesn't declare"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := MarshalXML(tt.root, "", tt.v)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "rest: ")
		})
	}
}

func TestMarshalXMLDepth(t *testing.T) {
	chain := func(n int) *ring {
		r := &ring{}
		for range n - 1 {
			r = &ring{Next: r}
		}
		return r
	}
	doc, err := MarshalXML("R", "", chain(maxDepth))
	require.NoError(t, err)
	_, err = UnmarshalXML(doc, &ring{})
	require.NoError(t, err)
	_, err = MarshalXML("R", "", chain(maxDepth+1))
	require.ErrorContains(t, err, "nests deeper than 64 elements")

	// The text of an element is as deep as an element.
	deep := chain(maxDepth)
	last := deep
	for last.Next != nil {
		last = last.Next
	}
	last.Name = "n"
	_, err = MarshalXML("R", "", deep)
	require.ErrorContains(t, err, "nests deeper than 64 elements")
}
