package integration

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	env, err := parse("# a comment\n\nexport A=1\nexport B='x y&z=$1' C=3\n  export D=\nexport E=http://h:1/p?q=r\n")
	require.NoError(t, err)
	require.Equal(t, Env{"A": "1", "B": "x y&z=$1", "C": "3", "D": "", "E": "http://h:1/p?q=r"}, env)

	for name, text := range map[string]string{
		"no export":     "A=1",
		"no assignment": "export A",
		"no name":       "export =1",
		"open quote":    "export A='1",
		"substitution":  "export A=$(id)",
		"double quotes": `export A="1"`,
		"odd name":      "export A'B=1",
	} {
		_, err := parse(text)
		require.ErrorContains(t, err, "line 1", name)
	}
}

func TestLoad(t *testing.T) {
	root := t.TempDir()
	t.Setenv("STOWAGE_BACKENDS", root)
	_, err := Load("minio")
	require.ErrorContains(t, err, "testdata/backends/minio/up.sh")

	write := func(text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "minio"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, "minio", "env"), []byte(text), 0o600))
	}
	write("export S3_ENDPOINT=http://127.0.0.1:9000\nexport S3_REGION=r\nexport S3_ACCESS_KEY=a\n")
	_, err = Load("minio")
	require.ErrorContains(t, err, "no S3_SECRET_KEY")
	write("boom")
	_, err = Load("minio")
	require.ErrorContains(t, err, "line 1 is not an export")
	write("export S3_ENDPOINT=http://127.0.0.1:9000\nexport S3_REGION=r\nexport S3_ACCESS_KEY=a S3_SECRET_KEY=s\n")
	env, err := Load("minio")
	require.NoError(t, err)
	require.Equal(t, "s", env["S3_SECRET_KEY"])
}

func TestPicked(t *testing.T) {
	t.Setenv("BACKENDS", "")
	require.Equal(t, Backends, Picked())
	t.Setenv("BACKENDS", " ceph  minio ")
	require.Equal(t, []string{"ceph", "minio"}, Picked())
}
