package pages

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every snippet of the README runs as it is printed, each of its errors looked at, against servers
// in memory. Those of the recipes need accounts, and are compiled.
func TestSnippetsRun(t *testing.T) {
	t.Parallel()
	const page = "README.md"
	text := pages(t)[page]
	folder := t.TempDir()
	module, err := filepath.Abs(root)
	require.NoError(t, err)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	var names []string
	for i, at := range fence.FindAllStringSubmatchIndex(text, -1) {
		snippet := text[at[2]:at[3]]
		name := fmt.Sprintf("Line%d", 1+strings.Count(text[:at[2]], "\n"))
		file := fmt.Sprintf("snippet_%d_test.go", i)
		names = append(names, name)
		overlay.Replace[filepath.Join(module, "internal", "pages", "snippets", file)] = filepath.Join(folder, file)
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(runnable(t, name, snippet)), 0o600))
	}
	list, err := json.Marshal(overlay)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "overlay.json"), list, 0o600))

	program := filepath.Join(folder, "snippets.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-overlay", filepath.Join(folder, "overlay.json"), "-o", program, "./internal/pages/snippets")
	build.Dir = module
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := exec.CommandContext(t.Context(), program, "-test.v", "-test.timeout=60s")
	run.Dir = folder
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s of %s:\n%s", "the snippets", page, out)
	for _, name := range names {
		require.Contains(t, string(out), "--- PASS: Test"+name+" ")
	}
}

// runnable is a file with a test of that name, which runs the snippet.
func runnable(t *testing.T, name, snippet string) string {
	t.Helper()
	native := swiftName.MatchString(snippet)
	var body strings.Builder
	if strings.HasPrefix(snippet, "func ") {
		head, rest, found := strings.Cut(snippet, "\n")
		require.True(t, found)
		fmt.Fprintf(&body, "func Test%s(t *testing.T) {\n%s", name, checked(t, head, rest, "t.Fatal(err)"))
		if native {
			body.WriteString("\nvar archive = given.Archive\n")
		} else {
			body.WriteString("\nvar backup = given.Backup\n")
		}
	} else {
		parameters, arguments := signature(native)
		head := "func snippet" + name + "(" + parameters + ") error {{" // a scope of the snippet's own
		fmt.Fprintf(&body, "func Test%s(t *testing.T) {\n\tg := given.New(t)\n\tctx, cancel := context.WithCancel(t.Context())\n\tdefer cancel()\n", name)
		if strings.Contains(snippet, ".Watch(ctx)") { // which would go on for as long as there are transfers
			body.WriteString("\ttime.AfterFunc(time.Second, cancel)\n")
		}
		fmt.Fprintf(&body, "\tif err := snippet%s(%s); err != nil {\n\t\tt.Fatal(err)\n\t}\n}\n", name, arguments)
		body.WriteString(head + "\n" + checked(t, head, strings.ReplaceAll(snippet, `"https://objects.example.com"`, "endpoint")+"\n}\nreturn nil\n}\n", "return err"))
	}
	source := body.String()
	// What the snippet and its test name, and no other package.
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, "", "package p\n"+source, 0)
	require.NoError(t, err, "%s", source)
	used := map[string]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil {
				used[x.Name] = true
			}
		}
		return true
	})
	var b strings.Builder
	b.WriteString("package snippets\n")
	for _, path := range importsOf(native) {
		if used[path[strings.LastIndex(path, "/")+1:]] {
			fmt.Fprintf(&b, "import %q\n", path)
		}
	}
	return b.String() + source
}

// checked has fail follow every statement of the function that assigns err, and uses all that it
// declares.
func checked(t *testing.T, head, rest, fail string) string {
	t.Helper()
	set := token.NewFileSet()
	before := "package p\n" + head + "\n"
	file, err := parser.ParseFile(set, "", before+rest, 0)
	require.NoError(t, err, "%s", rest)
	body := file.Decls[0].(*ast.FuncDecl).Body
	if inner, ok := body.List[0].(*ast.BlockStmt); ok {
		body = inner
	}
	for _, statement := range slices.Backward(body.List) {
		assignment, ok := statement.(*ast.AssignStmt)
		if !ok {
			continue
		}
		var after strings.Builder
		for _, left := range assignment.Lhs {
			switch name, ok := left.(*ast.Ident); {
			case !ok || name.Name == "_":
			case name.Name == "err":
				after.WriteString("; if err != nil { " + fail + " }")
			case assignment.Tok == token.DEFINE:
				after.WriteString("; _ = " + name.Name)
			}
		}
		at := set.Position(assignment.End()).Offset - len(before)
		rest = rest[:at] + after.String() + rest[at:]
	}
	return rest
}
