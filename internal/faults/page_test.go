//go:build !integration

package faults

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page that is checked in has every operation under every fault, no cell blank, as it is
// written by a run.
func TestThePage(t *testing.T) {
	text, err := os.ReadFile(pagePath)
	require.NoError(t, err)
	page, err := ParsePage(string(text))
	require.NoError(t, err)
	for _, m := range []struct {
		table  *Table
		faults []fault
	}{{page.Faults, faults}, {page.Restarts, restartFaults}} {
		require.Equal(t, namesOf(m.faults), m.table.Rows)
		for _, f := range m.faults {
			for i, o := range operations {
				require.Equal(t, o.name, m.table.Columns[i])
				cell := m.table.Cells[f.name][o.name]
				require.Equal(t, f.not[o.name] != "", cell.Verdict == Meaningless, "%s, %s", f.name, o.name)
			}
		}
	}
	require.Equal(t, page.Markdown(), string(text), "make faults writes it")
}
