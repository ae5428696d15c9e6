package swifttest

import (
	"net/http"
	"net/url"
	"strings"
)

// place reads a header that names an object: "container/object", escaped.
func (q *request) place(header string) (container, object string, refusal *answer) {
	path, err := url.PathUnescape(q.Header.Get(header))
	container, object, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if err != nil || !ok || container == "" || object == "" {
		return "", "", say(http.StatusPreconditionFailed, "%s header must be of the form <container name>/<object name>", header)
	}
	return container, object, nil
}

// own refuses another account than the only one.
func (q *request) own(header string) *answer {
	if name := q.Header.Get(header); name != "" && name != q.server.account {
		return page(http.StatusForbidden)
	}
	return nil
}

// copyObject is PUT with X-Copy-From.
func (q *request) copyObject() *answer {
	if len(q.body) > 0 {
		return say(http.StatusBadRequest, "Copy requests require a zero byte body")
	}
	if refusal := q.own("X-Copy-From-Account"); refusal != nil {
		return refusal
	}
	container, object, refusal := q.place("X-Copy-From")
	if refusal != nil {
		return refusal
	}
	return q.copy(container, object, q.container, q.object)
}

// copyObjectTo is COPY.
func (q *request) copyObjectTo() *answer {
	if q.Header.Get("Destination") == "" {
		return say(http.StatusPreconditionFailed, "Destination header required")
	}
	if refusal := q.own("Destination-Account"); refusal != nil {
		return refusal
	}
	container, object, refusal := q.place("Destination")
	if refusal != nil {
		return refusal
	}
	return q.copy(q.container, q.object, container, object)
}

// copy gets the source as the request's conditions and range have it, and puts it with the source's
// metadata below the request's.
func (q *request) copy(fromContainer, fromObject, container, object string) *answer {
	get := q.sub(fromContainer, fromObject, q.Header, nil)
	get.Method = http.MethodGet
	whole := q.query.Get(manifest) == "get" // the manifest, and not what it stands for
	if whole {
		get.query = url.Values{manifest: {"get"}, "format": {"raw"}}
	}
	source := get.getObject()
	switch {
	case source.Status >= http.StatusMultipleChoices:
		return source
	case source.Broken:
		return page(499)
	}
	h := http.Header{}
	if !isTrue(q.Header.Get("X-Fresh-Metadata")) {
		h = keptOf(source.Header)
		h.Del("X-Object-Manifest")
		if at := source.Header.Get("X-Delete-At"); at != "" {
			h.Set("X-Delete-At", at)
		}
	}
	for name, values := range q.Header {
		h[name] = values
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", source.Header.Get("Content-Type"))
	}
	if whole && source.Header.Get("X-Object-Manifest") != "" {
		h.Set("X-Object-Manifest", source.Header.Get("X-Object-Manifest"))
	}
	h.Del("Etag") // the source was verified when it was stored
	put := q.sub(container, object, h, source.Body)
	work := (*request).createObject
	if whole && source.Header.Get("X-Static-Large-Object") != "" {
		work = (*request).createSLOManifest
	}
	a := work(put)
	if a.Status != http.StatusCreated {
		return a
	}
	for name, values := range keptOf(h) {
		if strings.HasPrefix(name, "X-Object-Meta-") {
			a.Header[name] = values
		}
	}
	return a.Set("X-Copied-From-Account", q.server.account).Set("X-Copied-From", quote(fromContainer+"/"+fromObject)).
		Set("X-Copied-From-Last-Modified", source.Header.Get("Last-Modified"))
}
