package swifttest_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
	"github.com/stowage-go/stowage/swift/swifttest"
)

func TestTempURL(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set)
	s.Put("c", "a b.txt", []byte("content"))
	c := s.Client(func(o *swift.Options) { o.Clock = now.get })
	_, err := c.UpdateAccount(t.Context(), &swift.UpdateAccountInput{TempURLKey: "account key"})
	require.NoError(t, err)
	_, err = c.UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", TempURLKey2: "container key"})
	require.NoError(t, err)
	sign := func(o swift.TempURLOptions) string {
		t.Helper()
		o.Container, o.Expires = "c", now.get().Add(time.Minute)
		if o.Key == "" {
			o.Key = "container key"
		}
		if o.Object == "" {
			o.Object = "a b.txt"
		}
		u, err := c.TempURL(t.Context(), o)
		require.NoError(t, err)
		return u.URL()
	}
	prefix, link := "a", sign(swift.TempURLOptions{})
	for name, row := range map[string]struct {
		method, url, body string
		status            int
		header            []string
	}{
		"key":         {"GET", link, "", 200, nil},
		"account":     {"GET", sign(swift.TempURLOptions{Key: "account key", Digest: swift.DigestSHA512, Base64: true}), "", 200, nil},
		"sha1":        {"GET", sign(swift.TempURLOptions{Digest: swift.DigestSHA1, ExpiresISO8601: true}), "", 200, nil},
		"other key":   {"GET", sign(swift.TempURLOptions{Key: "other"}), "", 401, nil},
		"prefix":      {"GET", sign(swift.TempURLOptions{Prefix: &prefix}), "", 200, nil},
		"beside it":   {"GET", strings.Replace(sign(swift.TempURLOptions{Prefix: &prefix}), "/a%20b", "/b", 1), "", 401, nil},
		"no object":   {"GET", s.StorageURL() + "/c?temp_url_sig=" + strings.Repeat("0", 40) + "&temp_url_expires=9999999999", "", 401, nil},
		"no digest":   {"GET", s.StorageURL() + "/c/o?temp_url_sig=00&temp_url_expires=9999999999", "", 401, nil},
		"no end":      {"GET", s.StorageURL() + "/c/o?temp_url_sig=" + strings.Repeat("0", 40), "", 401, nil},
		"bad address": {"GET", link + "&temp_url_ip_range=127.0.0.1", "", 401, nil},
		"elsewhere":   {"GET", link + "&temp_url_ip_range=10.0.0.0/8", "", 401, nil},
		"head":        {"HEAD", link, "", 200, nil},
		"method":      {"PUT", link, "", 401, nil},
		"put":         {"PUT", sign(swift.TempURLOptions{Method: "PUT", Object: "new"}), "by link", 201, nil},
		"put pointer": {"PUT", sign(swift.TempURLOptions{Method: "PUT", Object: "new"}), "", 400, []string{"X-Object-Manifest", "c/a"}},
		"put SLO":     {"PUT", sign(swift.TempURLOptions{Method: "PUT", Object: "plain"}) + "&multipart-manifest=put", "[]", 201, nil},
	} {
		resp, body := send(t, s, row.method, row.url, row.body, row.header...)
		require.Equal(t, row.status, resp.StatusCode, name)
		switch {
		case row.status == 200 && row.method == "GET":
			require.Equal(t, "content", body, name)
			require.Equal(t, `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`, resp.Header.Get("Content-Disposition"))
			require.NotEmpty(t, resp.Header.Get("Expires"))
		case row.status == 401 && row.method == "GET":
			require.Equal(t, "401 Unauthorized: Temp URL invalid\n", body)
		case row.status == 400:
			require.Equal(t, "The header 'X-Object-Manifest' is not allowed in this tempurl", body)
		}
	}
	plain, _ := s.Object("c", "plain")
	require.Equal(t, "[]", string(plain.Body), "a link for an upload is for no manifest")
	for want, o := range map[string]swift.TempURLOptions{
		"inline": {Inline: true}, `inline; filename="x/y"; filename*=UTF-8''x/y`: {Inline: true, Filename: "x/y"}, `attachment; filename="ü"`: {Filename: "ü"},
	} {
		resp, _ := send(t, s, "GET", sign(o), "")
		require.Contains(t, strings.ReplaceAll(resp.Header.Get("Content-Disposition"), "%C3%BC", "ü"), want)
	}
	_, err = c.UpdateObject(t.Context(), &swift.UpdateObjectInput{Container: "c", Object: "a b.txt", Metadata: map[string]string{"secret": "1", "public-x": "2"}, ContentDisposition: "inline; x"})
	require.NoError(t, err)
	resp, _ := send(t, s, "GET", link, "")
	require.Equal(t, "2", resp.Header.Get("X-Object-Meta-Public-X"))
	require.Empty(t, resp.Header.Get("X-Object-Meta-Secret"))
	require.Equal(t, "inline; x", resp.Header.Get("Content-Disposition"))
	now.pass(time.Hour)
	resp, _ = send(t, s, "GET", link, "")
	require.Equal(t, 401, resp.StatusCode)
}

func TestFormPost(t *testing.T) {
	t.Parallel()
	now := newClock()
	s := swifttest.NewServer(t, one, now.set)
	c := s.Client(func(o *swift.Options) { o.Clock = now.get })
	post := func(f *swift.FormPost, change map[string]string, files ...string) (int, string, http.Header) {
		t.Helper()
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for _, field := range f.Fields() {
			value := field.Value
			if v, ok := change[field.Name]; ok {
				value = v
			}
			require.NoError(t, w.WriteField(field.Name, value))
		}
		for i, name := range files {
			part, err := w.CreateFormFile(fmt.Sprint("file", i), name)
			require.NoError(t, err)
			_, _ = io.WriteString(part, "by form")
		}
		require.NoError(t, w.Close())
		resp, text := send(t, s, "POST", f.Action, body.String(), "Content-Type", w.FormDataContentType())
		return resp.StatusCode, text, resp.Header
	}
	form := func(change func(*swift.FormPostOptions)) *swift.FormPost {
		t.Helper()
		o := swift.FormPostOptions{Key: "key", Container: "c", Prefix: "up/", MaxFileSize: 10, Expires: now.get().Add(time.Minute)}
		if change != nil {
			change(&o)
		}
		f, err := c.FormPost(t.Context(), o)
		require.NoError(t, err)
		return f
	}
	status, text, _ := post(form(nil), nil, "a")
	require.Equal(t, "401 FormPost: Invalid Signature", fmt.Sprint(status, " ", text), "there is no key yet")
	_, err := c.UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", TempURLKey: "key"})
	require.NoError(t, err)
	two := func(o *swift.FormPostOptions) { o.MaxFileCount = 2; o.ContentType, o.DeleteAfter = "text/x", 60 }
	for name, row := range map[string]struct {
		form   *swift.FormPost
		change map[string]string
		files  []string
		want   string
	}{
		"one":       {form(nil), nil, []string{"a/b.txt"}, "201 201 Created"},
		"two":       {form(two), nil, []string{"1", "2"}, "201 201 Created"},
		"too many":  {form(nil), nil, []string{"3", "4"}, "400 400 Bad Request\r\nFormPost: Max File Count Exceeded"},
		"none":      {form(nil), nil, nil, "400 400 Bad Request\r\nFormPost: No Files To Process"},
		"signature": {form(nil), map[string]string{"signature": strings.Repeat("0", 64)}, []string{"x"}, "401 FormPost: Invalid Signature"},
		"garbage":   {form(nil), map[string]string{"signature": "x"}, []string{"x"}, "401 FormPost: Invalid Signature"},
		"changed":   {form(nil), map[string]string{"max_file_size": "1000"}, []string{"x"}, "401 FormPost: Invalid Signature"},
		"expired":   {form(nil), map[string]string{"expires": "1"}, []string{"x"}, "401 FormPost: Form Expired"},
		"no number": {form(nil), map[string]string{"expires": "soon"}, []string{"x"}, "400 FormPost: expires not an integer"},
		"no count":  {form(nil), map[string]string{"max_file_count": "many"}, []string{"x"}, "400 FormPost: max_file_count not an integer"},
		"too large": {form(func(o *swift.FormPostOptions) { o.MaxFileSize = 3 }), nil, []string{"x"}, "400 FormPost: max_file_size exceeded"},
		"name":      {form(nil), nil, []string{strings.Repeat("x", 2000)}, "400 400 Bad Request"},
	} {
		status, text, _ := post(row.form, row.change, row.files...)
		require.Equal(t, row.want, fmt.Sprint(status, " ", text), name)
	}
	require.Equal(t, []string{"up/1", "up/2", "up/3", "up/a/b.txt"}, s.Names("c"))
	o, _ := s.Object("c", "up/2")
	require.Equal(t, "text/x", o.ContentType)
	require.False(t, o.DeleteAt.IsZero())
	for to, want := range map[string]string{"https://a.test/": "https://a.test/?status=201&message=", "https://a.test/?x=1": "https://a.test/?x=1&status=201&message="} {
		status, text, header := post(form(func(o *swift.FormPostOptions) { o.Redirect = to }), nil, "r")
		require.Equal(t, 303, status)
		require.Equal(t, want, header.Get("Location"))
		require.Contains(t, text, `<a href="`+want+`">`)
	}
	resp, text := send(t, s, "POST", s.StorageURL()+"/c/", "no form", "Content-Type", "multipart/form-data; boundary=x")
	require.Equal(t, "400 FormPost: invalid starting boundary", fmt.Sprint(resp.StatusCode, " ", text))
}

func TestCORS(t *testing.T) {
	t.Parallel()
	s := swifttest.NewServer(t, one)
	s.Put("c", "o", []byte("x"))
	const page, other = "https://app.test", "https://other.test"
	ask := func(origin, method string) (int, http.Header) {
		t.Helper()
		resp, _ := send(t, s, "OPTIONS", s.StorageURL()+"/c/o", "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "content-type")
		return resp.StatusCode, resp.Header
	}
	status, _ := ask(page, "PUT")
	require.Equal(t, 401, status)
	_, err := s.Client().UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", AllowOrigin: page + " https://b.test", MaxAge: "60", ExposeHeaders: "X-More"})
	require.NoError(t, err)
	status, h := ask(page, "PUT")
	require.Equal(t, 200, status)
	require.Equal(t, []string{page, "60", "content-type", "Origin"}, []string{
		h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Max-Age"), h.Get("Access-Control-Allow-Headers"), h.Get("Vary"),
	})
	for _, refused := range [][2]string{{other, "PUT"}, {page, "PATCH"}} {
		status, _ = ask(refused[0], refused[1])
		require.Equal(t, 401, status)
	}
	_, _ = raw(t, s, "POST", "/c/o", "", "X-Object-Meta-By", "me")
	resp, _ := raw(t, s, "GET", "/c/o", "", "Origin", page)
	require.Equal(t, page, resp.Header.Get("Access-Control-Allow-Origin"))
	require.Regexp(t, "etag.*, x-object-meta-by, x-more$", resp.Header.Get("Access-Control-Expose-Headers"))
	resp, _ = raw(t, s, "GET", "/c/o", "", "Origin", other)
	require.Equal(t, 200, resp.StatusCode)
	require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
	_, err = s.Client().UpdateContainer(t.Context(), &swift.UpdateContainerInput{Container: "c", AllowOrigin: "*"})
	require.NoError(t, err)
	_, h = ask(other, "GET")
	require.Equal(t, "*", h.Get("Access-Control-Allow-Origin"))
}
