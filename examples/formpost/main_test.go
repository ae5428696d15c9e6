package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

// cloud is a Keystone and a Swift in memory, with one container, "uploads".
type cloud struct{ *swifttest.Server }

func newCloud(t *testing.T) cloud {
	return cloud{swifttest.NewServer(t, func(o *swifttest.Options) { o.User, o.Key, o.Containers = "p:u", "p", []string{"uploads"} })}
}

// key is the TempURL key of the container.
func (c cloud) key(t *testing.T) string {
	t.Helper()
	head, err := c.Client().HeadContainer(t.Context(), &swift.HeadContainerInput{Container: "uploads"})
	require.NoError(t, err)
	return string(head.TempURLKey)
}

func (c cloud) setKey(t *testing.T) {
	t.Helper()
	_, err := c.Client().UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "uploads", TempURLKey: "a key"})
	require.NoError(t, err)
}

func (c cloud) run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	env := map[string]string{
		"HOME": t.TempDir(), "OS_AUTH_URL": c.IdentityURL(), "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "p",
		"OS_USER_DOMAIN_NAME": "Default", "OS_REGION_NAME": "RegionOne",
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
	operations := c.Operations()
	loggedOut := operations[len(operations)-1]
	key := c.key(t)
	require.GreaterOrEqual(t, len(key), 26)
	require.NotContains(t, page, key)
	require.Contains(t, page, `action="`+c.StorageURL()+`/uploads/%3Ca%20b%3E/"`)
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
			require.Len(t, m[2], 64)
		}
	}
	require.Equal(t, []string{"redirect", "max_file_size", "max_file_count", "expires", "signature", "x_delete_after"}, names)
	// A browser that sends the form stores the file.
	status, location := sendForm(t, c, page, "a.txt", "12345")
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, `https://app.example.com/done?a="b"&c&status=201&message=`, location)
	stored, ok := c.Object("uploads", "<a b>/a.txt")
	require.True(t, ok)
	require.Equal(t, "12345", string(stored.Body))
	require.False(t, stored.DeleteAt.IsZero())
	require.Less(t, strings.LastIndex(page, `type="hidden"`), strings.Index(page, `type="file"`))
	require.Equal(t, "RevokeToken", loggedOut)

	// The key is there now, and is not replaced.
	status, page, stderr = c.run(t, "-container", "uploads", "-max-file-count", "3", "-new-key")
	require.Zero(t, status, stderr)
	require.Equal(t, key, c.key(t))
	require.Contains(t, page, `required multiple>`)
	require.Contains(t, page, "Up to 3 files of at most 104857600 bytes")
}

// sendForm sends the page's form as a browser does.
func sendForm(t *testing.T, c cloud, page, name, content string) (status int, location string) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, m := range field.FindAllStringSubmatch(page, -1) {
		require.NoError(t, w.WriteField(m[1], html.UnescapeString(m[2])))
	}
	part, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, _ = io.WriteString(part, content)
	require.NoError(t, w.Close())
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.Post(c.StorageURL()+"/uploads/%3Ca%20b%3E/", w.FormDataContentType(), &form)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, resp.Header.Get("Location")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for at, set := range map[string]func(*swift.UpdateContainerInput, *swift.UpdateAccountInput){
		"container": func(c *swift.UpdateContainerInput, _ *swift.UpdateAccountInput) { c.TempURLKey = "a key" },
		"its other": func(c *swift.UpdateContainerInput, _ *swift.UpdateAccountInput) { c.TempURLKey2 = "a key" },
		"account":   func(_ *swift.UpdateContainerInput, a *swift.UpdateAccountInput) { a.TempURLKey = "a key" },
		"the other": func(_ *swift.UpdateContainerInput, a *swift.UpdateAccountInput) { a.TempURLKey2 = "a key" },
		"":          func(*swift.UpdateContainerInput, *swift.UpdateAccountInput) {},
	} {
		c := newCloud(t)
		container, account := swift.UpdateContainerInput{Container: "uploads"}, swift.UpdateAccountInput{}
		set(&container, &account)
		_, err := c.Client().UpdateContainer(t.Context(), &container)
		require.NoError(t, err)
		_, err = c.Client().UpdateAccount(t.Context(), &account)
		require.NoError(t, err)
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
	c.setKey(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		env := map[string]string{"HOME": "/", "OS_AUTH_URL": c.IdentityURL(), "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "p"}
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
	require.Empty(t, c.Requests())
	status, _, stderr := c.run(t, "-h")
	require.Zero(t, status)
	require.Contains(t, stderr, "-max-file-size BYTES")

	c.setKey(t)
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
