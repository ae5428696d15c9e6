package download

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
)

func openRoot(t *testing.T) (dir string, root *os.Root) {
	t.Helper()
	dir = t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { root.Close() })
	return dir, root
}

func entries(t *testing.T, dir string) (found []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range list {
		found = append(found, e.Name())
	}
	return found
}

func TestOpenDir(t *testing.T) {
	dir := t.TempDir()
	root, base, err := OpenDir(filepath.Join(dir, "x"))
	require.NoError(t, err)
	assert.Equal(t, "x", base)
	require.NoError(t, root.Close())
	t.Chdir(dir)
	root, base, err = OpenDir("y")
	require.NoError(t, err)
	assert.Equal(t, "y", base)
	_, err = Create(root, base)
	require.NoError(t, err)
	assert.Len(t, entries(t, dir), 1)
	require.NoError(t, root.Close())
	for _, name := range []string{"", ".", "..", dir + "/", "none/x"} {
		_, _, err = OpenDir(name)
		require.Error(t, err, name)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir, root := openRoot(t)
	require.NoError(t, root.Mkdir("sub", 0o700))
	for _, sync := range []bool{false, true} {
		f, err := Create(root, filepath.Join("sub", "x"))
		require.NoError(t, err)
		_, err = f.WriteAt([]byte("text"), 0)
		require.NoError(t, err)
		during := entries(t, filepath.Join(dir, "sub"))
		assert.Regexp(t, `^\.x\.[A-Z2-7]{26}$`, during[0])
		require.NoError(t, f.Commit(sync))
		assert.Equal(t, []string{"x"}, entries(t, filepath.Join(dir, "sub")))
	}
	if runtime.GOOS != "windows" {
		// As any new file: not as os.CreateTemp makes one.
		require.NoError(t, os.WriteFile(filepath.Join(dir, "y"), nil, 0o666))
		want, err := root.Stat("y")
		require.NoError(t, err)
		got, err := root.Stat(filepath.Join("sub", "x"))
		require.NoError(t, err)
		assert.Equal(t, want.Mode(), got.Mode())
	}
	f, err := Create(root, "z")
	require.NoError(t, err)
	require.NoError(t, f.Discard())
	assert.NotContains(t, strings.Join(entries(t, dir), " "), "z")

	// What stands in the way.
	_, err = Create(root, "sub")
	require.ErrorContains(t, err, "is a directory")
	_, err = Create(root, filepath.Join("none", "x"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Create(root, filepath.Join("y", "x"))
	require.Error(t, err)
	f, err = Create(root, "late")
	require.NoError(t, err)
	require.NoError(t, root.MkdirAll("late/x", 0o700))
	require.Error(t, f.Commit(true))
	require.NoError(t, f.Discard())
	f, err = Create(root, "closed")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Error(t, f.Commit(true))
	require.Error(t, f.Commit(false))
	require.NoError(t, f.Discard())
	require.Error(t, syncDir(root, "none"))
}

func TestBeside(t *testing.T) {
	t.Parallel()
	assert.Equal(t, filepath.Join("a", ".b.partial"), partialName(filepath.Join("a", "b")))
	long := strings.Repeat("é", 120)
	for _, name := range []string{long, strings.Repeat("x", 255)} {
		got := beside(name, ".partial.json")
		assert.LessOrEqual(t, len(got), 255)
		assert.NotEqual(t, got, beside(name[:len(name)-2]+"yy", ".partial.json"))
		assert.True(t, strings.HasSuffix(got, ".partial.json"))
	}
}

func sumOf(b []byte) []byte {
	h, err := checksum.New(checksum.CRC64NVME)
	if err != nil {
		panic(err)
	}
	h.Write(b)
	return h.Sum(nil)
}

func begun(t *testing.T, root *os.Root, name string) *Partial {
	t.Helper()
	p, err := CreatePartial(root, name, State{Source: "s", ETag: "e", Size: 25, PartSize: 10})
	require.NoError(t, err)
	_, err = p.WriteAt([]byte("0123456789"), 10)
	require.NoError(t, err)
	require.NoError(t, p.Note(1, sumOf([]byte("0123456789"))))
	return p
}

func TestPartial(t *testing.T) {
	t.Parallel()
	dir, root := openRoot(t)
	p := begun(t, root, "x")
	require.NoError(t, p.Keep())
	require.NoError(t, p.Keep())
	assert.Equal(t, []string{".x.partial", ".x.partial.json"}, entries(t, dir))

	other, err := OpenPartial(root, "x", "another source")
	require.NoError(t, err)
	require.Nil(t, other)

	p, err = OpenPartial(root, "x", "s")
	require.NoError(t, err)
	assert.Equal(t, []Part{{0, 10}, {10, 10}, {20, 5}}, p.Parts())
	assert.Equal(t, State{Version: 1, Source: "s", ETag: "e", Size: 25, PartSize: 10}, p.State())
	p.LeaveOne()
	assert.True(t, p.Has(1))
	assert.False(t, p.Has(0))
	var seen []byte
	var ok bool
	check := func(p *Partial) error {
		seen = nil
		return p.Check(t.Context(), func(b []byte) { seen = append(seen, b...) }, func(i int, good bool) {
			assert.Equal(t, 1, i)
			ok = good
		})
	}
	require.NoError(t, check(p))
	assert.Equal(t, "0123456789", string(seen))
	assert.True(t, ok)
	_, err = p.WriteAt([]byte("x"), 15)
	require.NoError(t, err)
	require.NoError(t, check(p))
	assert.False(t, ok)
	assert.False(t, p.Has(1))
	for i := range 3 {
		require.NoError(t, p.Note(i, sumOf(nil)))
	}
	p.LeaveOne()
	assert.False(t, p.Has(2), "something must be asked for")
	require.NoError(t, p.Commit(true))
	assert.Equal(t, []string{"x"}, entries(t, dir))
}

func TestPartialFails(t *testing.T) {
	t.Parallel()
	dir, root := openRoot(t)
	require.NoError(t, root.Mkdir("dir", 0o700))
	_, err := CreatePartial(root, "dir", State{Size: 1})
	require.ErrorContains(t, err, "is a directory")
	_, err = OpenPartial(root, "dir", "s")
	require.ErrorContains(t, err, "is a directory")
	_, err = CreatePartial(root, "none/x", State{Size: 1})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = CreatePartial(root, "x", State{Size: -1})
	require.Error(t, err)
	assert.Equal(t, []string{"dir"}, entries(t, dir), "nothing half-made")

	// What can't be deleted.
	require.NoError(t, root.MkdirAll(".y.partial.json/x", 0o700))
	_, err = CreatePartial(root, "y", State{Size: 1})
	require.Error(t, err)

	// Files that are gone, or another's.
	p := begun(t, root, "x")
	require.NoError(t, root.Remove(".x.partial"))
	require.ErrorIs(t, p.Commit(false), fs.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".x.partial"), nil, 0o600))
	require.ErrorContains(t, p.Commit(false), "replaced by another download")
	require.NoError(t, p.Discard())
	require.Error(t, p.Commit(false))
	require.Error(t, p.Note(2, nil))

	p = begun(t, root, "x")
	require.NoError(t, root.MkdirAll("x/in the way", 0o700))
	require.Error(t, p.Commit(false))
	require.NoError(t, p.Keep())
	require.NoError(t, root.RemoveAll("x"))

	p, err = OpenPartial(root, "x", "s")
	require.NoError(t, err)
	require.NoError(t, p.Truncate(12))
	err = p.Check(t.Context(), func([]byte) {}, func(int, bool) {})
	require.Error(t, err)
	require.NoError(t, p.Discard())
	require.True(t, errors.Is(p.Truncate(1), fs.ErrClosed))
}

// What can't be read is as good as nothing.
func TestOpenPartialOfNoUse(t *testing.T) {
	t.Parallel()
	const head = `{"version":1,"source":"s","etag":"e","size":25,"part_size":10}` + "\n"
	line := `{"part":1,"crc64nvme":"` + checksum.Encode(sumOf([]byte("x"))) + `"}` + "\n"
	for name, c := range map[string]struct {
		text string
		has  bool // part 1
		none bool
	}{
		"good":             {text: head + line, has: true},
		"no part":          {text: head},
		"half a line":      {text: head + line[:20]},
		"no line":          {text: head + "x\n" + line},
		"no sum":           {text: head + `{"part":1,"crc64nvme":"x"}` + "\n" + line},
		"empty":            {none: true},
		"half a head":      {text: head[:20], none: true},
		"no head":          {text: "x\n" + line, none: true},
		"another version":  {text: strings.Replace(head, `"version":1`, `"version":2`, 1), none: true},
		"another size":     {text: strings.Replace(head, `"size":25`, `"size":26`, 1), none: true},
		"no size of parts": {text: strings.Replace(head, `:10`, `:0`, 1), none: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, root := openRoot(t)
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".x.partial"), make([]byte, 25), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".x.partial.json"), []byte(c.text), 0o600))
			p, err := OpenPartial(root, "x", "s")
			require.NoError(t, err)
			require.Equal(t, c.none, p == nil)
			if p == nil {
				return
			}
			assert.Equal(t, c.has, p.Has(1))
			require.NoError(t, p.Note(2, sumOf(nil)))
			require.NoError(t, p.Keep())
			p, err = OpenPartial(root, "x", "s")
			require.NoError(t, err)
			assert.True(t, p.Has(2), "what is added can be read")
			assert.Equal(t, c.has, p.Has(1))
			require.NoError(t, p.Discard())
		})
	}
	// More parts than can be.
	dir, root := openRoot(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".x.partial"), nil, 0o600))
	require.NoError(t, os.Truncate(filepath.Join(dir, ".x.partial"), maxParts+1))
	head2 := strings.NewReplacer(":25", ":4194305", ":10", ":1").Replace(head)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".x.partial.json"), []byte(head2), 0o600))
	p, err := OpenPartial(root, "x", "s")
	require.NoError(t, err)
	require.Nil(t, p)
}
