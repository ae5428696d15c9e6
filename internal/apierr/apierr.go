// Package apierr is what the error types of all services have in common.
package apierr

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxLine bounds what a server can put into an error.
const maxLine = 500

// OneLine keeps a text from breaking, or flooding, a log line.
func OneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxLine {
		s = strings.TrimSpace(strings.ToValidUTF8(s[:maxLine], "")) + "..."
	}
	return s
}

// Code is the code of an answer that has none: the status' name without spaces, such as
// "NotFound".
func Code(status int) string {
	if name := http.StatusText(status); name != "" {
		return strings.ReplaceAll(name, " ", "")
	}
	return "Status" + strconv.Itoa(status)
}

// Fault tells the client's faults from the server's by the status. A failure inside a success
// is the server's.
func Fault(status int) smithy.ErrorFault {
	switch {
	case status >= 500, status < 300:
		return smithy.FaultServer
	case status >= 400:
		return smithy.FaultClient
	}
	return smithy.FaultUnknown
}

// Failed puts the answer around the error that was found in it.
func Failed(r *http.Response, err error) error {
	return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: r}, Err: err}
}

// JSONError is an error of encoding/json without the text that it may repeat, which may be
// secret. Others pass.
func JSONError(err error) error {
	var typed *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typed):
		return fmt.Errorf("%s is of another type at byte %d", typed.Field, typed.Offset)
	case errors.As(err, &syntax):
		return fmt.Errorf("syntax error at byte %d", syntax.Offset)
	}
	return err
}
