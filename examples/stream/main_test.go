package main

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
	"github.com/stowage-go/stowage/sigv4"
)

func TestDemonstration(t *testing.T) {
	temp := sandbox.New(t)
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), nil, strings.NewReader("not read"), &stdout, &stderr))
	require.Empty(t, stdout.String())
	require.Regexp(t, `^stored +s3://stowage-stream/numbers, 20\S* MiB in \S+ s, parts: [2-9]\n`, stderr.String())
	_, sums, _ := strings.Cut(stderr.String(), "SHA-256 ")
	sent, sums, _ := strings.Cut(sums, "\n")
	_, received, _ := strings.Cut(strings.TrimSpace(sums), "SHA-256 ")
	require.Len(t, sent, 64)
	require.Equal(t, sent, received)
	sandbox.RequireEmpty(t, temp)
}

func TestThereAndBack(t *testing.T) {
	sandbox.New(t)
	g, err := gateway.Start(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Stop()) })
	t.Setenv("AWS_ENDPOINT_URL", g.Endpoint)
	t.Setenv("AWS_REGION", g.Region)
	t.Setenv("AWS_ACCESS_KEY_ID", g.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", g.SecretKey)
	client, err := s3.New(s3.Options{Endpoint: g.Endpoint, Region: g.Region, Credentials: sigv4.Static(g.AccessKey, g.SecretKey, "")})
	require.NoError(t, err)
	_, err = bucket.Ensure(t.Context(), client, "backup")
	require.NoError(t, err)

	data := make([]byte, 21<<20) // more than one part
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	for name, in := range map[string][]byte{"large": data, "small": data[:10], "empty": {}} {
		// A pipe, as the shell makes one.
		r, w, err := os.Pipe()
		require.NoError(t, err)
		go func() {
			_, _ = w.Write(in)
			w.Close()
		}()
		at := "s3://backup/a folder/" + name + ".tar"
		require.NoError(t, run(t.Context(), []string{"-memory", "32MiB", "-content-type", "application/x-tar", at}, r, io.Discard, io.Discard))
		require.NoError(t, r.Close())
		head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "backup", Key: "a folder/" + name + ".tar"})
		require.NoError(t, err)
		require.Equal(t, "application/x-tar", head.ContentType)
		var stdout bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"-get", at}, nil, &stdout, io.Discard))
		require.True(t, bytes.Equal(in, stdout.Bytes()))
	}

	// What fails while it is read is not stored, not even its beginning.
	broken := errors.New("disk on fire")
	err = run(t.Context(), []string{"s3://backup/broken"}, io.MultiReader(bytes.NewReader(data), failing{broken}), io.Discard, io.Discard)
	require.ErrorIs(t, err, broken)
	var failed *transfer.UploadError
	require.ErrorAs(t, err, &failed)
	require.NotEqual(t, transfer.PartsLeft, failed.Parts)
	for page, err := range client.ListMultipartUploadsPages(t.Context(), &s3.ListMultipartUploadsInput{Bucket: "backup"}) {
		require.NoError(t, err)
		require.Empty(t, page.Uploads)
	}
	_, err = client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "backup", Key: "broken"})
	require.ErrorIs(t, err, s3.ErrNotFound)
	require.ErrorIs(t, run(t.Context(), []string{"-get", "s3://backup/broken"}, nil, io.Discard, io.Discard), s3.ErrNotFound)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestOptions(t *testing.T) {
	sandbox.New(t)
	for args, want := range map[string]string{
		"-get":                  "0 arguments",
		"s3://a/b s3://a/c":     "2 arguments",
		"backup/site.tar":       "is not s3://bucket/key",
		"s3://backup":           "is not s3://bucket/key",
		"s3://backup/site.tar":  "the server is missing",
		"s3:///site.tar":        "is not s3://bucket/key",
		"-memory much s3://a/b": `"much" is no size`,
		"-endpoint http://x":    "a server needs -access-key",
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), nil, io.Discard, io.Discard), want)
	}
	var stderr bytes.Buffer
	require.Error(t, run(t.Context(), []string{"-h"}, nil, io.Discard, &stderr))
	require.Contains(t, stderr.String(), "usage: stream")
}
