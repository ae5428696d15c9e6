package s3wire

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/stowage-go/stowage/s3"
)

func asAPIError(err error, target *smithy.APIError) bool { return errors.As(err, target) }

// refusal is an answer that is an error.
type refusal struct {
	name   string
	status int
	header string
	body   string
}

const ids = "x-amz-request-id: REQ1\r\nx-amz-id-2: host+id/2=\r\n"

func errorDocument(code, message, more string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + message + "</Message>" + more + "</Error>"
}

var refusals = []refusal{
	{"a document", 403, ids, errorDocument("AccessDenied", "Access Denied", "<RequestId>REQ1</RequestId><HostId>host+id/2=</HostId>")},
	{"a code of the model", 404, ids, errorDocument("NoSuchKey", "The specified key does not exist.", "<Key>k</Key>")},
	{"another code of the model", 404, ids, errorDocument("NoSuchBucket", "The specified bucket does not exist", "<BucketName>b</BucketName>")},
	{"an error with members", 403, ids, errorDocument("InvalidObjectState", "no", "<StorageClass>GLACIER</StorageClass><AccessTier>ARCHIVE_ACCESS</AccessTier>")},
	{"an unknown code", 418, ids, errorDocument("NoCoffee", "a &lt; b &amp; &#233; <![CDATA[<c>]]>", "<What/>")},
	{"a server's error", 500, ids, errorDocument("InternalError", "We encountered an internal error. Please try again.", "")},
	{"slow down", 503, ids, errorDocument("SlowDown", "Reduce your request rate.", "")},
	{"a namespace", 400, ids, `<Error xmlns="` + namespace + `"><Code>InvalidArgument</Code><Message>m</Message></Error>`},
	{"ids in the document only", 400, "", errorDocument("InvalidArgument", "m", "<RequestId>REQ1</RequestId><HostId>host+id/2=</HostId>")},
	{"blanks around", 400, ids, "\n  " + errorDocument("BadDigest", "m", "") + "\n"},
	{"two lines", 400, ids, errorDocument("InvalidArgument", "one\n  two", "")},
	{"nothing, not found", 404, ids, ""},
	{"nothing, forbidden", 403, ids, ""},
	{"nothing, precondition", 412, ids, ""},
	{"nothing, not modified", 304, ids, ""},
	{"nothing, bad request", 400, ids, ""},
	{"nothing, unavailable", 503, ids, ""},
	{"a proxy's page", 502, "Content-Type: text/html\r\n" + ids, "<html><body><h1>502 Bad Gateway</h1><br></body></html>"},
	{"not XML", 400, ids, "no"},
	{"a success with an error in it", 200, ids, errorDocument("InternalError", "We encountered an internal error. Please try again.", "<RequestId>REQ1</RequestId>")},
}

func (r refusal) write(method string) []byte {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n%s\r\n", r.status, http.StatusText(r.status), len(r.body), r.header)
	if method == http.MethodHead || r.status == http.StatusNotModified {
		return []byte(head)
	}
	return []byte(head + r.body)
}

// Every operation reads the same code, message, status and ids out of an error.
func TestSameErrors(t *testing.T) {
	m := theModel(t)
	l := newLedger(t, "error")
	for name, op := range m.Operations {
		t.Run(name, func(t *testing.T) {
			ours, theirs := ourClient(t, "https"), theirClient("https")
			nothing := &filling{model: m, minimal: true}
			in := nothing.fill(op.Input, ours.input(t, name))
			for _, r := range refusals {
				if r.status == http.StatusOK && (op.Method == http.MethodHead || !m.hasDocument(op.Output)) {
					continue // it is the content, or nobody reads it
				}
				ours.answer = r.write(op.Method)
				theirs.answer = ours.answer
				_, got := ours.call(t, name, in)
				_, want := theirs.call(t, name, in)
				l.at(t, nothing, place{name, "https", in}).failures(r, got, want)
			}
			l.ran(name)
		})
	}
	l.close(m)
}

func (c *comparison) failures(r refusal, got, want error) {
	c.t.Helper()
	where := func(what string) string { return what + " of " + r.name }
	c.equal(where("error"), failed(got), failed(want))
	if got == nil || want == nil {
		return
	}
	var e *s3.Error
	require.ErrorAs(c.t, got, &e, "%s, %s", c.operation, r.name)
	var theirs smithy.APIError
	if !errors.As(want, &theirs) {
		c.differ(where("code"), e.Code, nil)
	} else {
		c.equal(where("code"), e.ErrorCode(), theirs.ErrorCode())
		c.message(where("message"), e, theirs.ErrorMessage())
	}
	var response *awshttp.ResponseError
	if !errors.As(want, &response) {
		c.differ(where("status"), strconv.Itoa(e.StatusCode), nil)
		return
	}
	c.equal(where("status"), e.HTTPStatusCode(), response.HTTPStatusCode())
	c.equal(where("request id"), e.RequestID, response.ServiceRequestID())
	var ids interface{ ServiceHostID() string }
	require.ErrorAs(c.t, want, &ids)
	c.equal(where("host id"), e.HostID, ids.ServiceHostID())
}

// message compares the explanations, of which ours makes one line and invents none.
func (c *comparison) message(where string, ours *s3.Error, theirs string) {
	c.t.Helper()
	switch {
	case ours.Message == "" && theirs == http.StatusText(ours.StatusCode):
		where = "message of no document"
	case ours.Message == strings.Join(strings.Fields(theirs), " ") && ours.Message != theirs:
		where = "message of several lines"
	}
	c.equal(where, ours.Message, theirs)
}
