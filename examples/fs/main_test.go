package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/flags"
	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/s3test"
)

func TestSiteOfItsOwn(t *testing.T) {
	temp := sandbox.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, nil, w, io.Discard)
		w.CloseWithError(err)
		ended <- err
	}()
	address, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	address = strings.TrimSpace(address)

	client := &http.Client{}
	get := func(path string, header http.Header) (int, string, http.Header) {
		t.Helper()
		q, err := http.NewRequestWithContext(t.Context(), "GET", address+path, nil)
		require.NoError(t, err)
		q.Header = header
		answer, err := client.Do(q)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(body), answer.Header
	}
	status, body, header := get("", nil)
	require.Equal(t, 200, status)
	require.Contains(t, body, "<h1>A bucket</h1>")
	require.Contains(t, header.Get("Content-Type"), "text/html")
	status, body, _ = get("notes/", nil)
	require.Equal(t, 200, status)
	require.Contains(t, body, `<a href="one.txt">one.txt</a>`)
	require.NotContains(t, body, "elsewhere")
	status, body, header = get("notes/one.txt", http.Header{"Range": {"bytes=4-8"}})
	require.Equal(t, 206, status)
	require.Equal(t, "first", body)
	modified := header.Get("Last-Modified")
	require.NotEmpty(t, modified)
	status, _, _ = get("notes/one.txt", http.Header{"If-Modified-Since": {modified}})
	require.Equal(t, 304, status)
	for _, path := range []string{"elsewhere.txt", "nothing", "../elsewhere.txt", "notes/%2e%2e/%2e%2e/elsewhere.txt"} {
		status, _, _ = get(path, nil)
		require.Equal(t, 404, status, path)
	}

	client.CloseIdleConnections()
	cancel()
	require.NoError(t, <-ended)
	sandbox.RequireEmpty(t, temp)
}

func TestFails(t *testing.T) {
	sandbox.New(t)
	for _, args := range []string{"www", "s3://", "s3://a s3://b"} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), io.Discard, io.Discard), "is missing")
	}
	require.ErrorIs(t, run(t.Context(), []string{"s3://nothing"}, io.Discard, io.Discard), flags.ErrNoServer)
	server := s3test.NewServer(t)
	keys, err := server.Options().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	args := []string{"-endpoint", server.URL, "-access-key", keys.AccessKeyID, "-secret-key", keys.SecretAccessKey, "s3://nothing"}
	require.ErrorIs(t, run(t.Context(), args, io.Discard, io.Discard), s3.ErrNotFound)
	require.Error(t, run(t.Context(), []string{"-h"}, io.Discard, io.Discard))
}
