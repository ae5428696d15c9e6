// Package glob chooses names by patterns, for the Filter of a directory transfer:
//
//	filter, err := glob.Filter([]string{"*.jpg", "*.png"}, []string{"drafts/"})
//	out, err := m.UploadDirectory(ctx, in, func(o *transfer.DirectoryOptions) { o.Filter = filter })
//
// It is a package of its own so that programs without patterns don't link their library,
// github.com/bmatcuk/doublestar.
//
// # Patterns
//
// A pattern is compared with the whole of a name, which is a path below the directory or the
// prefix, with slashes on every system. Upper and lower case differ.
//
//   - * stands for any characters but the slash, ? for one of them, [a-z] and [^a-z] for one of
//     a class, {jpg,png} for either; a backslash takes the meaning from the character after it.
//   - ** as a whole segment stands for any number of segments, none included: a/**/b is also a/b,
//     and a/** is everything below a, markers of directories ("a/b/") as well.
//   - A pattern without a slash is one of the last segment, in whatever directory: *.jpg is
//     **/*.jpg. A slash in front ties it to the top: /*.jpg is only there.
//   - A slash at the end means a directory with all that is in it, and its marker: drafts/ is any
//     directory of that name, /drafts/ the one at the top. Without it drafts is a file.
package glob

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Filter tells of a name whether it is chosen: it matches one of include, or there are none,
// and it matches none of exclude. So an exclusion always wins, and the order of patterns has no
// meaning. The function may be called by several goroutines at once.
//
// A pattern that can't be is an error, which names it; errors.Is finds path.ErrBadPattern.
func Filter(include, exclude []string) (func(name string) bool, error) {
	in, err := compile(include)
	if err != nil {
		return nil, fmt.Errorf("include %w", err)
	}
	out, err := compile(exclude)
	if err != nil {
		return nil, fmt.Errorf("exclude %w", err)
	}
	return func(name string) bool {
		return (len(in) == 0 || match(in, name)) && !match(out, name)
	}, nil
}

// pattern is in the form that doublestar understands, with no slash in front or at the end.
type pattern struct {
	text      string
	directory bool // and all that is in it
}

func compile(patterns []string) ([]pattern, error) {
	compiled := make([]pattern, 0, len(patterns))
	for _, given := range patterns {
		text, directory := strings.CutSuffix(given, "/")
		text, tied := strings.CutPrefix(text, "/")
		if text == "" || !doublestar.ValidatePattern(text) {
			return nil, fmt.Errorf("%q: %w", given, doublestar.ErrBadPattern)
		}
		if !tied && !strings.Contains(text, "/") {
			text = "**/" + text
		}
		compiled = append(compiled, pattern{text, directory})
	}
	return compiled, nil
}

func match(patterns []pattern, name string) bool {
	name, marker := strings.CutSuffix(name, "/")
	for _, p := range patterns {
		switch {
		case !p.directory:
			if (!marker || strings.HasSuffix(p.text, "**")) && doublestar.MatchUnvalidated(p.text, name) {
				return true
			}
		case marker && doublestar.MatchUnvalidated(p.text, name), doublestar.MatchUnvalidated(p.text+"/**/*", name):
			return true
		}
	}
	return false
}
