package transfer

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/stowage-go/stowage/swift"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a Swift in memory, which takes nothing on trust: ETags of segments, of bodies and
// conditions are verified, and tokens too.
type server struct {
	profile swift.Profile
	info    string // of /info; empty: 404

	// before may answer instead of the server; after may do so when the work is done, as
	// a connection that breaks in the wrong moment does.
	before, after func(*request) *answer
	// unlisted hides an object from listings, which lag behind.
	unlisted func(name string) bool

	mu         sync.Mutex
	clock      time.Time
	containers map[string]*container
	requests   []*request
	running    int
	peak       int
	token      int
	logins     int
}

type container struct {
	header  http.Header
	objects map[string]*object
}

type object struct {
	body     []byte
	etag     string
	header   http.Header
	modified time.Time
	manifest []entry // of an SLO
	version  string
}

// entry is a segment of a stored manifest.
type entry struct {
	Name    string `json:"name,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"`
	Hash    string `json:"hash,omitempty"`
	Range   string `json:"range,omitempty"`
	SubSLO  bool   `json:"sub_slo,omitempty"`
	Content []byte `json:"data,omitempty"`
}

// request is one that the server got.
type request struct {
	Method, Container, Object string
	Query                     url.Values
	Header                    http.Header
	Body                      []byte
	ctx                       context.Context
}

// is reports what a request is: "PUT c/o", with a suffix of the object's name allowed.
func (r *request) is(method, container, suffix string) bool {
	return r.Method == method && r.Container == container && strings.HasSuffix(r.Object, suffix)
}

// answer is an answer, or a connection that broke.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func say(status int, body string) *answer {
	return &answer{status: status, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte(body)}
}

const sloInfo = `{"swift":{"max_file_size":5368709122,"max_object_name_length":1024},"slo":{"max_manifest_segments":1000,"max_manifest_size":8388608,"min_segment_size":1}}`

func newServer(p swift.Profile) *server {
	s := &server{
		profile: p, info: sloInfo, token: 1, clock: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
		containers: map[string]*container{},
	}
	s.make("c")
	return s
}

func (s *server) make(name string) *container {
	c := &container{header: http.Header{"X-Storage-Policy": {"gold"}}, objects: map[string]*object{}}
	s.containers[name] = c
	return c
}

// Authenticate and Invalidate make the server its own swift.Authenticator.
func (s *server) Authenticate(context.Context) (token, storageURL string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "token-" + strconv.Itoa(s.logins), "http://swift.example.com/v1/AUTH_a", nil
}

func (s *server) Invalidate(string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins = s.token
}

// revoke ends all tokens.
func (s *server) revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token++
}

func (s *server) client(t *testing.T, fns ...func(*swift.Options)) *swift.Client {
	t.Helper()
	s.logins = s.token
	c, err := swift.New(swift.Options{
		Auth: s, Profile: s.profile, HTTPClient: &http.Client{Transport: s}, MaxAttempts: -1, BaseDelay: time.Nanosecond, RetryBudget: -1,
	}, fns...)
	require.NoError(t, err)
	return c
}

func (s *server) uploader(t *testing.T, fns ...func(*Options)) *Uploader {
	t.Helper()
	u, err := NewUploader(s.client(t), append([]func(*Options){func(o *Options) { o.PartSize, o.Threshold = 10, -1 }}, fns...)...)
	require.NoError(t, err)
	u.pause = time.Microsecond
	u.now = func() time.Time { return s.clock }
	return u
}

// RoundTrip implements http.RoundTripper.
func (s *server) RoundTrip(hr *http.Request) (*http.Response, error) {
	r := &request{Method: hr.Method, Query: hr.URL.Query(), Header: hr.Header.Clone(), ctx: hr.Context()}
	path := strings.TrimPrefix(hr.URL.Path, "/v1/AUTH_a")
	r.Container, r.Object, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if hr.URL.Path == "/info" {
		r.Container = "/info"
	}
	if hr.Body != nil {
		var err error
		r.Body, err = io.ReadAll(hr.Body)
		hr.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	if err := hr.Context().Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.running++
	s.peak = max(s.peak, s.running)
	s.mu.Unlock()
	a := s.answer(r)
	s.mu.Lock()
	s.running--
	s.mu.Unlock()
	if err := hr.Context().Err(); err != nil {
		return nil, err
	}
	if a.err != nil {
		return nil, a.err
	}
	if a.header == nil {
		a.header = http.Header{}
	}
	length := int64(len(a.body))
	if hr.Method == http.MethodHead {
		if n, err := strconv.ParseInt(a.header.Get("Content-Length"), 10, 64); err == nil {
			length = n
		}
		a.body = nil
	}
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: length, Request: hr,
	}, nil
}

// setBefore and setAfter may be called while requests are under way.
func (s *server) setBefore(f func(*request) *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

func (s *server) setAfter(f func(*request) *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = f
}

func (s *server) answer(r *request) *answer {
	s.mu.Lock()
	before, after := s.before, s.after
	s.mu.Unlock()
	if before != nil {
		if a := before(r); a != nil {
			return a
		}
	}
	a := s.serve(r)
	if after != nil {
		if b := after(r); b != nil {
			return b
		}
	}
	return a
}

func (s *server) serve(r *request) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(time.Second)
	if r.Container == "/info" {
		if s.info == "" {
			return say(404, "")
		}
		return &answer{status: 200, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(s.info)}
	}
	if r.Header.Get("X-Auth-Token") != "token-"+strconv.Itoa(s.token) {
		return say(401, "")
	}
	c := s.containers[r.Container]
	if r.Object == "" {
		return s.serveContainer(r, c)
	}
	if c == nil {
		return say(404, "no container")
	}
	o := c.objects[r.Object]
	if v := r.Query.Get("version-id"); v != "" {
		o = c.objects[r.Object+"?"+v]
	}
	switch {
	case r.Method == http.MethodPut:
		return s.put(r, c, o)
	case o == nil && r.Query.Get("multipart-manifest") != "delete":
		return say(404, "")
	case r.Method == http.MethodDelete:
		delete(c.objects, r.Object)
		return say(204, "")
	}
	return s.get(r, o)
}

func (s *server) serveContainer(r *request, c *container) *answer {
	switch {
	case r.Method == http.MethodPut:
		if c == nil {
			c = s.make(r.Container)
			c.header.Set("X-Storage-Policy", r.Header.Get("X-Storage-Policy"))
		}
		return say(201, "")
	case c == nil:
		return say(404, "")
	case r.Method == http.MethodHead:
		return &answer{status: 204, header: c.header.Clone()}
	}
	type listed struct {
		Name         string `json:"name"`
		Bytes        int    `json:"bytes"`
		Hash         string `json:"hash"`
		LastModified string `json:"last_modified"`
		VersionID    string `json:"version_id,omitempty"`
	}
	list := []listed{}
	for _, name := range slices.Sorted(maps.Keys(c.objects)) {
		o := c.objects[name]
		plain, _, _ := strings.Cut(name, "?")
		if !strings.HasPrefix(name, r.Query.Get("prefix")) || plain <= r.Query.Get("marker") || s.unlisted != nil && s.unlisted(name) {
			continue
		}
		if r.Query.Get("versions") == "" && name != plain {
			continue
		}
		list = append(list, listed{plain, len(o.body), o.etag, o.modified.Format("2006-01-02T15:04:05.000000"), o.version})
	}
	b, _ := json.Marshal(list)
	return &answer{status: 200, header: http.Header{"Content-Type": {"application/json"}}, body: b}
}

func sum(b []byte) string {
	h := md5.Sum(b)
	return hex.EncodeToString(h[:])
}

func (s *server) put(r *request, c *container, o *object) *answer {
	if r.Header.Get("If-None-Match") == "*" && o != nil {
		return say(412, "")
	}
	n := &object{body: r.Body, etag: sum(r.Body), header: http.Header{}, modified: s.clock}
	for k, v := range r.Header {
		if strings.HasPrefix(k, "X-Object-") || strings.HasPrefix(k, "X-Delete-") || strings.HasPrefix(k, "Content-") {
			n.header[k] = v
		}
	}
	if r.Query.Get("multipart-manifest") == "put" {
		return s.putManifest(r, c, n)
	}
	if e := r.Header.Get("Etag"); e != "" && e != n.etag {
		return say(422, "")
	}
	c.objects[r.Object] = n
	return &answer{status: 201, header: http.Header{"Etag": {n.etag}, "Last-Modified": {n.modified.Format(http.TimeFormat)}}}
}

func (s *server) lookup(path string) *object {
	container, name, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if c := s.containers[container]; c != nil {
		return c.objects[name]
	}
	return nil
}

func (s *server) putManifest(r *request, c *container, n *object) *answer {
	var segments []struct {
		Path  string `json:"path"`
		ETag  string `json:"etag"`
		Size  int64  `json:"size_bytes"`
		Range string `json:"range"`
		Data  []byte `json:"data"`
	}
	if err := json.Unmarshal(r.Body, &segments); err != nil {
		return say(400, "Manifest must be valid JSON.")
	}
	var problems [][2]string
	etags := ""
	n.body, n.manifest = nil, []entry{}
	for _, g := range segments {
		if len(g.Data) > 0 {
			n.manifest = append(n.manifest, entry{Content: g.Data})
			n.body = append(n.body, g.Data...)
			etags += sum(g.Data)
			continue
		}
		o := s.lookup(g.Path)
		switch {
		case o == nil:
			problems = append(problems, [2]string{"/" + url.PathEscape(g.Path), "404 Not Found"})
			continue
		case g.Size != 0 && g.Size != int64(len(o.body)):
			problems = append(problems, [2]string{url.PathEscape(g.Path), "Size Mismatch"})
			continue
		case s.profile.SegmentETags && g.ETag != "" && g.ETag != o.etag:
			problems = append(problems, [2]string{url.PathEscape(g.Path), "Etag Mismatch"})
			continue
		}
		e := entry{Name: "/" + g.Path, Bytes: int64(len(o.body)), Hash: o.etag, Range: g.Range, SubSLO: o.manifest != nil}
		part := o.body
		if g.Range != "" {
			var from, to int
			_, _ = fmt.Sscanf(g.Range, "%d-%d", &from, &to)
			part = part[from : to+1]
		}
		n.manifest = append(n.manifest, e)
		n.body = append(n.body, part...)
		etags += o.etag
	}
	if len(segments) > 1000 {
		return say(413, "")
	}
	n.etag = sum([]byte(etags))
	n.header.Set("X-Static-Large-Object", "True")
	status := 201
	report := map[string]any{"Response Status": "201 Created", "Etag": `"` + n.etag + `"`, "Last Modified": n.modified.Format(http.TimeFormat), "Errors": [][2]string{}}
	if len(problems) > 0 {
		status = 400
		report = map[string]any{"Response Status": "400 Bad Request", "Response Body": "Bad Request", "Errors": problems}
	} else {
		c.objects[r.Object] = n
	}
	b, _ := json.Marshal(report)
	if r.Query.Get("heartbeat") == "on" && s.profile.SegmentETags {
		return &answer{status: 202, header: http.Header{"Content-Type": {"application/json"}}, body: append([]byte(" \r\n\r\n"), b...)}
	}
	if status == 400 {
		return &answer{status: 400, header: http.Header{"Content-Type": {"application/json"}}, body: b}
	}
	return &answer{status: 201, header: http.Header{"Etag": {`"` + n.etag + `"`}, "Last-Modified": {n.modified.Format(http.TimeFormat)}}}
}

// content of an object as GET answers it, and its ETag.
func (s *server) content(o *object) (body []byte, etag string, ok bool) {
	if m := o.header.Get("X-Object-Manifest"); m != "" {
		path, _ := url.PathUnescape(m)
		container, prefix, _ := strings.Cut(path, "/")
		etags := ""
		if c := s.containers[container]; c != nil {
			for _, name := range slices.Sorted(maps.Keys(c.objects)) {
				if strings.HasPrefix(name, prefix) {
					body = append(body, c.objects[name].body...)
					etags += c.objects[name].etag
				}
			}
		}
		return body, `"` + sum([]byte(etags)) + `"`, true
	}
	for _, e := range o.manifest {
		if e.Name == "" {
			continue
		}
		if g := s.lookup(e.Name); g == nil || g.etag != e.Hash {
			return nil, "", false
		}
	}
	if o.manifest != nil {
		return o.body, `"` + o.etag + `"`, true
	}
	return o.body, o.etag, true
}

func (s *server) get(r *request, o *object) *answer {
	h := o.header.Clone()
	h.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	if r.Query.Get("multipart-manifest") == "get" && o.manifest != nil {
		b, _ := json.Marshal(o.manifest)
		h.Set("Etag", sum(b))
		h.Set("Content-Type", "application/json")
		h.Del("Content-Length")
		return &answer{status: 200, header: h, body: b}
	}
	body, etag, ok := s.content(o)
	if r.Method == http.MethodHead && !ok {
		body, etag = o.body, `"`+o.etag+`"`
	} else if !ok {
		return say(409, "a segment has changed")
	}
	h.Set("Etag", etag)
	if m := r.Header.Get("If-Match"); m != "" && strings.Trim(m, `"`) != strings.Trim(etag, `"`) {
		return say(412, "")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if spec := r.Header.Get("Range"); spec != "" {
		var from, to int
		if _, err := fmt.Sscanf(spec, "bytes=%d-%d", &from, &to); err != nil || from >= len(body) {
			return say(416, "")
		}
		to = min(to, len(body)-1)
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(body)))
		h.Del("Content-Length")
		return &answer{status: 206, header: h, body: body[from : to+1]}
	}
	return &answer{status: 200, header: h, body: body}
}

// names are the objects of a container.
func (s *server) names(container string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.containers[container]; c != nil {
		return slices.Sorted(maps.Keys(c.objects))
	}
	return nil
}

// body is the content of an object.
func (s *server) body(t *testing.T, container, name string) []byte {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.containers[container].objects[name]
	require.NotNil(t, o, name)
	b, _, ok := s.content(o)
	require.True(t, ok)
	return b
}

// count is how many requests there were of the kind.
func (s *server) count(method, container, suffix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if r.is(method, container, suffix) {
			n++
		}
	}
	return n
}

// data is n bytes of which no two runs of ten are alike.
func data(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i/251*13)
	}
	return b
}

func put(body io.Reader) *swift.CreateObjectInput {
	return &swift.CreateObjectInput{Container: "c", Object: "o", Body: body}
}

// plain hides everything of a reader but Read.
type plain struct{ io.Reader }

// failingAuth can't log in.
type failingAuth struct {
	err   error
	asked interface{ Add(int64) int64 }
}

func (a failingAuth) Authenticate(context.Context) (token, storageURL string, err error) {
	a.asked.Add(1)
	return "", "", a.err
}

func (failingAuth) Invalidate(string) {}
