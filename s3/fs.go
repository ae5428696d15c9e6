package s3

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
)

// FS is a bucket as a file system: [fs.FS], [fs.StatFS], [fs.ReadDirFS], [fs.ReadFileFS]
// and [fs.SubFS]. It sends nothing. opts go into each request.
//
// The key of a file is its path. A directory is what keys share up to a slash, with or
// without a marker, an object whose key ends in a slash: it is there as long as one key
// begins with its path and a slash. The bucket itself, ".", is there while it is empty too.
//
// Not to be seen are objects whose key is no valid path ([fs.ValidPath]: a leading, doubled
// or trailing slash, an element "." or "..", bytes that are no UTF-8), a marker's content
// among them. Where keys "a" and "a/b" are both there, a is a file, in listings too; "a/b"
// can still be opened and "a" read by ReadDir, but [fs.WalkDir] passes it by.
//
// Files have mode 0444, directories ModeDir|0555. ModTime is Last-Modified to the second;
// directories have none. Sys is the listing's *[Object] for what comes from a directory
// and a *[HeadObjectOutput] otherwise; nil for directories.
//
// Failures are of type *[fs.PathError] and match both fs.ErrNotExist, fs.ErrPermission or
// fs.ErrInvalid and the sentinels of this package. A bucket that does not exist is
// fs.ErrNotExist, and [ErrNoSuchBucket] where the server says so.
func FS(c *Client, bucket string, opts ...func(*Options)) *BucketFS {
	return &BucketFS{ctx: context.Background(), client: c, bucket: bucket, opts: opts}
}

// BucketFS is a bucket, or what is below one of its directories, as a file system. [FS]
// makes it. It is safe for concurrent use.
type BucketFS struct {
	ctx    context.Context
	client *Client
	bucket string
	prefix string // empty, or with a slash at its end
	opts   []func(*Options)
}

// WithContext is the same file system with a context for its requests and for those of
// the files that it opens, since the methods of package fs take none. At first it is
// context.Background.
func (f *BucketFS) WithContext(ctx context.Context) *BucketFS {
	with := *f
	with.ctx = ctx
	return &with
}

// Open opens a file as an *[ObjectHandle], with one HeadObject, or a directory as an
// [fs.ReadDirFile], whose first 1,000 entries it has then asked for. What is there only as
// a directory takes both requests.
func (f *BucketFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, pathError("open", name, fs.ErrInvalid)
	}
	missing := fs.ErrNotExist
	if name != "." {
		o, err := f.client.OpenObject(f.ctx, &GetObjectInput{Bucket: f.bucket, Key: f.prefix + name}, f.opts...)
		if err == nil {
			return o, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, pathError("open", name, err)
		}
		missing = err
	}
	d, err := f.openDirectory(name, missing)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return d, nil
}

// Stat describes a file, with one HeadObject, or a directory, with one more request.
func (f *BucketFS) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, pathError("stat", name, fs.ErrInvalid)
	}
	missing := fs.ErrNotExist
	if name != "." {
		head, err := f.head(name)
		if err == nil {
			return headInfo(name, head), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, pathError("stat", name, err)
		}
		missing = err
	}
	if err := f.statDirectory(name, missing); err != nil {
		return nil, pathError("stat", name, err)
	}
	return directoryInfo(name), nil
}

func (f *BucketFS) head(name string) (*HeadObjectOutput, error) {
	return f.client.HeadObject(f.ctx, &HeadObjectInput{Bucket: f.bucket, Key: f.prefix + name}, f.opts...)
}

// ReadFile reads a file with one GetObject, whole and into memory.
func (f *BucketFS) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, pathError("open", name, fs.ErrInvalid)
	}
	if name == "." {
		return nil, pathError("read", name, errIsDirectory)
	}
	content, err := f.readFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err = f.statDirectory(name, err); err == nil {
			return nil, pathError("read", name, errIsDirectory)
		}
	}
	if err != nil {
		return nil, pathError("open", name, err)
	}
	return content, nil
}

func (f *BucketFS) readFile(name string) ([]byte, error) {
	out, err := f.client.GetObject(f.ctx, &GetObjectInput{Bucket: f.bucket, Key: f.prefix + name}, f.opts...)
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	var content bytes.Buffer
	// A length is only a promise: beyond what is usual, memory is taken as bytes come.
	content.Grow(int(max(0, min(out.ContentLength, 16*mebibyte))) + bytes.MinRead)
	_, err = content.ReadFrom(out.Body)
	return content.Bytes(), err
}

// ReadDir reads a whole directory, sorted by name, 1,000 entries a request. It holds all
// of it in memory: for a large one open it and use its ReadDir(n).
func (f *BucketFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, pathError("open", name, fs.ErrInvalid)
	}
	d, err := f.openDirectory(name, fs.ErrNotExist)
	if err == fs.ErrNotExist && name != "." { //nolint:errorlint // not what a server said
		if _, err = f.head(name); err == nil {
			err = errNotDirectory
		}
	}
	if err != nil {
		return nil, pathError("open", name, err)
	}
	defer d.Close()
	return d.ReadDir(-1)
}

// Sub is the file system below a directory. It sends nothing: whether the directory is
// there shows when it is read.
func (f *BucketFS) Sub(dir string) (fs.FS, error) {
	if !fs.ValidPath(dir) {
		return nil, pathError("sub", dir, fs.ErrInvalid)
	}
	sub := *f
	sub.prefix = f.below(dir)
	return &sub, nil
}

// String names the bucket and the prefix.
func (f *BucketFS) String() string { return "s3.FS(" + f.bucket + "/" + f.prefix + ")" }

// below is what keys in the directory begin with.
func (f *BucketFS) below(dir string) string {
	if dir == "." {
		return f.prefix
	}
	return f.prefix + dir + "/"
}

var (
	errIsDirectory  = errors.New("is a directory")
	errNotDirectory = errors.New("is not a directory")
)

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

var (
	_ fs.StatFS     = (*BucketFS)(nil)
	_ fs.ReadDirFS  = (*BucketFS)(nil)
	_ fs.ReadFileFS = (*BucketFS)(nil)
	_ fs.SubFS      = (*BucketFS)(nil)
)
