package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

// newCloud is a Keystone and a Swift in memory.
func newCloud(t *testing.T) *swifttest.Server {
	return swifttest.NewServer(t, func(o *swifttest.Options) { o.User, o.Key = "p:u", "secret" })
}

// do runs the program in an environment; nil: nobody's.
func do(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, err error) {
	var out, messages bytes.Buffer
	err = run(t.Context(), args, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, &out, &messages)
	return out.String(), messages.String(), err
}

func environment(c *swifttest.Server) map[string]string {
	return map[string]string{"HOME": "/", "OS_AUTH_URL": c.IdentityURL(), "OS_USERNAME": "u", "OS_PASSWORD": "secret", "OS_PROJECT_NAME": "p"}
}

func TestLargeObject(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	c := newCloud(t)
	env := environment(c)
	path := filepath.Join(t.TempDir(), "a disk 1+%.img")
	data := make([]byte, 5<<20+7)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	require.NoError(t, os.WriteFile(path, data, 0o600))

	_, _, err := do(t, env, "-container", "backup", path)
	require.ErrorContains(t, err, "-new-key makes one")
	require.Empty(t, c.Names("backup_segments"), "nothing is sent that no link could be made of")

	stdout, stderr, err := do(t, env, "-container", "backup", "-new-key", "-part-size", "1MiB", "-verify", path)
	require.NoError(t, err)
	require.Contains(t, stderr, "segment     6 of 6, 5 MiB of 5 MiB\n")
	require.Regexp(t, `stored +backup/a disk 1\+%\.img, 5 MiB in \S+ s, \S+ MiB/s, ETag "[0-9a-f]{32}"\n`, stderr)
	require.Regexp(t, `segments +6 of 1 MiB in backup_segments/a disk 1\+%\.img/slo/`, stderr)
	require.Regexp(t, `verified +SHA-256 [0-9a-f]{64}, by the link\n`, stderr)
	require.Regexp(t, `link +until .*, signed with sha256\n$`, stderr)
	stored, ok := c.Object("backup", "a disk 1+%.img")
	require.True(t, ok)
	require.Len(t, stored.Segments, 6)
	operations := c.Operations()
	require.Equal(t, "RevokeToken", operations[len(operations)-1], "it has logged out")
	link := strings.TrimSuffix(stdout, "\n")
	require.NotContains(t, stderr, "temp_url_sig")
	head, err := c.Client().HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "backup"})
	require.NoError(t, err)
	require.NotContains(t, stdout+stderr, string(head.TempURLKey))

	// The link needs no token, and is for this object alone.
	another, longer := strings.Replace(link, "disk", "disc", 1), strings.Replace(link, "expires=1", "expires=9", 1)
	for at, status := range map[string]int{link: 200, another: 401, longer: 401} {
		answer, err := http.Get(at)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, status, answer.StatusCode)
		require.Equal(t, status == 200, bytes.Equal(data, body))
	}

	// What fits into a part is no large object.
	_, stderr, err = do(t, env, "-container", "backup", "-object", "small", "-size", "1KiB", "-verify")
	require.NoError(t, err)
	require.NotContains(t, stderr, "segments ")
	small, _ := c.Object("backup", "small")
	require.Empty(t, small.Segments)

	for _, object := range []string{"small", "a disk 1+%.img"} {
		stdout, stderr, err = do(t, env, "-container", "backup", "-object", object, "-delete")
		require.NoError(t, err)
		require.Contains(t, stderr, "deleted     backup/"+object)
		require.Empty(t, stdout)
	}
	require.Empty(t, c.Names("backup"))
	require.Empty(t, c.Names("backup_segments"), "the segments too")
	_, _, err = do(t, env, "-container", "backup", "-object", "small", "-delete")
	require.ErrorIs(t, err, swift.ErrNotFound)
	entries, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestCheckpoint(t *testing.T) {
	c := newCloud(t)
	env := environment(c)
	folder := t.TempDir()
	path, checkpoint := filepath.Join(folder, "disk.img"), filepath.Join(folder, "disk.img.upload")
	require.NoError(t, os.WriteFile(path, make([]byte, 4<<20), 0o600))
	args := []string{"-container", "backup", "-new-key", "-part-size", "1MiB", "-concurrency", "1", "-verify", "-checkpoint", checkpoint, path}
	c.Inject(swifttest.Fault{Operation: "CreateObject", Skip: 2, StatusCode: http.StatusInsufficientStorage})
	_, _, err := do(t, env, args...)
	require.ErrorContains(t, err, "507")
	require.FileExists(t, checkpoint)
	require.Len(t, c.Names("backup_segments"), 2)
	before := len(c.Operations())
	_, _, err = do(t, env, args...)
	require.NoError(t, err)
	sent := slices.DeleteFunc(c.Operations()[before:], func(op string) bool { return !strings.HasPrefix(op, "Create") || op == "CreateContainer" })
	require.Equal(t, []string{"CreateObject", "CreateObject", "CreateSLOManifest"}, sent)
	require.NoFileExists(t, checkpoint)
}

func TestFails(t *testing.T) {
	c := newCloud(t)
	env := environment(c)
	for want, args := range map[string][]string{
		"-container is missing":    {},
		"unexpected argument":      {"-container", "c", "a", "b"},
		"-expires is less":         {"-container", "c", "-expires", "1ms"},
		"-delete takes -object":    {"-container", "c", "-delete"},
		"-checkpoint takes a file": {"-container", "c", "-checkpoint", "x"},
		"no such file":             {"-container", "c", "-new-key", filepath.Join(t.TempDir(), "none")},
		"help requested":           {"-h"},
		"PartSize":                 {"-container", "c", "-new-key", "-part-size", "9GiB", "-size", "1KiB"},
	} {
		stdout, _, err := do(t, env, args...)
		require.ErrorContains(t, err, want)
		require.Empty(t, stdout)
	}
}

// Without an account the program brings its own.
func TestEmbedded(t *testing.T) {
	stdout, stderr, err := do(t, map[string]string{"HOME": t.TempDir()}, "-container", "c", "-new-key", "-size", "3MiB", "-part-size", "1MiB", "-verify")
	require.NoError(t, err, stderr)
	require.Regexp(t, `^server +http://127\.0\.0\.1:\d+, in memory`, stderr)
	require.Regexp(t, `segments +3 of 1 MiB`, stderr)
	require.Regexp(t, `verified +SHA-256`, stderr)
	_, err = http.Get(strings.TrimSpace(stdout)) //nolint:bodyclose // there is none
	require.Error(t, err, "the server has ended")
}
