package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

// TestMain makes the test's binary the program itself: it is what the processes run.
func TestMain(m *testing.M) {
	if os.Getenv("SHAREOUT_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// isolate is a sandbox in which the test's binary is the program.
func isolate(t *testing.T) (temp string) {
	t.Setenv("SHAREOUT_PROGRAM", "1")
	return sandbox.New(t)
}

func TestThreeProcessesWithItsOwnServer(t *testing.T) {
	temp := isolate(t)
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-size", "38MiB", "-part-size", "5MiB"}, &stdout, &stderr), stderr.String())
	out := stdout.String()
	require.Regexp(t, `file +/\S+, 38 MiB\n`, out)
	require.Regexp(t, `planned +8 parts of 5 MiB\n`, out)
	require.Regexp(t, `process 1 +parts 1 to 3, 15 MiB from byte 0\n`, out)
	require.Regexp(t, `process 2 +parts 4 to 6, 15 MiB from byte 15728640\n`, out)
	require.Regexp(t, `process 3 +parts 7 to 8, 8 MiB from byte 31457280\n`, out)
	require.Regexp(t, `completed +38 MiB in \S+ s, \S+ MiB/s, ETag "[0-9a-f]{32}-8"\n`, out)
	require.Regexp(t, `verified +SHA-256 [0-9a-f]{64}\n$`, out)
	require.Empty(t, stderr.String())
	sandbox.RequireEmpty(t, temp)
}

// otherServer is a gateway that the program finds running, and a client to look at it with.
func otherServer(t *testing.T) ([]string, *s3.Client) {
	g, err := gateway.Start(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Stop()) })
	client, err := s3.New(s3.Options{Endpoint: g.Endpoint, Region: g.Region, Credentials: sigv4.Static(g.AccessKey, g.SecretKey, "")})
	require.NoError(t, err)
	return []string{"-endpoint", g.Endpoint, "-region", g.Region, "-access-key", g.AccessKey, "-secret-key", g.SecretKey}, client
}

// left are the objects and the uploads of a bucket.
func left(t *testing.T, client *s3.Client, bucket string) (names []string) {
	t.Helper()
	objects, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
	require.NoError(t, err)
	for _, o := range objects.Contents {
		names = append(names, o.Key)
	}
	uploads, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket})
	require.NoError(t, err)
	for _, u := range uploads.Uploads {
		names = append(names, u.Key)
	}
	return names
}

func TestAnotherServer(t *testing.T) {
	temp := isolate(t)
	server, client := otherServer(t)
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "mine"})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "small")
	require.NoError(t, os.WriteFile(path, []byte("one part for ten processes"), 0o600))
	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), append(server, "-bucket", "mine", "-file", path, "-processes", "10", "-profile", "generic"), &stdout, io.Discard))
	require.Contains(t, stdout.String(), "process 1   parts 1 to 1, 26 B from byte 0\n")
	require.NotContains(t, stdout.String(), "process 2")
	require.Empty(t, left(t, client, "mine"), "the object was removed, and the bucket was not")
	sandbox.RequireEmpty(t, temp)
}

// A process that fails ends the upload, and nothing of it stays.
func TestProcessFails(t *testing.T) {
	temp := isolate(t)
	server, client := otherServer(t)
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: "mine"})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "changing")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o600))
	var stderr bytes.Buffer
	err = run(t.Context(), append(server, "-bucket", "mine", "-file", path), whenWritten{"planned", func() {
		require.NoError(t, os.WriteFile(path, []byte("after it was planned"), 0o600))
	}}, &stderr)
	require.ErrorContains(t, err, "the process of parts 1 to 1: exit status 1")
	require.Contains(t, stderr.String(), "it had 6 bytes and has 20")
	require.Empty(t, left(t, client, "mine"))

	ctx, cancel := context.WithCancel(t.Context())
	err = run(ctx, append(server, "-bucket", "mine"), whenWritten{"planned", cancel}, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, left(t, client, "mine"), "Ctrl-C cleans up")
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

func TestWorkerRefuses(t *testing.T) {
	isolate(t)
	plan := &transfer.Plan{Version: 1, Bucket: "b", Key: "k", UploadId: "u", Size: 1, PartSize: 1, Integrity: transfer.IntegrityTransport}
	for says, told := range map[string]task{
		"access-key":   {Endpoint: "http://127.0.0.1:1", Plan: plan},
		"kakaocloud":   {Profile: "azure", Plan: plan},
		"no such file": {Plan: plan, File: filepath.Join(t.TempDir(), "none")},
		"Endpoint":     {Endpoint: "http:", Plan: plan},
	} {
		if says != "access-key" {
			t.Setenv("AWS_ACCESS_KEY_ID", "a")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
		} else {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
		}
		text, err := json.Marshal(told)
		require.NoError(t, err)
		require.ErrorContains(t, work(t.Context(), bytes.NewReader(text), io.Discard), says)
	}
	require.ErrorContains(t, work(t.Context(), strings.NewReader(`{"plan":{"version":2}}`), io.Discard), "version 2 is not known")
}

func TestOptions(t *testing.T) {
	isolate(t)
	for says, args := range map[string][]string{
		`"file"`:          {"file"},
		"less than 1":     {"-processes", "0"},
		"needs -access":   {"-endpoint", "http://127.0.0.1:1"},
		"help requested":  {"-h"},
		"no size":         {"-size", "x"},
		"not a regular":   {"-file", os.TempDir()},
		"no such file or": {"-file", filepath.Join(t.TempDir(), "none")},
	} {
		require.ErrorContains(t, run(t.Context(), args, io.Discard, io.Discard), says)
	}
}
