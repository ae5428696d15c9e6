package swift

import (
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kakaoServer is KakaoCloud's Swift API as its document ("Swift API") describes it and not
// otherwise: what the document does not name is refused, so that a client that counts on more
// is found out.
type kakaoServer struct {
	*httptest.Server
	now func() time.Time

	mu         sync.Mutex
	containers map[string]*kakaoContainer
	uploads    map[string]*kakaoUploads
	serial     int
	// page bounds the listings of parts and uploads.
	page int
}

type kakaoContainer struct {
	meta    map[string]string
	objects map[string]*kakaoObject
}

type kakaoObject struct {
	data     []byte
	etag     string
	kind     string
	meta     map[string]string
	modified time.Time
	segments []string // of a SLO
	manifest string   // of a DLO
}

type kakaoUploads struct {
	container, object string
	began             time.Time
	parts             map[int][]byte
}

const kakaoKey = "the server's own" // signs TempURLs

// newKakaoServer starts one and returns a client of it.
func newKakaoServer(t *testing.T) (*kakaoServer, *Client) {
	t.Helper()
	s := &kakaoServer{now: time.Now, containers: map[string]*kakaoContainer{}, uploads: map[string]*kakaoUploads{}, page: 1000}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	c, err := New(Options{Auth: StaticToken(kakaoToken, s.URL+"/v1/"+kakaoAccount), Profile: KakaoCloud(), HTTPClient: s.Client(), MaxAttempts: -1})
	require.NoError(t, err)
	return s, c
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	text   string
}

// kakaoQueries are the parameters that the document names, by method and what the path is of;
// part-number-marker and max-parts are the S3 API's, whose answer List Part gives.
var kakaoQueries = map[string][]string{
	"GET account":   {"format"},
	"GET container": {"prefix", "delimiter", "limit", "marker", "format"},
	"GET object":    {"uploads", "uploadId", "key-marker", "upload-id-marker", "part-number-marker", "max-parts", "temp_url", "temp_url_expires", "temp_url_sig", "filename"},
	"PUT object":    {"partNumber", "uploadId", "multipart-manifest"},
	"POST object":   {"uploads", "uploadId"},
	"DELETE object": {"uploadId", "multipart-manifest"},
}

func (s *kakaoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	id := fmt.Sprintf("tx%021d-kakao", s.serial)
	w.Header().Set("X-Trans-Id", id)
	w.Header().Set("X-Openstack-Request-Id", id)
	if r.URL.Path == "/info" && r.Method == http.MethodGet {
		_, doc := goldenFile("kakaocloud/Info.response.http")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(doc)
		return
	}
	if no := s.serve(w, r, body); no != nil {
		http.Error(w, no.text, no.status)
	}
}

func (s *kakaoServer) serve(w http.ResponseWriter, r *http.Request, body []byte) *refusal {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/"+kakaoAccount)
	if !ok || rest != "" && rest[0] != '/' {
		return &refusal{404, "no such account"}
	}
	container, object, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return &refusal{400, "bad query"}
	}
	of := "account"
	switch {
	case object != "":
		of = "object"
	case container != "":
		of = "container"
	}
	for name := range q {
		if !slices.Contains(kakaoQueries[r.Method+" "+of], name) {
			return &refusal{400, "unknown query " + name}
		}
	}
	if q.Has("temp_url_sig") {
		return s.download(w, r, q, container, object)
	}
	switch r.Header.Get("X-Auth-Token") {
	case kakaoToken:
	case "":
		return &refusal{401, "no token"}
	default:
		return &refusal{401, "wrong token"}
	}
	if no := checkKakaoType(r, of, q); no != nil {
		return no
	}
	if container != "" && (len(container) < 4 || len(container) > 63) {
		return &refusal{400, "container name"}
	}
	if len(object) > 396 {
		return &refusal{400, "object name"}
	}
	switch of {
	case "account":
		return s.listContainers(w, r, q)
	case "container":
		return s.container(w, r, q, container)
	}
	if q.Has("uploads") || q.Has("uploadId") {
		return s.multipart(w, r, q, container, object, body)
	}
	return s.object(w, r, q, container, object, body)
}

// checkKakaoType holds the Content-Type against the tables "Request Header".
func checkKakaoType(r *http.Request, of string, q url.Values) *refusal {
	want, got := "application/json", r.Header.Get("Content-Type")
	switch {
	case of == "object" && r.Method == http.MethodPut && q.Has("partNumber"):
		want = "application/octet-stream"
	case of == "object" && r.Method == http.MethodPut && q.Get("multipart-manifest") == "put":
	case of == "object" && r.Method == http.MethodPut, // Create Object, Copy Object, Create DLO Manifest
		of == "object" && r.Method == http.MethodPost && !q.Has("uploads") && !q.Has("uploadId"): // Update Object Metadata
		return nil
	case r.Method == http.MethodGet && got == "" && (q.Has("uploads") || q.Has("uploadId")):
		return nil // List Part, List Multipart Uploads
	}
	if got != want {
		return &refusal{400, "Content-Type is fixed to " + want}
	}
	return nil
}

func (s *kakaoServer) listContainers(w http.ResponseWriter, r *http.Request, q url.Values) *refusal {
	if r.Method != http.MethodGet {
		return &refusal{405, "method"}
	}
	h := w.Header()
	h.Set("X-Account-Container-Count", strconv.Itoa(len(s.containers)))
	var plain strings.Builder
	entries := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.containers)) {
		n, size := s.containers[name].numbers()
		plain.WriteString(name + "\n")
		entries = append(entries, map[string]any{"name": name, "count": n, "bytes": size})
	}
	if q.Get("format") == "json" {
		h.Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(entries)
		return nil
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, plain.String())
	return nil
}

func (c *kakaoContainer) numbers() (count, size int) {
	for _, o := range c.objects {
		size += len(o.data)
	}
	return len(c.objects), size
}

func (s *kakaoServer) container(w http.ResponseWriter, r *http.Request, q url.Values, name string) *refusal {
	c := s.containers[name]
	if c == nil && r.Method != http.MethodPut {
		return &refusal{404, "bucket not found"}
	}
	h := w.Header()
	if c != nil {
		n, size := c.numbers()
		h.Set("X-Container-Object-Count", strconv.Itoa(n))
		h.Set("X-Container-Bytes-Used", strconv.Itoa(size))
		h.Set("X-Container-Bytes-Used-Actual", strconv.Itoa((size+4095)/4096*4096))
	}
	switch r.Method {
	case http.MethodHead:
		for name, v := range c.meta {
			h.Set("X-Container-Meta-"+name, v)
		}
		h.Set("X-Storage-Policy", "default-placement")
	case http.MethodPut:
		if c == nil {
			s.containers[name] = &kakaoContainer{map[string]string{}, map[string]*kakaoObject{}}
		}
		w.WriteHeader(http.StatusCreated)
	case http.MethodPost:
		for name, v := range r.Header {
			if key, ok := strings.CutPrefix(name, "X-Container-Meta-"); ok {
				c.meta[key] = v[0]
			}
			if key, ok := strings.CutPrefix(name, "X-Remove-Container-Meta-"); ok {
				delete(c.meta, key)
			}
		}
		w.WriteHeader(http.StatusNoContent)
	case http.MethodDelete:
		if len(c.objects) > 0 {
			return &refusal{409, "not empty"}
		}
		delete(s.containers, name)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodGet:
		return c.list(w, q)
	default:
		return &refusal{405, "method"}
	}
	return nil
}

func (c *kakaoContainer) list(w http.ResponseWriter, q url.Values) *refusal {
	limit := 1000
	if v := q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			return &refusal{400, "limit"}
		}
		limit = n
	}
	if d := q.Get("delimiter"); d != "" && d != "/" {
		return &refusal{400, "delimiter"}
	}
	var entries []map[string]any
	seen := ""
	for _, name := range slices.Sorted(maps.Keys(c.objects)) {
		tail, ok := strings.CutPrefix(name, q.Get("prefix"))
		if !ok {
			continue
		}
		o := c.objects[name]
		e := map[string]any{"name": name, "hash": o.etag, "bytes": len(o.data), "content_type": o.kind, "last_modified": o.modified.UTC().Format("2006-01-02T15:04:05.000Z")}
		if dir, _, found := strings.Cut(tail, "/"); found && q.Get("delimiter") != "" {
			name = q.Get("prefix") + dir + "/"
			e = map[string]any{"subdir": name}
		}
		if name <= q.Get("marker") || name == seen {
			continue
		}
		if len(entries) == limit {
			break
		}
		seen = name
		entries = append(entries, e)
	}
	switch q.Get("format") {
	case "json":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(entries)
	case "xml":
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		type object struct {
			Name  string `xml:"name"`
			Hash  string `xml:"hash"`
			Bytes int    `xml:"bytes"`
		}
		doc := struct {
			XMLName xml.Name `xml:"container"`
			Objects []object `xml:"object"`
			Subdirs []object `xml:"subdir"`
		}{}
		for _, e := range entries {
			if dir, ok := e["subdir"].(string); ok {
				doc.Subdirs = append(doc.Subdirs, object{Name: dir})
			} else {
				doc.Objects = append(doc.Objects, object{e["name"].(string), e["hash"].(string), e["bytes"].(int)})
			}
		}
		_ = xml.NewEncoder(w).Encode(doc)
	case "", "plain":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		for _, e := range entries {
			_, _ = fmt.Fprintln(w, cmp.Or(e["name"], e["subdir"]))
		}
	default:
		return &refusal{400, "format"}
	}
	return nil
}

// find returns an object, nil when it is not there.
func (s *kakaoServer) find(container, object string) *kakaoObject {
	if c := s.containers[container]; c != nil {
		return c.objects[object]
	}
	return nil
}

func (s *kakaoServer) object(w http.ResponseWriter, r *http.Request, q url.Values, container, object string, body []byte) *refusal {
	c := s.containers[container]
	o := s.find(container, object)
	if c == nil || o == nil && r.Method != http.MethodPut {
		return &refusal{404, "requested resource not found"}
	}
	switch r.Method {
	case http.MethodGet:
		if q.Has("temp_url") {
			return s.issue(w, r, q)
		}
		s.send(w, r, container, o)
	case http.MethodHead:
		s.send(w, r, container, o)
	case http.MethodPost:
		o.meta = objectMeta(r.Header)
		if kind := r.Header.Get("Content-Type"); kind != "" {
			o.kind = kind
		}
	case http.MethodDelete:
		if mm := q.Get("multipart-manifest"); mm != "" {
			if mm != "delete" || o.segments == nil {
				return &refusal{400, "no SLO"}
			}
			for _, path := range o.segments {
				from, name, _ := strings.Cut(path, "/")
				delete(s.containers[from].objects, name)
			}
		}
		delete(c.objects, object)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPut:
		return s.put(w, r, q, container, object, body)
	default:
		return &refusal{405, "method"}
	}
	return nil
}

// put is Create Object, Copy Object, Create SLO Manifest and Create DLO Manifest.
func (s *kakaoServer) put(w http.ResponseWriter, r *http.Request, q url.Values, container, object string, body []byte) *refusal {
	fresh := &kakaoObject{data: body, kind: cmp.Or(r.Header.Get("Content-Type"), "application/octet-stream"), meta: objectMeta(r.Header), modified: s.now()}
	status := http.StatusOK // Create Object; the others are 201
	switch {
	case r.Header.Get("X-Copy-From") != "":
		path, err := url.PathUnescape(r.Header.Get("X-Copy-From"))
		if err != nil || len(body) > 0 || r.Header.Get("Content-Length") != "0" {
			return &refusal{400, "copy"}
		}
		from, name, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		source := s.find(from, name)
		if source == nil {
			return &refusal{404, "source"}
		}
		fresh.data = source.data
		if r.Header.Get("Content-Type") == "" {
			fresh.kind = source.kind
		}
		if !strings.EqualFold(r.Header.Get("X-Fresh-Metadata"), "true") {
			meta := maps.Clone(source.meta)
			maps.Copy(meta, fresh.meta)
			fresh.meta = meta
		}
		status = http.StatusCreated
	case q.Get("multipart-manifest") == "put":
		var entries []struct {
			Path string `json:"path"`
			ETag string `json:"etag"`
			Size int    `json:"size_bytes"`
		}
		if err := json.Unmarshal(body, &entries); err != nil || len(entries) == 0 || len(entries) > 1000 {
			return &refusal{400, "manifest"}
		}
		fresh.data = nil
		for _, e := range entries {
			from, name, _ := strings.Cut(strings.TrimPrefix(e.Path, "/"), "/")
			segment := s.find(from, name)
			if segment == nil || segment.etag != e.ETag || len(segment.data) != e.Size {
				return &refusal{400, "segment " + e.Path}
			}
			fresh.data = append(fresh.data, segment.data...)
			fresh.segments = append(fresh.segments, from+"/"+name)
		}
		status = http.StatusCreated
	case q.Has("multipart-manifest"):
		return &refusal{400, "multipart-manifest"}
	case r.Header.Get("X-Object-Manifest") != "":
		if len(body) > 0 {
			return &refusal{400, "Content-Length is 0"}
		}
		fresh.manifest, _ = url.PathUnescape(r.Header.Get("X-Object-Manifest"))
		status = http.StatusCreated
	}
	fresh.etag = fmt.Sprintf("%x", md5.Sum(fresh.data))
	s.containers[container].objects[object] = fresh
	w.Header().Set("Etag", fresh.etag)
	w.WriteHeader(status)
	return nil
}

func objectMeta(h http.Header) map[string]string {
	meta := map[string]string{}
	for name, v := range h {
		if strings.HasPrefix(name, "X-Object-Meta-") {
			meta[name] = v[0]
		}
	}
	return meta
}

// send answers Get Object and Head Object, with ranges: "Accept-Ranges" is among its headers.
func (s *kakaoServer) send(w http.ResponseWriter, r *http.Request, container string, o *kakaoObject) {
	data := o.data
	if from, prefix, ok := strings.Cut(o.manifest, "/"); ok {
		data = nil
		for _, name := range slices.Sorted(maps.Keys(s.containers[from].objects)) {
			if strings.HasPrefix(name, prefix) {
				data = append(data, s.containers[from].objects[name].data...)
			}
		}
	}
	h := w.Header()
	h.Set("Content-Type", o.kind)
	h.Set("Etag", o.etag)
	h.Set("X-Rgw-Object-Type", "Normal")
	for name, v := range o.meta {
		h.Set(name, v)
	}
	http.ServeContent(w, r, "", o.modified, strings.NewReader(string(data)))
}

func tempURLSignature(expires int64, path string) string {
	mac := hmac.New(sha1.New, []byte(kakaoKey))
	_, _ = fmt.Fprintf(mac, "GET\n%d\n%s", expires, path)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *kakaoServer) issue(w http.ResponseWriter, r *http.Request, q url.Values) *refusal {
	expires, err := strconv.ParseInt(q.Get("temp_url_expires"), 10, 64)
	if err != nil || q.Get("temp_url") != "" || q.Has("filename") {
		return &refusal{400, "temp_url_expires"}
	}
	sig := tempURLSignature(expires, r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `    {"url": %q, "sig": %q}`, fmt.Sprintf("%s?temp_url_sig=%s&temp_url_expires=%d", r.URL.EscapedPath(), sig, expires), sig)
	return nil
}

// download is Download Object using Temp URL.
func (s *kakaoServer) download(w http.ResponseWriter, r *http.Request, q url.Values, container, object string) *refusal {
	expires, err := strconv.ParseInt(q.Get("temp_url_expires"), 10, 64)
	o := s.find(container, object)
	switch {
	case r.Method != http.MethodGet, err != nil, q.Get("temp_url_sig") != tempURLSignature(expires, r.URL.Path), s.now().Unix() >= expires:
		return &refusal{401, "temp url"}
	case o == nil:
		return &refusal{404, "requested resource not found"}
	}
	if name := q.Get("filename"); name != "" {
		w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	}
	s.send(w, r, container, o)
	return nil
}

const kakaoNamespace = `xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`

func (s *kakaoServer) multipart(w http.ResponseWriter, r *http.Request, q url.Values, container, object string, body []byte) *refusal {
	c := s.containers[container]
	if c == nil {
		return &refusal{404, "bucket not found"}
	}
	if q.Has("uploads") {
		switch r.Method {
		case http.MethodPost:
			id := fmt.Sprintf("2~upload.%d", s.serial)
			s.uploads[id] = &kakaoUploads{container, object, s.now(), map[int][]byte{}}
			answerXML(w, "InitiateMultipartUploadResult", fmt.Sprintf("<Bucket>%s</Bucket>\n<Key>%s</Key>\n<UploadId>%s</UploadId>", container, escapeXML(object), id))
			return nil
		case http.MethodGet:
			s.listUploads(w, q, container)
			return nil
		}
		return &refusal{405, "method"}
	}
	id := q.Get("uploadId")
	u := s.uploads[id]
	if u == nil || u.container != container || u.object != object {
		return &refusal{404, "NoSuchUpload"}
	}
	switch r.Method {
	case http.MethodPut:
		n, err := strconv.Atoi(q.Get("partNumber"))
		if err != nil || n < 1 || n > 10000 {
			return &refusal{400, "partNumber"}
		}
		u.parts[n] = body
		w.Header().Set("Etag", fmt.Sprintf("%x", md5.Sum(body)))
		w.WriteHeader(http.StatusCreated)
	case http.MethodGet:
		s.listParts(w, q, id, u)
	case http.MethodDelete:
		delete(s.uploads, id)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPost:
		var doc struct {
			XMLName xml.Name `xml:"CompleteMultipartUpload"`
			Parts   []struct {
				PartNumber int
				ETag       string
			} `xml:"Part"`
		}
		if err := xml.Unmarshal(body, &doc); err != nil || len(doc.Parts) == 0 {
			return &refusal{400, "MalformedXML"}
		}
		var data []byte
		last := 0
		for _, p := range doc.Parts {
			part, ok := u.parts[p.PartNumber]
			if !ok || strings.Trim(p.ETag, `"`) != fmt.Sprintf("%x", md5.Sum(part)) || p.PartNumber <= last {
				return &refusal{400, "InvalidPart"}
			}
			last = p.PartNumber
			data = append(data, part...)
		}
		c.objects[object] = &kakaoObject{data: data, etag: fmt.Sprintf("%x-%d", md5.Sum(data), len(doc.Parts)), kind: "application/octet-stream", meta: map[string]string{}, modified: s.now()}
		delete(s.uploads, id)
	default:
		return &refusal{405, "method"}
	}
	return nil
}

func (s *kakaoServer) listUploads(w http.ResponseWriter, q url.Values, container string) {
	type entry struct{ key, id string }
	var all []entry
	for id, u := range s.uploads {
		if u.container == container {
			all = append(all, entry{u.object, id})
		}
	}
	order := func(a, b entry) int { return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.id, b.id)) }
	slices.SortFunc(all, order)
	from := entry{q.Get("key-marker"), q.Get("upload-id-marker")}
	all = slices.DeleteFunc(all, func(e entry) bool { return order(e, from) <= 0 })
	truncated := len(all) > s.page
	all = all[:min(len(all), s.page)]
	var b strings.Builder
	fmt.Fprintf(&b, "<Bucket>%s</Bucket>", container)
	if n := len(all); n > 0 {
		fmt.Fprintf(&b, "<NextKeyMarker>%s</NextKeyMarker><NextUploadIdMarker>%s</NextUploadIdMarker>", escapeXML(all[n-1].key), all[n-1].id)
	}
	fmt.Fprintf(&b, "<MaxUploads>%d</MaxUploads><IsTruncated>%t</IsTruncated>", s.page, truncated)
	for _, e := range all {
		fmt.Fprintf(&b, "<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiator><ID>%[3]s</ID><DisplayName>web</DisplayName></Initiator><Owner><ID>%[3]s</ID><DisplayName>web</DisplayName></Owner><StorageClass>STANDARD</StorageClass><Initiated>%s</Initiated></Upload>",
			escapeXML(e.key), e.id, kakaoAccount, s.uploads[e.id].began.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	answerXML(w, "ListMultipartUploadsResult", b.String())
}

func (s *kakaoServer) listParts(w http.ResponseWriter, q url.Values, id string, u *kakaoUploads) {
	most := s.page
	if n, err := strconv.Atoi(q.Get("max-parts")); err == nil {
		most = min(n, most)
	}
	after, _ := strconv.Atoi(q.Get("part-number-marker"))
	var b strings.Builder
	shown, last, truncated := 0, after, false
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		if n <= after {
			continue
		}
		if shown == most {
			truncated = true
			break
		}
		shown, last = shown+1, n
		fmt.Fprintf(&b, "<Part><PartNumber>%d</PartNumber><ETag>&quot;%x&quot;</ETag><Size>%d</Size></Part>", n, md5.Sum(u.parts[n]), len(u.parts[n]))
	}
	answerXML(w, "ListPartsResult", fmt.Sprintf("<Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId><PartNumberMarker>%d</PartNumberMarker><NextPartNumberMarker>%d</NextPartNumberMarker><MaxParts>%d</MaxParts><IsTruncated>%t</IsTruncated>%s",
		u.container, escapeXML(u.object), id, after, last, most, truncated, b.String()))
}

func answerXML(w http.ResponseWriter, root, members string) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = fmt.Fprintf(w, "  <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s %s>\n<Tenant>%s</Tenant>\n%s\n</%[1]s>\n", root, kakaoNamespace, kakaoAccount, members)
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
