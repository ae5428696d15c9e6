package s3

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// shelf is a bucket with versions, as a round tripper: it lists (both versions of the
// call, and versions), deletes (both ways) and copies versions.
type shelf struct {
	// refuse answers a request in its place, when it answers; n counts from 1.
	refuse func(n int, r *http.Request, body string) *http.Response
	// swift: NextVersionIdMarker is always "null", and what a removed delete marker hid stays
	// hidden until it is written again.
	swift bool
	// deny is the code that a key's deletion fails with, "" for none.
	deny func(key, version string) string

	mu      sync.Mutex
	entries []shelved // by key, and newest first
	made    int
	log     []string // what was asked for
	most    int      // requests at the same time
	now     int
	largest int // DeleteObjects
	headers []http.Header
	hidden  bool
}

type shelved struct {
	key, version string
	marker       bool
	at           time.Time
}

func (s *shelf) add(key string, marker bool) string {
	s.made++
	e := shelved{key, fmt.Sprint("v", s.made), marker, time.Date(2026, 1, 2, 3, 4, s.made, 0, time.UTC)}
	i, _ := slices.BinarySearchFunc(s.entries, key, func(e shelved, key string) int { return cmp.Compare(e.key, key) })
	s.entries = slices.Insert(s.entries, i, e)
	return e.version
}

func (s *shelf) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

func (s *shelf) asked(what string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.log {
		if l == what {
			n++
		}
	}
	return n
}

// drop deletes a version, or an object whole, as a bucket without versions does.
func (s *shelf) drop(key, version string) string {
	if s.deny != nil {
		if code := s.deny(key, version); code != "" {
			return code
		}
	}
	s.entries = slices.DeleteFunc(s.entries, func(e shelved) bool {
		s.hidden = s.hidden || s.swift && e.marker && e.version == version
		return e.key == key && (version == "" || e.version == version)
	})
	return ""
}

func (s *shelf) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	what := r.Method
	for _, sub := range []string{"versions", "list-type", "delete", "marker"} {
		if q.Has(sub) {
			what += " " + sub
		}
	}
	s.mu.Lock()
	s.log = append(s.log, what)
	s.headers = append(s.headers, r.Header.Clone())
	n := len(s.log)
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	if s.refuse != nil {
		if resp := s.refuse(n, r, string(body)); resp != nil {
			return resp, nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method == http.MethodGet:
		return answer(r, 200, s.list(q)), nil
	case r.Method == http.MethodPost:
		return answer(r, 200, s.deleteObjects(body)), nil
	case r.Method == http.MethodDelete:
		key := strings.TrimPrefix(r.URL.Path, "/bucket/")
		if code := s.drop(key, q.Get("versionId")); code != "" {
			return answer(r, map[bool]int{true: 404, false: 403}[strings.HasPrefix(code, "NoSuch")], errorXML(code)), nil
		}
		return answer(r, 204, ""), nil
	case r.Method == http.MethodHead:
		key := strings.TrimPrefix(r.URL.Path, "/bucket/")
		for _, e := range s.entries {
			if e.key == key && !e.marker && !s.hidden {
				return answer(r, 200, ""), nil
			}
			if e.key == key {
				break
			}
		}
		return answer(r, 404, ""), nil
	case r.Header.Get("X-Amz-Copy-Source") != "":
		s.hidden = false
		version := s.add(strings.TrimPrefix(r.URL.Path, "/bucket/"), false)
		return answer(r, 200, "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>", "X-Amz-Version-Id", version), nil
	}
	return answer(r, 501, errorXML("NotImplemented")), nil
}

func (s *shelf) list(q url.Values) string {
	limit := 1000
	_, _ = fmt.Sscan(q.Get("max-keys"), &limit)
	after, version := q.Get("marker"), ""
	if q.Has("list-type") {
		after = strings.TrimPrefix(q.Get("continuation-token"), "t:")
	}
	if q.Has("versions") {
		after, version = q.Get("key-marker"), q.Get("version-id-marker")
	}
	text := func(s string) string { return s }
	var doc strings.Builder
	if q.Get("encoding-type") == "url" {
		text = url.QueryEscape
		doc.WriteString("<EncodingType>url</EncodingType>")
	}
	var last shelved
	rolled := ""
	n, more, passed := 0, false, version == ""
	seen := map[string]bool{}
	for _, e := range s.entries {
		latest := !seen[e.key]
		seen[e.key] = true
		switch {
		case !strings.HasPrefix(e.key, q.Get("prefix")), e.key < after, e.key == after && version == "":
			continue
		case e.key == after && !passed:
			passed = e.version == version
			continue
		case !q.Has("versions") && (!latest || e.marker):
			continue
		case rolled != "" && strings.HasPrefix(e.key, rolled):
			continue
		case n == limit:
			more = true
		}
		if more {
			break
		}
		n, last = n+1, e
		if before, _, ok := strings.Cut(e.key, q.Get("delimiter")); ok && q.Get("delimiter") != "" {
			if rolled = before + q.Get("delimiter"); !s.swift && rolled == after {
				n--
				continue
			}
			last = shelved{key: rolled}
			fmt.Fprintf(&doc, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", text(rolled))
			continue
		}
		tag := "Contents"
		if q.Has("versions") {
			tag = "Version"
		}
		if e.marker {
			tag = "DeleteMarker"
		}
		fmt.Fprintf(&doc, "<%s><Key>%s</Key><VersionId>%s</VersionId><IsLatest>%t</IsLatest><LastModified>%s</LastModified></%s>",
			tag, text(e.key), e.version, latest, e.at.Format(time.RFC3339), tag)
	}
	if s.swift {
		last.version = "null"
	}
	if more {
		fmt.Fprintf(&doc, "<IsTruncated>true</IsTruncated><NextMarker>%s</NextMarker><NextKeyMarker>%s</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker><NextContinuationToken>t:%s</NextContinuationToken>",
			text(last.key), text(last.key), last.version, last.key)
	}
	return "<R>" + doc.String() + "</R>"
}

func (s *shelf) deleteObjects(body []byte) string {
	var in struct {
		Quiet  bool
		Object []struct{ Key, VersionId string }
	}
	if err := xml.Unmarshal(body, &in); err != nil || !in.Quiet {
		return errorXML("MalformedXML")
	}
	s.largest = max(s.largest, len(in.Object))
	var doc strings.Builder
	for _, o := range in.Object {
		if code := s.drop(o.Key, o.VersionId); code != "" {
			doc.WriteString("<Error><Key>")
			_ = xml.EscapeText(&doc, []byte(o.Key))
			fmt.Fprintf(&doc, "</Key><VersionId>%s</VersionId><Code>%s</Code><Message>it says %s</Message></Error>", o.VersionId, code, code)
		}
	}
	return "<DeleteResult>" + doc.String() + "</DeleteResult>"
}
