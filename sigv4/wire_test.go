package sigv4

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wireParams sign everything a test asks of a request.
var wireParams = Params{
	Credentials: Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret/+", SessionToken: "token+/=="},
	Region:      "eu-west-3",
	Time:        time.Date(2026, 2, 3, 4, 5, 6, 789, time.FixedZone("", 3600)),
	SignHeaders: []string{"Range", "X-Other", "Content-Length"},
}

// wireServer checks each request it receives with the slow implementation, and
// answers 200 or 403 and why. Whatever name is dialled, it is this server.
func wireServer(t *testing.T, service string, generic bool) *http.Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := slowVerify(r, wireParams, service, generic); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
		}
	}))
	t.Cleanup(srv.Close)
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", srv.Listener.Addr().String())
		},
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func wireSend(t *testing.T, client *http.Client, r *http.Request) {
	t.Helper()
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	line, _ := bufio.NewReader(resp.Body).ReadString('\n')
	require.Equal(t, 200, resp.StatusCode, line)
}

// wireRequests are requests that are easily signed otherwise than they are sent.
func wireRequests() map[string]func() *http.Request {
	parsed := func(method, target string) func() *http.Request {
		return func() *http.Request {
			r, err := http.NewRequest(method, target, nil)
			if err != nil {
				panic(err)
			}
			return r
		}
	}
	with := func(change func(*http.Request)) func() *http.Request {
		return func() *http.Request {
			r := parsed("GET", "http://bucket.example.com/key")()
			change(r)
			return r
		}
	}
	all := map[string]func() *http.Request{
		"empty path":          parsed("GET", "http://example.com"),
		"default port":        parsed("GET", "http://example.com:80/key"),
		"other port":          parsed("GET", "http://example.com:9000/key"),
		"ipv6":                parsed("GET", "http://[::1]:9000/key"),
		"ipv6 zone":           parsed("GET", "http://[fe80::1%25eth0]:9000/key"),
		"upper-case host":     parsed("GET", "http://EXAMPLE.com/key"),
		"user info":           parsed("GET", "http://user:password@example.com/key"),
		"fragment":            parsed("GET", "http://example.com/key#part"),
		"bare question mark":  parsed("GET", "http://example.com/key?"),
		"subresource":         parsed("GET", "http://example.com/bucket?uploads"),
		"canonical query":     parsed("GET", "http://example.com/bucket?list-type=2&prefix=a%2Fb%20c"),
		"empty values":        parsed("GET", "http://example.com/bucket?prefix=&acl&=x&&"),
		"repeated keys":       parsed("GET", "http://example.com/bucket?a=2&a=1&a&a=%2B"),
		"plus in query":       parsed("GET", "http://example.com/bucket?prefix=a+b&marker=c%2Bd"),
		"odd query":           parsed("GET", "http://example.com/bucket?a=b=c&d;e=/?:@!$'()*,~&%c3%a9=é&%41=%7e"),
		"post without body":   parsed("POST", "http://example.com/key?uploads"),
		"empty method":        with(func(r *http.Request) { r.Method = "" }),
		"host override":       with(func(r *http.Request) { r.Host = "other.example.com:81" }),
		"no host field":       with(func(r *http.Request) { r.Host = "" }),
		"host header ignored": with(func(r *http.Request) { r.Header.Set("Host", "evil.example.com") }),
		"no header map":       with(func(r *http.Request) { r.Header = nil }),
		"repeated header":     with(func(r *http.Request) { r.Header["X-Amz-Meta-A"] = []string{"2", " 1", "", "3  4 "} }),
		"spaces in header": with(func(r *http.Request) {
			r.Header.Set("X-Amz-Meta-A", "  a   b \t c\t")
			r.Header.Set("X-Amz-Meta-Empty", "")
			r.Header.Set("X-Amz-Meta-Unicode", "ключ  é")
		}),
		"names in other case": with(func(r *http.Request) {
			r.Header["x-amz-meta-b"] = []string{"1", "2"}
			r.Header["X-AMZ-META-A"] = []string{"3"}
			r.Header["X-Amz-Meta-A"] = []string{"4", "5"}
			r.Header["x-amz-meta-a"] = []string{"6"}
			r.Header["x-amz-meta"] = []string{"7"}
			r.Header["x-amz-date"] = []string{"19700101T000000Z"}
			r.Header["authorization"] = []string{"Basic eA=="}
		}),
		"signed before": with(func(r *http.Request) {
			r.Header.Set("X-Amz-Date", "19700101T000000Z")
			r.Header.Set("X-Amz-Security-Token", "old")
			r.Header.Set("X-Amz-Content-Sha256", UnsignedPayload)
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 old")
		}),
		"many headers": with(func(r *http.Request) {
			for _, name := range []string{"Content-Type", "Content-Md5", "Range", "X-Other", "User-Agent", "Accept-Encoding", "X-Amz-Acl", "X-Amz-Meta-Z", "Cache-Control"} {
				r.Header.Set(name, "v "+name)
			}
		}),
		"body": func() *http.Request {
			r, _ := http.NewRequest("PUT", "http://example.com/key", strings.NewReader("data"))
			return r
		},
	}
	for i, key := range []string{
		"//", "/lead", "//two", "a//b", "a/", ".", "..", "./a", "../a", "a/./b", "a/../b", "+", "a+b", "%", "%2F", "%41",
		" ", "a b", "é", "日本語/ключ", "a=b&c?d#e", "(a)!$'*,;:@", "~-._", "\\\"<>[]^`{|}", strings.Repeat("x/", 500),
	} {
		// As Go escapes it, which leaves much as it is, and fully escaped.
		all[fmt.Sprintf("key %d %.9q", i, key)] = with(func(r *http.Request) { r.URL.Path = "/" + key })
		all[fmt.Sprintf("key %d %.9q escaped", i, key)] = with(func(r *http.Request) {
			r.URL.Path, r.URL.RawPath = "/"+key, slowEscapePath("/"+key)
		})
	}
	all["key lower-case escapes"] = parsed("GET", "http://example.com/%c3%a9%2b%7e")
	return all
}

func TestWireHeader(t *testing.T) {
	for _, generic := range []bool{false, true} {
		signer := NewSigner(Options{Generic: generic})
		client := wireServer(t, "s3", generic)
		for name, request := range wireRequests() {
			t.Run(fmt.Sprintf("%s/generic=%v", name, generic), func(t *testing.T) {
				r := request()
				p := wireParams
				if r.Body != nil && generic {
					p.PayloadHash = slowHash("data")
					r.Header.Set("X-Amz-Content-Sha256", "replaced")
				}
				_, err := signer.SignHTTP(r, p)
				require.NoError(t, err)
				wireSend(t, client, r)
			})
		}
	}
}

func TestWirePresign(t *testing.T) {
	for _, generic := range []bool{false, true} {
		signer := NewSigner(Options{Service: "other", Generic: generic})
		client := wireServer(t, "other", generic)
		for name, request := range wireRequests() {
			t.Run(fmt.Sprintf("%s/generic=%v", name, generic), func(t *testing.T) {
				r := request()
				p := wireParams
				if r.Body != nil {
					p.PayloadHash = slowHash("data")
					p.SignHeaders = append([]string{"X-Amz-Content-Sha256"}, p.SignHeaders...)
				}
				target, signed, err := signer.PresignHTTP(r, p, time.Hour)
				require.NoError(t, err)

				// Whoever gets the URL knows nothing of r but the method.
				method := r.Method
				var sent *http.Request
				if r.Body != nil {
					sent, err = http.NewRequest(method, target, strings.NewReader("data"))
				} else {
					sent, err = http.NewRequest(method, target, nil)
				}
				require.NoError(t, err)
				for k, v := range signed {
					sent.Header[k] = v
				}
				sent.Host = signed.Get("Host")
				wireSend(t, client, sent)
				require.NotContains(t, target, ":80/")
			})
		}
	}
}

// The server must be able to tell: a signature over something else is refused.
func TestWireRefuses(t *testing.T) {
	changes := map[string]func(*http.Request){
		"path":         func(r *http.Request) { r.URL.Path = "/other" },
		"query":        func(r *http.Request) { r.URL.RawQuery = "acl" },
		"host":         func(r *http.Request) { r.Host = "other.example.com" },
		"header":       func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") },
		"signed value": func(r *http.Request) { r.Header.Set("Content-Type", "text/html") },
		"method":       func(r *http.Request) { r.Method = "DELETE" },
		"date":         func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260203T030507Z") },
		"hash":         func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", UnsignedPayload) },
	}
	client := wireServer(t, "s3", false)
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest("GET", "http://example.com/key?x=1", nil)
			require.NoError(t, err)
			r.Header.Set("Content-Type", "text/plain")
			_, err = NewSigner(Options{}).SignHTTP(r, wireParams)
			require.NoError(t, err)
			change(r)
			resp, err := client.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			require.Equal(t, http.StatusForbidden, resp.StatusCode)
		})
	}
}

// A '+' in the query is sent as %20, without touching a URL that is shared.
func TestPlusIsSentAsSpace(t *testing.T) {
	shared := &url.URL{Scheme: "http", Host: "example.com", Path: "/", RawQuery: "prefix=a+b"}
	r := &http.Request{Method: "GET", URL: shared, Header: http.Header{}}
	_, err := NewSigner(Options{}).SignHTTP(r, wireParams)
	require.NoError(t, err)
	require.Equal(t, "prefix=a%20b", r.URL.RawQuery)
	require.Equal(t, "prefix=a+b", shared.RawQuery)
}
