package identity

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// redacted stands in for a secret wherever a value is printed.
const redacted = "REDACTED"

// Secret is a string that opens something: a password, a token, a secret key. However
// it is printed, logged or marshalled, alone or in an exported field of a struct, only
// "REDACTED" is seen, or nothing when it is empty. Convert it to get the text:
// string(s).
type Secret string

// String is "REDACTED", or empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// Format writes String for every verb, so that neither %q nor %x shows the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue gives slog the same view as String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText gives encoders (JSON, XML, YAML) the same view as String. It is for
// logs: what it writes can't be read back.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// reveal is for request documents: the one way in which a secret is marshalled.
type reveal Secret

func (r reveal) MarshalJSON() ([]byte, error) { return json.Marshal(string(r)) }
