package s3

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

// Failures on the client's side, found before anything is sent or after the answer
// is in. Test with errors.Is.
var (
	// ErrUnsupported: the profile says that the server lacks the operation or the
	// member, overlooks it, or takes the key for another one. Options.AllowUnsupported
	// sends it all the same.
	ErrUnsupported = errors.New("not supported by the provider")
	// ErrUnknownLength: a body's length can't be told, and S3 takes none without. Set
	// ContentLength, or upload with package s3/transfer.
	ErrUnknownLength = errors.New("body of unknown length")
	// ErrChecksumMismatch: the server stored, or sent, other bytes than the checksum
	// is of.
	ErrChecksumMismatch = errors.New("checksum mismatch")
	// ErrMalformedAnswer: the answer is not what the API promises: a document that can't be
	// read, a web page of a portal or a proxy that answers for the server, another range than
	// was asked for.
	ErrMalformedAnswer = errors.New("malformed answer")
	// ErrObjectChanged: the object was replaced while it was being read, so the rest
	// can't be had. It is also ErrPreconditionFailed, whatever the server made of the
	// condition.
	ErrObjectChanged error = objectChanged{}
	// ErrAmbiguous: a repeated attempt was refused for a condition, or an upload, that an
	// attempt before it, whose answer was lost, may have used up itself: what was asked for
	// may be done. The refusal is wrapped beside it. See "What is retried" in the package's
	// documentation.
	ErrAmbiguous = errors.New("not known whether it took effect")
	// ErrNoAnswer: the server could not be reached, or the connection broke, fell silent or was
	// refused by TLS before all of an answer had come. The cause is wrapped beside it: a
	// *net.OpError, a *net.DNSError, io.ErrUnexpectedEOF, an x509 error. The body of a
	// [GetObjectOutput] that breaks off has none of it: it tells of its own.
	ErrNoAnswer = transport.ErrNoAnswer
	// ErrAnswerTooLong: the server answers with a document of more than 64 MiB. It is
	// not asked for again.
	ErrAnswerTooLong = transport.ErrAnswerTooLong
	// ErrRetryBudget: a retry was due, but the client's budget was empty.
	ErrRetryBudget = transport.ErrBudget
)

// Code is an error code of the S3 API (API reference, "Error responses") as an error
// to test for: errors.Is(err, s3.ErrNoSuchKey), or errors.Is(err, s3.Code("AnyOther")).
type Code string

// Error is the code itself.
func (c Code) Error() string { return string(c) }

// The codes that programs ask for most often.
const (
	ErrAccessDenied                 Code = "AccessDenied"
	ErrAuthorizationHeaderMalformed Code = "AuthorizationHeaderMalformed"
	ErrBadDigest                    Code = "BadDigest"
	ErrBucketAlreadyExists          Code = "BucketAlreadyExists"
	ErrBucketAlreadyOwnedByYou      Code = "BucketAlreadyOwnedByYou"
	ErrBucketNotEmpty               Code = "BucketNotEmpty"
	ErrConditionalRequestConflict   Code = "ConditionalRequestConflict"
	ErrEntityTooLarge               Code = "EntityTooLarge"
	ErrEntityTooSmall               Code = "EntityTooSmall"
	ErrExpiredToken                 Code = "ExpiredToken"
	ErrInternalError                Code = "InternalError"
	ErrInvalidAccessKeyID           Code = "InvalidAccessKeyId"
	ErrInvalidArgument              Code = "InvalidArgument"
	ErrInvalidBucketName            Code = "InvalidBucketName"
	ErrInvalidObjectState           Code = "InvalidObjectState"
	ErrInvalidPart                  Code = "InvalidPart"
	ErrInvalidPartOrder             Code = "InvalidPartOrder"
	ErrInvalidRange                 Code = "InvalidRange"
	ErrInvalidToken                 Code = "InvalidToken"
	ErrMalformedXML                 Code = "MalformedXML"
	ErrNoSuchBucket                 Code = "NoSuchBucket"
	ErrNoSuchKey                    Code = "NoSuchKey"
	ErrNoSuchUpload                 Code = "NoSuchUpload"
	ErrNoSuchVersion                Code = "NoSuchVersion"
	ErrNotImplemented               Code = "NotImplemented"
	ErrOperationAborted             Code = "OperationAborted"
	ErrRequestTimeTooSkewed         Code = "RequestTimeTooSkewed"
	ErrRequestTimeout               Code = "RequestTimeout"
	ErrServiceUnavailable           Code = "ServiceUnavailable"
	ErrSignatureDoesNotMatch        Code = "SignatureDoesNotMatch"
	ErrSlowDown                     Code = "SlowDown"
	ErrXAmzContentSHA256Mismatch    Code = "XAmzContentSHA256Mismatch"
)

// class is a sentinel for a status, whatever the code: HEAD answers have none.
type class struct {
	name   string
	status int
	// code tells the class of an error inside a success.
	code string
}

func (c *class) Error() string { return c.name }

// Class sentinels go by the status of the answer. A failed condition is one as well when it is
// told inside a success, as CompleteMultipartUpload and CopyObject do.
var (
	ErrNotModified        error = &class{"not modified", http.StatusNotModified, ""}                                 // 304
	ErrForbidden          error = &class{"forbidden", http.StatusForbidden, ""}                                      // 403
	ErrNotFound           error = &class{"not found", http.StatusNotFound, ""}                                       // 404
	ErrConflict           error = &class{"conflict", http.StatusConflict, string(ErrConditionalRequestConflict)}     // 409
	ErrPreconditionFailed error = &class{"precondition failed", http.StatusPreconditionFailed, "PreconditionFailed"} // 412
)

type objectChanged struct{}

func (objectChanged) Error() string { return "object changed while it was read" }

func (objectChanged) Is(target error) bool { return target == ErrPreconditionFailed }

// Error is what the server said. It implements smithy.APIError.
type Error struct {
	// Code is the S3 error code. Where the answer has none (HEAD, proxies), it is the
	// status' name without spaces, such as "NotFound".
	Code string
	// Message is the server's explanation, one line.
	Message string
	// StatusCode is the HTTP status; 200 when the error came inside a success.
	StatusCode int
	// RequestID and HostID are what the provider's support asks for.
	RequestID, HostID string
	// Bucket and Key name the object of the request.
	Bucket, Key string
	// Region is the one that the server says the bucket is in, if it does.
	Region string
	// Endpoint is the host that the server says to use, if it does.
	Endpoint string
}

// Error is one line: code, message, object, status, request id.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	b.WriteString(" (")
	if e.Bucket != "" {
		b.WriteString("bucket " + strconv.Quote(e.Bucket) + ", ")
	}
	if e.Key != "" {
		b.WriteString("key " + strconv.Quote(e.Key) + ", ")
	}
	fmt.Fprintf(&b, "status %d, request id %q", e.StatusCode, e.RequestID)
	if e.HostID != "" {
		b.WriteString(", host id " + strconv.Quote(e.HostID))
	}
	b.WriteByte(')')
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

// Is matches codes, the class of the status, and fs.ErrNotExist for 404.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case Code:
		return e.Code == string(t)
	case *class:
		return e.StatusCode == t.status || e.StatusCode < http.StatusMultipleChoices && t.code != "" && e.Code == t.code
	}
	switch target {
	case fs.ErrNotExist:
		return e.StatusCode == http.StatusNotFound
	case fs.ErrPermission:
		return e.StatusCode == http.StatusForbidden
	}
	return false
}

// errorDocument is S3's error body (API reference, "REST error responses").
type errorDocument struct {
	Code      string `xml:"Code"`
	Message   string `xml:"Message"`
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
	Region    string `xml:"Region"`
	Endpoint  string `xml:"Endpoint"`

	// In an ErrorResponse, as IAM and STS and some gateways answer, code and message
	// are one level down.
	Error *errorDetail `xml:"Error"`
}

type errorDetail struct {
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

const (
	errorRoot   = "Error"
	wrappedRoot = "ErrorResponse"
)

// errWebPage: a portal or a proxy answers for the server, and takes it for a success. Read as
// a document it would be an empty one, and as an object it would be another.
var errWebPage = fmt.Errorf("%w: a web page, and nothing of the S3 API", ErrMalformedAnswer)

// isWebPage tells such a page from an object that is one by its header: every server tells an
// object's ETag or time, or has some header of the API.
func isWebPage(h http.Header) bool {
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return false
	}
	for name := range h {
		if name == "Etag" || name == "Last-Modified" || strings.HasPrefix(name, "X-Amz-") {
			return false
		}
	}
	return true
}

// parseError makes an Error of an answer, whatever its body is: S3's XML, a proxy's
// HTML, or nothing.
func parseError(r *transport.Response) *Error {
	e := &Error{StatusCode: r.StatusCode}
	var doc errorDocument
	if root, err := rest.UnmarshalXML(r.Document, &doc); err == nil && (root == errorRoot || root == wrappedRoot) {
		if doc.Error != nil {
			doc.Code, doc.Message = doc.Error.Code, doc.Error.Message
		}
		e.Code, e.Message = apierr.OneLine(doc.Code), apierr.OneLine(doc.Message)
		e.RequestID, e.HostID = apierr.OneLine(doc.RequestID), apierr.OneLine(doc.HostID)
		e.Region, e.Endpoint = apierr.OneLine(doc.Region), apierr.OneLine(doc.Endpoint)
	}
	if e.Code == "" {
		e.Code = apierr.Code(r.StatusCode)
	}
	if id := transport.RequestID(r.Header); id != "" {
		e.RequestID = id
	}
	if id := r.Header.Get("X-Amz-Id-2"); id != "" {
		e.HostID = apierr.OneLine(id)
	}
	if region := r.Header.Get("X-Amz-Bucket-Region"); region != "" {
		e.Region = apierr.OneLine(region)
	}
	return e
}

// operationError puts the operation's name around any failure of a call.
func operationError(operation string, err error) error {
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
}

func asError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
