package interop

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page that is checked in has every cell, as a run writes it, and a reason for each that is
// not a good one.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(pagePath)
	require.NoError(t, err)
	cells, err := Parse(string(page))
	require.NoError(t, err)
	unexplained, stale := cells.unexplained(tables(), reasons)
	require.Empty(t, unexplained)
	require.Empty(t, stale)
	want := strings.Split(cells.Markdown(tables(), reasons), "\n")
	have := strings.Split(string(page), "\n")
	for i := range min(len(want), len(have)) {
		require.Equal(t, want[i], have[i], "line %d; run make interop INTEROP=-update", i+1)
	}
	require.Len(t, have, len(want))
}

func TestParse(t *testing.T) {
	t.Parallel()
	layout := []Table{{Title: "S3: one", Rows: []string{"a", "b"}, Columns: []string{"x", "y"}}, {Title: "two", Text: "Text.", Rows: []string{"a"}, Columns: []string{"z"}}}
	cells := make(Cells)
	for _, c := range [][4]string{
		{"S3: one", "a", "x", Same},
		{"S3: one", "a", "y", "no tag"},
		{"S3: one", "b", "x", None},
		{"S3: one", "b", "y", Same},
		{"two", "a", "z", Works},
	} {
		cells.Set(c[0], c[1], c[2], c[3])
	}
	why := []Reason{{Row: "a", Cell: "no tag", Why: "it is lost"}, {Table: "two", Cell: "no tag", Why: "never"}}
	page := cells.Markdown(layout, why)
	require.Contains(t, page, "| a | same | no tag |\n")
	require.Contains(t, page, "\n- a, \"no tag\": it is lost\n")
	got, err := Parse(page)
	require.NoError(t, err)
	require.Equal(t, cells, got)

	unexplained, stale := cells.unexplained(layout, why)
	require.Equal(t, []string{`S3: one, b, x: "-"`}, unexplained)
	require.Equal(t, why[1:], stale)
	delete(cells["two"], "a")
	unexplained, _ = cells.unexplained(layout, why)
	require.Contains(t, unexplained, `two, a, z: ""`)

	_, err = Parse("# text\n")
	require.ErrorContains(t, err, "no table")
	_, err = Parse("## t\n\n|  | x |\n|---|---|\n| a | same | same |\n")
	require.ErrorContains(t, err, "line 5: 3 cells, wanted 2")
}
