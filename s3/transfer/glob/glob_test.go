package glob_test

import (
	"fmt"
	"path"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3/transfer/glob"
)

func ExampleFilter() {
	chosen, err := glob.Filter([]string{"*.jpg", "albums/"}, []string{"drafts/", ".*"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"a.jpg", "2026/b.jpg", "albums/list.txt", "albums/drafts/c.jpg", "2026/.hidden.jpg", "notes.txt"} {
		fmt.Println(name, chosen(name))
	}
	// Output:
	// a.jpg true
	// 2026/b.jpg true
	// albums/list.txt true
	// albums/drafts/c.jpg false
	// 2026/.hidden.jpg false
	// notes.txt false
}

func TestPatterns(t *testing.T) {
	for pattern, names := range map[string]map[string]bool{
		"*.jpg":      {"a.jpg": true, "x/y/a.jpg": true, "a.JPG": false, "a.jpg/b": false, "a.jpg/": false, ".jpg": true},
		"/*.jpg":     {"a.jpg": true, "x/a.jpg": false},
		"x/*.jpg":    {"x/a.jpg": true, "y/x/a.jpg": false, "x/y/a.jpg": false},
		"**/x/*.jpg": {"x/a.jpg": true, "y/x/a.jpg": true},
		"x/**":       {"x/a": true, "x/y/z": true, "xx/a": false, "x/y/": true, "y/": false},
		"**":         {"x": true, "y/x": true, "y/": true},
		"x/**/z":     {"x/z": true, "x/y/z": true, "x/y/y/z": true, "x/yz": false},
		"x/":         {"x/": true, "x/a": true, "y/x/a": true, "y/x/": true, "x": false, "y/x": false, "xx/a": false, "x/y/": true},
		"/x/":        {"x/": true, "x/a/b": true, "y/x/a": false},
		"x/y/":       {"x/y/": true, "x/y/z": true, "x/y": false, "z/x/y/a": false},
		"x":          {"x": true, "y/x": true, "x/": false, "x/a": false},
		"*":          {"x": true, "y/x": true, "y/": false},
		"{a,b}.txt":  {"a.txt": true, "d/b.txt": true, "c.txt": false},
		"[a-c]?":     {"a1": true, "d1": false, "a12": false, "é1": false},
		"[^a-c]?":    {"a1": false, "é1": true},
		`\*`:         {"*": true, "a": false},
		"é*":         {"été": true, "ete": false},
		"日本/":        {"日本/a": true, "日/a": false},
	} {
		include, err := glob.Filter([]string{pattern}, nil)
		require.NoError(t, err, pattern)
		exclude, err := glob.Filter(nil, []string{pattern})
		require.NoError(t, err, pattern)
		for name, want := range names {
			require.Equal(t, want, include(name), "%s on %s", pattern, name)
			require.Equal(t, !want, exclude(name), "%s excluding %s", pattern, name)
		}
	}
}

func TestNoPatternsChooseAll(t *testing.T) {
	chosen, err := glob.Filter(nil, nil)
	require.NoError(t, err)
	require.True(t, chosen("a"))
	require.True(t, chosen("a/"))
}

func TestExclusionWins(t *testing.T) {
	for _, include := range [][]string{{"*", "a"}, {"a"}} {
		chosen, err := glob.Filter(include, []string{"b", "a"})
		require.NoError(t, err)
		require.False(t, chosen("a"))
	}
}

func TestBadPatterns(t *testing.T) {
	for _, bad := range []string{"", "/", "//", "[", "{a", `a\`, "[]a]", "x/[/y"} {
		_, err := glob.Filter([]string{"ok", bad}, nil)
		require.ErrorIs(t, err, path.ErrBadPattern, bad)
		require.EqualError(t, err, fmt.Sprintf("include %q: syntax error in pattern", bad))
		_, err = glob.Filter(nil, []string{bad})
		require.EqualError(t, err, fmt.Sprintf("exclude %q: syntax error in pattern", bad))
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range [][2]string{{"*.jpg", "a/b.jpg"}, {"x/", "x/y/"}, {"**/[a-z]{b,c}", "a/bb"}, {`\`, "/"}, {"//", "//"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		include, err := glob.Filter([]string{pattern}, nil)
		if err != nil {
			require.ErrorIs(t, err, path.ErrBadPattern)
			return
		}
		exclude, err := glob.Filter(nil, []string{pattern})
		require.NoError(t, err)
		require.NotEqual(t, include(name), exclude(name))
	})
}
