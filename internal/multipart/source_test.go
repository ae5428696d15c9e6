package multipart

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func tempFile(t testing.TB, data []byte) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "source")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestSourcesWithoutCopy(t *testing.T) {
	data := pattern(1000)
	for _, c := range []struct {
		name string
		open func(t *testing.T) io.ReadSeeker
	}{
		{"file", func(t *testing.T) io.ReadSeeker { return tempFile(t, data) }},
		{"bytes.Reader", func(*testing.T) io.ReadSeeker { return bytes.NewReader(data) }},
		{"strings.Reader", func(*testing.T) io.ReadSeeker { return strings.NewReader(string(data)) }},
		{"io.SectionReader", func(*testing.T) io.ReadSeeker {
			return io.NewSectionReader(bytes.NewReader(append([]byte("not this"), data...)), 8, 1000)
		}},
	} {
		for _, at := range []int64{0, 1, 333, 999} {
			for _, declared := range []int64{-1, 1000 - at} {
				r := c.open(t)
				_, err := r.Seek(at, io.SeekStart)
				require.NoError(t, err)
				src := mustReader(t, r, declared)
				require.False(t, src.Buffered(), c.name)
				require.Equal(t, 1000-at, src.Size())

				f := &fake{part: func(_ context.Context, b Body) error {
					if b.Bytes() != nil {
						return errors.New("the part was copied")
					}
					return nil
				}}
				_, err = run(t, t.Context(), src, f, tiny())
				require.NoError(t, err)
				require.Equal(t, data[at:], f.stored())

				now, err := r.Seek(0, io.SeekCurrent)
				require.NoError(t, err)
				require.Equal(t, at, now, "the position has moved")
			}
		}
	}
}

func TestSourceSizeContradicted(t *testing.T) {
	for _, size := range []int64{0, 9, 11} {
		for _, r := range []io.Reader{bytes.NewReader(pattern(10)), tempFile(t, pattern(10))} {
			_, err := ReaderSource(r, size)
			var length *LengthError
			require.ErrorAs(t, err, &length)
			require.Equal(t, LengthError{Want: size, Got: 10}, *length)
		}
	}
}

func TestSourceAtItsEnd(t *testing.T) {
	section := io.NewSectionReader(bytes.NewReader(pattern(10)), 0, 10)
	_, err := section.Seek(50, io.SeekStart)
	require.NoError(t, err)
	file := tempFile(t, pattern(10))
	_, err = file.Seek(50, io.SeekStart)
	require.NoError(t, err)
	for _, r := range []io.Reader{
		section, file, tempFile(t, nil), bytes.NewReader(nil), strings.NewReader(""), plain(strings.NewReader("")),
	} {
		for _, o := range []Options{tiny(), {}, {Threshold: -1}} {
			f := &fake{}
			res, err := run(t, t.Context(), mustReader(t, r, -1), f, o)
			require.NoError(t, err)
			require.Equal(t, Result{}, res)
			require.Equal(t, []byte{}, f.whole)
		}
	}
}

// A type that embeds a known one may change what Read gives.
func TestSourceOfEmbeddingTypeIsRead(t *testing.T) {
	type upper struct{ *strings.Reader }
	src := mustReader(t, upper{strings.NewReader("text")}, -1)
	require.True(t, src.Buffered())
	require.EqualValues(t, -1, src.Size())
}

func TestPipeIsRead(t *testing.T) {
	data := pattern(95)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	src := mustReader(t, r, -1)
	require.True(t, src.Buffered())
	f := &fake{}
	_, err = run(t, t.Context(), src, f, tiny())
	require.NoError(t, err)
	require.Equal(t, data, f.stored())
}

// Files of /proc say that they are empty.
func TestFileWithHiddenLength(t *testing.T) {
	const name = "/proc/self/cmdline"
	want, err := os.ReadFile(name)
	if err != nil || len(want) == 0 {
		t.Skip("no such file here")
	}
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	f := &fake{}
	_, err = run(t, t.Context(), mustReader(t, file, -1), f, tiny())
	require.NoError(t, err)
	require.Equal(t, want, f.stored())
}

func TestSourceErrors(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"nil":                nil,
		"nil bytes.Reader":   (*bytes.Reader)(nil),
		"nil strings.Reader": (*strings.Reader)(nil),
		"nil SectionReader":  (*io.SectionReader)(nil),
	} {
		_, err := ReaderSource(r, -1)
		require.ErrorIs(t, err, ErrOptions, name)
	}
	_, err := ReaderSource((*os.File)(nil), -1)
	require.ErrorIs(t, err, os.ErrInvalid)

	dir, err := os.Open(t.TempDir())
	require.NoError(t, err)
	defer dir.Close()
	_, err = ReaderSource(dir, -1)
	require.ErrorIs(t, err, syscall.EISDIR)
	var path *fs.PathError
	require.ErrorAs(t, err, &path)

	closed := tempFile(t, pattern(10))
	require.NoError(t, closed.Close())
	_, err = ReaderSource(closed, -1)
	require.ErrorIs(t, err, os.ErrClosed)

	_, err = ReaderAtSource(nil, 1)
	require.ErrorIs(t, err, ErrOptions)
	_, err = ReaderAtSource(strings.NewReader("x"), -1)
	require.ErrorIs(t, err, ErrOptions)
	_, err = Upload(t.Context(), Source{}, &fake{}, Options{})
	require.ErrorIs(t, err, ErrOptions)
}

// spyAt records the memory that is read into, by offset.
type spyAt struct {
	io.ReaderAt
	mu    sync.Mutex
	reads map[int64]*byte
}

func (s *spyAt) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	s.reads[off] = &p[0]
	s.mu.Unlock()
	return s.ReaderAt.ReadAt(p, off)
}

// The source reads into the Target's own memory: nothing lies between.
func TestReaderAtIsNotCopied(t *testing.T) {
	spy := &spyAt{ReaderAt: bytes.NewReader(append(pattern(95), "beyond"...)), reads: map[int64]*byte{}}
	src, err := ReaderAtSource(spy, 95)
	require.NoError(t, err)
	f := &fake{part: func(_ context.Context, b Body) error {
		p := make([]byte, b.Size())
		if _, err := io.ReadFull(b, p); err != nil {
			return err
		}
		spy.mu.Lock()
		defer spy.mu.Unlock()
		if spy.reads[b.Offset] != &p[0] {
			return errors.New("the part was copied")
		}
		_, err := b.Seek(0, io.SeekStart)
		return err
	}}
	res, err := run(t, t.Context(), src, f, tiny())
	require.NoError(t, err)
	require.Equal(t, Result{Size: 95, Parts: 10, PartSize: 10}, res)
	require.Equal(t, pattern(95), f.stored())
	require.Len(t, f.parts[10], 5)
}

func TestSectionsAllocateNoParts(t *testing.T) {
	src, err := ReaderAtSource(zeros{}, gib)
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := Upload(t.Context(), src, discard{}, Options{})
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, 64, res.Parts)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<10))
}

// zeros is an endless io.ReaderAt.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { return len(p), nil }

// discard is a Store that looks at no body.
type discard struct{}

func (discard) PutWhole(context.Context, Body) error                 { return nil }
func (discard) Begin(context.Context, Plan) (Target[receipt], error) { return discard{}, nil }
func (discard) Complete(context.Context, []receipt) error            { return nil }
func (discard) Abort(context.Context) error                          { return nil }

func (discard) UploadPart(_ context.Context, number int, b Body) (receipt, error) {
	return receipt{number, b.Size()}, nil
}

func TestFileThatShrinks(t *testing.T) {
	for _, threshold := range []int64{0, 1000} { // in parts and whole
		file := tempFile(t, pattern(95))
		src := mustReader(t, file, -1)
		require.NoError(t, file.Truncate(42))
		o := tiny()
		o.Threshold = threshold
		o.Concurrency = 1
		f := &fake{}
		_, err := run(t, t.Context(), src, f, o)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		var read *ReadError
		require.ErrorAs(t, err, &read)
		require.EqualValues(t, 42, read.Offset)
		var length *LengthError
		require.ErrorAs(t, err, &length)
		require.Equal(t, LengthError{Want: 95, Got: 42}, *length)
		if threshold == 0 {
			var part *PartError
			require.ErrorAs(t, err, &part)
			require.Equal(t, 5, part.Number)
			require.EqualValues(t, 40, part.Offset)
			require.Equal(t, 1, f.aborted)
		}
	}
}

// What is appended later belongs to the next upload.
func TestFileThatGrows(t *testing.T) {
	file := tempFile(t, pattern(95))
	src := mustReader(t, file, -1)
	_, err := file.WriteAt([]byte("more"), 95)
	require.NoError(t, err)
	f := &fake{}
	_, err = run(t, t.Context(), src, f, tiny())
	require.NoError(t, err)
	require.Equal(t, pattern(95), f.stored())
}

func TestSectionSource(t *testing.T) {
	t.Parallel()
	src, err := SectionSource(strings.NewReader("0123456789"), 3, 4)
	require.NoError(t, err)
	require.EqualValues(t, 4, src.Size())
	require.False(t, src.Buffered())
	s := &fake{}
	_, err = Upload(t.Context(), src, s, Options{})
	require.NoError(t, err)
	require.Equal(t, "3456", string(s.whole))
	for _, at := range [][2]int64{{-1, 4}, {0, -1}} {
		_, err = SectionSource(strings.NewReader(""), at[0], at[1])
		require.ErrorIs(t, err, ErrOptions)
	}
}
