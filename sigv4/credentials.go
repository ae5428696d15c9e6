package sigv4

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// redacted stands in for a secret wherever a value is printed.
const redacted = "REDACTED"

// Credentials are what a request is signed with. They print, log and marshal
// to JSON without their secrets; only the access key ID is shown. (A value in
// an unexported field of another struct is out of reach of that protection:
// package fmt prints such fields without asking them.)
type Credentials struct {
	// AccessKeyID names the key. It is sent with every request.
	AccessKeyID string
	// SecretAccessKey signs. It is never sent.
	SecretAccessKey string
	// SessionToken accompanies temporary credentials; empty for permanent ones.
	SessionToken string
	// Expires is when temporary credentials end. Zero: never.
	Expires time.Time
}

// HasKeys tells whether both the access key ID and the secret are there, that
// is whether a request can be signed. A request is sent anonymously otherwise.
func (c Credentials) HasKeys() bool {
	return c.AccessKeyID != "" && c.SecretAccessKey != ""
}

// Expired tells whether the credentials have ended at the given time. Credentials
// with a zero Expires never do.
func (c Credentials) Expired(at time.Time) bool {
	return !c.Expires.IsZero() && !at.Before(c.Expires)
}

// String shows the access key ID and the expiry, and whether there is a secret
// and a token, but not what they are.
func (c Credentials) String() string {
	s := "sigv4.Credentials{AccessKeyID: " + c.AccessKeyID +
		", SecretAccessKey: " + redact(c.SecretAccessKey) +
		", SessionToken: " + redact(c.SessionToken)
	if !c.Expires.IsZero() {
		s += ", Expires: " + c.Expires.UTC().Format(time.RFC3339)
	}
	return s + "}"
}

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// Format writes String for every verb, so that no verb (%x, %q) shows a secret.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same view as String.
func (c Credentials) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("AccessKeyID", c.AccessKeyID),
		slog.String("SecretAccessKey", redact(c.SecretAccessKey)),
		slog.String("SessionToken", redact(c.SessionToken)),
	}
	if !c.Expires.IsZero() {
		attrs = append(attrs, slog.Time("Expires", c.Expires))
	}
	return slog.GroupValue(attrs...)
}

// MarshalJSON gives the same view as String. It is for logs: what it writes
// can't be read back into usable credentials.
func (c Credentials) MarshalJSON() ([]byte, error) {
	view := struct {
		AccessKeyID     string
		SecretAccessKey string     `json:",omitempty"`
		SessionToken    string     `json:",omitempty"`
		Expires         *time.Time `json:",omitempty"`
	}{c.AccessKeyID, redact(c.SecretAccessKey), redact(c.SessionToken), nil}
	if !c.Expires.IsZero() {
		view.Expires = &c.Expires
	}
	return json.Marshal(view)
}

func redact(secret string) string {
	if secret == "" {
		return ""
	}
	return redacted
}
