package swift

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
)

// SLOSegmentError is what is wrong with one segment of a Static Large Object.
type SLOSegmentError struct {
	// Path is "container/object", not escaped; of a deletion it may be the manifest's.
	Path string
	// Reason is the server's, such as "Etag Mismatch", "Size Mismatch", "404 Not Found".
	Reason string
}

// String is the path and the reason.
func (e SLOSegmentError) String() string { return strconv.Quote(e.Path) + ": " + e.Reason }

// SLOError is a manifest that was refused, a deletion that was not complete, or content that
// can't be had, because of some segments. errors.As finds it, and what is behind it.
type SLOError struct {
	// Segments are those that something is wrong with.
	Segments []SLOSegmentError
	// Err is the failure, of a refusal an [*Error].
	Err error
}

// Error is one line that names up to three segments.
func (e *SLOError) Error() string {
	const most = 3
	var b strings.Builder
	fmt.Fprintf(&b, "%v; %d of the segments: ", e.Err, len(e.Segments))
	for i, s := range e.Segments[:min(most, len(e.Segments))] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s.String())
	}
	if len(e.Segments) > most {
		b.WriteString(", ...")
	}
	return b.String()
}

// Unwrap returns Err.
func (e *SLOError) Unwrap() error { return e.Err }

// sloReport is the document in which Swift tells what came of a manifest or of a deletion.
type sloReport struct {
	Status         string      `json:"Response Status"`
	Body           string      `json:"Response Body"`
	ETag           string      `json:"Etag"`
	LastModified   string      `json:"Last Modified"`
	NumberDeleted  int         `json:"Number Deleted"`
	NumberNotFound int         `json:"Number Not Found"`
	Errors         [][2]string `json:"Errors"`
}

// readSLOReport reads the document of an answer that meant success: JSON was asked for, text
// is what some servers send all the same.
func readSLOReport(r *transport.Response) (*sloReport, error) {
	doc := bytes.TrimSpace(r.Document)
	report := new(sloReport)
	if len(doc) > 0 && doc[0] == '{' {
		if err := json.Unmarshal(doc, report); err != nil {
			return nil, malformed(fmt.Sprintf("report of %d bytes: %v", len(doc), apierr.JSONError(err)))
		}
	} else {
		report.readText(string(doc))
	}
	if _, ok := report.status(); !ok {
		return nil, malformed(fmt.Sprintf("no Response Status in %d bytes of %s", len(doc), apierr.OneLine(r.Header.Get("Content-Type"))))
	}
	return report, nil
}

// readText reads "Name: value" lines, and below "Errors:" lines of "path, reason".
func (p *sloReport) readText(doc string) {
	errs := false
	for line := range strings.Lines(doc) {
		line = strings.TrimSpace(line)
		if errs {
			if at := strings.LastIndex(line, ", "); at > 0 {
				p.Errors = append(p.Errors, [2]string{line[:at], line[at+2:]})
			}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name {
		case "Response Status":
			p.Status = value
		case "Response Body":
			p.Body = value
		case "Etag":
			p.ETag = value
		case "Last Modified":
			p.LastModified = value
		case "Number Deleted":
			p.NumberDeleted, _ = strconv.Atoi(value)
		case "Number Not Found":
			p.NumberNotFound, _ = strconv.Atoi(value)
		case "Errors":
			errs = true
		}
	}
}

func (p *sloReport) status() (int, bool) {
	code, _, _ := strings.Cut(p.Status, " ")
	n, err := strconv.Atoi(code)
	return n, err == nil && n >= 100 && n < 600
}

// failure is the error that the report tells, or nil.
func (p *sloReport) failure(r *transport.Response) error {
	status, _ := p.status()
	if status < 300 && len(p.Errors) == 0 {
		return nil
	}
	e := newError(status, r.Header)
	e.Message = apierr.OneLine(p.Body)
	return p.segments(e)
}

// segments makes e a SLOError if the report names segments. OpenStack Swift looks at the
// segments before it looks at who asks: a token that is over shows in their reasons alone.
func (p *sloReport) segments(e *Error) error {
	if len(p.Errors) == 0 {
		return e
	}
	for _, pair := range p.Errors {
		if strings.HasPrefix(pair[1], strconv.Itoa(http.StatusUnauthorized)) {
			e.StatusCode, e.Code = http.StatusUnauthorized, http.StatusText(http.StatusUnauthorized)
		}
	}
	failed := &SLOError{Err: e, Segments: make([]SLOSegmentError, len(p.Errors))}
	for i, pair := range p.Errors {
		path, err := url.PathUnescape(pair[0])
		if err != nil {
			path = pair[0] // Ceph RGW does not escape
		}
		failed.Segments[i] = SLOSegmentError{Path: strings.TrimPrefix(path, "/"), Reason: apierr.OneLine(pair[1])}
	}
	return failed
}

// refusedSegments finds the segments that a refused manifest is refused for.
func refusedSegments(r *transport.Response, e *Error) error {
	doc := bytes.TrimSpace(r.Document)
	var report sloReport
	if len(doc) > 0 && doc[0] == '{' {
		_ = json.Unmarshal(doc, &report) // what it doesn't tell, the status does
	} else if bytes.HasPrefix(doc, []byte("Errors:")) {
		report.readText(string(doc))
	}
	if len(report.Errors) > 0 {
		e.Message = "" // it repeats them
	}
	return report.segments(e)
}

// notDeleted is the report of a deletion that found nothing to delete.
func (p *sloReport) notDeleted(r *transport.Response) error {
	if p.NumberDeleted > 0 || p.NumberNotFound == 0 {
		return nil
	}
	return newError(http.StatusNotFound, r.Header)
}
