package clouds

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stowage-go/stowage/identity"
)

// searchPath returns the directories in which openstacksdk looks for its files.
func searchPath(lookup func(string) (string, bool), goos string) []string {
	dirs := []string{"."}
	add := func(base string, below ...string) {
		if base != "" {
			dirs = append(dirs, filepath.Join(append([]string{base}, below...)...))
		}
	}
	get := func(name, otherwise string) string {
		if v, _ := lookup(name); v != "" {
			return v
		}
		return otherwise
	}
	home := get("HOME", get("USERPROFILE", ""))
	switch goos {
	case "windows":
		add(get("LOCALAPPDATA", ""), "OpenStack", "openstack")
	case "darwin":
		add(home, "Library", "Application Support", "openstack")
	default:
		add(get("XDG_CONFIG_HOME", ""), "openstack")
	}
	// A snap has a HOME of its own, and the user's in this.
	add(get("SNAP_REAL_HOME", home), ".config", "openstack")
	switch goos {
	case "windows":
		add(get("PROGRAMDATA", ""), "OpenStack", "openstack")
	case "darwin":
		add("/Library/Application Support/openstack")
	default:
		for _, d := range strings.Split(get("XDG_CONFIG_DIRS", "/etc/xdg"), ":") {
			add(d, "openstack")
		}
	}
	return append(dirs, "/etc/openstack")
}

var suffixes = []string{".yaml", ".yml", ".json"}

// inDirs returns the paths at which a file may be.
func inDirs(dirs []string, name string) []string {
	var paths []string
	for _, d := range dirs {
		for _, s := range suffixes {
			paths = append(paths, filepath.Join(d, name+s))
		}
	}
	return paths
}

// cloudsFile reads clouds.yaml. Where there is none that had to be there, it returns
// ErrNotConfigured.
func (l *loader) cloudsFile() (*document, error) {
	if len(l.Files) > 0 {
		d, err := firstOf(l.Files)
		if d == nil && err == nil {
			err = fmt.Errorf("%s: %w", strings.Join(l.Files, ", "), fs.ErrNotExist)
		}
		return d, err
	}
	if d, err := l.named("OS_CLIENT_CONFIG_FILE"); d != nil || err != nil {
		return d, err
	}
	d, err := firstOf(inDirs(l.dirs, "clouds"))
	if d == nil && err == nil {
		err = fmt.Errorf("no clouds.yaml in %s: %w", strings.Join(l.dirs, ", "), identity.ErrNotConfigured)
	}
	return d, err
}

// secureFile reads secure.yaml, if there is one.
func (l *loader) secureFile() (*document, error) {
	if d, err := l.named("OS_CLIENT_SECURE_FILE"); d != nil || err != nil {
		return d, err
	}
	return l.beside("secure")
}

// publicFile reads clouds-public.yaml, if there is one.
func (l *loader) publicFile() (*document, error) { return l.beside("clouds-public") }

// beside reads a file that goes with clouds.yaml and that a cloud can do without.
func (l *loader) beside(name string) (*document, error) {
	dirs := l.dirs
	if len(l.Files) > 0 {
		dirs = nil
		for _, f := range l.Files {
			dirs = append(dirs, filepath.Dir(f))
		}
	}
	d, err := firstOf(inDirs(dirs, name))
	if errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	return d, err
}

// named reads the file that a variable names, and nil if it is not set. openstacksdk
// passes over one that is not there; here it is an error, for the next best file may
// have a cloud of the same name.
func (l *loader) named(variable string) (*document, error) {
	path := l.variable(variable)
	if path == "" {
		return nil, nil
	}
	d, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return d, nil
}

// firstOf reads the first of the files that exists, and returns nil if none does. One
// that may not be read is passed over, as a file in /etc that is for root, but if it is
// the only one it is what is wrong.
func firstOf(paths []string) (*document, error) {
	var denied error
	for _, p := range paths {
		d, err := read(p)
		switch {
		case err == nil:
			return d, nil
		case errors.Is(err, fs.ErrPermission):
			denied = err
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return nil, err
		}
	}
	return nil, denied
}
