package s3test

import (
	"bytes"
	"encoding/xml"
	"io"
	"log"
	"net/http"
)

// quiet is for what net/http has to say about connections that broke.
var quiet = log.New(io.Discard, "", 0)

// answer is a whole answer in memory.
type answer struct {
	status int
	header http.Header
	body   []byte
	code   string // of an error
}

func (a *answer) set(name, value string) *answer {
	if value != "" {
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set(name, value)
	}
	return a
}

func empty(status int) *answer { return &answer{status: status, header: http.Header{}} }

// document answers with an XML document.
func document(v any) *answer {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(v); err != nil {
		return refuse(http.StatusInternalServerError, "InternalError", err.Error())
	}
	return (&answer{status: http.StatusOK, body: b.Bytes()}).set("Content-Type", "application/xml")
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
	a.status, a.code = status, f.Code
	return a
}
