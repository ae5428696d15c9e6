// Package sandbox keeps the tests of examples apart from whoever runs them.
package sandbox

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// New hides the server and the keys that the environment names, and makes the temporary folder
// of the programs one to look for leftovers in.
func New(t *testing.T) (temp string) {
	t.Helper()
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	temp = t.TempDir()
	t.Setenv("TMPDIR", temp)
	return temp
}

// RequireEmpty fails the test when something is left in the folder.
func RequireEmpty(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, entries, "something is left in the temporary folder")
}
