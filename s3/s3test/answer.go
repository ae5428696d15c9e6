package s3test

import (
	"bytes"
	"encoding/xml"
	"net/http"

	"github.com/stowage-go/stowage/internal/scripted"
)

// answer is a whole answer in memory.
type answer = scripted.Answer

func empty(status int) *answer { return &answer{Status: status, Header: http.Header{}} }

// document answers with an XML document.
func document(v any) *answer {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(v); err != nil {
		return refuse(http.StatusInternalServerError, "InternalError", err.Error())
	}
	return (&answer{Status: http.StatusOK, Body: b.Bytes()}).Set("Content-Type", "application/xml")
}

// refuse answers with an error of S3's.
func refuse(status int, code, message string) *answer {
	return failure{Code: code, Message: message}.answer(status)
}

// failure is the document of an error.
type failure struct {
	XMLName xml.Name `xml:"Error"`
	Code    string
	Message string
	Region  string `xml:",omitempty"` // that a request should have been signed for
}

func (f failure) answer(status int) *answer {
	a := document(f)
	a.Status, a.Code = status, f.Code
	return a
}
