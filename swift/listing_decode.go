package swift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
)

// Format is the form in which a server is asked for a listing.
type Format string

// The formats of listings. Plain text has the names alone.
const (
	FormatJSON  Format = "json"
	FormatXML   Format = "xml"
	FormatPlain Format = "plain"
)

// timestamp reads the times of listings, with or without a zone.
type timestamp struct{ time.Time }

func (t *timestamp) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t.Time, _ = parseTimestamp([]byte(s))
	return nil
}

// maxEntries is the most that a listing or a manifest may hold, fifty times what a server puts
// on a page unless told otherwise: an empty entry takes forty times its length in memory.
const maxEntries = 500_000

var errEntries = fmt.Errorf("more than %d entries", maxEntries)

// list is an array of at most maxEntries.
type list[E any] []E

func (l *list[E]) UnmarshalJSON(doc []byte) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return json.Unmarshal(doc, (*[]E)(l)) // null, or an error that says what it is
	}
	for *l = []E{}; d.More(); {
		if len(*l) == maxEntries {
			return errEntries
		}
		var e E
		if err := d.Decode(&e); err != nil {
			return err
		}
		*l = append(*l, e)
	}
	return nil
}

// readListing decodes a listing by its Content-Type: what was asked for is not always what
// comes.
func readListing(r *transport.Response, asJSON, asXML func(doc []byte) error, plain func(name string)) error {
	doc := bytes.TrimSpace(r.Document)
	if len(doc) == 0 {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "text/plain":
		if n := bytes.Count(doc, []byte("\n")); n > maxEntries {
			return malformed(fmt.Sprintf("a listing of %d lines", n))
		}
		for line := range strings.Lines(string(r.Document)) {
			if name := strings.TrimSuffix(line, "\n"); name != "" {
				plain(name)
			}
		}
		return nil
	case "application/xml", "text/xml":
		err = asXML(doc)
	case "application/json":
		err = asJSON(doc)
	default:
		return malformed(fmt.Sprintf("%d bytes of %s where a listing was due", len(doc), apierr.OneLine(r.Header.Get("Content-Type"))))
	}
	if err != nil {
		return malformed(fmt.Sprintf("%s of %d bytes: %v", kind, len(doc), apierr.JSONError(err)))
	}
	return nil
}

// sortByName puts the entries of an XML listing, which come apart into two lists, into the
// order that they were sent in: up, or down when the listing was reversed.
func sortByName[E any](entries []E, name func(*E) string) {
	down := len(entries) > 1 && name(&entries[0]) > name(&entries[1])
	slices.SortStableFunc(entries, func(a, b E) int {
		if down {
			a, b = b, a
		}
		return strings.Compare(name(&a), name(&b))
	})
}
