package swifttest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxDepth is how deep Swift follows manifests in manifests.
const maxDepth = 10

// segment is a segment of a Static Large Object, as the manifest is stored and told.
type segment struct {
	Name         string `json:"name,omitempty"`
	Bytes        int    `json:"bytes,omitempty"`
	Hash         string `json:"hash,omitempty"`
	ContentType  string `json:"content_type,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	Range        string `json:"range,omitempty"` // "first-last"
	SubSLO       bool   `json:"sub_slo,omitempty"`
	Data         []byte `json:"data,omitempty"`
}

// span is what of the segment's object belongs to the content.
func (g *segment) span() span {
	if g.Range == "" {
		return span{0, max(g.Bytes, len(g.Data)) - 1}
	}
	first, last, _ := strings.Cut(g.Range, "-")
	from, _ := strconv.Atoi(first)
	to, _ := strconv.Atoi(last)
	return span{from, to}
}

func (s *span) size() int { return s.last - s.first + 1 }

// rawManifest is a manifest in the form in which it was put.
func rawManifest(segments []segment) []byte {
	raw := make([]rawSegment, len(segments))
	for i, g := range segments {
		raw[i] = rawSegment{Path: g.Name, ETag: g.Hash, Range: g.Range}
		if g.Data != nil {
			raw[i].Data = &g.Data
		} else {
			raw[i].SizeBytes = &g.Bytes
		}
	}
	b, _ := json.Marshal(raw) // which has nothing that can't be
	return b
}

// rawSegment is a segment as it is put.
type rawSegment struct {
	Data      *[]byte `json:"data,omitempty"`
	ETag      string  `json:"etag,omitempty"`
	Path      string  `json:"path,omitempty"`
	Range     string  `json:"range,omitempty"`
	SizeBytes *int    `json:"size_bytes,omitempty"`
}

// join appends what the segments hold of a part of their content. What is no longer as the manifest
// says is zeros, and noted.
func (s *Server) join(c *content, segments []segment, part span, depth int) {
	at := 0 // of the segment, in the content
	for _, g := range segments {
		own := g.span()
		take := span{max(part.first-at, 0), min(part.last-at, own.size()-1)}
		at += own.size()
		if take.first > take.last {
			continue
		}
		take.first, take.last = take.first+own.first, take.last+own.first
		_, _, o := s.at(g.Name)
		begin := len(c.body)
		switch {
		case g.Data != nil:
			c.body = append(c.body, g.Data[take.first:take.last+1]...)
			continue
		case g.SubSLO && o != nil && o.segments != nil && depth < maxDepth:
			s.join(c, o.segments, take, depth+1)
		case !g.SubSLO && o != nil && o.etag == g.Hash && len(o.body) == g.Bytes:
			c.body = append(c.body, o.body[take.first:take.last+1]...)
		}
		if missing := take.size() - (len(c.body) - begin); missing > 0 {
			c.invalid = append(c.invalid, span{len(c.body), len(c.body) + missing - 1})
			c.body = append(c.body, make([]byte, missing)...)
		}
	}
}

// parseManifest reads a manifest that is put, and refuses what is wrong with it in itself.
func (q *request) parseManifest() ([]rawSegment, *answer) {
	l := &q.server.options.Limits
	if int64(len(q.body)) > l.MaxManifestSize {
		return nil, say(http.StatusRequestEntityTooLarge, "Manifest File > %d bytes", l.MaxManifestSize)
	}
	var docs []json.RawMessage
	if !json.Valid(q.body) {
		return nil, say(http.StatusBadRequest, "Manifest must be valid JSON.\n")
	}
	if json.Unmarshal(q.body, &docs) != nil {
		return nil, say(http.StatusBadRequest, "Manifest must be a list.\n")
	}
	segments := make([]rawSegment, len(docs))
	var wrong strings.Builder
	backed := 0
	for i, doc := range docs {
		d := json.NewDecoder(bytes.NewReader(doc))
		d.DisallowUnknownFields()
		g := &segments[i]
		problem := unreadable(d.Decode(g))
		if problem == "" {
			problem = q.problem(g, i == len(docs)-1)
		}
		if problem != "" {
			fmt.Fprintf(&wrong, "Index %d: %s\n", i, problem)
		}
		if g.Data == nil {
			backed++
		}
	}
	if backed == 0 && len(docs) > 0 {
		wrong.WriteString("Inline data segments require at least one object-backed segment.\n")
	}
	switch {
	case wrong.Len() > 0:
		return nil, say(http.StatusBadRequest, "%s", wrong.String())
	case backed > l.MaxManifestSegments:
		return nil, (&answer{
			Status: http.StatusRequestEntityTooLarge, Body: fmt.Appendf(nil, "Number of object-backed segments must be <= %d", l.MaxManifestSegments),
		}).Set("Content-Type", textHTML)
	}
	return segments, nil
}

// unreadable is what is wrong with a segment that can't be decoded.
func unreadable(err error) string {
	var corrupt base64.CorruptInputError
	var other *json.UnmarshalTypeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &corrupt):
		return "data must be valid base64"
	case !errors.As(err, &other):
	case other.Field == "":
		return "not a JSON object"
	case other.Field == "size_bytes":
		return "invalid size_bytes"
	default:
		return `"` + other.Field + `" must be a string`
	}
	return strings.NewReplacer("json: ", "", "unknown field", "extraneous keys").Replace(err.Error())
}

// problem is what is wrong with a segment in itself.
func (q *request) problem(g *rawSegment, last bool) string {
	if g.Data != nil {
		switch {
		case g.Path != "" || g.ETag != "" || g.Range != "" || g.SizeBytes != nil:
			return "extraneous keys"
		case len(*g.Data) == 0:
			return "too small; each segment must be at least 1 byte."
		}
		return ""
	}
	path := strings.TrimPrefix(g.Path, "/")
	list, isRange := ranges("bytes="+g.Range, math.MaxInt)
	switch {
	case g.Path == "":
		return `expected keys to include one of "path" or "data"`
	case !strings.Contains(strings.Trim(g.Path, "/"), "/"):
		return "path does not refer to an object. Path must be of the form /container/object."
	case g.SizeBytes != nil && *g.SizeBytes < 1 && !last:
		return "too small; each segment must be at least 1 byte."
	case path == q.container+"/"+q.object:
		return "manifest must not include itself as a segment"
	case g.Range != "" && !isRange:
		return "invalid range"
	case g.Range != "" && len(list) > 1:
		return "multiple ranges (only one allowed)"
	}
	if g.Range != "" && g.SizeBytes != nil {
		if list, _ = ranges("bytes="+g.Range, *g.SizeBytes); len(list) != 1 {
			return "unsatisfiable range"
		}
	}
	return ""
}

// look compares a segment with its object; problems are Swift's words for what is wrong.
func (q *request) look(raw *rawSegment, last bool) (g segment, problems []string) {
	if raw.Data != nil {
		return segment{Data: *raw.Data}, nil
	}
	if q.denied != nil {
		return g, []string{statusLine(q.denied.Status)}
	}
	_, _, o := q.server.at(raw.Path)
	if o == nil {
		return g, []string{statusLine(http.StatusNotFound)}
	}
	c := q.server.content(o)
	if c == nil {
		return g, []string{statusLine(http.StatusNotFound)}
	}
	g = segment{
		Name: "/" + strings.TrimPrefix(raw.Path, "/"), Bytes: len(c.body), Hash: strings.Trim(c.etag, `"`), ContentType: o.contentType,
		LastModified: lastModified(o.modified).Format(listedTime), SubSLO: o.segments != nil,
	}
	size := g.Bytes
	if raw.Range != "" {
		switch list, _ := ranges("bytes="+raw.Range, g.Bytes); {
		case len(list) == 0:
			problems = append(problems, "Unsatisfiable Range")
		case list[0] != span{0, g.Bytes - 1}:
			g.Range, size = fmt.Sprintf("%d-%d", list[0].first, list[0].last), list[0].size()
		}
	}
	if size < 1 && !last {
		problems = append(problems, "Too small; each segment must be at least 1 byte.")
	}
	if raw.SizeBytes != nil && *raw.SizeBytes != g.Bytes {
		problems = append(problems, "Size Mismatch")
	}
	if raw.ETag != "" && strings.Trim(raw.ETag, `"`) != g.Hash {
		problems = append(problems, "Etag Mismatch")
	}
	return g, problems
}

func (q *request) createSLOManifest() *answer {
	raw, refusal := q.parseManifest()
	if refusal != nil {
		return refusal
	}
	outcome := report{kind: "upload"}
	o := &object{segments: []segment{}}
	sum := ""
	for i := range raw {
		g, problems := q.look(&raw[i], i == len(raw)-1)
		for _, p := range problems {
			outcome.fail(raw[i].Path, p)
		}
		o.segments = append(o.segments, g)
		part := g.span()
		o.sloSize += part.size()
		switch {
		case g.Data != nil:
			sum += md5Of(g.Data)
		case g.Range != "":
			sum += g.Hash + ":" + g.Range + ";"
		default:
			sum += g.Hash
		}
	}
	o.sloETag = md5Of([]byte(sum))
	a := q.storeManifest(o, &outcome)
	if !isTrue(q.query.Get("heartbeat")) {
		return a
	}
	outcome.set("Response Status", statusLine(a.Status))
	outcome.set("Response Body", "")
	if a.Status == http.StatusCreated {
		outcome.set("Etag", a.Header.Get("Etag"))
		outcome.set("Last Modified", a.Header.Get("Last-Modified"))
	} else {
		outcome.set("Response Body", title(a.Status)+"\n"+explanations[a.Status])
	}
	b := q.reported(http.StatusAccepted, &outcome)
	b.Body = slices.Concat([]byte(" \r\n\r\n"), b.Body)
	return b
}

// storeManifest stores the large object, if nothing is wrong with its segments.
func (q *request) storeManifest(o *object, outcome *report) *answer {
	if len(outcome.failed) > 0 {
		return q.reported(http.StatusBadRequest, outcome)
	}
	if want := strings.Trim(q.Header.Get("Etag"), `"`); want != "" && want != o.sloETag {
		return page(http.StatusUnprocessableEntity)
	}
	if q.denied != nil {
		return q.denied
	}
	c, made, refusal := q.mayCreate()
	if refusal != nil {
		return refusal
	}
	made.segments, made.sloETag, made.sloSize = o.segments, o.sloETag, o.sloSize
	made.body, _ = json.Marshal(o.segments) // which has nothing that can't be
	made.etag = md5Of(made.body)
	if refusal := q.withinQuota(c, int64(len(made.body))); refusal != nil {
		return refusal
	}
	c.objects[q.object] = made
	return created(`"`+made.sloETag+`"`, made)
}

// deleteSLO deletes the object with all of its segments.
func (q *request) deleteSLO() *answer {
	outcome := report{}
	outcome.deleteAll()
	deleted, missing := 0, 0
	for left := []segment{{Name: "/" + q.container + "/" + q.object, SubSLO: true}}; len(left) > 0; {
		g := left[0]
		left = left[1:]
		container, name, o := q.server.at(g.Name)
		switch {
		case g.Data != nil:
		case o == nil:
			missing++
		case g.SubSLO && o.segments == nil:
			outcome.fail(g.Name, "Not an SLO manifest")
		default:
			if g.SubSLO {
				left = append(left, o.segments...)
			}
			delete(q.server.containers[container].objects, name)
			deleted++
		}
	}
	outcome.count(deleted, missing)
	return q.reported(http.StatusOK, &outcome)
}
