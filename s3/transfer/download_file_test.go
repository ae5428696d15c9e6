package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// names are the entries of a directory.
func names(t *testing.T, dir string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}

func TestDownloadFile(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 10, 3*partSize + 1} {
		for _, fn := range []func(*Options){
			func(*Options) {},
			func(o *Options) { o.Fsync = true },
			func(o *Options) { o.KeepPartial = true },
			func(o *Options) { o.KeepPartial, o.Fsync = true, true },
		} {
			s := startShelf(t, s3.AWS(), false, shelve(pattern(size)).sum(checksum.CRC64NVME))
			dir := t.TempDir()
			name := filepath.Join(dir, "file")
			require.NoError(t, os.WriteFile(name, []byte("former"), 0o600))
			during := ""
			s.instead(before(thirdPart, func() { during = strings.Join(names(t, dir), " ") }))
			out, err := s.manager(t, fn).DownloadFile(t.Context(), name, get())
			require.NoError(t, err)
			got, err := os.ReadFile(name)
			require.NoError(t, err)
			requireSame(t, pattern(size), got)
			assert.Equal(t, []string{"file"}, names(t, dir))
			assert.Equal(t, size != 10, out.Verified == s3.ChecksumAlgorithmCrc64nvme)
			if size > partSize {
				assert.Contains(t, during, ".file.")
			}
		}
	}
}

func TestDownloadFileFails(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.AWS(), false, shelve(pattern(3*partSize)))
	m := s.manager(t)
	dir := t.TempDir()
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"no directory":    {filepath.Join(dir, "none", "x"), fs.ErrNotExist},
		"no name":         {"", nil},
		"only a path":     {dir + string(filepath.Separator), nil},
		"the parent":      {filepath.Join(dir, "x") + "/..", nil},
		"a directory":     {dir, nil},
		"no regular file": {"/dev/null", nil},
	} {
		for _, keep := range []bool{false, true} {
			_, err := m.DownloadFile(t.Context(), c.path, get(), func(o *Options) { o.KeepPartial = keep })
			var failed *DownloadError
			require.ErrorAs(t, err, &failed, name)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			assert.False(t, failed.Kept)
		}
	}
	// Before anything is written, and then in the midst of it.
	for _, spec := range []string{"bytes=0-16383", thirdPart} {
		s.instead(func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if r.Header.Get("Range") == spec {
				w.WriteHeader(http.StatusForbidden)
			}
			return r.Header.Get("Range") == spec
		})
		_, err := m.DownloadFile(t.Context(), filepath.Join(dir, "file"), get())
		require.ErrorIs(t, err, s3.ErrForbidden)
		assert.Empty(t, names(t, dir), "nothing half-written")
	}
	// What took the name meanwhile.
	s.instead(before(thirdPart, func() {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "file", "x"), 0o700))
	}))
	for _, keep := range []bool{false, true} {
		s.forget()
		_, err := m.DownloadFile(t.Context(), filepath.Join(dir, "file"), get(), func(o *Options) { o.KeepPartial = keep })
		require.Error(t, err)
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "file")))
		if !keep {
			assert.Empty(t, names(t, dir))
		}
	}
}

// A key can't lead outside of the root, neither by its name nor by a link.
func TestDownloadIntoStaysInside(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, shelve(pattern(3*partSize)))
	dir := t.TempDir()
	inside := filepath.Join(dir, "inside")
	require.NoError(t, os.MkdirAll(filepath.Join(inside, "sub"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "outside"), 0o700))
	require.NoError(t, os.Symlink("../outside", filepath.Join(inside, "link")))
	require.NoError(t, os.Symlink("../outside/planted", filepath.Join(inside, "planted")))
	root, err := os.OpenRoot(inside)
	require.NoError(t, err)
	defer root.Close()
	m := s.manager(t)
	for _, keep := range []bool{false, true} {
		o := m.options
		o.KeepPartial = keep
		for _, name := range []string{"../x", "sub/../../x", "link/x", filepath.Join(dir, "x")} {
			_, err := m.downloadInto(t.Context(), root, name, get(), &o)
			require.Error(t, err, name)
		}
		_, err = m.downloadInto(t.Context(), root, filepath.Join("sub", "x"), get(), &o)
		require.NoError(t, err)
		assert.Equal(t, []string{"x"}, names(t, filepath.Join(inside, "sub")))
		// A link by the file's own name is replaced.
		_, err = m.downloadInto(t.Context(), root, "planted", get(), &o)
		require.NoError(t, err)
	}
	assert.Empty(t, names(t, filepath.Join(dir, "outside")))
	assert.Equal(t, []string{"inside", "outside"}, names(t, dir))
	_, err = m.downloadInto(t.Context(), root, "x", &s3.GetObjectInput{}, &m.options)
	require.Error(t, err)
}

// brokenOff downloads until the third part is asked for.
func brokenOff(t *testing.T, s *shelf, name string, fns ...func(*Options)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s.instead(func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Range") != thirdPart {
			return false
		}
		cancel()
		panic(http.ErrAbortHandler) // an answer might be here before the end is seen
	})
	_, err := s.manager(t, append(fns, keepPartial)...).DownloadFile(ctx, name, get())
	require.ErrorIs(t, err, context.Canceled)
	var failed *DownloadError
	require.ErrorAs(t, err, &failed)
	require.True(t, failed.Kept)
	require.ErrorContains(t, err, "partial file kept")
	s.instead(nil)
	s.forget()
	require.Equal(t, []string{".file.partial", ".file.partial.json"}, names(t, filepath.Dir(name)))
}

func keepPartial(o *Options) { o.KeepPartial, o.Concurrency = true, 1 }

func TestDownloadFileResumes(t *testing.T) {
	t.Parallel()
	data := pattern(5*partSize + 3)
	partial := func(name string) string { return filepath.Join(filepath.Dir(name), ".file.partial") }
	edit := func(t *testing.T, name string, change func(string) string) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, []byte(change(string(text))), 0o600))
	}
	for name, c := range map[string]struct {
		between func(t *testing.T, s *shelf, name string)
		in      func(*s3.GetObjectInput)
		gets    int
		resumed int64
	}{
		"goes on": {gets: 4, resumed: 2 * partSize},
		"a part is damaged": {between: func(t *testing.T, _ *shelf, name string) {
			edit(t, partial(name), func(s string) string { return "x" + s[1:] })
		}, gets: 5, resumed: partSize},
		"killed in the midst of a line": {between: func(t *testing.T, _ *shelf, name string) {
			edit(t, partial(name)+".json", func(s string) string { return s[:len(s)-3] })
		}, gets: 5, resumed: partSize},
		"a line that is none": {between: func(t *testing.T, _ *shelf, name string) {
			edit(t, partial(name)+".json", func(s string) string { return s + "{\"part\":3,\"crc64nvme\":\"x\"}\nx\n" })
		}, gets: 4, resumed: 2 * partSize},
		"replaced": {between: func(_ *testing.T, s *shelf, _ string) {
			s.replace(shelve(data).with("Etag", `"new"`))
		}, gets: 7},
		"replaced, and the condition overlooked": {between: func(_ *testing.T, s *shelf, _ string) {
			s.noIfMatch = true
			s.replace(shelve(data).with("Etag", `"new"`))
		}, gets: 7},
		"no ranges any more": {between: func(_ *testing.T, s *shelf, _ string) { s.noRange = true }, gets: 2},
		"another version": {in: func(in *s3.GetObjectInput) { in.VersionId = "v1" }, between: func(_ *testing.T, s *shelf, _ string) {
			s.versions = map[string]*shelved{"v1": s.object}
		}, gets: 6},
		"a condition for another": {in: func(in *s3.GetObjectInput) { in.IfMatch = `"new"` }, between: func(_ *testing.T, s *shelf, _ string) {
			s.replace(shelve(data).with("Etag", `"new"`))
		}, gets: 6},
		"the state is gone": {between: func(t *testing.T, _ *shelf, name string) {
			require.NoError(t, os.Remove(partial(name)+".json"))
		}, gets: 6},
		"the state is of another file": {between: func(t *testing.T, _ *shelf, name string) {
			require.NoError(t, os.Truncate(partial(name), 7))
		}, gets: 6},
		"the state is none": {between: func(t *testing.T, _ *shelf, name string) {
			edit(t, partial(name)+".json", func(string) string { return "x\n" })
		}, gets: 6},
		"the state is empty": {between: func(t *testing.T, _ *shelf, name string) {
			edit(t, partial(name)+".json", func(string) string { return "" })
		}, gets: 6},
		"a link in its place": {between: func(t *testing.T, _ *shelf, name string) {
			require.NoError(t, os.Rename(partial(name), name+".x"))
			require.NoError(t, os.Symlink("file.x", partial(name)))
			t.Cleanup(func() {
				got, err := os.ReadFile(name + ".x")
				require.NoError(t, err)
				assert.NotEqual(t, data, got, "not followed")
			})
		}, gets: 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startShelf(t, s3.AWS(), false, shelve(data).sum(checksum.CRC32C))
			name := filepath.Join(t.TempDir(), "file")
			brokenOff(t, s, name)
			if c.between != nil {
				c.between(t, s, name)
			}
			in := get()
			if c.in != nil {
				c.in(in)
			}
			got := &steps{t: t}
			// The parts are those of before.
			out, err := s.manager(t, keepPartial, func(o *Options) { o.Progress = got.report; o.PartSize = partSize }).DownloadFile(t.Context(), name, in)
			require.NoError(t, err)
			file, err := os.ReadFile(name)
			require.NoError(t, err)
			requireSame(t, data, file)
			assert.Equal(t, c.resumed, out.Resumed)
			assert.Len(t, s.gets(), c.gets)
			assert.NotContains(t, strings.Join(names(t, filepath.Dir(name)), " "), "partial")
			if len(s.object.header["X-Amz-Checksum-Crc32c"]) > 0 {
				assert.Equal(t, s3.ChecksumAlgorithmCrc32c, out.Verified)
			}
			last := got.all[len(got.all)-1]
			assert.Equal(t, Progress{Bytes: int64(len(data)), Total: int64(len(data)), PartsDone: out.Parts, Parts: out.Parts, Done: true}, last)
			if c.resumed > 0 {
				assert.Positive(t, got.all[0].Total)
			}
		})
	}
}

// The parts are those of the download that began it.
func TestDownloadFileResumesWithItsParts(t *testing.T) {
	t.Parallel()
	data := pattern(5*partSize + 3)
	s := startShelf(t, s3.CephRGW(), false, shelve(data))
	name := filepath.Join(t.TempDir(), "file")
	brokenOff(t, s, name)
	out, err := s.manager(t, keepPartial).DownloadFile(t.Context(), name, get(), func(o *Options) { o.PartSize = 1000; o.Integrity = IntegrityMD5 })
	require.NoError(t, err)
	assert.Equal(t, 6, out.Parts)
	assert.Equal(t, s3.ChecksumAlgorithmMd5, out.Verified, "of what was there as well")
	assert.Len(t, s.gets(), 4)
}

// A process that ends between the last part and the renaming has one part to ask for.
func TestDownloadFileResumesAtTheEnd(t *testing.T) {
	t.Parallel()
	data := pattern(3 * partSize)
	s := startShelf(t, s3.AWS(), false, shelve(data).sum(checksum.CRC64NVME))
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	s.instead(before(thirdPart, func() { require.NoError(t, os.MkdirAll(filepath.Join(name, "x"), 0o700)) }))
	_, err := s.manager(t, keepPartial).DownloadFile(t.Context(), name, get())
	require.Error(t, err)
	require.NoError(t, os.RemoveAll(name))
	s.forget()
	s.instead(nil)
	out, err := s.manager(t, keepPartial).DownloadFile(t.Context(), name, get())
	require.NoError(t, err)
	assert.Equal(t, int64(2*partSize), out.Resumed)
	assert.Equal(t, s3.ChecksumAlgorithmCrc64nvme, out.Verified)
	assert.Equal(t, []string{thirdPart}, s.gets())
	assert.Equal(t, []string{"file"}, names(t, dir))
}

// What is not what is stored is of no use to anybody.
func TestDownloadFileSpoilt(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.AWS(), false, shelve(pattern(3*partSize)).sum(checksum.CRC64NVME))
	s.spoil = func(_ int64, b []byte) []byte {
		b[0]++
		return b
	}
	dir := t.TempDir()
	_, err := s.manager(t, keepPartial).DownloadFile(t.Context(), filepath.Join(dir, "file"), get())
	require.ErrorIs(t, err, s3.ErrChecksumMismatch)
	var failed *DownloadError
	require.ErrorAs(t, err, &failed)
	assert.False(t, failed.Kept)
	assert.Empty(t, names(t, dir))
	_, err = s.manager(t).DownloadFile(t.Context(), filepath.Join(dir, "file"), get())
	require.ErrorIs(t, err, s3.ErrChecksumMismatch)
	assert.Empty(t, names(t, dir))
}

// Two downloads to one name: the one whose file was taken away fails, and the file that is
// there is whole.
func TestDownloadFileTwice(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, shelve(pattern(3*partSize)))
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	m := s.manager(t, keepPartial)
	var second error
	s.instead(before(thirdPart, func() {
		s.mu.Lock()
		s.hook = nil
		s.mu.Unlock()
		other := s.manager(t, keepPartial)
		in := get()
		in.Key = "another"
		_, second = other.DownloadFile(t.Context(), name, in)
	}))
	_, err := m.DownloadFile(t.Context(), name, get())
	require.NoError(t, second)
	require.Error(t, err)
	require.True(t, errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "replaced by another download"), err)
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	requireSame(t, pattern(3*partSize), got)
}

// Names may be as long as file systems take.
func TestDownloadFileLongName(t *testing.T) {
	t.Parallel()
	s := startShelf(t, s3.CephRGW(), false, shelve(pattern(3*partSize)))
	dir := t.TempDir()
	for i, name := range []string{strings.Repeat("x", 255), strings.Repeat("é", 127), strings.Repeat("x", 254) + "y"} {
		for _, fn := range []func(*Options){func(*Options) {}, keepPartial} {
			_, err := s.manager(t, fn).DownloadFile(t.Context(), filepath.Join(dir, name), get())
			require.NoError(t, err)
		}
		require.Len(t, names(t, dir), i+1)
	}
}

func TestDownloadErrorText(t *testing.T) {
	t.Parallel()
	e := &DownloadError{Bucket: "b", Key: "k\n", Offset: 5, Size: 3, Kept: true, Err: errors.New("why")}
	assert.Equal(t, `download of bucket "b", key "k\n", 3 bytes at 5, partial file kept: why`, e.Error())
	assert.Equal(t, "why", fmt.Sprint(errors.Unwrap(e)))
}
