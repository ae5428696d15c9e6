//go:build integration

package integration

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/swift"
)

// upload sends a form as a browser does: the fields, then the files by name.
func submit(t *testing.T, f *swift.FormPost, files ...[2]string) (reply, string) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, field := range f.Fields() {
		require.NoError(t, w.WriteField(field.Name, field.Value))
	}
	for i, file := range files {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="file%d"; filename="%s"`, i, file[0])},
			"Content-Type":        {"text/x-part"},
		})
		require.NoError(t, err)
		_, err = part.Write([]byte(file[1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return anonymous(t, http.MethodPost, f.Action, form.String(), http.Header{"Content-Type": {w.FormDataContentType()}})
}

func TestSwiftFormPost(t *testing.T) {
	eachSigned(t, func(t *testing.T, s *signedServer) {
		container := s.container(t)
		form := func(t *testing.T, change func(*swift.FormPostOptions), opts ...func(*swift.Options)) *swift.FormPost {
			t.Helper()
			o := swift.FormPostOptions{Key: s.key, Container: container, Prefix: "up 한글%+?#/", MaxFileSize: 100, Expires: time.Now().Add(time.Hour)}
			if change != nil {
				change(&o)
			}
			f, err := s.client.FormPost(t.Context(), o, opts...)
			require.NoError(t, err)
			return f
		}
		const object = "up 한글%+?#/f.txt"
		if !s.project {
			resp, text := submit(t, form(t, nil), [2]string{"f.txt", "x"})
			require.Equal(t, http.StatusNotFound, resp.StatusCode, text)
			return
		}
		created := http.StatusCreated
		if s.name == "ceph" {
			created = http.StatusOK
		}
		// What a form uploads belongs to nobody on Ceph RGW: the owner of the account can list
		// and delete it, but not read it.
		holds := func(t *testing.T, object, want string) {
			t.Helper()
			if s.name == "openstack" {
				require.Equal(t, want, s.get(t, container, object))
				return
			}
			page, err := s.client.ListObjects(t.Context(), &swift.ListObjectsInput{Container: container, Prefix: object})
			require.NoError(t, err)
			if want == "absent" {
				require.Empty(t, page.Objects)
				return
			}
			require.Len(t, page.Objects, 1)
			require.Equal(t, fmt.Sprintf("%x", md5.Sum([]byte(want))), page.Objects[0].Hash)
			_, err = s.client.GetObject(t.Context(), &swift.GetObjectInput{Container: container, Object: object})
			require.ErrorIs(t, err, swift.ErrForbidden)
		}
		t.Run("upload", func(t *testing.T) {
			resp, text := submit(t, form(t, nil), [2]string{"f.txt", "by form"})
			require.Equal(t, created, resp.StatusCode, text)
			holds(t, object, "by form")
			resp, text = submit(t, form(t, func(o *swift.FormPostOptions) { o.Prefix = "" }), [2]string{"top.txt", "at the top"})
			require.Equal(t, created, resp.StatusCode, text)
			holds(t, "top.txt", "at the top")
		})
		t.Run("digests", func(t *testing.T) {
			for _, d := range []swift.Digest{swift.DigestSHA1, swift.DigestSHA256, swift.DigestSHA512} {
				for _, inBase64 := range []bool{false, true} {
					body := fmt.Sprint(d, inBase64)
					resp, text := submit(t, form(t, func(o *swift.FormPostOptions) { o.Digest, o.Base64 = d, inBase64 }), [2]string{"d.txt", body})
					if s.name == "ceph" && (d != swift.DigestSHA1 || inBase64) {
						require.Equal(t, http.StatusUnauthorized, resp.StatusCode, text)
						continue
					}
					require.Equal(t, created, resp.StatusCode, text)
					holds(t, "up 한글%+?#/d.txt", body)
				}
			}
		})
		t.Run("redirect", func(t *testing.T) {
			for _, to := range []string{"https://app.example.com/done", "https://app.example.com/done?a=b"} {
				resp, text := submit(t, form(t, func(o *swift.FormPostOptions) { o.Redirect = to }), [2]string{"r.txt", "then go"})
				require.Equal(t, http.StatusSeeOther, resp.StatusCode, text)
				location := resp.Header.Get("Location")
				require.True(t, strings.HasPrefix(location, to), location)
				if s.name == "openstack" {
					require.Contains(t, location, "status=201&message=")
				}
			}
			holds(t, "up 한글%+?#/r.txt", "then go")
		})
		t.Run("two files", func(t *testing.T) {
			count := func(n int) func(*swift.FormPostOptions) {
				return func(o *swift.FormPostOptions) { o.MaxFileCount = n }
			}
			if s.name == "ceph" {
				_, err := s.client.FormPost(t.Context(), swift.FormPostOptions{Key: s.key, Container: container, MaxFileSize: 1, MaxFileCount: 2, Expires: time.Now().Add(time.Hour)})
				require.ErrorIs(t, err, swift.ErrUnsupported)
				resp, text := submit(t, form(t, count(2), func(o *swift.Options) { o.AllowUnsupported = true }), [2]string{"1.txt", "one"}, [2]string{"2.txt", "two"})
				require.Equal(t, created, resp.StatusCode, text)
				holds(t, "up 한글%+?#/1.txt", "one")
				holds(t, "up 한글%+?#/2.txt", "one")
				return
			}
			resp, text := submit(t, form(t, count(2)), [2]string{"1.txt", "one"}, [2]string{"2.txt", "two"})
			require.Equal(t, created, resp.StatusCode, text)
			holds(t, "up 한글%+?#/1.txt", "one")
			holds(t, "up 한글%+?#/2.txt", "two")
			resp, text = submit(t, form(t, nil), [2]string{"3.txt", "three"}, [2]string{"4.txt", "four"})
			require.Equal(t, http.StatusBadRequest, resp.StatusCode, text)
			holds(t, "up 한글%+?#/4.txt", "absent")
		})
		t.Run("too large", func(t *testing.T) {
			resp, text := submit(t, form(t, nil), [2]string{"large.txt", strings.Repeat("x", 101)})
			require.GreaterOrEqual(t, resp.StatusCode, 400, text)
			holds(t, "up 한글%+?#/large.txt", "absent")
		})
		t.Run("type and end", func(t *testing.T) {
			resp, text := submit(t, form(t, func(o *swift.FormPostOptions) {
				o.DeleteAfter, o.ContentType, o.ContentEncoding = 3600, "text/x-form", "x-enc"
			}), [2]string{"e.txt", "ends"})
			require.Equal(t, created, resp.StatusCode, text)
			if s.name == "ceph" {
				return
			}
			head, err := s.client.HeadObject(t.Context(), &swift.HeadObjectInput{Container: container, Object: "up 한글%+?#/e.txt"})
			require.NoError(t, err)
			require.WithinDuration(t, time.Now().Add(time.Hour), head.DeleteAt, time.Minute)
			require.Equal(t, "text/x-form", head.ContentType)
			require.Equal(t, "x-enc", head.ContentEncoding)
			at := time.Now().Add(2 * time.Hour).Truncate(time.Second)
			resp, text = submit(t, form(t, func(o *swift.FormPostOptions) { o.DeleteAt = at }), [2]string{"e.txt", "ends"})
			require.Equal(t, created, resp.StatusCode, text)
			head, err = s.client.HeadObject(t.Context(), &swift.HeadObjectInput{Container: container, Object: "up 한글%+?#/e.txt"})
			require.NoError(t, err)
			require.WithinDuration(t, at, head.DeleteAt, 0)
		})
		t.Run("refused", func(t *testing.T) {
			expired := swift.FormPostOptions{Key: s.key, Container: container, MaxFileSize: 100, Expires: time.Now().Add(-time.Minute)}
			past := s.with(t, func(o *swift.Options) { o.Clock = func() time.Time { return time.Now().Add(-time.Hour) } })
			of, err := past.FormPost(t.Context(), expired)
			require.NoError(t, err)
			for name, f := range map[string]*swift.FormPost{
				"another key": form(t, func(o *swift.FormPostOptions) { o.Key = "another" }),
				"expired":     of,
			} {
				resp, text := submit(t, f, [2]string{"no.txt", "no"})
				require.Equal(t, http.StatusUnauthorized, resp.StatusCode, "%s: %s", name, text)
			}
			other := form(t, nil)
			other.Action = strings.Replace(other.Action, "/up%20", "/elsewhere", 1)
			resp, text := submit(t, other, [2]string{"no.txt", "no"})
			require.Equal(t, http.StatusUnauthorized, resp.StatusCode, text)
			holds(t, "up 한글%+?#/no.txt", "absent")
		})
	})
}
