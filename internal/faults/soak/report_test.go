package main

import (
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3/transfer"
)

func TestReport(t *testing.T) {
	t.Parallel()
	r := &run{
		settings: settings{minutes: 30, workers: 64, seed: 7}, tally: newTally(), stores: []*store{{title: "MinIO"}},
		quarter: []quarter{{idle: sample{1 << 20, 3, 12}, busy: sample{2 << 20, 300, 120}, calls: 5}},
	}
	r.tally.operation("PutObject", &outcome{bytes: 3 << 20, took: time.Second})
	r.tally.operation("Copy", &outcome{err: &transfer.CopyError{Err: syscall.ECONNRESET}})
	r.tally.fault("reset", 3*time.Second)
	r.tally.retry(io.ErrUnexpectedEOF)
	r.tally.stock(10, 2, 1)
	page := func() string {
		var b strings.Builder
		require.NoError(t, r.report(&b))
		return b.String()
	}
	text := page()
	for _, line := range []string{
		"2 calls, 1 faults, 10 objects compared in 1 stock-takings, **no finding**.",
		"| quarter 1 | 5 | 1.0 | 2.0 | 3 | 300 | 12 | 120 |",
		"| PutObject | 1 | 1 | 0 | 0 | 0 | 3.0 | 1.0 |",
		"| all | 2 | 1 | 1 | 0 | 0 | 3.0 | 1.0 |",
		"| reset | 1 | 3 |",
		"| connection closed | 1 |",
		"| transfer.CopyError | connection reset | 1 |",
		"| of these, there | 1 |",
	} {
		require.Contains(t, text, line+"\n")
	}
	r.tally.finding("lost")
	require.Contains(t, page(), "**1 finding**.\n\n- lost\n")
	r.tally.finding("lost, too")
	require.Contains(t, page(), "**2 findings**")
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-minutes 0":      "not positive",
		"-goroutines -1":  "not positive",
		"-nothing":        "not defined",
		"-minutes 0.0001": "no soak for the backend",
	} {
		require.ErrorContains(t, command(strings.Fields(args), "nowhere", io.Discard), want)
	}
}
