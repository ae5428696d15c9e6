package rest

import (
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// kitchenDocument has a member of every form.
type kitchenDocument struct {
	Type     string     `xml:"type,attr"`
	Text     string     `xml:"Text"`
	Pointer  *string    `xml:"Pointer"`
	Bool     bool       `xml:"Bool"`
	Tri      *bool      `xml:"Tri"`
	Int      int32      `xml:"Int"`
	Long     *int64     `xml:"Long"`
	Time     time.Time  `xml:"Time"`
	Date     *time.Time `xml:"Date" timestamp:"http-date"`
	Flat     []string   `xml:"Flat"`
	Wrapped  []int64    `xml:"Wrapped>Item"`
	Location *location  `xml:"Location"`
	Ring     *ring      `xml:"Ring"`
	Objects  []object   `xml:"Object"`
	Encoding string     `xml:"EncodingType"`
}

// Whatever arrives, reading ends without a panic, and what was read can be
// written and read again to the same document.
func FuzzUnmarshalXML(f *testing.F) {
	for _, seed := range []string{
		"", "<R/>", "<R", "<R><R>", "<CopyObjectResult><ETag>x</ETag>", "\xEF\xBB\xBF <?xml version='1.0'?><R/>",
		`<a:R xmlns:a="b" a:type="t"><Text>&lt;<![CDATA[x]]><!-- c -->&#13;</Text><Pointer/><Bool>true</Bool><Tri>0</Tri></a:R>`,
		"<R><Int>1</Int><Long> -2 </Long><Time>2026-01-02T03:04:05.678Z</Time><Date>Fri, 02 Jan 2026 03:04:05 GMT</Date></R>",
		"<R><Flat>a</Flat><Flat/><Wrapped><Item>1</Item><X/></Wrapped><Location>l</Location></R>",
		"<R><Ring><Name>a</Name><Next><More><Ring/></More></Next></Ring><EncodingType>url</EncodingType><Object><Key>a%20</Key></Object></R>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var first kitchenDocument
		root, err := UnmarshalXML(doc, &first)
		if err != nil {
			return
		}
		require.Equal(t, blank(doc), root == "")
		// Unescaping can make strings that XML doesn't carry, and once is enough.
		first.Encoding = ""
		written, err := MarshalXML("R", "urn:x", &first)
		var member *MemberError
		if errors.As(err, &member) {
			require.Regexp(t, `^Objects\[\d+\]\.Key$`, member.Member)
			return
		}
		require.NoError(t, err)
		var second kitchenDocument
		root, err = UnmarshalXML(written, &second)
		require.NoError(t, err, "%s", written)
		require.Equal(t, "R", root)
		again, err := MarshalXML("R", "urn:x", &second)
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
	})
}

// carriable is XML 1.0's Char production, said slowly.
func carriable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\t' && r != '\n' && r != '\r' && (r < 0x20 || r > 0xD7FF && r < 0xE000 || r == 0xFFFE || r == 0xFFFF)
	})
}

// Every string that XML can carry comes back as it was, both by our reader and
// by the standard library's; every other one is refused.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a", "b", "c", "d", int64(1), int64(1767323045678), true)
	f.Add("<&>'\"", "\t\r\n", "\r\n]]>", " é\u2028", int64(-5), int64(0), false)
	f.Add("\x01", "\xff", "\uFFFE", "", int64(0), int64(-62135596800001), false)
	type wire struct {
		Type    string   `xml:"type,attr"`
		Text    string   `xml:"Text"`
		Pointer *string  `xml:"Pointer"`
		Flat    []string `xml:"Flat"`
		Keys    []struct {
			Key string `xml:"Key"`
		} `xml:"Object"`
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string, n, millis int64, flag bool) {
		in := kitchenDocument{
			Type: a, Text: b, Pointer: &c, Flat: []string{d, a}, Bool: flag, Tri: &flag, Int: int32(n), Long: &n,
			Wrapped: []int64{n, 0}, Location: &location{Constraint: d},
			Ring:    &ring{Name: b, Next: &ring{Name: c}, More: []ring{{Name: d}, {}}},
			Objects: []object{{Key: a, Class: storageClass(b), Algorithms: []string{c}}, {}},
		}
		if at := time.UnixMilli(millis % 253402300799000).UTC(); at.Year() > 0 && !at.IsZero() {
			in.Time = at
		}
		doc, err := MarshalXML("Root", s3Namespace, in)
		if !slices.ContainsFunc([]string{a, b, c, d}, func(s string) bool { return !carriable(s) }) {
			require.NoError(t, err)
		} else {
			var member *MemberError
			require.ErrorAs(t, err, &member)
			return
		}
		var out kitchenDocument
		root, err := UnmarshalXML(doc, &out)
		require.NoError(t, err)
		require.Equal(t, "Root", root)
		require.Equal(t, in, out)

		var peer wire
		require.NoError(t, xml.Unmarshal(doc, &peer))
		require.Equal(t, a, peer.Type)
		require.Equal(t, b, peer.Text)
		require.Equal(t, c, *peer.Pointer)
		require.Equal(t, []string{d, a}, peer.Flat)
		require.Equal(t, a, peer.Keys[0].Key)
	})
}
