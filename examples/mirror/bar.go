package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/stowage-go/stowage/s3/transfer"
)

// bar shows how far a directory's transfer is, on a terminal; elsewhere it is nothing.
type bar struct {
	bar    *progressbar.ProgressBar
	closed bool
}

func newBar(out io.Writer) *bar {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	return barOn(out)
}

func barOn(out io.Writer) *bar {
	return &bar{bar: progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(out),
		progressbar.OptionShowBytes(true),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// show draws the state. Both numbers grow while the listings go on, and fall when an object fails.
func (b *bar) show(p transfer.DirectoryProgress) {
	if b.bar == nil || b.closed {
		return
	}
	more := ""
	if !p.Listed {
		more = "+" // not all are known yet
	}
	b.bar.Describe(fmt.Sprintf("%d/%d%s objects", p.ObjectsDone, p.Objects, more))
	b.bar.ChangeMax64(p.Total + 1)                 // one is left for the end, or the bar would be gone before
	_ = b.bar.Set64(min(max(p.Bytes, 0), p.Total)) // a bar that can't be drawn is no reason to stop
}

// print writes a line above the bar.
func (b *bar) print(out io.Writer, line string) {
	if b.bar != nil && !b.closed {
		_ = b.bar.Clear()
	}
	fmt.Fprintln(out, line)
}

func (b *bar) close() {
	if b.bar != nil && !b.closed {
		_ = b.bar.Finish()
	}
	b.closed = true
}
