package download

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// File is what an object is written to: a temporary file beside the one of the name, which it
// replaces when all of it is there.
type File struct {
	*os.File
	root            *os.Root
	name, temporary string
}

// mode is that of a new file, before the umask.
const mode = 0o666

// OpenDir opens the directory that a file is in, for [Create]. base is the file's name there.
func OpenDir(name string) (root *os.Root, base string, err error) {
	dir, base := filepath.Split(name)
	if base == "" || base == "." || base == ".." {
		return nil, "", fmt.Errorf("%q names no file", name)
	}
	if dir == "" {
		dir = "."
	}
	root, err = os.OpenRoot(dir)
	return root, base, err
}

// Create makes a file that is to be known by the name, which may have directories in it but
// lead nowhere outside root. Its own name is random.
func Create(root *os.Root, name string) (*File, error) {
	if err := replaceable(root, name); err != nil {
		return nil, err
	}
	for {
		temporary := beside(name, "."+rand.Text())
		f, err := root.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &File{f, root, name, temporary}, nil
	}
}

// replaceable: the name is free, or that of a file, or of a link, neither of which is
// followed.
func replaceable(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory", name)
	case !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSymlink:
		return fmt.Errorf("%s is no regular file", name)
	}
	return nil
}

// maxBase is how much of a name goes into those of the files beside it: file systems take 255
// bytes.
const maxBase = 200

// beside is a hidden name in the same directory.
func beside(name, suffix string) string {
	dir, base := filepath.Split(name)
	if len(base) > maxBase {
		sum := sha256.Sum256([]byte(base))
		base = strings.ToValidUTF8(base[:maxBase], "") + fmt.Sprintf(".%x", sum[:6])
	}
	return dir + "." + base + suffix
}

// Commit closes the file and gives it its name. With sync, both are on the disk then.
func (f *File) Commit(sync bool) error {
	if sync {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := f.root.Rename(f.temporary, f.name); err != nil {
		return err
	}
	if sync {
		return syncDir(f.root, filepath.Dir(f.name))
	}
	return nil
}

// syncDir brings the names in a directory to the disk. Windows has no such call.
func syncDir(root *os.Root, name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := root.Open(name)
	if err != nil {
		return err
	}
	return first(dir.Sync(), dir.Close())
}

// Discard closes and deletes the file.
func (f *File) Discard() error {
	return first(closeFile(f.File), f.root.Remove(f.temporary))
}

// first is the first error; what comes after it follows from it.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// closeFile closes a file that a Commit that failed may have closed.
func closeFile(f *os.File) error {
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}
