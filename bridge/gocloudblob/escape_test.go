package gocloudblob

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

const everyForm = s3.KeyLeadingSlash | s3.KeyDoubleSlash | s3.KeyDotSegment | s3.KeyBackslash | s3.KeyQuestionMark

func TestEscape(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, plain, every string // escaped for a server without forms, and with all of them
	}{
		{"a/b c.txt", "a/b c.txt", "a/b c.txt"},
		{"☺/ü", "☺/ü", "☺/ü"},
		{"", "", ""},
		{"a\nb", "a__0xa__b", "a__0xa__b"},
		{"../a", "..__0x2f__a", "..__0x2f__a"},
		{"a../b", "a..__0x2f__b", "a..__0x2f__b"},
		{"a/../b", "a/..__0x2f__b", "a/..__0x2f__b"},
		{"a/./b", "a/./b", "a/.__0x2f__b"},
		{"a/..", "a/..", "a/.__0x2e__"},
		{".", ".", "__0x2e__"},
		{"...", "...", "..."},
		{"/a", "/a", "__0x2f__a"},
		{"//a", "//a", "__0x2f____0x2f__a"},
		{"a//b///c", "a//b///c", "a/__0x2f__b/__0x2f____0x2f__c"},
		{`a\b`, `a\b`, "a__0x5c__b"},
		{"a?b", "a?b", "a__0x3f__b"},
		// What looks like an escape, by itself or by what is escaped behind it.
		{"__0x2f__", "__0x5f___0x2f__", "__0x5f___0x2f__"},
		{"___0x2f__", "___0x5f___0x2f__", "___0x5f___0x2f__"},
		{"__0x4\n", "__0x5f___0x4__0xa__", "__0x5f___0x4__0xa__"},
		{"__0x4_\n", "__0x5f___0x4___0xa__", "__0x5f___0x4___0xa__"},
		{"__0xzz__", "__0xzz__", "__0xzz__"},
	} {
		require.Equal(t, c.plain, escaper(0).escape(c.key), c.key)
		require.Equal(t, c.every, escaper(everyForm).escape(c.key), c.key)
		require.Equal(t, c.key, unescape(c.plain))
		require.Equal(t, c.key, unescape(c.every))
	}
	// Of another program.
	require.Equal(t, "__0xffffffff__", unescape("__0xffffffff__"), "no character has this number")
}

// TestPrefixOfKeys: a listing finds what was written.
func TestPrefixOfKeys(t *testing.T) {
	t.Parallel()
	for _, forms := range []s3.KeyForms{0, everyForm} {
		e := escaper(forms)
		for _, key := range []string{"a/b/c", "../../a", "a/./b", "/x//y", "//", `a\..\b?`, "☺\n☺"} {
			for i := range key + " " {
				require.True(t, strings.HasPrefix(e.escape(key), e.prefix(key[:i])), "%q of %q", key[:i], key)
			}
		}
	}
	require.Equal(t, "/", escaper(everyForm).delimiter("/"))
	require.Equal(t, "__0x5c__", escaper(everyForm).delimiter(`\`))
	require.Equal(t, "__0x3f__", escaper(everyForm).delimiter("?"))
	require.Equal(t, "?", escaper(0).delimiter("?"))
	require.Equal(t, "__0x9__", escaper(0).delimiter("\t"))
}

func TestEscapeMetadata(t *testing.T) {
	t.Parallel()
	require.Nil(t, escapeMetadata(nil))
	for _, c := range []struct{ name, value, safeName, safeValue string }{
		{"plain", "text", "plain", "text"},
		{"a b", "ü\n", "a%20b", "%C3%BC%0A"},
		{"a@b:c=d", "a@b:c=d", "a%40b%3Ac%3Dd", "a@b:c=d"},
		{"__0x40__", "__0x40__", "__0x5f___0x40__", "__0x40__"},
	} {
		safe := escapeMetadata(map[string]string{c.name: c.value})
		require.Equal(t, map[string]string{c.safeName: c.safeValue}, safe)
		require.Equal(t, map[string]string{c.name: c.value}, unescapeMetadata(safe))
	}
	// gocloud.dev/blob/s3blob writes these.
	require.Equal(t, map[string]string{"@": "@"}, unescapeMetadata(map[string]string{"__0x40__": "@"}))
	// And another program this.
	require.Equal(t, map[string]string{"n": "100 %"}, unescapeMetadata(map[string]string{"n": "100 %"}))
}
