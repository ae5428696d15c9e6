package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folder is a directory of this machine.
type folder struct {
	path     string
	order    keyOrder
	symlinks Symlinks
	source   bool
	ignored  func() // an entry of the source is passed over
	root     *os.Root
}

func (m *Manager) folder(path string, o *DirectoryOptions) *folder {
	return &folder{path: path, symlinks: o.Symlinks}
}

func (f *folder) String() string { return fmt.Sprintf("directory %q", f.path) }

// at is the path of a name below the directory.
func (f *folder) at(name string) string { return filepath.Join(f.path, filepath.FromSlash(name)) }

// walkPage is how many entries are handed over at once.
const walkPage = 1000

// list walks over the directory in the order of keys. A directory counts by its name with a
// slash at the end, so that "a-b" comes before "a/b", and "a.b" does too.
func (f *folder) list(_ context.Context, emit func([]entry) bool) error {
	if f.root == nil {
		return nil // a dry run into a directory that is not there
	}
	w := &walk{folder: f, emit: emit}
	if err := w.directory("", nil); err != nil && !errors.Is(err, errCut) {
		return err
	}
	emit(w.page)
	return nil
}

// errCut: the walk's entries are not wanted any more.
var errCut = errors.New("the walk was cut short")

type walk struct {
	folder *folder
	emit   func([]entry) bool
	page   []entry
}

func (w *walk) add(e entry) error {
	if w.page == nil {
		w.page = make([]entry, 0, walkPage)
	}
	w.page = append(w.page, e)
	if len(w.page) < walkPage {
		return nil
	}
	page := w.page
	w.page = nil
	if !w.emit(page) {
		return errCut
	}
	return nil
}

// directory adds what lies in the directory of that name, which is empty for the top and else
// ends with a slash; above are the directories that it lies in, where links are followed.
func (w *walk) directory(name string, above []fs.FileInfo) error {
	if w.folder.follows() {
		info, err := os.Stat(w.folder.at(name))
		if err == nil && slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
			return w.add(entry{name: name, err: &KeyError{Key: name, Reason: "is a symbolic link to a directory that it lies in"}})
		}
		above = append(slices.Clip(above), info)
	}
	names, bad, err := w.names(name)
	switch {
	case err != nil && name == "":
		return err
	case errors.Is(err, fs.ErrNotExist):
		return nil // it went meanwhile
	}
	if name != "" {
		if err := w.add(entry{name: name, empty: len(names) == 0, err: err}); err != nil {
			return err
		}
	}
	for i, base := range names {
		names[i] = "" // it may be the last that holds it
		full := name + base
		var err error
		switch {
		case bad[base] != nil:
			err = w.add(entry{name: full, err: bad[base]})
		case strings.HasSuffix(base, "/"):
			err = w.directory(full, above)
		default:
			err = w.file(full)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) file(name string) error {
	look := os.Lstat
	if w.folder.follows() {
		look = os.Stat
	}
	info, err := look(w.folder.at(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it went meanwhile
	case err != nil:
		return w.add(entry{name: name, err: err})
	case !info.Mode().IsRegular():
		w.pass()
		return nil
	}
	return w.add(entry{name: name, size: info.Size(), modified: info.ModTime()})
}

// names are those in a directory, in order; those of directories end with a slash. bad are
// those that can't be taken.
func (w *walk) names(name string) (names []string, bad map[string]error, err error) {
	d, err := os.Open(w.folder.at(name))
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(walkPage)
		for _, e := range entries {
			base, why := w.kind(name, e)
			if why != nil {
				if bad == nil {
					bad = make(map[string]error)
				}
				bad[base] = why
			}
			if base != "" {
				names = append(names, base)
			}
		}
		if err != nil {
			slices.SortFunc(names, w.folder.order)
			if err == io.EOF {
				err = nil
			}
			return names, bad, err
		}
	}
}

// kind is the entry's name as it is put in order, empty for what is passed over.
func (w *walk) kind(directory string, e fs.DirEntry) (base string, bad error) {
	kind := e.Type()
	if kind&fs.ModeSymlink != 0 && w.folder.source {
		switch w.folder.symlinks {
		case SymlinksRefuse:
			return e.Name(), &KeyError{Key: directory + e.Name(), Reason: "is a symbolic link"}
		case SymlinksFollow:
			info, err := os.Stat(w.folder.at(directory + e.Name()))
			if err != nil {
				return e.Name(), err
			}
			kind = info.Mode().Type()
		}
	}
	switch {
	case kind.IsDir():
		return e.Name() + "/", nil
	case kind.IsRegular():
		return e.Name(), nil
	}
	w.pass()
	return "", nil
}

func (w *walk) pass() {
	if w.folder.source {
		w.folder.ignored()
	}
}

func (f *folder) follows() bool { return f.source && f.symlinks == SymlinksFollow }
