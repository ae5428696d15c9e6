package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/transport"
)

// Failures on the client's side. Test with errors.Is.
var (
	// ErrNotConfigured: a provider of credentials, or a configuration, has nothing to
	// work with: variables that are not set, a file that is not there, no metadata
	// service. A [Chain] goes on to its next provider on it, and on no other error.
	ErrNotConfigured = errors.New("not configured")
	// ErrNoEndpoint: the catalog has no endpoint of the service, region and interface
	// that were asked for, or several between which only a region can decide. The
	// error is an [*EndpointError], which lists what there is.
	ErrNoEndpoint = errors.New("no such endpoint in the catalog")
	// ErrMalformedAnswer: the answer is not what the API promises: HTML where JSON was
	// due, a document that ends too soon, credentials without keys. Where there was an
	// answer the error is an [*Error] too, with its status.
	ErrMalformedAnswer = errors.New("malformed answer")
	// ErrUnsupported: the version or dialect in use lacks the operation.
	ErrUnsupported = errors.New("not supported")
	// ErrNoAnswer: the server could not be reached, or the connection broke, fell silent or was
	// refused by TLS before all of an answer had come. The cause is wrapped beside it: a
	// *net.OpError, a *net.DNSError, io.ErrUnexpectedEOF, an x509 error.
	ErrNoAnswer = transport.ErrNoAnswer
	// ErrAnswerTooLong: the answer has more than 2 MiB. It is not asked for again.
	ErrAnswerTooLong = transport.ErrAnswerTooLong
	// ErrRetryBudget: a retry was due, but the client's budget was empty.
	ErrRetryBudget = transport.ErrBudget
)

// Code is an error code as an error to test for:
// errors.Is(err, identity.Code("MalformedPolicyDocument")). STS has codes of its own;
// Keystone's are its titles without spaces, such as "Unauthorized".
type Code string

// Error is the code itself.
func (c Code) Error() string { return string(c) }

// The codes of STS that programs ask for most often (AWS Security Token Service API
// reference, "AssumeRoleWithWebIdentity", "Errors", and "Common Error Types").
const (
	ErrAccessDenied            Code = "AccessDenied"
	ErrExpiredToken            Code = "ExpiredTokenException"
	ErrIDPCommunicationError   Code = "IDPCommunicationError"
	ErrIDPRejectedClaim        Code = "IDPRejectedClaim"
	ErrInvalidIdentityToken    Code = "InvalidIdentityToken"
	ErrMalformedPolicyDocument Code = "MalformedPolicyDocument"
	ErrPackedPolicyTooLarge    Code = "PackedPolicyTooLarge"
	ErrRegionDisabled          Code = "RegionDisabledException"
)

// class is a sentinel for a status, whatever the code.
type class struct {
	name   string
	status int
}

func (c *class) Error() string { return c.name }

// Class sentinels go by the status of the answer.
var (
	// ErrMultipleChoices (300): the URL names no version of the API.
	ErrMultipleChoices error = &class{"multiple choices", http.StatusMultipleChoices}
	// ErrUnauthorized (401): a wrong password or secret, a disabled user, a project
	// without a role of the user's, an expired or revoked token. Keystone tells none
	// of them from the others.
	ErrUnauthorized error = &class{"unauthorized", http.StatusUnauthorized}
	ErrForbidden    error = &class{"forbidden", http.StatusForbidden} // 403
	ErrNotFound     error = &class{"not found", http.StatusNotFound}  // 404
	ErrConflict     error = &class{"conflict", http.StatusConflict}   // 409
)

// Error is what an identity service said. It implements smithy.APIError.
type Error struct {
	// Code is STS's error code, or Keystone's title without spaces. Where the answer
	// has neither (proxies), it is the status' name without spaces, such as
	// "BadGateway".
	Code string
	// Message is the service's explanation, one line.
	Message string
	// StatusCode is the HTTP status.
	StatusCode int
	// RequestID is what the provider's support asks for.
	RequestID string
	// Resource is what the request was about, such as `user "demo", project "web"`.
	Resource string
	// Err is the client's view of what is wrong, such as [ErrMalformedAnswer]; nil
	// where the service's word is all there is.
	Err error
}

// Error is one line: code, message, resource, status, request id.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	b.WriteString(" (")
	if e.Resource != "" {
		b.WriteString(e.Resource + ", ")
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

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is matches codes, the class of the status, and the errors of io/fs for 404
// (fs.ErrNotExist), 401 and 403 (fs.ErrPermission).
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case Code:
		return e.Code == string(t)
	case *class:
		return e.StatusCode == t.status
	}
	switch target {
	case fs.ErrNotExist:
		return e.StatusCode == http.StatusNotFound
	case fs.ErrPermission:
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
	}
	return false
}

// newError is an Error of the answer's status and request id, its code the status' name.
func newError(r *transport.Response) *Error {
	e := &Error{
		Code:       apierr.Code(r.StatusCode),
		StatusCode: r.StatusCode,
		RequestID:  transport.RequestID(r.Header),
	}
	return e
}

// malformed is an Error for an answer that can't be understood. what names it: "no
// JSON", "no access key".
func malformed(r *transport.Response, what string) *Error {
	e := newError(r)
	e.Err = fmt.Errorf("%w: %s", ErrMalformedAnswer, what)
	return e
}

// operationError puts the service's and the operation's name around any failure of a call.
func operationError(service, operation string, err error) error {
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
}
