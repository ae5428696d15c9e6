package identity

import (
	"fmt"
	"io"
	"log/slog"
)

// providerName is embedded in the providers that cache nothing of their own, so that
// they print as their name and never as what they hold.
type providerName string

// String names the kind of provider, and nothing that is secret.
func (n providerName) String() string { return "identity." + string(n) }

// Format writes String for every verb: package fmt would print unexported fields as
// they are.
func (n providerName) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, n.String()) }

// LogValue gives slog the same view as String.
func (n providerName) LogValue() slog.Value { return slog.StringValue(n.String()) }

// wrap puts the provider's name before an error.
func (n providerName) wrap(err error) error { return fmt.Errorf("%s: %w", string(n), err) }
