package identity

import (
	"encoding/json"
	"time"

	"github.com/stowage-go/stowage/sigv4"

	"github.com/stowage-go/stowage/internal/apierr"
)

// credentialsDocument is how a process, the instance metadata service and a
// container's agent tell credentials. They differ in small things: a process says
// Version and SessionToken, the services say Token, and only IMDS says Code when all
// is well. ECS spells the members of an error in lower case, which encoding/json takes
// too.
type credentialsDocument struct {
	Version         int
	Code            string
	Message         string
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Token           string
	Expiration      string
}

// parseCredentialsDocument reads a document. wrong tells what is not as it should be,
// without the document's text.
func parseCredentialsDocument(document []byte) (d credentialsDocument, wrong string) {
	if err := json.Unmarshal(document, &d); err != nil {
		return d, "no JSON: " + apierr.JSONError(err).Error()
	}
	return d, ""
}

// credentials checks that there is what signing needs.
func (d *credentialsDocument) credentials() (c sigv4.Credentials, wrong string) {
	c = sigv4.Credentials{AccessKeyID: d.AccessKeyID, SecretAccessKey: d.SecretAccessKey, SessionToken: d.SessionToken}
	if c.SessionToken == "" {
		c.SessionToken = d.Token
	}
	switch {
	case c.AccessKeyID == "":
		return sigv4.Credentials{}, "no AccessKeyId"
	case c.SecretAccessKey == "":
		return sigv4.Credentials{}, "no SecretAccessKey"
	}
	if d.Expiration != "" {
		var ok bool
		if c.Expires, ok = parseISO8601(d.Expiration); !ok {
			return sigv4.Credentials{}, "an Expiration that is no time"
		}
	}
	return c, ""
}

// parseISO8601 reads a time as RFC 3339 has it, and with an offset without a colon, as
// date(1) and strftime write it.
func parseISO8601(s string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil && !t.IsZero() {
			return t, true
		}
	}
	return time.Time{}, false
}

// refusal is the error that a document tells, or that the answer's status means.
func (d *credentialsDocument) refusal(r *answer) *Error {
	e := newError(r)
	if d.Code != "" {
		e.Code = apierr.OneLine(d.Code)
	}
	e.Message = apierr.OneLine(d.Message)
	return e
}
