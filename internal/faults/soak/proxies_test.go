package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	control "github.com/Shopify/toxiproxy/v2/client"
	"github.com/stretchr/testify/require"
)

// The process of the proxies, run in this one: every fault can be begun and ended, and leaves the
// way clear.
func TestProxies(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	defer server.Close()
	stdin, end := io.Pipe()
	told, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serveProxies(stdin, stdout) }()
	address, err := bufio.NewReader(told).ReadString('\n')
	require.NoError(t, err)
	all := &proxies{api: control.NewClient(strings.TrimSpace(address))}
	p, err := all.listen(0, "a", server.Listener.Addr().String())
	require.NoError(t, err)

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func() error {
		resp, err := client.Get("http://" + p.Listen)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err == nil {
			require.Equal(t, "here", string(body))
		}
		return err
	}
	seen := map[string]bool{}
	for _, s := range take(1, 0, 100) {
		if seen[s.fault.name] {
			continue
		}
		seen[s.fault.name] = true
		require.NoError(t, p.begin(s.fault), s.fault.name)
		if s.fault.name == "refused" {
			require.Error(t, get())
		}
		require.NoError(t, p.end(s.fault), s.fault.name)
		require.NoError(t, get(), s.fault.name)
	}
	require.Len(t, seen, len(faultKinds))
	require.NoError(t, p.clear())
	require.NoError(t, get())
	require.NoError(t, end.Close())
	require.NoError(t, <-ended)
}
