package multipart

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestBodyIsAReader(t *testing.T) {
	for _, r := range []io.Reader{bytes.NewReader(pattern(95)), plain(bytes.NewReader(pattern(95)))} {
		o := tiny()
		o.Concurrency = 1
		f := &fake{part: func(_ context.Context, b Body) error {
			want := pattern(95)[b.Offset : b.Offset+b.Size()]
			if err := iotest.TestReader(b, want); err != nil {
				return err
			}
			_, err := b.Seek(0, io.SeekStart)
			return err
		}}
		_, err := run(t, t.Context(), mustReader(t, r, 95), f, o)
		require.NoError(t, err)
		require.Equal(t, pattern(95), f.stored())
	}
}

// A transport may read a request's body after it gave up on the request.
func TestBodyIsDeadAfterItsPart(t *testing.T) {
	for _, threshold := range []int64{0, 1000} { // in parts and whole
		for _, r := range []io.Reader{bytes.NewReader(pattern(95)), plain(bytes.NewReader(pattern(95)))} {
			var last Body
			o := tiny()
			o.Threshold = threshold
			o.Concurrency = 1
			keep := func(_ context.Context, b Body) error { last = b; return nil }
			f := &fake{part: keep, put: keep}
			_, err := run(t, t.Context(), mustReader(t, r, 95), f, o)
			require.NoError(t, err)
			_, err = last.Seek(0, io.SeekStart)
			require.NoError(t, err)
			_, err = last.Read(make([]byte, 5))
			require.ErrorIs(t, err, errReleased)
		}
	}
}

type readerAtFunc func(p []byte, off int64) (int, error)

func (f readerAtFunc) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

func TestWindowErrors(t *testing.T) {
	disk := errors.New("disk on fire")
	for _, c := range []struct {
		name string
		n    int
		err  error
		want error
	}{
		{"own error", 3, disk, disk},
		{"end", 3, io.EOF, io.ErrUnexpectedEOF},
		{"short without a reason", 3, nil, io.ErrNoProgress},
		{"end with the last byte", 10, io.EOF, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &window{
				src:  readerAtFunc(func([]byte, int64) (int, error) { return c.n, c.err }),
				base: 1000, offset: 40, total: 95,
			}
			n, err := w.ReadAt(make([]byte, 10), 2)
			require.Equal(t, c.n, n)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
			var read *ReadError
			require.ErrorAs(t, err, &read)
			require.EqualValues(t, 45, read.Offset)
			require.ErrorContains(t, err, "at byte 45")
		})
	}
}

// Once close has returned nobody reads what is below, so it may be used again;
// the race detector watches.
func TestWindowCloseWaitsForReads(t *testing.T) {
	buf := pattern(1000)
	w := &window{src: bytes.NewReader(buf)}
	var readers sync.WaitGroup
	running := make(chan struct{}, 4)
	for range cap(running) {
		readers.Go(func() {
			p := make([]byte, len(buf))
			for first := true; ; first = false {
				if _, err := w.ReadAt(p, 0); err != nil {
					require.ErrorIs(t, err, errReleased)
					return
				}
				if first {
					running <- struct{}{}
				}
			}
		})
	}
	for range cap(running) {
		<-running
	}
	w.close()
	clear(buf)
	readers.Wait()
}

// A Body made by a test of a Target has no account to report to.
func TestBodyMadeElsewhere(t *testing.T) {
	b := Body{SectionReader: io.NewSectionReader(bytes.NewReader(pattern(5)), 0, 5), Number: 1}
	b.Sent(5)
	require.Nil(t, b.Bytes())
	require.EqualValues(t, 5, b.Size())
}

// A part tells where in the file it lies, for transports that send files without a copy.
func TestBodyInFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Truncate(1000))
	_, err = f.Seek(100, io.SeekStart)
	require.NoError(t, err)
	for _, c := range []struct {
		body io.Reader
		want int64 // -1: in no file
	}{
		{f, 100 + 30 + 5},
		{io.NewSectionReader(io.NewSectionReader(f, 10, 500), 7, 400), 10 + 7 + 30 + 5},
		{bytes.NewReader(make([]byte, 400)), -1},
	} {
		src, err := ReaderSource(c.body, -1)
		require.NoError(t, err)
		w := &window{src: src.at, base: src.base + 30}
		got := int64(-1)
		send := func(g *os.File, at, left int64) int64 {
			require.Same(t, f, g)
			require.EqualValues(t, 20, left)
			got = at
			return 3
		}
		n, ok := w.InFile(5, 20, send)
		require.Equal(t, c.want >= 0, ok)
		require.Equal(t, ok, n == 3)
		require.Equal(t, c.want, got)
		w.close()
		_, ok = w.InFile(5, 20, send)
		require.False(t, ok, "the part is over")
	}
}
