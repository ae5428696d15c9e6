package transfer

import (
	"context"
	"fmt"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"

	"github.com/stowage-go/stowage/s3"
)

// UploadDirectoryInput is what [Manager.UploadDirectory] sends, and where to.
type UploadDirectoryInput struct {
	// Directory is its path on this machine.
	Directory string
	// Bucket is the bucket's name.
	Bucket string
	// Prefix stands before each name, and a slash between them if it has none at its end.
	// Empty: keys are the names.
	Prefix string
}

// UploadDirectory sends every file of a directory, at any depth: "a/b.txt" in it becomes the key
// Prefix/a/b.txt, with slashes on every system. What is there under a key is replaced; [Manager.Sync]
// sends only what has changed.
//
// Each file is sent as [Manager.Upload] does, several at a time, in the order of their keys. A name that is not UTF-8 or
// makes too long a key is a [KeyError]. Devices, sockets and pipes are passed over.
//
// The failure of an object keeps no other from being sent. The error is a *[DirectoryError]; the
// output is never nil.
func (m *Manager) UploadDirectory(ctx context.Context, in *UploadDirectoryInput, fns ...func(*DirectoryOptions)) (*DirectoryOutput, error) {
	if in == nil {
		return notBegun(&OptionError{Field: "input", Reason: "is nil"})
	}
	return m.whole(ctx, in.Directory, in.Bucket, fns, func(y *mirror) {
		y.between(m.folder(in.Directory, y.options), m.keyspace(in.Bucket, in.Prefix))
	})
}

// whole transfers without a comparison.
func (m *Manager) whole(ctx context.Context, directory, bucket string, fns []func(*DirectoryOptions), between func(*mirror)) (*DirectoryOutput, error) {
	o, err := directoryOptions(fns)
	switch {
	case err != nil:
	case directory == "":
		err = &OptionError{Field: "Directory", Reason: "is empty"}
	case bucket == "":
		err = &OptionError{Field: "Bucket", Reason: "is empty"}
	case o.Delete:
		err = &OptionError{Field: "Delete", Reason: "is for Sync, which lists both sides"}
	}
	if err != nil {
		return notBegun(err)
	}
	y := &mirror{options: o}
	between(y)
	return y.run(ctx)
}

// uploads is the way from a directory to a bucket.
type uploads struct {
	*mirror
	from *folder
	to   *keyspace
	bin
}

func (u *uploads) operation() Operation   { return OperationUpload }
func (u *uploads) sides() (from, to side) { return u.from, u.to }
func (u *uploads) concurrency() int       { return u.to.manager.options.Concurrency }

func (u *uploads) begin(m *mirror) (err error) {
	u.bin = bin{mirror: m, keyspace: u.to}
	u.from.source, u.from.order = true, m.order
	u.from.ignored = func() { m.count(func() { m.out.Ignored++ }) }
	u.from.root, err = os.OpenRoot(u.from.path)
	return err
}

func (u *uploads) end() { _ = u.from.root.Close() } // it was read only

// wanted: a directory is for the bucket if it is empty, and that is asked for.
func (u *uploads) wanted(from *entry) bool {
	return !from.isDirectory() || from.empty && u.options.EmptyDirectories
}

func (u *uploads) admit(from *entry) error {
	return checkKeyName(u.to.prefix+from.name, u.to.profile.MaxKeyLength)
}

func (u *uploads) stale(from, to *entry) bool { return from.modified.After(to.modified) }

func (u *uploads) same(ctx context.Context, from, to *entry) (bool, error) {
	return u.to.holds(ctx, to, u.from, from.name)
}

func (u *uploads) prepare(*entry, *entry) error { return nil }

func (u *uploads) transfer(ctx context.Context, from *entry, moved func(int64)) error {
	in := &s3.PutObjectInput{Bucket: u.to.bucket, Key: u.to.prefix + from.name}
	if from.isDirectory() {
		in.ContentType = markerContentType
	} else {
		f, err := u.from.open(from.name)
		if err != nil {
			return err
		}
		defer f.Close()
		in.Body, in.ContentType = f, u.contentType(from.name)
	}
	body := in.Body
	if u.options.PutObject != nil {
		u.options.PutObject(in)
	}
	in.Bucket, in.Key, in.Body = u.to.bucket, u.to.prefix+from.name, body
	_, err := u.to.manager.Upload(ctx, in, u.transferOptions(from.name, moved))
	return err
}

// markerContentType is what other programs give an object that stands for a directory.
const markerContentType = "application/x-directory"

func (m *mirror) contentType(name string) string {
	if m.options.ContentType != nil {
		return m.options.ContentType(name)
	}
	return mime.TypeByExtension(path.Ext(name))
}

// open opens a file of the source. Where links are not followed, one that has taken the file's
// place meanwhile leads nowhere outside.
func (f *folder) open(name string) (file *os.File, err error) {
	if f.follows() {
		file, err = os.Open(f.at(name))
	} else {
		file, err = f.root.Open(filepath.FromSlash(name))
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: f.at(name), Err: fmt.Errorf("%w: it is no file any more", fs.ErrInvalid)}
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}
