package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRandomFile(t *testing.T) {
	f, err := Open(t.Context(), "", 100_000, t.TempDir())
	require.NoError(t, err)
	defer f.Close()
	requireContent(t, f, 100_000)

	other, err := Open(t.Context(), "", 100_000, t.TempDir())
	require.NoError(t, err)
	defer other.Close()
	require.NotEqual(t, f.SHA256, other.SHA256)
}

func TestFileOfTheUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("hello"), 0o600))
	f, err := Open(t.Context(), path, 100, t.TempDir())
	require.NoError(t, err)
	defer f.Close()
	requireContent(t, f, 5)

	_, err = Open(t.Context(), filepath.Dir(path), 0, t.TempDir())
	require.ErrorContains(t, err, "regular file")
	_, err = Open(t.Context(), path+"-not", 0, t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestFileStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Open(ctx, "", 1<<40, t.TempDir())
	require.ErrorIs(t, err, context.Canceled)
}

// requireContent reads the file from where it stands.
func requireContent(t *testing.T, f *Local, size int64) {
	t.Helper()
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Len(t, b, int(size))
	require.Equal(t, size, f.Size)
	sum := sha256.Sum256(b)
	require.Equal(t, hex.EncodeToString(sum[:]), f.SHA256)
}
