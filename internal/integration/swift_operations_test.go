//go:build integration

package integration

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var updateSwiftOperations = flag.Bool("update-swift-operations", false, "write docs/swift-operations.md from what the servers do")

const swiftOperationsFile = "../../docs/swift-operations.md"

// swiftRow is a row of the table: an operation, or a member of one, whose effect is read back.
// An error that the API asks for is no failure: the row wants it and is nil then.
type swiftRow struct {
	name string
	run  func(context.Context, *swiftServer) error
}

// swiftGroups are the rows under their headings.
var swiftGroups = []struct {
	heading string
	rows    []swiftRow
}{
	{"Account", swiftAccountRows},
	{"Container", swiftContainerRows},
	{"Listing", swiftListingRows},
	{"Object", swiftObjectRows},
	{"Conditions and ranges", swiftConditionRows},
	{"Copy", swiftCopyRows},
	{"Versions", swiftVersionRows},
	{"Symlinks and large objects", swiftLinkRows},
	{"Names", swiftNameRows},
	{"Tokens", swiftTokenRows},
	{"KakaoCloud's own", swiftKakaoRows},
}

// TestSwift runs every row against every server with Swift's API, over http and over https,
// and compares what came of it with docs/swift-operations.md.
func TestSwift(t *testing.T) {
	var mu sync.Mutex
	cells := map[string]map[string]string{} // by row, then by backend
	for _, g := range swiftGroups {
		for _, row := range g.rows {
			require.NotContains(t, cells, row.name, "two rows of that name")
			cells[row.name] = map[string]string{}
		}
	}
	checkedIn := readSwiftTable(t)
	complete := true
	t.Run("servers", func(t *testing.T) {
		for _, name := range swiftBackends {
			if !slices.Contains(Picked(), name) {
				complete = false
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var account sync.Mutex
				for _, scheme := range []string{"http", "https"} {
					t.Run(scheme, func(t *testing.T) {
						t.Parallel()
						s := swiftOpen(t, name, scheme)
						for _, g := range swiftGroups {
							for _, row := range g.rows {
								t.Run(row.name, func(t *testing.T) {
									ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
									defer cancel()
									if g.heading == "Account" {
										account.Lock() // both schemes change the same
										defer account.Unlock()
									}
									err := row.run(ctx, s)
									got := swiftOutcome(err)
									mu.Lock()
									before, again := cells[row.name][name]
									cells[row.name][name] = got
									mu.Unlock()
									require.False(t, strings.HasPrefix(got, "fails"), "%v", err)
									if again {
										require.Equal(t, before, got, "over the other scheme it was another; in full: %v", err)
									}
									if !*updateSwiftOperations {
										require.Equal(t, checkedIn[row.name][name], got, "in full: %v", err)
									} else if err != nil {
										t.Logf("%s: %v", got, err)
									}
								})
							}
						}
					})
				}
			})
		}
	})
	whole := complete && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
	if !whole && !*updateSwiftOperations || t.Failed() {
		return
	}
	for name, row := range cells {
		for _, backend := range swiftBackends {
			if row[backend] == "" { // it was not picked
				row[backend] = checkedIn[name][backend]
			}
		}
	}
	table := writeSwiftTable(t, cells)
	if *updateSwiftOperations {
		require.NoError(t, os.WriteFile(swiftOperationsFile, table, 0o644))
		return
	}
	want, err := os.ReadFile(swiftOperationsFile)
	require.NoError(t, err)
	require.Equal(t, string(want), string(table), "go test -tags integration -run TestSwift -update-swift-operations writes it anew")
}

// writeSwiftTable renders the table; no cell may be blank.
func writeSwiftTable(t *testing.T, cells map[string]map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(`# What Swift servers do

Written by the integration tests, which run every row against real servers over http and over
https with package swift's defaults and read the effect back:

    go test -tags integration -run '^TestSwift$' ./internal/integration -update-swift-operations

- **works**: it has the effect that the Object Storage API v1 reference describes.
- **refused with N**: the server answers that status, and the call fails with that error.
- **no effect**: the server answers success, but the effect is not there; so where it should
  refuse and does not.
- **malformed answer**: it can't be read, and the call fails with ErrMalformedAnswer.
- **not sent**: the profile knows that the server lacks it; the call fails with ErrUnsupported.

KakaoCloud can't be run here: its document's every exchange is a test of package swift.
`)
	totals := map[string]map[string]int{}
	for _, g := range swiftGroups {
		fmt.Fprintf(&b, "\n## %s\n\n| | OpenStack Swift 2.30 | Ceph RGW 16.2 |\n|---|---|---|\n", g.heading)
		for _, row := range g.rows {
			fmt.Fprintf(&b, "| %s |", strings.ReplaceAll(row.name, "|", `\|`))
			for _, name := range swiftBackends {
				cell := cells[row.name][name]
				require.NotEmpty(t, cell, "%s on %s", row.name, name)
				fmt.Fprintf(&b, " %s |", cell)
				if totals[name] == nil {
					totals[name] = map[string]int{}
				}
				word, _, _ := strings.Cut(cell, " with ")
				totals[name][word]++
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("\n## Totals\n\n| | OpenStack Swift 2.30 | Ceph RGW 16.2 |\n|---|---|---|\n")
	for _, word := range []string{"works", "refused", "no effect", "malformed answer", "not sent"} {
		fmt.Fprintf(&b, "| %s |", word)
		for _, name := range swiftBackends {
			fmt.Fprintf(&b, " %d |", totals[name][word])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// readSwiftTable reads the cells of the table that is checked in.
func readSwiftTable(t *testing.T) map[string]map[string]string {
	t.Helper()
	cells := map[string]map[string]string{}
	doc, err := os.ReadFile(swiftOperationsFile)
	if *updateSwiftOperations && os.IsNotExist(err) {
		return cells
	}
	require.NoError(t, err)
	for line := range strings.Lines(string(doc)) {
		columns := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(columns) != len(swiftBackends)+1 {
			continue
		}
		row := map[string]string{}
		for i, name := range swiftBackends {
			row[name] = strings.TrimSpace(columns[i+1])
		}
		cells[strings.ReplaceAll(strings.TrimSpace(columns[0]), `\|`, "|")] = row
	}
	return cells
}
