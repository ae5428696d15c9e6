package migration

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the code into docs/migration")

// placed is where a guide has the code of a function: a comment that names it, and a block.
var placed = regexp.MustCompile("(?s)<!-- code: (\\w+) -->\n```go\n(.*?)```\n")

// The guides show what is compiled here, all of it.
func TestGuides(t *testing.T) {
	code := functions(t)
	guides, err := filepath.Glob("../../../docs/migration/*.md")
	require.NoError(t, err)
	require.Len(t, guides, 4)
	shown := map[string]bool{}
	for _, name := range guides {
		old, err := os.ReadFile(name)
		require.NoError(t, err)
		guide := placed.ReplaceAllStringFunc(string(old), func(block string) string {
			function := placed.FindStringSubmatch(block)[1]
			require.Contains(t, code, function, name)
			shown[function] = true
			return fmt.Sprintf("<!-- code: %s -->\n```go\n%s```\n", function, code[function])
		})
		require.NotContains(t, placed.ReplaceAllString(guide, ""), "<!-- code:", "%s: a comment without its block", name)
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(guide), 0o600))
			continue
		}
		require.Equal(t, guide, string(old), "%s: go test -update writes it", name)
	}
	for function := range code {
		require.True(t, shown[function], "%s is in no guide", function)
	}
}

// functions are the bodies of this package's functions, by name, without their indent.
func functions(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	bodies := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			body := string(source[set.Position(f.Body.Lbrace).Offset+1 : set.Position(f.Body.Rbrace).Offset])
			body = strings.ReplaceAll(strings.TrimPrefix(body, "\n"), "\n\t", "\n")
			bodies[f.Name.Name] = strings.TrimPrefix(body, "\t")
		}
	}
	return bodies
}
