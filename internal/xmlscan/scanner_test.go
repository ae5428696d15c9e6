package xmlscan

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScanner(t *testing.T) {
	t.Parallel()
	s := New([]byte("<?xml version='1.0'?><a:R xmlns:a='urn:a' b=\"&lt;c>\">x&amp;y<!-- z --><E/></a:R>\n"))
	step := func(want Kind) {
		t.Helper()
		kind, err := s.Next()
		require.NoError(t, err)
		require.Equal(t, want, kind)
	}
	step(StartTag)
	require.Equal(t, "a:R", string(s.Name()))
	require.Equal(t, "a", string(s.Name().Prefix()))
	require.Equal(t, "R", string(s.Name().Local()))
	require.Equal(t, []Attr{{Name("xmlns:a"), []byte("urn:a")}, {Name("b"), []byte("<c>")}}, s.Attrs())
	root := s.Name()
	step(Text)
	require.Equal(t, "x&y", string(s.Text()))
	step(StartTag)
	require.Equal(t, "E", string(s.Name()))
	require.Empty(t, s.Attrs())
	step(EndTag)
	require.Equal(t, "E", string(s.Name()))
	require.Equal(t, "</a:R>\n", string(s.Rest()))
	step(EndTag)
	require.Equal(t, root, s.Name())
	step(Text)
	require.Equal(t, "\n", string(s.Text()))
	_, err := s.Next()
	require.Equal(t, io.EOF, err)
}

func TestLocalAndPrefix(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, prefix, local string }{
		{"a", "", "a"}, {"a:b", "a", "b"}, {":a", "", ":a"}, {"a:", "", "a:"}, {":", "", ":"}, {"", "", ""},
	} {
		require.Equal(t, tt.prefix, string(Name(tt.name).Prefix()), tt.name)
		require.Equal(t, tt.local, string(Name(tt.name).Local()), tt.name)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	for _, tt := range []struct{ doc, want string }{
		{"\n\n<R a=1>", "XML syntax error on line 3: unquoted or missing attribute value in element"},
		{"<R a>", "attribute name without = in element"},
		{"<R a='<'>", "unescaped < inside quoted string"},
		{"<R !>", "expected an attribute's name"},
		{"<>", "expected an element's name after <"},
		{"</>", "expected an element's name after </"},
		{"<a:b:c>", "expected an element's name after <"},
		{"<1>", `invalid XML name: "1"`},
		{"</R x>", "expected >"},
		{"<R/x>", "expected />"},
		{"<?1?>", `invalid XML name: "1"`},
		{"<? x?>", "expected a target's name after <?"},
		{"<?xml version='2.0'?>", `unsupported version "2.0"`},
		{"<?xml encoding='KOI8-R'?>", `unsupported encoding "KOI8-R"`},
		{"<!-x>", "expected --"},
		{"<!-- -- -->", "expected -->"},
		{"<![CDATX", "expected [CDATA["},
		{"a]]>", "unescaped ]]> not in CDATA section"},
		{"\xff", "invalid UTF-8"},
		{"\x01", "illegal character code U+0001"},
		{"&#1;", "illegal character code U+0001"},
		{"&a;", `invalid character entity "&a;"`},
		{"&a b", `invalid character entity "&a" (no semicolon)`},
		{"&" + long + ";", `invalid character entity "&` + long[:39] + `"...`},
	} {
		err := walk([]byte(tt.doc))
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, tt.doc)
		require.ErrorContains(t, err, tt.want)
		require.NotErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	require.EqualError(t, ErrTruncated, "ends too soon: unexpected EOF")
}

// page is a page of a listing as Amazon S3 sends it.
func page(keys int) []byte {
	var doc strings.Builder
	doc.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	for i := range keys {
		fmt.Fprintf(&doc, "<Contents><Key>photos/é/object-%010d</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"+
			"<ETag>&quot;%032x&quot;</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>\r\n", i, i, i)
	}
	doc.WriteString("</ListBucketResult>")
	return []byte(doc.String())
}

func walk(doc []byte) error {
	s := New(doc)
	for {
		if _, err := s.Next(); err != nil {
			return err
		}
	}
}

// However long a document is, the scanner allocates itself, its attributes and
// a buffer for what is not in the document as it is.
func TestScannerAllocations(t *testing.T) {
	for _, keys := range []int{10, 1000} {
		doc := page(keys)
		require.Equal(t, io.EOF, walk(doc))
		require.LessOrEqual(t, testing.AllocsPerRun(10, func() { _ = walk(doc) }), 5.0)
	}
}

func BenchmarkScanner(b *testing.B) {
	doc := page(1000)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if err := walk(doc); err != io.EOF {
			b.Fatal(err)
		}
	}
}
