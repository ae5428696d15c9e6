package transfer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/stowage-go/stowage/s3"
)

// DownloadDirectoryInput is what [Manager.DownloadDirectory] fetches, and where to.
type DownloadDirectoryInput struct {
	// Bucket is the bucket's name.
	Bucket string
	// Prefix is the start of the keys, up to a slash: one that does not end with a slash gets
	// one, so that "photos" never means "photos-2". Empty: the whole bucket.
	Prefix string
	// Directory is its path on this machine. It is made when there is none.
	Directory string
}

// DownloadDirectory writes every object below a prefix into a directory: the key Prefix/a/b.txt
// becomes "a/b.txt" in it. A file that is there is replaced; [Manager.Sync] fetches only what has
// changed. Files get the time of their object; objects that end with a slash become directories.
//
// No key can make it write outside the directory. What can't be a name of its own there fails
// with a [KeyError], and nothing is written for it: a key with a segment ".", ".." or none, that
// begins with a slash, holds a NUL or, on Windows, a backslash, a colon, the name of a device or
// what else is no name there; a key below another object's ("a" and "a/b": the first is a file);
// one that ends with a slash and has content; and one whose place is taken by a directory, a
// symbolic link or a device, or lies behind a link. On file systems that take "A" for
// "a", the later of two such keys replaces the earlier; Sync refuses it when it comes after the
// other is written.
//
// The failure of an object keeps no other from being fetched. The error is a *[DirectoryError];
// the output is never nil.
func (m *Manager) DownloadDirectory(ctx context.Context, in *DownloadDirectoryInput, fns ...func(*DirectoryOptions)) (*DirectoryOutput, error) {
	if in == nil {
		return notBegun(&OptionError{Field: "input", Reason: "is nil"})
	}
	return m.whole(ctx, in.Directory, in.Bucket, fns, func(y *mirror) {
		y.between(m.keyspace(in.Bucket, in.Prefix), m.folder(in.Directory, y.options))
	})
}

// downloads is the way from a bucket to a directory. All that it writes goes through an os.Root,
// so that whatever a key or a link says, it stays inside.
type downloads struct {
	*mirror
	from *keyspace
	to   *folder

	files  []string // of the source, that a key could lie below
	parent string   // the directory that was made or found last
	trail  []passed // the local directories that the names have come into, from the top
}

// passed is a local directory whose names are going by.
type passed struct {
	name  string
	kept  bool // it holds what the source has too, or what is not to be deleted
	spent bool // something in it was deleted, or it was empty
}

func (d *downloads) operation() Operation   { return OperationDownload }
func (d *downloads) sides() (from, to side) { return d.from, d.to }
func (d *downloads) concurrency() int       { return d.from.manager.options.Concurrency }

func (d *downloads) begin(m *mirror) (err error) {
	d.to.order = m.order
	if !m.options.DryRun {
		if err := os.MkdirAll(d.to.path, 0o777); err != nil {
			return err
		}
	}
	d.to.root, err = os.OpenRoot(d.to.path)
	if m.options.DryRun && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (d *downloads) end() {
	if d.to.root != nil {
		_ = d.to.root.Close() // all files are closed by now
	}
}

func (d *downloads) wanted(*entry) bool { return true }

// admit refuses names that are none here, and those below another object's.
func (d *downloads) admit(from *entry) error {
	for n := len(d.files); n > 0; n = len(d.files) {
		file := d.files[n-1]
		if rest, ok := strings.CutPrefix(from.name, file); !ok || rest[0] > '/' {
			d.files = d.files[:n-1] // no later name is below it
			continue
		}
		break
	}
	for _, file := range d.files {
		if from.name[len(file)] == '/' {
			return &KeyError{Key: from.name, Reason: "lies below " + file + ", which is an object too and so a file here"}
		}
	}
	switch err := checkFileName(runtime.GOOS, from.name); {
	case err != nil:
		return err
	case !from.isDirectory():
		d.files = append(d.files, from.name)
	case from.size > 0:
		return &KeyError{Key: from.name, Reason: "has content, but its name is that of a directory here"}
	}
	return nil
}

// stale: the file's time is not the object's, even by what coarse file systems keep of it.
func (d *downloads) stale(from, to *entry) bool {
	for _, unit := range []time.Duration{1, time.Second, 2 * time.Second} {
		if to.modified.Equal(from.modified.Truncate(unit)) {
			return false
		}
	}
	return true
}

func (d *downloads) same(ctx context.Context, from, to *entry) (bool, error) {
	return d.from.holds(ctx, from, d.to, to.name)
}

// prepare makes the directories that the file is in, and sees that nothing is in its place.
func (d *downloads) prepare(from, to *entry) error {
	if from.isDirectory() {
		return d.directory(strings.TrimSuffix(from.name, "/"))
	}
	if err := d.directory(path.Dir(from.name)); err != nil {
		return err
	}
	info, err := d.to.root.Lstat(filepath.FromSlash(from.name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &KeyError{Key: from.name, Reason: "is taken here by " + kindOf(info)}
	case d.compare && to == nil:
		return &KeyError{Key: from.name, Reason: "is taken here by a file of another name, or one that came meanwhile"}
	}
	return nil
}

func kindOf(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return "a directory"
	case info.Mode()&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "something that is no file"
}

// directory makes a directory and those that it is in. A link is none, wherever it leads.
func (d *downloads) directory(name string) error {
	if name == "." || name == d.parent || strings.HasPrefix(d.parent, name+"/") {
		return nil
	}
	if err := d.directory(path.Dir(name)); err != nil {
		return err
	}
	err := d.to.root.Mkdir(filepath.FromSlash(name), 0o777)
	if errors.Is(err, fs.ErrExist) {
		var info fs.FileInfo
		info, err = d.to.root.Lstat(filepath.FromSlash(name))
		if err == nil && !info.IsDir() {
			return &KeyError{Key: name + "/", Reason: "is taken here by " + kindOf(info) + ", where a directory is needed"}
		}
	}
	if err == nil {
		d.parent = name
	}
	return err
}

func (d *downloads) transfer(ctx context.Context, from *entry, moved func(int64)) error {
	if from.isDirectory() {
		return nil // prepare has made it
	}
	m := d.from.manager
	in := &s3.GetObjectInput{}
	if d.options.GetObject != nil {
		d.options.GetObject(in)
	}
	in.Bucket, in.Key = d.from.bucket, d.from.prefix+from.name
	o := m.options
	o.ClientOptions = o.ClientOptions[:len(o.ClientOptions):len(o.ClientOptions)]
	d.transferOptions(from.name, moved)(&o)
	name := filepath.FromSlash(from.name)
	if _, err := m.downloadInto(ctx, d.to.root, name, in, &o); err != nil {
		return err
	}
	if from.modified.IsZero() {
		return nil
	}
	return d.to.root.Chtimes(name, time.Time{}, from.modified)
}

// pass follows the names into directories and out of them, and takes away those that have lost
// their last file.
func (d *downloads) pass(e *entry, kept bool) {
	if !d.options.Delete || d.options.DryRun {
		return
	}
	for n := len(d.trail); n > 0 && !strings.HasPrefix(e.name, d.trail[n-1].name); n = len(d.trail) {
		d.leave()
	}
	if kept {
		for i := range d.trail {
			d.trail[i].kept = true
		}
	}
	if e.isDirectory() && (len(d.trail) == 0 || d.trail[len(d.trail)-1].name != e.name) {
		d.trail = append(d.trail, passed{name: e.name, kept: kept, spent: e.empty && d.options.EmptyDirectories})
	}
}

func (d *downloads) leave() {
	last := d.trail[len(d.trail)-1]
	d.trail = d.trail[:len(d.trail)-1]
	if last.kept || !last.spent {
		return
	}
	// What is left in it, such as a link, keeps it.
	if d.to.root.Remove(filepath.FromSlash(strings.TrimSuffix(last.name, "/"))) == nil && len(d.trail) > 0 {
		d.trail[len(d.trail)-1].spent = true
	}
}

func (d *downloads) remove(_ context.Context, to *entry) {
	if to.isDirectory() {
		return // it goes with its last file
	}
	err := d.to.root.Remove(filepath.FromSlash(to.name))
	if err == nil && len(d.trail) > 0 {
		d.trail[len(d.trail)-1].spent = true
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	d.mirror.deleted(to, err)
}

func (d *downloads) finish(context.Context) {}

func (d *downloads) flush(context.Context) {
	for len(d.trail) > 0 {
		d.leave()
	}
}
