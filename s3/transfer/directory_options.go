package transfer

import (
	"fmt"

	"github.com/stowage-go/stowage/s3"
)

// Comparison is how [Manager.Sync] tells whether two objects of a name are the same.
type Comparison int

const (
	// CompareTime: sizes and times, which listings tell, so that no object is asked for.
	//
	// Into a bucket, an object is stale when its source was modified after it was written
	// (as aws s3 sync has it). A file that was replaced by an older one of the same size, as
	// by mv, goes unnoticed, and so does a change within the error of the clocks; a server
	// that tells whole seconds gets a file twice that was written in the second of its upload.
	//
	// Into a directory, a file is stale when its time is not that of the object, since a
	// download sets it: a file that was changed here is put right, too. File systems that
	// keep whole or even seconds only are allowed for.
	CompareTime Comparison = iota
	// CompareSize: sizes alone.
	CompareSize
	// CompareChecksum: sizes, then content. A file is read and hashed, and compared with the
	// object's ETag where that is an MD5 (Profile.ETagMD5), else with a checksum that the
	// server keeps of the whole object (one HeadObject), else with the ETag of a multipart
	// upload in parts of this manager's size, or of 5, 8, 10, 15, 16, 25, 32, 50, 64, 100, 128 or
	// 256 MiB. Of two objects the ETags are compared, then the checksums. What none of these
	// can tell counts as different.
	CompareChecksum
)

// String is a word for it.
func (c Comparison) String() string {
	switch c {
	case CompareTime:
		return "time"
	case CompareSize:
		return "size"
	}
	return "checksum"
}

// Symlinks is what becomes of symbolic links in a directory that is sent. Links in a directory
// that is written to are never followed, whatever this says.
type Symlinks int

const (
	// SymlinksSkip passes over them; they count as Ignored, and for Delete as not there.
	SymlinksSkip Symlinks = iota
	// SymlinksFollow sends what they point to, also outside the directory. A link to a
	// directory that it lies in, and one to nothing, is a failure.
	SymlinksFollow
	// SymlinksRefuse makes each a failure.
	SymlinksRefuse
)

// String is a word for it.
func (s Symlinks) String() string {
	switch s {
	case SymlinksSkip:
		return "skip"
	case SymlinksFollow:
		return "follow"
	}
	return "refuse"
}

// DefaultDirectoryConcurrency is that of [DirectoryOptions].
const DefaultDirectoryConcurrency = 16

// DirectoryOptions tune [Manager.UploadDirectory], [Manager.DownloadDirectory] and
// [Manager.Sync]. The zero value of each field is its documented default.
//
// Calls of Report and of Progress come one at a time and hold up the transfer while they run. The
// other callbacks may run beside them, and for several objects at once.
type DirectoryOptions struct {
	// Compare is how Sync tells what has changed. The other two compare nothing.
	Compare Comparison
	// Delete makes Sync delete what the target has and the source lacks; names that Filter
	// leaves out stay. Nothing is deleted that the listing of the source has not passed: when
	// that fails, or a directory can't be read, or a file looked at, deletion ends there.
	// In a bucket with versions a delete marker is put on top. A local directory goes with its
	// last file; neither that nor the removal of an empty one is counted.
	Delete bool
	// DryRun does nothing but read: Report is told what would be done, and the output counts it.
	DryRun bool
	// Filter tells whether a name takes part, on both sides; nil: all do. Names are below the
	// directory or the prefix, with slashes, and with one at the end for an empty directory
	// or a marker. Package glob makes filters of patterns.
	Filter func(name string) bool
	// Symlinks is what becomes of symbolic links in the source.
	Symlinks Symlinks
	// EmptyDirectories makes an upload put an empty object "name/" for each empty directory,
	// and Sync with Delete remove empty directories that the source lacks. A download makes
	// a directory of each such object in any case.
	EmptyDirectories bool
	// Concurrency is how many objects are being transferred at most; their requests take
	// turns with those of the manager's other transfers. Zero: 16, or the manager's
	// Concurrency if that is more; negative: 1.
	Concurrency int
	// StopOnError ends the transfer at the first failure of an object.
	StopOnError bool

	// ContentType is that of the object of a name; nil: the one of the name's extension, by
	// package mime. Empty leaves it to the server.
	ContentType func(name string) string
	// PutObject, GetObject and CopyObject may change the input of an object before it is
	// sent: metadata, storage class, encryption, conditions. Key, Body and what else makes the
	// transfer what it is are set afterwards. Between two managers both of the first
	// are called.
	PutObject  func(*s3.PutObjectInput)
	GetObject  func(*s3.GetObjectInput)
	CopyObject func(*s3.CopyObjectInput)
	// Transfer may change the options of an object's transfer, beginning with the manager's.
	Transfer func(name string, o *Options)

	// Report is told of each action when it is through, of failures too.
	Report func(Action)
	// Progress is called as the transfer goes on, ten times a second at most, and at its end.
	Progress func(DirectoryProgress)
}

func (o *DirectoryOptions) check() error {
	switch {
	case o.Compare < CompareTime || o.Compare > CompareChecksum:
		return &OptionError{Field: "Compare", Reason: fmt.Sprintf("%d is none", o.Compare)}
	case o.Symlinks < SymlinksSkip || o.Symlinks > SymlinksRefuse:
		return &OptionError{Field: "Symlinks", Reason: fmt.Sprintf("%d is none", o.Symlinks)}
	}
	return nil
}

func (o *DirectoryOptions) objects(manager int) int {
	switch {
	case o.Concurrency > 0:
		return o.Concurrency
	case o.Concurrency < 0:
		return 1
	}
	return max(manager, DefaultDirectoryConcurrency)
}
