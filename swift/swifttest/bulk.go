package swifttest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// report is what bulk operations, and those on manifests, tell of each path.
type report struct {
	kind   string // "delete" or "upload"
	values map[string]any
	failed [][2]string
}

func (r *report) set(name string, value any) {
	if r.values == nil {
		r.values = map[string]any{}
	}
	r.values[name] = value
}

// fail notes what is wrong with a path.
func (r *report) fail(path, status string) {
	r.failed = append(r.failed, [2]string{quote(path), status})
}

// quote escapes a path as Swift does in its answers.
func quote(path string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(path))
}

// deleteAll begins a report of deletions.
func (r *report) deleteAll() {
	r.kind = "delete"
	r.set("Response Status", statusLine(http.StatusOK))
	r.set("Response Body", "")
	r.count(0, 0)
}

// count tells deletions, and by them what came of the whole.
func (r *report) count(deleted, missing int) {
	r.set("Number Deleted", deleted)
	r.set("Number Not Found", missing)
	if len(r.failed) > 0 {
		r.set("Response Status", statusLine(http.StatusBadRequest))
	}
}

// reported answers with a report, in the form that is asked for: JSON, XML, or else text.
func (q *request) reported(status int, r *report) *answer {
	accept := q.Header.Get("Accept")
	switch {
	case strings.Contains(accept, "json"):
		r.set("Errors", append([][2]string{}, r.failed...))
		return document(status, r.values).Set("Content-Type", "application/json")
	case strings.Contains(accept, "xml"):
		return (&answer{Status: status, Body: r.xml()}).Set("Content-Type", "application/xml")
	}
	return (&answer{Status: status, Body: r.text()}).Set("Content-Type", textPlain)
}

func (r *report) text() (b []byte) {
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		b = fmt.Appendf(b, "%s: %v\n", name, r.values[name])
	}
	b = append(b, "Errors:\n"...)
	for _, f := range r.failed {
		b = fmt.Appendf(b, "%s, %s\n", f[0], f[1])
	}
	return b
}

func (r *report) xml() []byte {
	b := fmt.Appendf(nil, "<%s>\n", r.kind)
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		tag := strings.ToLower(strings.ReplaceAll(name, " ", "_"))
		b = fmt.Appendf(b, "<%s>%s</%[1]s>\n", tag, inXML(fmt.Sprint(r.values[name])))
	}
	b = append(b, "<errors>\n"...)
	for _, f := range r.failed {
		b = fmt.Appendf(b, "<object><name>%s</name><status>%s</status></object>\n", inXML(f[0]), inXML(f[1]))
	}
	return fmt.Appendf(b, "</errors>\n</%s>\n", r.kind)
}

// bulkDelete always answers 200, with the truth in the body.
func (q *request) bulkDelete() *answer {
	outcome := report{}
	outcome.deleteAll()
	paths, status, why := q.bulkPaths()
	if status == http.StatusOK {
		status, why = q.deletePaths(paths, &outcome)
	}
	if status != http.StatusOK {
		outcome.set("Response Status", statusLine(status))
		outcome.set("Response Body", why)
	}
	return q.reported(http.StatusOK, &outcome)
}

// bulkPaths reads the lines of a bulk deletion.
func (q *request) bulkPaths() (paths []string, status int, why string) {
	l := &q.server.options.Limits
	if t := q.Header.Get("Content-Type"); t != "" && !strings.HasPrefix(t, textPlain) {
		return nil, http.StatusNotAcceptable, string(page(http.StatusNotAcceptable).Body)
	}
	for line := range strings.Lines(string(q.body)) {
		if len(line) > 2*(l.MaxContainerNameLength+l.MaxObjectNameLength+2) {
			return nil, http.StatusBadRequest, "Invalid File Name"
		}
		path, err := url.PathUnescape(strings.TrimSpace(line))
		if err != nil {
			path = strings.TrimSpace(line) // a percent sign that stands for itself
		}
		if path != "" {
			paths = append(paths, path)
		}
		if len(paths) > l.MaxDeletesPerRequest {
			return nil, http.StatusRequestEntityTooLarge, fmt.Sprintf("Maximum Bulk Deletes: %d per request", l.MaxDeletesPerRequest)
		}
	}
	return paths, http.StatusOK, ""
}

// deletePaths deletes objects, and then containers.
func (q *request) deletePaths(paths []string, outcome *report) (status int, why string) {
	deleted, missing := 0, 0
	defer func() { outcome.count(deleted, missing) }()
	for _, wantObject := range []bool{true, false} {
		for _, path := range paths {
			container, name, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
			if isObject := strings.Contains(strings.Trim(path, "/"), "/"); isObject != wantObject {
				continue
			}
			var a *answer
			switch one := q.sub(container, name, http.Header{}, nil); {
			case q.denied != nil:
				a = q.denied
			case wantObject:
				a = one.deleteObject()
			default:
				a = one.deleteContainer()
			}
			switch a.Status {
			case http.StatusNoContent:
				deleted++
			case http.StatusNotFound:
				missing++
			default:
				outcome.fail(path, statusLine(a.Status))
			}
			if len(outcome.failed) >= q.server.options.Limits.MaxFailedDeletes {
				return http.StatusBadRequest, "Max delete failures exceeded"
			}
		}
	}
	if deleted+missing+len(outcome.failed) == 0 {
		return http.StatusBadRequest, "Invalid bulk delete."
	}
	return http.StatusOK, ""
}
