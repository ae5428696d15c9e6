//go:build integration

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/account"
	"github.com/stowage-go/stowage/examples/internal/backend"
	"github.com/stowage-go/stowage/swift"
)

// TestSwift stores, shares and deletes in a real Swift: the openstack backend of
// testdata/backends.
func TestSwift(t *testing.T) {
	env := backend.Environment(t, "openstack")
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	container := "stowage-" + strings.ToLower(rand.Text()) + " ü&+"
	client, logout, err := account.Open("", "", lookup)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.Background()
		for _, name := range []string{container, container + "_segments"} {
			_, err := client.DeleteContainer(ctx, &swift.DeleteContainerInput{Container: name})
			require.NoError(t, err, "nothing is left in it")
		}
		require.NoError(t, logout(ctx))
	})
	do := func(args ...string) (stdout, stderr string) {
		t.Helper()
		var out, messages bytes.Buffer
		require.NoError(t, run(t.Context(), append([]string{"-container", container, "-object", "a 한글/disk 1+%.img"}, args...), lookup, &out, &messages), messages.String())
		return strings.TrimSpace(out.String()), messages.String()
	}

	link, stderr := do("-size", "40MiB", "-part-size", "8MiB", "-new-key", "-verify")
	require.Contains(t, stderr, "segment     5 of 5, 40 MiB of 40 MiB")
	require.Regexp(t, `segments +5 of 8 MiB in \S+ ü&\+_segments/`, stderr)
	require.Regexp(t, `verified +SHA-256`, stderr)
	head, err := client.HeadObject(t.Context(), &swift.HeadObjectInput{Container: container, Object: "a 한글/disk 1+%.img"})
	require.NoError(t, err)
	require.True(t, head.StaticLargeObject)
	require.EqualValues(t, 40<<20, head.ContentLength)

	answer, err := http.Get(link)
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.EqualValues(t, 40<<20, n)
	require.Contains(t, answer.Header.Get("Content-Disposition"), "attachment")
	answer, err = http.Get(strings.Replace(link, "temp_url_expires=1", "temp_url_expires=2", 1))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)

	_, stderr = do("-delete")
	require.Contains(t, stderr, "deleted")
}
