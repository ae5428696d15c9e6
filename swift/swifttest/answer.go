package swifttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/internal/scripted"
)

// answer is a whole answer in memory.
type answer = scripted.Answer

const (
	textHTML  = "text/html; charset=UTF-8"
	textPlain = "text/plain"
)

// titles are Swift's, where they are not Go's.
var titles = map[int]string{
	http.StatusRequestedRangeNotSatisfiable: "Requested Range Not Satisfiable", 499: "Client Disconnect",
}

// explanations are what Swift's pages say.
var explanations = map[int]string{
	http.StatusAccepted:                     "The request is accepted for processing.",
	http.StatusBadRequest:                   "The server could not comply with the request since it is either malformed or otherwise incorrect.",
	http.StatusUnauthorized:                 "This server could not verify that you are authorized to access the document you requested.",
	http.StatusForbidden:                    "Access was denied to this resource.",
	http.StatusNotFound:                     "The resource could not be found.",
	http.StatusMethodNotAllowed:             "The method is not allowed for this resource.",
	http.StatusNotAcceptable:                "The resource is not available in a format acceptable to your browser.",
	http.StatusConflict:                     "There was a conflict when trying to complete your request.",
	http.StatusPreconditionFailed:           "A precondition for this request was not met.",
	http.StatusRequestEntityTooLarge:        "The body of your request was too large for this server.",
	http.StatusRequestedRangeNotSatisfiable: "The Range requested is not available.",
	http.StatusUnprocessableEntity:          "Unable to process the contained instructions",
	499:                                     "The client was disconnected during request.",
	http.StatusInternalServerError:          "The server has either erred or is incapable of performing the requested operation.",
	http.StatusNotImplemented:               "The requested method is not implemented by this server.",
	http.StatusBadGateway:                   "Bad gateway.",
	http.StatusServiceUnavailable:           "The server is currently unavailable. Please try again at a later time.",
	http.StatusInsufficientStorage:          "There was not enough space to save the resource.",
}

func title(status int) string {
	if t, ok := titles[status]; ok {
		return t
	}
	return http.StatusText(status)
}

// statusLine is "404 Not Found".
func statusLine(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, title(status)))
}

// empty answers without a body.
func empty(status int) *answer {
	return (&answer{Status: status}).Set("Content-Type", textHTML)
}

// page answers with Swift's page for a status.
func page(status int) *answer {
	a := empty(status)
	a.Body = fmt.Appendf(nil, "<html><h1>%s</h1><p>%s</p></html>", title(status), explanations[status])
	return a
}

// say answers with plain text.
func say(status int, format string, args ...any) *answer {
	a := (&answer{Status: status}).Set("Content-Type", textPlain)
	a.Body = fmt.Appendf(nil, format, args...)
	return a
}

// document answers with JSON.
func document(status int, v any) *answer {
	b, err := json.Marshal(v)
	if err != nil {
		return say(http.StatusInternalServerError, "%v", err)
	}
	a := (&answer{Status: status}).Set("Content-Type", "application/json; charset=UTF-8")
	a.Body = b
	return a
}

// isTrue is what Swift takes for yes.
func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "on", "t", "y":
		return true
	}
	return false
}
