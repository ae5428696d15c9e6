package transfer

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func contextWithCancel(t *testing.T) (context.Context, func()) {
	return context.WithCancel(t.Context())
}

func walked(t *testing.T, dir string, policy Symlinks) (names []string, bad map[string]error, ignored int) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	f := &folder{path: dir, root: root, order: strings.Compare, source: true, symlinks: policy, ignored: func() { ignored++ }}
	bad = map[string]error{}
	require.NoError(t, f.list(t.Context(), func(page []entry) bool {
		for _, e := range page {
			names = append(names, e.name)
			if e.err != nil {
				bad[e.name] = e.err
			}
		}
		return true
	}))
	require.True(t, slices.IsSorted(names), names)
	return names, bad, ignored
}

func TestWalkInTheOrderOfKeys(t *testing.T) {
	names, bad, ignored := walked(t, tree(t, map[string]string{
		"a-b": "", "a.b": "", "a/b": "", "a/b-/x": "", "a/b.": "", "a0": "", "a/empty/": "", "Z": "",
	}), SymlinksSkip)
	require.Equal(t, []string{"Z", "a-b", "a.b", "a/", "a/b", "a/b-/", "a/b-/x", "a/b.", "a/empty/", "a0"}, names)
	require.Empty(t, bad)
	require.Zero(t, ignored)
}

func TestWalkOfManyFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range walkPage + 1 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644))
	}
	names, _, _ := walked(t, dir, SymlinksSkip)
	require.Len(t, names, walkPage+1)

	// It ends when no more is wanted.
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	pages := 0
	f := &folder{path: dir, root: root, order: strings.Compare}
	require.NoError(t, f.list(t.Context(), func([]entry) bool { pages++; return pages > 1 }))
	require.Equal(t, 2, pages) // and the rest, which may be nothing
}

func TestEntriesThatChangeMeanwhile(t *testing.T) {
	dir := tree(t, map[string]string{"dir/f": "x", "file": "x"})
	ignored := 0
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	f := &folder{path: dir, root: root, order: strings.Compare, source: true, ignored: func() { ignored++ }}
	w := &walk{folder: f}
	require.NoError(t, w.file("gone"))
	require.NoError(t, w.directory("gone/", nil))
	require.Empty(t, w.page)
	require.NoError(t, w.file("dir"))
	require.Equal(t, 1, ignored)
	require.NoError(t, w.file(strings.Repeat("x", 300)))
	require.NoError(t, w.directory(strings.Repeat("x", 300)+"/", nil))
	require.Len(t, w.page, 2)
	require.ErrorIs(t, w.page[0].err, syscall.ENAMETOOLONG)
	require.ErrorIs(t, w.page[1].err, syscall.ENAMETOOLONG)

	// No more is wanted, at a file and at a directory.
	w.emit = func([]entry) bool { return false }
	for _, name := range []string{"", "dir/"} {
		w.page = make([]entry, walkPage-1)
		require.ErrorIs(t, w.directory(name, nil), errCut)
	}
	require.NoError(t, os.RemoveAll(dir))
	require.ErrorIs(t, f.list(t.Context(), nil), fs.ErrNotExist)
}

func TestSymlinks(t *testing.T) {
	outside := tree(t, map[string]string{"o": "outside", "d/e": "deep"})
	dir := tree(t, map[string]string{
		"file": "x", "dir/f": "y", "to-file": "-> file", "to-dir": "-> dir", "to-outside": "-> " + outside,
		"dir/up": "-> ..", "broken": "-> nowhere", "to-dir.txt": "z",
	})
	names, bad, ignored := walked(t, dir, SymlinksSkip)
	require.Equal(t, []string{"dir/", "dir/f", "file", "to-dir.txt"}, names)
	require.Empty(t, bad)
	require.Equal(t, 5, ignored)

	names, bad, ignored = walked(t, dir, SymlinksFollow)
	require.Equal(t, []string{
		"broken", "dir/", "dir/f", "dir/up/", "file", "to-dir.txt", "to-dir/", "to-dir/f", "to-dir/up/",
		"to-file", "to-outside/", "to-outside/d/", "to-outside/d/e", "to-outside/o",
	}, names)
	require.ErrorIs(t, bad["broken"], fs.ErrNotExist)
	for _, loop := range []string{"dir/up/", "to-dir/up/"} {
		var key *KeyError
		require.ErrorAs(t, bad[loop], &key)
		require.Contains(t, key.Error(), "is a symbolic link to a directory that it lies in")
	}
	require.Len(t, bad, 3)
	require.Zero(t, ignored)

	names, bad, _ = walked(t, dir, SymlinksRefuse)
	require.Len(t, bad, 5)
	require.Contains(t, names, "to-dir")
	require.EqualError(t, bad["to-dir"], `"to-dir" is a symbolic link`)

	// What is followed is sent.
	c := newStoreroom(s3.AWS())
	_, err := newManager(t, c).UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: dir, Bucket: "bucket"}, func(o *DirectoryOptions) { o.Symlinks = SymlinksFollow })
	require.EqualValues(t, 3, requireDirectoryError(t, err).Failures)
	require.Equal(t, map[string]string{
		"file": "x", "dir/f": "y", "to-file": "x", "to-dir/f": "y", "to-dir.txt": "z", "to-outside/o": "outside", "to-outside/d/e": "deep",
	}, c.content("bucket"))
}

// A file that becomes a link, a pipe or nothing after it was listed.
func TestFilesThatChangeUnderTheWalk(t *testing.T) {
	secret := filepath.Join(tree(t, map[string]string{"secret": "x"}), "secret")
	c := newStoreroom(s3.AWS())
	dir := tree(t, map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"})
	c.hook = func(op, key string) error {
		if key == "a" {
			for _, name := range []string{"b", "c", "d"} {
				require.NoError(t, os.Remove(filepath.Join(dir, name)))
			}
			require.NoError(t, os.Symlink(secret, filepath.Join(dir, "b")))
			require.NoError(t, os.Mkdir(filepath.Join(dir, "c"), 0o755))
		}
		return nil
	}
	_, err := newManager(t, c).UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: dir, Bucket: "bucket"}, func(o *DirectoryOptions) { o.Concurrency = 1 })
	require.Equal(t, []string{"b", "c", "d"}, failures(requireDirectoryError(t, err)))
	require.Equal(t, []string{"a"}, c.keys("bucket"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = newManager(t, c).Sync(t.Context(), &SyncInput{From: Place{Directory: dir}, To: Place{Bucket: "bucket"}}, byChecksum)
	require.NoError(t, err)
}

func TestNamesThatAreNoKeys(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have no such names")
	}
	p := s3.AWS()
	p.MaxKeyLength = 20
	c := newStoreroom(p)
	dir := tree(t, map[string]string{"good": "1", "\xff\xfe": "2", "long-long-long-long": "3"})
	out, actions, err := runSync(t, newManager(t, c), Place{Directory: dir}, Place{Bucket: "bucket", Prefix: "p"}, withDelete)
	require.EqualValues(t, 2, out.Failed)
	require.Equal(t, []string{"upload good: missing", "upload long-long-long-long: asked: failed", "upload \xff\xfe: asked: failed"}, actions)
	var key *KeyError
	require.ErrorAs(t, err, &key)
	require.ErrorContains(t, err, `"p/long-long-long-long" is longer than the server's limit for keys`)
	require.EqualError(t, requireDirectoryError(t, err).Failed[1], `upload "\xff\xfe": "p/\xff\xfe" is not UTF-8, as keys are`)
}
