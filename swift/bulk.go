package swift

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
)

// BulkFailure is a path that a bulk operation failed at. It is an error: errors.Is finds the
// class of its status, such as [ErrConflict] for a container that is not empty.
type BulkFailure struct {
	Path
	// StatusCode is the HTTP status for this path, Status the whole of it: "409 Conflict".
	StatusCode int
	Status     string

	raw Path // as the answer has it, not unescaped
}

// Error is one line: path and status.
func (f BulkFailure) Error() string { return strconv.Quote(f.Path.String()) + ": " + f.Status }

// Is matches what an [*Error] of the same status does.
func (f BulkFailure) Is(target error) bool { return (&Error{StatusCode: f.StatusCode}).Is(target) }

// BulkError is a bulk operation that did not succeed, or only in part: the HTTP status is 200
// all the same. errors.Is finds the classes of the whole outcome and of each failure.
type BulkError struct {
	// Err is the outcome as a whole: 400, or 502 when the store itself failed (Ceph RGW:
	// the status of a path).
	Err *Error
	// NumberDeleted, NumberNotFound and NumberFilesCreated tell what was done all the same.
	NumberDeleted, NumberNotFound, NumberFilesCreated int64
	// Failures are the paths that failed, in the server's order.
	Failures []BulkFailure
}

// maxListed is how many failures an error's text names.
const maxListed = 3

// Error is one line: the outcome, and the first failures.
func (e *BulkError) Error() string {
	var b strings.Builder
	b.WriteString(e.Err.Error())
	for i, f := range e.Failures {
		if i == maxListed {
			fmt.Fprintf(&b, "; and %d more", len(e.Failures)-i)
			break
		}
		b.WriteString("; " + f.Error())
	}
	return b.String()
}

// Unwrap gives the outcome and the failures to errors.Is and errors.As.
func (e *BulkError) Unwrap() []error {
	errs := make([]error, 0, 1+len(e.Failures))
	errs = append(errs, e.Err)
	for _, f := range e.Failures {
		errs = append(errs, f)
	}
	return errs
}

// bulkAnswer is the document that bulk operations answer with, blanks before it that keep the
// connection alive.
type bulkAnswer struct {
	NumberDeleted      int64      `json:"Number Deleted"`
	NumberNotFound     int64      `json:"Number Not Found"`
	NumberFilesCreated int64      `json:"Number Files Created"`
	ResponseStatus     string     `json:"Response Status"`
	ResponseBody       string     `json:"Response Body"`
	Errors             [][]string `json:"Errors"`
}

// readBulk decodes the answer of a bulk operation; one that says failure is a *BulkError.
func readBulk(r *transport.Response) (*bulkAnswer, error) {
	var a bulkAnswer
	if err := json.Unmarshal(r.Document, &a); err != nil {
		return nil, malformed(fmt.Sprintf("status %d and %d bytes of %q where the outcome of a bulk operation was due: %v",
			r.StatusCode, len(r.Document), apierr.OneLine(r.Header.Get("Content-Type")), apierr.JSONError(err)))
	}
	status, err := parseStatus(a.ResponseStatus)
	if err != nil {
		return nil, err
	}
	failures := make([]BulkFailure, 0, len(a.Errors))
	for _, pair := range a.Errors {
		if len(pair) != 2 {
			return nil, malformed(fmt.Sprintf("a failure of %d members", len(pair)))
		}
		f := BulkFailure{Path: parsePath(pair[0]), Status: apierr.OneLine(pair[1])}
		f.raw = f.Path
		if f.StatusCode, err = parseStatus(pair[1]); err != nil {
			return nil, err
		}
		if name, err := url.PathUnescape(pair[0]); err == nil {
			f.Path = parsePath(name)
		}
		failures = append(failures, f)
	}
	if status < 300 && len(failures) == 0 {
		return &a, nil
	}
	e := newError(status, r.Header)
	e.Message = apierr.OneLine(a.ResponseBody)
	return nil, &BulkError{
		Err: e, Failures: failures,
		NumberDeleted: a.NumberDeleted, NumberNotFound: a.NumberNotFound, NumberFilesCreated: a.NumberFilesCreated,
	}
}

// parseStatus takes the number out of "409 Conflict".
func parseStatus(s string) (int, error) {
	digits, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(digits)
	if err != nil || n < http.StatusOK || n > 599 {
		return 0, malformed(fmt.Sprintf("%q is no status", apierr.OneLine(s)))
	}
	return n, nil
}

// asBulkError finds the answer that says failure in the error of a call.
func asBulkError(err error) *BulkError {
	var e *BulkError
	errors.As(err, &e)
	return e
}
