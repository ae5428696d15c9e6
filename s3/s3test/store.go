package s3test

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
)

// bucket is a bucket's content.
type bucket struct {
	created time.Time
	objects map[string]*object
	uploads map[string]*upload
}

// object is a stored object, which never changes: a new one takes its place.
type object struct {
	body     []byte
	etag     string // quoted
	modified time.Time
	header   http.Header // content headers, metadata, storage class
	tags     []tag
	ends     []int64 // of the parts of a multipart upload, as offsets

	customerKey string // the MD5 of the key that it takes to read it

	checksum      checksum.Algorithm
	checksumValue string
	checksumType  checksum.Type
}

func newBucket(at time.Time) *bucket {
	return &bucket{created: at, objects: map[string]*object{}, uploads: map[string]*upload{}}
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func validBucket(name string) bool {
	return bucketName.MatchString(name) && !strings.Contains(name, "..")
}

// etagOf is the MD5 of what is stored, which the customer's key makes another one than that of the body.
func etagOf(body []byte, customerKey string) string {
	sum := md5.New()
	_, _ = io.WriteString(sum, customerKey)
	sum.Write(body)
	return `"` + hex.EncodeToString(sum.Sum(nil)) + `"`
}

// keptHeaders are what an answer has of what the request had.
var keptHeaders = []string{
	"Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition", "Cache-Control", "Expires",
	"X-Amz-Storage-Class", "X-Amz-Server-Side-Encryption",
}

// ownHeaders are those of them that a copy does not have of its source.
var ownHeaders = []string{"X-Amz-Storage-Class", "X-Amz-Server-Side-Encryption"}

// kept takes what is stored of a request's headers.
func kept(from http.Header) http.Header {
	h := http.Header{}
	for name, values := range from {
		if slices.Contains(keptHeaders, name) || strings.HasPrefix(name, "X-Amz-Meta-") {
			h[name] = slices.Clone(values)
		}
	}
	// The frames of the body are not part of the object.
	var encodings []string
	for e := range strings.SplitSeq(strings.Join(h["Content-Encoding"], ","), ",") {
		if e = strings.TrimSpace(e); e != "" && e != "aws-chunked" {
			encodings = append(encodings, e)
		}
	}
	h.Del("Content-Encoding")
	if len(encodings) > 0 {
		h.Set("Content-Encoding", strings.Join(encodings, ", "))
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "binary/octet-stream")
	}
	if h.Get("X-Amz-Storage-Class") == "STANDARD" {
		h.Del("X-Amz-Storage-Class")
	}
	return h
}

// Object is what is stored under a key.
type Object struct {
	Body         []byte
	ETag         string // quoted
	LastModified time.Time
	ContentType  string
	// Metadata of the user, names in lower case.
	Metadata map[string]string
	Tags     map[string]string
	// SSECustomerKeyMD5 is the MD5, in base64, of the customer's key that it takes to read the
	// object; empty for one without.
	SSECustomerKeyMD5 string
	// Parts of a multipart upload; 0 for an object that came by one request.
	Parts int
}

// Object tells what is stored under a key, and whether anything is.
func (s *Server) Object(bucketName, key string) (Object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[bucketName]
	if b == nil || b.objects[key] == nil {
		return Object{}, false
	}
	o := b.objects[key]
	out := Object{
		Body: slices.Clone(o.body), ETag: o.etag, LastModified: o.modified, ContentType: o.header.Get("Content-Type"),
		Metadata: map[string]string{}, Tags: map[string]string{}, SSECustomerKeyMD5: o.customerKey, Parts: len(o.ends),
	}
	for name := range o.header {
		if m, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			out.Metadata[strings.ToLower(m)] = o.header.Get(name)
		}
	}
	for _, t := range o.tags {
		out.Tags[t.Key] = t.Value
	}
	return out, true
}

// Put stores an object without a request, and makes the bucket where there is none.
func (s *Server) Put(bucketName, key string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[bucketName]
	if b == nil {
		b = newBucket(s.options.Clock())
		s.buckets[bucketName] = b
	}
	b.objects[key] = &object{body: slices.Clone(body), etag: etagOf(body, ""), modified: s.options.Clock(), header: kept(http.Header{})}
}

// Keys are those of a bucket, in order.
func (s *Server) Keys(bucketName string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[bucketName]
	if b == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(b.objects))
}

// Upload is a multipart upload that is neither completed nor aborted.
type Upload struct {
	Bucket, Key, UploadId string
	// Parts are the numbers of those that are there.
	Parts []int
}

// Uploads are what is left of uploads, in all buckets: what a test of a failure wants to be none.
func (s *Server) Uploads() []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Upload
	for name, b := range s.buckets {
		for id, u := range b.uploads {
			all = append(all, Upload{name, u.key, id, slices.Sorted(maps.Keys(u.parts))})
		}
	}
	slices.SortFunc(all, func(a, b Upload) int {
		return cmp.Or(cmp.Compare(a.Bucket, b.Bucket), cmp.Compare(a.Key, b.Key), cmp.Compare(a.UploadId, b.UploadId))
	})
	return all
}
