package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/examples/internal/sandbox"
	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}
}

// serve runs the program, and returns the URL that it tells without its last slash.
func serve(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, args, lookup(env), w, io.Discard)
		w.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	at, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSuffix(at, "/\n")
}

// signed asks the program as its page does.
func signed(t *testing.T, at, way, name, contentType string, size int) (status int, u upload, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"name": name, "type": contentType, "size": size})
	require.NoError(t, err)
	answer, err := http.Post(at+"/uploads/"+way, "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	if answer.StatusCode == http.StatusOK {
		require.NoError(t, json.Unmarshal(got, &u))
	}
	return answer.StatusCode, u, string(got)
}

// send sends what was signed as a browser does: it asks first whether it may, and then sends the
// file, for the page to read the answer.
func send(t *testing.T, origin string, u upload, name string, content []byte) (status int, answer string) {
	t.Helper()
	body, header := bytes.NewBuffer(content), make(http.Header)
	for k, v := range u.Header {
		header.Set(k, v)
	}
	if len(u.Fields) > 0 {
		body = new(bytes.Buffer)
		form := multipart.NewWriter(body)
		for _, f := range u.Fields {
			require.NoError(t, form.WriteField(f[0], f[1]))
		}
		part, err := form.CreateFormFile("file", name)
		require.NoError(t, err)
		_, _ = part.Write(content)
		require.NoError(t, form.Close())
		header.Set("Content-Type", form.FormDataContentType())
	}

	ask, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, u.URL, nil)
	require.NoError(t, err)
	ask.Header.Set("Origin", origin)
	ask.Header.Set("Access-Control-Request-Method", u.Method)
	ask.Header.Set("Access-Control-Request-Headers", "content-type")
	allowed, err := http.DefaultClient.Do(ask)
	require.NoError(t, err)
	allowed.Body.Close()
	require.Equal(t, origin, allowed.Header.Get("Access-Control-Allow-Origin"), u.Method)

	request, err := http.NewRequestWithContext(t.Context(), u.Method, u.URL, body)
	require.NoError(t, err)
	request.Header = header
	request.Header.Set("Origin", origin)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, origin, response.Header.Get("Access-Control-Allow-Origin"))
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func get(t *testing.T, at string) (int, string, http.Header) {
	t.Helper()
	answer, err := http.Get(at)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(body), answer.Header
}

func TestServerOfItsOwn(t *testing.T) {
	temp := sandbox.New(t)
	t.Run("serving", func(t *testing.T) {
		at := serve(t, nil, "-prefix", "in 한글/", "-max-size", "1MiB")
		status, page, header := get(t, at)
		require.Equal(t, 200, status)
		require.Contains(t, page, `value="post" checked> POST policy`)
		require.Contains(t, page, `value="put"> presigned PUT`)
		require.NotContains(t, page, "formpost")
		require.Contains(t, page, "at most 1 MiB. A signature lives for 15m.")
		require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'self'")
		for _, part := range []string{"/page.css", "/page.js"} {
			status, _, _ = get(t, at+part)
			require.Equal(t, 200, status)
		}

		const name = `report "1"+%.txt`
		content := bytes.Repeat([]byte("by a browser\r\n"), 5000)
		for _, way := range []string{"post", "put"} {
			status, u, text := signed(t, at, way, name, "text/plain", len(content))
			require.Equal(t, 200, status, text)
			require.Regexp(t, `^in 한글/[a-z2-7]{26}/report "1"\+%\.txt$`, u.Object)
			require.NotContains(t, text, "example-secret")
			status, text = send(t, at, u, name, content)
			require.Contains(t, []int{200, 201}, status, text)
			status, text, header := get(t, u.Link)
			require.Equal(t, 200, status, text)
			require.Equal(t, string(content), text)
			require.Equal(t, "text/plain", header.Get("Content-Type"))
			require.Contains(t, header.Get("Content-Disposition"), "attachment; filename=")

			// Another upload of the same name is another object.
			_, again, _ := signed(t, at, way, name, "text/plain", 1)
			require.NotEqual(t, u.Object, again.Object)

			// The store refuses more than was signed, whatever the browser said of it.
			_, u, _ = signed(t, at, way, "small.txt", "text/plain", 5)
			status, text = send(t, at, u, "small.txt", make([]byte, 1<<20+1))
			require.Contains(t, []int{400, 403}, status)
			require.Regexp(t, `<Code>(EntityTooLarge|SignatureDoesNotMatch)</Code>`, text)
			status, _, _ = get(t, u.Link)
			require.Equal(t, 404, status)
		}

		for want, f := range map[string]file{
			"larger than 1 MiB": {Name: "a", Size: 1<<20 + 1},
			"is negative":       {Name: "a", Size: -1},
			"is none of a file": {Name: ".."},
			"no file's should":  {Name: "a/../../b"},
		} {
			status, _, text := signed(t, at, "put", f.Name, f.Type, int(f.Size))
			require.Equal(t, 400, status)
			require.Contains(t, text, want)
		}
		status, _, _ = signed(t, at, "ftp", "a", "", 1)
		require.Equal(t, 404, status)
		status, u, _ := signed(t, at, "put", "a", "no type", 1)
		require.Equal(t, 200, status)
		require.Equal(t, "application/octet-stream", u.Header["Content-Type"])

		// Other pages have nothing signed.
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/uploads/put", strings.NewReader(`{"name":"a"}`))
		require.NoError(t, err)
		request.Header.Set("Origin", "https://elsewhere.example")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, 403, answer.StatusCode)
		http.DefaultClient.CloseIdleConnections()
	})
	sandbox.RequireEmpty(t, temp)
}

// TestSwift has a Swift in memory take what is signed; TestBrowser has a real one.
func TestSwift(t *testing.T) {
	sandbox.New(t)
	cloud := swifttest.NewServer(t, func(o *swifttest.Options) { o.User, o.Key, o.Containers = "p:u", "p", []string{"inbox"} })
	_, err := cloud.Client().UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "inbox", TempURLKey: "a key"})
	require.NoError(t, err)
	env := map[string]string{"HOME": t.TempDir(), "OS_AUTH_URL": cloud.IdentityURL(), "OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_PROJECT_ID": "p"}
	at := serve(t, env, "-container", "inbox", "-prefix", "in/", "-cors")
	_, page, _ := get(t, at)
	require.Contains(t, page, `value="formpost" checked> Swift FormPost`)
	require.NotContains(t, page, "POST policy")
	status, u, text := signed(t, at, "formpost", `a "b".txt`, "text/plain", 5)
	require.Equal(t, 200, status, text)
	require.NotContains(t, text, "a key")
	require.Regexp(t, `^in/[a-z2-7]{26}/a %22b%22\.txt$`, u.Object)
	folder, _, _ := strings.Cut(u.Object, "a %22")
	require.Equal(t, cloud.StorageURL()+"/inbox/"+folder, u.URL)
	link, err := url.Parse(u.Link)
	require.NoError(t, err)
	require.Equal(t, "/v1/AUTH_p/inbox/"+u.Object, link.Path)
	require.Len(t, link.Query().Get("temp_url_sig"), 64)
	status, text = send(t, at, u, `a %22b%22.txt`, []byte("12345"))
	require.Equal(t, 201, status, text)
	status, text, _ = get(t, u.Link)
	require.Equal(t, 200, status)
	require.Equal(t, "12345", text)

	var out bytes.Buffer
	require.ErrorContains(t, run(t.Context(), []string{"-container", "other"}, lookup(env), &out, io.Discard), "404")
	require.Empty(t, out.String())
}

func TestFails(t *testing.T) {
	sandbox.New(t)
	for want, args := range map[string]string{
		"-bucket or -container is missing": "-endpoint http://127.0.0.1:1 -access-key a -secret-key s",
		"a server needs":                   "-endpoint http://127.0.0.1:1",
		"unexpected argument":              "inbox",
		"-max-size is less":                "-max-size 0",
		"-expires is less":                 "-expires 1ms",
		"help requested":                   "-h",
		"unknown port":                     "-listen 127.0.0.1:x",
		"not supported":                    "-endpoint http://127.0.0.1:1 -access-key a -secret-key s -bucket inbox -profile minio -cors",
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), lookup(nil), io.Discard, io.Discard), want)
	}
}
