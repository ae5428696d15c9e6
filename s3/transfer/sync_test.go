package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// sync runs one and tells the actions, sorted.
func runSync(t testing.TB, m *Manager, from, to Place, fns ...func(*DirectoryOptions)) (*DirectoryOutput, []string, error) {
	t.Helper()
	var actions []string
	out, err := m.Sync(t.Context(), &SyncInput{From: from, To: to}, append(fns, func(o *DirectoryOptions) {
		o.Report = func(a Action) {
			line := a.Operation.String() + " " + a.Name + ": " + a.Reason.String()
			if a.Err != nil {
				line += ": failed"
			}
			actions = append(actions, line)
		}
	})...)
	slices.Sort(actions)
	return out, actions, err
}

func TestSyncToBucket(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.pageSize = 2
	m := newManager(t, c)
	dir := tree(t, odd)
	from, to := Place{Directory: dir}, Place{Bucket: "bucket", Prefix: "p"}
	c.add("bucket", "q", "beside the prefix")
	out, actions, err := runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.EqualValues(t, len(odd), out.Uploaded)
	require.Len(t, actions, len(odd))
	require.Contains(t, actions, "upload a/b: missing")

	// A second one does nothing.
	c.forget()
	out, actions, err = runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, &DirectoryOutput{Skipped: int64(len(odd))}, out)
	require.Empty(t, actions)
	require.Empty(t, c.asked("PutObject"))

	// Changes of either kind, and what is too much.
	grow(t, dir, map[string]string{"a.b": "longer", "a/new": "n"})
	require.NoError(t, os.Chtimes(filepath.Join(dir, "a-b"), time.Time{}, c.now.Add(time.Hour)))
	require.NoError(t, os.Chtimes(filepath.Join(dir, "Z"), time.Time{}, epoch.Add(-time.Hour)))
	c.add("bucket", "p/a/c/gone", "x")
	c.add("bucket", "p/zz", "x")
	c.add("bucket", "p/zz/", "")
	want := []string{
		"delete a/c/gone: extra", "delete zz/: extra", "delete zz: extra",
		"upload a-b: time differs", "upload a.b: size differs", "upload a/new: missing",
	}
	before := c.content("bucket")
	out, actions, err = runSync(t, m, from, to, withDelete, dry)
	require.NoError(t, err)
	require.Equal(t, want, actions)
	require.Equal(t, &DirectoryOutput{Uploaded: 3, Deleted: 3, Skipped: int64(len(odd)) - 2, Bytes: 8}, out)
	require.Equal(t, before, c.content("bucket"), "a dry run does nothing")

	done, actions, err := runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, want, actions)
	require.Equal(t, out, done, "what the dry run told")
	require.Equal(t, "longer", string(c.get("bucket", "p/a.b").data))
	require.Equal(t, "beside the prefix", string(c.get("bucket", "q").data))
	require.Nil(t, c.get("bucket", "p/zz"))

	// By size alone.
	require.NoError(t, os.Chtimes(filepath.Join(dir, "a-b"), time.Time{}, c.now.Add(time.Hour)))
	_, actions, err = runSync(t, m, from, to, bySize)
	require.NoError(t, err)
	require.Empty(t, actions)
}

func TestSyncToDirectory(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.pageSize = 3
	m := newManager(t, c)
	want := maps.Clone(odd)
	want["nothing/"] = ""
	for name, data := range want {
		c.add("bucket", "p/"+name, data)
	}
	c.add("bucket", "p/", "") // the prefix itself
	dir := filepath.Join(t.TempDir(), "new")
	from, to := Place{Bucket: "bucket", Prefix: "p"}, Place{Directory: dir}

	out, _, err := runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.EqualValues(t, len(want), out.Downloaded)
	require.Equal(t, want, found(t, dir))

	c.forget()
	out, actions, err := runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, &DirectoryOutput{Skipped: int64(len(want))}, out)
	require.Empty(t, actions)
	require.Empty(t, c.asked("GetObject"))

	// A newer object, a file that was changed here, one that has another size, and extras, of
	// which whole directories go.
	c.add("bucket", "p/a-b", "7")
	grow(t, dir, map[string]string{"a0": "x", "a.b": "longer", "x/y/z": "1", "x/y/zz/zzz": "2", "a/c/e": "3", "a/d/e": "4", "kept/l": "-> ../a0", "kept/f": "5"})
	_, actions, err = runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, []string{
		"delete a/c/e: extra", "delete a/d/e: extra", "delete kept/f: extra", "delete x/y/z: extra", "delete x/y/zz/zzz: extra",
		"download a-b: time differs", "download a.b: size differs", "download a0: time differs",
	}, actions)
	want["a-b"] = "7"
	want["kept/l"] = "-> ../a0"
	require.Equal(t, want, found(t, dir))

	// Empty directories stay unless that is asked for.
	grow(t, dir, map[string]string{"a/e/f/": "", "g/": ""})
	_, _, err = runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.DirExists(t, filepath.Join(dir, "g"))
	_, _, err = runSync(t, m, from, to, withDelete, empties)
	require.NoError(t, err)
	require.Equal(t, want, found(t, dir))
}

// An object without a time leaves the file its own; a dry run into nowhere downloads all.
func TestSyncToANewDirectory(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.add("bucket", "a", "x")
	dir := filepath.Join(t.TempDir(), "new")
	_, actions, err := runSync(t, newManager(t, c), Place{Bucket: "bucket"}, Place{Directory: dir}, dry)
	require.NoError(t, err)
	require.Equal(t, []string{"download a: missing"}, actions)
	require.NoDirExists(t, dir)
	c.listed = func(page []s3.Object) []s3.Object { page[0].LastModified = time.Time{}; return page }
	_, _, err = runSync(t, newManager(t, c), Place{Bucket: "bucket"}, Place{Directory: dir})
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(dir, "a"))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), info.ModTime(), time.Hour)

	// One that goes between the listing and its deletion is as good as deleted.
	d := &downloads{mirror: &mirror{options: &DirectoryOptions{}}, to: &folder{path: dir}}
	require.NoError(t, d.begin(d.mirror))
	defer d.end()
	d.remove(t.Context(), &entry{name: "gone"})
	require.EqualValues(t, 1, d.out.Deleted)
}

func TestFilesOfCoarseFileSystems(t *testing.T) {
	d := &downloads{}
	object := epoch.Add(1234567 * time.Microsecond) // an odd second
	for _, c := range []struct {
		file  time.Time
		stale bool
	}{
		{object, false},
		{object.Truncate(time.Second), false},
		{object.Truncate(2 * time.Second), false},
		{object.Add(time.Millisecond), true},
		{object.Add(-time.Second), true},
		{object.Truncate(2 * time.Second).Add(-2 * time.Second), true},
	} {
		require.Equal(t, c.stale, d.stale(&entry{modified: object}, &entry{modified: c.file}), c.file)
	}
}

func TestSyncOfMarkers(t *testing.T) {
	c := newStoreroom(s3.AWS())
	m := newManager(t, c)
	dir := tree(t, map[string]string{"full/file": "x", "empty/": "", "deep/er/": ""})
	from, to := Place{Directory: dir}, Place{Bucket: "bucket"}
	c.add("bucket", "full/", "")
	_, actions, err := runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, []string{"upload full/file: missing"}, actions, "the marker of a directory that is there stays")
	_, actions, err = runSync(t, m, from, to, withDelete, empties)
	require.NoError(t, err)
	require.Equal(t, []string{"upload deep/er/: missing", "upload empty/: missing"}, actions)
	out, actions, err := runSync(t, m, from, to, withDelete, empties)
	require.NoError(t, err)
	require.Empty(t, actions)
	require.EqualValues(t, 3, out.Skipped)
	require.NoError(t, os.Remove(filepath.Join(dir, "empty")))
	_, actions, err = runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, []string{"delete empty/: extra"}, actions)

	// Between buckets they are objects like others.
	c.add("bucket", "odd/", "content")
	_, actions, err = runSync(t, m, to, Place{Bucket: "copy"})
	require.NoError(t, err)
	require.Equal(t, []string{"copy deep/er/: missing", "copy full/: missing", "copy full/file: missing", "copy odd/: missing"}, actions)
	c.add("copy", "odd/", "another content")
	_, actions, err = runSync(t, m, to, Place{Bucket: "copy"})
	require.NoError(t, err)
	require.Equal(t, []string{"copy odd/: size differs"}, actions)
	_, actions, err = runSync(t, m, to, Place{Directory: t.TempDir()})
	require.Equal(t, []string{"odd/"}, failures(requireDirectoryError(t, err)))
	require.ErrorContains(t, err, `download "odd/": "odd/" has content, but its name is that of a directory here`)
	require.Len(t, actions, 4)
}

func TestSyncBetweenBuckets(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.pageSize = 2
	m := newManager(t, c)
	for name, data := range odd {
		c.add("bucket", "p/"+name, data)
	}
	from, to := Place{Bucket: "bucket", Prefix: "p/"}, Place{Bucket: "bucket", Prefix: "q"}
	c.add("bucket", "q/extra", "x")
	out, _, err := runSync(t, m, from, to, withDelete, func(o *DirectoryOptions) {
		o.CopyObject = func(in *s3.CopyObjectInput) { in.StorageClass, in.CopySource, in.Key = "COLD", "x", "x" }
	})
	require.NoError(t, err)
	require.EqualValues(t, len(odd), out.Copied)
	require.EqualValues(t, 1, out.Deleted)
	require.Empty(t, c.asked("GetObject"))
	for name, data := range odd {
		require.Equal(t, data, string(c.get("bucket", "q/"+name).data))
		require.Equal(t, s3.StorageClass("COLD"), c.get("bucket", "q/"+name).in.StorageClass)
	}
	_, actions, err := runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Empty(t, actions)
	c.add("bucket", "p/a0", "6")
	_, actions, err = runSync(t, m, from, to)
	require.NoError(t, err)
	require.Equal(t, []string{"copy a0: time differs"}, actions)

	// Markers, where the server can't copy them.
	c.hook = func(op, key string) error {
		if op == "CopyObject" {
			return refused(400, "DirectoryObjectContainsData")
		}
		return nil
	}
	c.add("markers", "a/", "").in.Metadata = map[string]string{"mode": "755"}
	c.add("markers", "b", "")
	_, actions, err = runSync(t, m, Place{Bucket: "markers"}, Place{Bucket: "fourth"})
	require.Equal(t, []string{"copy a/: missing", "copy b: missing: failed"}, actions)
	require.Error(t, err)
	require.Equal(t, map[string]string{"mode": "755"}, c.get("fourth", "a/").in.Metadata)
	c.hook = nil
	c.forget()

	// A second manager of the same client copies too.
	_, _, err = runSync(t, m, from, Place{Bucket: "third", Manager: newManager(t, c)})
	require.NoError(t, err)
	require.Empty(t, c.asked("GetObject"))
}

func TestSyncBetweenServers(t *testing.T) {
	a, b := newStoreroom(s3.AWS()), newStoreroom(s3.Generic())
	a.pageSize, b.pageSize = 2, 3
	k := a.add("bucket", "large", large())
	k.in = s3.PutObjectInput{ContentType: "x/y", CacheControl: "no-cache", Metadata: map[string]string{"k": "v"}}
	a.add("bucket", "dir/", "")
	a.add("bucket", "bad", "x")
	b.add("bucket", "extra", "x")
	a.hook = func(op, key string) error {
		if op == "GetObject" && key == "bad" {
			return refused(403, s3.ErrAccessDenied)
		}
		return nil
	}
	m, other := newManager(t, a), newManager(t, b)
	var got []string
	out, actions, err := runSync(t, m, Place{Bucket: "bucket"}, Place{Bucket: "bucket", Manager: other}, withDelete, func(o *DirectoryOptions) {
		o.Concurrency = 1
		o.GetObject = func(in *s3.GetObjectInput) { in.Key = "elsewhere" }
		o.PutObject = func(in *s3.PutObjectInput) { got = append(got, in.ContentType); in.StorageClass = "COLD" }
	})
	require.Equal(t, []string{"copy bad: missing: failed", "copy dir/: missing", "copy large: missing", "delete extra: extra"}, actions)
	require.Equal(t, []string{"bad"}, failures(requireDirectoryError(t, err)))
	require.Equal(t, &DirectoryOutput{Copied: 2, Deleted: 1, Failed: 1, Bytes: int64(len(large()))}, out)
	require.Equal(t, map[string]string{"large": large(), "dir/": ""}, b.content("bucket"))
	require.Equal(t, []string{"", "x/y"}, got)
	in := b.get("bucket", "large").in
	require.Equal(t, []string{"x/y", "no-cache", "v", "COLD"}, []string{in.ContentType, in.CacheControl, in.Metadata["k"], string(in.StorageClass)})
	require.NotEmpty(t, b.asked("UploadPart"))

	// Two servers may have the same names.
	require.False(t, sameClient(a, b))
	require.True(t, sameClient(a, a))
	require.False(t, sameClient(newFake(s3.AWS()), a))
}

func TestFilterOnBothSides(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.add("bucket", "old.log", "x")
	c.add("bucket", "old.txt", "x")
	only := func(o *DirectoryOptions) {
		o.Filter = func(name string) bool { return !strings.HasSuffix(name, ".log") }
	}
	from := Place{Directory: tree(t, map[string]string{"a/x.log": "1", "a/x.txt": "2"})}
	out, actions, err := runSync(t, newManager(t, c), from, Place{Bucket: "bucket"}, withDelete, only)
	require.NoError(t, err)
	require.Equal(t, []string{"delete old.txt: extra", "upload a/x.txt: missing"}, actions)
	require.Equal(t, &DirectoryOutput{Uploaded: 1, Deleted: 1, Ignored: 1, Bytes: 1}, out)
}

func TestCompareByChecksum(t *testing.T) {
	content := large()
	other := "x" + content[1:]
	hash := func(data string) (parts string) {
		var sums []byte
		for b := []byte(data); len(b) > 0; b = b[min(partSize, len(b)):] {
			sums = append(sums, md5Of(b[:min(partSize, len(b))])...)
		}
		return quoted(fmt.Sprintf("%x-4", md5Of(sums)))
	}
	crc := func(data string) map[s3.ChecksumAlgorithm]string {
		return map[s3.ChecksumAlgorithm]string{s3.ChecksumAlgorithmCrc64nvme: sumOf("CRC64NVME", []byte(data))}
	}
	for name, c := range map[string]struct {
		profile s3.Profile
		object  kept
		same    bool
		heads   int
	}{
		"MD5":                            {s3.AWS(), kept{etag: quoted(fmt.Sprintf("%x", md5Of([]byte(content))))}, true, 0},
		"another MD5":                    {s3.AWS(), kept{etag: quoted(fmt.Sprintf("%x", md5Of([]byte(other))))}, false, 0},
		"an ETag like an MD5, encrypted": {s3.AWS(), kept{etag: quoted(strings.Repeat("ab", 16)), sums: crc(content)}, true, 1},
		"parts":                          {s3.CephRGW(), kept{etag: hash(content)}, true, 0},
		"other parts":                    {s3.CephRGW(), kept{etag: hash(other)}, false, 0},
		"parts of another size":          {s3.CephRGW(), kept{etag: quoted(strings.Repeat("ab", 16) + "-3")}, false, 0},
		"parts and a checksum":           {s3.AWS(), kept{etag: hash(other), sums: crc(content)}, true, 1},
		"parts and another checksum":     {s3.AWS(), kept{etag: hash(content), sums: crc(other)}, false, 1},
		"parts, none kept":               {s3.AWS(), kept{etag: hash(content)}, true, 1},
		"ETags of another kind":          {s3.Generic(), kept{etag: quoted(fmt.Sprintf("%x", md5Of([]byte(content))))}, false, 0},
		"parts of another kind":          {s3.Generic(), kept{etag: hash(content)}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			m := newStoreroom(c.profile)
			c.object.data = []byte(content)
			m.store("bucket", "name", &c.object)
			dir := tree(t, map[string]string{"name": content})
			manager := newManager(t, m)
			want := map[bool]int64{true: 0, false: 1}[c.same]

			out, actions, err := runSync(t, manager, Place{Directory: dir}, Place{Bucket: "bucket"}, byChecksum, dry)
			require.NoError(t, err)
			require.Equal(t, want, out.Uploaded, actions)
			require.Equal(t, 1-want, out.Skipped)
			require.Len(t, m.asked("HeadObject"), c.heads)
			out, _, err = runSync(t, manager, Place{Bucket: "bucket"}, Place{Directory: dir}, byChecksum, dry)
			require.NoError(t, err)
			require.Equal(t, want, out.Downloaded)

			if !c.same { // and for good
				_, actions, err := runSync(t, manager, Place{Directory: dir}, Place{Bucket: "bucket"}, byChecksum)
				require.NoError(t, err)
				require.Equal(t, []string{"upload name: content differs"}, actions)
			}
		})
	}
}

func TestCompareBucketsByChecksum(t *testing.T) {
	md5 := func(s string) string { return quoted(fmt.Sprintf("%x", md5Of([]byte(s)))) }
	crc := map[s3.ChecksumAlgorithm]string{s3.ChecksumAlgorithmCrc32: "AAAAAA=="}
	sha := map[s3.ChecksumAlgorithm]string{s3.ChecksumAlgorithmSha1: "x"}
	for name, c := range map[string]struct {
		profile  s3.Profile
		from, to kept
		same     bool
	}{
		"the same ETag":                     {s3.CephRGW(), kept{etag: md5("a")}, kept{etag: md5("a")}, true},
		"another":                           {s3.CephRGW(), kept{etag: md5("a")}, kept{etag: md5("b")}, false},
		"the same, of a server not trusted": {s3.Generic(), kept{etag: md5("a")}, kept{etag: md5("a")}, false},
		"the same checksum":                 {s3.AWS(), kept{etag: md5("a"), sums: crc}, kept{etag: md5("b"), sums: crc}, true},
		"others":                            {s3.AWS(), kept{etag: md5("a"), sums: crc}, kept{etag: md5("b"), sums: sha}, false},
		"no ETags":                          {s3.CephRGW(), kept{}, kept{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := newStoreroom(c.profile)
			m.store("from", "name", &c.from)
			m.store("to", "name", &c.to)
			out, _, err := runSync(t, newManager(t, m), Place{Bucket: "from"}, Place{Bucket: "to"}, byChecksum, dry)
			require.NoError(t, err)
			require.Equal(t, c.same, out.Skipped == 1)
		})
	}
}

func TestChecksumsThatCannotBeHad(t *testing.T) {
	c := newStoreroom(s3.AWS())
	dir := tree(t, map[string]string{"name": large()})
	put := func() {
		c.store("bucket", "name", &kept{data: []byte(large()), etag: quoted("no MD5")})
		c.store("other", "name", &kept{data: []byte(large()), etag: quoted("another")})
	}
	put()
	m := newManager(t, c)
	var answer error
	c.hook = func(op, key string) error {
		if op == "HeadObject" {
			return answer
		}
		return nil
	}
	// It counts as different: the credentials may write but not read.
	answer = refused(403, s3.ErrAccessDenied)
	for _, places := range [][2]Place{{{Directory: dir}, {Bucket: "bucket"}}, {{Bucket: "other"}, {Bucket: "bucket"}}} {
		_, actions, err := runSync(t, m, places[0], places[1], byChecksum, dry)
		require.NoError(t, err)
		require.Len(t, actions, 1)
	}
	// The server can't tell now.
	answer = refused(503, "SlowDown")
	for _, places := range [][2]Place{{{Directory: dir}, {Bucket: "bucket"}}, {{Bucket: "other"}, {Bucket: "bucket"}}} {
		_, _, err := runSync(t, m, places[0], places[1], byChecksum)
		require.ErrorIs(t, err, s3.Code("SlowDown"))
		require.EqualValues(t, 1, requireDirectoryError(t, err).Failures)
	}
	// Of the second only, the object has changed, or the file can't be read.
	n := 0
	c.hook = func(op, key string) error {
		if op == "HeadObject" {
			if n++; n == 2 {
				return answer
			}
		}
		return nil
	}
	_, _, err := runSync(t, m, Place{Bucket: "other"}, Place{Bucket: "bucket"}, byChecksum)
	require.ErrorIs(t, err, s3.Code("SlowDown"))
	c.hook = func(op, key string) error {
		if op == "HeadObject" {
			c.store("bucket", "name", &kept{data: []byte(large()), etag: quoted("yet another"), sums: map[s3.ChecksumAlgorithm]string{"CRC32": "x"}})
		}
		return nil
	}
	_, actions, err := runSync(t, m, Place{Directory: dir}, Place{Bucket: "bucket"}, byChecksum, dry)
	require.NoError(t, err)
	require.Equal(t, []string{"upload name: content differs"}, actions)
}

func TestDigestOfAFileThatChanges(t *testing.T) {
	file, err := os.Open(filepath.Join(tree(t, map[string]string{"f": "1234"}), "f"))
	require.NoError(t, err)
	defer file.Close()
	for _, size := range []int64{3, 5} {
		var length *LengthError
		require.ErrorAs(t, digestFile(t.Context(), file, size, &strings.Builder{}), &length)
		require.Equal(t, size, length.Want)
	}
	require.NoError(t, digestFile(t.Context(), file, 4, &strings.Builder{}))
}

// A file that has another size by now, or can't be read, or is not wanted any more, is a failure.
func TestFilesThatCannotBeCompared(t *testing.T) {
	dir := tree(t, map[string]string{"f": "1234"})
	m := newManager(t, newStoreroom(s3.AWS()))
	f := m.folder(dir, &DirectoryOptions{})
	var err error
	f.root, err = os.OpenRoot(dir)
	require.NoError(t, err)
	defer f.root.Close()
	c := newStoreroom(s3.AWS())
	s := newManager(t, c).keyspace("bucket", "")
	sum := quoted(strings.Repeat("ab", 16))
	c.store("bucket", "summed", &kept{etag: "x", sums: map[s3.ChecksumAlgorithm]string{s3.ChecksumAlgorithmCrc32: "AAAAAA=="}})
	c.store("bucket", "unsummed", &kept{etag: quoted(strings.Repeat("ab", 16) + "-1")})
	for _, e := range []entry{
		{name: "plain", etag: sum, size: 5},
		{name: "summed", etag: "x", size: 5},
		{name: "unsummed", etag: quoted(strings.Repeat("ab", 16) + "-1"), size: 5},
	} {
		_, err := s.holds(t.Context(), &e, f, "f")
		var length *LengthError
		require.ErrorAs(t, err, &length, e.name)
	}
	_, err = s.holds(t.Context(), &entry{etag: sum}, f, "missing")
	require.ErrorIs(t, err, fs.ErrNotExist)
	ctx, cancel := contextWithCancel(t)
	cancel()
	_, err = s.holds(ctx, &entry{etag: sum, size: 4}, f, "f")
	require.ErrorIs(t, err, context.Canceled)
}

func TestPartSizesOfAnETag(t *testing.T) {
	s := newManager(t, newStoreroom(s3.AWS()), func(o *Options) { o.PartSize = 0 }).keyspace("b", "")
	s.profile = s3.AWS()
	require.Equal(t, []int64{16 << 20, 15 << 20}, s.partSizes(60<<20, 4))
	require.Equal(t, []int64{8 << 20}, s.partSizes(60<<20, 8))
	require.Empty(t, s.partSizes(60<<20, 7))
	for _, etag := range []string{"", `"x-2"`, `"` + strings.Repeat("ab", 16) + `"`, `"` + strings.Repeat("ab", 16) + `-0"`, `"` + strings.Repeat("ab", 16) + `-x"`} {
		_, _, ok := partsOfETag(etag)
		require.False(t, ok, etag)
	}
	n, sum, ok := partsOfETag(`"` + strings.Repeat("ab", 16) + `-12"`)
	require.True(t, ok)
	require.EqualValues(t, 12, n)
	require.Equal(t, strings.Repeat("ab", 16), sum)
}

// What the source's listing has not told for certain is not deleted.
func TestNothingIsDeletedThatMayBeThere(t *testing.T) {
	fill := func(c *storeroom, bucket string, from, to int) {
		for i := from; i < to; i++ {
			c.add(bucket, fmt.Sprintf("%03d", i), "x")
		}
	}
	broken := refused(500, "InternalError")
	t.Run("the source fails at once", func(t *testing.T) {
		a, b := newStoreroom(s3.AWS()), newStoreroom(s3.AWS())
		fill(b, "bucket", 0, 10)
		a.hook = func(string, string) error { return broken }
		_, actions, err := runSync(t, newManager(t, a), Place{Bucket: "bucket"}, Place{Bucket: "bucket", Manager: newManager(t, b)}, withDelete)
		require.ErrorIs(t, requireDirectoryError(t, err).Err, broken)
		require.Empty(t, actions)
		require.Len(t, b.keys("bucket"), 10)
	})
	t.Run("the source fails in between", func(t *testing.T) {
		a, b := newStoreroom(s3.AWS()), newStoreroom(s3.AWS())
		a.pageSize = 5
		fill(a, "bucket", 5, 20)
		fill(b, "bucket", 0, 30)
		n := 0
		a.hook = func(op, _ string) error {
			if op == "List" {
				if n++; n == 3 {
					return broken
				}
			}
			return nil
		}
		_, _, err := runSync(t, newManager(t, a), Place{Bucket: "bucket"}, Place{Bucket: "bucket", Manager: newManager(t, b)}, withDelete)
		require.ErrorIs(t, err, broken)
		for i := 5; i < 30; i++ {
			require.NotNil(t, b.get("bucket", fmt.Sprintf("%03d", i)))
		}
	})
	t.Run("the target fails", func(t *testing.T) {
		a, b := newStoreroom(s3.AWS()), newStoreroom(s3.AWS())
		fill(a, "bucket", 0, 3)
		b.hook = func(string, string) error { return broken }
		_, actions, err := runSync(t, newManager(t, a), Place{Bucket: "bucket"}, Place{Bucket: "bucket", Manager: newManager(t, b)}, withDelete)
		require.ErrorIs(t, err, broken)
		require.Empty(t, actions)
	})
	t.Run("it is cancelled", func(t *testing.T) {
		ctx, cancel := contextWithCancel(t)
		a, b := newStoreroom(s3.AWS()), newStoreroom(s3.AWS())
		a.pageSize = 1
		fill(a, "bucket", 0, 30)
		fill(b, "bucket", 0, 30)
		n := 0
		a.hook = func(op, _ string) error {
			if n++; n == 10 {
				cancel()
			}
			return nil
		}
		_, err := newManager(t, a).Sync(ctx, &SyncInput{From: Place{Bucket: "bucket"}, To: Place{Bucket: "bucket", Manager: newManager(t, b)}}, withDelete)
		require.Error(t, err)
		require.Len(t, b.keys("bucket"), 30)
	})
	t.Run("a link leads nowhere", func(t *testing.T) {
		c := newStoreroom(s3.AWS())
		fill(c, "bucket", 0, 3)
		c.add("bucket", "b/x", "x")
		c.add("bucket", "z", "x")
		dir := tree(t, map[string]string{"b/x": "x", "c": "x"})
		require.NoError(t, os.Remove(filepath.Join(dir, "b", "x")))
		require.NoError(t, os.Remove(filepath.Join(dir, "b")))
		require.NoError(t, os.Symlink("b", filepath.Join(dir, "b"))) // a loop of its own
		out, actions, err := runSync(t, newManager(t, c), Place{Directory: dir}, Place{Bucket: "bucket"}, withDelete,
			func(o *DirectoryOptions) { o.Symlinks = SymlinksFollow })
		require.Equal(t, []string{"delete 000: extra", "delete 001: extra", "delete 002: extra", "unknown b: asked: failed", "upload c: missing"}, actions)
		require.Equal(t, []string{"b"}, failures(requireDirectoryError(t, err)))
		require.EqualValues(t, 1, out.Failed)
		require.Equal(t, []string{"b/x", "c", "z"}, c.keys("bucket"))
	})
}

// deep makes a directory whose path is longer than the system takes, so that it can't be read.
func deep(t *testing.T, dir, name string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	root, err := os.OpenRoot(filepath.Join(dir, name))
	require.NoError(t, err)
	for range 40 {
		long := strings.Repeat("x", 200)
		require.NoError(t, root.Mkdir(long, 0o755))
		below, err := root.OpenRoot(long)
		require.NoError(t, err)
		require.NoError(t, root.Close())
		root = below
	}
	require.NoError(t, root.Close())
}

func TestDirectoriesThatCannotBeRead(t *testing.T) {
	c := newStoreroom(s3.AWS())
	for _, key := range []string{"a", "d/x", "d/y", "z"} {
		c.add("bucket", key, "x")
	}
	dir := tree(t, map[string]string{"b": "x", "d/f": "x", "y": "x"})
	deep(t, dir, "d")
	from, to := Place{Directory: dir}, Place{Bucket: "bucket"}
	out, _, err := runSync(t, newManager(t, c), from, to, withDelete)
	failed := requireDirectoryError(t, err)
	require.NoError(t, failed.Err)
	require.EqualValues(t, 1, out.Failed)
	require.ErrorIs(t, err, syscall.ENAMETOOLONG)
	require.Equal(t, []string{"b", "d/f", "d/y", "y", "z"}, withoutLong(c.keys("bucket")), "nothing is deleted after it")

	// In the target it keeps nothing else from being done.
	out, _, err = runSync(t, newManager(t, c), Place{Bucket: "bucket"}, from, withDelete)
	require.ErrorIs(t, err, syscall.ENAMETOOLONG)
	require.EqualValues(t, 1, out.Failed)
	require.FileExists(t, filepath.Join(dir, "z"))
}

func withoutLong(keys []string) []string {
	return slices.DeleteFunc(keys, func(k string) bool { return len(k) > 100 })
}

func TestDeletionsAfterTheEnd(t *testing.T) {
	ctx, cancel := contextWithCancel(t)
	c := newStoreroom(s3.AWS())
	y := &mirror{options: &DirectoryOptions{}}
	b := &bin{mirror: y, keyspace: newManager(t, c).keyspace("bucket", "")}
	c.hook = func(string, string) error { cancel(); return errors.New("broken off") }
	b.all(ctx, []entry{{name: "a"}})
	require.Zero(t, y.out, "it ended for all")
	b.all(ctx, []entry{{name: "a"}})
	b.one(ctx, &entry{name: "a"})
	require.Len(t, c.ops, 1)
	b.pass(nil, false)
}

func TestUnsortedListings(t *testing.T) {
	swap := func(page []s3.Object) []s3.Object {
		if len(page) > 2 {
			page[1], page[2] = page[2], page[1]
		}
		return page
	}
	twice := func(page []s3.Object) []s3.Object { return append(page, page[len(page)-1]) }
	for _, spoil := range []func([]s3.Object) []s3.Object{swap, twice} {
		a, b := newStoreroom(s3.AWS()), newStoreroom(s3.AWS())
		for i := range 5 {
			a.add("bucket", fmt.Sprint(i), "x")
			b.add("bucket", fmt.Sprint(i), "x")
		}
		m, other := newManager(t, a), newManager(t, b)
		for _, c := range []*storeroom{a, b} {
			a.listed, b.listed = nil, nil
			c.listed = spoil
			_, err := m.Sync(t.Context(), &SyncInput{From: Place{Bucket: "bucket"}, To: Place{Bucket: "bucket", Manager: other}}, withDelete)
			require.ErrorIs(t, requireDirectoryError(t, err).Err, ErrUnsorted)
			require.ErrorContains(t, err, `list bucket "bucket", prefix "": the listing is not in the order of its keys: "`)
			require.Len(t, b.keys("bucket"), 5)
		}
	}

	c := newStoreroom(s3.AWS())
	m := newManager(t, c)
	_, err := m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "base--usw2-az1--x-s3", Directory: t.TempDir()})
	require.ErrorIs(t, err, s3.ErrUnsupported)
	require.ErrorIs(t, err, ErrUnsorted)
	_, err = m.UploadDirectory(t.Context(), &UploadDirectoryInput{Bucket: "base--usw2-az1--x-s3", Directory: tree(t, odd)})
	require.NoError(t, err, "which lists nothing")

	c.add("bucket", "p/a", "x")
	c.listed = func(page []s3.Object) []s3.Object { page[0].Key = "q/a"; return page }
	_, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Prefix: "p", Directory: t.TempDir()})
	require.ErrorContains(t, err, `the server lists the key "q/a", which does not have the prefix`)
}

func TestDeletionsOfABucket(t *testing.T) {
	for name, test := range map[string]struct {
		profile       func(*s3.Profile)
		batches, ones int
	}{
		"in batches":                 {func(*s3.Profile) {}, 2, 1},
		"in the profile's batches":   {func(p *s3.Profile) { p.DeleteObjectsKeys = 100 }, 11, 1},
		"one by one":                 {func(p *s3.Profile) { p.Operations = map[string]s3.Support{"DeleteObjects": s3.Unsupported} }, 0, 1006},
		"of a profile that is wrong": {func(p *s3.Profile) { p.DeleteObjectsKeys = 5000 }, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := s3.AWS()
			test.profile(&p)
			c := newStoreroom(p)
			for i := range 1003 {
				c.add("bucket", fmt.Sprintf("p/%04d", i), "")
			}
			c.add("bucket", "p/x\x01", "") // XML can't carry it
			c.add("bucket", "p/gone", "")
			c.add("bucket", "p/denied", "")
			c.hook = func(op, key string) error {
				switch {
				case !strings.HasPrefix(op, "Delete"):
				case key == "p/gone":
					return refused(404, s3.ErrNoSuchKey)
				case key == "p/denied":
					return refused(403, s3.ErrAccessDenied)
				}
				return nil
			}
			out, _, err := runSync(t, newManager(t, c), Place{Directory: t.TempDir()}, Place{Bucket: "bucket", Prefix: "p"}, withDelete)
			require.EqualValues(t, 1005, out.Deleted)
			require.Equal(t, []string{"denied"}, failures(requireDirectoryError(t, err)))
			require.ErrorIs(t, err, s3.ErrAccessDenied)
			require.Len(t, c.asked("DeleteObjects"), test.batches)
			require.Len(t, c.asked("DeleteObject"), test.ones)
			require.Equal(t, []string{"p/denied", "p/gone"}, c.keys("bucket"))
		})
	}

	// A request that fails as a whole.
	c := newStoreroom(s3.AWS())
	c.add("bucket", "a", "")
	c.add("bucket", "b", "")
	c.hook = func(op, _ string) error {
		if op == "DeleteObjects" {
			return refused(403, s3.ErrAccessDenied)
		}
		return nil
	}
	_, _, err := runSync(t, newManager(t, c), Place{Directory: t.TempDir()}, Place{Bucket: "bucket"}, withDelete)
	require.Equal(t, []string{"a", "b"}, failures(requireDirectoryError(t, err)))
}

// Whatever the two sides hold, after Sync with Delete they are the same, and one more does nothing.
func TestSyncOfAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"a", "b", "a-", "a.", "a0", "-", "z", "é", "\U00010000", "\uFFFD"}
	random := func() map[string]string {
		files := map[string]string{}
		for range r.IntN(20) {
			name := parts[r.IntN(len(parts))]
			for range r.IntN(3) {
				name += "/" + parts[r.IntN(len(parts))]
			}
			files[name] = strings.Repeat("x", r.IntN(3))
		}
		for name := range files { // no name is both a file and a directory
			for other := range files {
				if strings.HasPrefix(other, name+"/") {
					delete(files, other)
				}
			}
		}
		return files
	}
	for range 15 {
		from, to := random(), random()
		for _, profile := range []s3.Profile{s3.AWS(), s3.Alluxio()} {
			c := newStoreroom(profile)
			c.pageSize = 1 + r.IntN(5)
			m := newManager(t, c)
			for name, data := range from {
				c.add("from", name, data)
			}
			for name, data := range to {
				c.add("to", name, data)
			}
			dir := tree(t, from)
			check := func(from, to Place, result func() map[string]string, want map[string]string) {
				t.Helper()
				_, _, err := runSync(t, m, from, to, withDelete, bySize)
				require.NoError(t, err)
				require.Equal(t, want, result())
				_, actions, err := runSync(t, m, from, to, withDelete, bySize)
				require.NoError(t, err)
				require.Empty(t, actions)
			}
			check(Place{Directory: dir}, Place{Bucket: "to"}, func() map[string]string { return c.content("to") }, from)
			for name, data := range to {
				c.add("more", name, data)
			}
			check(Place{Bucket: "more"}, Place{Bucket: "to"}, func() map[string]string { return c.content("to") }, to)
			// A file in the place of a directory takes a second time.
			_, _, _ = runSync(t, m, Place{Bucket: "to"}, Place{Directory: dir}, withDelete, bySize)
			check(Place{Bucket: "to"}, Place{Directory: dir}, func() map[string]string { return found(t, dir) }, to)
		}
	}
}

// Alluxio lists a directory by its name without the slash, and parts of unfinished uploads.
func TestListingOfAlluxio(t *testing.T) {
	c := newStoreroom(s3.Alluxio())
	m := newManager(t, c)
	const inParts = "key_7bb01d13-ed00-4529-8f23-7c16a58d1c17"
	list := []string{"a", "a-", "a-/x", "a-b", "a/b", "a/c", "a/c/d", "key_s3_multipart_tmp", "key_s3_multipart_tmp/1", inParts, inParts + "/1", inParts + "/22", "z"}
	directories := []string{"a", "a-", "a/c", "key_s3_multipart_tmp", inParts, "z"}
	for _, name := range list {
		c.add("bucket", name, "")
	}
	c.listed = func(page []s3.Object) []s3.Object {
		for i, o := range page {
			if slices.Contains(directories, o.Key) {
				page[i].Key += "/"
			}
		}
		return page
	}
	for _, c.pageSize = range []int{1, 2, 3, 1000} {
		dir := t.TempDir()
		out, err := m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: dir}, dry)
		require.NoError(t, err)
		require.EqualValues(t, 8, out.Downloaded)
		grow(t, dir, map[string]string{"a/c/d": "", "a-b": "", "a-/x": "", "a/b": "", "z/": "", "gone": ""})
		_, actions, err := runSync(t, m, Place{Bucket: "bucket"}, Place{Directory: dir}, withDelete, bySize)
		require.NoError(t, err)
		require.Equal(t, []string{"delete gone: extra"}, actions)
	}
	var names []string
	s := m.keyspace("bucket", "")
	require.NoError(t, s.list(t.Context(), func(page []entry) bool {
		for _, e := range page {
			names = append(names, e.name)
		}
		return true
	}))
	require.Equal(t, []string{"a-/", "a-/x", "a-b", "a/", "a/b", "a/c/", "a/c/d", "z/"}, names)
	require.True(t, slices.IsSortedFunc(names, s.order()))
}

func TestOrderOfUTF16(t *testing.T) {
	names := []string{"", "-", "a", "a-", "a/", "a/b", "a0", "é", "\U00010000", "\U00010000a", "\uE000", "\uFFFD", "\xff", "\xff\xfe"}
	for i, a := range names {
		for j, b := range names {
			got := byUTF16(a, b)
			require.Equal(t, -got, byUTF16(b, a))
			if i < j && !strings.HasPrefix(a, "\uFFFD") && !strings.HasPrefix(b, "\uFFFD") {
				require.Negative(t, got, "%q %q", a, b)
			}
			require.Equal(t, i == j, got == 0, "%q %q", a, b)
		}
	}
}

func TestListVersion1(t *testing.T) {
	p := s3.AWS()
	p.ListVersion = 1
	c := newStoreroom(p)
	c.pageSize = 2
	for name, data := range odd {
		c.add("bucket", name, data)
	}
	dir := t.TempDir()
	_, err := newManager(t, c).DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: dir})
	require.NoError(t, err)
	require.Equal(t, odd, found(t, dir))
	c.listed = func(page []s3.Object) []s3.Object { page[0].Key = "x"; return page }
	_, err = newManager(t, c).DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Prefix: "a", Directory: dir})
	require.ErrorContains(t, err, "does not have the prefix")
	c.hook = func(string, string) error { return errors.New("broken") }
	_, err = newManager(t, c).DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: dir})
	require.ErrorContains(t, err, "broken")
}

// One page is fetched ahead, and no more.
func TestPagesAhead(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.pageSize = 1
	for i := range 20 {
		c.add("bucket", fmt.Sprintf("%02d", i), "x")
	}
	most, seen := 0, 0
	_, err := newManager(t, c).DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: t.TempDir()}, dry, func(o *DirectoryOptions) {
		o.Report = func(Action) {
			seen++
			most = max(most, len(c.asked("List"))-seen)
		}
	})
	require.NoError(t, err)
	require.Equal(t, 20, seen)
	require.LessOrEqual(t, most, 2, "one is waiting, and one is on its way")
}

// A directory of the server's own can't be read, is not copied but made, and goes when it is
// empty.
func TestSyncOfListedDirectories(t *testing.T) {
	profile := s3.Alluxio()
	profile.MarkerWithBucket = false // the order of keys
	c := newStoreroom(profile)
	c.hook = func(op, key string) error {
		if strings.HasSuffix(key, "/") && (op == "GetObject" || op == "CopyObject" || op == "HeadObject") {
			return refused(500, "InternalError")
		}
		return nil
	}
	m := newManager(t, c)
	for _, key := range []string{"a/", "a/b/", "a/b/c", "d/"} {
		c.add("from", key, strings.Repeat("x", strings.Count(key, "c")))
	}
	from, to := Place{Bucket: "from"}, Place{Bucket: "to"}
	out, _, err := runSync(t, m, from, to)
	require.NoError(t, err)
	require.Equal(t, &DirectoryOutput{Copied: 4, Bytes: 1}, out)
	c.add("from", "a/", "") // its time is that of the last change in it
	out, _, err = runSync(t, m, from, to, withDelete)
	require.NoError(t, err)
	require.Equal(t, &DirectoryOutput{Skipped: 4}, out)

	// To another client, as well.
	other := newStoreroom(s3.AWS())
	_, _, err = runSync(t, m, from, Place{Bucket: "to", Manager: newManager(t, other)}, func(o *DirectoryOptions) {
		o.PutObject = func(in *s3.PutObjectInput) { in.StorageClass = s3.StorageClassGlacier }
	})
	require.NoError(t, err)
	require.Equal(t, c.content("from"), other.content("to"))
	require.Equal(t, s3.StorageClassGlacier, other.get("to", "d/").in.StorageClass)

	c.mu.Lock()
	delete(c.objects, "from/a/")
	delete(c.objects, "from/a/b/")
	delete(c.objects, "from/a/b/c")
	c.mu.Unlock()
	var deleted []string
	out, err = m.Sync(t.Context(), &SyncInput{From: from, To: to}, withDelete, func(o *DirectoryOptions) {
		o.Report = func(a Action) { deleted = append(deleted, a.Name) }
	})
	require.NoError(t, err)
	require.EqualValues(t, 3, out.Deleted)
	require.Equal(t, []string{"a/b/c", "a/b/", "a/"}, deleted)
	require.Equal(t, []string{"d/"}, c.keys("to"))
}

func TestUploadIDDirectory(t *testing.T) {
	t.Parallel()
	const id = "7bb01d13-ed00-4529-8f23-7c16a58d1c17"
	for name, is := range map[string]bool{
		"key_" + id + "/":                  true,
		"a/key_" + id + "/12":              true,
		"_" + id + "/1":                    true,
		"key_" + id:                        false,
		"key_" + id + "/a":                 false,
		"key_" + id + "/1/2":               false,
		"key-" + id + "/1":                 false,
		id + "/1":                          false,
		"key_" + strings.ToUpper(id) + "/": false,
		"key_7bb01d13-ed00-4529-8f23+7c16a58d1c17/1": false,
		"key_7bb01d13-ed00-4529-8f237c16-a58d1c17/1": false,
		"key_7bb01d1é-ed00-4529-8f2-7c16a58d1c17/1":  false,
		"/": false,
		"":  false,
	} {
		require.Equal(t, is, inUploadIDDirectory(name), name)
	}
}
