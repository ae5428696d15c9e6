package integration

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Verdicts of [Outcome]. A refusal is followed by the status and the code, and "taken for" by the
// operation that happened instead.
const (
	Works    = "works"
	NoEffect = "accepted, no effect"
	refused  = "refused: "
	taken    = "taken for "
)

const (
	remarked  = ", with a remark"
	byProfile = "refused by our profile (server: "
)

// Outcome is what becomes of one operation sent to one server.
type Outcome struct {
	// Verdict is what the server makes of it: [Works], [NoEffect], "refused: 501 NotImplemented",
	// "taken for DeleteBucket".
	Verdict string
	// ByProfile: the client's profile refuses it before it is sent.
	ByProfile bool
	// Remark says what is particular about it, if anything is.
	Remark string
}

// Cell is the outcome as the table shows it.
func (o Outcome) Cell() string {
	text := o.Verdict
	if o.Verdict == Works && o.Remark != "" {
		text += remarked
	}
	if o.ByProfile {
		text = byProfile + strings.TrimPrefix(text, refused) + ")"
	}
	return text
}

// parseCell is Cell's inverse, but for the remark, which stands elsewhere.
func parseCell(cell string) (Outcome, error) {
	var o Outcome
	text, inner := strings.CutPrefix(cell, byProfile)
	if inner {
		o.ByProfile = true
		text, inner = strings.CutSuffix(text, ")")
		if !inner {
			return o, fmt.Errorf("%q has no closing parenthesis", cell)
		}
		if text != "" && text[0] >= '0' && text[0] <= '9' { // a status
			text = refused + text
		}
	}
	o.Verdict = strings.TrimSuffix(text, remarked)
	switch {
	case o.Verdict == Works:
	case text != o.Verdict:
		return o, fmt.Errorf("%q: only what works has its remark told", cell)
	case o.Verdict == NoEffect, strings.HasPrefix(o.Verdict, refused), strings.HasPrefix(o.Verdict, taken):
	default:
		return o, fmt.Errorf("%q is no outcome", cell)
	}
	return o, nil
}

// Table is docs/s3-operations.md: the outcome of every operation on every server.
type Table map[string]map[string]Outcome // by operation, by the server's title

// ServerTitles are the servers with their versions, by backend, as the table heads its columns.
var ServerTitles = map[string]string{
	"openstack": "OpenStack Swift 2.30.1",
	"ceph":      "Ceph RGW 16.2.15",
	"minio":     "MinIO 2026-02-12",
	"versitygw": "versitygw 1.8.0",
	"alluxio":   "Alluxio 2.9.4",
}

const tableIntroduction = `# S3 operations, server by server

Every operation of the S3 API, sent to five real servers, and its effect read back with another operation. The integration suite generates this page and compares every run with it; edit the probes and not the page:

    make integration
    go test -tags integration -run TestOperations ./internal/integration/ -update   # the servers being up

| outcome | meaning |
|---|---|
| works | The server did what the operation is for, as another operation shows. |
| works, with a remark | So too, within limits or with a difference that the remarks below tell. |
| refused: STATUS CODE | The server's answer to a well-formed request. |
| accepted, no effect | The server answers success, and nothing has changed. |
| taken for OPERATION | The server overlooks what sets the operation apart and does another one: a DELETE of a setting deletes the bucket. |
| refused by our profile (server: ...) | The client fails with ErrUnsupported and sends nothing; what the server makes of it is seen with AllowUnsupported. |

`

// columns are the titles in the order of [Backends].
func columns() []string {
	titles := make([]string, len(Backends))
	for i, name := range Backends {
		titles[i] = ServerTitles[name]
	}
	return titles
}

// totals are the rows that count the outcomes of a server.
var totals = []struct {
	name   string
	counts func(Outcome) bool
}{
	{"works", func(o Outcome) bool { return !o.ByProfile && o.Verdict == Works }},
	{"of these with a remark", func(o Outcome) bool { return !o.ByProfile && o.Verdict == Works && o.Remark != "" }},
	{"refused by the server", func(o Outcome) bool { return !o.ByProfile && strings.HasPrefix(o.Verdict, refused) }},
	{"accepted, no effect", func(o Outcome) bool { return !o.ByProfile && o.Verdict == NoEffect }},
	{"taken for another operation", func(o Outcome) bool { return !o.ByProfile && strings.HasPrefix(o.Verdict, taken) }},
	{"refused by our profile", func(o Outcome) bool { return o.ByProfile }},
	{"of these the server works", func(o Outcome) bool { return o.ByProfile && o.Verdict == Works }},
	{"of these the server refuses", func(o Outcome) bool { return o.ByProfile && strings.HasPrefix(o.Verdict, refused) }},
	{"of these without effect", func(o Outcome) bool { return o.ByProfile && o.Verdict == NoEffect }},
	{"of these taken for another", func(o Outcome) bool { return o.ByProfile && strings.HasPrefix(o.Verdict, taken) }},
}

// Markdown is the whole page. profiles tells, by title, the name of the profile that each server
// was used with.
func (t Table) Markdown(profiles map[string]string) string {
	var b strings.Builder
	row := func(cells ...string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	rule := func(n int) { b.WriteString("|" + strings.Repeat("---|", n+1) + "\n") }
	titles := columns()

	b.WriteString(tableIntroduction)
	b.WriteString("## Totals\n\n")
	row(append([]string{""}, titles...)...)
	rule(len(titles))
	cells := []string{"profile"}
	for _, title := range titles {
		cells = append(cells, profiles[title])
	}
	row(cells...)
	for _, total := range totals {
		cells := []string{total.name}
		for _, title := range titles {
			n := 0
			for _, outcomes := range t {
				if o, ok := outcomes[title]; ok && total.counts(o) {
					n++
				}
			}
			cells = append(cells, fmt.Sprint(n))
		}
		row(cells...)
	}

	b.WriteString("\n## Operations\n\n")
	row(append([]string{operationColumn}, titles...)...)
	rule(len(titles))
	for _, operation := range slices.Sorted(maps.Keys(t)) {
		cells := []string{operation}
		for _, title := range titles {
			o, ok := t[operation][title]
			if !ok {
				cells = append(cells, "")
				continue
			}
			cells = append(cells, o.Cell())
		}
		row(cells...)
	}

	b.WriteString("\n## Remarks\n")
	for _, title := range titles {
		b.WriteString("\n### " + title + "\n\n")
		var remarks []string
		of := make(map[string][]string)
		for _, operation := range slices.Sorted(maps.Keys(t)) {
			if remark := t[operation][title].Remark; remark != "" {
				if of[remark] == nil {
					remarks = append(remarks, remark)
				}
				of[remark] = append(of[remark], operation)
			}
		}
		for _, remark := range remarks {
			b.WriteString("- " + strings.Join(of[remark], ", ") + ": " + remark + "\n")
		}
	}
	return b.String()
}

const operationColumn = "operation"

// ParseTable reads what [Table.Markdown] wrote. A cell that is blank has no outcome.
func ParseTable(page string) (Table, error) {
	t := make(Table)
	var titles []string
	title := "" // of the remarks
	for n, line := range strings.Split(page, "\n") {
		fail := func(err error) (Table, error) { return nil, fmt.Errorf("line %d: %w", n+1, err) }
		if heading, ok := strings.CutPrefix(line, "### "); ok {
			title = heading
			continue
		}
		if remark, ok := strings.CutPrefix(line, "- "); ok && title != "" {
			operations, remark, _ := strings.Cut(remark, ": ")
			for operation := range strings.SplitSeq(operations, ", ") {
				o, known := t[operation][title]
				if !known {
					return fail(fmt.Errorf("a remark on %q, which has no outcome for %s", operation, title))
				}
				o.Remark = remark
				t[operation][title] = o
			}
			continue
		}
		cells, ok := cut(line)
		switch {
		case !ok:
			titles = nil // a table ends
		case cells[0] == operationColumn:
			titles = cells[1:]
		case titles == nil || strings.HasPrefix(cells[0], "--"):
		case len(cells) != len(titles)+1:
			return fail(fmt.Errorf("%d cells, wanted %d", len(cells), len(titles)+1))
		default:
			outcomes := make(map[string]Outcome, len(titles))
			for i, cell := range cells[1:] {
				if cell == "" {
					continue
				}
				o, err := parseCell(cell)
				if err != nil {
					return fail(err)
				}
				outcomes[titles[i]] = o
			}
			t[cells[0]] = outcomes
		}
	}
	if len(t) == 0 {
		return nil, errors.New("there is no table of operations")
	}
	return t, nil
}

// cut takes a row of a table apart.
func cut(line string) ([]string, bool) {
	inner, ok := strings.CutPrefix(line, "|")
	if !ok {
		return nil, false
	}
	cells := strings.Split(strings.TrimSuffix(inner, "|"), "|")
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
	}
	return cells, true
}

// missing are the cells of the table that have no outcome, for every operation on every server.
func (t Table) missing(operations []string) []string {
	var cells []string
	for _, operation := range operations {
		for _, title := range columns() {
			if _, ok := t[operation][title]; !ok {
				cells = append(cells, operation+", "+title)
			}
		}
	}
	return cells
}
