package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

// tree makes a directory of files by name; a name with a slash at its end is a directory, and a
// content that begins with "-> " a symbolic link.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	grow(t, dir, files)
	return dir
}

func grow(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		target, link := strings.CutPrefix(data, "-> ")
		switch {
		case strings.HasSuffix(name, "/"):
			require.NoError(t, os.MkdirAll(path, 0o755))
		case link:
			require.NoError(t, os.Symlink(target, path))
		default:
			require.NoError(t, os.WriteFile(path, []byte(data), 0o644))
			require.NoError(t, os.Chtimes(path, epoch, epoch))
		}
	}
}

// found is what a directory holds, in the form of tree; only empty directories are told.
func found(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		name := filepath.ToSlash(rel)
		switch {
		case e.IsDir():
			inside, err := os.ReadDir(path)
			if len(inside) == 0 {
				all[name+"/"] = ""
			}
			return err
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			all[name] = "-> " + target
			return err
		}
		data, err := os.ReadFile(path)
		all[name] = string(data)
		return err
	}))
	return all
}

// odd are files whose names sort in ways that are easily got wrong.
var odd = map[string]string{
	"a-b": "1", "a.b": "2", "a/b": "3", "a/c/d": "4", "a0": "5", "a b+c%20&=?#": "6", "é/日本.html": "7",
	"\U00010000": "8", "\uFFFD": "9", "Z": "10", "empty": "", `back\slash`: "11", "...": "12", ".hidden": "13", "a/-": "14", "a/..b": "15",
}

func large() string { return string(pattern(3*partSize + 5)) }

func requireDirectoryError(t *testing.T, err error) *DirectoryError {
	t.Helper()
	var failed *DirectoryError
	require.ErrorAs(t, err, &failed)
	require.NotContains(t, err.Error(), "\n")
	return failed
}

func failures(e *DirectoryError) (names []string) {
	for _, f := range e.Failed {
		names = append(names, f.Name)
	}
	return names
}

func withDelete(o *DirectoryOptions) { o.Delete = true }
func dry(o *DirectoryOptions)        { o.DryRun = true }
func empties(o *DirectoryOptions)    { o.EmptyDirectories = true }
func byChecksum(o *DirectoryOptions) { o.Compare = CompareChecksum }
func bySize(o *DirectoryOptions)     { o.Compare = CompareSize }

func TestUploadDirectoryAndBack(t *testing.T) {
	files := map[string]string{"large": large(), "nothing/": ""}
	for name, data := range odd {
		files[name] = data
	}
	c := newStoreroom(s3.AWS())
	c.pageSize = 3
	c.add("bucket", "photos-2/x", "not to be touched")
	m := newManager(t, c)
	in := &UploadDirectoryInput{Directory: tree(t, files), Bucket: "bucket", Prefix: "photos"}
	out, err := m.UploadDirectory(t.Context(), in, empties)
	require.NoError(t, err)
	var bytes int64
	for _, data := range files {
		bytes += int64(len(data))
	}
	n := int64(len(files))
	require.Equal(t, &DirectoryOutput{Uploaded: n, Bytes: bytes}, out)
	require.Equal(t, large(), string(c.get("bucket", "photos/large").data))
	require.NotEmpty(t, c.asked("CompleteMultipartUpload"))
	require.Equal(t, "application/x-directory", c.get("bucket", "photos/nothing/").in.ContentType)
	require.Equal(t, "text/html; charset=utf-8", c.get("bucket", "photos/é/日本.html").in.ContentType)
	require.Empty(t, c.asked("List"), "nothing is compared")

	back := filepath.Join(t.TempDir(), "new", "directory")
	out, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Prefix: "photos/", Directory: back})
	require.NoError(t, err)
	require.Equal(t, &DirectoryOutput{Downloaded: n, Bytes: bytes}, out)
	require.Equal(t, files, found(t, back))
	info, err := os.Stat(filepath.Join(back, "a", "b"))
	require.NoError(t, err)
	require.True(t, info.ModTime().Equal(c.get("bucket", "photos/a/b").modified), "the file has the object's time")

	// Without markers only the empty directory is lost.
	out, err = m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: back, Bucket: "other"})
	require.NoError(t, err)
	require.Equal(t, n-1, out.Uploaded)
	require.Nil(t, c.get("other", "nothing/"))
}

func TestDirectoryInputIsChecked(t *testing.T) {
	m := newManager(t, newStoreroom(s3.AWS()))
	for field, call := range map[string]func() (*DirectoryOutput, error){
		"input: is nil": func() (*DirectoryOutput, error) { return m.UploadDirectory(t.Context(), nil) },
		"input:  is nil": func() (*DirectoryOutput, error) {
			return m.DownloadDirectory(t.Context(), nil)
		},
		"input:   is nil": func() (*DirectoryOutput, error) { return m.Sync(t.Context(), nil) },
		"Directory: is empty": func() (*DirectoryOutput, error) {
			return m.UploadDirectory(t.Context(), &UploadDirectoryInput{Bucket: "b"})
		},
		"Bucket: is empty": func() (*DirectoryOutput, error) {
			return m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Directory: "d"})
		},
		"Delete: is for Sync": func() (*DirectoryOutput, error) {
			return m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: "d", Bucket: "b"}, withDelete)
		},
		"From: must have either": func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{To: Place{Bucket: "b"}})
		},
		"To: must have either": func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{From: Place{Bucket: "b"}, To: Place{Bucket: "b", Directory: "d"}})
		},
		"To: and From are both directories": func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{From: Place{Directory: "a"}, To: Place{Directory: "b"}})
		},
		`To: prefix "a/b/" overlaps with "a/"`: func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{From: Place{Bucket: "b", Prefix: "a"}, To: Place{Bucket: "b", Prefix: "a/b"}})
		},
		`To: prefix "" overlaps with "a/"`: func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{From: Place{Bucket: "b", Prefix: "a"}, To: Place{Bucket: "b"}})
		},
		"Compare: 3 is none": func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{From: Place{Directory: "d"}, To: Place{Bucket: "b"}}, func(o *DirectoryOptions) { o.Compare = 3 })
		},
		"Symlinks: -1 is none": func() (*DirectoryOutput, error) {
			return m.Sync(t.Context(), &SyncInput{From: Place{Directory: "d"}, To: Place{Bucket: "b"}}, func(o *DirectoryOptions) { o.Symlinks = -1 })
		},
	} {
		out, err := call()
		require.Equal(t, &DirectoryOutput{}, out)
		var option *OptionError
		require.ErrorAs(t, requireDirectoryError(t, err), &option, field)
		require.ErrorContains(t, err, strings.Join(strings.Fields(field), " "))
	}
}

func TestDirectoryThatIsNotThere(t *testing.T) {
	m := newManager(t, newStoreroom(s3.AWS()))
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: missing, Bucket: "bucket"})
	require.ErrorIs(t, requireDirectoryError(t, err), fs.ErrNotExist)

	file := filepath.Join(tree(t, map[string]string{"file": "x"}), "file")
	_, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: file})
	require.Error(t, err)
	require.Empty(t, requireDirectoryError(t, err).Failed)

	out, err := m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: missing}, dry)
	require.NoError(t, err)
	require.Equal(t, &DirectoryOutput{}, out)
	require.NoFileExists(t, missing, "a dry run makes nothing")
}

func TestHooks(t *testing.T) {
	c := newStoreroom(s3.AWS())
	m := newManager(t, c)
	dir := tree(t, map[string]string{"a.txt": "1", "b.custom": "2"})
	var names []string
	_, err := m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: dir, Bucket: "bucket"}, func(o *DirectoryOptions) {
		o.Concurrency = -1
		o.ContentType = func(name string) string { return "type/" + name }
		o.PutObject = func(in *s3.PutObjectInput) {
			in.Metadata = map[string]string{"of": in.Key}
			in.Key, in.Bucket, in.Body = "elsewhere", "elsewhere", nil
		}
		o.Transfer = func(name string, o *Options) {
			names = append(names, name)
			o.Threshold = -1
		}
	})
	require.NoError(t, err)
	require.Equal(t, []string{"a.txt", "b.custom"}, names)
	require.Equal(t, map[string]string{"a.txt": "1", "b.custom": "2"}, c.content("bucket"))
	require.Equal(t, "type/b.custom", c.get("bucket", "b.custom").in.ContentType)
	require.Equal(t, map[string]string{"of": "a.txt"}, c.get("bucket", "a.txt").in.Metadata)
	require.Len(t, c.asked("CompleteMultipartUpload"), 2)

	// The hook of downloads.
	_, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "bucket", Directory: t.TempDir()}, func(o *DirectoryOptions) {
		o.GetObject = func(in *s3.GetObjectInput) { in.IfMatch = "another" }
	})
	failed := requireDirectoryError(t, err)
	require.Equal(t, []string{"a.txt", "b.custom"}, slices.Sorted(slices.Values(failures(failed))))
	require.ErrorIs(t, err, s3.ErrPreconditionFailed)
}

func TestFailuresAreCollected(t *testing.T) {
	c := newStoreroom(s3.AWS())
	m := newManager(t, c)
	c.hook = func(op, key string) error {
		if op == "PutObject" && strings.HasPrefix(key, "bad") {
			return refused(403, s3.ErrAccessDenied)
		}
		return nil
	}
	dir := tree(t, map[string]string{"bad1": "1", "bad2": "22", "good": "333"})
	var reported []Action
	out, err := m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: dir, Bucket: "bucket"}, func(o *DirectoryOptions) {
		o.Concurrency = 1
		o.Report = func(a Action) { reported = append(reported, a) }
	})
	require.Equal(t, &DirectoryOutput{Uploaded: 1, Failed: 2, Bytes: 3}, out)
	failed := requireDirectoryError(t, err)
	require.NoError(t, failed.Err)
	require.EqualValues(t, 2, failed.Failures)
	require.Equal(t, []string{"bad1", "bad2"}, failures(failed))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	var upload *UploadError
	require.ErrorAs(t, err, &upload)
	require.Equal(t, "bad1", upload.Key)
	require.True(t, strings.HasPrefix(err.Error(), `2 failed, the first: upload "bad1": upload of bucket "bucket", key "bad1"`), err.Error())
	require.Len(t, reported, 3)
	require.Equal(t, error(failed.Failed[0]), reported[0].Err)
	require.Equal(t, Action{Operation: OperationUpload, Name: "good", Size: 3}, reported[2])

	// One more than is kept.
	many := map[string]string{}
	for i := range maxFailed + 1 {
		many[fmt.Sprintf("bad%04d", i)] = ""
	}
	_, err = m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: tree(t, many), Bucket: "bucket"})
	failed = requireDirectoryError(t, err)
	require.EqualValues(t, maxFailed+1, failed.Failures)
	require.Len(t, failed.Failed, maxFailed)
	require.ErrorContains(t, err, "1001 failed, the first: ")
}

func TestStopOnError(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.hook = func(op, key string) error { return refused(403, s3.ErrAccessDenied) }
	files := map[string]string{}
	for i := range 100 {
		files[fmt.Sprint(i)] = "x"
	}
	out, err := newManager(t, c).UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: tree(t, files), Bucket: "bucket"}, func(o *DirectoryOptions) {
		o.StopOnError, o.Concurrency = true, 1
	})
	require.EqualValues(t, 1, out.Failed)
	require.Less(t, len(c.asked("PutObject")), 4)
	failed := requireDirectoryError(t, err)
	require.Equal(t, failed.Err, error(failed.Failed[0]))
	require.ErrorIs(t, err, s3.ErrAccessDenied)
	require.NotErrorIs(t, err, context.Canceled)
	require.True(t, strings.HasPrefix(err.Error(), `upload "0": `), err.Error())
	require.Equal(t, 1, strings.Count(err.Error(), `upload "0"`), err.Error())
}

// Every other object would meet the same.
func TestBucketThatIsNotThere(t *testing.T) {
	c := newStoreroom(s3.AWS())
	files := map[string]string{}
	for i := range 100 {
		files[fmt.Sprint(i)] = "x"
	}
	m := newManager(t, c)
	_, err := m.UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: tree(t, files), Bucket: "none"}, func(o *DirectoryOptions) { o.Concurrency = 2 })
	require.ErrorIs(t, requireDirectoryError(t, err).Err, s3.ErrNoSuchBucket)
	require.Less(t, len(c.asked("PutObject")), 6)

	_, err = m.DownloadDirectory(t.Context(), &DownloadDirectoryInput{Bucket: "none", Prefix: "p", Directory: t.TempDir()})
	failed := requireDirectoryError(t, err)
	require.ErrorIs(t, failed.Err, s3.ErrNoSuchBucket)
	require.Empty(t, failed.Failed)
	require.ErrorContains(t, err, `list bucket "none", prefix "p/": `)
}

func TestCancelledDirectory(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.pageSize = 1
	for i := range 50 {
		c.add("bucket", fmt.Sprint(i), "x")
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	c.hook = func(op, key string) error {
		if op == "GetObject" && key >= "2" {
			cancel(cause)
		}
		return nil
	}
	out, err := newManager(t, c).DownloadDirectory(ctx, &DownloadDirectoryInput{Bucket: "bucket", Directory: t.TempDir()}, func(o *DirectoryOptions) { o.Concurrency = 2 })
	failed := requireDirectoryError(t, err)
	require.ErrorIs(t, failed.Err, context.Canceled)
	require.ErrorIs(t, failed.Err, cause)
	require.Less(t, out.Downloaded, int64(50))

	// Before it begins.
	_, err = newManager(t, c).UploadDirectory(ctx, &UploadDirectoryInput{Bucket: "bucket", Directory: tree(t, odd)})
	require.ErrorIs(t, err, cause)
}

func TestObjectsAtOnce(t *testing.T) {
	for _, want := range []int{1, 3} {
		c := newStoreroom(s3.AWS())
		ready := make(chan struct{}, 100)
		c.hook = func(op, key string) error {
			ready <- struct{}{}
			return nil
		}
		files := map[string]string{}
		for i := range 40 {
			files[fmt.Sprint(i)] = "x"
		}
		_, err := newManager(t, c).UploadDirectory(t.Context(), &UploadDirectoryInput{Directory: tree(t, files), Bucket: "bucket"},
			func(o *DirectoryOptions) { o.Concurrency = want })
		require.NoError(t, err)
		require.LessOrEqual(t, c.peak, want)
	}
	o := &DirectoryOptions{}
	require.Equal(t, 16, o.objects(0))
	require.Equal(t, 16, o.objects(4))
	require.Equal(t, 64, o.objects(64))
	o.Concurrency = -1
	require.Equal(t, 1, o.objects(64))
}

func TestDirectoryProgress(t *testing.T) {
	c := newStoreroom(s3.AWS())
	c.add("bucket", "same", "x")
	c.add("bucket", "extra", "x")
	c.hook = func(op, key string) error {
		if op == "PutObject" && key == "bad" {
			return refused(403, s3.ErrAccessDenied)
		}
		return nil
	}
	dir := tree(t, map[string]string{"same": "x", "bad": "12345", "large": large(), "small": "123"})
	var calls []DirectoryProgress
	_, err := newManager(t, c).Sync(t.Context(), &SyncInput{From: Place{Directory: dir}, To: Place{Bucket: "bucket"}}, withDelete,
		func(o *DirectoryOptions) { o.Progress = func(p DirectoryProgress) { calls = append(calls, p) } })
	require.Error(t, err)
	size := int64(len(large()) + 3)
	require.Equal(t, DirectoryProgress{
		ObjectsDone: 3, Objects: 3, Bytes: size, Total: size, Compared: 4, Deleted: 1, Listed: true, Done: true,
	}, calls[len(calls)-1])
	for _, p := range calls[:len(calls)-1] {
		require.False(t, p.Done)
	}
	require.Less(t, len(calls), 20, "it is bounded by time")
}

// The bytes of an object are counted as they move, and taken back when it fails.
func TestBytesOfAnObjectUnderWay(t *testing.T) {
	m := &mirror{options: &DirectoryOptions{}}
	var own []Progress
	m.options.Transfer = func(name string, o *Options) { require.Equal(t, "name", name) }
	o := Options{Progress: func(p Progress) { own = append(own, p) }}
	var moved int64
	m.transferOptions("name", func(n int64) { moved += n })(&o)
	o.Progress(Progress{Bytes: 10})
	o.Progress(Progress{Bytes: 4}) // a part is sent again
	o.Progress(Progress{Bytes: 12})
	require.EqualValues(t, 12, moved)
	require.Len(t, own, 3)

	a := Action{Operation: OperationUpload, Name: "name", Size: 20}
	m.expect(a)
	m.count(func() { m.progress.Bytes += moved })
	m.through(a, moved, errors.New("broken"))
	require.Equal(t, DirectoryProgress{Objects: 1, ObjectsDone: 1}, m.progress)
}

func TestReasonsAndOperations(t *testing.T) {
	require.Equal(t, "asked", ReasonAsked.String())
	require.Equal(t, "missing", ReasonMissing.String())
	require.Equal(t, "size differs", ReasonSize.String())
	require.Equal(t, "time differs", ReasonTime.String())
	require.Equal(t, "content differs", ReasonContent.String())
	require.Equal(t, "extra", ReasonExtra.String())
	require.Equal(t, []string{"unknown", "upload", "download", "copy", "delete"}, []string{
		Operation(0).String(), OperationUpload.String(), OperationDownload.String(), OperationCopy.String(), OperationDelete.String(),
	})
	require.Equal(t, []string{"time", "size", "checksum"}, []string{CompareTime.String(), CompareSize.String(), CompareChecksum.String()})
	require.Equal(t, []string{"skip", "follow", "refuse"}, []string{SymlinksSkip.String(), SymlinksFollow.String(), SymlinksRefuse.String()})
}

func TestDirectoryErrorText(t *testing.T) {
	a, b := &ObjectError{Operation: OperationUpload, Name: "a", Err: errors.New("x")}, &ObjectError{Operation: OperationDelete, Name: "b", Err: errors.New("y")}
	ended := errors.New("ended")
	for text, e := range map[string]*DirectoryError{
		`ended`:                              {Err: ended},
		`1 failed: upload "a": x`:            {Failed: []*ObjectError{a}, Failures: 1},
		`2 failed, the first: upload "a": x`: {Failed: []*ObjectError{a, b}, Failures: 2},
		`ended; 1 failed: delete "b": y`:     {Failed: []*ObjectError{b}, Failures: 1, Err: ended},
		`upload "a": x`:                      {Failed: []*ObjectError{a}, Failures: 1, Err: a},
		`upload "a": x; 2 failed, the first: delete "b": y`: {Failed: []*ObjectError{b, a}, Failures: 2, Err: a},
	} {
		require.EqualError(t, e, text)
	}
}
