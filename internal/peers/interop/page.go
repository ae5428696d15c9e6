package interop

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Same is the cell of what came back as it was sent.
const Same = "same"

// Works is the cell of a link or a form that did what it is for.
const Works = "works"

// None is the cell of what the other client, or the server, has no way to do.
const None = "-"

// Cells are what a run finds, by the table's title, the row and the column.
type Cells map[string]map[string]map[string]string

// Set puts in one cell.
func (c Cells) Set(table, row, column, text string) {
	if c[table] == nil {
		c[table] = make(map[string]map[string]string)
	}
	if c[table][row] == nil {
		c[table][row] = make(map[string]string)
	}
	c[table][row][column] = text
}

// Table is one table of the page: which rows and columns it has, and in which order.
type Table struct {
	Title, Text   string
	Rows, Columns []string
}

// Reason tells why cells are not the good ones. A field that is empty stands for all of its kind.
type Reason struct {
	Table, Row, Column string
	// Cell is what the cell holds.
	Cell string
	Why  string
}

func (r Reason) fits(table, row, column, cell string) bool {
	return (r.Table == "" || r.Table == table) && (r.Row == "" || r.Row == row) &&
		(r.Column == "" || r.Column == column) && r.Cell == cell
}

// unexplained are the cells that are not good and have no reason, and stale the reasons that no
// cell has.
func (c Cells) unexplained(tables []Table, reasons []Reason) (cells []string, stale []Reason) {
	used := make([]bool, len(reasons))
	for _, t := range tables {
		for _, row := range t.Rows {
			for _, column := range t.Columns {
				cell := c[t.Title][row][column]
				if cell == Same || cell == Works {
					continue
				}
				at := slices.IndexFunc(reasons, func(r Reason) bool { return r.fits(t.Title, row, column, cell) })
				if at < 0 {
					cells = append(cells, fmt.Sprintf("%s, %s, %s: %q", t.Title, row, column, cell))
					continue
				}
				used[at] = true
			}
		}
	}
	for i, r := range reasons {
		if !used[i] {
			stale = append(stale, r)
		}
	}
	return cells, stale
}

const introduction = `# Beside other clients

A second opinion on real servers: what this library writes is read by other clients, and what they write is read by it, byte for byte with everything that is stored beside the bytes; and links and forms that it signs are used by programs that know nothing of it. A run generates this page and compares every later run with it; edit the cases in internal/peers/interop and not the page:

    make interop
    make interop INTEROP=-update    # writes what it finds

| cell | meaning |
|---|---|
| same | The reader got all that the writer meant: bytes, ETag, content headers, metadata, tags and checksum, as far as the row is about them. |
| works | The link or form did what it is for, as this library reads it back. |
| not sent | This library refuses it before anything is sent. |
| - | The server keeps no such thing, or the other client has no way to say it. |
| anything else | What came instead. "by itself too" follows where the other client finds the same in what it has written itself. |

Every cell that is not one of the first two has its reason below the tables.

`

// Markdown is the whole page.
func (c Cells) Markdown(tables []Table, reasons []Reason) string {
	var b strings.Builder
	row := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	b.WriteString(introduction)
	for _, t := range tables {
		b.WriteString("## " + t.Title + "\n\n")
		if t.Text != "" {
			b.WriteString(t.Text + "\n\n")
		}
		row(append([]string{""}, t.Columns...)...)
		b.WriteString("|" + strings.Repeat("---|", len(t.Columns)+1) + "\n")
		for _, name := range t.Rows {
			cells := []string{name}
			for _, column := range t.Columns {
				cells = append(cells, c[t.Title][name][column])
			}
			row(cells...)
		}
		b.WriteString("\n")
	}
	b.WriteString("## Reasons\n\n")
	for _, r := range reasons {
		var at []string
		for _, s := range []string{r.Table, r.Row, r.Column} {
			if s != "" {
				at = append(at, s)
			}
		}
		b.WriteString("- " + strings.Join(append(at, fmt.Sprintf("%q", r.Cell)), ", ") + ": " + r.Why + "\n")
	}
	return b.String()
}

// Parse reads what [Cells.Markdown] wrote.
func Parse(page string) (Cells, error) {
	c := make(Cells)
	title := ""
	var columns []string
	for n, line := range strings.Split(page, "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			title, columns = heading, nil
			continue
		}
		inner, ok := strings.CutPrefix(line, "| ")
		if !ok || title == "" {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(inner, " |"), " | ")
		switch {
		case columns == nil:
			columns = cells[1:]
		case len(cells) != len(columns)+1:
			return nil, fmt.Errorf("line %d: %d cells, wanted %d", n+1, len(cells), len(columns)+1)
		default:
			for i, cell := range cells[1:] {
				c.Set(title, cells[0], columns[i], cell)
			}
		}
	}
	if len(c) == 0 {
		return nil, errors.New("there is no table")
	}
	return c, nil
}
