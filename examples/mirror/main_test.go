package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// TestMain makes the test's binary the program itself where a test wants to see it from outside.
func TestMain(m *testing.M) {
	if os.Getenv("MIRROR_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestDemonstration(t *testing.T) {
	temp := sandbox.New(t)
	for range 2 { // a second run works
		var stdout, stderr bytes.Buffer
		require.NoError(t, run(t.Context(), nil, &stdout, &stderr))
		require.Regexp(t, `(?s)^# a directory to a bucket
(upload \S+ \(missing\)\n){4}4 uploaded; 24\.0 MiB in \d+\.\d\d s
# again, after a change
delete drafts/old.txt \(extra\)\nupload index.html \(size differs\)
1 uploaded, 1 deleted, 2 up to date; 0\.0 MiB in \S+ s
# and back to another directory
(download \S+ \(missing\)\n){3}3 downloaded; 24\.0 MiB in \S+ s
$`, sorted(stdout.String()))
		require.Empty(t, stderr.String(), "no bar where there is no terminal")
		sandbox.RequireEmpty(t, temp)
	}
}

// sorted puts a deletion, which may come first or last, before the upload beside it.
func sorted(s string) string {
	const up, down = "upload index.html (size differs)\n", "delete drafts/old.txt (extra)\n"
	return string(bytes.ReplaceAll([]byte(s), []byte(up+down), []byte(down+up)))
}

func TestOnAnotherServer(t *testing.T) {
	temp := sandbox.New(t)
	g, err := gateway.Start(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Stop()) }()
	dir, back := t.TempDir(), filepath.Join(t.TempDir(), "new")
	for _, name := range []string{"a.txt", "b.tmp", "sub/c.txt", "cache/d.txt"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
	}
	require.NoError(t, os.Symlink("a.txt", filepath.Join(dir, "link.txt")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "empty"), 0o700))

	out := func(args ...string) string {
		t.Helper()
		var stdout bytes.Buffer
		require.NoError(t, run(t.Context(), at(g, args...), &stdout, io.Discard))
		return stdout.String()
	}
	up := []string{"-concurrency", "1", "-follow", "-markers", "-include", "*.txt", "-include", "empty/", "-exclude", "*.tmp", "-exclude", "cache/"}
	require.NoError(t, run(t.Context(), at(g, append(up, dir, "s3://made/here")...), io.Discard, io.Discard))
	require.Contains(t, out("-checksum", "-dry-run", "s3://made/here", "s3://made/here-again"), "4 copied")
	require.Contains(t, out("s3://made/here", back), "4 downloaded")
	require.Equal(t, "4 up to date\n", out("-delete", "s3://made/here", back))
	for _, name := range []string{"a.txt", "sub/c.txt", "link.txt"} {
		require.FileExists(t, filepath.Join(back, name))
	}
	require.DirExists(t, filepath.Join(back, "empty"))
	require.NoFileExists(t, filepath.Join(back, "b.tmp"))
	require.NoDirExists(t, filepath.Join(back, "cache"))
	sandbox.RequireEmpty(t, temp)

	// A directory that is empty deletes all, but not in a dry run.
	nothing := t.TempDir()
	require.Contains(t, out("-delete", "-dry-run", nothing, "s3://made/here"), "4 deleted\n")
	require.Equal(t, "nothing to do\n", out(nothing, "s3://made/other"))

	var stderr bytes.Buffer
	err = run(t.Context(), append(at(g), "-secret-key", "wrong", nothing, "s3://made"), io.Discard, &stderr)
	require.ErrorIs(t, err, s3.ErrForbidden)
	require.NotContains(t, err.Error()+stderr.String(), "wrong")
}

// at names the gateway to the program, before further arguments.
func at(g *gateway.Gateway, more ...string) []string {
	return append([]string{"-endpoint", g.Endpoint, "-region", g.Region, "-access-key", g.AccessKey, "-secret-key", g.SecretKey}, more...)
}

func TestFailuresAreListed(t *testing.T) {
	sandbox.New(t)
	g, err := gateway.Start(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Stop()) }()
	dir := t.TempDir()
	for _, name := range []string{"fine", "x\xff", "y\xff"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	var stdout, stderr bytes.Buffer
	err = run(t.Context(), at(g, dir, "s3://bucket"), &stdout, &stderr)
	var failed *transfer.DirectoryError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "upload fine (missing)\n1 uploaded, 2 failed\n", stdout.String())
	require.Equal(t, 2, bytes.Count(stderr.Bytes(), []byte("failed: upload ")))
}

func TestArguments(t *testing.T) {
	sandbox.New(t)
	for text, args := range map[string][]string{
		"1 arguments where FROM and TO are wanted": {"a"},
		"FROM and TO are missing":                  {"-endpoint", "http://127.0.0.1:1", "-access-key", "a", "-secret-key", "s"},
		"AWS_SECRET_ACCESS_KEY":                    {"-endpoint", "http://127.0.0.1:1", "a", "b"},
		`exclude "["`:                              {"-exclude", "[", "a", "s3://b"},
		"both directories":                         {"a", "b"},
		"the server is missing":                    {"a", "s3://b"},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard, io.Discard), text)
	}
	var help bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, io.Discard, &help), flag.ErrHelp)
	require.Contains(t, help.String(), "usage: mirror")
	require.Equal(t, transfer.Place{Bucket: "b", Prefix: "p/q"}, place("s3://b/p/q"))
	require.Equal(t, transfer.Place{Bucket: "b"}, place("s3://b"))
	require.Equal(t, transfer.Place{Directory: "b/p"}, place("b/p"))
}

func TestBar(t *testing.T) {
	var out, lines bytes.Buffer
	b := barOn(&out)
	b.show(transfer.DirectoryProgress{ObjectsDone: 1, Objects: 3, Bytes: 512, Total: 1024})
	b.print(&lines, "upload x")
	b.show(transfer.DirectoryProgress{ObjectsDone: 3, Objects: 3, Bytes: 1024, Total: 1024, Listed: true})
	b.close()
	b.close()
	require.Contains(t, out.String(), "objects")
	require.Equal(t, "upload x\n", lines.String())
	b.show(transfer.DirectoryProgress{}) // after the end

	none := newBar(&out)
	none.show(transfer.DirectoryProgress{Total: 1})
	none.close()
}

// Ctrl-C, seen from the shell.
func TestInterruptedProgram(t *testing.T) {
	temp := sandbox.New(t)
	t.Setenv("MIRROR_PROGRAM", "1")
	program, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	var stderr bytes.Buffer
	// Once: a second one would end it at once.
	cmd.Stdout = whenWritten{sync.OnceFunc(func() { _ = cmd.Process.Signal(os.Interrupt) })}
	cmd.Stderr = &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	require.True(t, errors.As(err, &exit), "%v\n%s", err, &stderr)
	require.Equal(t, 130, exit.ExitCode())
	require.Contains(t, stderr.String(), "interrupted")
	sandbox.RequireEmpty(t, temp)
}

// whenWritten calls then when anything is written.
type whenWritten struct{ then func() }

func (w whenWritten) Write(p []byte) (int, error) {
	w.then()
	return len(p), nil
}
