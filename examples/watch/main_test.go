package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/bucket"
	"github.com/stowage-go/stowage/examples/internal/gateway"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// start runs the program, and returns the URL that it tells without its last slash. stop is
// Ctrl-C, and answers what the program ends with.
func start(t *testing.T, args ...string) (at string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, args, w, io.Discard)
		w.CloseWithError(err)
		ended <- err
	}()
	at, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSuffix(at, "/\n"), func() error {
		cancel()
		return <-ended
	}
}

// told is an event as the page gets it.
type told struct {
	name     string
	id       int
	ms       float64
	progress progress
	attempt  attempt
}

// listen reads the events from the one after last, until see answers false or they end.
func listen(t *testing.T, at, last string, see func(told) bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at+"/events", nil)
	require.NoError(t, err)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	lines := bufio.NewScanner(answer.Body)
	var e told
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			require.NoError(t, json.Unmarshal([]byte(value), &e.id))
		case "event":
			e.name = value
		case "data":
			var data struct {
				MS   float64         `json:"ms"`
				What json.RawMessage `json:"what"`
			}
			require.NoError(t, json.Unmarshal([]byte(value), &data))
			e.ms = data.MS
			switch e.name {
			case "transfer":
				require.NoError(t, json.Unmarshal(data.What, &e.progress))
			case "attempt":
				require.NoError(t, json.Unmarshal(data.What, &e.attempt))
			}
		case "":
			if !see(e) {
				return
			}
			e = told{}
		}
	}
	require.NoError(t, lines.Err())
}

func TestBadWay(t *testing.T) {
	temp := sandbox.New(t)
	at, stop := start(t, "-size", "48MiB", "-part-size", "5MiB", "-break", "12MiB", "-bandwidth", "1GiB", "-concurrency", "2")
	answer, err := http.Get(at)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Contains(t, string(text), `<svg id="throughput"`)
	require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'self'")
	require.NotRegexp(t, `(src|href)="(https?:)?//`, string(text))

	var all []told
	listen(t, at, "", func(e told) bool {
		require.Equal(t, len(all), e.id)
		all = append(all, e)
		return true
	})
	require.Equal(t, "end", all[len(all)-1].name)
	var last progress
	var ms float64
	begun, states := make(map[int64]int), make(map[int]map[string]int)
	for _, e := range all[:len(all)-1] {
		require.GreaterOrEqual(t, e.ms, ms)
		ms = e.ms
		switch e.name {
		case "transfer":
			last = e.progress
		case "attempt":
			a := e.attempt
			if a.State == "sending" {
				require.NotContains(t, begun, a.ID)
				begun[a.ID] = a.Part
				continue
			}
			require.Equal(t, begun[a.ID], a.Part)
			require.Equal(t, a.State == "failed", a.Error != "")
			if states[a.Part] == nil {
				states[a.Part] = make(map[string]int)
			}
			states[a.Part][a.State]++
		}
	}
	require.Equal(t, progress{
		Kind: "finished", Bucket: "stowage-watch", Key: "random.bin",
		Bytes: 48 << 20, Total: 48 << 20, PartsDone: 10, Parts: 10, Retries: last.Retries,
	}, last)
	require.Len(t, states, 10)
	failed := 0
	for part, s := range states {
		require.Positive(t, s["done"], part)
		failed += s["failed"]
	}
	require.Positive(t, failed, "a connection carries no more than two parts")
	require.Positive(t, last.Retries)
	require.GreaterOrEqual(t, failed+len(begun), last.Retries)

	// Who comes later is told the same, and who comes back the rest.
	n := 0
	listen(t, at, "", func(told) bool { n++; return true })
	require.Len(t, all, n)
	var rest []told
	listen(t, at, "3", func(e told) bool { rest = append(rest, e); return true })
	require.Equal(t, all[4:], rest)

	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, stop())
	sandbox.RequireEmpty(t, temp)
}

func TestAnotherServer(t *testing.T) {
	temp := sandbox.New(t)
	g, err := gateway.Start(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Stop()) })
	server := []string{"-endpoint", g.Endpoint, "-region", g.Region, "-access-key", g.AccessKey, "-secret-key", g.SecretKey}
	client, err := s3.New(s3.Options{Endpoint: g.Endpoint, Region: g.Region, Credentials: sigv4.Static(g.AccessKey, g.SecretKey, "")})
	require.NoError(t, err)
	_, err = bucket.Ensure(t.Context(), client, "backup")
	require.NoError(t, err)
	folder := t.TempDir()
	small, large := filepath.Join(folder, "small"), filepath.Join(folder, "large")
	require.NoError(t, os.WriteFile(small, []byte("one part"), 0o600))
	require.NoError(t, os.WriteFile(large, bytes.Repeat([]byte("0123456789abcdef"), 1<<20), 0o600))

	// A small object is one part.
	at, stop := start(t, append(server, small, "s3://backup/a folder/small")...)
	var got []string
	listen(t, at, "", func(e told) bool {
		switch e.name {
		case "attempt":
			require.Equal(t, 1, e.attempt.Part)
			got = append(got, e.attempt.State)
		case "transfer":
			got = append(got, e.progress.Kind)
		}
		return true
	})
	require.Subset(t, got, []string{"started", "sending", "done", "finished"})
	require.NoError(t, stop())
	_, err = client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: "backup", Key: "a folder/small"})
	require.NoError(t, err)

	// Ctrl-C in the midst of an upload leaves nothing.
	at, stop = start(t, append([]string{"-part-size", "5MiB", "-bandwidth", "2MiB"}, append(server, large, "s3://backup/large")...)...)
	listen(t, at, "", func(e told) bool { return e.progress.Bytes == 0 })
	require.ErrorIs(t, stop(), context.Canceled)
	page, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: "backup"})
	require.NoError(t, err)
	require.Len(t, page.Contents, 1)
	uploads, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: "backup"})
	require.NoError(t, err)
	require.Empty(t, uploads.Uploads)

	// Nor does one before it.
	_, stop = start(t, append(server, large, "s3://backup/large")...)
	require.NoError(t, stop())

	// A failure is told to the page, and is the program's own in the end.
	at, stop = start(t, append(server, large, "s3://nothing/large")...)
	var last told
	listen(t, at, "", func(e told) bool {
		if e.name == "transfer" {
			last = e
		}
		return true
	})
	require.Equal(t, "failed", last.progress.Kind)
	require.Contains(t, last.progress.Error, "NoSuchBucket")
	require.ErrorIs(t, stop(), s3.ErrNoSuchBucket)

	sandbox.RequireEmpty(t, temp)
	http.DefaultClient.CloseIdleConnections()
	client.Options().HTTPClient.CloseIdleConnections()
}

func TestFails(t *testing.T) {
	sandbox.New(t)
	for want, args := range map[string]string{
		"1 arguments where":  "file",
		"is not s3://bucket": "file backup/key",
		"server is missing":  "file s3://backup/key",
		"a server needs":     "-endpoint http://127.0.0.1:1",
		"no such file":       "-endpoint http://127.0.0.1:1 -access-key a -secret-key s none s3://a/b",
		"-break is less":     "-break 0",
		"no size":            "-size x",
		"help requested":     "-h",
		"unknown port":       "-listen 127.0.0.1:x -size 1",
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), io.Discard, io.Discard), want)
	}
}
