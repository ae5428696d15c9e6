package identity

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The POSIX results are those of Python's shlex.split, by which AWS's command line goes;
// the others those of Microsoft's C runtime ("Parsing C command-line arguments").
func TestSplitCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command        string
		posix, windows []string // nil: it ends within quotes
	}{
		{``, []string{}, []string{}},
		{" \t\r\n ", []string{}, []string{}},
		{`a`, []string{"a"}, []string{"a"}},
		{" a \t b ", []string{"a", "b"}, []string{"a", "b"}},
		{`"a b" c`, []string{"a b", "c"}, []string{"a b", "c"}},
		{`a""b "" c`, []string{"ab", "", "c"}, []string{"ab", "", "c"}},
		{`'a b' c`, []string{"a b", "c"}, []string{"'a", "b'", "c"}},
		{`--x="a b"`, []string{"--x=a b"}, []string{"--x=a b"}},
		{`"it's"`, []string{"it's"}, []string{"it's"}},
		{`'say "x"'`, []string{`say "x"`}, []string{"'say", "x'"}},
		{`a\ b`, []string{"a b"}, []string{`a\`, "b"}},
		{`"a\"b"`, []string{`a"b`}, []string{`a"b`}},
		{`"a\\b"`, []string{`a\b`}, []string{`a\\b`}},
		{`"a\b"`, []string{`a\b`}, []string{`a\b`}},
		{`'a\'`, []string{`a\`}, []string{`'a\'`}},
		{`C:\Tools\creds.exe x`, []string{"C:Toolscreds.exe", "x"}, []string{`C:\Tools\creds.exe`, "x"}},
		{`"C:\My Tools\\" x`, []string{`C:\My Tools\`, "x"}, []string{`C:\My Tools\`, "x"}},
		{`a\\\"b c`, []string{`a\"b`, "c"}, []string{`a\"b`, "c"}},
		{`a\\\\"b c"`, []string{`a\\b c`}, []string{`a\\b c`}},
		{`$HOME ~ * a;b`, []string{"$HOME", "~", "*", "a;b"}, []string{"$HOME", "~", "*", "a;b"}},
		{`"a`, nil, nil},
		{`'a`, nil, []string{"'a"}},
		{`a\`, nil, []string{`a\`}},
		{`"a\"`, nil, nil},
		{`"ä ö" ü`, []string{"ä ö", "ü"}, []string{"ä ö", "ü"}},
	} {
		for windows, want := range map[bool][]string{false: c.posix, true: c.windows} {
			got, err := splitCommand(c.command, windows)
			if want == nil {
				require.ErrorIs(t, err, errOpenQuote, "%s, windows %v", c.command, windows)
				continue
			}
			require.NoError(t, err, "%s, windows %v", c.command, windows)
			if len(want) == 0 {
				want = nil
			}
			require.Equal(t, want, got, "%s, windows %v", c.command, windows)
		}
	}
}
