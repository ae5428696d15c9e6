package transfer

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/sigv4"
)

// server is an S3 in memory that takes nothing on trust: hashes, checksums, framing,
// part lists and conditions are verified, and what its profile's server would refuse is
// refused.
type server struct {
	profile s3.Profile
	url     string
	http    *http.Client

	// before may answer instead of the server; after may do so when the work is done,
	// as a connection that breaks in the wrong moment does.
	before, after func(*exchange) *reply
	// during runs while an UploadPart is being worked on.
	during func(*exchange)

	mu        sync.Mutex
	objects   map[string]*stored
	uploads   map[string]*pending
	exchanges []*exchange
	running   int
	peak      int
	begun     int
}

// exchange is a request that the server got.
type exchange struct {
	Op     string
	Path   string
	Query  map[string]string
	Header http.Header
	Body   []byte // decoded
	Framed bool
	// Trailer is what followed an aws-chunked body.
	Trailer http.Header
	Part    int
	// Attempt counts requests of the same operation and part, from 1.
	Attempt int
}

type stored struct {
	data     []byte
	etag     string
	header   http.Header
	checksum map[checksum.Algorithm]string
	kind     checksum.Type
}

type pending struct {
	path, algorithm, kind string
	header                http.Header
	parts                 map[int]stored
	initiated             time.Time
}

// reply is an answer; status 0 breaks the connection.
type reply struct {
	status int
	header http.Header
	body   string
}

func refusal(status int, code string) *reply {
	return &reply{status: status, body: "<Error><Code>" + code + "</Code><Message>as arranged</Message></Error>"}
}

var broken = &reply{}

func startServer(t testing.TB, p s3.Profile, secure bool) *server {
	t.Helper()
	s := &server{profile: p, objects: map[string]*stored{}, uploads: map[string]*pending{}}
	s.start(t, secure)
	return s
}

func (s *server) start(t testing.TB, secure bool) {
	h := httptest.NewUnstartedServer(s)
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that were dialled and not needed
	if secure {
		h.StartTLS()
	} else {
		h.Start()
	}
	s.url, s.http = h.URL, h.Client()
	t.Cleanup(func() {
		s.http.CloseIdleConnections()
		h.Close()
	})
}

// newClient makes a client of the real kind for the server. Its retries don't wait.
func (s *server) newClient(t testing.TB, fns ...func(*s3.Options)) *s3.Client {
	t.Helper()
	c, err := s3.New(s3.Options{
		Endpoint: s.url, Profile: s.profile, Addressing: s3.AddressingPath, HTTPClient: s.http,
		Credentials: sigv4.Static("AKIDEXAMPLE", "secret", ""), BaseDelay: 1, MaxDelay: 1,
	}, fns...)
	require.NoError(t, err)
	return c
}

// setBefore, setAfter and setDuring may be called while requests are under way.
func (s *server) setBefore(f func(*exchange) *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

func (s *server) setAfter(f func(*exchange) *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = f
}

func (s *server) setDuring(f func(*exchange)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.during = f
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &exchange{Path: r.URL.Path, Header: r.Header.Clone(), Query: map[string]string{}}
	for k := range r.URL.Query() {
		e.Query[k] = r.URL.Query().Get(k)
	}
	e.Op = operationOf(r)
	e.Part, _ = strconv.Atoi(e.Query["partNumber"])
	err := e.read(r)
	s.mu.Lock()
	e.Attempt = 1
	for _, old := range s.exchanges {
		if old.Op == e.Op && old.Part == e.Part && old.Path == e.Path {
			e.Attempt++
		}
	}
	s.exchanges = append(s.exchanges, e)
	if e.Op == "UploadPart" {
		s.running++
		s.peak = max(s.peak, s.running)
	}
	before, during, after := s.before, s.during, s.after
	s.mu.Unlock()

	var a *reply
	if before != nil {
		a = before(e)
	}
	if e.Op == "UploadPart" && during != nil {
		during(e)
	}
	switch {
	case a != nil:
	case err != nil:
		a = refusal(http.StatusBadRequest, "IncompleteBody")
	default:
		a = s.work(e)
		if after != nil {
			if instead := after(e); instead != nil {
				a = instead
			}
		}
	}
	if e.Op == "UploadPart" {
		s.mu.Lock()
		s.running--
		s.mu.Unlock()
	}
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.Header().Set("X-Amz-Request-Id", "req-"+strconv.Itoa(e.Attempt))
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func operationOf(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return "UploadPart"
	case r.Method == http.MethodPut:
		return "PutObject"
	case r.Method == http.MethodPost && q.Has("uploads"):
		return "CreateMultipartUpload"
	case r.Method == http.MethodPost:
		return "CompleteMultipartUpload"
	case r.Method == http.MethodDelete:
		return "AbortMultipartUpload"
	case r.Method == http.MethodHead:
		return "HeadObject"
	case q.Has("uploads"):
		return "ListMultipartUploads"
	}
	return "ListParts"
}

// read takes the body, out of its frames if there are any.
func (e *exchange) read(r *http.Request) (err error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		e.Body, err = io.ReadAll(r.Body)
		return err
	}
	e.Framed = true
	in := bufio.NewReader(r.Body)
	for {
		line, err := in.ReadString('\n')
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
		if _, err := io.ReadFull(in, chunk); err != nil {
			return err
		}
		e.Body = append(e.Body, chunk[:n]...)
	}
	if r.Header.Get("X-Amz-Decoded-Content-Length") != strconv.Itoa(len(e.Body)) {
		return errors.New("decoded length is wrong")
	}
	trailer, err := textproto.NewReader(in).ReadMIMEHeader()
	e.Trailer = http.Header(trailer)
	return err
}

// sent is the checksum that came with the body, in front of it or behind.
func (e *exchange) sent() (checksum.Algorithm, string) {
	for _, a := range []checksum.Algorithm{checksum.CRC32, checksum.CRC32C, checksum.CRC64NVME, checksum.SHA1, checksum.SHA256} {
		for _, h := range []http.Header{e.Header, e.Trailer} {
			if v := h.Get(checksum.Header(a)); v != "" {
				return a, v
			}
		}
	}
	return "", ""
}

// foreign is a header that the profile's server does not take, "" for none.
func (s *server) foreign(e *exchange) string {
	if e.Framed && !s.profile.AWSChunked {
		return "aws-chunked"
	}
	for name := range e.Header {
		lower := strings.ToLower(name)
		sums := strings.HasPrefix(lower, "x-amz-checksum") || lower == "x-amz-trailer" ||
			lower == "x-amz-sdk-checksum-algorithm" || lower == "x-amz-mp-object-size"
		if sums && len(s.profile.Checksums) == 0 {
			return name
		}
	}
	return ""
}

func (s *server) verifyBody(e *exchange) *reply {
	sum := sha256.Sum256(e.Body)
	if h := e.Header.Get("X-Amz-Content-Sha256"); len(h) == 64 && h != hex.EncodeToString(sum[:]) {
		return refusal(400, "XAmzContentSHA256Mismatch")
	}
	if h := e.Header.Get("Content-Md5"); h != "" && h != md5Base64(e.Body) {
		return refusal(400, "BadDigest")
	}
	if a, v := e.sent(); a != "" && v != sumOf(a, e.Body) {
		return refusal(400, "BadDigest")
	}
	return nil
}

func (s *server) work(e *exchange) *reply {
	if name := s.foreign(e); name != "" {
		return refusal(501, "NotImplemented"+name)
	}
	if e.Op == "PutObject" || e.Op == "UploadPart" {
		if bad := s.verifyBody(e); bad != nil {
			return bad
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := e.Query["uploadId"]
	up := s.uploads[id]
	if id != "" && up == nil {
		return refusal(404, "NoSuchUpload")
	}
	switch e.Op {
	case "PutObject":
		o := stored{data: e.Body, etag: quoted(hex.EncodeToString(md5Of(e.Body))), header: e.Header, kind: checksum.FullObject}
		h := http.Header{"Etag": {o.etag}}
		if a, v := e.sent(); a != "" {
			o.checksum = map[checksum.Algorithm]string{a: v}
			h.Set(checksum.Header(a), v)
			h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
		}
		s.objects[e.Path] = &o
		return &reply{status: 200, header: h}
	case "CreateMultipartUpload":
		s.begun++
		id := "upload-" + strconv.Itoa(s.begun)
		s.uploads[id] = &pending{
			path: e.Path, algorithm: e.Header.Get("X-Amz-Checksum-Algorithm"), kind: e.Header.Get("X-Amz-Checksum-Type"),
			header: e.Header, parts: map[int]stored{}, initiated: time.Now(),
		}
		return &reply{status: 200, body: "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>"}
	case "UploadPart":
		p := stored{data: e.Body, etag: quoted(hex.EncodeToString(md5Of(e.Body)))}
		h := http.Header{"Etag": {p.etag}}
		a, v := e.sent()
		if string(a) != up.algorithm {
			return refusal(400, "InvalidRequest")
		}
		if a != "" {
			p.checksum = map[checksum.Algorithm]string{a: v}
			h.Set(checksum.Header(a), v)
		}
		up.parts[e.Part] = p
		return &reply{status: 200, header: h}
	case "CompleteMultipartUpload":
		return s.complete(e, id, up)
	case "AbortMultipartUpload":
		delete(s.uploads, id)
		return &reply{status: 204}
	case "ListParts":
		return s.listParts(e, id, up)
	case "ListMultipartUploads":
		return s.listUploads(e)
	}
	return s.head(e)
}

func (s *server) head(e *exchange) *reply {
	o := s.objects[e.Path]
	if o == nil {
		return &reply{status: 404}
	}
	h := http.Header{"Etag": {o.etag}, "Content-Length": {strconv.Itoa(len(o.data))}}
	if e.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		for a, v := range o.checksum {
			h.Set(checksum.Header(a), v)
			h.Set("X-Amz-Checksum-Type", string(o.kind))
		}
	}
	return &reply{status: 200, header: h}
}

// completeDocument is the list of parts and, as xml.Name is left out, the answer too.
type completeDocument struct {
	Parts []struct {
		PartNumber                      int
		ETag                            string
		ChecksumCRC32, ChecksumCRC32C   string
		ChecksumCRC64NVME, ChecksumSHA1 string
		ChecksumSHA256                  string
		XMLName                         xml.Name `xml:"Part"`
	} `xml:"Part"`
}

func (s *server) complete(e *exchange, id string, up *pending) *reply {
	var doc completeDocument
	if err := xml.Unmarshal(e.Body, &doc); err != nil || len(doc.Parts) == 0 {
		return refusal(400, "MalformedXML")
	}
	if e.Header.Get("If-None-Match") == "*" && s.objects[e.Path] != nil {
		return refusal(412, "PreconditionFailed")
	}
	o := &stored{header: up.header}
	alg := checksum.Algorithm(up.algorithm)
	var combined *checksum.Combiner
	if alg != "" {
		combined, _ = checksum.NewCombiner(alg, checksum.Type(up.kind))
		o.kind = checksum.Type(up.kind)
	}
	h := md5.New()
	for i, p := range doc.Parts {
		part, ok := up.parts[p.PartNumber]
		switch {
		case p.PartNumber != i+1:
			return refusal(400, "InvalidPartOrder")
		case !ok || part.etag != p.ETag:
			return refusal(400, "InvalidPart")
		case int64(len(part.data)) < s.profile.MinPartSize && i < len(doc.Parts)-1:
			return refusal(400, "EntityTooSmall")
		}
		if alg != "" {
			claimed := map[checksum.Algorithm]string{
				checksum.CRC32: p.ChecksumCRC32, checksum.CRC32C: p.ChecksumCRC32C, checksum.CRC64NVME: p.ChecksumCRC64NVME,
				checksum.SHA1: p.ChecksumSHA1, checksum.SHA256: p.ChecksumSHA256,
			}[alg]
			if claimed != part.checksum[alg] {
				return refusal(400, "InvalidPart")
			}
			raw, _ := checksum.Decode(alg, claimed)
			_ = combined.Add(raw, int64(len(part.data)))
		}
		h.Write(md5Of(part.data))
		o.data = append(o.data, part.data...)
	}
	if size := e.Header.Get("X-Amz-Mp-Object-Size"); size != "" && size != strconv.Itoa(len(o.data)) {
		return refusal(400, "InvalidRequest")
	}
	o.etag = quoted(hex.EncodeToString(h.Sum(nil)) + "-" + strconv.Itoa(len(doc.Parts)))
	answer := "<CompleteMultipartUploadResult><Location>http://host" + e.Path + "</Location><ETag>" + o.etag + "</ETag>"
	if alg != "" {
		value := combined.String()
		if v := e.Header.Get(checksum.Header(alg)); v != value || e.Header.Get("X-Amz-Checksum-Type") != up.kind {
			return refusal(400, "BadDigest")
		}
		o.checksum = map[checksum.Algorithm]string{alg: value}
		answer += fmt.Sprintf("<Checksum%s>%s</Checksum%s><ChecksumType>%s</ChecksumType>", alg, value, alg, up.kind)
	}
	s.objects[e.Path] = o
	delete(s.uploads, id)
	return &reply{status: 200, body: answer + "</CompleteMultipartUploadResult>"}
}

// of returns the exchanges of an operation in the order of arrival.
func (s *server) of(op string) (found []*exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.exchanges {
		if e.Op == op {
			found = append(found, e)
		}
	}
	return found
}

// ops are the operations that were asked for, parts counted once, in order.
func (s *server) ops() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.exchanges {
		if e.Op != "UploadPart" || !slices.Contains(names, e.Op) {
			names = append(names, e.Op)
		}
	}
	return names
}

// object is what is stored under the path, nil for nothing.
func (s *server) object(path string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.objects[path]; o != nil {
		return append([]byte{}, o.data...)
	}
	return nil
}

// put stores an object of somebody else's.
func (s *server) put(path string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[path] = &stored{data: data, etag: quoted(hex.EncodeToString(md5Of(data)))}
}

// open is the number of uploads that are neither completed nor aborted.
func (s *server) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.uploads)
}

func quoted(s string) string { return `"` + s + `"` }

func md5Of(b []byte) []byte {
	sum := md5.Sum(b)
	return sum[:]
}

func md5Base64(b []byte) string { return base64.StdEncoding.EncodeToString(md5Of(b)) }

func sumOf(a checksum.Algorithm, b []byte) string {
	h, err := checksum.New(a)
	if err != nil {
		return err.Error()
	}
	h.Write(b)
	return checksum.Encode(h.Sum(nil))
}

// pattern is content in which no two parts are alike.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>15)
	}
	return b
}

// plain hides everything but Read.
func plainReader(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} }

// partSize of the tests' uploads: real servers' least size would make them slow.
const partSize = 16 << 10

// small lets a profile take parts of partSize.
func small(p s3.Profile) s3.Profile {
	p.MinPartSize = 1 << 10
	p.ConditionalWrites = s3.AWS().ConditionalWrites // the server here honours them all
	return p
}

func newManager(t testing.TB, c Client, fns ...func(*Options)) *Manager {
	t.Helper()
	up, err := NewManager(c, append([]func(*Options){func(o *Options) { o.PartSize = partSize }}, fns...)...)
	require.NoError(t, err)
	up.settle = 0
	return up
}

func input(body io.Reader) *s3.PutObjectInput {
	return &s3.PutObjectInput{Bucket: "bucket", Key: "some/key", Body: body}
}

const objectPath = "/bucket/some/key"
