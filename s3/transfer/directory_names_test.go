package transfer

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func TestFileNames(t *testing.T) {
	anywhere := []string{"", "/", "/a", "//", "a//b", "a//", ".", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "a/.", "../", "./", "a\x00b", "\xff", "a/\xc0\xaf"}
	windows := []string{
		`a\b`, `..\a`, `a/..\b`, "C:", "C:/a", "c:a", "a:stream", "a/b:c", "a<b", "a>b", `a"b`, "a|b", "a?b", "a*b", "a\nb", "a\x1f",
		"a.", "a/b.", "a./b", "a ", "a /b", "...", "con", "CON", "con.txt", "a/Aux/b", "nul.tar.gz", "prn ", "nul .txt", "com1", "COM9.log", "lpt0", "LPT¹", "com²", "conin$", "CONOUT$.x",
	}
	fine := []string{"a", "a/", "a/b", ".a", "..a", "a..b", "a b", "é/日本", "com", "com10", "lpt", "console", "nulls", "comx", "auxiliary/con1", "lpt¼"}
	for _, name := range anywhere {
		for _, goos := range []string{"linux", "darwin", "windows"} {
			var key *KeyError
			require.ErrorAs(t, checkFileName(goos, name), &key, "%q", name)
			require.Equal(t, name, key.Key)
		}
	}
	for _, name := range windows {
		require.NoError(t, checkFileName("linux", name), "%q", name)
		require.Error(t, checkFileName("windows", name), "%q", name)
	}
	for _, name := range fine {
		for _, goos := range []string{"linux", "darwin", "windows"} {
			require.NoError(t, checkFileName(goos, name), "%q", name)
		}
	}
}

func TestKeysThatAreNoNames(t *testing.T) {
	for _, sync := range []bool{false, true} {
		c := newStoreroom(s3.AWS())
		parent := t.TempDir()
		dir := filepath.Join(parent, "target")
		m := newManager(t, c)
		bad := []string{"../escape", "a/../../escape", "//escape", "/etc/escape", "a/./b", "a//b", "nul\x00"}
		for _, key := range bad {
			c.add("bucket", "p/"+key, "x")
		}
		c.add("bucket", "p/good", "x")
		var err error
		if sync {
			_, err = m.Sync(t.Context(), &SyncInput{From: Place{Bucket: "bucket", Prefix: "p"}, To: Place{Directory: dir}}, withDelete)
		} else {
			_, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Prefix: "p", Directory: dir})
		}
		slices.Sort(bad)
		require.Equal(t, bad, failures(requireDirectoryError(t, err)))
		for _, f := range requireDirectoryError(t, err).Failed {
			var key *KeyError
			require.ErrorAs(t, f, &key)
		}
		require.Equal(t, map[string]string{"target/good": "x"}, found(t, parent))
	}
}

func TestKeysBelowOthers(t *testing.T) {
	c := newStoreroom(s3.AWS())
	for _, key := range []string{"a", "a-b", "a-b/c", "a.b", "a/", "a/b", "a/b/c", "b/c", "ab"} {
		c.add("bucket", key, "of "+key)
	}
	dir := t.TempDir()
	_, err := newManager(t, c).DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: dir}, func(o *DirectoryOptions) { o.Concurrency = 1 })
	failed := requireDirectoryError(t, err)
	require.Equal(t, []string{"a-b/c", "a/", "a/b", "a/b/c"}, failures(failed))
	require.EqualError(t, failed.Failed[2], `download "a/b": "a/b" lies below a, which is an object too and so a file here`)
	require.Equal(t, map[string]string{"a": "of a", "a-b": "of a-b", "a.b": "of a.b", "ab": "of ab", "b/c": "of b/c"}, found(t, dir))
}

// Links inside the target are not followed, wherever they lead.
func TestPlantedLinks(t *testing.T) {
	outside := tree(t, map[string]string{"file": "untouched"})
	for _, sync := range []bool{false, true} {
		planted := map[string]string{
			"out": "-> " + outside, "up": "-> ..", "in": "-> real", "real/file": "real", "link": "-> real/file", "gone": "-> nowhere",
			"dir/": "", "deep/er": "-> ../real", "taken/file": "x", "plain": "x",
		}
		dir := tree(t, planted)
		c := newStoreroom(s3.AWS())
		bad := []string{"deep/er/x", "dir", "gone", "in/file", "in/", "link", "out/file", "plain/x", "taken", "up/x"}
		for _, key := range bad {
			data := "new"
			if strings.HasSuffix(key, "/") {
				data = ""
			}
			c.add("bucket", key, data)
		}
		c.add("bucket", "new", "new")
		m := newManager(t, c)
		var err error
		if sync {
			_, err = m.Sync(t.Context(), &SyncInput{From: Place{Bucket: "bucket"}, To: Place{Directory: dir}})
		} else {
			_, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: dir})
		}
		slices.Sort(bad)
		require.Equal(t, bad, failures(requireDirectoryError(t, err)))
		for _, f := range requireDirectoryError(t, err).Failed {
			var key *KeyError
			require.ErrorAs(t, f, &key)
		}
		planted["new"] = "new"
		require.Equal(t, planted, found(t, dir))
		require.Equal(t, map[string]string{"file": "untouched"}, found(t, outside))
	}
}

// A file that the listing of the target did not have is another one's, or new.
func TestNamesThatAreOthersToo(t *testing.T) {
	c := newStoreroom(s3.AWS())
	dir := tree(t, map[string]string{"b": "mine"})
	d := &downloads{mirror: &mirror{options: &DirectoryOptions{}, compare: true}, from: newManager(t, c).keyspace("bucket", ""), to: &folder{path: dir}}
	require.NoError(t, d.begin(d.mirror))
	defer d.end()
	require.ErrorContains(t, d.prepare(&entry{name: "b"}, nil), `"b" is taken here by a file of another name, or one that came meanwhile`)
	require.NoError(t, d.prepare(&entry{name: "b"}, &entry{name: "b"}))
	d.compare = false
	require.NoError(t, d.prepare(&entry{name: "b"}, nil))
	require.Error(t, d.prepare(&entry{name: strings.Repeat("x", 300)}, nil), "too long a name")
	require.Error(t, d.prepare(&entry{name: strings.Repeat("x", 300) + "/y"}, nil))
}

// strangeKeys are keys that lead out of a directory, onto something in it that is no file of
// ours, or nowhere.
var strangeKeys = []string{
	"a", "../a", "/a", "a/../../b", "a//b", "./a", "a/.", "..", "a\x00", "é/..", "C:\\a", "link/x", "link", "dir/x", "dir", "file/x", "dir/", "link/",
	"in", "in/x", "...", "a/...", "~", "-rf", "a\nb", "a\x1b[2J", "\xff", "file/", "link/../x", "a/\u202e", strings.Repeat("x", 256), strings.Repeat("x/", 600),
}

// Whatever the key, it is refused or what is written is inside.
func TestDownloadedKeys(t *testing.T) {
	t.Parallel()
	for _, key := range strangeKeys {
		parent := t.TempDir()
		target := filepath.Join(parent, "t")
		grow(t, parent, map[string]string{"t/dir/": "", "t/file": "old", "t/link": "-> ../outside", "t/in": "-> dir", "outside/x": "untouched"})
		before := found(t, parent)
		c := newStoreroom(s3.AWS())
		data := "new"
		if strings.HasSuffix(key, "/") {
			data = ""
		}
		c.add("bucket", "p/"+key, data)
		out, err := newManager(t, c).DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Prefix: "p", Directory: target})
		after := found(t, parent)
		if err != nil {
			require.EqualValues(t, 1, out.Failed, "%q", key)
			for name, data := range before {
				if name != "t/dir/" { // a directory may have been made in it
					require.Equal(t, data, after[name], "%q", key)
				}
			}
			continue
		}
		require.NoError(t, checkFileName(runtime.GOOS, key))
		path := filepath.Join(target, filepath.FromSlash(key))
		require.True(t, strings.HasPrefix(path, target+string(filepath.Separator)), "%q", key)
		info, err := os.Lstat(path)
		require.NoError(t, err, "%q", key)
		if data == "" {
			require.True(t, info.IsDir(), "%q", key)
		} else {
			require.True(t, info.Mode().IsRegular(), "%q", key)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, data, string(got))
		}
		require.Equal(t, "untouched", after["outside/x"], "%q", key)
		require.Equal(t, fs.ModeSymlink, fs.ModeSymlink&mode(t, filepath.Join(target, "link")), "%q", key)
	}
}

// Whatever the key, it is refused or is a path that stays where it is put, on every system, and
// one that no other key has.
func FuzzDownloadedKeys(f *testing.F) {
	for _, seed := range strangeKeys {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if checkFileName("linux", key) != nil {
			require.Error(t, checkFileName("windows", key), "what no system takes")
			return
		}
		name := strings.TrimSuffix(key, "/")
		require.True(t, filepath.IsLocal(filepath.FromSlash(name)))
		require.Equal(t, name, path.Clean(name), "two keys would be one file")
		require.True(t, fs.ValidPath(name))
		if checkFileName("windows", key) != nil {
			return
		}
		for segment := range strings.SplitSeq(name, "/") {
			require.False(t, strings.ContainsAny(segment, "\\:"), "another path, a drive or a stream")
			require.Equal(t, segment, strings.TrimRight(segment, " ."), "another name")
			stem, _, _ := strings.Cut(strings.ToLower(segment), ".")
			require.NotContains(t, []string{"con", "prn", "aux", "nul", "com1", "lpt9"}, stem, "a device")
		}
	})
}

func mode(t *testing.T, path string) fs.FileMode {
	info, err := os.Lstat(path)
	require.NoError(t, err)
	return info.Mode()
}
