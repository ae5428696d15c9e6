package sigv4

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func newRequest(t testing.TB, method, target string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, target, body)
	require.NoError(t, err)
	return r
}

// signedNames are the names in the Authorization header.
func signedNames(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, _, _ := strings.Cut(rest, ",")
	return names
}

func TestSignedHeaders(t *testing.T) {
	all := []string{
		"Accept-Encoding", "User-Agent", "Expect", "Connection", "Authorization", "Transfer-Encoding", "Trailer", "Host",
		"Content-Type", "Content-Md5", "Range", "If-Match", "Cache-Control", "X-Amz-Acl", "X-Amzn-Trace-Id",
	}
	request := func() *http.Request {
		r := newRequest(t, "GET", "https://example.com/key", nil)
		for _, name := range all {
			r.Header.Set(name, "value")
		}
		return r
	}
	signer := NewSigner(Options{})

	r := request()
	_, err := signer.SignHTTP(r, published)
	require.NoError(t, err)
	require.Equal(t, "content-md5;content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date", signedNames(r))

	r = request()
	p := published
	p.SignHeaders = append([]string{"range", "IF-MATCH", "X-Absent"}, all...)
	_, err = signer.SignHTTP(r, p)
	require.NoError(t, err)
	require.Equal(t, "cache-control;content-md5;content-type;host;if-match;range;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amzn-trace-id", signedNames(r))
}

func TestPayloadHash(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	tests := []struct {
		name    string
		generic bool
		body    io.Reader
		given   string
		want    string // header; "" for none
		err     string
	}{
		{name: "s3 without body", want: EmptyPayload},
		{name: "s3 no body", body: http.NoBody, want: EmptyPayload},
		{name: "s3 with body", body: strings.NewReader("x"), want: UnsignedPayload},
		{name: "s3 given", body: strings.NewReader("x"), given: hash, want: hash},
		{name: "s3 streaming", body: strings.NewReader("x"), given: StreamingUnsignedPayloadTrailer, want: StreamingUnsignedPayloadTrailer},
		{name: "generic without body", generic: true},
		{name: "generic given", generic: true, body: strings.NewReader("x"), given: hash},
		{name: "generic with body", generic: true, body: strings.NewReader("x"), err: "needs a payload hash"},
		{name: "upper case", given: strings.ToUpper(hash), err: "neither"},
		{name: "short", given: "e3b0", err: "neither"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRequest(t, "PUT", "https://example.com/key", tt.body)
			p := published
			p.PayloadHash = tt.given
			_, err := NewSigner(Options{Generic: tt.generic}).SignHTTP(r, p)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				require.Empty(t, r.Header, "a request that was not signed is as it was")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, r.Header.Get("X-Amz-Content-Sha256"))
		})
	}
}

func TestGenericSendsHashWhenAsked(t *testing.T) {
	signer := NewSigner(Options{Service: "sts", Generic: true})
	r := newRequest(t, "GET", "https://example.com/", nil)
	p := published
	p.SignHeaders = []string{"x-amz-content-sha256"}
	_, err := signer.SignHTTP(r, p)
	require.NoError(t, err)
	require.Equal(t, EmptyPayload, r.Header.Get("X-Amz-Content-Sha256"))

	r = newRequest(t, "GET", "https://example.com/", nil)
	r.Header["x-amz-content-sha256"] = []string{"anything"}
	_, err = signer.SignHTTP(r, published)
	require.NoError(t, err)
	require.Equal(t, EmptyPayload, r.Header.Get("X-Amz-Content-Sha256"))
	require.NotContains(t, r.Header, "x-amz-content-sha256")

	r = newRequest(t, "GET", "https://example.com/", nil)
	r.Header.Set("X-Amz-Content-Sha256", "anything")
	_, signed, err := signer.PresignHTTP(r, published, time.Hour)
	require.NoError(t, err)
	require.Equal(t, http.Header{"X-Amz-Content-Sha256": {EmptyPayload}}, signed)
}

func TestMistakes(t *testing.T) {
	request := func(change func(*http.Request)) *http.Request {
		r := newRequest(t, "GET", "https://example.com/key", nil)
		change(r)
		return r
	}
	params := func(change func(*Params)) Params {
		p := published
		change(&p)
		return p
	}
	fine := request(func(*http.Request) {})
	tests := []struct {
		name string
		r    *http.Request
		p    Params
		want string
	}{
		{"no request", nil, published, "no URL"},
		{"no url", &http.Request{}, published, "no URL"},
		{"opaque url", request(func(r *http.Request) { r.URL.Opaque = "//example.com/a" }), published, "opaque"},
		{"no host", request(func(r *http.Request) { r.Host, r.URL.Host = "", "" }), published, "no host"},
		{"host not ascii", request(func(r *http.Request) { r.Host, r.URL.Host = "", "exämple.com" }), published, "punycode"},
		{"host with slash", request(func(r *http.Request) { r.Host, r.URL.Host = "", "example.com/x" }), published, "no host has"},
		{"relative path", request(func(r *http.Request) { r.URL.Path = "key" }), published, "malformed path"},
		{"asterisk", request(func(r *http.Request) { r.URL.Path = "*" }), published, "malformed path"},
		{"broken query", request(func(r *http.Request) { r.URL.RawQuery = "a=1&b=%4" }), published, "malformed query: broken escape at byte 6"},
		{"broken query name", request(func(r *http.Request) { r.URL.RawQuery = "%g0" }), published, "malformed query: broken escape at byte 0"},
		{"space in query", request(func(r *http.Request) { r.URL.RawQuery = "a=b c" }), published, "malformed query: space"},
		{"line break in query", request(func(r *http.Request) { r.URL.RawQuery = "a=b\n" }), published, "malformed query: space or control"},
		{"line break in header", request(func(r *http.Request) { r.Header["X-Amz-Meta-A"] = []string{"secret\r\nX-Forged: 1"} }), published, "header x-amz-meta-a: value holds"},
		{"line break in second value", request(func(r *http.Request) { r.Header["Content-Type"] = []string{"a", "b\nc"} }), published, "header content-type"},
		{"no keys", fine, params(func(p *Params) { p.Credentials = Credentials{AccessKeyID: "AKID"} }), "no access key or no secret"},
		{"no region", fine, params(func(p *Params) { p.Region = "" }), "region is empty"},
		{"region with slash", fine, params(func(p *Params) { p.Region = "a/b" }), "region holds"},
		{"access key with line break", fine, params(func(p *Params) { p.Credentials.AccessKeyID = "AKID\n" }), "access key holds"},
		{"token with space", fine, params(func(p *Params) { p.Credentials.SessionToken = "a b" }), "session token holds"},
		{"year", fine, params(func(p *Params) { p.Time = time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC) }), "out of range"},
	}
	signer := NewSigner(Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var header http.Header
			if tt.r != nil {
				header = tt.r.Header.Clone()
			}
			sig, err := signer.SignHTTP(tt.r, tt.p)
			require.ErrorContains(t, err, tt.want)
			require.True(t, strings.HasPrefix(err.Error(), "sigv4: "), err)
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "secret\r")
			require.Zero(t, sig)
			if tt.r != nil {
				require.Equal(t, header, tt.r.Header)
			}

			target, signed, err := signer.PresignHTTP(tt.r, tt.p, time.Hour)
			require.ErrorContains(t, err, tt.want)
			require.Empty(t, target)
			require.Nil(t, signed)
		})
	}
	_, err := signer.SignHTTP(fine, Params{Region: "r"})
	require.ErrorIs(t, err, ErrNoCredentials)
	_, err = signer.SignPost(PostPolicy{}, Params{Region: "r"})
	require.ErrorIs(t, err, ErrNoCredentials)
}

func TestContentLength(t *testing.T) {
	p := published
	p.SignHeaders = []string{"Content-Length"}
	tests := []struct {
		name   string
		method string
		body   io.Reader
		change func(*http.Request)
		signed bool
		err    string
	}{
		{name: "body", method: "PUT", body: strings.NewReader("data"), signed: true},
		{name: "empty put", method: "PUT", signed: true},
		{name: "get", method: "GET"},
		{name: "header is not what is sent", method: "GET", change: func(r *http.Request) { r.Header.Set("Content-Length", "7") }},
		{name: "unknown", method: "PUT", body: io.MultiReader(), err: "length is unknown"},
		{name: "chunked", method: "PUT", body: strings.NewReader("data"), change: func(r *http.Request) { r.TransferEncoding = []string{"chunked"} }, err: "transfer-encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRequest(t, tt.method, "https://example.com/key", tt.body)
			if tt.change != nil {
				tt.change(r)
			}
			_, _, presignErr := NewSigner(Options{}).PresignHTTP(r, p, time.Hour)
			_, err := NewSigner(Options{}).SignHTTP(r, p)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				require.ErrorContains(t, presignErr, tt.err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, presignErr)
			require.Equal(t, tt.signed, strings.Contains(signedNames(r), "content-length"))
		})
	}
}

func TestTokenIsRemoved(t *testing.T) {
	r := newRequest(t, "GET", "https://example.com/key", nil)
	signer := NewSigner(Options{})
	_, err := signer.SignHTTP(r, wireParams)
	require.NoError(t, err)
	require.Equal(t, wireParams.Credentials.SessionToken, r.Header.Get("X-Amz-Security-Token"))
	_, err = signer.SignHTTP(r, published)
	require.NoError(t, err)
	require.NotContains(t, r.Header, "X-Amz-Security-Token")
	require.Len(t, r.Header["Authorization"], 1)
}

func TestZeroTimeIsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := published
		p.Time = time.Time{}
		r := newRequest(t, "GET", "https://example.com/key", nil)
		_, err := NewSigner(Options{}).SignHTTP(r, p)
		require.NoError(t, err)
		require.Equal(t, "20000101T000000Z", r.Header.Get("X-Amz-Date"))
		fields, err := NewSigner(Options{}).SignPost(PostPolicy{Bucket: "b", Expiration: time.Now().Add(time.Second)}, p)
		require.NoError(t, err)
		require.Equal(t, "20000101T000000Z", fields["x-amz-date"])
	})
}

func TestHostParts(t *testing.T) {
	for host, want := range map[string]string{
		"example.com:1": "example.com:1", "[::1]": "[::1]", "[::1]:9000": "[::1]:9000", "[::1": "[::1",
		"[fe80::1%eth0]": "[fe80::1]", "[fe80::1%eth0]:9000": "[fe80::1]:9000",
	} {
		require.Equal(t, want, withoutZone(host))
	}
	require.Equal(t, "[::1]", withoutDefaultPort("https", "[::1]:443"))
	require.Equal(t, "[::1]:80", withoutDefaultPort("https", "[::1]:80"))
}

func TestFormatTime(t *testing.T) {
	for _, at := range []time.Time{
		time.Unix(0, 0), time.Date(1, 2, 3, 4, 5, 6, 7, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999, time.UTC),
		time.Date(2024, 2, 29, 23, 30, 0, 0, time.FixedZone("", -3600)),
	} {
		got, err := formatTime(at)
		require.NoError(t, err)
		require.Equal(t, at.UTC().Format("20060102T150405Z"), string(got[:]))
	}
	_, err := formatTime(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC))
	require.Error(t, err)
}

// The values that a signature sets must not share memory that a later append
// to the header could overwrite.
func TestHeaderValuesStandAlone(t *testing.T) {
	r := newRequest(t, "GET", "https://example.com/key", nil)
	_, err := NewSigner(Options{}).SignHTTP(r, wireParams)
	require.NoError(t, err)
	before := r.Header.Clone()
	for name := range before {
		r.Header.Add(name, "more")
	}
	for name, values := range before {
		require.Equal(t, values[0], r.Header[name][0], name)
	}
}

func TestConcurrentUse(t *testing.T) {
	signer := NewSigner(Options{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 200 {
				p := published
				p.Region = fmt.Sprint("region-", (i+j)%(maxKeys+20)) // more than are kept
				target := fmt.Sprintf("https://example.com/key-%d?b=%d&a", i, j)
				r, _ := http.NewRequest("GET", target, nil)
				sig, err := signer.SignHTTP(r, p)
				if err != nil {
					t.Error(err)
					return
				}
				scope := "20130524/" + p.Region + "/s3/aws4_request"
				r.RequestURI = r.URL.RequestURI()
				want, err := slowSignature(r, p.Credentials.SecretAccessKey, scope, "20130524T000000Z", "host;x-amz-content-sha256;x-amz-date", EmptyPayload, false)
				if err != nil || want != sig.Hex() {
					t.Errorf("signature %s, want %s (%v)", sig.Hex(), want, err)
					return
				}
			}
		})
	}
	group.Wait()
}

// A large request leaves no large buffers behind, and signs right.
func TestLargeRequest(t *testing.T) {
	r := newRequest(t, "GET", "https://example.com/key", nil)
	r.Header.Set("X-Amz-Meta-Large", strings.Repeat("v ", maxScratch))
	signer := NewSigner(Options{})
	m := new(scratch)
	_, err := signer.signHTTP(m, r, published)
	require.NoError(t, err)
	require.Greater(t, cap(m.canonical), maxScratch)
	signer.release(m)
	require.NotSame(t, m, signer.acquire())
}

func TestSignatureAndSignerPrintNothing(t *testing.T) {
	signer := NewSigner(Options{})
	r := newRequest(t, "GET", "https://example.com/key", nil)
	sig, err := signer.SignHTTP(r, published)
	require.NoError(t, err)
	require.Len(t, sig.Hex(), 64)
	require.Empty(t, Signature{}.Hex())
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "sig", sig, "signer", signer)
	marshalled, err := json.Marshal(struct{ A, B any }{sig, signer})
	require.NoError(t, err)
	key := fmt.Sprintf("%d", sig.key[0])
	for _, printed := range []string{
		fmt.Sprintf("%v %+v %#v %s %x %q %d", sig, sig, sig, sig, sig, sig, sig),
		fmt.Sprintf("%v %+v %#v %s %x %q %d", signer, signer, signer, signer, signer, signer, signer),
		sig.GoString() + signer.GoString(), log.String(), string(marshalled),
	} {
		require.NotContains(t, printed, sig.Hex()[:8])
		require.NotContains(t, printed, published.Credentials.SecretAccessKey)
		require.NotContains(t, printed, "["+key+" ")
	}
	require.Contains(t, fmt.Sprint(sig), "20130524/us-east-1/s3/aws4_request")
	require.Equal(t, "sigv4.Signer(s3)", fmt.Sprint(signer))
}

func TestOptionsService(t *testing.T) {
	r := newRequest(t, "GET", "https://example.com/", nil)
	sig, err := NewSigner(Options{Service: "sts", Generic: true}).SignHTTP(r, published)
	require.NoError(t, err)
	require.Equal(t, "sigv4.Signature(20130524/us-east-1/sts/aws4_request)", sig.String())
}

func TestKeyCacheIsBounded(t *testing.T) {
	var c keyCache
	id := func(i int) keyID { return keyID{secret: fmt.Sprint(i), region: "r", service: "s3"} }
	for round := range 2 {
		for i := range 3 * maxKeys {
			k := id(i)
			require.Equal(t, slowKey(k.secret, string(k.date[:]), k.region, k.service), func() string { b := c.get(k); return string(b[:]) }(), round)
		}
	}
	require.Len(t, c.keys, maxKeys)
	for i := range maxKeys {
		require.Contains(t, c.keys, id(3*maxKeys-1-i), "the newest are kept")
	}
}

func TestHMAC(t *testing.T) {
	for _, key := range []string{"", "k", strings.Repeat("k", 64), strings.Repeat("k", 65), strings.Repeat("k", 300)} {
		for _, msg := range []string{"", "m", strings.Repeat("m", hmacMax), strings.Repeat("m", 3*hmacMax)} {
			got := hmacSHA256([]byte(key), []byte(msg))
			require.Equal(t, slowHMAC(key, msg), string(got[:]))
		}
	}
	long := strings.Repeat("s", 500)
	got := deriveKey(long, "20260203", "r", "s3")
	require.Equal(t, slowKey(long, "20260203", "r", "s3"), string(got[:]))
}

func TestNoAllocationsWhereNoneAreNeeded(t *testing.T) {
	u, err := url.Parse("https://example.com/bucket/key?b=1&a=%2F&c")
	require.NoError(t, err)
	m := new(scratch)
	query := func() {
		m.params, m.pairs = m.params[:0], m.pairs[:0]
		if m.addQuery(u.RawQuery, presignParam) != nil {
			t.Error("query refused")
		}
		m.canonical = m.appendPairs(m.canonical[:0])
	}
	query()
	require.Zero(t, testing.AllocsPerRun(100, query))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if !canonicalQuery("a=%2F&b=1&c=") {
			t.Error("query is canonical")
		}
	}))
	var c keyCache
	id := keyID{secret: "s"}
	require.Zero(t, testing.AllocsPerRun(100, func() { c.get(id) }))
}
