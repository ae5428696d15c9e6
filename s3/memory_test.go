package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
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
)

// memory is a server of one bucket, "bucket", in memory. As real ones do it answers ranges,
// conditions, versions and listings in pages.
type memory struct {
	pageSize int // most entries of a page; 0: 1000

	// What a server may leave out.
	noETag, noIfMatch, noRange bool
	hook                       func(w http.ResponseWriter, r *http.Request) bool // true: it has answered

	mu       sync.Mutex
	objects  map[string]stored
	versions map[string]stored // by version id; nil: the bucket has none
	log      []*http.Request
}

type stored struct {
	content       []byte
	modified      time.Time
	version, etag string
}

func etagOf(content []byte) string {
	sum := md5.Sum(content)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// memoryTime is when its objects were written: between two seconds, as listings tell.
var memoryTime = time.Date(2026, 3, 4, 5, 6, 7, 890e6, time.UTC)

func newMemory(keys ...string) *memory {
	m := &memory{objects: make(map[string]stored)}
	for _, key := range keys {
		content := "content of " + key
		if strings.HasSuffix(key, "/") {
			content = ""
		}
		m.put(key, content)
	}
	return m
}

func (m *memory) put(key, content string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := stored{content: []byte(content), modified: memoryTime, etag: etagOf([]byte(content))}
	if m.versions != nil {
		o.version = fmt.Sprint("version-", len(m.versions)+1)
		m.versions[o.version] = o
	}
	m.objects[key] = o
}

func (m *memory) change(key string, f func(*stored)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.objects[key]
	f(&o)
	o.etag = etagOf(o.content)
	m.objects[key] = o
}

// client is a client of the server that needs no network.
func (m *memory) client(t testing.TB, fns ...func(*Options)) *Client {
	return newClient(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		resp := w.Result()
		resp.Request = r
		return resp, nil
	}), fns...)
}

// take returns the requests so far, each as its method and what it is about, and forgets
// them.
func (m *memory) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var got []string
	for _, r := range m.log {
		line := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/bucket/")
		if r.URL.Path == "/bucket" || r.URL.Path == "/bucket/" {
			line = "LIST " + r.URL.Query().Get("prefix")
		}
		if v := r.Header.Get("Range"); v != "" {
			line += " " + v
		}
		got = append(got, line)
	}
	m.log = nil
	return got
}

func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.log = append(m.log, r)
	m.mu.Unlock()
	if m.hook != nil && m.hook(w, r) {
		return
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case bucket != "bucket":
		refuse(w, r, http.StatusNotFound, "NoSuchBucket")
	case key == "":
		m.list(w, r.URL.Query())
	default:
		m.get(w, r, key)
	}
}

func refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, errorXML(code))
	}
}

func (m *memory) get(w http.ResponseWriter, r *http.Request, key string) {
	m.mu.Lock()
	o, ok := m.objects[key]
	if id := r.URL.Query().Get("versionId"); id != "" {
		o, ok = m.versions[id]
	}
	m.mu.Unlock()
	if !ok {
		refuse(w, r, http.StatusNotFound, "NoSuchKey")
		return
	}
	h := w.Header()
	if !m.noETag {
		h.Set("ETag", o.etag)
	}
	if o.version != "" {
		h.Set("X-Amz-Version-Id", o.version)
	}
	if match := r.Header.Get("If-Match"); match != "" && match != o.etag && !m.noIfMatch {
		refuse(w, r, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	h.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	h.Set("Content-Type", "text/x-test")
	size := int64(len(o.content))
	first, last, status := int64(0), size-1, http.StatusOK
	if v := r.Header.Get("Range"); v != "" && !m.noRange {
		if n, _ := fmt.Sscanf(v, "bytes=%d-%d", &first, &last); n != 2 || first >= size {
			refuse(w, r, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
			return
		}
		last = min(last, size-1)
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, size))
		status = http.StatusPartialContent
	}
	h.Set("Content-Length", strconv.FormatInt(last-first+1, 10))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, bytes.NewReader(o.content[first:last+1]))
	}
}

// list answers both listing operations. What goes on from a prefix skips all below it.
func (m *memory) list(w http.ResponseWriter, q url.Values) {
	type content struct {
		Key          string
		LastModified string
		ETag         string
		Size         int
	}
	type prefix struct{ Prefix string }
	type result struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextMarker            string `xml:",omitempty"`
		NextContinuationToken string `xml:",omitempty"`
		EncodingType          string `xml:",omitempty"`
		Contents              []content
		CommonPrefixes        []prefix
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	most := 1000
	if m.pageSize > 0 {
		most = m.pageSize
	}
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil && n > 0 {
		most = min(most, n)
	}
	token, _ := hex.DecodeString(q.Get("continuation-token")) // its own, as XML carries it
	after := max(q.Get("marker"), string(token))
	encode := func(s string) string { return s }
	out := result{EncodingType: q.Get("encoding-type")}
	if out.EncodingType == "url" {
		encode = url.QueryEscape
	}
	last := ""
	for _, key := range slices.Sorted(maps.Keys(m.objects)) {
		rest, ok := strings.CutPrefix(key, q.Get("prefix"))
		if !ok || key <= after || strings.HasSuffix(after, "/") && after != q.Get("prefix") && strings.HasPrefix(key, after) {
			continue
		}
		entry := key
		folder := false
		if d := q.Get("delimiter"); d != "" {
			if i := strings.Index(rest, d); i >= 0 {
				entry, folder = key[:len(key)-len(rest)+i+len(d)], true
			}
		}
		if folder && entry == last {
			continue
		}
		if len(out.Contents)+len(out.CommonPrefixes) == most {
			out.IsTruncated = true
			if q.Has("list-type") {
				out.NextContinuationToken = hex.EncodeToString([]byte(last))
			} else {
				out.NextMarker = encode(last)
			}
			break
		}
		if last = entry; folder {
			out.CommonPrefixes = append(out.CommonPrefixes, prefix{encode(entry)})
			continue
		}
		o := m.objects[key]
		out.Contents = append(out.Contents, content{encode(key), o.modified.Format("2006-01-02T15:04:05.000Z"), o.etag, len(o.content)})
	}
	_ = xml.NewEncoder(w).Encode(out)
}
