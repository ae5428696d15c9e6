package s3

import (
	"io/fs"
	"path"
	"time"
)

// fileInfo describes a file or a directory, by itself and as an entry of another.
type fileInfo struct {
	name    string
	size    int64
	modTime time.Time
	mode    fs.FileMode
	sys     any
}

const fileMode, directoryMode fs.FileMode = 0o444, fs.ModeDir | 0o555

func headInfo(name string, head *HeadObjectOutput) *fileInfo {
	return &fileInfo{name: path.Base(name), size: head.ContentLength, modTime: modTime(head.LastModified), mode: fileMode, sys: head}
}

func directoryInfo(name string) *fileInfo {
	return &fileInfo{name: path.Base(name), mode: directoryMode}
}

// modTime is to the second, as headers have it: listings know more.
func modTime(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func (i *fileInfo) Name() string               { return i.name }
func (i *fileInfo) Size() int64                { return i.size }
func (i *fileInfo) Mode() fs.FileMode          { return i.mode }
func (i *fileInfo) Type() fs.FileMode          { return i.mode.Type() }
func (i *fileInfo) ModTime() time.Time         { return i.modTime }
func (i *fileInfo) IsDir() bool                { return i.mode.IsDir() }
func (i *fileInfo) Sys() any                   { return i.sys }
func (i *fileInfo) Info() (fs.FileInfo, error) { return i, nil }
func (i *fileInfo) String() string             { return fs.FormatFileInfo(i) }
