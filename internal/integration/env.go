package integration

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Backends are the servers of testdata/backends.
var Backends = []string{"openstack", "ceph", "minio", "versitygw", "alluxio"}

// Env is what a server's start script exports.
type Env map[string]string

// Picked are the backends that BACKENDS names, or all of them.
func Picked() []string {
	if names := strings.Fields(os.Getenv("BACKENDS")); len(names) > 0 {
		return names
	}
	return slices.Clone(Backends)
}

// Load reads the exports of the server of that name.
func Load(name string) (Env, error) {
	root := os.Getenv("STOWAGE_BACKENDS")
	if root == "" {
		root = "/tmp/backends"
	}
	path := filepath.Join(root, name, "env")
	env, err := LoadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("backend %s is not up: there is no %s; run testdata/backends/%s/up.sh, or make integration", name, path, name)
	}
	if err != nil {
		return nil, err
	}
	for _, k := range []string{"S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY"} {
		if env[k] == "" {
			return nil, fmt.Errorf("%s: no %s; run testdata/backends/%s/up.sh", path, k, name)
		}
	}
	return env, nil
}

// LoadFile reads the exports of a start script from the file that it left.
func LoadFile(path string) (Env, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	env, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return env, nil
}

// parse reads lines of `export NAME=VALUE ...`, where a value is bare or in single quotes;
// comments and empty lines are skipped. It is not a shell: anything else is an error.
func parse(text string) (Env, error) {
	env := make(Env)
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rest, ok := strings.CutPrefix(line, "export ")
		if !ok {
			return nil, fmt.Errorf("line %d is not an export", n)
		}
		for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
			name, value, ok := strings.Cut(rest, "=")
			if !ok || name == "" || strings.ContainsAny(name, " '\"$") {
				return nil, fmt.Errorf("line %d is not NAME=VALUE", n)
			}
			if quoted, is := strings.CutPrefix(value, "'"); is {
				if value, rest, ok = strings.Cut(quoted, "'"); !ok {
					return nil, fmt.Errorf("line %d: no closing quote", n)
				}
			} else {
				value, rest, _ = strings.Cut(value, " ")
				if strings.ContainsAny(value, "'\"`$\\") {
					return nil, fmt.Errorf("line %d: a value that only a shell can read", n)
				}
			}
			env[name] = value
		}
	}
	return env, lines.Err()
}
