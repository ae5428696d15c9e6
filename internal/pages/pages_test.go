package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// pages are all that a reader may come to, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.IsDir() && len(d.Name()) > 2 && d.Name()[0] == '.' {
				return fs.SkipDir
			}
			return err
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	}))
	require.Contains(t, all, "README.md")
	return all
}

var (
	fence     = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	swiftName = regexp.MustCompile(`\bswift(test)?\.[A-Z]`)
)

// Every snippet of Go in the README and the recipes compiles in a function that has what its readers
// have by then: a context, clients, a file. (The guides' code is compiled where it is from.)
func TestSnippets(t *testing.T) {
	exports := exportData(t)
	all := pages(t)
	for _, page := range []string{"README.md", "docs/providers.md"} {
		text := all[page]
		snippets := fence.FindAllStringSubmatchIndex(text, -1)
		require.NotEmpty(t, snippets, page)
		for _, at := range snippets {
			snippet := text[at[2]:at[3]]
			line := 1 + strings.Count(text[:at[2]], "\n")
			native := swiftName.MatchString(snippet)
			for _, problem := range compile(t, exports, snippet, native) {
				t.Errorf("%s, the snippet of line %d: %s\n%s", page, line, problem, snippet)
			}
		}
	}
}

// importsOf are the packages that snippets use by their names.
func importsOf(native bool) []string {
	const module = "github.com/stowage-go/stowage/"
	paths := []string{
		"archive/zip", "compress/gzip", "context", "crypto/tls", "crypto/x509", "errors", "fmt", "io", "log/slog", "net/http", "os", "strings", "testing", "time",
		module + "identity", module + "identity/clouds", module + "s3", module + "sigv4", module + "swift", module + "internal/pages/given",
	}
	if native {
		return append(paths, module+"swift/transfer", module+"swift/swifttest")
	}
	return append(paths, module+"s3/transfer", module+"s3/s3test")
}

// variable is what the reader of a snippet has by then, and where package given has it.
type variable struct{ name, kind, value string }

func givenTo(native bool) []variable {
	all := []variable{
		{"ctx", "context.Context", "ctx"},
		{"accessKey", "string", "g.AccessKey"},
		{"secretKey", "string", "g.SecretKey"},
		{"apiPassword", "string", "g.APIPassword"},
		{"tenantID", "string", "g.TenantID"},
		{"endpoint", "string", "g.Endpoint"},
		{"options", "identity.Options", "g.Options"},
		{"keystone", "*identity.Client", "g.Keystone"},
		{"keys", "sigv4.Provider", "g.Keys"},
		{"f", "*os.File", "g.File"},
		{"pipe", "io.Reader", "g.Pipe"},
		{"pool", "*x509.CertPool", "g.Pool"},
		{"tomorrow", "time.Time", "g.Tomorrow"},
		{"paths", "[]swift.Path", "g.Paths"},
	}
	if native {
		return append(all, variable{"client", "*swift.Client", "g.Swift"}, variable{"key", "swift.Secret", "g.Key"})
	}
	return append(all,
		variable{"client", "*s3.Client", "g.S3"}, variable{"manager", "*transfer.Manager", "g.Manager"}, variable{"in", "*s3.PutObjectInput", "g.In"})
}

// signature is what a function with a snippet takes, and what it is called with.
func signature(native bool) (parameters, arguments string) {
	var taken, handed []string
	for _, g := range givenTo(native) {
		taken, handed = append(taken, g.name+" "+g.kind), append(handed, g.value)
	}
	return strings.Join(taken, ", "), strings.Join(handed, ", ")
}

// compile type-checks the snippet, and tells what is wrong with it but for variables and imports that are not used.
func compile(t *testing.T, exports map[string]string, snippet string, native bool) (problems []string) {
	t.Helper()
	parameters, _ := signature(native)
	var source strings.Builder
	source.WriteString("package snippet\n")
	for _, path := range importsOf(native) {
		fmt.Fprintf(&source, "import %q\n", path)
	}
	source.WriteString("var backup, archive = given.Backup, given.Archive\n")
	if strings.HasPrefix(snippet, "func ") { // whole functions
		source.WriteString(snippet)
	} else {
		source.WriteString("func snippet(" + parameters + ") error {\n" + snippet + "\npanic(0)\n}\n")
	}

	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "snippet.go", source.String(), parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	config := types.Config{
		Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }),
		Error: func(err error) {
			var problem types.Error
			if !errors.As(err, &problem) || !problem.Soft {
				problems = append(problems, err.Error())
			}
		},
	}
	_, _ = config.Check("snippet", set, []*ast.File{file}, nil)
	return problems
}

// exportData is where the compiler has put what packages export, by import path.
func exportData(t *testing.T) map[string]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", append([]string{
		"list", "-export", "-deps", "-json=ImportPath,Export",
	}, append(importsOf(true), importsOf(false)...)...)...)
	list.Stderr = os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return exports
		} else {
			require.NoError(t, err)
		}
		exports[p.ImportPath] = p.Export
	}
}

var (
	program = regexp.MustCompile(`\./examples/[\w-]+`)
	target  = regexp.MustCompile("(?m)(?:^    |`)make ([a-z-]+)")
	link    = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	rule    = regexp.MustCompile(`(?m)^([a-z-]+):`)
)

// What pages name is there: programs, targets of make, and the files behind links.
func TestNames(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	var targets []string
	for _, m := range rule.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, m[1])
	}
	for name, text := range pages(t) {
		for _, at := range program.FindAllString(text, -1) {
			require.FileExists(t, filepath.Join(root, at, "main.go"), name)
		}
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			require.True(t, slices.Contains(targets, m[1]), "%s: there is no make %s", name, m[1])
		}
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			_, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1]))
			require.NoError(t, err, name)
		}
	}
}
