package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What Params.PayloadHash and the header X-Amz-Content-Sha256 may say instead
// of the SHA-256 of the body. ("Authenticating Requests: Using the
// Authorization Header" in the S3 API reference.)
const (
	// UnsignedPayload leaves the body out of the signature. TLS has to protect it.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
	// EmptyPayload is the SHA-256 of no bytes, in hexadecimal.
	EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// StreamingPayload announces aws-chunked with a signature on each chunk.
	StreamingPayload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	// StreamingPayloadTrailer announces the same with a signed trailer.
	StreamingPayloadTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	// StreamingUnsignedPayloadTrailer announces aws-chunked without signatures
	// and with a trailer.
	StreamingUnsignedPayloadTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeLength = len("20060102T150405Z")
)

// ErrNoCredentials says that there is nothing to sign with: Params.Credentials
// lack the access key ID or the secret. Test for it with errors.Is.
var ErrNoCredentials = errors.New("sigv4: credentials have no access key or no secret")

// Options choose how a Signer signs. The zero value is S3.
type Options struct {
	// Service is the service's name in the credential scope. Default: "s3".
	Service string
	// Generic signs for services other than S3: the path is normalised and
	// encoded twice, and X-Amz-Content-Sha256 is not sent unless the request
	// has that header or Params.SignHeaders names it.
	Generic bool
}

// Signer signs requests. It is safe for concurrent use. It keeps up to 64
// derived keys, one per secret, day, region and service, the oldest giving way.
type Signer struct {
	service string

	normalize   bool // dot segments and double slashes leave the path
	encodeAgain bool // the path is encoded on top of what is on the wire
	sendHash    bool // X-Amz-Content-Sha256 goes with every request

	keys    keyCache
	scratch sync.Pool // of *scratch
}

// NewSigner makes a Signer.
func NewSigner(o Options) *Signer {
	s := &Signer{
		service:     o.Service,
		normalize:   o.Generic,
		encodeAgain: o.Generic,
		sendHash:    !o.Generic,
	}
	if s.service == "" {
		s.service = "s3"
	}
	s.scratch.New = func() any { return new(scratch) }
	return s
}

// String names the service. A Signer prints no key it has derived.
func (s *Signer) String() string { return "sigv4.Signer(" + s.service + ")" }

// GoString is String, for %#v.
func (s *Signer) GoString() string { return s.String() }

// Format writes String for every verb.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// Params are what a signature is made with, besides the request.
type Params struct {
	// Credentials sign the request. Required.
	Credentials Credentials
	// Region is the region in the credential scope. Required; servers that know
	// no regions take "us-east-1".
	Region string
	// Time is the time of signing. Zero: now. Servers refuse a request whose
	// time is more than 15 minutes off theirs.
	Time time.Time
	// PayloadHash is the body's SHA-256 in lower-case hexadecimal or one of the
	// constants. Default: EmptyPayload for a request without a body; for one
	// with a body UnsignedPayload in S3 mode and an error otherwise. A presigned
	// S3 URL has UnsignedPayload by default, with or without a body.
	PayloadHash string
	// SignHeaders names further headers to sign, such as "Range". Those that the
	// request does not have are passed over, and so are those that are never
	// signed (see the package documentation).
	SignHeaders []string
}

// Signature is the signature of a request's headers, and all that the
// signatures of its chunks need. The zero value is no signature. It prints
// without the signature and the key.
type Signature struct {
	hex   [2 * sha256.Size]byte
	key   [sha256.Size]byte
	time  [timeLength]byte
	scope string
}

// Hex is the signature in hexadecimal; empty for the zero Signature.
func (s Signature) Hex() string {
	if s.scope == "" {
		return ""
	}
	return string(s.hex[:])
}

// String shows the scope (date, region, service), nothing secret.
func (s Signature) String() string { return "sigv4.Signature(" + s.scope + ")" }

// GoString is String, for %#v.
func (s Signature) GoString() string { return s.String() }

// Format writes String for every verb.
func (s Signature) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is String, for slog.
func (s Signature) LogValue() slog.Value { return slog.StringValue(s.String()) }

// scratch is the memory that one signature is built in.
type scratch struct {
	canonical []byte // the canonical request, then other texts
	names     []byte // the signed headers' names
	text      []byte // string to sign, then what is handed out
	params    []byte // query parameters, unsorted
	pairs     []pair
	headers   []header

	pathAt, queryAt, queryEnd int // where canonical has the path and the query
}

func (s *Signer) acquire() *scratch { return s.scratch.Get().(*scratch) }

// maxScratch keeps one enormous request from staying in memory.
const maxScratch = 64 << 10

func (s *Signer) release(m *scratch) {
	clear(m.headers) // they hold the caller's strings
	if cap(m.canonical)+cap(m.names)+cap(m.text)+cap(m.params) > maxScratch {
		return
	}
	m.canonical, m.names, m.text, m.params = m.canonical[:0], m.names[:0], m.text[:0], m.params[:0]
	m.pairs, m.headers = m.pairs[:0], m.headers[:0]
	s.scratch.Put(m)
}

// SignHTTP signs r and sets Authorization, X-Amz-Date, X-Amz-Security-Token (or
// removes it when there is no token) and, in S3 mode, X-Amz-Content-Sha256. It
// neither reads nor changes the body. Sign after every other header is set, and
// again for each attempt.
//
// The path that is signed is r.URL.EscapedPath, the query r.URL.RawQuery. A '+'
// in the query means a space; since servers disagree about that, r.URL is
// replaced by a copy whose query says %20.
//
// On an error r is as it was. ErrNoCredentials says that there are no keys; the
// other errors are the caller's mistakes: a missing region or host, a query that
// can't be parsed, a header value with a line break.
func (s *Signer) SignHTTP(r *http.Request, p Params) (Signature, error) {
	m := s.acquire()
	defer s.release(m)
	return s.signHTTP(m, r, p)
}

func (s *Signer) signHTTP(m *scratch, r *http.Request, p Params) (Signature, error) {
	hash, err := s.check(r, p, p.PayloadHash)
	if err != nil {
		return Signature{}, err
	}
	sig := Signature{}
	if sig.time, err = formatTime(p.Time); err != nil {
		return Signature{}, err
	}
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if err := checkHost(host); err != nil {
		return Signature{}, err
	}

	// The new values share one array, and are set once nothing can fail.
	values := make([]string, 4)
	values[0] = string(sig.time[:])
	values[1] = p.Credentials.SessionToken
	values[2] = hash
	sendHash := s.sendHash || isAsked(headerContentSHA256, p.SignHeaders) || hasHeader(r.Header, headerContentSHA256)

	m.addHeader("host", withoutZone(host))
	m.addHeader(headerDate, values[0])
	if values[1] != "" {
		m.addHeader(headerToken, values[1])
	}
	if sendHash {
		m.addHeader(headerContentSHA256, values[2])
	}
	if err := m.gatherHeaders(r, p.SignHeaders); err != nil {
		return Signature{}, err
	}
	m.sortHeaders()
	query := r.URL.RawQuery
	if query != "" && !canonicalQuery(query) {
		if err := m.addQuery(query, nil); err != nil {
			return Signature{}, err
		}
		query = ""
	}
	if err := s.buildCanonical(m, r, query, hash); err != nil {
		return Signature{}, err
	}
	s.sign(m, &sig, p)

	m.text = append(m.text[:0], algorithm+" Credential="...)
	m.text = append(append(m.text, p.Credentials.AccessKeyID...), '/')
	scope := len(m.text)
	m.text = s.appendScope(m.text, &sig, p.Region)
	scopeEnd := len(m.text)
	m.text = append(append(m.text, ", SignedHeaders="...), m.names...)
	m.text = append(append(m.text, ", Signature="...), sig.hex[:]...)
	values[3] = string(m.text)
	sig.scope = values[3][scope:scopeEnd]

	if r.Header == nil {
		r.Header = make(http.Header, 4)
	}
	dropVariants(r.Header)
	r.Header[headerDate] = values[0:1:1]
	if values[1] != "" {
		r.Header[headerToken] = values[1:2:2]
	} else {
		delete(r.Header, headerToken)
	}
	if sendHash {
		r.Header[headerContentSHA256] = values[2:3:3]
	}
	r.Header[headerAuthorization] = values[3:4:4]
	if strings.IndexByte(r.URL.RawQuery, '+') >= 0 {
		u := *r.URL
		u.RawQuery = strings.ReplaceAll(u.RawQuery, "+", "%20")
		r.URL = &u
	}
	return sig, nil
}

// check refuses what can't be signed, and settles the payload hash.
func (s *Signer) check(r *http.Request, p Params, hash string) (string, error) {
	if r == nil || r.URL == nil {
		return "", errors.New("sigv4: request has no URL")
	}
	if r.URL.Opaque != "" {
		return "", errors.New("sigv4: opaque URL can't be signed")
	}
	if err := p.check(); err != nil {
		return "", err
	}
	switch {
	case hash == "" && (r.Body == nil || r.Body == http.NoBody):
		hash = EmptyPayload
	case hash == "" && s.sendHash:
		hash = UnsignedPayload
	case hash == "":
		return "", errors.New("sigv4: request with a body needs a payload hash")
	}
	if !validPayloadHash(hash) {
		return "", errors.New("sigv4: payload hash is neither a SHA-256 in lower-case hexadecimal nor a known constant")
	}
	return hash, nil
}

func (p Params) check() error {
	switch {
	case !p.Credentials.HasKeys():
		return ErrNoCredentials
	case p.Region == "":
		return errors.New("sigv4: region is empty")
	case !plain(p.Region) || strings.IndexByte(p.Region, '/') >= 0:
		return errors.New("sigv4: region holds a character that no region has")
	case !plain(p.Credentials.AccessKeyID):
		// Mostly the line break at the end of a file that the key was read from.
		return errors.New("sigv4: access key holds a space, a control character or a byte that is not ASCII")
	case !plain(p.Credentials.SessionToken):
		return errors.New("sigv4: session token holds a space, a control character or a byte that is not ASCII")
	}
	return nil
}

// plain tells whether s is printable ASCII without spaces.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func validPayloadHash(hash string) bool {
	switch hash {
	case UnsignedPayload, StreamingPayload, StreamingPayloadTrailer, StreamingUnsignedPayloadTrailer:
		return true
	}
	if len(hash) != 2*sha256.Size {
		return false
	}
	for i := range len(hash) {
		if c := hash[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// buildCanonical builds the canonical request in m.canonical, from the sorted
// headers and from the query, which is either given in canonical form or has
// been gathered.
func (s *Signer) buildCanonical(m *scratch, r *http.Request, query, hash string) error {
	method := r.Method
	if method == "" {
		method = http.MethodGet // as net/http has it
	}
	var err error
	m.canonical = append(append(m.canonical[:0], method...), '\n')
	m.pathAt = len(m.canonical)
	if m.canonical, err = appendPath(m.canonical, r.URL.EscapedPath(), s.normalize, s.encodeAgain); err != nil {
		return err
	}
	m.canonical = append(m.canonical, '\n')
	m.queryAt = len(m.canonical)
	m.canonical = append(m.canonical, query...)
	m.canonical = m.appendPairs(m.canonical)
	m.queryEnd = len(m.canonical)
	m.canonical = append(m.canonical, '\n')
	if err := m.appendHeaders(); err != nil {
		return err
	}
	m.canonical = append(m.canonical, '\n')
	m.canonical = append(append(m.canonical, m.names...), '\n')
	m.canonical = append(m.canonical, hash...)
	return nil
}

// sign fills in the signature of m.canonical and its key.
func (s *Signer) sign(m *scratch, sig *Signature, p Params) {
	s.stringToSign(m, sig, p.Region)
	sig.key = s.key(p, sig.time)
	sum := hmacSHA256(sig.key[:], m.text)
	hex.Encode(sig.hex[:], sum[:])
}

// stringToSign writes the string to sign of m.canonical to m.text.
func (s *Signer) stringToSign(m *scratch, sig *Signature, region string) {
	m.text = append(append(m.text[:0], algorithm+"\n"...), sig.time[:]...)
	m.text = append(m.text, '\n')
	m.text = append(s.appendScope(m.text, sig, region), '\n')
	m.text = appendHashHex(m.text, m.canonical)
}

func (s *Signer) key(p Params, at [timeLength]byte) [sha256.Size]byte {
	return s.keys.get(keyID{
		secret: p.Credentials.SecretAccessKey, region: p.Region, service: s.service,
		date: [8]byte(at[:8]),
	})
}

func (s *Signer) appendScope(dst []byte, sig *Signature, region string) []byte {
	dst = append(append(dst, sig.time[:8]...), '/')
	dst = append(append(dst, region...), '/')
	dst = append(dst, s.service...)
	return append(dst, "/aws4_request"...)
}

// formatTime writes the time as ISO 8601 basic in UTC, 20060102T150405Z; the
// zero time means now.
func formatTime(t time.Time) (b [timeLength]byte, err error) {
	if t.IsZero() {
		t = time.Now()
	}
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	if year < 0 || year > 9999 {
		return b, errors.New("sigv4: time of signing is out of range")
	}
	two := func(i, v int) { b[i], b[i+1] = byte('0'+v/10), byte('0'+v%10) }
	two(0, year/100)
	two(2, year%100)
	two(4, int(month))
	two(6, day)
	b[8] = 'T'
	two(9, hour)
	two(11, minute)
	two(13, second)
	b[15] = 'Z'
	return b, nil
}

func hasHeader(h http.Header, name string) bool {
	for k, v := range h {
		if len(v) > 0 && strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}

// dropVariants removes the signer's own headers where they are spelled in
// another case: they would be sent beside the new ones.
func dropVariants(h http.Header) {
	for k := range h {
		if own(k) && k != headerDate && k != headerToken && k != headerContentSHA256 && k != headerAuthorization {
			delete(h, k)
		}
	}
}
