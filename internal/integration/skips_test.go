package integration

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const behavioursPath = "../../docs/behaviours.md"

// skip is where a test, or those that call a function of that name, does not run, and why. What
// stands behind a comma tells several in one function apart.
type skip struct{ where, why string }

var skips = map[string]skip{
	"TestAliases":                  {"all but Ceph RGW", "the names are KakaoCloud's, for which Ceph RGW stands in"},
	"TestAlluxio":                  {"all but Alluxio", "it is what Alluxio's own document shows and others have not"},
	"TestTransferCopyACL":          {"all but Ceph RGW", "they keep no grants of single objects"},
	"TestKilledUploads":            {"https", "the child that is killed has no front that ends TLS"},
	"TestStalledPart":              {"https", "the connection that stalls is below TLS: it is the same there"},
	"TestSwiftTempURL":             {"OpenStack Swift", "of the part \"refused before it is signed\": it has all of TempURL, and refuses nothing"},
	"eachSTS":                      {"all but Ceph RGW and MinIO", "they have no STS"},
	"TestWebIdentityExpiry":        {"Ceph RGW", "its credentials live for 15 minutes at the least"},
	"TestWebIdentityExpiry, https": {"https", "credentials end in the same way there, and waiting for it takes its time"},
	"openKeystone":                 {"all but OpenStack", "they have no Keystone"},
	"openLargeKeystone":            {"all but OpenStack", "they have no Keystone, whose tokens are revoked there"},
	"openCeph":                     {"all but Ceph RGW and OpenStack", "they have no Swift API"},
}

// skipped ends a test that does not run here, for the reason that is written down.
func skipped(t *testing.T, name string) {
	t.Helper()
	s, ok := skips[name]
	require.True(t, ok, "%s is skipped for a reason that is not written down", name)
	t.Skipf("not on %s: %s", s.where, s.why)
}

// suite is what the package's source tells: the functions that skip, by what they call skipped
// with, and the calls of each test.
type suite struct {
	skips map[string]string
	calls map[string][]string
	bare  []string // calls of t.Skip and its kin outside skipped
}

func readSuite(t *testing.T) suite {
	t.Helper()
	s := suite{skips: map[string]string{}, calls: map[string][]string{}}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				s.read(t, f)
			}
		}
	}
	return s
}

func (s *suite) read(t *testing.T, f *ast.FuncDecl) {
	name := f.Name.Name
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			s.calls[name] = append(s.calls[name], fun.Name)
			if fun.Name == "skipped" {
				literal, ok := call.Args[1].(*ast.BasicLit)
				require.True(t, ok, "%s calls skipped with something else than a text", name)
				key, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				s.skips[key] = name
			}
		case *ast.SelectorExpr:
			s.calls[name] = append(s.calls[name], fun.Sel.Name)
			if strings.HasPrefix(fun.Sel.Name, "Skip") && name != "skipped" {
				if at, ok := fun.X.(*ast.Ident); ok && at.Name == "t" {
					s.bare = append(s.bare, name)
				}
			}
		}
		return true
	})
}

// tests are those that a function is part of, directly or through others.
func (s *suite) tests(function string) []string {
	var found []string
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		if strings.HasPrefix(name, "Test") {
			found = append(found, name)
			return
		}
		for caller, called := range s.calls {
			if slices.Contains(called, name) {
				visit(caller)
			}
		}
	}
	visit(function)
	slices.Sort(found)
	return found
}

const behavioursIntroduction = `# Behaviours, server by server

The integration suite runs the same checks on every server, over http and over https. A server that does otherwise than Amazon S3 documents has a line here for it; every run is held against these lines, and fails where a server does better, too. A test that does not run somewhere says why. This page is written from the lines and the skips of the suite itself; edit those and not the page:

    go test -run TestBehavioursPage ./internal/integration/ -update

`

func (s *suite) page() string {
	var b strings.Builder
	b.WriteString(behavioursIntroduction)
	b.WriteString("## Tests that do not run everywhere\n\n| test | not on | because |\n|---|---|---|\n")
	type row struct{ test, where, why string }
	var rows []row
	for key, function := range s.skips {
		for _, test := range s.tests(function) {
			if function == "openKeystone" && slices.Contains(s.tests("openCeph"), test) {
				continue // either will do
			}
			rows = append(rows, row{test, skips[key].where, skips[key].why})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(strings.Compare(a.test, b.test), strings.Compare(a.where, b.where)) })
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.test, r.where, r.why)
	}
	escape := strings.NewReplacer("|", `\|`, "\n", " ", "\x01", `\x01`)
	for _, name := range append(slices.Clone(Backends), "minio-tls") {
		title := ServerTitles[name]
		if name == "minio-tls" {
			title = ServerTitles["minio"] + ", when it ends TLS itself"
		}
		fmt.Fprintf(&b, "\n## %s\n\n| check | what happens |\n|---|---|\n", title)
		for _, check := range slices.Sorted(maps.Keys(behaviours[name])) {
			fmt.Fprintf(&b, "| %s | %s |\n", escape.Replace(check), escape.Replace(behaviours[name][check]))
		}
	}
	return b.String()
}

// Every skip has its reason, every reason its skip, and the page that is checked in has them all.
func TestBehavioursPage(t *testing.T) {
	s := readSuite(t)
	require.Empty(t, s.bare, "they skip for a reason that is not written down: call skipped")
	require.Equal(t, slices.Sorted(maps.Keys(skips)), slices.Sorted(maps.Keys(s.skips)))
	for key, function := range s.skips {
		name, _, _ := strings.Cut(key, ",")
		require.Equal(t, function, name, "is named by the function that skips")
		require.NotEmpty(t, s.tests(function), "no test calls %s", function)
	}
	page := s.page()
	if *update {
		require.NoError(t, os.WriteFile(behavioursPath, []byte(page), 0o600))
	}
	have, err := os.ReadFile(behavioursPath)
	require.NoError(t, err)
	require.Equal(t, page, string(have), "run TestBehavioursPage with -update")
}
