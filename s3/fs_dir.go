package s3

import (
	"cmp"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
)

// directory is an open directory. Its pages come as they are needed.
type directory struct {
	name   string
	prefix string // of the keys in it
	next   func() (directoryPage, error, bool)
	stop   func()
	closed bool

	exists  bool
	entries []fs.DirEntry // that are still to be handed out
	names   []string      // each the start of the next: those that may come again
	err     error         // after the entries; io.EOF at the end
}

// directoryPage is what the two listing operations have in common.
type directoryPage struct {
	objects  []Object
	prefixes []CommonPrefix
}

// openDirectory opens a directory, and reads as far as to know that it is there; missing
// is the error when it is not.
func (f *BucketFS) openDirectory(name string, missing error) (*directory, error) {
	d := &directory{name: name, prefix: f.below(name), exists: f.below(name) == ""}
	d.next, d.stop = iter.Pull2(f.list(d.prefix, "/", 0))
	for {
		d.fetch()
		switch {
		case d.err != nil && d.err != io.EOF: //nolint:errorlint // io.EOF is not wrapped
			d.stop()
			return nil, d.err
		case d.exists:
			return d, nil
		case d.err != nil:
			return nil, missing
		}
	}
}

// statDirectory is nil when the directory is there, and missing when it is not.
func (f *BucketFS) statDirectory(name string, missing error) error {
	prefix := f.below(name)
	for page, err := range f.list(prefix, "", 1) {
		if err != nil {
			return err
		}
		if prefix == "" || len(page.objects) > 0 {
			return nil
		}
	}
	return missing
}

// list walks the keys below a prefix by the operation that the provider prefers.
func (f *BucketFS) list(prefix, delimiter string, maxKeys int32) iter.Seq2[directoryPage, error] {
	return func(yield func(directoryPage, error) bool) {
		s, err := f.client.with(f.opts)
		switch {
		case err != nil:
			yield(directoryPage{}, err)
		case s.options.Profile.ListVersion == 1:
			in := &ListObjectsInput{Bucket: f.bucket, Prefix: prefix, Delimiter: delimiter, MaxKeys: maxKeys}
			for out, err := range f.client.ListObjectsPages(f.ctx, in, f.opts...) {
				if err != nil {
					yield(directoryPage{}, err)
					return
				}
				if !yield(directoryPage{out.Contents, out.CommonPrefixes}, nil) {
					return
				}
			}
		default:
			in := &ListObjectsV2Input{Bucket: f.bucket, Prefix: prefix, Delimiter: delimiter, MaxKeys: maxKeys}
			for out, err := range f.client.ListObjectsV2Pages(f.ctx, in, f.opts...) {
				if err != nil {
					yield(directoryPage{}, err)
					return
				}
				if !yield(directoryPage{out.Contents, out.CommonPrefixes}, nil) {
					return
				}
			}
		}
	}
}

// ReadDir implements fs.ReadDirFile. With n > 0 it asks for a page, 1,000 entries, when
// those of the last have been handed out, and answers in the order of the listing, which
// is that of the keys: a directory stands where its name with a slash does. Otherwise it
// reads all that is left and sorts it by name.
func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	if d.closed {
		return nil, pathError("readdir", d.name, fs.ErrClosed)
	}
	for d.err == nil && (n <= 0 || len(d.entries) == 0) {
		d.fetch()
	}
	err := d.err
	switch {
	case err == io.EOF && n <= 0: //nolint:errorlint // io.EOF is not wrapped
		err = nil
	case err != nil && err != io.EOF: //nolint:errorlint // io.EOF is not wrapped
		err = pathError("readdir", d.name, err)
	}
	if n > 0 && len(d.entries) > 0 {
		n = min(n, len(d.entries))
		entries := d.entries[:n:n]
		d.entries = d.entries[n:]
		return entries, nil
	}
	if n > 0 {
		return nil, err
	}
	entries := d.entries
	d.entries = nil
	slices.SortFunc(entries, func(a, b fs.DirEntry) int {
		return cmp.Or(strings.Compare(a.Name(), b.Name()), cmp.Compare(a.Type(), b.Type()))
	})
	// Where a listing is in no order, a name may have come twice: the file is first.
	entries = slices.CompactFunc(entries, func(a, b fs.DirEntry) bool { return a.Name() == b.Name() })
	return entries, err
}

// fetch takes a page.
func (d *directory) fetch() {
	page, err, ok := d.next()
	switch {
	case !ok:
		d.err = io.EOF
		return
	case err != nil:
		d.err = err
		return
	}
	objects, prefixes := page.objects, page.prefixes
	d.exists = d.exists || len(objects)+len(prefixes) > 0
	infos := make([]fileInfo, 0, len(objects)+len(prefixes))
	for len(objects)+len(prefixes) > 0 {
		var info fileInfo
		if len(prefixes) == 0 || len(objects) > 0 && objects[0].Key < prefixes[0].Prefix {
			o := &objects[0]
			objects = objects[1:]
			info = fileInfo{name: o.Key, size: o.Size, modTime: modTime(o.LastModified), mode: fileMode, sys: o}
		} else {
			info = fileInfo{name: strings.TrimSuffix(prefixes[0].Prefix, "/"), mode: directoryMode}
			prefixes = prefixes[1:]
		}
		var ok bool
		if info.name, ok = strings.CutPrefix(info.name, d.prefix); !ok || !isName(info.name) || d.again(info.name) {
			continue
		}
		infos = append(infos, info)
		d.entries = append(d.entries, &infos[len(infos)-1])
	}
}

// isName reports whether a path can have this element.
func isName(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.Contains(name, "/")
}

// again reports whether an entry of that name was there before: keys "a", "a-b" and "a/b"
// list as a, a-b and, again, a. In the order of keys only names that the present one
// begins with can come again.
func (d *directory) again(name string) bool {
	last := len(d.names) - 1
	for last >= 0 && !strings.HasPrefix(name, d.names[last]) {
		last--
	}
	d.names = d.names[:last+1]
	if last >= 0 && d.names[last] == name {
		return true
	}
	d.names = append(d.names, name)
	return false
}

func (d *directory) Stat() (fs.FileInfo, error) { return directoryInfo(d.name), nil }

func (d *directory) Read([]byte) (int, error) {
	return 0, pathError("read", d.name, errIsDirectory)
}

// Close ends the listing.
func (d *directory) Close() error {
	d.closed = true
	d.stop()
	return nil
}

var _ fs.ReadDirFile = (*directory)(nil)
