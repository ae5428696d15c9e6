package main

import (
	"bytes"
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

// cloud is a Keystone and a Swift in memory: one account, any containers, large objects, and
// TempURLs for GET.
type cloud struct {
	*httptest.Server
	t          *testing.T
	mu         sync.Mutex
	containers map[string]http.Header
	objects    map[string][]byte // by /container/object
	manifests  map[string][]string
	broken     func(path string) bool // answers 507
	token      string
}

const accountPath = "/v1/AUTH_p"

func newCloud(t *testing.T) *cloud {
	c := &cloud{t: t, containers: make(map[string]http.Header), objects: make(map[string][]byte), manifests: make(map[string][]string)}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // cut off
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	path, inAccount := strings.CutPrefix(r.URL.Path, accountPath)
	switch {
	case r.URL.Path == "/v3/auth/tokens" && r.Method == http.MethodPost:
		c.token = "a token"
		w.Header().Set("X-Subject-Token", c.token)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"token": map[string]any{
			"expires_at": "2100-01-01T00:00:00Z", "methods": []string{"password"},
			"catalog": []any{map[string]any{"type": "object-store", "endpoints": []any{
				map[string]any{"interface": "public", "region_id": "R", "region": "R", "url": c.URL + accountPath},
			}}},
		}})
	case r.URL.Path == "/v3/auth/tokens":
		c.token = ""
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/info":
		_, _ = io.WriteString(w, `{"swift":{"max_file_size":5368709122},"slo":{"max_manifest_segments":1000,"min_segment_size":1},
			"tempurl":{"methods":["GET","HEAD","PUT"],"allowed_digests":["sha256"]}}`)
	case !inAccount:
		w.WriteHeader(http.StatusNotFound)
	case !c.allowed(r, path):
		w.WriteHeader(http.StatusUnauthorized)
	case path == "":
		w.WriteHeader(http.StatusNoContent)
	case strings.Count(path, "/") == 1:
		c.container(w, r, path)
	default:
		c.object(w, r, path, body)
	}
}

// allowed: by token, or by the signature that the client's own code, which other tests compare
// with real servers, makes of the same URL.
func (c *cloud) allowed(r *http.Request, path string) bool {
	if r.Header.Get("X-Auth-Token") != "" {
		return r.Header.Get("X-Auth-Token") == c.token
	}
	container, object, _ := strings.Cut(path[1:], "/")
	var expires int64
	_, _ = fmt.Sscan(r.URL.Query().Get("temp_url_expires"), &expires)
	want, err := swift.SignTempURL(c.URL+accountPath, swift.TempURLOptions{
		Method: r.Method, Container: container, Object: object, Expires: time.Unix(expires, 0), Digest: swift.DigestSHA256,
		Key: swift.Secret(c.containers["/"+container].Get("X-Container-Meta-Temp-Url-Key")), Filename: r.URL.Query().Get("filename"),
	})
	return err == nil && want.URL() == c.URL+r.URL.String()
}

func (c *cloud) container(w http.ResponseWriter, r *http.Request, path string) {
	have, ok := c.containers[path]
	switch {
	case r.Method == http.MethodPut:
		c.containers[path] = make(http.Header)
		w.WriteHeader(http.StatusCreated)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPost:
		have.Set("X-Container-Meta-Temp-Url-Key", r.Header.Get("X-Container-Meta-Temp-Url-Key"))
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet: // what segments are there
		objects := []map[string]any{}
		for name, body := range c.objects {
			if object, ok := strings.CutPrefix(name, path+"/"); ok && strings.HasPrefix(object, r.URL.Query().Get("prefix")) && object > r.URL.Query().Get("marker") {
				objects = append(objects, map[string]any{"name": object, "bytes": len(body), "hash": etag(body), "last_modified": "2026-01-01T00:00:00.000000"})
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(objects)
	default:
		for name := range have {
			w.Header().Set(name, have.Get(name))
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (c *cloud) object(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	have, ok := c.objects[path]
	switch {
	case r.Method == http.MethodPut && c.broken != nil && c.broken(path):
		w.WriteHeader(http.StatusInsufficientStorage)
	case r.Method == http.MethodPut && r.URL.Query().Get("multipart-manifest") == "put":
		var segments []struct {
			Path, ETag string
			SizeBytes  int `json:"size_bytes"`
		}
		require.NoError(c.t, json.Unmarshal(body, &segments))
		var whole, etags []byte
		delete(c.manifests, path)
		for _, s := range segments {
			segment, ok := c.objects["/"+strings.TrimPrefix(s.Path, "/")]
			if !ok || etag(segment) != s.ETag || len(segment) != s.SizeBytes {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			whole, etags = append(whole, segment...), append(etags, s.ETag...)
			c.manifests[path] = append(c.manifests[path], "/"+strings.TrimPrefix(s.Path, "/"))
		}
		c.objects[path] = whole
		w.Header().Set("ETag", `"`+etag(etags)+`"`)
		w.WriteHeader(http.StatusCreated)
	case r.Method == http.MethodPut:
		c.objects[path] = body
		w.Header().Set("ETag", etag(body))
		w.WriteHeader(http.StatusCreated)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		for _, segment := range c.manifests[path] {
			delete(c.objects, segment)
		}
		deleted := len(c.manifests[path]) + 1
		delete(c.objects, path)
		delete(c.manifests, path)
		if r.URL.Query().Get("multipart-manifest") == "delete" {
			_ = json.NewEncoder(w).Encode(map[string]any{"Number Deleted": deleted, "Response Status": "200 OK", "Errors": []any{}})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		if c.manifests[path] != nil {
			w.Header().Set("X-Static-Large-Object", "True")
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(have))
	}
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return hex.EncodeToString(sum[:])
}

func (c *cloud) run(args ...string) (stdout, stderr string, err error) {
	env := map[string]string{"HOME": "/", "OS_AUTH_URL": c.URL + "/v3", "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "p"}
	var out, messages bytes.Buffer
	err = run(c.t.Context(), args, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, &out, &messages)
	return out.String(), messages.String(), err
}

func TestLargeObject(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	c := newCloud(t)
	path := filepath.Join(t.TempDir(), "a disk 1+%.img")
	data := make([]byte, 5<<20+7)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	require.NoError(t, os.WriteFile(path, data, 0o600))

	_, _, err := c.run("-container", "backup", path)
	require.ErrorContains(t, err, "-new-key makes one")
	require.Empty(t, c.objects, "nothing is sent that no link could be made of")

	stdout, stderr, err := c.run("-container", "backup", "-new-key", "-part-size", "1MiB", "-verify", path)
	require.NoError(t, err)
	require.Contains(t, stderr, "segment     6 of 6, 5 MiB of 5 MiB\n")
	require.Regexp(t, `stored +backup/a disk 1\+%\.img, 5 MiB in \S+ s, \S+ MiB/s, ETag "[0-9a-f]{32}"\n`, stderr)
	require.Regexp(t, `segments +6 of 1 MiB in backup_segments/a disk 1\+%\.img/slo/`, stderr)
	require.Regexp(t, `verified +SHA-256 [0-9a-f]{64}, by the link\n`, stderr)
	require.Regexp(t, `link +until .*, signed with sha256\n$`, stderr)
	require.Len(t, c.manifests["/backup/a disk 1+%.img"], 6)
	require.Empty(t, c.token, "it has logged out")
	link := strings.TrimSuffix(stdout, "\n")
	require.NotContains(t, stderr, "temp_url_sig")
	require.NotContains(t, stdout+stderr, c.containers["/backup"].Get("X-Container-Meta-Temp-Url-Key"))

	// The link needs no token, and is for this object alone.
	another, longer := strings.Replace(link, "disk", "disc", 1), strings.Replace(link, "expires=1", "expires=9", 1)
	for at, status := range map[string]int{link: 200, another: 401, longer: 401} {
		answer, err := http.Get(at)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, status, answer.StatusCode)
		require.Equal(t, status == 200, bytes.Equal(data, body))
	}

	// What fits into a part is no large object.
	_, stderr, err = c.run("-container", "backup", "-object", "small", "-size", "1KiB", "-verify")
	require.NoError(t, err)
	require.NotContains(t, stderr, "segments ")
	require.Empty(t, c.manifests["/backup/small"])

	for _, object := range []string{"small", "a disk 1+%.img"} {
		stdout, stderr, err = c.run("-container", "backup", "-object", object, "-delete")
		require.NoError(t, err)
		require.Contains(t, stderr, "deleted     backup/"+object)
		require.Empty(t, stdout)
	}
	require.Empty(t, c.objects, "the segments too")
	_, _, err = c.run("-container", "backup", "-object", "small", "-delete")
	require.ErrorIs(t, err, swift.ErrNotFound)
	entries, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestCheckpoint(t *testing.T) {
	c := newCloud(t)
	folder := t.TempDir()
	path, checkpoint := filepath.Join(folder, "disk.img"), filepath.Join(folder, "disk.img.upload")
	require.NoError(t, os.WriteFile(path, make([]byte, 4<<20), 0o600))
	args := []string{"-container", "backup", "-new-key", "-part-size", "1MiB", "-concurrency", "1", "-verify", "-checkpoint", checkpoint, path}
	sent := 0
	c.broken = func(path string) bool {
		sent++
		return strings.HasSuffix(path, "3")
	}
	_, _, err := c.run(args...)
	require.ErrorContains(t, err, "507")
	require.FileExists(t, checkpoint)
	require.Len(t, c.objects, 2)
	sent, c.broken = 0, func(string) bool { sent++; return false }
	_, _, err = c.run(args...)
	require.NoError(t, err)
	require.Equal(t, 3, sent, "two segments and the manifest")
	require.NoFileExists(t, checkpoint)
}

func TestFails(t *testing.T) {
	c := newCloud(t)
	for want, args := range map[string][]string{
		"-container is missing":    {},
		"unexpected argument":      {"-container", "c", "a", "b"},
		"-expires is less":         {"-container", "c", "-expires", "1ms"},
		"-delete takes -object":    {"-container", "c", "-delete"},
		"-checkpoint takes a file": {"-container", "c", "-checkpoint", "x"},
		"no such file":             {"-container", "c", "-new-key", filepath.Join(t.TempDir(), "none")},
		"help requested":           {"-h"},
		"PartSize":                 {"-container", "c", "-new-key", "-part-size", "9GiB", "-size", "1KiB"},
	} {
		stdout, _, err := c.run(args...)
		require.ErrorContains(t, err, want)
		require.Empty(t, stdout)
	}
}
