//go:build integration

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/account"
	"github.com/stowage-go/stowage/examples/internal/backend"
	"github.com/stowage-go/stowage/examples/internal/browser"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/swift"
)

// TestBrowser uploads through the page with a real browser: into the program's own server, and
// into a real Swift, the openstack backend of testdata/backends.
func TestBrowser(t *testing.T) {
	sandbox.New(t)
	chromium := browser.Start(t, 800, 560)
	own := serve(t, nil, "-max-size", "40MiB")
	env, container := swiftContainer(t)
	cloud := serve(t, env, "-container", container, "-prefix", "in 한글/", "-new-key", "-cors", "-max-size", "40MiB")
	files := map[string][]byte{
		`사진 "1"+%.txt`: []byte("첫째"),
		"two.bin":      bytes.Repeat([]byte("by a browser\r\n--"), 1<<20),
		"empty":        nil,
	}
	large := map[string][]byte{"large.bin": make([]byte, 40<<20+1)}
	t.Run("progress", func(t *testing.T) {
		tab := visit(t, chromium, own, "post")
		submit(t, tab, map[string][]byte{"lighthouse.jpg": bytes.Repeat([]byte("a picture"), 300_000), "minutes.pdf": make([]byte, 80_000)})
		rows(t, tab, 2)
		// A way as slow as those that people have.
		_, err := chromedp.Call(tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: 4 << 20}},
		})
		require.NoError(t, err)
		require.NoError(t, chromedp.Do(tab, chromedp.Click(chromedp.CSS(`input[value="put"]`))))
		submit(t, tab, map[string][]byte{"holiday.mp4": make([]byte, 24<<20)})
		state, err := chromedp.Run(tab, chromedp.PollFunction[string](`() => {
			const row = document.querySelector('li:not(.stored)');
			const sent = row?.querySelector('progress').position;
			return sent > 0.4 && sent < 0.9 && row.querySelector('.state').textContent;
		}`, chromedp.WithPollingTimeout(0)))
		require.NoError(t, err)
		require.Regexp(t, `^\d+(\.\d)? MiB of 24\.0 MiB, [0-9.]+ MiB/s$`, state)
		browser.Picture(t, tab, "presign-web")
		for _, row := range rows(t, tab, 3) {
			require.Equal(t, "stored", row.Class, row.State)
		}
	})
	for way, at := range map[string]string{"post": own, "put": own, "formpost": cloud} {
		t.Run(way, func(t *testing.T) {
			tab := visit(t, chromium, at, way)
			submit(t, tab, files)
			for _, row := range rows(t, tab, len(files)) {
				require.Equal(t, "stored", row.Class, row.State)
				require.InDelta(t, 1, row.Progress, 0)
				require.Contains(t, row.State, "stored as ")
				status, content, header := get(t, row.Link)
				require.Equal(t, http.StatusOK, status, content)
				require.Equal(t, string(files[row.Name]), content)
				require.Contains(t, header.Get("Content-Disposition"), "attachment")
			}
			browser.Picture(t, tab, "presign-web-"+way)
		})
		t.Run(way+" too large", func(t *testing.T) {
			tab := visit(t, chromium, at, way)
			submit(t, tab, large)
			require.Equal(t, []row{{Name: "large.bin", Class: "failed", State: "the file is larger than 40 MiB"}}, rows(t, tab, 1))
		})
		t.Run(way+" that lies", func(t *testing.T) {
			tab := visit(t, chromium, at, way)
			_, err := chromedp.Run(tab, chromedp.Evaluate[bool](`Object.defineProperty(File.prototype, 'size', {get() { return 5 }}), true`))
			require.NoError(t, err)
			submit(t, tab, large)
			got := rows(t, tab, 1)[0]
			require.Equal(t, "failed", got.Class)
			require.Empty(t, got.Link)
			require.Contains(t, got.State, "refused")
			browser.Picture(t, tab, "presign-web-"+way+"-refused")
		})
	}
}

// row is what the page shows of one upload.
type row struct {
	Name, Class, State, Link string
	Progress                 float64
}

func visit(t *testing.T, chromium context.Context, at, way string) context.Context {
	t.Helper()
	tab := browser.Tab(t, chromium)
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(at), chromedp.Click(chromedp.CSS(`input[value="`+way+`"]`))))
	return tab
}

// submit picks the files as a person would, and presses the button.
func submit(t *testing.T, tab context.Context, files map[string][]byte) {
	t.Helper()
	folder := t.TempDir()
	var paths []string
	for name, content := range files {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		paths = append(paths, path)
	}
	require.NoError(t, chromedp.Do(tab,
		chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), paths),
		chromedp.Click(chromedp.CSS(`button`)),
	))
}

// rows waits until all uploads have ended.
func rows(t *testing.T, tab context.Context, n int) []row {
	t.Helper()
	got, err := chromedp.Run(tab, chromedp.PollFunction[[]row](`n => {
		const ended = [...document.querySelectorAll('li.stored, li.failed')];
		return ended.length === n && ended.map(li => ({
			Name: li.querySelector('.name').textContent,
			Class: li.className,
			State: li.querySelector('.state').textContent,
			Link: li.querySelector('a')?.href ?? '',
			Progress: li.querySelector('progress').position,
		}));
	}`, chromedp.WithPollingArgs(n), chromedp.WithPollingTimeout(0)))
	require.NoError(t, err)
	return got
}

// swiftContainer makes a container of its own.
func swiftContainer(t *testing.T) (env map[string]string, container string) {
	t.Helper()
	env = backend.Environment(t, "openstack")
	client, logout, err := account.Open("", "", lookup(env))
	require.NoError(t, err)
	container = "stowage-" + strings.ToLower(rand.Text()) + " ü&+"
	_, err = client.CreateContainer(t.Context(), &swift.CreateContainerInput{Container: container})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.Background()
		page, err := client.ListObjects(ctx, &swift.ListObjectsInput{Container: container})
		require.NoError(t, err)
		for _, o := range page.Objects {
			_, err = client.DeleteObject(ctx, &swift.DeleteObjectInput{Container: container, Object: o.Name})
			require.NoError(t, err)
		}
		_, err = client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: container})
		require.NoError(t, err)
		require.NoError(t, logout(ctx))
	})
	return env, container
}
