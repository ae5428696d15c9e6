//go:build integration

package faults

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/integration"
	"github.com/stowage-go/stowage/s3"
)

// found is what a run sees; the tests fill it, and TestMain makes the page of it.
var found = Page{Faults: new(Table), Restarts: new(Table)}

var update = flag.Bool("update", false, "write "+pagePath+" also where cells have become worse, or were not tried")

func TestMain(m *testing.M) {
	flag.Parse()
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		status = 1
	}
	os.Exit(status)
}

func run(m *testing.M) (int, error) {
	names, err := newNames()
	if err != nil {
		return 0, err
	}
	defer names.close()
	net.DefaultResolver = names.resolver() // what the library's clients ask
	nameServer = names
	if status := m.Run(); status != 0 {
		return status, nil
	}
	return 0, report()
}

// report holds what was found against the page, and writes it anew. A run of some tests alone
// is only compared, unless the page is to be updated.
func report() error {
	text, err := os.ReadFile(pagePath)
	if err != nil && !*update {
		return err
	}
	before, err := ParsePage(string(text))
	switch {
	case err != nil && !*update:
		return fmt.Errorf("%s: %w", pagePath, err)
	case err != nil:
		before = &Page{Faults: new(Table), Restarts: new(Table)}
	}
	whole := true
	var worse []string
	for _, t := range []struct{ found, before *Table }{{found.Faults, before.Faults}, {found.Restarts, before.Restarts}} {
		if len(t.found.Rows) == 0 { // its test did not run
			*t.found, whole = *t.before, false
			continue
		}
		worse = append(worse, t.found.Worse(t.before)...)
	}
	if *update {
		worse = nil
	}
	if len(worse) > 0 {
		return fmt.Errorf("worse than %s has it (-update accepts that):\n%s", pagePath, strings.Join(worse, "\n"))
	}
	if !whole && !*update {
		return nil
	}
	return os.WriteFile(pagePath, []byte(found.Markdown()), 0o644)
}

var nameServer *names

func openServers(t *testing.T) *servers {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := new(servers)
	env, err := integration.Load("minio")
	require.NoError(t, err)
	s.store, err = newStore(ctx, env, s3.MinIO(), s3.ChecksumAlgorithmCrc64nvme)
	require.NoError(t, err)
	env, err = integration.Load("openstack")
	require.NoError(t, err)
	s.openstack, err = newOpenStack(ctx, env)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := errors.Join(s.store.remove(ctx), s.openstack.remove(ctx)); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return s
}

// TestFaults meets every operation with every fault.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := openServers(t)
	var mu sync.Mutex
	table := found.Faults
	for _, o := range operations {
		table.Columns = append(table.Columns, o.name)
	}
	for _, f := range faults {
		for _, o := range operations {
			table.Set(f.name, o.name, Outcome{Verdict: Meaningless})
		}
	}
	t.Run("cells", func(t *testing.T) {
		for _, f := range faults {
			for _, o := range operations {
				if f.not[o.name] != "" {
					continue
				}
				t.Run(f.name+"/"+o.name, func(t *testing.T) {
					t.Parallel()
					outcome, err := try(t, s, &f, &o)
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						t.Errorf("%s", err)
						delete(table.Cells[f.name], o.name)
						return
					}
					table.Set(f.name, o.name, outcome)
				})
			}
		}
	})
}

// try is one cell. Its error is what must never be: wrong bytes, an error without a type,
// something left without a word, an operation that does not end, a goroutine.
func try(t *testing.T, s *servers, f *fault, o *operation) (Outcome, error) {
	c := newCell(o, s, nameServer)
	defer c.close()
	if err := f.begin(c); err != nil {
		return Outcome{}, fmt.Errorf("begin the fault: %w", err)
	}
	trial := &trial{servers: s, operation: o, cell: c, key: keyOf(f.name, o.name), dir: t.TempDir()}
	return attempt(t, trial, f.name)
}

// grace is how long after its deadline an operation may take to clean up and to end.
const grace = usualAbort + 10*time.Second

// attempt runs an operation and sees what came of it.
func attempt(t *testing.T, trial *trial, name string) (Outcome, error) {
	o := trial.operation
	clean, cancelClean := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancelClean()
	if o.prepare != nil {
		if err := o.prepare(clean, trial); err != nil {
			return Outcome{}, fmt.Errorf("prepare: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), trial.cell.deadline)
	defer cancel()
	label := name + "/" + o.name
	began := time.Now()
	ended := make(chan error, 1)
	go pprof.Do(ctx, pprof.Labels("cell", label), func(ctx context.Context) { ended <- o.run(ctx, trial) })
	var err error
	select {
	case err = <-ended:
	case <-time.After(trial.cell.deadline + grace):
		return Outcome{}, fmt.Errorf("has not ended %v after its deadline", grace)
	}
	took := time.Since(began)
	trial.cell.close()
	if trial.afterwards != nil {
		if aerr := trial.afterwards(clean); aerr != nil {
			return Outcome{}, fmt.Errorf("%w, after the operation's: %w", aerr, err)
		}
	}
	if left := goroutines(label); left != "" {
		return Outcome{}, fmt.Errorf("goroutines are left:\n%s", left)
	}
	t.Logf("%v, %v", took.Round(time.Millisecond), err)

	var wrong *wrongBytes
	switch {
	case errors.As(err, &wrong):
		return Outcome{}, err
	case err == nil:
		if o.holds != nil {
			switch is, err := o.holds(clean, trial); {
			case err != nil:
				return Outcome{}, fmt.Errorf("a success, but: %w", err)
			case !is:
				return Outcome{}, &wrongBytes{"a success, but nothing was done"}
			}
		}
		left, err := trial.strays(clean)
		return Outcome{Verdict: Succeeds, Left: left.Name}, err
	}
	kind, ok := kindOf(ctx, err)
	if !ok || !o.typed(err) {
		return Outcome{}, fmt.Errorf("an error that nobody can test for (%T): %w", err, err)
	}
	left, lerr := o.left(clean, trial, err)
	if lerr != nil {
		return Outcome{}, fmt.Errorf("after %w: %w", err, lerr)
	}
	return Outcome{Verdict: kind, Left: left.Name}, nil
}

// goroutines are those that began under a label and go on, after some time to end.
func goroutines(label string) string {
	want := fmt.Sprintf("%q:%q", "cell", label)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var all strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&all, 1) // a builder takes all
		var left []string
		for _, stack := range strings.Split(all.String(), "\n\n") {
			if strings.Contains(stack, want) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		if time.Now().After(end) {
			return strings.Join(left, "\n\n")
		}
	}
}
