package swift

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that opens something: a password, the key of TempURLs. However it is
// printed, logged or marshalled, only "REDACTED" is seen, or nothing when it is empty.
// Convert it to get the text: string(s).
type Secret string

// String is "REDACTED", or empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "REDACTED"
}

// Format writes String for every verb, so that neither %q nor %#v shows the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue gives slog the same view as String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText gives encoders (JSON, XML) the same view as String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
