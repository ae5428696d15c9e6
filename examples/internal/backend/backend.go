//go:build integration

// Package backend tells tests of the real servers that testdata/backends starts.
package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Environment reads the exports that testdata/backends/NAME/up.sh leaves.
func Environment(t *testing.T, name string) map[string]string {
	t.Helper()
	root := os.Getenv("STOWAGE_BACKENDS")
	if root == "" {
		root = "/tmp/backends"
	}
	text, err := os.ReadFile(filepath.Join(root, name, "env"))
	require.NoError(t, err, "start it by testdata/backends/"+name+"/up.sh")
	env := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		env[name] = strings.Trim(value, "'")
	}
	return env
}
