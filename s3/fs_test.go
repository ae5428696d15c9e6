package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree is keys of a few hundred objects in directories, wide and deep, some with markers,
// and names around the slash in the order of bytes.
func tree() []string {
	keys := []string{
		"a-b", "a/x", "a0", "a!", "a b", "z", "empty/", "marked/", "marked/file", "deep/1/2/3/4/5/file",
		"both", "both-", "both-/x", "both/below", "both0", "ü/é", "%41+b&c", "100%", "new\nline", "*?[x]", "colon:x",
	}
	for i := range 200 {
		keys = append(keys, fmt.Sprintf("wide/%03d", i))
	}
	for i := range 60 {
		keys = append(keys, fmt.Sprintf("dirs/%d/file", i), fmt.Sprintf("dirs/%d-", i))
	}
	return keys
}

// unseen are keys that no path leads to.
var unseen = []string{
	"/lead", "//", "x//y", "x//", ".", "..", "./dot", "../up", "x/./y", "x/../z", "x/..", "x/.", "bad\xff", "x/bad\xff/z", "x/marker/",
}

func TestFSAsFstestHasIt(t *testing.T) {
	t.Parallel()
	keys := tree()
	for name, list := range map[string]int{"ListObjectsV2": 2, "ListObjects": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMemory(slices.Concat(keys, unseen)...)
			m.pageSize = 7
			fsys := FS(m.client(t, func(o *Options) { o.Profile.ListVersion = list }), "bucket")
			want := []string{"empty", "x"}
			for _, key := range keys {
				if path.Dir(key) != "both" && path.Dir(key) != "both-" && !strings.HasSuffix(key, "/") {
					want = append(want, key)
				}
			}
			require.NoError(t, fstest.TestFS(fsys, want...))
			sub, err := fs.Sub(fsys, "dirs")
			require.NoError(t, err)
			require.NoError(t, fstest.TestFS(sub, "0/file", "0-", "59/file"))
			for _, r := range m.log {
				require.Equal(t, list == 2 && r.URL.Path == "/bucket", r.URL.Query().Has("list-type"), r.URL)
			}
		})
	}
}

func TestFSReadDir(t *testing.T) {
	t.Parallel()
	m := newMemory(append(tree(), unseen...)...)
	m.pageSize = 3
	fsys := FS(m.client(t), "bucket")
	names := func(entries []fs.DirEntry) (names []string) {
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	all, err := fsys.ReadDir(".")
	require.NoError(t, err)
	require.True(t, slices.IsSorted(names(all)))
	require.Subset(t, names(all), []string{"a", "a-b", "a!", "a0", "both", "both-", "both0", "x", "empty"})
	require.Len(t, all, len(slices.Compact(names(all))), "no name comes twice")
	for _, e := range all {
		require.Equal(t, slices.Contains([]string{"a", "deep", "dirs", "empty", "marked", "wide", "x", "ü"}, e.Name()), e.IsDir(), e)
	}

	t.Run("in pieces", func(t *testing.T) {
		for n := 1; n < 8; n++ {
			f, err := fsys.Open(".")
			require.NoError(t, err)
			var got []string
			for {
				part, err := f.(fs.ReadDirFile).ReadDir(n)
				if err == io.EOF {
					require.Empty(t, part)
					break
				}
				require.NoError(t, err)
				require.NotEmpty(t, part)
				require.LessOrEqual(t, len(part), n)
				got = append(got, names(part)...)
			}
			require.NoError(t, f.Close())
			slices.Sort(got)
			require.Equal(t, names(all), got)
		}
	})
	t.Run("a page at a time", func(t *testing.T) {
		m.take()
		f, err := fsys.Open("wide")
		require.NoError(t, err)
		part, err := f.(fs.ReadDirFile).ReadDir(2)
		require.NoError(t, err)
		require.Equal(t, []string{"000", "001"}, names(part))
		require.Equal(t, []string{"HEAD wide", "LIST wide/"}, m.take())
		_, err = f.(fs.ReadDirFile).ReadDir(2)
		require.NoError(t, err)
		require.Empty(t, m.take(), "one was left")
		_, err = f.(fs.ReadDirFile).ReadDir(2)
		require.NoError(t, err)
		require.Equal(t, []string{"LIST wide/"}, m.take())
		require.NoError(t, f.Close())
		require.NoError(t, f.Close())
		_, err = f.(fs.ReadDirFile).ReadDir(2)
		require.ErrorIs(t, err, fs.ErrClosed)
	})
	t.Run("entries", func(t *testing.T) {
		entries, err := fsys.ReadDir("marked")
		require.NoError(t, err)
		require.Equal(t, []string{"file"}, names(entries), "and not the marker")
		info, err := entries[0].Info()
		require.NoError(t, err)
		require.Equal(t, "marked/file", info.Sys().(*Object).Key)
		require.Equal(t, int64(len("content of marked/file")), info.Size())
		require.Equal(t, fs.FileMode(0o444), info.Mode())
		require.Equal(t, "-r--r--r-- 22 2026-03-04 05:06:07 file", fmt.Sprint(info))
		require.True(t, info.ModTime().Equal(memoryTime.Truncate(1e9)))

		empty, err := fsys.ReadDir("empty")
		require.NoError(t, err)
		require.Empty(t, empty)
		both, err := fsys.ReadDir("both")
		require.NoError(t, err, "a file's name may still be a directory's")
		require.Equal(t, []string{"below"}, names(both))
	})
	t.Run("in no order", func(t *testing.T) {
		const listing = `<ListBucketResult><IsTruncated>%t</IsTruncated><NextContinuationToken>t</NextContinuationToken>%s</ListBucketResult>`
		s := script(
			says(200, fmt.Sprintf(listing, true, `<CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes><Contents><Key>z</Key></Contents>`)),
			says(200, fmt.Sprintf(listing, false, `<Contents><Key>q</Key><Size>5</Size></Contents><Contents><Key>b</Key></Contents>`)))
		entries, err := FS(newClient(t, s), "bucket").ReadDir(".")
		require.NoError(t, err)
		require.Equal(t, []string{"b", "q", "z"}, names(entries))
		require.False(t, entries[1].IsDir())
	})
	t.Run("a listing that breaks off", func(t *testing.T) {
		s := script(
			says(200, `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>k</Key></Contents></ListBucketResult>`),
			says(403, errorXML("AccessDenied")))
		f, err := FS(newClient(t, s), "bucket").Open(".")
		require.NoError(t, err)
		entries, err := f.(fs.ReadDirFile).ReadDir(-1)
		require.Equal(t, []string{"k"}, names(entries))
		require.ErrorIs(t, err, ErrAccessDenied)
		require.ErrorIs(t, err, fs.ErrPermission)
		require.ErrorAs(t, err, new(*fs.PathError))
		_, err = f.(fs.ReadDirFile).ReadDir(1)
		require.ErrorIs(t, err, ErrAccessDenied)
		require.NoError(t, f.Close())
	})
	t.Run("pages of nothing", func(t *testing.T) {
		// A server that filters after it has cut the page.
		const nothing = `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t%d</NextContinuationToken></ListBucketResult>`
		replies := []func(*http.Request) (*http.Response, error){
			says(404, ""), says(200, fmt.Sprintf(nothing, 1)), says(200, fmt.Sprintf(nothing, 2)),
			says(200, `<ListBucketResult><Contents><Key>d/k</Key></Contents></ListBucketResult>`),
		}
		f, err := FS(newClient(t, script(replies...)), "bucket").Open("d")
		require.NoError(t, err)
		entries, err := f.(fs.ReadDirFile).ReadDir(-1)
		require.NoError(t, err)
		require.Equal(t, []string{"k"}, names(entries))
	})
}

func TestFSErrors(t *testing.T) {
	t.Parallel()
	m := newMemory("file", "dir/file")
	fsys := FS(m.client(t), "bucket")
	ops := map[string]func(*BucketFS, string) error{
		"Open":     func(f *BucketFS, name string) error { _, err := f.Open(name); return err },
		"Stat":     func(f *BucketFS, name string) error { _, err := f.Stat(name); return err },
		"ReadFile": func(f *BucketFS, name string) error { _, err := f.ReadFile(name); return err },
		"ReadDir":  func(f *BucketFS, name string) error { _, err := f.ReadDir(name); return err },
		"Sub":      func(f *BucketFS, name string) error { _, err := f.Sub(name); return err },
	}
	for name, op := range ops {
		t.Run(name, func(t *testing.T) {
			for _, bad := range []string{"", "/", "/file", "file/", "dir//file", "./file", "../file", "dir/../file"} {
				err := op(fsys, bad)
				require.ErrorIs(t, err, fs.ErrInvalid)
				var pe *fs.PathError
				require.ErrorAs(t, err, &pe)
				require.Equal(t, bad, pe.Path)
			}
			require.Empty(t, m.take(), "nothing was sent")
			if name == "Sub" {
				return
			}
			err := op(fsys, "dir/missing")
			require.ErrorIs(t, err, fs.ErrNotExist)
			require.ErrorIs(t, err, ErrNotFound)
			var pe *fs.PathError
			require.ErrorAs(t, err, &pe)
			require.Equal(t, "dir/missing", pe.Path)
			require.LessOrEqual(t, len(m.take()), 2)

			err = op(FS(m.client(t), "other"), "file")
			require.ErrorIs(t, err, fs.ErrNotExist)
			require.ErrorIs(t, err, ErrNoSuchBucket)
			if name != "ReadFile" {
				err = op(FS(m.client(t), "other"), ".")
				require.ErrorIs(t, err, fs.ErrNotExist)
				require.ErrorIs(t, err, ErrNoSuchBucket)
			}
			m.take()

			denied := newClient(t, always(403, errorXML("AccessDenied")))
			err = op(FS(denied, "bucket", func(o *Options) { o.Profile.ListVersion = 1 }), ".")
			require.Equal(t, name != "ReadFile", errors.Is(err, ErrAccessDenied))
			err = op(FS(denied, "bucket"), "file")
			require.ErrorIs(t, err, fs.ErrPermission)
			require.ErrorIs(t, err, ErrForbidden)
			require.NotErrorIs(t, err, fs.ErrNotExist)

			err = op(FS(m.client(t), "bucket", func(o *Options) { o.Endpoint = "ftp://store.example" }), "file")
			require.ErrorContains(t, err, "scheme")
			err = op(FS(m.client(t), "bucket", func(o *Options) { o.Endpoint = "ftp://store.example" }), ".")
			require.Error(t, err)

			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, op(fsys.WithContext(ctx), "file"), context.Canceled)
			require.Empty(t, m.take())
		})
	}
	t.Run("a directory is no file", func(t *testing.T) {
		for _, name := range []string{"dir", "."} {
			_, err := fsys.ReadFile(name)
			require.ErrorContains(t, err, "is a directory")
			f, err := fsys.Open(name)
			require.NoError(t, err)
			_, err = f.Read(make([]byte, 1))
			require.ErrorContains(t, err, "read "+name+": is a directory")
			info, err := f.Stat()
			require.NoError(t, err)
			require.Equal(t, fs.ModeDir|0o555, info.Mode())
			require.True(t, info.ModTime().IsZero())
			require.Nil(t, info.Sys())
			require.NoError(t, f.Close())
		}
	})
	t.Run("a file is no directory", func(t *testing.T) {
		_, err := fsys.ReadDir("file")
		require.ErrorContains(t, err, "file: is not a directory")
		require.NotErrorIs(t, err, fs.ErrNotExist)
		_, err = fsys.Open("file/below")
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
	t.Run("an empty bucket", func(t *testing.T) {
		empty := newMemory()
		fsys := FS(empty.client(t), "bucket")
		require.NoError(t, fstest.TestFS(fsys))
		_, err := fsys.Stat(".")
		require.NoError(t, err)
		sub, err := fsys.Sub("nothing")
		require.NoError(t, err)
		_, err = fs.Stat(sub, ".")
		require.ErrorIs(t, err, fs.ErrNotExist, "below the bucket a directory is there only with keys")
		_, err = sub.Open(".")
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
	t.Run("a listing for the existence of a directory", func(t *testing.T) {
		s := script(says(404, ""), says(403, errorXML("AccessDenied")))
		_, err := FS(newClient(t, s), "bucket").Stat("x")
		require.ErrorIs(t, err, fs.ErrPermission)
		s = script(says(404, errorXML("NoSuchKey")), says(403, errorXML("AccessDenied")))
		_, err = FS(newClient(t, s), "bucket").ReadFile("x")
		require.ErrorIs(t, err, fs.ErrPermission)
		short := script(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "12345", "Content-Length", "9")
			resp.ContentLength = 9
			return resp, nil
		})
		_, err = FS(newClient(t, short), "bucket").ReadFile("x")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.ErrorAs(t, err, new(*fs.PathError))
	})
}

func TestFSRequests(t *testing.T) {
	t.Parallel()
	m := newMemory("file", "dir/file", "dir/other")
	m.put("zero", "")
	fsys := FS(m.client(t), "bucket")
	sub, err := fsys.Sub("dir")
	require.NoError(t, err)
	same, err := fsys.Sub(".")
	require.NoError(t, err)
	require.Equal(t, fsys, same)
	require.Equal(t, "s3.FS(bucket/dir/)", fmt.Sprint(sub))
	read := func(fsys fs.FS, name string) {
		f, err := fsys.Open(name)
		require.NoError(t, err)
		_, err = io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	for _, c := range []struct {
		name string
		do   func()
		want []string
	}{
		{"open and read", func() { read(fsys, "dir/file") }, []string{"HEAD dir/file", "GET dir/file"}},
		{"of a sub", func() { read(sub, "file") }, []string{"HEAD dir/file", "GET dir/file"}},
		{"an empty file", func() { read(fsys, "zero") }, []string{"HEAD zero"}},
		{"ReadFile", func() { _, err = fsys.ReadFile("file") }, []string{"GET file"}},
		{"Stat", func() { _, err = fsys.Stat("file") }, []string{"HEAD file"}},
		{"Stat of a directory", func() { _, err = fsys.Stat("dir") }, []string{"HEAD dir", "LIST dir/"}},
		{"Stat of the bucket", func() { _, err = fsys.Stat(".") }, []string{"LIST "}},
		{"ReadDir", func() { _, err = fsys.ReadDir("dir") }, []string{"LIST dir/"}},
		{"ReadDir of a sub", func() { _, err = fs.ReadDir(sub, ".") }, []string{"LIST dir/"}},
		{"WalkDir", func() {
			err = fs.WalkDir(fsys, ".", func(string, fs.DirEntry, error) error { return nil })
		}, []string{"LIST ", "LIST ", "LIST dir/"}},
	} {
		c.do()
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, m.take(), c.name)
	}
}

func TestFSOverHTTP(t *testing.T) {
	t.Parallel()
	m := newMemory("dir/a.txt", "dir/b & c.txt", "site/index.html")
	content := strings.Repeat("0123456789", 100_000)
	m.put("dir/large.txt", content)
	server := httptest.NewServer(http.FileServerFS(FS(m.client(t), "bucket")))
	t.Cleanup(server.Close)
	get := func(path string, header ...string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := server.Client().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(resp.Body)
		require.NoError(t, err)
		return resp, b.String()
	}
	resp, body := get("/dir/large.txt")
	assert.Equal(t, 200, resp.StatusCode)
	assert.True(t, content == body, "%d bytes", len(body))
	assert.Equal(t, "Wed, 04 Mar 2026 05:06:07 GMT", resp.Header.Get("Last-Modified"))

	m.take()
	resp, body = get("/dir/large.txt", "Range", "bytes=123456-123465")
	assert.Equal(t, 206, resp.StatusCode)
	assert.Equal(t, content[123456:123466], body)
	assert.Equal(t, "bytes 123456-123465/1000000", resp.Header.Get("Content-Range"))
	assert.Equal(t, []string{"HEAD dir/large.txt", "GET dir/large.txt bytes=123456-385599"}, m.take())

	resp, body = get("/dir/large.txt", "If-Modified-Since", "Wed, 04 Mar 2026 05:06:07 GMT")
	assert.Equal(t, 304, resp.StatusCode)
	assert.Empty(t, body)
	assert.Equal(t, []string{"HEAD dir/large.txt"}, m.take())

	resp, body = get("/dir/")
	assert.Equal(t, 200, resp.StatusCode)
	assert.Contains(t, body, `<a href="b%20&%20c.txt">`)
	resp, body = get("/site/")
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "content of site/index.html", body)
	resp, _ = get("/missing")
	assert.Equal(t, 404, resp.StatusCode)
	m.hook = func(w http.ResponseWriter, r *http.Request) bool { refuse(w, r, 403, "AccessDenied"); return true }
	resp, _ = get("/dir/a.txt")
	assert.Equal(t, 403, resp.StatusCode)
}

// Whatever the keys are, all that paths lead to is found, and once.
func FuzzFSWalk(f *testing.F) {
	f.Add("a-b,a/x,a,a0,b//c", uint8(1))
	f.Add(strings.Join(append(tree(), unseen...), ","), uint8(5))
	f.Fuzz(func(t *testing.T, list string, pageSize uint8) {
		m := newMemory()
		want := map[string]bool{}
		keys := strings.Split(list, ",")
		if len(keys) > 300 {
			return
		}
		for _, key := range keys {
			if key != "" && len(key) < 100 {
				m.put(key, "x")
			}
		}
		m.pageSize = int(pageSize%10) + 1
		for key := range m.objects {
			if !fs.ValidPath(key) || key == "." {
				continue
			}
			want[key] = true
			for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
				if _, isFile := m.objects[dir]; isFile {
					delete(want, key)
				}
			}
		}
		fsys := FS(m.client(t), "bucket")
		got := map[string]bool{}
		require.NoError(t, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if got[name] {
				return errors.New(name + " came twice")
			}
			got[name] = true
			return nil
		}))
		require.Equal(t, want, got)
	})
}
