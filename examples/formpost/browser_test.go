//go:build integration

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/account"
	"github.com/stowage-go/stowage/examples/internal/backend"
	"github.com/stowage-go/stowage/examples/internal/browser"
	"github.com/stowage-go/stowage/swift"
)

// TestBrowser uploads through the form with a real browser into a real Swift: the openstack
// backend of testdata/backends, and Chromium, which Debian has a package of. SCREENSHOTS names
// a folder for pictures of what the browser showed.
func TestBrowser(t *testing.T) {
	env := backend.Environment(t, "openstack")
	client, logout, err := account.Open("", "", lookup(env))
	require.NoError(t, err)
	t.Cleanup(func() { _ = logout(context.Background()) })
	container := "stowage-" + strings.ToLower(rand.Text()) + " ü&+"
	_, err = client.CreateContainer(t.Context(), &swift.CreateContainerInput{Container: container})
	require.NoError(t, err)
	t.Cleanup(func() { remove(t, client, container) })
	chromium := browser.Start(t, 800, 500)

	const prefix = `up 한글%+"/`
	url := serve(t, env, "-container", container, "-prefix", prefix, "-new-key", "-max-file-size", "100000", "-max-file-count", "2")
	folder := t.TempDir()
	one, two, large := filepath.Join(folder, "사진 1+%.txt"), filepath.Join(folder, "two.bin"), filepath.Join(folder, "large.bin")
	content := bytes.Repeat([]byte("by a browser\r\n--"), 5000)
	require.NoError(t, os.WriteFile(one, []byte("첫째"), 0o600))
	require.NoError(t, os.WriteFile(two, content, 0o600))
	require.NoError(t, os.WriteFile(large, make([]byte, 100_001), 0o600))

	t.Run("one file", func(t *testing.T) {
		require.Equal(t, "Swift said 201.", submit(t, chromium, url, "#status", one))
		require.Equal(t, "첫째", stored(t, client, container, prefix+"사진 1+%.txt"))
	})
	t.Run("two files", func(t *testing.T) {
		require.NoError(t, os.WriteFile(one, []byte("again"), 0o600))
		require.Equal(t, "Swift said 201.", submit(t, chromium, url, "#status", one, two))
		require.Equal(t, "again", stored(t, client, container, prefix+"사진 1+%.txt"))
		require.Equal(t, string(content), stored(t, client, container, prefix+"two.bin"))
	})
	t.Run("too large", func(t *testing.T) {
		require.Equal(t, "FormPost: max_file_size exceeded", submit(t, chromium, url, "body", large))
		require.Equal(t, "absent", stored(t, client, container, prefix+"large.bin"))
	})
	t.Run("too many", func(t *testing.T) {
		require.Equal(t, "Swift said 400: max file count exceeded.", submit(t, chromium, url, "#status", one, two, large))
	})
	page := func(t *testing.T, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		status := command(t.Context(), append([]string{"-container", container, "-prefix", prefix}, args...), lookup(env), &stdout, &stderr)
		require.Zero(t, status, stderr.String())
		file := filepath.Join(folder, "form.html")
		require.NoError(t, os.WriteFile(file, stdout.Bytes(), 0o600))
		return "file://" + file
	}
	t.Run("printed page", func(t *testing.T) {
		require.Equal(t, "201 Created", submit(t, chromium, page(t), "body", two))
		require.Equal(t, string(content), stored(t, client, container, prefix+"two.bin"))
	})
	t.Run("expired", func(t *testing.T) {
		at := page(t, "-expires", "1s")
		time.Sleep(2100 * time.Millisecond) // Swift reads its own clock
		require.Equal(t, "FormPost: Form Expired", submit(t, chromium, at, "body", two))
	})
	t.Run("tampered", func(t *testing.T) {
		at := strings.TrimPrefix(page(t), "file://")
		html, err := os.ReadFile(at)
		require.NoError(t, err)
		more := bytes.Replace(html, []byte(`name="max_file_size" value="104857600"`), []byte(`name="max_file_size" value="904857600"`), 1)
		require.NotEqual(t, html, more)
		require.NoError(t, os.WriteFile(at, more, 0o600))
		require.Equal(t, "FormPost: Invalid Signature", submit(t, chromium, "file://"+at, "body", two))
	})
}

// submit picks the files as a person would, presses the button, and returns the text of the
// element that the next page has.
func submit(t *testing.T, chromium context.Context, url, element string, files ...string) string {
	t.Helper()
	tab := browser.Tab(t, chromium)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(url), chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), files)))
	name := "formpost-" + strings.ReplaceAll(strings.TrimPrefix(t.Name(), "TestBrowser/"), " ", "_")
	browser.Picture(t, tab, name+"-1")
	_, err := chromedp.RunResponse(tab, chromedp.Click(chromedp.CSS(`button[type="submit"]`)))
	require.NoError(t, err)
	text, err := chromedp.Run(tab, chromedp.Text(chromedp.CSS(element)))
	require.NoError(t, err)
	browser.Picture(t, tab, name+"-2")
	return strings.TrimSpace(text)
}

// serve runs the program with -listen and returns the URL that it tells.
func serve(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- command(ctx, append(args, "-listen", "127.0.0.1:0"), lookup(env), io.Discard, w)
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-ended)
	})
	lines := bufio.NewReader(r)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(os.Stderr, lines) }()
	_, url, found := strings.Cut(strings.TrimSpace(line), "the form is at ")
	require.True(t, found, line)
	return url
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
}

func stored(t *testing.T, c *swift.Client, container, object string) string {
	t.Helper()
	out, err := c.GetObject(t.Context(), &swift.GetObjectInput{Container: container, Object: object})
	if err != nil {
		require.ErrorIs(t, err, swift.ErrNotFound)
		return "absent"
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	require.NoError(t, err)
	return string(b)
}

func remove(t *testing.T, c *swift.Client, container string) {
	ctx := context.Background()
	page, err := c.ListObjects(ctx, &swift.ListObjectsInput{Container: container})
	require.NoError(t, err)
	paths := func(yield func(swift.Path) bool) {
		for _, o := range page.Objects {
			if !yield(swift.Path{Container: container, Object: o.Name}) {
				return
			}
		}
		yield(swift.Path{Container: container})
	}
	out, err := c.BulkDeleteAll(ctx, paths)
	require.NoError(t, err)
	require.EqualValues(t, len(page.Objects)+1, out.NumberDeleted, fmt.Sprint(page.Objects))
}
