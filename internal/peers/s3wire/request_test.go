package s3wire

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seed is the random fillings'. Another one may be tried, but a failure must be found again.
const (
	seed   = 20060301
	random = 40 // fillings of each kind
)

// Every operation sends the same request, whatever members are set.
func TestSameRequests(t *testing.T) {
	t.Logf("seed %d, %d random fillings", seed, random)
	m := theModel(t)
	l := newLedger(t, "request")
	for name := range m.Operations {
		t.Run(name, func(t *testing.T) {
			for _, scheme := range []string{"https", "http"} {
				ours, theirs := ourClient(t, scheme), theirClient(scheme)
				for _, f := range fillings(m, name, m.Operations[name].Input, scheme == "https") {
					in := f.fill(m.Operations[name].Input, ours.input(t, name))
					_, err := ours.call(t, name, in)
					require.NoError(t, err, "ours, %s", f)
					_, err = theirs.call(t, name, in)
					require.NoError(t, err, "theirs, %s", f)
					l.at(t, f, place{name, scheme, in}).requests(ours.take(t), theirs.take(t))
				}
			}
			directoryBucket(t, l, m, name)
			l.ran(name)
		})
	}
	l.close(m)
}

// fillings are those that an operation is tried with.
func fillings(m *model, operation, shape string, secure bool) []*filling {
	fs := []*filling{{model: m, minimal: true, secure: secure}}
	for i := range m.choices(shape) {
		fs = append(fs, &filling{model: m, choice: i, secure: secure})
	}
	for i := range random {
		fs = append(fs, &filling{model: m, random: seeded(operation+shape, i), odds: 2 + i%2*6, secure: secure})
	}
	if slices.ContainsFunc(m.Shapes[shape].Members, func(x member) bool { return x.HTTPHeader == algorithmHeader }) {
		for algorithm := range digests {
			fs = append(fs,
				&filling{model: m, minimal: true, algorithm: algorithm, secure: secure},
				&filling{model: m, minimal: true, algorithm: algorithm, bodiless: true, secure: secure})
		}
	}
	return fs
}

func seeded(name string, i int) *rand.Rand {
	h := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, h+uint64(i)))
}

// comparison holds two requests of one operation side by side.
type comparison struct {
	*ledger
	place
	t       *testing.T
	filling *filling
}

func (l *ledger) at(t *testing.T, f *filling, p place) *comparison {
	return &comparison{l, p, t, f}
}

func (c *comparison) differ(where string, ours, theirs any) {
	c.t.Helper()
	if !c.explained(c.place, where, sideOf(ours, theirs)) {
		c.t.Errorf("%s over %s, %s: %s\n\tours   %v\n\ttheirs %v", c.operation, c.over, c.filling, where, shown(ours), shown(theirs))
	}
}

// shown is a value as an error shows it.
func shown(x any) string {
	if x == nil {
		return "nothing"
	}
	return fmt.Sprintf("%.300q", fmt.Sprint(x))
}

// equal compares two values of which either may be absent (nil).
func (c *comparison) equal(where string, ours, theirs any) {
	c.t.Helper()
	c.count(1)
	if ours != theirs {
		c.differ(where, ours, theirs)
	}
}

func (c *comparison) requests(ours, theirs *sent) {
	c.t.Helper()
	c.equal("method", ours.Method, theirs.Method)
	c.equal("host", ours.Host, theirs.Host)
	ourPath, ourQuery, _ := strings.Cut(ours.RequestURI, "?")
	theirPath, theirQuery, _ := strings.Cut(theirs.RequestURI, "?")
	c.equal("path", ourPath, theirPath)
	c.query(ourQuery, theirQuery)
	c.equal("framing", framing(ours), framing(theirs))
	document := c.filling.model.hasDocument(c.filling.model.Operations[c.operation].Input)
	c.headers(ours, theirs, document)
	if document && len(ours.body) > 0 && len(theirs.body) > 0 {
		c.documents(ours.body, theirs.body)
		return
	}
	c.equal("body", string(ours.body), string(theirs.body))
}

func framing(s *sent) any {
	if s.framed {
		return awsChunked
	}
	return nil
}

func (c *comparison) query(ours, theirs string) {
	c.t.Helper()
	a, err := url.ParseQuery(ours)
	require.NoError(c.t, err)
	b, err := url.ParseQuery(theirs)
	require.NoError(c.t, err)
	for name := range names(a, b) {
		c.equal("query "+name, joined(a[name]), joined(b[name]))
	}
}

// names are those of both maps.
func names(a, b map[string][]string) map[string][]string {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

func joined(values []string) any {
	if len(values) == 0 {
		return nil
	}
	return strings.Join(slices.Sorted(slices.Values(values)), "\x00")
}

// transient headers differ with each request or name the SDK.
var transient = []string{"User-Agent", "Authorization", "X-Amz-Date", "X-Amz-User-Agent", "Amz-Sdk-Request", "Amz-Sdk-Invocation-Id"}

func (c *comparison) headers(ours, theirs *sent, document bool) {
	c.t.Helper()
	for _, s := range []*sent{ours, theirs} {
		s.Header.Set("Content-Length", strconv.FormatInt(s.ContentLength, 10))
		if len(s.TransferEncoding) > 0 {
			s.Header["Transfer-Encoding"] = s.TransferEncoding
		}
		for name, values := range s.Header {
			// A checksum of the client's own must be right, explained or not.
			want := digestHeader(name, s.body)
			if name == contentHash && len(values[0]) == 64 {
				want = fmt.Sprintf("%x", sha256.Sum256(s.body))
			}
			if want != "" && !c.gives(name) {
				require.Equal(c.t, []string{want}, values, "%s: %s", c.operation, name)
			}
		}
		// Documents are compared as trees; one may be longer than the other.
		if document {
			delete(s.Header, "Content-Length")
		}
	}
	c.equal("any checksum", hasDigest(ours), hasDigest(theirs))
	for name := range names(ours.Header, theirs.Header) {
		if !slices.Contains(transient, name) {
			c.header(name, ours.Header[name], theirs.Header[name], document)
		}
	}
}

// hasDigest: the server can tell whether the body arrived as it was sent.
func hasDigest(s *sent) bool {
	for name := range s.Header {
		if digestHeader(name, nil) != "" {
			return true
		}
	}
	return false
}

// gives: the header is the caller's.
func (c *comparison) gives(header string) bool {
	for name := range c.given {
		if strings.EqualFold(name, strings.ReplaceAll(strings.TrimPrefix(header, "X-Amz-"), "-", "")) {
			return true
		}
	}
	return false
}

// header compares one. What depends on the bytes of a document is checked by itself.
func (c *comparison) header(name string, ours, theirs []string, document bool) {
	c.t.Helper()
	a, b := strings.Join(ours, ","), strings.Join(theirs, ",")
	switch {
	case document && a != "" && b != "" && (digestHeader(name, nil) != "" || bothHashes(name, a, b)):
		c.count(1)
	case sameInstant(a, b):
		c.equal("time", a, b)
	case strings.HasPrefix(name, "X-Amz-Meta-") && encodesWord(a, b):
		c.equal("metadata beyond ASCII", a, b)
	case a == b:
		c.equal("header lines", len(ours), len(theirs))
	default:
		c.equal("header "+name, orNil(a), orNil(b))
	}
}

// encodesWord: a is b as an encoded word of RFC 2047, of text that ASCII can't hold.
func encodesWord(a, b string) bool {
	text, err := new(mime.WordDecoder).DecodeHeader(a)
	return err == nil && a != b && text == b
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// bothHashes: both signed their documents, and not the same bytes.
func bothHashes(name, ours, theirs string) bool {
	return name == contentHash && len(ours) == 64 && len(theirs) == 64
}

const (
	awsChunked  = "aws-chunked"
	encoding    = "Content-Encoding"
	contentHash = "X-Amz-Content-Sha256"
)

// unframe takes the aws-chunked framing off a body.
func (s *sent) unframe() error {
	own, ok := strings.CutPrefix(s.Header.Get(encoding), awsChunked)
	if !ok {
		return nil
	}
	s.framed = true
	if own = strings.TrimPrefix(own, ","); own != "" {
		s.Header.Set(encoding, own)
	} else {
		s.Header.Del(encoding)
	}
	var body []byte
	r := bufio.NewReader(bytes.NewReader(s.body))
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 32)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		chunk := make([]byte, n+2)
		if _, err := io.ReadFull(r, chunk); err != nil {
			return err
		}
		body = append(body, chunk[:n]...)
	}
	trailers, err := http.ReadRequest(bufio.NewReader(io.MultiReader(strings.NewReader("GET / HTTP/1.1\r\nHost: x\r\n"), r)))
	if err != nil {
		return err
	}
	if length := s.Header.Get("X-Amz-Decoded-Content-Length"); length != strconv.Itoa(len(body)) {
		return errors.New("the decoded length is not " + length)
	}
	for _, name := range s.Header.Values("X-Amz-Trailer") {
		if trailers.Header.Get(name) == "" {
			return errors.New("no trailer " + name)
		}
	}
	s.Header.Del("X-Amz-Decoded-Content-Length")
	s.Header.Del("X-Amz-Trailer")
	maps.Copy(s.Header, trailers.Header)
	if s.Header.Get(contentHash) == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" {
		s.Header.Set(contentHash, "UNSIGNED-PAYLOAD")
	}
	s.body, s.ContentLength = body, int64(len(body))
	return nil
}
