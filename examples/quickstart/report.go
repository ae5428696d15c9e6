package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/stowage-go/stowage/examples/internal/flags"
)

// meter shows how far a transfer is: as a bar on a terminal, as a few lines in
// a file or a pipe, where a bar would be thousands of control characters.
type meter struct {
	out        io.Writer
	title      string
	now, total int64
	quarters   int64 // of the total, told so far, when there is no bar
	bar        *progressbar.ProgressBar
	closed     bool
}

func newMeter(out io.Writer, title string, total int64) *meter {
	m := &meter{out: out, title: title, total: total}
	if f, ok := out.(*os.File); ok && total > 0 && term.IsTerminal(int(f.Fd())) {
		m.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetDescription(fmt.Sprintf("%-11s", title)),
			progressbar.OptionShowBytes(true),
			progressbar.OptionUseIECUnits(true),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), // the result's line takes its place
		)
	}
	return m
}

// set shows that n bytes are on the wire. It can fall, when a part has to be
// sent again. The last byte is done's: a server has to confirm it first.
func (m *meter) set(n int64) {
	m.now = n
	if m.bar != nil {
		_ = m.bar.Set64(min(n, m.total-1)) // a bar that can't be drawn is no reason to stop
		return
	}
	if q := 4 * n / max(m.total, 1); q > m.quarters && q < 4 {
		fmt.Fprintf(m.out, "%-11s %s of %s\n", m.title, flags.Size(n), flags.Size(m.total))
		m.quarters = q
	}
}

// Write makes the meter count what is copied to it.
func (m *meter) Write(p []byte) (int, error) {
	m.set(m.now + int64(len(p)))
	return len(p), nil
}

func (m *meter) done() {
	if m.bar != nil {
		_ = m.bar.Finish()
	}
	m.closed = true
}

// close takes an unfinished bar off the screen.
func (m *meter) close() {
	if m.bar != nil && !m.closed {
		_ = m.bar.Exit()
	}
}

// speed writes the size, the seconds it took and the rate.
func speed(n int64, took time.Duration) string {
	return fmt.Sprintf("%s in %.2f s, %.1f MiB/s", flags.Size(n), took.Seconds(), float64(n)/(1<<20)/took.Seconds())
}
