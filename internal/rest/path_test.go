package rest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func keyOp() *Operation[keyInput, empty] {
	return &Operation[keyInput, empty]{Name: "GetObject", Method: http.MethodGet, URI: "/{Bucket}/{Key+}"}
}

// everyByte has each byte once, so that nothing can slip through the escaping.
func everyByte() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}

// slowEscape is the obvious form of what SigV4 wants in a path.
func slowEscape(s string, keepSlash bool) string {
	const bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var out string
	for i := range len(s) {
		switch {
		case strings.IndexByte(bare, s[i]) >= 0, keepSlash && s[i] == '/':
			out += string(s[i])
		default:
			out += fmt.Sprintf("%%%02X", s[i])
		}
	}
	return out
}

var hostileKeys = map[string]string{
	"plain":             "a/b.txt",
	"leading slash":     "/lead",
	"two slashes":       "//lead//in//trail//",
	"only a slash":      "/",
	"dot":               ".",
	"dots":              "..",
	"dot segments":      "a/./b/../../c/..",
	"percent":           "100%",
	"percent encoded":   "a%2Fb%20c",
	"plus":              "a+b",
	"space":             " a b ",
	"unicode":           "사진/日本語/é.png",
	"decomposed":        "e\u0301",
	"invalid UTF-8":     "a\xff\xfe\xc3(b",
	"query and fragm.":  "a?b=c&d#e",
	"delimiters":        "!$&'()*+,;=:@[]|\\^`{}<>\"",
	"control":           "a\x00\x01\r\n\t\x7f",
	"every byte":        everyByte(),
	"asterisk":          "*",
	"tilde":             "~a-b_c.d",
	"1024 bytes":        strings.Repeat("k", 1024),
	"1024 bytes escap.": strings.Repeat("é/", 341) + "x",
	"scheme":            "http://example.com/x",
}

func TestPathIsByteExact(t *testing.T) {
	for name, key := range hostileKeys {
		for _, mode := range []struct {
			name, want string
			opt        EncodeOptions
		}{
			{"path", "/bucket/", EncodeOptions{}},
			{"host", "/", EncodeOptions{HostLabel: "Bucket"}},
			{"base", "/api/v1/s3/bucket/", EncodeOptions{BasePath: "/api/v1/s3"}},
			{"base escaped", "/a%20b/bucket/", EncodeOptions{BasePath: "/a b"}},
			{"base and host", "/base/", EncodeOptions{BasePath: "/base", HostLabel: "Bucket"}},
		} {
			t.Run(name+"/"+mode.name, func(t *testing.T) {
				req, err := keyOp().Encode(&keyInput{Bucket: "bucket", Key: key}, mode.opt)
				require.NoError(t, err)
				want := mode.want + slowEscape(key, true)
				require.Equal(t, want, (&url.URL{Path: req.Path, RawPath: req.RawPath}).EscapedPath())
				decoded, err := url.PathUnescape(mode.want)
				require.NoError(t, err)
				require.Equal(t, decoded+key, req.Path)
				if want == req.Path {
					require.Empty(t, req.RawPath)
				} else {
					require.Equal(t, want, req.RawPath)
				}
			})
		}
	}
}

func TestPathOnTheWire(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI }))
	t.Cleanup(server.Close)
	host := server.Listener.Addr().(*net.TCPAddr).String()

	for name, key := range hostileKeys {
		for _, label := range []string{"", "Bucket"} {
			t.Run(name+"/"+label, func(t *testing.T) {
				req, err := keyOp().Encode(&keyInput{Bucket: "bucket", Key: key}, EncodeOptions{HostLabel: label})
				require.NoError(t, err)
				got = ""
				resp, err := server.Client().Do(&http.Request{
					Method: http.MethodGet,
					URL:    &url.URL{Scheme: "http", Host: host, Path: req.Path, RawPath: req.RawPath, RawQuery: "x=a%20b"},
				})
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				want := "/bucket/" + slowEscape(key, true)
				if label != "" {
					want = "/" + slowEscape(key, true)
				}
				require.Equal(t, want+"?x=a%20b", got)
			})
		}
	}
}

func TestPathForms(t *testing.T) {
	for _, tt := range []struct {
		name      string
		uri       string
		bucket    string
		opt       EncodeOptions
		path, raw string
	}{
		{"label", "/{Bucket}", "bucket", EncodeOptions{}, "/bucket", ""},
		{"label in the host", "/{Bucket}", "bucket", EncodeOptions{HostLabel: "Bucket"}, "/", ""},
		{"label in the host with a base", "/{Bucket}", "bucket", EncodeOptions{HostLabel: "Bucket", BasePath: "/base"}, "/base/", ""},
		{"other host label", "/{Bucket}", "bucket", EncodeOptions{HostLabel: "Account"}, "/bucket", ""},
		{"base without slash", "/{Bucket}", "bucket", EncodeOptions{BasePath: "base"}, "/base/bucket", ""},
		{"base with a trailing slash", "/{Bucket}", "bucket", EncodeOptions{BasePath: "/base/"}, "/base/bucket", ""},
		{"base of a slash", "/{Bucket}", "bucket", EncodeOptions{BasePath: "/"}, "/bucket", ""},
		{"base with dots", "/{Bucket}", "bucket", EncodeOptions{BasePath: "/a/../b"}, "/a/../b/bucket", ""},
		{"base escaped and host", "/{Bucket}", "bucket", EncodeOptions{BasePath: "/a:b", HostLabel: "Bucket"}, "/a:b/", "/a%3Ab/"},
		{"colon", "/{Bucket}", "a:b", EncodeOptions{}, "/a:b", "/a%3Ab"},
		{"slash in a plain label", "/{Bucket}", "a/b", EncodeOptions{}, "/a/b", "/a%2Fb"},
		{"dots in a plain label", "/{Bucket}", "..", EncodeOptions{}, "/..", ""},
		{"literal", "/v1/{Bucket}/fixed", "b", EncodeOptions{}, "/v1/b/fixed", ""},
		{"literal escaped", "/v 1/{Bucket}", "b", EncodeOptions{}, "/v 1/b", "/v%201/b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := &Operation[bucketInput, empty]{Name: "Op", Method: "GET", URI: tt.uri}
			req, err := op.Encode(&bucketInput{Bucket: tt.bucket}, tt.opt)
			require.NoError(t, err)
			require.Equal(t, tt.path, req.Path)
			require.Equal(t, tt.raw, req.RawPath)
			want := tt.raw
			if want == "" {
				want = tt.path
			}
			require.Equal(t, want, (&url.URL{Path: req.Path, RawPath: req.RawPath}).EscapedPath())
		})
	}
}

func TestPathWithoutLabels(t *testing.T) {
	op := &Operation[empty, empty]{Name: "ListBuckets", Method: "GET", URI: "/"}
	for base, want := range map[string]string{"": "/", "/base": "/base/", "/base//": "/base/"} {
		req, err := op.Encode(&empty{}, EncodeOptions{BasePath: base, HostLabel: "Bucket"})
		require.NoError(t, err)
		require.Equal(t, want, req.Path)
	}
}

func TestPathErrors(t *testing.T) {
	for uri, want := range map[string]string{
		"":                   "doesn't begin with /",
		"{Bucket}":           "doesn't begin with /",
		"/{}":                "label without a name",
		"/{Bucket}/{Bucket}": "twice",
		"/{Key+}/{Bucket}":   "goes on after a greedy label",
		"/x{Bucket}":         "must be a whole segment",
		"/{Bucket}x":         "must be a whole segment",
		"/{Bucket++}":        "must be a whole segment",
		"/{a}{Bucket}":       "must be a whole segment",
		"/{Bucket}/{Other}":  "label Other of the URI has no field",
		"/":                  `label "Bucket" is not in the URI`,
		"/{Bucket}?=x":       "bad query",
		"/{Bucket}?a&&b":     "bad query",
		"/{Bucket}?a=%zz":    "bad query",
		"/{Bucket}?a&a=1":    "names a twice",
	} {
		op := &Operation[bucketInput, empty]{Name: "Op", Method: "GET", URI: uri}
		require.ErrorContains(t, op.Check(), want, uri)
	}
}

func FuzzPath(f *testing.F) {
	for _, key := range hostileKeys {
		f.Add("bucket", key)
	}
	op := keyOp()
	f.Fuzz(func(t *testing.T, bucket, key string) {
		if bucket == "" || key == "" {
			return
		}
		req, err := op.Encode(&keyInput{Bucket: bucket, Key: key}, EncodeOptions{})
		require.NoError(t, err)
		require.Equal(t, "/"+bucket+"/"+key, req.Path)
		want := "/" + slowEscape(bucket, false) + "/" + slowEscape(key, true)
		require.Equal(t, want, (&url.URL{Path: req.Path, RawPath: req.RawPath}).EscapedPath())
	})
}
