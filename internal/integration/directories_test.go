//go:build integration

package integration

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/s3/transfer/glob"
)

// files are those of a directory by their names; one with a slash at its end is an empty directory.
type files map[string][]byte

func (f files) write(t *testing.T, dir string) {
	t.Helper()
	for name, body := range f {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			require.NoError(t, os.MkdirAll(path, 0o755))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, body, 0o644))
		past := time.Now().Add(-time.Hour) // before the upload by any clock
		require.NoError(t, os.Chtimes(path, past, past))
	}
}

func readFiles(dir string) (files, error) {
	found := files{}
	return found, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if !e.IsDir() {
			found[filepath.ToSlash(rel)], err = os.ReadFile(path)
			return err
		}
		inside, err := os.ReadDir(path)
		if len(inside) == 0 {
			found[filepath.ToSlash(rel)+"/"] = nil
		}
		return err
	})
}

func (f files) same(other files) error {
	return that(maps.EqualFunc(f, other, func(a, b []byte) bool { return string(a) == string(b) }),
		"files are %q, wanted %q", slices.Sorted(maps.Keys(f)), slices.Sorted(maps.Keys(other)))
}

// counted is nil when the output is the one that was wanted; bytes are not compared.
func counted(got *transfer.DirectoryOutput, want transfer.DirectoryOutput) error {
	want.Bytes = got.Bytes
	return that(*got == want, "output is %+v, wanted %+v", *got, want)
}

func TestDirectories(t *testing.T) {
	eachServer(t, func(t *testing.T, s *server) {
		bucket := s.bucket(t)
		m, err := transfer.NewManager(s.client, func(o *transfer.Options) { o.PartSize = minPart })
		require.NoError(t, err)
		// Names that sort, or are escaped, in ways that are easily got wrong.
		odd := "a b+c%20&=?#"
		if s.options.Profile.RewrittenKeys&s3.KeyQuestionMark != 0 {
			odd = "a b+c%20&=#" // the profile refuses the other
		}
		tree := files{
			"a-b": data(1), "a.b": data(2), "a/b": data(3), "a/c/d": data(4), "a0": data(5), odd: data(6),
			"é/日本.txt": data(7), "\U00010000": data(8), "\uFFFD": data(9), "empty": nil, ".hidden": data(10), "nothing/": nil,
			"large": data(2*minPart + 1),
		}
		many := 200
		if s.name == "openstack" { // which takes its time for each
			many = 4
		}
		for i := range many {
			tree[fmt.Sprintf("many/%03d", i)] = data(100 + i)
		}
		n, folders := int64(len(tree)), int64(0)
		if s.options.Profile.ListsDirectories {
			folders = 4 // a, a/c, many and é are listed, too
		}
		dir := t.TempDir()
		tree.write(t, dir)
		require.NoError(t, os.Symlink("a0", filepath.Join(dir, "link")))
		local, remote := transfer.Place{Directory: dir}, transfer.Place{Bucket: bucket, Prefix: "tree"}
		asked := func(o *transfer.DirectoryOptions) { o.Delete, o.EmptyDirectories = true, true }
		dry := func(o *transfer.DirectoryOptions) { o.DryRun = true }
		run := func(ctx context.Context, from, to transfer.Place, fns ...func(*transfer.DirectoryOptions)) (*transfer.DirectoryOutput, error) {
			return m.Sync(ctx, &transfer.SyncInput{From: from, To: to}, append(fns, asked)...)
		}

		s.check(t, "directory, up", func(ctx context.Context, t *testing.T) error {
			out, err := m.UploadDirectory(ctx, &transfer.UploadDirectoryInput{Directory: dir, Bucket: bucket, Prefix: "tree"},
				func(o *transfer.DirectoryOptions) { o.EmptyDirectories = true })
			if err != nil {
				return err
			}
			return counted(out, transfer.DirectoryOutput{Uploaded: n, Ignored: 1})
		})
		s.check(t, "directory, down", func(ctx context.Context, t *testing.T) error {
			back := t.TempDir()
			out, err := m.DownloadDirectory(ctx, &transfer.DownloadDirectoryInput{Bucket: bucket, Prefix: "tree", Directory: back})
			if err != nil {
				return err
			}
			found, err := readFiles(back)
			return all(err, counted(out, transfer.DirectoryOutput{Downloaded: n + folders}), found.same(tree))
		})
		s.check(t, "sync, up, nothing to do", func(ctx context.Context, t *testing.T) error {
			out, err := run(ctx, local, remote)
			if err != nil {
				return err
			}
			return counted(out, transfer.DirectoryOutput{Skipped: n, Ignored: 1})
		})
		s.check(t, "sync, up, by checksum", func(ctx context.Context, t *testing.T) error {
			out, err := run(ctx, local, remote, dry, func(o *transfer.DirectoryOptions) { o.Compare = transfer.CompareChecksum })
			if err != nil {
				return err
			}
			if !s.options.Profile.ETagMD5 { // nothing is known but that the marker is there
				return counted(out, transfer.DirectoryOutput{Uploaded: n - 1, Skipped: 1, Ignored: 1})
			}
			return counted(out, transfer.DirectoryOutput{Skipped: n, Ignored: 1})
		})
		s.check(t, "sync, down, twice", func(ctx context.Context, t *testing.T) error {
			back := transfer.Place{Directory: t.TempDir()}
			first, err := run(ctx, remote, back)
			if err != nil {
				return err
			}
			again, err := run(ctx, remote, back)
			if err != nil {
				return err
			}
			extra := files{"a/c/e/extra": data(1), "z/extra/": nil}
			extra.write(t, back.Directory)
			third, err := run(ctx, remote, back)
			if err != nil {
				return err
			}
			found, err := readFiles(back.Directory)
			return all(err, counted(first, transfer.DirectoryOutput{Downloaded: n + folders}), counted(again, transfer.DirectoryOutput{Skipped: n + folders}),
				counted(third, transfer.DirectoryOutput{Skipped: n + folders, Deleted: 1}), found.same(tree))
		})
		s.check(t, "sync, changes and deletions", func(ctx context.Context, t *testing.T) error {
			files{"a0": data(50), "new": data(1)}.write(t, dir)
			if err := all(os.Remove(filepath.Join(dir, "a", "c", "d")), os.RemoveAll(filepath.Join(dir, "many"))); err != nil {
				return err
			}
			want := transfer.DirectoryOutput{Uploaded: 2, Deleted: int64(many + 1), Skipped: n - int64(many) - 2, Ignored: 1}
			before, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			if err != nil {
				return err
			}
			would, err := run(ctx, local, remote, dry)
			if err != nil {
				return err
			}
			after, err := s.keys(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			if err != nil {
				return err
			}
			// The directory is empty now, and gets a marker, or has one. The other goes.
			if folders == 0 {
				want.Uploaded++
			} else {
				want.Skipped++
				want.Deleted++
			}
			did, err := run(ctx, local, remote)
			return all(err, that(slices.Equal(before, after), "the dry run changed something"), counted(would, want), counted(did, want))
		})
		s.check(t, "sync, bucket to bucket", func(ctx context.Context, t *testing.T) error {
			to := transfer.Place{Bucket: bucket, Prefix: "copy"}
			first, err := run(ctx, remote, to)
			if err != nil {
				return err
			}
			again, err := run(ctx, remote, to)
			if err != nil {
				return err
			}
			n := first.Copied
			return all(that(n == int64(len(tree)-many+1)+max(folders-2, 0), "%d copied", n), counted(first, transfer.DirectoryOutput{Copied: n}),
				counted(again, transfer.DirectoryOutput{Skipped: n}), s.holds(ctx, bucket, "copy/large", tree["large"]))
		})
		s.check(t, "sync, client to client", func(ctx context.Context, t *testing.T) error {
			other, err := transfer.NewManager(s.with(t, func(*s3.Options) {}), func(o *transfer.Options) { o.PartSize = minPart })
			if err != nil {
				return err
			}
			some, err := glob.Filter([]string{"/a/", "large"}, nil)
			if err != nil {
				return err
			}
			out, err := run(ctx, remote, transfer.Place{Bucket: bucket, Prefix: "other", Manager: other}, func(o *transfer.DirectoryOptions) { o.Filter = some })
			if err != nil {
				return err
			}
			return all(that(out.Copied == 3+folders/4 && out.Failed == 0, "output is %+v", *out), // a/b, the marker of a/c, large, and a where it is listed
				s.holds(ctx, bucket, "other/large", tree["large"]), s.holds(ctx, bucket, "other/a/b", tree["a/b"]))
		})
		s.check(t, "directory of keys that are no names", func(ctx context.Context, t *testing.T) error {
			made := []string{"keys/fine"}
			for _, key := range made {
				if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key}); err != nil {
					return err
				}
			}
			// Not every server can keep them.
			for _, key := range []string{"keys/../../outside", "keys//twice", "keys/./here"} {
				if _, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key}); err == nil {
					made = append(made, key)
				}
			}
			parent := t.TempDir()
			_, err := m.DownloadDirectory(ctx, &transfer.DownloadDirectoryInput{Bucket: bucket, Prefix: "keys", Directory: filepath.Join(parent, "in")})
			refused := 0
			var failed *transfer.DirectoryError
			if errors.As(err, &failed) {
				refused = len(failed.Failed)
			} else if err != nil {
				return err
			}
			found, err := readFiles(parent)
			return all(err, that(refused == len(made)-1, "%d of %q were refused", refused, made), found.same(files{"in/fine": nil}))
		})
		s.check(t, "sync to no bucket", func(ctx context.Context, t *testing.T) error {
			_, err := run(ctx, local, transfer.Place{Bucket: bucketName()})
			return expect(err, s3.ErrNoSuchBucket)
		})
	})
}
