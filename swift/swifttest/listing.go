package swifttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// entry is an entry of a listing.
type entry struct {
	Subdir       string  `json:"subdir,omitempty"`
	Name         string  `json:"name,omitempty"`
	Count        *int    `json:"count,omitempty"` // of containers
	Bytes        *int    `json:"bytes,omitempty"`
	Hash         *string `json:"hash,omitempty"` // of objects, as what follows
	ContentType  string  `json:"content_type,omitempty"`
	LastModified string  `json:"last_modified,omitempty"`
	SLOETag      string  `json:"slo_etag,omitempty"`
}

// page is the names of a listing, and the subdirectories, which end in the delimiter.
func (q *request) page(names []string, limit int) (page []string, subdirs map[string]bool, bad *answer) {
	get := q.query.Get
	if n, err := strconv.Atoi(get("limit")); err == nil && n >= 0 {
		if n > limit {
			return nil, nil, say(http.StatusPreconditionFailed, "Maximum limit is %d", limit)
		}
		limit = n
	}
	prefix, delimiter, path := get("prefix"), get("delimiter"), q.query.Has("path")
	if path {
		prefix, delimiter = "", "/"
		if p := get("path"); p != "" {
			prefix = strings.TrimRight(p, "/") + "/"
		}
	}
	marker, end := get("marker"), get("end_marker")
	slices.Sort(names)
	if isTrue(get("reverse")) {
		slices.Reverse(names)
		marker, end = end, marker
	}
	subdirs = map[string]bool{}
	for _, name := range names {
		if len(page) == limit {
			break
		}
		if !strings.HasPrefix(name, prefix) || marker != "" && name <= marker || end != "" && name >= end || path && name == prefix {
			continue
		}
		if delimiter != "" {
			if i := strings.Index(name[len(prefix):], delimiter); i >= 0 {
				subdir := name[:len(prefix)+i+len(delimiter)]
				switch {
				case path && subdir == name: // a directory that is an object
				case path:
					continue
				case !subdirs[subdir] && subdir != marker:
					subdirs[subdir] = true
					page = append(page, subdir)
					continue
				default: // all of its names were told by it
					continue
				}
			}
		}
		page = append(page, name)
	}
	return page, subdirs, nil
}

// format is the media type of a listing: what the query asks for, else the header.
func (q *request) format() string {
	asked := strings.ToLower(q.query.Get("format"))
	if asked == "" {
		asked = q.Header.Get("Accept")
	}
	switch {
	case strings.Contains(asked, "json"):
		return "application/json"
	case strings.Contains(asked, "xml"):
		return "application/xml"
	}
	return textPlain
}

// list puts the entries into an answer, as Swift writes them in each format; kind is "account" or "container"
// and name whose they are.
func (q *request) list(a *answer, kind, name string, entries []entry) *answer {
	format := q.format()
	a.Set("Content-Type", format+"; charset=utf-8")
	switch format {
	case "application/json":
		a.Body = []byte("[]")
		if len(entries) > 0 {
			a.Body, _ = json.Marshal(entries) // which has nothing that can't be
		}
	case "application/xml":
		a.Body = listXML(kind, name, entries)
	default:
		for _, e := range entries {
			a.Body = append(a.Body, e.Name+e.Subdir+"\n"...)
		}
		if len(a.Body) == 0 {
			a.Status = http.StatusNoContent
		}
	}
	return a
}

// inXML escapes no more than Swift does: a control character makes its listing no XML.
var inXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace

func listXML(kind, name string, entries []entry) []byte {
	b := fmt.Appendf(nil, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s name=\"%s\">", kind, inXML(name))
	for _, e := range entries {
		switch {
		case e.Subdir != "":
			b = fmt.Appendf(b, `<subdir name="%s"><name>%[1]s</name></subdir>`, inXML(e.Subdir))
		case kind == "account":
			b = fmt.Appendf(b, "<container><name>%s</name><count>%d</count><bytes>%d</bytes><last_modified>%s</last_modified></container>",
				inXML(e.Name), *e.Count, *e.Bytes, e.LastModified)
		default:
			b = fmt.Appendf(b, "<object><name>%s</name><hash>%s</hash><bytes>%d</bytes><content_type>%s</content_type><last_modified>%s</last_modified></object>",
				inXML(e.Name), *e.Hash, *e.Bytes, inXML(e.ContentType), e.LastModified)
		}
	}
	return fmt.Appendf(b, "</%s>", kind)
}

// listed are the entries of a page; of makes that of a name which is no subdirectory.
func listed(names []string, subdirs map[string]bool, of func(name string) entry) []entry {
	entries := make([]entry, len(names))
	for i, name := range names {
		if subdirs[name] {
			entries[i] = entry{Subdir: name}
		} else {
			entries[i] = of(name)
		}
	}
	return entries
}

func (q *request) listContainers() *answer {
	s := q.server
	names, subdirs, bad := q.page(slices.Collect(maps.Keys(s.containers)), s.options.Limits.AccountListingLimit)
	if bad != nil {
		return bad
	}
	entries := listed(names, subdirs, func(name string) entry {
		c := s.containers[name]
		count, bytes := len(c.objects), c.bytes()
		return entry{Name: name, Count: &count, Bytes: &bytes, LastModified: c.created.UTC().Format(listedTime)}
	})
	return q.list(q.accountAnswer(http.StatusOK), "account", s.account, entries)
}

func (q *request) listObjects() *answer {
	c := q.server.containers[q.container]
	if c == nil {
		return page(http.StatusNotFound)
	}
	names, subdirs, bad := q.page(slices.Collect(maps.Keys(c.objects)), q.server.options.Limits.ContainerListingLimit)
	if bad != nil {
		return bad
	}
	entries := listed(names, subdirs, func(name string) entry {
		o := c.objects[name]
		size := o.size()
		e := entry{Name: name, Bytes: &size, Hash: &o.etag, ContentType: o.contentType, LastModified: o.modified.UTC().Format(listedTime)}
		if o.segments != nil {
			e.SLOETag = `"` + o.sloETag + `"`
		}
		return e
	})
	return q.list(q.containerAnswer(c, http.StatusOK), "container", q.container, entries)
}
