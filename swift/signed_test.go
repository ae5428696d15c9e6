package swift

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const signingKey Secret = "s3crét"

const signingAccount = "https://objects.example.com/v1/AUTH_p"

var signingEnd = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// signingClient is a client of a server that the handler is.
func signingClient(t *testing.T, p Profile, handler http.HandlerFunc, fns ...func(*Options)) *Client {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	c, err := New(Options{
		Auth: StaticToken("token", s.URL+"/v1/AUTH_p"), HTTPClient: s.Client(), Profile: p, MaxAttempts: -1,
	}, fns...)
	require.NoError(t, err)
	return c
}

// capable answers /info with the document and everything else with 500.
func capable(document string, asked *int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/info" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		if asked != nil {
			*asked++
		}
		_, _ = w.Write([]byte(document))
	}
}

func golden(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, into))
}

// TestTempURLSignatures compares with python-swiftclient's generate_temp_url, and with
// Python's hmac for the forms that it does not have.
func TestTempURLSignatures(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Method, Object, Signature string
		Digest                    Digest
		Base64, Prefix, ISO8601   bool
		IPRange                   string `json:"ip_range"`
	}
	golden(t, "tempurl.json", &cases)
	require.Greater(t, len(cases), 50)
	for _, c := range cases {
		o := TempURLOptions{
			Key: signingKey, Method: c.Method, Container: "c 1", Object: c.Object, Expires: signingEnd,
			Digest: c.Digest, Base64: c.Base64, ExpiresISO8601: c.ISO8601,
		}
		if c.IPRange != "" {
			o.IPRange = netip.MustParsePrefix(c.IPRange)
		}
		if c.Prefix {
			o.Prefix = &c.Object
		}
		u, err := SignTempURL(signingAccount, o)
		require.NoError(t, err)
		at, err := url.Parse(u.URL())
		require.NoError(t, err)
		q := at.Query()
		require.Equal(t, c.Signature, q.Get("temp_url_sig"), "%+v", c)
		require.Equal(t, "/v1/AUTH_p/c 1/"+c.Object, at.Path)
		require.Empty(t, at.Fragment)
		end := "4102444800"
		if c.ISO8601 {
			end = "2100-01-01T00:00:00Z"
		}
		require.Equal(t, end, q.Get("temp_url_expires"))
		require.Equal(t, c.IPRange, q.Get("temp_url_ip_range"))
		require.Equal(t, c.Prefix, q.Has("temp_url_prefix"))
		if c.Prefix {
			require.Equal(t, c.Object, q.Get("temp_url_prefix"))
		}
		require.Equal(t, c.Method, u.Method)
		require.Equal(t, c.Digest, u.Digest)
		require.Equal(t, signingEnd, u.Expires)
	}
}

func TestTempURLInFull(t *testing.T) {
	t.Parallel()
	prefix := "a b/"
	u, err := SignTempURL(signingAccount+"/", TempURLOptions{
		Key: signingKey, Container: "c", Object: "a b/50%+?#ü", Prefix: &prefix, Expires: signingEnd.Add(time.Second - 1), Digest: DigestSHA1,
		IPRange: netip.MustParsePrefix("10.0.0.0/8"), Filename: "a b+&.txt", Inline: true,
	})
	require.NoError(t, err)
	require.Regexp(t, `^https://objects\.example\.com/v1/AUTH_p/c/a%20b/50%25%2B%3F%23%C3%BC\?temp_url_sig=[0-9a-f]{40}`+
		`&temp_url_expires=4102444800&temp_url_ip_range=10\.0\.0\.0%2F8&temp_url_prefix=a%20b%2F&filename=a%20b%2B%26\.txt&inline$`, u.URL())

	other, err := u.ForObject("a b/other")
	require.NoError(t, err)
	_, query, _ := strings.Cut(u.URL(), "?")
	require.Equal(t, "https://objects.example.com/v1/AUTH_p/c/a%20b/other?"+query, other)
	for _, object := range []string{"", "/", "a", "b/a b/"} {
		_, err = u.ForObject(object)
		require.Error(t, err)
	}

	// The prefix itself is what the URL ends in without an object.
	u, err = SignTempURL(signingAccount, TempURLOptions{Key: signingKey, Container: "c", Prefix: &prefix, Expires: signingEnd})
	require.NoError(t, err)
	require.Equal(t, DigestSHA256, u.Digest)
	require.True(t, strings.HasPrefix(u.URL(), signingAccount+"/c/a%20b/?"))

	u, err = SignTempURL(signingAccount, TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd})
	require.NoError(t, err)
	_, err = u.ForObject("o")
	require.ErrorContains(t, err, "no Prefix")
	require.Empty(t, TempURL{}.URL())
	_, err = TempURL{}.ForObject("o")
	require.Error(t, err)
}

func TestTempURLBadInput(t *testing.T) {
	t.Parallel()
	other := "other"
	for want, change := range map[string]func(*TempURLOptions){
		"Key is missing":                                  func(o *TempURLOptions) { o.Key = "" },
		"Container is missing":                            func(o *TempURLOptions) { o.Container = "" },
		`"a/b" is no container's name`:                    func(o *TempURLOptions) { o.Container = "a/b" },
		`".." is no container's name`:                     func(o *TempURLOptions) { o.Container = ".." },
		"Object is missing":                               func(o *TempURLOptions) { o.Object = "//" },
		`"o" does not begin with Prefix "other"`:          func(o *TempURLOptions) { o.Prefix = &other },
		"Expires is missing":                              func(o *TempURLOptions) { o.Expires = time.Time{} },
		"Expires 2020-01-01T00:00:00Z is past":            func(o *TempURLOptions) { o.Expires = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) },
		"after the year 9999":                             func(o *TempURLOptions) { o.Expires = signingEnd.AddDate(8000, 0, 0) },
		`Method "get" is none of`:                         func(o *TempURLOptions) { o.Method = "get" },
		"Filename and Inline mean nothing to PUT":         func(o *TempURLOptions) { o.Method, o.Filename = "PUT", "f" },
		"mean nothing to DELETE":                          func(o *TempURLOptions) { o.Method, o.Inline = "DELETE", true },
		`Digest "md5" is none of`:                         func(o *TempURLOptions) { o.Digest = "md5" },
		"IPRange 10.1.0.0/8 is no network: 10.0.0.0/8 is": func(o *TempURLOptions) { o.IPRange = netip.MustParsePrefix("10.1.0.0/8") },
		"IPRange is not valid": func(o *TempURLOptions) {
			o.IPRange = netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), 99)
		},
	} {
		o := TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd}
		change(&o)
		_, err := SignTempURL(signingAccount, o)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), string(signingKey))
		c, err := New(Options{Auth: untouched{t}})
		require.NoError(t, err)
		_, err = c.TempURL(t.Context(), o)
		require.ErrorContains(t, err, want)
	}
	_, err := SignTempURL("objects.example.com", TempURLOptions{})
	require.ErrorContains(t, err, "storage URL")
}

// untouched fails the test when it is asked for a token.
type untouched struct{ t *testing.T }

func (u untouched) Authenticate(context.Context) (token, storageURL string, err error) {
	u.t.Error("asked for a token")
	return "", "", errors.New("no token")
}

func (untouched) Invalidate(string) {}

func TestTempURLByProfile(t *testing.T) {
	t.Parallel()
	o := TempURLOptions{Key: signingKey, Container: "cont", Object: "o", Expires: signingEnd}
	for want, try := range map[string]struct {
		profile Profile
		change  func(*TempURLOptions)
	}{
		"Container \"c\" is shorter":          {KakaoCloud(), func(o *TempURLOptions) { o.Container = "c" }},
		"Object has 397 bytes":                {KakaoCloud(), func(o *TempURLOptions) { o.Object = strings.Repeat("o", 397) }},
		"Ceph RGW has no TempURL with Base64": {CephRGW(), func(o *TempURLOptions) { o.Base64 = true }},
		"Generic has no TempURL with IPRange": {Generic(), func(o *TempURLOptions) { o.IPRange = netip.MustParsePrefix("::/0") }},
		"None has no TempURL":                 {Profile{Name: "None", OtherOperations: Unsupported}, func(*TempURLOptions) {}},
	} {
		o := o
		try.change(&o)
		c, err := New(Options{Auth: untouched{t}, Profile: try.profile})
		require.NoError(t, err)
		_, err = c.TempURL(t.Context(), o)
		require.ErrorContains(t, err, want)
	}
	c, err := New(Options{Auth: StaticToken("", ""), Profile: OpenStack()})
	require.NoError(t, err)
	_, err = c.TempURL(t.Context(), o)
	require.ErrorContains(t, err, "authenticate")
	_, err = c.FormPost(t.Context(), FormPostOptions{Key: signingKey, Container: "c", MaxFileSize: 1, Expires: signingEnd})
	require.ErrorContains(t, err, "authenticate")
	broken := func(o *Options) { o.Account = "a/b" }
	_, err = c.TempURL(t.Context(), o, broken)
	require.ErrorContains(t, err, "Account")
	_, err = c.FormPost(t.Context(), FormPostOptions{}, broken)
	require.ErrorContains(t, err, "Account")
}

func TestDigestIsChosen(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct {
		info    string
		profile Profile
		temp    any // a Digest, or an error
		form    any
	}{
		"the best":        {`{"tempurl":{"allowed_digests":["sha1","sha512","sha256"]},"formpost":{"allowed_digests":["sha1","sha512"]}}`, Generic(), DigestSHA256, DigestSHA512},
		"the only":        {`{"TempURL":{"Allowed_Digests":["sha1"]},"formpost":{"allowed_digests":["sha256"]}}`, OpenStack(), DigestSHA1, DigestSHA256},
		"not told":        {`{"tempurl":{"methods":["GET"]},"formpost":{}}`, OpenStack(), DigestSHA1, DigestSHA1},
		"unknown":         {`{"tempurl":{"allowed_digests":["sha3"]},"formpost":{"allowed_digests":[]}}`, OpenStack(), ErrUnsupported, ErrUnsupported},
		"no GET":          {`{"tempurl":{"methods":["PUT"],"allowed_digests":["sha1"]}}`, OpenStack(), ErrUnsupported, ErrUnsupported},
		"absent":          {`{"swift":{}}`, OpenStack(), ErrUnsupported, ErrUnsupported},
		"a form unlisted": {`{"tempurl":{}}`, CephRGW(), DigestSHA1, DigestSHA1},
		"no info":         {`<html>`, OpenStack(), DigestSHA256, DigestSHA256},
		"nothing at all":  {`<html>`, Profile{Name: "None"}, DigestSHA1, DigestSHA1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			c := signingClient(t, try.profile, capable(try.info, &asked))
			check := func(want any, got Digest, err error) {
				t.Helper()
				if e, ok := want.(error); ok {
					require.ErrorIs(t, err, e)
					return
				}
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
			for range 2 {
				u, err := c.TempURL(t.Context(), TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd})
				if u == nil {
					u = new(TempURL)
				}
				check(try.temp, u.Digest, err)
				f, err := c.FormPost(t.Context(), FormPostOptions{Key: signingKey, Container: "c", MaxFileSize: 1, Expires: signingEnd})
				if f == nil {
					f = new(FormPost)
				}
				check(try.form, f.Digest, err)
			}
			require.Equal(t, 1, asked)

			// Named, it is not chosen, and AllowUnsupported passes over what is not listed.
			u, err := c.TempURL(t.Context(), TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd, Digest: DigestSHA512, Method: "HEAD"})
			check(DigestSHA512, u.Digest, err)
			require.Contains(t, u.URL(), "http://127.0.0.1:")
			if name == "absent" {
				u, err = c.TempURL(t.Context(), TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd}, func(o *Options) { o.AllowUnsupported = true })
				check(DigestSHA256, u.Digest, err)
			}
		})
	}
}

func TestDigestOfAServerThatFails(t *testing.T) {
	t.Parallel()
	status := http.StatusServiceUnavailable
	c := signingClient(t, OpenStack(), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	temp := TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd}
	_, err := c.TempURL(t.Context(), temp)
	require.ErrorContains(t, err, "503")
	_, err = c.FormPost(t.Context(), FormPostOptions{Key: signingKey, Container: "c", MaxFileSize: 1, Expires: signingEnd})
	require.ErrorContains(t, err, "503")
	// That was not kept.
	status = http.StatusNotFound
	u, err := c.TempURL(t.Context(), temp)
	require.NoError(t, err)
	require.Equal(t, DigestSHA256, u.Digest)
}

// TestFormPostSignatures compares with Python's hmac over the message that Swift's
// documentation gives.
func TestFormPostSignatures(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Digest                      Digest
		Prefix, Redirect, Signature string
		MaxFileSize                 int64 `json:"max_file_size"`
		MaxFileCount                int   `json:"max_file_count"`
		Base64                      bool
	}
	golden(t, "formpost.json", &cases)
	require.Greater(t, len(cases), 10)
	for _, c := range cases {
		f, err := SignFormPost(signingAccount, FormPostOptions{
			Key: signingKey, Container: "c 1", Prefix: c.Prefix, Redirect: c.Redirect, MaxFileSize: c.MaxFileSize, MaxFileCount: c.MaxFileCount,
			Expires: signingEnd, Digest: c.Digest, Base64: c.Base64, ContentType: "text/plain", DeleteAfter: 60,
		})
		require.NoError(t, err)
		want := []FormField{{"redirect", c.Redirect}}
		if c.Redirect == "" {
			want = nil
		}
		want = append(want, FormField{"max_file_size", fmt.Sprint(c.MaxFileSize)}, FormField{"max_file_count", fmt.Sprint(c.MaxFileCount)},
			FormField{"expires", "4102444800"}, FormField{"signature", c.Signature}, FormField{"content-type", "text/plain"}, FormField{"x_delete_after", "60"})
		got := f.Fields()
		require.Equal(t, len(want), len(got))
		for i := range want {
			require.True(t, want[i] == got[i], "%s of %s", want[i].Name, c.Prefix)
		}
		got[0].Value = "changed"
		require.NotEqual(t, "changed", f.Fields()[0].Value)
		at, err := url.Parse(f.Action)
		require.NoError(t, err)
		require.Equal(t, "/v1/AUTH_p/c 1/"+c.Prefix, at.Path)
		require.Empty(t, at.RawQuery)
		require.Equal(t, c.Digest, f.Digest)
		require.Equal(t, signingEnd, f.Expires)
	}
}

func TestFormPostByProfile(t *testing.T) {
	t.Parallel()
	o := FormPostOptions{Key: signingKey, Container: "cont", Prefix: "a b+/", MaxFileSize: 1, Expires: signingEnd, Digest: DigestSHA1, DeleteAt: signingEnd, ContentEncoding: "gzip"}
	signature := func(f *FormPost) string { return f.Fields()[3].Value }
	plain := signingClient(t, OpenStack(), capable("", nil))
	f, err := plain.FormPost(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, DigestSHA1.sign(signingKey, "/v1/AUTH_p/cont/a b+/\n\n1\n1\n4102444800", false), signature(f))
	require.True(t, FormField{"x_delete_at", "4102444800"} == f.Fields()[5])
	escaped := signingClient(t, CephRGW(), capable("", nil))
	f, err = escaped.FormPost(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, DigestSHA1.sign(signingKey, "/v1/AUTH_p/cont/a%20b%2B/\n\n1\n1\n4102444800", false), signature(f))

	o.MaxFileCount = 2
	_, err = escaped.FormPost(t.Context(), o)
	require.ErrorIs(t, err, ErrUnsupported)
	require.ErrorContains(t, err, "MaxFileCount above 1")
	_, err = escaped.FormPost(t.Context(), o, func(o *Options) { o.AllowUnsupported = true })
	require.NoError(t, err)
	none := func(o *Options) { o.Profile = Profile{Name: "None", OtherOperations: Unsupported} }
	_, err = plain.FormPost(t.Context(), o, none)
	require.ErrorIs(t, err, ErrUnsupported)
	o.Prefix = strings.Repeat("p", 1025)
	_, err = plain.FormPost(t.Context(), o)
	require.ErrorContains(t, err, "1025 bytes")
	o.Prefix, o.Container = "", ""
	_, err = plain.FormPost(t.Context(), o)
	require.ErrorContains(t, err, "Container is missing")
}

func TestFormPostBadInput(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*FormPostOptions){
		"Key is missing":                    func(o *FormPostOptions) { o.Key = "" },
		"Expires is missing":                func(o *FormPostOptions) { o.Expires = time.Time{} },
		`Digest "x" is none of`:             func(o *FormPostOptions) { o.Digest = "x" },
		"MaxFileSize must be above 0":       func(o *FormPostOptions) { o.MaxFileSize = 0 },
		"MaxFileCount is negative":          func(o *FormPostOptions) { o.MaxFileCount = -1 },
		"DeleteAfter is negative":           func(o *FormPostOptions) { o.DeleteAfter = -1 },
		"exclude each other":                func(o *FormPostOptions) { o.DeleteAfter, o.DeleteAt = 1, signingEnd },
		"Redirect has a control character":  func(o *FormPostOptions) { o.Redirect = "https://a/\nb" },
		"Redirect has 4097 bytes":           func(o *FormPostOptions) { o.Redirect = "https://a/" + strings.Repeat("x", 4087) },
		`Redirect ends in "-"`:              func(o *FormPostOptions) { o.Redirect = "https://a/b-" },
		"Redirect must begin with":          func(o *FormPostOptions) { o.Redirect = "/done" },
		"Redirect must begin with http":     func(o *FormPostOptions) { o.Redirect = "https://%zz" },
		"ContentType has a control":         func(o *FormPostOptions) { o.ContentType = "a\x7f" },
		"ContentEncoding has a control cha": func(o *FormPostOptions) { o.ContentEncoding = "a\r" },
	} {
		o := FormPostOptions{Key: signingKey, Container: "c", MaxFileSize: 1, Expires: signingEnd}
		change(&o)
		_, err := SignFormPost(signingAccount, o)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), string(signingKey))
	}
	_, err := SignFormPost("", FormPostOptions{})
	require.ErrorContains(t, err, "storage URL")
	f, err := SignFormPost(signingAccount, FormPostOptions{Key: signingKey, Container: "c", MaxFileSize: 1, Expires: signingEnd})
	require.NoError(t, err)
	require.Equal(t, DigestSHA256, f.Digest)
	require.Empty(t, FormPost{}.Fields())
}

// What is printed, logged or marshalled has neither key nor signature.
func TestSignaturesAreHidden(t *testing.T) {
	t.Parallel()
	temp := TempURLOptions{Key: signingKey, Container: "c", Object: "o", Expires: signingEnd}
	u, err := SignTempURL(signingAccount, temp)
	require.NoError(t, err)
	form := FormPostOptions{Key: signingKey, Container: "c", MaxFileSize: 1, Expires: signingEnd}
	f, err := SignFormPost(signingAccount, form)
	require.NoError(t, err)
	signature := f.Fields()[3].Value
	require.Len(t, signature, 64)
	_, query, _ := strings.Cut(u.URL(), "temp_url_sig=")
	for _, v := range []any{temp, &temp, u, *u, []any{u}, form, &form, f, *f, f.Fields(), f.Fields()[3], struct{ U *TempURL }{u}} {
		var b strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&b, verb, v)
		}
		slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", v)
		if _, is := v.([]FormField); !is {
			slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "v", v)
		}
		text := b.String()
		require.NotContains(t, text, string(signingKey))
		require.NotContains(t, text, fmt.Sprintf("%x", string(signingKey)))
		require.NotContains(t, text, query[:64])
		require.NotContains(t, text, signature)
	}
	require.Equal(t, "swift.TempURL(GET https://objects.example.com/v1/AUTH_p/c/o until 2100-01-01T00:00:00Z)", u.String())
	require.Equal(t, "swift.FormPost(POST https://objects.example.com/v1/AUTH_p/c/ until 2100-01-01T00:00:00Z)", f.String())
	require.Equal(t, "signature=REDACTED max_file_size=1", fmt.Sprint(f.Fields()[3], " ", f.Fields()[0]))
}
