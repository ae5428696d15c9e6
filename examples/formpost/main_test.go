package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// cloud is a scripted Keystone and Swift: one user, one project, one container "uploads".
type cloud struct {
	*httptest.Server
	mu        sync.Mutex
	container http.Header // of the container, its keys among it
	account   http.Header
	asked     []string
}

func newCloud(t *testing.T) *cloud {
	c := &cloud{container: make(http.Header), account: make(http.Header)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.asked = append(c.asked, r.Method+" "+r.URL.Path)
		switch r.Method + " " + r.URL.Path {
		case "POST /v3/auth/tokens":
			w.Header().Set("X-Subject-Token", "token")
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(map[string]any{"token": map[string]any{
				"expires_at": "2100-01-01T00:00:00Z", "methods": []string{"password"},
				"catalog": []any{map[string]any{"type": "object-store", "endpoints": []any{
					map[string]any{"interface": "public", "region_id": "R", "region": "R", "url": c.URL + "/v1/AUTH_p"},
				}}},
			}})
		case "DELETE /v3/auth/tokens":
			w.WriteHeader(http.StatusNoContent)
		case "GET /info":
			_, _ = io.WriteString(w, `{"formpost":{"allowed_digests":["sha512"]}}`)
		case "HEAD /v1/AUTH_p/uploads":
			answer(w, c.container)
		case "HEAD /v1/AUTH_p":
			answer(w, c.account)
		case "POST /v1/AUTH_p/uploads":
			c.container.Set("X-Container-Meta-Temp-Url-Key", r.Header.Get("X-Container-Meta-Temp-Url-Key"))
			w.WriteHeader(http.StatusNoContent)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func answer(w http.ResponseWriter, h http.Header) {
	for name := range h {
		w.Header().Set(name, h.Get(name))
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *cloud) run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	env := map[string]string{
		"HOME": t.TempDir(), "OS_AUTH_URL": c.URL + "/v3", "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "p",
		"OS_USER_DOMAIN_NAME": "Default", "OS_REGION_NAME": "R",
	}
	var out, messages bytes.Buffer
	status = command(t.Context(), args, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, &out, &messages)
	return status, out.String(), messages.String()
}

var field = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

func TestPage(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	status, page, stderr := c.run(t, "-container", "uploads", "-prefix", `<a b>/`, "-max-file-size", "5", "-delete-after", "60",
		"-redirect", `https://app.example.com/done?a="b"&c`, "-new-key")
	require.Zero(t, status, stderr)
	key := c.container.Get("X-Container-Meta-Temp-Url-Key")
	require.GreaterOrEqual(t, len(key), 26)
	require.NotContains(t, page, key)
	require.Contains(t, page, `action="`+c.URL+`/v1/AUTH_p/uploads/%3Ca%20b%3E/"`)
	require.Contains(t, page, `method="POST" enctype="multipart/form-data"`)
	require.Contains(t, page, `<input type="file" name="file" required>`)
	require.Contains(t, page, "One file of at most 5 bytes")
	var names []string
	for _, m := range field.FindAllStringSubmatch(page, -1) {
		names = append(names, m[1])
		switch m[1] {
		case "redirect":
			require.Equal(t, "https://app.example.com/done?a=&#34;b&#34;&amp;c", m[2])
		case "max_file_size":
			require.Equal(t, "5", m[2])
		case "signature":
			require.Len(t, m[2], 128)
		}
	}
	require.Equal(t, []string{"redirect", "max_file_size", "max_file_count", "expires", "signature", "x_delete_after"}, names)
	require.Less(t, strings.LastIndex(page, `type="hidden"`), strings.Index(page, `type="file"`))
	require.Equal(t, "DELETE /v3/auth/tokens", c.asked[len(c.asked)-1])

	// The key is there now, and is not replaced.
	status, page, stderr = c.run(t, "-container", "uploads", "-max-file-count", "3", "-new-key")
	require.Zero(t, status, stderr)
	require.Equal(t, key, c.container.Get("X-Container-Meta-Temp-Url-Key"))
	require.Contains(t, page, `required multiple>`)
	require.Contains(t, page, "Up to 3 files of at most 104857600 bytes")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"X-Container-Meta-Temp-Url-Key", "X-Container-Meta-Temp-Url-Key-2", "X-Account-Meta-Temp-Url-Key", "X-Account-Meta-Temp-Url-Key-2", ""} {
		c := newCloud(t)
		c.container.Set(at, "a key")
		c.account.Set(at, "a key")
		status, page, stderr := c.run(t, "-container", "uploads")
		if at == "" {
			require.Equal(t, 1, status)
			require.Contains(t, stderr, "-new-key makes one")
			require.Empty(t, page)
			continue
		}
		require.Zero(t, status, stderr)
		require.Contains(t, page, `name="signature"`)
	}
}

func TestServed(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.account.Set("X-Account-Meta-Temp-Url-Key", "a key")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		env := map[string]string{"HOME": "/", "OS_AUTH_URL": c.URL + "/v3", "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "p"}
		ended <- command(ctx, []string{"-container", "uploads", "-listen", "127.0.0.1:0"}, func(n string) (string, bool) { v, ok := env[n]; return v, ok }, io.Discard, w)
		w.Close()
	}()
	var at string
	_, err := fmt.Fscanf(r, "formpost: the form is at %s\n", &at)
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	get := func(path string) (int, string) {
		resp, err := http.Get(at + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(b)
	}
	status, page := get("/")
	require.Equal(t, 200, status)
	require.Contains(t, page, `name="redirect" value="`+at+`/done"`)
	status, page = get("/done?status=201&message=")
	require.Equal(t, 200, status)
	require.Contains(t, page, "<h1>Stored</h1>")
	require.Contains(t, page, "Swift said 201.")
	_, page = get("/done?status=400&message=%3Cb%3Etoo+many")
	require.Contains(t, page, "<h1>Not stored</h1>")
	require.Contains(t, page, "Swift said 400: &lt;b&gt;too many.")
	status, _ = get("/else")
	require.Equal(t, 404, status)
	cancel()
	require.Zero(t, <-ended)
}

func TestUsage(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for want, args := range map[string][]string{
		"-container is missing":           {},
		"an argument that is no flag":     {"-container", "c", "file"},
		"-expires: at least a second":     {"-container", "c", "-expires", "1ms"},
		"-redirect does not go with -lis": {"-container", "c", "-listen", "x", "-redirect", "https://a/"},
		"flag provided but not defined":   {"-secret"},
	} {
		status, _, stderr := c.run(t, args...)
		require.Equal(t, 2, status)
		require.Contains(t, stderr, want)
	}
	require.Empty(t, c.asked)
	status, _, stderr := c.run(t, "-h")
	require.Zero(t, status)
	require.Contains(t, stderr, "-max-file-size BYTES")

	c.container.Set("X-Container-Meta-Temp-Url-Key", "a key")
	for want, args := range map[string][]string{
		"404":                          {"-container", "other"},
		"MaxFileSize must be above 0":  {"-container", "uploads", "-max-file-size", "0"},
		"Redirect must begin with":     {"-container", "uploads", "-redirect", "done"},
		"address 127.0.0.1:x: unknown": {"-container", "uploads", "-listen", "127.0.0.1:x"},
	} {
		status, stdout, stderr := c.run(t, args...)
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, strings.TrimPrefix(want, "address 127.0.0.1:x: "))
	}
}
