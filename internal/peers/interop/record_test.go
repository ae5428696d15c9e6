//go:build integration

package interop

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write what is found to "+pagePath)

// found is what this run finds.
var found struct {
	mu    sync.Mutex
	cells Cells
}

func record(table, row, column, cell string) {
	found.mu.Lock()
	defer found.mu.Unlock()
	if found.cells == nil {
		found.cells = make(Cells)
	}
	found.cells.Set(table, row, column, strings.ReplaceAll(cell, "|", "/"))
}

// TestMain compares what the tests found with the page, or writes it; a run of some servers, or
// of some tests, concerns their cells alone.
func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if status == 0 || *update {
		if err := settle(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

func settle() error {
	text, err := os.ReadFile(pagePath)
	if err != nil && !*update {
		return err
	}
	page := make(Cells)
	if err == nil {
		if page, err = Parse(string(text)); err != nil {
			return err
		}
	}
	var differ []string
	for table, rows := range found.cells {
		for row, columns := range rows {
			for column, cell := range columns {
				if have := page[table][row][column]; have != cell {
					differ = append(differ, fmt.Sprintf("%s, %s, %s: %q on the page, and now %q", table, row, column, have, cell))
				}
				page.Set(table, row, column, cell)
			}
		}
	}
	if *update {
		return os.WriteFile(pagePath, []byte(page.Markdown(tables(), reasons)), 0o644)
	}
	if len(differ) > 0 {
		return fmt.Errorf("%s says otherwise:\n%s", pagePath, strings.Join(differ, "\n"))
	}
	return nil
}
