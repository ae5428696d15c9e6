package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

type header struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func (h header) Check() error {
	if h.Name == "" {
		return errors.New("there is no name")
	}
	return nil
}

func (h header) Parts() int { return h.Count }

type receipt struct {
	Part int    `json:"part"`
	ETag string `json:"etag"`
}

func (r receipt) Number() int { return r.Part }

type file = File[header, receipt]

func begin(t *testing.T) *file {
	t.Helper()
	c := New[header, receipt](filepath.Join(t.TempDir(), "checkpoint"), header{"x", 9})
	require.False(t, c.Loaded)
	require.NoFileExists(t, c.Path())
	require.NoError(t, c.Write())
	t.Cleanup(c.Close)
	return c
}

func read(t *testing.T, path string) *file {
	t.Helper()
	c, err := Read[header, receipt](path)
	require.NoError(t, err)
	require.True(t, c.Loaded)
	return c
}

func TestFile(t *testing.T) {
	t.Parallel()
	c := begin(t)
	info, err := os.Stat(c.Path())
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())

	var all sync.WaitGroup
	for n := range 9 {
		all.Go(func() { _ = c.Add(receipt{n + 1, fmt.Sprint("e", n+1)}) })
	}
	all.Wait()
	c.Close()
	again := read(t, c.Path())
	require.Equal(t, header{"x", 9}, again.Header)
	require.Len(t, again.Receipts, 9)
	require.Equal(t, receipt{4, "e4"}, again.Receipts[4])

	// What was dropped is gone for good, and what is sent again replaces.
	delete(again.Receipts, 4)
	again.Header.Name = "y"
	require.NoError(t, os.WriteFile(c.Path()+".new", []byte("of a process that was killed"), 0o600))
	require.NoError(t, again.Write())
	require.NoError(t, again.Write(), "a second time")
	require.NoError(t, again.Add(receipt{5, "other"}))
	again.Close()
	third := read(t, c.Path())
	require.Equal(t, "y", third.Header.Name)
	require.Len(t, third.Receipts, 8)
	require.Equal(t, "other", third.Receipts[5].ETag)

	require.NoError(t, third.Remove())
	require.NoFileExists(t, c.Path())
	require.NoError(t, third.Remove(), "twice")
	entries, err := os.ReadDir(filepath.Dir(c.Path()))
	require.NoError(t, err)
	require.Empty(t, entries, "no temporary file is left")
	_, err = Read[header, receipt](c.Path())
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Nil keeps nothing.
func TestNoFile(t *testing.T) {
	t.Parallel()
	var c *file
	require.NoError(t, c.Write())
	require.NoError(t, c.Add(receipt{}))
	require.NoError(t, c.Remove())
	c.Close()
}

// A process that is killed in the midst of a line, at any byte of it.
func TestTornLine(t *testing.T) {
	t.Parallel()
	c := begin(t)
	require.NoError(t, c.Add(receipt{1, "a"}))
	whole, err := os.ReadFile(c.Path())
	require.NoError(t, err)
	require.NoError(t, c.Add(receipt{2, "b"}))
	more, err := os.ReadFile(c.Path())
	require.NoError(t, err)
	for n := len(whole); n < len(more); n++ {
		require.NoError(t, os.WriteFile(c.Path(), more[:n], 0o600))
		require.Len(t, read(t, c.Path()).Receipts, 1)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "checkpoint")
	const first = `{"name":"x","count":2}` + "\n"
	for name, c := range map[string]struct{ text, says string }{
		"empty":           {"", "checkpoint " + path + ": there is no name"},
		"half a header":   {`{"name":"x"`, "there is no name"},
		"no header":       {"{}\n", "line 1: there is no name"},
		"no JSON":         {"{]\n", "line 1: "},
		"no JSON behind":  {first + "{]\n", "line 2: "},
		"part 0":          {first + "{}\n", "line 2: part 0 of 2"},
		"part 3":          {first + `{"part":3}` + "\n", "line 2: part 3 of 2"},
		"negative":        {first + `{"part":-1}` + "\n", "line 2: part -1 of 2"},
		"a long line":     {first + strings.Repeat(" ", maxLine) + "\n", "line 2: is longer than 65536 bytes"},
		"another's value": {`{"name":1}` + "\n", "line 1: json: "},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		_, err := Read[header, receipt](path)
		require.ErrorContains(t, err, c.says, name)
		require.NotContains(t, err.Error(), "\n", name)
	}
	_, err := Read[header, receipt](filepath.Dir(path))
	require.ErrorContains(t, err, "is no file")
}

// A header that takes nothing for itself leaves an empty file to be refused here.
type anything struct{}

func (anything) Check() error { return nil }
func (anything) Parts() int   { return 0 }

func TestEmptyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "checkpoint")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err := Read[anything, receipt](path)
	require.EqualError(t, err, "checkpoint "+path+": is empty")
}

// A file is not read without end.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	c := &file{Receipts: map[int]receipt{}}
	err := c.decode(&endless{line: []byte(`{"part":1}` + strings.Repeat(" ", 10) + "\n")}, 1000)
	require.ErrorContains(t, err, "larger than 1000 bytes")
	require.Len(t, c.Receipts, 1)

	broken := errors.New("broken")
	require.ErrorIs(t, c.decode(failing{broken}, maxFile), broken)
}

type endless struct {
	line []byte
	rest []byte
	n    int
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		e.rest = e.line
		if e.n == 0 {
			e.rest = []byte(`{"name":"x","count":1}` + "\n")
		}
		e.n++
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestCantBeWritten(t *testing.T) {
	t.Parallel()
	missing := New[header, receipt](filepath.Join(t.TempDir(), "none", "checkpoint"), header{"x", 1})
	require.ErrorIs(t, missing.Write(), fs.ErrNotExist)

	// A directory is in the way.
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o600))
	c := New[header, receipt](dir, header{"x", 1})
	require.ErrorContains(t, c.Write(), "checkpoint: ")
	require.ErrorContains(t, c.Remove(), "checkpoint: ")
	require.NoFileExists(t, dir+".new")
}

// After half a line nothing may follow it.
func TestAddFailsForGood(t *testing.T) {
	t.Parallel()
	c := begin(t)
	good := c.file
	closed, err := os.Open(c.Path())
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	c.file = closed
	require.ErrorIs(t, c.Add(receipt{1, ""}), os.ErrClosed)
	c.file = good
	require.ErrorIs(t, c.Add(receipt{2, ""}), os.ErrClosed)
	require.Empty(t, read(t, c.Path()).Receipts)
}

type mute struct{ receipt }

func (mute) MarshalJSON() ([]byte, error) { return nil, errors.New("no words") }

type muteHeader struct{ header }

func (muteHeader) MarshalJSON() ([]byte, error) { return nil, errors.New("no words") }

func TestCantBeMarshalled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "checkpoint")
	c := New[header, mute](path, header{"x", 1})
	require.ErrorContains(t, c.Add(mute{}), "no words")
	c.Receipts[1] = mute{}
	require.ErrorContains(t, c.Write(), "no words")
	require.ErrorContains(t, New[muteHeader, receipt](path, muteHeader{}).Write(), "no words")
	require.NoFileExists(t, path)
}

// FuzzRead: whatever is in a file, it is read or refused, and what is read can be written and
// read again.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", "{}\n", `{"name":"x","count":3}` + "\n", `{"name":"x","count":3}` + "\n" + `{"part":1,"etag":"a"}` + "\n" + `{"part":2`,
		`{"name":"x","count":9223372036854775807}` + "\n" + `{"part":9223372036854775807}` + "\n", "null\nnull\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &file{Receipts: map[int]receipt{}}
		if c.decode(bytes.NewReader(text), maxFile) != nil {
			return
		}
		again := &file{Receipts: map[int]receipt{}}
		var out bytes.Buffer
		lines := json.NewEncoder(&out)
		require.NoError(t, lines.Encode(c.Header))
		for _, r := range c.Receipts {
			require.NoError(t, lines.Encode(r))
		}
		require.NoError(t, again.decode(&out, maxFile))
		require.Equal(t, c.Header, again.Header)
		require.Equal(t, c.Receipts, again.Receipts)
	})
}
