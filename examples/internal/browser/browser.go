//go:build integration

// Package browser is what tests with a real browser share: Chromium, which Debian has a package
// of, without a window.
package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Start starts a browser with a window of that size for the time of the test.
func Start(t *testing.T, width, height int) context.Context {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	require.NotEmpty(t, program, "no browser: apt-get install chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.WindowSize(width, height))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// Tab opens a tab for at most two minutes. An error that no script of its pages caught fails the
// test.
func Tab(t *testing.T, browser context.Context) context.Context {
	t.Helper()
	tab, closeTab := chromedp.NewContext(browser)
	tab, cancel := context.WithTimeout(tab, 2*time.Minute)
	require.NoError(t, chromedp.Do(tab))
	messages, read := chromedp.Console(tab), make(chan struct{})
	go func() {
		defer close(read)
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.IsException() {
				t.Errorf("%s:%d: %s", message.URL, message.Line+1, message.Text)
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		closeTab()
		<-read
	})
	return tab
}

// Picture writes what the tab shows to the folder that SCREENSHOTS names, if it does.
func Picture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	png, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	require.NoError(t, err)
	require.NotEmpty(t, png)
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
	}
}
