package swifttest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// content is what GET answers.
type content struct {
	body        []byte
	etag        string
	contentType string
	invalid     []span // of segments that are no longer what the manifest says
}

// span is a run of bytes, the first and the last.
type span struct{ first, last int }

// content is what an object holds, large ones put together; nil when a Dynamic Large Object's
// container is not there.
func (s *Server) content(o *object) *content {
	c := &content{body: o.body, etag: o.etag, contentType: o.contentType}
	switch path := o.header.Get("X-Object-Manifest"); {
	case o.segments != nil:
		c.body, c.etag = nil, `"`+o.sloETag+`"`
		s.join(c, o.segments, span{0, o.sloSize - 1}, 1)
	case path != "":
		path, _ = url.PathUnescape(strings.TrimPrefix(path, "/")) // was tried when it was stored
		name, prefix, _ := strings.Cut(path, "/")
		in := s.containers[name]
		if in == nil {
			return nil
		}
		c.body = nil
		var etags strings.Builder
		for _, name := range slices.Sorted(maps.Keys(in.objects)) {
			if strings.HasPrefix(name, prefix) {
				c.body = append(c.body, in.objects[name].body...)
				etags.WriteString(in.objects[name].etag)
			}
		}
		c.etag = `"` + md5Of([]byte(etags.String())) + `"`
	}
	return c
}

// unmet is the status for conditions that don't hold; 0: all do.
func (q *request) unmet(etag string, modified time.Time) int {
	at := func(name string) (time.Time, bool) {
		t, err := http.ParseTime(q.Header.Get(name))
		return t, err == nil
	}
	if m := q.Header.Get("If-None-Match"); m != "" && matches(m, etag) {
		return http.StatusNotModified
	}
	if m := q.Header.Get("If-Match"); m != "" && !matches(m, etag) {
		return http.StatusPreconditionFailed
	}
	if t, ok := at("If-Modified-Since"); ok && !modified.After(t) {
		return http.StatusNotModified
	}
	if t, ok := at("If-Unmodified-Since"); ok && modified.After(t) {
		return http.StatusPreconditionFailed
	}
	return 0
}

func matches(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.Trim(one, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// maxRanges is how many ranges Swift answers at the most.
const maxRanges = 50

// ranges reads a Range: ok is false when there is none, or none that means anything. Those outside of
// the content are left out.
func ranges(header string, size int) (spans []span, ok bool) {
	list, is := strings.CutPrefix(header, "bytes=")
	if !is {
		return nil, false
	}
	for one := range strings.SplitSeq(list, ",") {
		from, to, dash := strings.Cut(strings.TrimSpace(one), "-")
		first, errFrom := strconv.Atoi(from)
		last, errTo := strconv.Atoi(to)
		switch {
		case !dash, from == "" && to == "", from != "" && errFrom != nil, to != "" && errTo != nil, from != "" && to != "" && last < first:
			return nil, false
		case from == "": // the last bytes
			first, last = max(size-last, 0), size-1
		case to == "":
			last = size - 1
		}
		if last = min(last, size-1); first <= last {
			spans = append(spans, span{first, last})
		}
	}
	if len(spans) > maxRanges {
		spans = nil
	}
	return spans, true
}

// send puts the content into the answer, or the ranges of it that are asked for. HEAD has none.
func (q *request) send(a *answer, c *content) *answer {
	size := len(c.body)
	spans, ranged := ranges(q.Header.Get("Range"), size)
	if q.Method == http.MethodHead {
		return a.Set("Content-Length", strconv.Itoa(size))
	}
	switch {
	case !ranged:
		spans = []span{{0, size - 1}}
	case len(spans) == 0:
		a.Status, a.Body = http.StatusRequestedRangeNotSatisfiable, page(http.StatusRequestedRangeNotSatisfiable).Body
		return a.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
	default:
		a.Status = http.StatusPartialContent
	}
	boundary := strings.ToLower(rand.Text())
	for i, at := range spans {
		if len(spans) > 1 { // RFC 9110, section 14.6
			a.Body = fmt.Appendf(a.Body, "--%s\r\nContent-Type: %s\r\nContent-Range: bytes %d-%d/%d\r\n\r\n", boundary, c.contentType, at.first, at.last, size)
		}
		sent, valid := c.part(at)
		switch {
		case !valid && sent == 0 && i == 0:
			return page(http.StatusConflict)
		case !valid && !a.Broken:
			a.Broken, a.Sent = true, len(a.Body)+sent
		}
		a.Body = append(a.Body, c.body[at.first:at.last+1]...)
		if len(spans) > 1 {
			a.Body = append(a.Body, "\r\n"...)
		}
	}
	switch {
	case len(spans) > 1:
		a.Body = append(a.Body, "--"+boundary+"--"...)
		a.Set("Content-Type", "multipart/byteranges;boundary="+boundary)
	case ranged:
		a.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", spans[0].first, spans[0].last, size))
	}
	return a.Set("Content-Length", strconv.Itoa(len(a.Body)))
}

// part tells how many bytes of a part can be sent, before a segment that is not what it should be.
func (c *content) part(at span) (sent int, valid bool) {
	for _, bad := range c.invalid {
		if bad.first <= at.last && bad.last >= at.first {
			return max(bad.first-at.first, 0), false
		}
	}
	return at.last - at.first + 1, true
}
