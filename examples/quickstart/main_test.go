package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/s3"
)

// TestMain makes the test's binary the program itself where a test wants to see
// it from outside.
func TestMain(m *testing.M) {
	if os.Getenv("QUICKSTART_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestQuickstartWithItsOwnServer(t *testing.T) {
	temp := sandbox.New(t)
	for range 2 { // a second run works
		var stdout, stderr bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"-size", "16MiB", "-part-size", "5MiB"}, &stdout, &stderr))
		out := stdout.String()
		require.Regexp(t, `file +\S+, 16 MiB\n`, out)
		require.Regexp(t, `server +http://127\.0\.0\.1:\d+ `, out)
		require.Regexp(t, `uploaded +16 MiB in \d+\.\d\d s, \d+\.\d MiB/s, parts: 4\n`, out)
		require.Regexp(t, `listed +stowage-quickstart-\w+\.bin, 16 MiB\n`, out)
		require.Regexp(t, `downloaded +16 MiB in \d+\.\d\d s, \d+\.\d MiB/s\n`, out)
		require.Regexp(t, `verified +SHA-256 [0-9a-f]{64}\n$`, out)
		require.Contains(t, stderr.String(), "downloading") // an upload may be through before its progress is told again
		require.NotContains(t, stderr.String(), "\r", "no bar where there is no terminal")
		sandbox.RequireEmpty(t, temp)
	}
}

func TestQuickstartWithASmallFileOfTheUser(t *testing.T) {
	temp := sandbox.New(t)
	path := filepath.Join(t.TempDir(), "small")
	require.NoError(t, os.WriteFile(path, []byte("hello"), 0o600))
	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-file", path}, &stdout, io.Discard))
	require.Contains(t, stdout.String(), path+", 5 B\n")
	require.Contains(t, stdout.String(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n")
	sandbox.RequireEmpty(t, temp)
	require.FileExists(t, path)
}

func TestBucketsOnAnotherServer(t *testing.T) {
	temp := sandbox.New(t)
	g, client := otherServer(t)
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "mine"})
	require.NoError(t, err)
	_, err = client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: "mine", Key: "keep", Body: strings.NewReader("x")})
	require.NoError(t, err)

	require.NoError(t, run(t.Context(), flagsFor(g, "-bucket", "mine", "-size", "6MiB"), io.Discard, io.Discard))
	require.Equal(t, []string{"keep"}, keys(t, client, "mine"), "a bucket that was there stays as it was")

	require.NoError(t, run(t.Context(), flagsFor(g, "-bucket", "fresh", "-size", "1MiB"), io.Discard, io.Discard))
	_, err = client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: "fresh"})
	require.ErrorIs(t, err, s3.ErrNotFound, "a bucket that it made is removed")
	sandbox.RequireEmpty(t, temp)
}

func TestCancelInTheMiddleOfTheUpload(t *testing.T) {
	temp := sandbox.New(t)
	g, client := otherServer(t)
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "mine"})
	require.NoError(t, err)

	for _, bucket := range []string{"mine", "fresh"} {
		ctx, cancel := context.WithCancel(t.Context())
		stderr := whenWritten{"uploading", cancel}
		err := run(ctx, flagsFor(g, "-bucket", bucket, "-size", "64MiB", "-part-size", "5MiB", "-concurrency", "2"), io.Discard, stderr)
		require.ErrorIs(t, err, context.Canceled)
		sandbox.RequireEmpty(t, temp)
	}

	require.Empty(t, keys(t, client, "mine"))
	uploads, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: "mine"})
	require.NoError(t, err)
	require.Empty(t, uploads.Uploads, "the upload was aborted")
	_, err = client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: "fresh"})
	require.ErrorIs(t, err, s3.ErrNotFound)
	require.NoError(t, run(t.Context(), flagsFor(g, "-bucket", "mine", "-size", "1MiB"), io.Discard, io.Discard), "a second run works")
}

func TestServerThatRefuses(t *testing.T) {
	temp := sandbox.New(t)
	g, _ := otherServer(t)
	g.SecretKey = "wrong"
	err := run(t.Context(), flagsFor(g, "-size", "1MiB"), io.Discard, io.Discard)
	require.ErrorIs(t, err, s3.ErrForbidden)
	require.NotContains(t, err.Error(), "wrong")
	sandbox.RequireEmpty(t, temp)
}

// Ctrl-C, seen from the shell.
func TestInterruptedProgram(t *testing.T) {
	temp := sandbox.New(t)
	t.Setenv("QUICKSTART_PROGRAM", "1")
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, "-size", "256MiB")
	var stdout, all bytes.Buffer
	cmd.Stdout = &stdout
	cmd.Stderr = io.MultiWriter(&all, whenWritten{"uploading", func() { _ = cmd.Process.Signal(os.Interrupt) }})
	err = cmd.Run()
	var exit *exec.ExitError
	require.True(t, errors.As(err, &exit), "%v\n%s%s", err, &stdout, &all)
	require.Equal(t, 130, exit.ExitCode())
	require.Contains(t, all.String(), "interrupted")
	require.NotContains(t, stdout.String(), "verified")
	sandbox.RequireEmpty(t, temp)
}

// whenWritten is a writer that calls then when text goes through.
type whenWritten struct {
	text string
	then func()
}

func (w whenWritten) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(w.text)) {
		w.then()
	}
	return len(p), nil
}

// otherServer is a gateway that the program finds running, and a client to look
// at it with.
func otherServer(t *testing.T) (*gateway.Gateway, *s3.Client) {
	g, err := gateway.Start(t.TempDir())
	require.NoError(t, err)
	var o options
	o.server.Use(g)
	client, err := s3.New(o.server.Client())
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, g.Stop())
	})
	return g, client
}

// flags name the server to the program, with further flags.
func flagsFor(g *gateway.Gateway, more ...string) []string {
	return append([]string{"-endpoint", g.Endpoint, "-region", g.Region, "-access-key", g.AccessKey, "-secret-key", g.SecretKey}, more...)
}

func keys(t *testing.T, client *s3.Client, bucket string) (all []string) {
	t.Helper()
	for page, err := range client.ListObjectsV2Pages(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket}) {
		require.NoError(t, err)
		for _, o := range page.Contents {
			all = append(all, o.Key)
		}
	}
	return all
}
