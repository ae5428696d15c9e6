//go:build integration

package faults

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// TestRestarts kills servers of its own in the midst of each operation.
func TestRestarts(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	table := found.Restarts
	for _, o := range operations {
		table.Columns = append(table.Columns, o.name)
	}
	for _, f := range restartFaults {
		for _, o := range operations {
			table.Set(f.name, o.name, Outcome{Verdict: Meaningless})
		}
	}
	row := func(t *testing.T, name string, m mortal, profile s3.Profile, checksum s3.ChecksumAlgorithm, back bool) {
		f := restartFaults[0]
		for _, f = range restartFaults {
			if f.name == name {
				break
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		s, err := newStore(ctx, m.env(), profile, checksum)
		require.NoError(t, err)
		for _, o := range operations {
			if f.not[o.name] != "" {
				continue
			}
			t.Run(o.name, func(t *testing.T) {
				outcome, err := survive(t, &servers{store: s}, m, name, &o, back)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("%s", err)
					delete(table.Cells[name], o.name)
					return
				}
				table.Set(name, o.name, outcome)
			})
		}
	}
	t.Run("rows", func(t *testing.T) {
		for name, back := range map[string]bool{minioBack: true, minioGone: false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				m, err := newOwnMinIO(t.TempDir())
				require.NoError(t, err)
				defer m.stop()
				row(t, name, m, s3.MinIO(), s3.ChecksumAlgorithmCrc64nvme, back)
			})
		}
		t.Run("Ceph", func(t *testing.T) {
			t.Parallel()
			// Not the test's own folder, whose path is too long for the names of sockets.
			state, err := os.MkdirTemp("", "ceph")
			require.NoError(t, err)
			defer os.RemoveAll(state)
			c, err := newOwnCeph(filepath.Join(state, "s"))
			require.NoError(t, err)
			defer c.stop()
			for _, name := range []string{osdBack, osdGone} {
				t.Run(name, func(t *testing.T) { row(t, name, c, s3.CephRGW(), "", name == osdBack) })
			}
		})
	})
}

// survive is one cell.
func survive(t *testing.T, s *servers, m mortal, name string, o *operation, back bool) (Outcome, error) {
	if err := s.store.works(t.Context()); err != nil {
		return Outcome{}, err
	}
	c := newCell(o, s, nameServer)
	defer c.close()
	c.deadline = 3 * usualDeadline
	switch {
	case back:
		c.attempts, c.maxDelay, c.patience = 200, time.Second, 3*time.Second
	case name == osdGone:
		c.patience, c.abort = shortPatience, shortAbort
	}
	trial := &trial{servers: s, operation: o, cell: c, key: keyOf(name, o.name), dir: t.TempDir()}
	trial.afterwards = killed(m, trial, back)
	return attempt(t, trial, name)
}
