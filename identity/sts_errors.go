package identity

import (
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

const (
	errorRoot   = "Error"         // as Ceph RGW answers
	wrappedRoot = "ErrorResponse" // as AWS and MinIO do
)

// stsErrorDocument is both forms of an error: with the ErrorResponse around it
// (AWS Security Token Service API reference, "Common errors") and without.
type stsErrorDocument struct {
	Code      string `xml:"Code"`
	Message   string `xml:"Message"`
	RequestID string `xml:"RequestId"`

	Error *stsErrorDetail `xml:"Error"`
}

type stsErrorDetail struct {
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

// parseSTSError makes an Error of an answer, whatever its body is: XML, a proxy's HTML,
// or nothing. secret is what was sent; a service that repeats it is not repeated.
func parseSTSError(r *transport.Response, secret Secret) *Error {
	e := newError(r)
	var doc stsErrorDocument
	root, err := rest.UnmarshalXML(r.Document, &doc)
	if err != nil || root != errorRoot && root != wrappedRoot {
		return e
	}
	if doc.Error != nil {
		doc.Code, doc.Message = doc.Error.Code, doc.Error.Message
	}
	if secret != "" {
		doc.Message = strings.ReplaceAll(doc.Message, string(secret), redacted)
	}
	if code := apierr.OneLine(doc.Code); code != "" {
		e.Code = code
	}
	e.Message = apierr.OneLine(doc.Message)
	if e.RequestID == "" {
		e.RequestID = apierr.OneLine(doc.RequestID)
	}
	return e
}
