package faults

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Outcome is what becomes of one operation under one fault.
type Outcome struct {
	// Verdict is [Succeeds], [Meaningless], or what kind of error came: one of [Kinds].
	Verdict string
	// Left is what the operation has left behind although it failed, "" for nothing: one of
	// [Leavings].
	Left string
}

const (
	// Succeeds: the operation did what it is for, and a client that knows no faults has seen
	// the right bytes.
	Succeeds = "succeeds"
	// Meaningless: the operation can't meet the fault.
	Meaningless = "-"
	between     = "; "
)

// Cell is the outcome as the page shows it.
func (o Outcome) Cell() string {
	if o.Left == "" {
		return o.Verdict
	}
	return o.Verdict + between + o.Left
}

func parseOutcome(cell string) (Outcome, error) {
	var o Outcome
	o.Verdict, o.Left, _ = strings.Cut(cell, between)
	if o.Verdict != Succeeds && o.Verdict != Meaningless && !slices.ContainsFunc(Kinds, func(k Kind) bool { return k.matches(o.Verdict) }) {
		return o, fmt.Errorf("%q is no outcome", cell)
	}
	if o.Left != "" && !slices.ContainsFunc(Leavings, func(l Leaving) bool { return l.Name == o.Left }) {
		return o, fmt.Errorf("%q: nobody leaves %q", cell, o.Left)
	}
	return o, nil
}

// rank orders outcomes from the best to the worst.
func (o Outcome) rank() int {
	rank := 0
	if o.Verdict != Succeeds && o.Verdict != Meaningless {
		rank = 2
	}
	if o.Left != "" && o.Left != done.Name { // which can't be known, and is no harm
		rank++
	}
	return rank
}

// WorseThan reports whether something that was better before got lost.
func (o Outcome) WorseThan(before Outcome) bool { return o.rank() > before.rank() }

// Table is one matrix: the outcome by row and by column.
type Table struct {
	Columns []string
	Rows    []string // in their order
	Cells   map[string]map[string]Outcome
}

// Set notes an outcome; a row that is new becomes the last.
func (t *Table) Set(row, column string, o Outcome) {
	if t.Cells == nil {
		t.Cells = make(map[string]map[string]Outcome)
	}
	if t.Cells[row] == nil {
		t.Cells[row] = make(map[string]Outcome)
		t.Rows = append(t.Rows, row)
	}
	t.Cells[row][column] = o
}

// Worse lists the cells that are worse than before; a cell that is no more is one of them.
func (t *Table) Worse(before *Table) []string {
	var worse []string
	for _, row := range before.Rows {
		for _, column := range before.Columns {
			was, known := before.Cells[row][column]
			is, still := t.Cells[row][column]
			switch {
			case !known:
			case !still:
				worse = append(worse, fmt.Sprintf("%s, %s: was %q, and was not tried", row, column, was.Cell()))
			case is.WorseThan(was):
				worse = append(worse, fmt.Sprintf("%s, %s: was %q, and now it is %q", row, column, was.Cell(), is.Cell()))
			}
		}
	}
	return worse
}

// write appends the table; first heads the column of the rows' names.
func (t *Table) write(b *strings.Builder, first string) {
	row := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(append([]string{first}, t.Columns...)...)
	b.WriteString(strings.Repeat("|---", len(t.Columns)+1) + "|\n")
	for _, name := range t.Rows {
		cells := []string{name}
		for _, column := range t.Columns {
			cells = append(cells, t.Cells[name][column].Cell())
		}
		row(cells...)
	}
}

// count is the number of cells that were tried.
func (t *Table) count(of func(Outcome) bool) int {
	n := 0
	for _, row := range t.Cells {
		for _, o := range row {
			if o.Verdict != Meaningless && of(o) {
				n++
			}
		}
	}
	return n
}

// parseTable reads the table whose first column has that heading.
func parseTable(page, first string) (*Table, error) {
	t := new(Table)
	for n, line := range strings.Split(page, "\n") {
		inner, ok := strings.CutPrefix(line, "| ")
		cells := strings.Split(strings.TrimSuffix(inner, " |"), " | ")
		switch {
		case t.Columns == nil:
			if ok && cells[0] == first {
				t.Columns = cells[1:]
			}
			continue
		case strings.HasPrefix(line, "|---"):
			continue
		case !ok:
			if len(t.Rows) == 0 {
				return nil, fmt.Errorf("the table of %ss has no rows", first)
			}
			return t, nil
		case len(cells) != len(t.Columns)+1:
			return nil, fmt.Errorf("line %d: %d cells, wanted %d", n+1, len(cells), len(t.Columns)+1)
		}
		for i, cell := range cells[1:] {
			o, err := parseOutcome(cell)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			t.Set(cells[0], t.Columns[i], o)
		}
	}
	return nil, errors.New("there is no table of " + first + "s")
}
