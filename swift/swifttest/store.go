package swifttest

import (
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// container is a container's content.
type container struct {
	created, modified time.Time
	policy            string
	header            http.Header // metadata and ACLs
	objects           map[string]*object
}

// object is a stored object, which never changes: a new one takes its place.
type object struct {
	body        []byte // of a Static Large Object, the manifest
	etag        string // of the body
	contentType string
	modified    time.Time
	header      http.Header // metadata, and the rest of keptHeaders
	deleteAt    time.Time   // zero: it has no end

	// Of a Static Large Object.
	segments []segment
	sloETag  string
	sloSize  int
}

func (s *Server) newContainer() *container {
	now := s.options.Clock()
	return &container{created: now, modified: now, policy: s.defaultPolicy(), header: http.Header{}, objects: map[string]*object{}}
}

func (c *container) bytes() (n int) {
	for _, o := range c.objects {
		n += o.size()
	}
	return n
}

// size is that of the content; of a Dynamic Large Object, the manifest's own.
func (o *object) size() int {
	if o.segments != nil {
		return o.sloSize
	}
	return len(o.body)
}

// expire takes away what has ended, with the lock held.
func (s *Server) expire(now time.Time) {
	for _, c := range s.containers {
		maps.DeleteFunc(c.objects, func(_ string, o *object) bool { return !o.deleteAt.IsZero() && !now.Before(o.deleteAt) })
	}
}

func md5Of(body []byte) string {
	sum := md5.Sum(body)
	return hex.EncodeToString(sum[:])
}

const listedTime = "2006-01-02T15:04:05.000000"

// stamp is a time as X-Timestamp has it.
func stamp(t time.Time) string { return fmt.Sprintf("%d.%05d", t.Unix(), t.Nanosecond()/10_000) }

// lastModified is a time as Last-Modified has it: the end of its second.
func lastModified(t time.Time) time.Time {
	if whole := t.Truncate(time.Second); !whole.Equal(t) {
		return whole.Add(time.Second).UTC()
	}
	return t.UTC()
}

// Object is what is stored under a name.
type Object struct {
	// Body is the content; of a large object, that of its segments together.
	Body []byte
	// ETag as GET answers it; of a large object, in quotes.
	ETag         string
	LastModified time.Time
	ContentType  string
	// Metadata of the user, names in lower case.
	Metadata map[string]string
	// DeleteAt is when the object ends; zero: never.
	DeleteAt time.Time
	// Segments of a Static Large Object, "container/object" each; one whose data is in the manifest is "".
	Segments []string
	// ObjectManifest is the "container/prefix" of a Dynamic Large Object, as it was sent.
	ObjectManifest string
}

// Object tells what is stored under a name, and whether anything is.
func (s *Server) Object(container, name string) (Object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(s.options.Clock())
	o := s.object(container, name)
	if o == nil {
		return Object{}, false
	}
	c := s.content(o)
	if c == nil { // what it is made of is in no container that there is
		c = &content{etag: o.etag}
	}
	out := Object{
		Body: slices.Clone(c.body), ETag: c.etag, LastModified: o.modified, ContentType: o.contentType, Metadata: map[string]string{},
		DeleteAt: o.deleteAt, ObjectManifest: o.header.Get("X-Object-Manifest"),
	}
	for name := range o.header {
		if m, ok := strings.CutPrefix(name, "X-Object-Meta-"); ok {
			out.Metadata[strings.ToLower(m)] = o.header.Get(name)
		}
	}
	for _, g := range o.segments {
		out.Segments = append(out.Segments, strings.TrimPrefix(g.Name, "/"))
	}
	return out, true
}

// object is what is stored under a name, nil if nothing is, with the lock held.
func (s *Server) object(container, name string) *object {
	if c := s.containers[container]; c != nil {
		return c.objects[name]
	}
	return nil
}

// at is what is stored at "/container/object", with or without its first slash.
func (s *Server) at(path string) (container, name string, o *object) {
	container, name, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return container, name, s.object(container, name)
}

// Put stores an object without a request, and makes the container where there is none.
func (s *Server) Put(container, name string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.containers[container]
	if c == nil {
		c = s.newContainer()
		s.containers[container] = c
	}
	c.objects[name] = &object{
		body: slices.Clone(body), etag: md5Of(body), contentType: typeOf(name), modified: s.options.Clock(), header: http.Header{},
	}
}

// Names are those of a container's objects, in order.
func (s *Server) Names(container string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(s.options.Clock())
	c := s.containers[container]
	if c == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(c.objects))
}

// seconds is a time as X-Delete-At has it.
func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
