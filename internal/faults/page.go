package faults

import (
	"fmt"
	"slices"
	"strings"
)

// pagePath is the page, from this folder.
const pagePath = "../../docs/faults.md"

const introduction = `# Faults, operation by operation

Broken networks, lying servers, wrong clocks and servers that are killed, in front of a real MinIO, OpenStack Swift and Keystone, and what becomes of each operation. The run generates this page, and fails when a cell has become worse; edit internal/faults and not the page:

    make faults

A cell is what comes of one operation under one fault, within 30 seconds and with the default number of attempts (4):

| cell | meaning |
|---|---|
| succeeds | It did what it is for. A client that meets no fault has seen the right bytes, or that the object is gone; of a listing every key came, once. |
| an error below | It failed with an error of the type that its documentation promises (*smithy.OperationError; of transfers *UploadError, *DownloadError, *CopyError), which also is of the kind that the table below tells. Nothing of it is left: no object, no upload, no part or segment, no file. |
| error; what is left | So too, and something is left, as the second table says. |
| - | The operation can't meet the fault. |

In every cell no goroutine of the operation is left, and no success has other bytes than were stored.

| error | how a program tests for it |
|---|---|
`

// Page is docs/faults.md: the two matrices.
type Page struct{ Faults, Restarts *Table }

// Markdown is the whole page.
func (p *Page) Markdown() string {
	var b strings.Builder
	b.WriteString(introduction)
	for _, k := range Kinds {
		fmt.Fprintf(&b, "| %s | %s |\n", k.Name, k.Test)
	}
	b.WriteString("\n| left | meaning |\n|---|---|\n")
	for _, l := range Leavings {
		fmt.Fprintf(&b, "| %s | %s |\n", l.Name, l.Meaning)
	}

	b.WriteString("\n## Faults\n\n")
	p.Faults.write(&b, faultColumn)
	p.totals(&b, p.Faults)

	b.WriteString("\n## Restarts\n\nThe server is killed (kill -9) in the midst of the operation, and started again. An operation that waits for it has 90 seconds.\n\n")
	p.Restarts.write(&b, restartColumn)
	p.totals(&b, p.Restarts)

	b.WriteString("\n## What the operations are\n\n| operation | what is done |\n|---|---|\n")
	for _, o := range operations {
		fmt.Fprintf(&b, "| %s | %s |\n", o.name, o.meaning)
	}
	b.WriteString("\n## What the faults are\n\nOne that passes ends after some attempts; the network's are toxiproxy's, answers are altered by a proxy that has the real ones.\n\n| fault | what happens |\n|---|---|\n")
	for _, f := range slices.Concat(faults, restartFaults) {
		fmt.Fprintf(&b, "| %s | %s |\n", f.name, f.meaning)
	}
	b.WriteString("\n## What can't be\n\n")
	for _, f := range slices.Concat(faults, restartFaults) {
		reasons := make(map[string][]string)
		var order []string
		for _, o := range operations {
			if why, ok := f.not[o.name]; ok {
				if reasons[why] == nil {
					order = append(order, why)
				}
				reasons[why] = append(reasons[why], o.name)
			}
		}
		for _, why := range order {
			fmt.Fprintf(&b, "- %s, %s: %s.\n", f.name, strings.Join(reasons[why], ", "), why)
		}
	}
	return b.String()
}

func (p *Page) totals(b *strings.Builder, t *Table) {
	all := t.count(func(Outcome) bool { return true })
	good := t.count(func(o Outcome) bool { return o.Verdict == Succeeds })
	left := t.count(func(o Outcome) bool { return o.Left != "" && o.Left != done.Name })
	fmt.Fprintf(b, "\n%d cells: %d succeed, %d fail with an error of their type; %d of them leave something, and say so.\n", all, good, all-good, left)
}

// The headings of the first columns.
const (
	faultColumn   = "fault"
	restartColumn = "server"
)

// ParsePage reads what Markdown wrote.
func ParsePage(page string) (*Page, error) {
	f, err := parseTable(page, faultColumn)
	if err != nil {
		return nil, err
	}
	r, err := parseTable(page, restartColumn)
	if err != nil {
		return nil, err
	}
	return &Page{Faults: f, Restarts: r}, nil
}
