package checkpoint

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFingerprint(t *testing.T) {
	t.Parallel()
	large := make([]byte, 10<<20)
	first, err := SourceOf(bytes.NewReader(large), int64(len(large)))
	require.NoError(t, err)
	require.True(t, first.Modified.IsZero())
	require.EqualValues(t, 10<<20, first.Size)
	require.Empty(t, first.Changed(first))
	for _, at := range []int{0, len(large) - 1} {
		large[at] = 1
		other, err := SourceOf(bytes.NewReader(large), int64(len(large)))
		require.NoError(t, err)
		require.Equal(t, "its content is another", first.Changed(other))
		large[at] = 0
	}
	// It begins where the body stands.
	r := bytes.NewReader(append([]byte("before"), large...))
	_, err = r.Seek(6, io.SeekStart)
	require.NoError(t, err)
	behind, err := SourceOf(r, int64(len(large)))
	require.NoError(t, err)
	require.Equal(t, first, behind)

	small, err := SourceOf(bytes.NewReader([]byte("x")), 1)
	require.NoError(t, err)
	require.Equal(t, "it had 10485760 bytes and has 1", first.Changed(small))
}

func TestSourceOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "source")
	require.NoError(t, os.WriteFile(path, []byte("content"), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	first, err := SourceOf(f, 7)
	require.NoError(t, err)
	require.False(t, first.Modified.IsZero())
	require.NoError(t, os.Chtimes(path, time.Time{}, first.Modified.Add(time.Hour)))
	later, err := SourceOf(f, 7)
	require.NoError(t, err)
	require.Contains(t, first.Changed(later), "it was modified at")
	bare, err := SourceOf(bytes.NewReader([]byte("content")), 7)
	require.NoError(t, err)
	require.Equal(t, "it was a file and is none", first.Changed(bare))
	require.Empty(t, bare.Changed(first), "the time was not kept")
	require.Empty(t, Source{Size: 7}.Changed(first), "nor the content")
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "source"))
	require.NoError(t, err)
	defer f.Close()
	require.True(t, Empty(f))
	_, err = f.WriteString("x")
	require.NoError(t, err)
	require.True(t, Empty(f), "it stands at its end")
	_, err = f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	require.False(t, Empty(f))
	dir, err := os.Open(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	require.False(t, Empty(dir))
	require.False(t, Empty(bytes.NewReader(nil)))
	require.False(t, Empty((*os.File)(nil)))
}

func TestNoSource(t *testing.T) {
	t.Parallel()
	_, err := SourceOf(struct{ io.Reader }{}, 1)
	require.ErrorContains(t, err, "can't be read at offsets")
	_, err = SourceOf(io.NewSectionReader(failingAt{}, 0, 10), 10)
	require.EqualError(t, err, "no")
	_, err = SourceOf(bytes.NewReader([]byte("x")), 10)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	f, err := os.Open(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = SourceOf(f, 1)
	require.ErrorIs(t, err, os.ErrClosed)
	_, err = SourceOf(unseekable{}, 1)
	require.EqualError(t, err, "no seek")
}

type failingAt struct{}

func (failingAt) ReadAt([]byte, int64) (int, error) { return 0, errors.New("no") }

type unseekable struct {
	io.Reader
	failingAt
}

func (unseekable) Seek(int64, int) (int64, error) { return 0, errors.New("no seek") }
