package pages

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every package that can be imported says what it is for, and every exported name in it what it
// is. A name in a group may have the group's comment.
func TestComments(t *testing.T) {
	seen := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch d.Name() {
		case "internal", "examples", "testdata", "docs":
			return fs.SkipDir
		}
		if len(d.Name()) > 2 && d.Name()[0] == '.' {
			return fs.SkipDir
		}
		set := token.NewFileSet()
		sources, err := filepath.Glob(filepath.Join(path, "*.go"))
		require.NoError(t, err)
		var files []*ast.File
		for _, source := range sources {
			if strings.HasSuffix(source, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(set, source, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, f)
		}
		if len(files) == 0 {
			return nil
		}
		p, err := doc.NewFromFiles(set, files, "example.com/"+path)
		require.NoError(t, err)
		seen++
		says(t, path, "the package", p.Doc)
		values(t, path, p.Consts, p.Vars)
		functions(t, path, "", p.Funcs)
		for _, typ := range p.Types {
			says(t, path, typ.Name, typ.Doc)
			values(t, path, typ.Consts, typ.Vars)
			functions(t, path, "", typ.Funcs)
			functions(t, path, typ.Name+".", typ.Methods)
		}
		return nil
	}))
	require.Greater(t, seen, 7)
}

func says(t *testing.T, path, name, comment string) {
	t.Helper()
	if strings.TrimSpace(comment) == "" {
		t.Errorf("%s: %s has no comment", path, name)
	}
}

func values(t *testing.T, path string, groups ...[]*doc.Value) {
	t.Helper()
	for _, group := range groups {
		for _, v := range group {
			for _, spec := range v.Decl.Specs {
				s, ok := spec.(*ast.ValueSpec)
				if ok && s.Names[0].IsExported() {
					says(t, path, s.Names[0].Name, v.Doc+s.Doc.Text()+s.Comment.Text())
				}
			}
		}
	}
}

func functions(t *testing.T, path, of string, all []*doc.Func) {
	t.Helper()
	for _, f := range all {
		// What the standard library's interfaces define needs no words.
		if ast.IsExported(f.Name) && (of == "" || f.Name != "Unwrap" && f.Name != "Error") {
			says(t, path, of+f.Name, f.Doc)
		}
	}
}
