package swifttest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// mayCreate holds an object that is to be, but for its content, against Swift's rules.
func (q *request) mayCreate() (c *container, o *object, refusal *answer) {
	c = q.server.containers[q.container]
	if c == nil {
		return nil, nil, page(http.StatusNotFound)
	}
	if m := q.Header.Get("If-None-Match"); m != "" && m != "*" {
		return nil, nil, say(http.StatusBadRequest, "If-None-Match only supports *")
	}
	if limit := q.server.options.Limits.MaxObjectNameLength; len(q.object) > limit {
		return nil, nil, say(http.StatusBadRequest, "Object name length of %d longer than %d", len(q.object), limit)
	}
	o = &object{contentType: q.contentType(), modified: q.now, header: keptOf(q.Header)}
	if o.deleteAt, refusal = q.deleteAt(); refusal == nil {
		refusal = q.checkMetadata("X-Object-Meta-")
	}
	if refusal == nil {
		refusal = q.checkObjectManifest()
	}
	if refusal == nil && q.Header.Get("If-None-Match") == "*" && c.objects[q.object] != nil {
		refusal = page(http.StatusPreconditionFailed)
	}
	return c, o, refusal
}

// checkObjectManifest reads the header of a Dynamic Large Object.
func (q *request) checkObjectManifest() *answer {
	value := q.Header.Get("X-Object-Manifest")
	if value == "" {
		return nil
	}
	path, err := url.PathUnescape(strings.TrimPrefix(value, "/"))
	container, prefix, _ := strings.Cut(path, "/")
	if err != nil || container == "" || prefix == "" || strings.ContainsAny(path, "?&") || strings.HasPrefix(prefix, "/") {
		return say(http.StatusBadRequest, "X-Object-Manifest must be in the format container/prefix")
	}
	return nil
}

// withinQuota holds an upload against the container's quota, which counts what it replaces too.
func (q *request) withinQuota(c *container, size int64) *answer {
	over := func(name string, n int64) bool {
		most, err := strconv.ParseInt(c.header.Get(name), 10, 64)
		return err == nil && n > most
	}
	if over("X-Container-Meta-Quota-Bytes", int64(c.bytes())+size) || over("X-Container-Meta-Quota-Count", int64(len(c.objects))+1) {
		return (&answer{Status: http.StatusRequestEntityTooLarge, Body: []byte("Upload exceeds quota.")}).Set("Content-Type", textHTML)
	}
	return nil
}

func (q *request) createObject() *answer {
	c, o, refusal := q.mayCreate()
	if refusal != nil {
		return refusal
	}
	if refusal := q.withinQuota(c, max(q.length, 0)); refusal != nil { // of a body in chunks Swift doesn't know the size
		return refusal
	}
	if int64(len(q.body)) > q.server.options.Limits.MaxFileSize {
		return page(http.StatusRequestEntityTooLarge)
	}
	o.body, o.etag = q.body, md5Of(q.body)
	if want := strings.Trim(q.Header.Get("Etag"), `"`); want != "" && want != o.etag {
		return page(http.StatusUnprocessableEntity)
	}
	c.objects[q.object] = o
	return created(o.etag, o)
}

func created(etag string, o *object) *answer {
	return empty(http.StatusCreated).Set("Etag", etag).Set("Last-Modified", lastModified(o.modified).Format(http.TimeFormat))
}

// updateObject replaces all metadata. The end of the object, too, is the request's or none.
func (q *request) updateObject() *answer {
	c := q.server.containers[q.container]
	if c == nil || c.objects[q.object] == nil {
		return page(http.StatusNotFound)
	}
	o := *c.objects[q.object]
	var refusal *answer
	if o.deleteAt, refusal = q.deleteAt(); refusal != nil {
		return refusal
	}
	if refusal := q.checkMetadata("X-Object-Meta-"); refusal != nil {
		return refusal
	}
	if refusal := q.checkObjectManifest(); refusal != nil {
		return refusal
	}
	o.header, o.modified = keptOf(q.Header), q.now
	if t := q.Header.Get("Content-Type"); t != "" {
		o.contentType = t
	}
	c.objects[q.object] = &o
	return page(http.StatusAccepted)
}

func (q *request) deleteObject() *answer {
	c := q.server.containers[q.container]
	if c == nil || c.objects[q.object] == nil {
		return page(http.StatusNotFound)
	}
	delete(c.objects, q.object)
	return empty(http.StatusNoContent)
}

// getObject answers HEAD as well, and manifests of large objects.
func (q *request) getObject() *answer {
	o := q.server.object(q.container, q.object)
	if o == nil {
		return page(http.StatusNotFound)
	}
	c := q.asked(o)
	if c == nil {
		return page(http.StatusNotFound) // the container that a Dynamic Large Object is in
	}
	a := (&answer{Status: http.StatusOK}).Set("Content-Type", c.contentType)
	for name := range o.header {
		a.Set(name, o.header.Get(name))
	}
	if o.segments != nil {
		a.Set("X-Static-Large-Object", "True")
		if c.etag != o.etag {
			a.Set("X-Manifest-Etag", o.etag)
		}
	}
	if !o.deleteAt.IsZero() {
		a.Set("X-Delete-At", seconds(o.deleteAt))
	}
	modified := lastModified(o.modified)
	a.Set("Etag", c.etag).Set("Last-Modified", modified.Format(http.TimeFormat)).Set("X-Timestamp", stamp(o.modified)).Set("Accept-Ranges", "bytes")
	if status := q.unmet(c.etag, modified); status != 0 {
		a.Status = status
		if status == http.StatusPreconditionFailed {
			a.Set("Content-Type", textHTML)
		}
		return a
	}
	return q.send(a, c)
}

// asked is what the request wants of the object: its content or its manifest.
func (q *request) asked(o *object) *content {
	if q.query.Get(manifest) != "get" {
		return q.server.content(o)
	}
	c := &content{body: o.body, etag: o.etag, contentType: o.contentType}
	switch {
	case o.segments == nil:
	case q.query.Get("format") == "raw":
		c.body = rawManifest(o.segments)
		c.etag = md5Of(c.body)
	default:
		c.contentType = "application/json; charset=utf-8"
	}
	return c
}
