package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
)

// cell is what one call of one client did.
type cell struct {
	err  error
	sent string // how the body was protected
}

func (c cell) String() string {
	if c.err != nil {
		return "**" + explain(c.err) + "**"
	}
	return "ok (" + c.sent + ")"
}

type table struct {
	columns []column
	places  []place
	cells   map[string]map[string]cell // by place's URL and client's name, then by row's name
}

func newTable(columns []column) *table {
	return &table{columns: columns, cells: map[string]map[string]cell{}}
}

func (t *table) add(p place, c column, cells map[string]cell) {
	if len(t.places) == 0 || t.places[len(t.places)-1].url != p.url {
		t.places = append(t.places, p)
	}
	t.cells[p.url+" "+c.name] = cells
}

func (t *table) oursFailed() bool {
	for _, p := range t.places {
		for _, c := range t.columns {
			for _, cell := range t.cells[p.url+" "+c.name] {
				if c.ours && cell.err != nil {
					return true
				}
			}
		}
	}
	return false
}

func (t *table) print(out io.Writer) error {
	var b strings.Builder
	b.WriteString("| server | call |")
	for _, c := range t.columns {
		b.WriteString(" " + c.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(t.columns)) + "\n")
	for _, p := range t.places {
		for _, r := range rows {
			fmt.Fprintf(&b, "| %s, %s | %s |", p.server.title, p.scheme(), r.name)
			for _, c := range t.columns {
				fmt.Fprintf(&b, " %s |", t.cells[p.url+" "+c.name][r.name])
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// explain is the short of an error: status and code of the server's answer, or
// the innermost reason when the client gave up by itself.
func explain(err error) string {
	var api interface {
		ErrorCode() string
		ErrorMessage() string
	}
	var status interface{ HTTPStatusCode() int }
	if m := (minio.ErrorResponse{}); errors.As(err, &m) {
		return short(fmt.Sprintf("%d %s: %s", m.StatusCode, m.Code, m.Message))
	}
	if errors.As(err, &status) && status.HTTPStatusCode() > 0 && errors.As(err, &api) {
		return short(fmt.Sprintf("%d %s: %s", status.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage()))
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "timed out"
	}
	if errors.Is(err, errDiffers) {
		return err.Error()
	}
	inner := err
	for u := errors.Unwrap(inner); u != nil; u = errors.Unwrap(u) {
		inner = u
	}
	return short("in the client: " + inner.Error())
}

// short keeps a reason on one line of a table.
func short(s string) string {
	const limit = 90
	s = strings.NewReplacer("\n", " ", "|", "/", ": UnknownError", "").Replace(strings.TrimSuffix(strings.TrimSpace(s), ":"))
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "..."
	}
	return s
}
