//go:build integration

package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/browser"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
)

// shown is what the page shows.
type shown struct {
	State, Error, Object, Bytes, Now, Average, Parts, Retries string
	Progress                                                  float64
	Curve, Ticks                                              int // points of the throughput, and retries in it
	Sending, Done, Failed                                     int // bars
	Rows                                                      int // with a bar of a part that was stored
	Titles                                                    []string
}

const look = `({
	State: document.getElementById('state').className,
	Error: document.getElementById('error').textContent,
	Object: document.getElementById('object').textContent,
	Bytes: document.getElementById('bytes').textContent,
	Now: document.getElementById('now').textContent,
	Average: document.getElementById('average').textContent,
	Parts: document.getElementById('parts').textContent,
	Retries: document.getElementById('retries').textContent,
	Progress: document.getElementById('progress').position,
	Curve: document.querySelector('.curve')?.points.length ?? 0,
	Ticks: document.querySelectorAll('#throughput .retry').length,
	Sending: document.querySelectorAll('rect.sending').length,
	Done: document.querySelectorAll('rect.done').length,
	Failed: document.querySelectorAll('rect.failed').length,
	Rows: new Set([...document.querySelectorAll('rect.done')].map(r => r.getAttribute('y'))).size,
	Titles: [...document.querySelectorAll('rect.failed title')].map(t => t.textContent),
})`

// TestBrowser has a real browser show an upload to the program's own server.
func TestBrowser(t *testing.T) {
	sandbox.New(t)
	chromium := browser.Start(t, 960, 760)
	at, stop := start(t)
	tab := browser.Tab(t, chromium)
	see := func(when string) shown {
		t.Helper()
		_, err := chromedp.Run(tab, chromedp.Poll[bool](when, chromedp.WithPollingTimeout(0)))
		require.NoError(t, err)
		s, err := chromedp.Run(tab, chromedp.Evaluate[shown](look))
		require.NoError(t, err)
		return s
	}
	require.NoError(t, chromedp.Do(tab, chromedp.Navigate(at)))

	// In the midst of it.
	s := see(`document.getElementById('progress').position > 0.4 && !!document.querySelector('rect.failed') && !!document.querySelector('rect.sending')`)
	require.Equal(t, "uploading", s.State)
	require.Less(t, s.Progress, 1.0)
	require.Positive(t, s.Sending)
	require.Regexp(t, ` MiB/s$`, s.Now)
	browser.Picture(t, tab, "watch-uploading")

	s = see(`/finished|failed/.test(document.getElementById('state').className)`)
	require.Equal(t, "finished", s.State, s.Error)
	require.Equal(t, "s3://stowage-watch/random.bin", s.Object)
	require.InDelta(t, 1, s.Progress, 0)
	require.Equal(t, "160 MiB of 160 MiB", s.Bytes)
	require.Equal(t, "20 of 20", s.Parts)
	require.Equal(t, 20, s.Rows)
	require.Zero(t, s.Sending)
	require.Positive(t, s.Failed)
	require.Len(t, s.Titles, s.Failed)
	for _, title := range s.Titles {
		require.Regexp(t, `^part \d+, failed, from \S+ s to \S+ s: \S.+`, title)
	}
	require.Positive(t, s.Ticks)
	require.NotEqual(t, "0", s.Retries)
	require.Greater(t, s.Curve, 20)
	require.Regexp(t, `^[0-9.]+ MiB/s$`, s.Average)
	browser.Picture(t, tab, "watch")

	// Opened again, the page shows the same.
	require.NoError(t, chromedp.Do(tab, chromedp.Reload()))
	again := see(`/finished|failed/.test(document.getElementById('state').className)`)
	require.Equal(t, s, again)
	require.NoError(t, stop())
}
