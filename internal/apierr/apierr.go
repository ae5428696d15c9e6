// Package apierr is what the error types of all services have in common.
package apierr

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxLine bounds what a server can put into an error.
const maxLine = 500

// OneLine keeps a server's text from breaking, flooding or disguising a log line: every run of
// blanks, and of characters that don't print, such as a terminal's escapes, becomes one blank,
// and no more than the first 500 bytes of that are kept, however long the text is.
func OneLine(s string) string {
	var b strings.Builder
	blank := false
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			blank = b.Len() > 0
			continue
		}
		more := utf8.RuneLen(r)
		if blank {
			more++
		}
		if b.Len()+more > maxLine {
			b.WriteString("...")
			break
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
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
