package swifttest

import (
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keptHeaders are what an object has of a request, beside its metadata.
var keptHeaders = []string{
	"Content-Disposition", "Content-Encoding", "Content-Language", "Cache-Control", "Expires", "X-Robots-Tag", "X-Object-Manifest",
}

// keptOf takes what an object keeps of a request's headers.
func keptOf(from http.Header) http.Header {
	h := http.Header{}
	for name := range from {
		if v := from.Get(name); v != "" && (slices.Contains(keptHeaders, name) || strings.HasPrefix(name, "X-Object-Meta-")) {
			h.Set(name, v)
		}
	}
	return h
}

// checkMetadata holds metadata against the limits; prefix is such as "X-Object-Meta-".
func (q *request) checkMetadata(prefix string) *answer {
	l := &q.server.options.Limits
	count, size := 0, 0
	lower := strings.ToLower(prefix)
	for header := range q.Header {
		name, ok := strings.CutPrefix(header, prefix)
		if !ok {
			continue
		}
		value := q.Header.Get(header)
		count++
		size += len(name) + len(value)
		switch name = strings.ToLower(name); {
		case name == "":
			return say(http.StatusBadRequest, "Metadata name cannot be empty")
		case len(name) > l.MaxMetaNameLength:
			return say(http.StatusBadRequest, "Metadata name too long: %s%s", lower, name)
		case len(value) > l.MaxMetaValueLength:
			return say(http.StatusBadRequest, "Metadata value longer than %d: %s%s", l.MaxMetaValueLength, lower, name)
		case count > l.MaxMetaCount:
			return say(http.StatusBadRequest, "Too many metadata items; max %d", l.MaxMetaCount)
		case size > l.MaxMetaOverallSize:
			return say(http.StatusBadRequest, "Total metadata too large; max %d", l.MaxMetaOverallSize)
		}
	}
	return nil
}

// deleteAt is when the object of the request ends; zero: never.
func (q *request) deleteAt() (time.Time, *answer) {
	if after := q.Header.Get("X-Delete-After"); after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		switch {
		case err != nil:
			return time.Time{}, say(http.StatusBadRequest, "Non-integer X-Delete-After")
		case n <= 0:
			return time.Time{}, say(http.StatusBadRequest, "X-Delete-After in past")
		}
		return time.Unix(q.now.Unix()+n, 0), nil
	}
	at := q.Header.Get("X-Delete-At")
	if at == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(at, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, say(http.StatusBadRequest, "Non-integer X-Delete-At")
	case n <= q.now.Unix():
		return time.Time{}, say(http.StatusBadRequest, "X-Delete-At in past")
	}
	return time.Unix(n, 0), nil
}

// typeOf guesses a type by a name's extension.
func typeOf(name string) string {
	kind, _, err := mime.ParseMediaType(mime.TypeByExtension(path.Ext(name)))
	if err != nil {
		return "application/octet-stream"
	}
	return kind
}

// contentType is that of the object that the request brings.
func (q *request) contentType() string {
	if t := q.Header.Get("Content-Type"); t != "" && !isTrue(q.Header.Get("X-Detect-Content-Type")) {
		return t
	}
	return typeOf(q.object)
}
