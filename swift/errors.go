package swift

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

// service names Swift in errors and logs.
const service = "Swift"

// Failures on the client's side, found before anything is sent or after the answer is in.
// Test with errors.Is.
var (
	// ErrUnsupported: the profile says that the server lacks the operation, or overlooks
	// a member of the input.
	// Options.AllowUnsupported sends it all the same.
	ErrUnsupported = errors.New("not supported by the provider")
	// ErrETagMismatch: the server stored, or sent, other bytes than the ETag is of.
	ErrETagMismatch = errors.New("ETag mismatch")
	// ErrObjectChanged: the object was replaced while its body was being read, so the
	// rest can't be had.
	ErrObjectChanged = errors.New("object changed while it was read")
	// ErrBodyConsumed: the server refused the token after it had begun to read a body
	// that can't be read twice. Nothing was stored; the client has let go of the token.
	ErrBodyConsumed = errors.New("token refused, and the body can't be read again")
	// ErrMalformedAnswer: the answer is not what the API promises: HTML where JSON was
	// due, a document that ends too soon.
	ErrMalformedAnswer = errors.New("malformed answer")
	// ErrListingStuck: a server says that a listing goes on, but not past the marker
	// that it was given. The entries so far have been yielded.
	ErrListingStuck = errors.New("listing does not advance")
	// ErrNoAnswer: the server could not be reached, or the connection broke, fell silent or was
	// refused by TLS before all of an answer had come. The cause is wrapped beside it: a
	// *net.OpError, a *net.DNSError, io.ErrUnexpectedEOF, an x509 error.
	ErrNoAnswer = transport.ErrNoAnswer
	// ErrAnswerTooLong: the answer has more than 64 MiB, or 8 MiB where it is no listing. It is
	// not asked for again.
	ErrAnswerTooLong = transport.ErrAnswerTooLong
	// ErrRetryBudget: a retry was due, but the client's budget was empty.
	ErrRetryBudget = transport.ErrBudget
)

// class is a sentinel for a status.
type class struct {
	name   string
	status int
}

func (c *class) Error() string { return c.name }

// Class sentinels go by the status: Swift has no other codes.
var (
	ErrNotModified         error = &class{"not modified", http.StatusNotModified}                                     // 304
	ErrBadRequest          error = &class{"bad request", http.StatusBadRequest}                                       // 400
	ErrUnauthorized        error = &class{"unauthorized", http.StatusUnauthorized}                                    // 401: the token, or the TempURL
	ErrForbidden           error = &class{"forbidden", http.StatusForbidden}                                          // 403
	ErrNotFound            error = &class{"not found", http.StatusNotFound}                                           // 404
	ErrConflict            error = &class{"conflict", http.StatusConflict}                                            // 409: a container that is not empty
	ErrLengthRequired      error = &class{"length required", http.StatusLengthRequired}                               // 411
	ErrPreconditionFailed  error = &class{"precondition failed", http.StatusPreconditionFailed}                       // 412
	ErrTooLarge            error = &class{"too large", http.StatusRequestEntityTooLarge}                              // 413: over a quota or a limit
	ErrRangeNotSatisfiable error = &class{"range not satisfiable", http.StatusRequestedRangeNotSatisfiable}           // 416
	ErrUnprocessable       error = &class{"unprocessable: not the bytes of its ETag", http.StatusUnprocessableEntity} // 422
	ErrInsufficientStorage error = &class{"insufficient storage", http.StatusInsufficientStorage}                     // 507
)

// Error is what the server said. It implements smithy.APIError.
type Error struct {
	// Code is the status' name without spaces, such as "NotFound", or the code where the
	// server sent one, such as "NoSuchBucket" (Ceph RGW, KakaoCloud).
	Code string
	// Message is the server's explanation, one line.
	Message string
	// StatusCode is the HTTP status, or the one that a document of 200 or 202 tells.
	StatusCode int
	// RequestID is what the provider's support asks for.
	RequestID string
	// Container and Object name what the request was about.
	Container, Object string
}

// Error is one line: code, message, object, status, request id.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	b.WriteString(" (")
	if e.Container != "" {
		b.WriteString("container " + strconv.Quote(e.Container) + ", ")
	}
	if e.Object != "" {
		b.WriteString("object " + strconv.Quote(e.Object) + ", ")
	}
	fmt.Fprintf(&b, "status %d, request id %q)", e.StatusCode, e.RequestID)
	return b.String()
}

// ErrorCode is Code; it implements smithy.APIError.
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage is Message; it implements smithy.APIError.
func (e *Error) ErrorMessage() string { return e.Message }

// ErrorFault tells the client's faults from the server's by the status.
func (e *Error) ErrorFault() smithy.ErrorFault {
	return apierr.Fault(e.StatusCode)
}

// HTTPStatusCode is StatusCode.
func (e *Error) HTTPStatusCode() int { return e.StatusCode }

// Is matches the class of the status, and the errors of io/fs for 404 (fs.ErrNotExist),
// 401 and 403 (fs.ErrPermission).
func (e *Error) Is(target error) bool {
	if c, ok := target.(*class); ok {
		return e.StatusCode == c.status
	}
	switch target {
	case fs.ErrNotExist:
		return e.StatusCode == http.StatusNotFound
	case fs.ErrPermission:
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
	}
	return false
}

// errorDocument is the body that Ceph RGW and KakaoCloud send for some errors.
type errorDocument struct {
	Code      string `xml:"Code" json:"Code"`
	Message   string `xml:"Message" json:"Message"`
	RequestID string `xml:"RequestId" json:"RequestId"`
}

// statusText is the status as a status line has it: "409 Conflict".
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// read takes the document in any form that Ceph RGW has for it: XML or JSON, as the listing
// was asked for, and otherwise the code alone.
func (d *errorDocument) read(doc []byte) bool {
	switch {
	case bytes.HasPrefix(doc, []byte("<")):
		root, err := rest.UnmarshalXML(doc, d)
		return err == nil && root == "Error" && d.Code != ""
	case bytes.HasPrefix(doc, []byte("{")):
		return json.Unmarshal(doc, d) == nil && d.Code != ""
	}
	d.Code = string(doc)
	return codeWord.MatchString(d.Code)
}

// codeWord is a code that stands alone: "NoSuchBucket".
var codeWord = regexp.MustCompile(`^[A-Z][a-z]+[A-Z][A-Za-z0-9]{0,62}$`)

// newError is an Error of a status, its code the status' name.
func newError(status int, h http.Header) *Error {
	e := &Error{
		Code:       apierr.Code(status),
		StatusCode: status,
		RequestID:  transport.RequestID(h),
	}
	return e
}

// parseError makes an Error of an answer, whatever its body is: Swift's HTML or text, the
// XML of S3, a proxy's page, or nothing.
func parseError(r *transport.Response) *Error {
	e := newError(r.StatusCode, r.Header)
	doc := bytes.TrimSpace(r.Document)
	var d errorDocument
	if d.read(doc) {
		e.Code, e.Message = apierr.OneLine(d.Code), apierr.OneLine(d.Message)
		if e.RequestID == "" {
			e.RequestID = apierr.OneLine(d.RequestID)
		}
		return e
	}
	e.Message = message(string(doc))
	return e
}

var (
	heading = regexp.MustCompile(`(?is)<(title|h1)\b.*?</(title|h1)>`)
	markup  = regexp.MustCompile(`(?s)<[^>]*>`)
)

// maxPage is how much of a page is searched for its text. The search for a heading that has no
// end begins anew at every heading.
const maxPage = 4 << 10

// message takes the text out of a page.
func message(doc string) string {
	doc = doc[:min(len(doc), maxPage)]
	if strings.HasPrefix(doc, "<") {
		doc = html.UnescapeString(markup.ReplaceAllString(heading.ReplaceAllString(doc, " "), " "))
	}
	return apierr.OneLine(doc)
}

// operationError puts the operation's name around any failure of a call.
func operationError(operation string, err error) error {
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
}

// malformed says what is wrong with an answer that meant success.
func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformedAnswer, what) }

// isWebPage tells a page that a portal or a proxy sends instead of an object from an object that
// is one by its header.
func isWebPage(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/html") && !ofSwift(h)
}

// ofSwift tells an answer of a server of Swift's API by its header: every one tells an object's
// ETag or time, or has some header of the API. (OpenStack accepts with a page of HTML.)
func ofSwift(h http.Header) bool {
	for _, name := range []string{"Etag", "Last-Modified", "X-Timestamp", "X-Trans-Id", "X-Openstack-Request-Id"} {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}
