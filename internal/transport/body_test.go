package transport

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestBodyLength(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("0123456789"), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Seek(4, io.SeekStart)
	require.NoError(t, err)
	pr, pw, err := os.Pipe()
	require.NoError(t, err)
	defer pr.Close()
	defer pw.Close()
	for _, c := range []struct {
		name       string
		r          io.Reader
		stated     int64
		want       int64
		rewindable bool
		memory     bool
	}{
		{"bytes.Reader", bytes.NewReader(make([]byte, 5)), UnknownLength, 5, true, true},
		{"bytes.Buffer", bytes.NewBufferString("abc"), UnknownLength, 3, false, true},
		{"strings.Reader", strings.NewReader("abc"), 2, 2, true, true},
		{"file from its offset", f, UnknownLength, 6, true, false},
		{"section", io.NewSectionReader(f, 2, 3), UnknownLength, 3, true, false},
		{"pipe", pr, UnknownLength, UnknownLength, false, false},
		{"pipe with a length", pr, 9, 9, false, false},
		{"reader", io.MultiReader(), UnknownLength, UnknownLength, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := NewBody(c.r, c.stated)
			require.NoError(t, err)
			require.Equal(t, c.want, b.Len())
			require.Equal(t, c.rewindable, b.Rewindable())
			require.Equal(t, c.memory, b.InMemory())
		})
	}
	_, err = NewBody(strings.NewReader("abc"), 4)
	require.ErrorContains(t, err, "content length 4 is stated but the reader holds 3 bytes")
	var none *Body
	require.Zero(t, none.Len())
	require.True(t, none.Rewindable() && none.InMemory())
	require.False(t, none.Touched())
}

type seeker struct {
	io.Reader
	fail func(whence int) error
}

func (s seeker) Seek(_ int64, whence int) (int64, error) { return 0, s.fail(whence) }

func TestBodyOfSeekersThatCannot(t *testing.T) {
	no := errors.New("no")
	b, err := NewBody(seeker{strings.NewReader(""), func(w int) error {
		if w == io.SeekEnd {
			return no
		}
		return nil
	}}, UnknownLength)
	require.NoError(t, err)
	require.False(t, b.Rewindable())
	_, err = NewBody(seeker{strings.NewReader(""), func(w int) error {
		if w == io.SeekStart {
			return no
		}
		return nil
	}}, UnknownLength)
	require.ErrorIs(t, err, no)
}

func TestReadAhead(t *testing.T) {
	b, err := NewBody(strings.NewReader("abc"), UnknownLength)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, b.ReadAhead(&out))
	require.NoError(t, b.ReadAhead(&out))
	require.Equal(t, "abcabc", out.String())

	b, err = NewBody(io.MultiReader(), 3)
	require.NoError(t, err)
	require.ErrorContains(t, b.ReadAhead(io.Discard), "rewound")

	gone := errors.New("gone")
	b, err = NewBody(io.NewSectionReader(failAt{gone}, 0, 3), UnknownLength)
	require.NoError(t, err)
	require.ErrorIs(t, b.ReadAhead(io.Discard), gone)

	// The file shrank since its length was taken.
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("0123456789"), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	b, err = NewBody(f, UnknownLength)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 4))
	require.ErrorIs(t, b.ReadAhead(io.Discard), io.ErrUnexpectedEOF)
}

func TestReadAheadWithoutACopy(t *testing.T) {
	src := bytes.NewReader([]byte("skipped|content"))
	_, err := src.Seek(8, io.SeekStart)
	require.NoError(t, err)
	b, err := NewBody(src, UnknownLength)
	require.NoError(t, err)
	for range 2 {
		var w writes
		require.NoError(t, b.ReadAhead(&w))
		require.Equal(t, writes{"content"}, w)
	}
	// A stated length ends before the reader does.
	b, err = NewBody(strings.NewReader("content"), 4)
	require.NoError(t, err)
	var w writes
	require.NoError(t, b.ReadAhead(&w))
	require.Equal(t, writes{"cont"}, w)

	boom := errors.New("boom")
	for _, r := range []io.Reader{&ownWriter{Reader: bytes.NewReader([]byte("abc")), err: boom}, &ownWriter{Reader: bytes.NewReader([]byte("abc")), seek: boom}} {
		b, err = NewBody(r, UnknownLength)
		require.NoError(t, err)
		r.(*ownWriter).armed = true
		require.ErrorIs(t, b.ReadAhead(io.Discard), boom)
	}
	b, err = NewBody(&ownWriter{Reader: bytes.NewReader([]byte("abc"))}, UnknownLength)
	require.NoError(t, err)
	require.ErrorIs(t, b.ReadAhead(io.Discard), io.ErrUnexpectedEOF)
}

type writes []string

func (w *writes) Write(p []byte) (int, error) { *w = append(*w, string(p)); return len(p), nil }

// ownWriter writes two bytes, whatever it has.
type ownWriter struct {
	*bytes.Reader
	err, seek error
	armed     bool
}

func (w *ownWriter) Seek(offset int64, whence int) (int64, error) {
	if w.armed && w.seek != nil {
		return 0, w.seek
	}
	return w.Reader.Seek(offset, whence)
}

func (w *ownWriter) WriteTo(to io.Writer) (int64, error) {
	n, _ := to.Write([]byte("ab"))
	return int64(n), w.err
}

type failAt struct{ err error }

func (f failAt) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestOpenOfAnUnknownLength(t *testing.T) {
	b, err := NewBody(io.MultiReader(strings.NewReader("abc")), UnknownLength)
	require.NoError(t, err)
	r, err := b.Open()
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "abc", string(got))
	require.True(t, b.Touched())
}

func TestAttemptReaderReportsAfterTheFact(t *testing.T) {
	var sent int64
	b, err := NewBody(iotest.OneByteReader(strings.NewReader("abc")), 3)
	require.NoError(t, err)
	b.Report(func(d int64) { sent += d })
	r, err := b.Open()
	require.NoError(t, err)
	buf := make([]byte, 1)
	_, err = r.Read(buf)
	require.NoError(t, err)
	require.Zero(t, sent, "not written yet")
	_, err = r.Read(buf)
	require.NoError(t, err)
	require.EqualValues(t, 1, sent)
	b.confirm()
	require.EqualValues(t, 2, sent)
	b.rollBack()
	require.EqualValues(t, 0, sent)
	b.rollBack()
	_, _ = r.Read(buf)
	require.EqualValues(t, 0, sent, "an attempt that is over reports nothing")
}

func TestGuardEndsReads(t *testing.T) {
	g := &guard{src: strings.NewReader("abc"), left: 3, wait: true}
	buf := make([]byte, 2)
	n, err := g.Read(buf)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.NoError(t, g.end())
	_, err = g.Read(buf)
	require.Equal(t, errAttemptOver, err)

	// With all bytes out, the probe for more is answered as the end.
	g = &guard{src: strings.NewReader("ab"), left: 2, wait: true}
	_, _ = g.Read(buf)
	require.NoError(t, g.Close())
	_, err = g.Read(buf)
	require.Equal(t, io.EOF, err)

	boom := errors.New("boom")
	g = &guard{src: iotest.ErrReader(boom), left: 2}
	_, err = g.Read(buf)
	require.Equal(t, boom, err)
	require.Equal(t, boom, g.end())
}

func TestGuardDoesNotWaitForAPipe(t *testing.T) {
	reading, release := make(chan struct{}), make(chan struct{})
	pipe := readerFunc(func([]byte) (int, error) {
		close(reading)
		<-release
		return 1, nil
	})
	g := &guard{src: pipe, left: 2}
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { _, err = g.Read(make([]byte, 1)) })
	<-reading
	require.NoError(t, g.end())
	close(release)
	wg.Wait()
	require.Equal(t, errAttemptOver, err)
}
