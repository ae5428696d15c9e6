package sigv4

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// suiteCases is how many cases the public test suite has; a partial copy must
// not pass for the whole.
const suiteCases = 38

// suiteContext is a case's context.json.
type suiteContext struct {
	Credentials struct {
		AccessKeyID     string `json:"access_key_id"`
		SecretAccessKey string `json:"secret_access_key"`
		Token           string `json:"token"`
	} `json:"credentials"`
	ExpirationInSeconds int       `json:"expiration_in_seconds"`
	Normalize           bool      `json:"normalize"`
	Region              string    `json:"region"`
	Service             string    `json:"service"`
	SignBody            bool      `json:"sign_body"`
	Timestamp           time.Time `json:"timestamp"`
	OmitSessionToken    bool      `json:"omit_session_token"`
}

// suiteDir finds the public Signature V4 test suite, which is not part of this
// repository.
func suiteDir(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("SIGV4_SUITE"); dir != "" {
		return dir
	}
	dir := filepath.Join("..", "..", "shared", "facts", "sigv4-suite")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the public Signature V4 test suite is not here: set SIGV4_SUITE to the directory with its cases " +
			"(a folder each, with context.json, request.txt and header-*.txt, query-*.txt), as in tests/aws-signing-test-suite/v4 of aws-c-auth")
	}
	return dir
}

func TestSuite(t *testing.T) {
	dir := suiteDir(t)
	contexts, err := filepath.Glob(filepath.Join(dir, "*", "context.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(contexts), suiteCases, "incomplete suite in SIGV4_SUITE")

	for _, file := range contexts {
		folder := filepath.Dir(file)
		read := func(t *testing.T, name string) string {
			t.Helper()
			b, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			return string(b)
		}
		setup := func(t *testing.T) (*Signer, *http.Request, Params, suiteContext) {
			var c suiteContext
			require.NoError(t, json.Unmarshal([]byte(read(t, "context.json")), &c))
			r, hash := suiteRequest(t, read(t, "request.txt"))
			p := Params{
				Credentials: Credentials{AccessKeyID: c.Credentials.AccessKeyID, SecretAccessKey: c.Credentials.SecretAccessKey, SessionToken: c.Credentials.Token},
				Region:      c.Region, Time: c.Timestamp, PayloadHash: hash,
			}
			if c.OmitSessionToken {
				// These cases send the token but add it after the signature is made.
				p.Credentials.SessionToken = ""
			}
			for name := range r.Header {
				p.SignHeaders = append(p.SignHeaders, name)
			}
			s := NewSigner(Options{Service: c.Service, Generic: true})
			s.normalize = c.Normalize
			// The suite has paths that no client could send, with a raw space or
			// UTF-8, and takes the one encoding that turns them into a legal
			// path for the second one.
			s.encodeAgain = r.URL.RawPath == "" && r.URL.EscapedPath() == r.URL.Path
			return s, r, p, c
		}

		t.Run(filepath.Base(folder)+"/header", func(t *testing.T) {
			s, r, p, c := setup(t)
			if c.SignBody {
				p.SignHeaders = append(p.SignHeaders, "X-Amz-Content-Sha256")
			}
			m := new(scratch)
			sig, err := s.signHTTP(m, r, p)
			require.NoError(t, err)
			require.Equal(t, read(t, "header-canonical-request.txt"), string(m.canonical))
			s.stringToSign(m, &sig, p.Region)
			require.Equal(t, read(t, "header-string-to-sign.txt"), string(m.text))
			require.Equal(t, read(t, "header-signature.txt"), sig.Hex())
			require.Equal(t, suiteHeader(read(t, "header-signed-request.txt"), "Authorization"), r.Header.Get("Authorization"))
		})
		t.Run(filepath.Base(folder)+"/query", func(t *testing.T) {
			s, r, p, c := setup(t)
			m := new(scratch)
			presigned, signed, err := s.presignHTTP(m, r, p, time.Duration(c.ExpirationInSeconds)*time.Second)
			require.NoError(t, err)
			require.Equal(t, read(t, "query-canonical-request.txt"), string(m.canonical))
			sig := Signature{}
			sig.time, err = formatTime(p.Time)
			require.NoError(t, err)
			s.stringToSign(m, &sig, p.Region)
			require.Equal(t, read(t, "query-string-to-sign.txt"), string(m.text))
			_, got, ok := strings.Cut(presigned, "&X-Amz-Signature=")
			require.True(t, ok)
			require.Equal(t, read(t, "query-signature.txt"), got)

			want := suiteURL(t, read(t, "query-signed-request.txt"))
			u, err := url.Parse(presigned)
			require.NoError(t, err)
			if c.OmitSessionToken {
				want.Del("X-Amz-Security-Token")
			}
			require.Equal(t, want, u.Query())
			for name := range r.Header {
				require.Equal(t, r.Header[name], signed[name], "header that must be sent")
			}
		})
	}
}

// suiteRequest reads request.txt, which holds what http.ReadRequest refuses:
// raw spaces and UTF-8 in the request line, folded headers.
func suiteRequest(t *testing.T, text string) (*http.Request, string) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	method, rest, ok := strings.Cut(lines[0], " ")
	require.True(t, ok)
	target, ok := strings.CutSuffix(rest, " HTTP/1.1")
	require.True(t, ok)
	path, query, _ := strings.Cut(target, "?")

	r := &http.Request{Method: method, URL: &url.URL{Scheme: "https", Path: path, RawQuery: query}, Header: http.Header{}}
	last := ""
	for _, line := range lines[1:] {
		if line[0] == ' ' { // a folded line (RFC 9112, section 5.2)
			values := r.Header[last]
			values[len(values)-1] += line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		require.True(t, ok)
		last = http.CanonicalHeaderKey(name)
		r.Header[last] = append(r.Header[last], value)
	}
	r.Host = r.Header.Get("Host")
	r.URL.Host = r.Host
	r.Header.Del("Host")
	if body == "" {
		return r, ""
	}
	// The suite announces one byte less than its body has, and signs that.
	require.Equal(t, "13", r.Header.Get("Content-Length"))
	r.ContentLength = 13
	r.Body = io.NopCloser(strings.NewReader(body))
	sum := sha256.Sum256([]byte(body))
	return r, hex.EncodeToString(sum[:])
}

func suiteHeader(text, name string) string {
	lines := bufio.NewScanner(bytes.NewReader([]byte(text)))
	for lines.Scan() {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok && k == name {
			return v
		}
	}
	return ""
}

func suiteURL(t *testing.T, text string) url.Values {
	t.Helper()
	line, _, _ := strings.Cut(text, "\n")
	_, query, ok := strings.Cut(strings.TrimSuffix(line, " HTTP/1.1"), "?")
	require.True(t, ok)
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	return values
}
