package transfer

import (
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/s3"
)

// copyServer is a server that copies, too, and tells of its objects all that was stored
// with them.
type copyServer struct {
	*server

	// mostCopied bounds one CopyObject.
	mostCopied int
	// overlooksMatch: x-amz-copy-source-if-match means nothing to it.
	overlooksMatch bool
	// overlooksRange: each part is the whole source.
	overlooksRange bool
	// otherETags: no condition on the source's ETag holds, right or wrong.
	otherETags bool
	// forgetsTags: an object in parts has none.
	forgetsTags bool
	// silent: UploadPartCopy tells no checksums.
	silent bool
	// versions are those that are no longer current, by their id; version is the current
	// one's.
	versions map[string]*stored
	version  string
	// acl is the answer to GetObjectAcl.
	acl string
	// instead may answer in place of the server: the operation, its part, the attempt.
	instead func(op string, part, attempt int) *reply
	// onPart runs when a part is to be copied, before it is.
	onPart func(part int)

	seen []string // operations of copies and reads, as they came
	got  map[string]http.Header
	runs map[string]int
}

func startCopyServer(t testing.TB, p s3.Profile, secure bool) *copyServer {
	t.Helper()
	s := newCopyServer(p)
	h := httptest.NewUnstartedServer(s)
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
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
	return s
}

func newCopyServer(p s3.Profile) *copyServer {
	return &copyServer{
		server:     &server{profile: p, objects: map[string]*stored{}, uploads: map[string]*pending{}},
		mostCopied: 4 * partSize, versions: map[string]*stored{}, got: map[string]http.Header{}, runs: map[string]int{},
	}
}

// add stores an object, with the headers of the PutObject that brought it.
func (s *copyServer) add(path string, data []byte, header map[string]string) *stored {
	o := &stored{data: data, etag: quoted(hex.EncodeToString(md5Of(data))), header: http.Header{}}
	for k, v := range header {
		o.header.Set(k, v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[path] = o
	return o
}

func (s *copyServer) header(path, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[path].header.Get(name)
}

func (s *copyServer) count(op string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.seen {
		if o == op {
			n++
		}
	}
	return n
}

func (s *copyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := copyOperation(r)
	part, _ := strconv.Atoi(r.URL.Query().Get("partNumber"))
	s.mu.Lock()
	s.seen = append(s.seen, op)
	s.got[op] = r.Header.Clone()
	s.runs[op+strconv.Itoa(part)]++
	attempt := s.runs[op+strconv.Itoa(part)]
	s.mu.Unlock()
	if op == "CreateMultipartUpload" && s.forgetsTags {
		r.Header.Del("X-Amz-Tagging")
	}
	if s.onPart != nil && op == "UploadPartCopy" {
		s.onPart(part)
	}
	var a *reply
	if s.instead != nil {
		a = s.instead(op, part, attempt)
	}
	if a == nil {
		s.mu.Lock()
		switch op {
		case "CopyObject":
			a = s.copyObject(r)
		case "UploadPartCopy":
			a = s.copyPart(r, part)
		case "HeadObject", "GetObject":
			a = s.read(r)
		case "GetObjectTagging":
			a = s.tagging(r)
		case "PutObjectTagging":
			a = s.tag(r)
		case "GetObjectAcl":
			a = &reply{status: 200, body: s.acl}
		}
		s.mu.Unlock()
	}
	switch {
	case a == nil:
		s.server.ServeHTTP(w, r)
		return
	case a.status == 0:
		panic(http.ErrAbortHandler)
	}
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, a.body)
	}
}

func copyOperation(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case r.Header.Get("X-Amz-Copy-Source") != "" && q.Has("partNumber"):
		return "UploadPartCopy"
	case r.Header.Get("X-Amz-Copy-Source") != "":
		return "CopyObject"
	case r.Method == http.MethodPut && q.Has("tagging"):
		return "PutObjectTagging"
	case q.Has("tagging"):
		return "GetObjectTagging"
	case r.Method == http.MethodGet && q.Has("acl"):
		return "GetObjectAcl"
	case r.Method == http.MethodGet && !q.Has("uploadId"):
		return "GetObject"
	}
	return operationOf(r)
}

// find is the object of a path and a version, or what to answer in its place. prefix is
// that of its conditions and its customer key.
func (s *copyServer) find(path, version, prefix string, h http.Header) (*stored, *reply) {
	o := s.objects[path]
	if version != "" && version != s.version {
		o = s.versions[version]
	}
	if o == nil {
		return nil, refusal(404, "NoSuchKey")
	}
	match := h.Get(prefix + "If-Match")
	switch {
	case match != "" && prefix != "" && s.otherETags:
		return nil, refusal(412, "PreconditionFailed")
	case match != "" && match != o.etag && (prefix == "" || !s.overlooksMatch):
		return nil, refusal(412, "PreconditionFailed")
	case h.Get(prefix+"If-None-Match") == o.etag && prefix == "":
		return nil, &reply{status: 304}
	case h.Get(prefix+"If-None-Match") == o.etag:
		return nil, refusal(412, "PreconditionFailed")
	}
	const key = "Server-Side-Encryption-Customer-Key-Md5"
	if prefix == "" {
		prefix = "X-Amz-"
	}
	if o.header.Get("X-Amz-"+key) != h.Get(prefix+key) {
		return nil, refusal(400, "InvalidRequest")
	}
	return o, nil
}

var contentHeaders = []string{
	"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires",
}

func describes(name string) bool {
	return slices.Contains(contentHeaders, name) || strings.HasPrefix(name, "X-Amz-Meta-")
}

func (s *copyServer) read(r *http.Request) *reply {
	o, bad := s.find(r.URL.Path, r.URL.Query().Get("versionId"), "", r.Header)
	if bad != nil {
		return bad
	}
	h := http.Header{"Etag": {o.etag}, "Accept-Ranges": {"bytes"}, "Last-Modified": {"Mon, 02 Jan 2006 15:04:05 GMT"}}
	for k, v := range o.header {
		if describes(k) || k == "X-Amz-Storage-Class" || k == "X-Amz-Missing-Meta" {
			h[k] = v
		}
	}
	if s.version != "" {
		h.Set("X-Amz-Version-Id", s.version)
		if v := r.URL.Query().Get("versionId"); v != "" {
			h.Set("X-Amz-Version-Id", v)
		}
	}
	if r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		for a, v := range o.checksum {
			h.Set(checksum.Header(a), v)
			h.Set("X-Amz-Checksum-Type", string(o.kind))
		}
	}
	data, status := o.data, 200
	if spec := r.Header.Get("Range"); spec != "" {
		var first, last int
		if _, err := fmt.Sscanf(spec, "bytes=%d-%d", &first, &last); err != nil || first >= len(data) {
			return refusal(416, "InvalidRange")
		}
		last = min(last, len(data)-1)
		data, status = data[first:last+1], 206
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(o.data)))
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	return &reply{status: status, header: h, body: string(data)}
}

// cut is the piece of data that "bytes=0-9" names.
func cut(data []byte, spec string) []byte {
	var first, last int
	if _, err := fmt.Sscanf(spec, "bytes=%d-%d", &first, &last); err != nil || last >= len(data) {
		panic("range " + spec)
	}
	return data[first : last+1]
}

func (s *copyServer) source(h http.Header) (*stored, *reply) {
	path, version, _ := strings.Cut(h.Get("X-Amz-Copy-Source"), "?versionId=")
	path, err := url.PathUnescape(path)
	if err != nil {
		return nil, refusal(400, "InvalidArgument")
	}
	version, _ = url.QueryUnescape(version)
	return s.find("/"+path, version, "X-Amz-Copy-Source-", h)
}

func (s *copyServer) copyObject(r *http.Request) *reply {
	o, bad := s.source(r.Header)
	if bad != nil {
		return bad
	}
	replaced := r.Header.Get("X-Amz-Metadata-Directive") == "REPLACE"
	if s.objects[r.URL.Path] == o && !replaced || len(o.data) > s.mostCopied {
		return refusal(400, "InvalidRequest")
	}
	made := &stored{data: o.data, etag: quoted(hex.EncodeToString(md5Of(o.data))), header: r.Header.Clone(), checksum: o.checksum, kind: o.kind}
	for k := range made.header {
		if describes(k) && !replaced {
			delete(made.header, k)
		}
	}
	for k, v := range o.header {
		if describes(k) && !replaced || k == "X-Amz-Tagging" && r.Header.Get("X-Amz-Tagging-Directive") != "REPLACE" {
			made.header[k] = v
		}
	}
	s.objects[r.URL.Path] = made
	return &reply{status: 200, body: "<CopyObjectResult><ETag>" + made.etag + "</ETag></CopyObjectResult>", header: http.Header{"X-Amz-Version-Id": {"made"}}}
}

func (s *copyServer) copyPart(r *http.Request, number int) *reply {
	up := s.uploads[r.URL.Query().Get("uploadId")]
	if up == nil {
		return refusal(404, "NoSuchUpload")
	}
	o, bad := s.source(r.Header)
	if bad != nil {
		return bad
	}
	data := o.data
	if !s.overlooksRange {
		data = cut(data, r.Header.Get("X-Amz-Copy-Source-Range"))
	}
	p := stored{data: data, etag: quoted(hex.EncodeToString(md5Of(data)))}
	sum := ""
	if alg := checksum.Algorithm(up.algorithm); alg != "" && !s.silent {
		p.checksum = map[checksum.Algorithm]string{alg: sumOf(alg, data)}
		sum = fmt.Sprintf("<Checksum%s>%s</Checksum%s>", alg, p.checksum[alg], alg)
	}
	up.parts[number] = p
	return &reply{status: 200, body: "<CopyPartResult><ETag>" + p.etag + "</ETag>" + sum + "</CopyPartResult>"}
}

func (s *copyServer) tagging(r *http.Request) *reply {
	o, bad := s.find(r.URL.Path, r.URL.Query().Get("versionId"), "", http.Header{"X-Amz-Server-Side-Encryption-Customer-Key-Md5": s.objects[r.URL.Path].header["X-Amz-Server-Side-Encryption-Customer-Key-Md5"]})
	if bad != nil {
		return bad
	}
	tags, err := url.ParseQuery(o.header.Get("X-Amz-Tagging"))
	if err != nil {
		return refusal(500, "InternalError")
	}
	var set strings.Builder
	for k := range tags {
		fmt.Fprintf(&set, "<Tag><Key>%s</Key><Value>%s</Value></Tag>", html.EscapeString(k), html.EscapeString(tags.Get(k)))
	}
	return &reply{status: 200, body: "<Tagging><TagSet>" + set.String() + "</TagSet></Tagging>"}
}

func (s *copyServer) tag(r *http.Request) *reply {
	var doc struct {
		Tag []struct{ Key, Value string } `xml:"TagSet>Tag"`
	}
	if err := xml.NewDecoder(r.Body).Decode(&doc); err != nil {
		return refusal(400, "MalformedXML")
	}
	var pairs []string
	for _, t := range doc.Tag {
		pairs = append(pairs, url.PathEscape(t.Key)+"="+url.QueryEscape(t.Value))
	}
	s.objects[r.URL.Path].header.Set("X-Amz-Tagging", strings.Join(pairs, "&"))
	return &reply{status: 200}
}
