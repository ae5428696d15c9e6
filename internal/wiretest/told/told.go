// Package told gathers what a value tells whoever prints, logs or marshals it, for tests that look
// for secrets in it.
package told

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// Of is the value by every verb and encoder, and of an error all that it wraps, one by one.
func Of(v any) string {
	var b strings.Builder
	of(&b, v, 0)
	return b.String()
}

func of(b *strings.Builder, v any, depth int) {
	if v == nil || depth > 20 {
		return
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(b, verb+"\n", v)
	}
	if doc, err := json.Marshal(v); err == nil {
		b.Write(doc)
	}
	slog.New(slog.NewTextHandler(b, nil)).Info("value", "v", v)
	slog.New(slog.NewJSONHandler(b, nil)).Info("value", "v", v)
	switch e := v.(type) {
	case interface{ Unwrap() error }:
		of(b, e.Unwrap(), depth+1)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			of(b, err, depth+1)
		}
	}
}

// Log is a handler's target that keeps what it is given, from any number of goroutines.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Logger writes everything, of whatever level, to l.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.Level(-100)}))
}

// Forms are the ways in which a secret may be told: as it is, escaped, quoted and in hexadecimal
// digits.
func Forms(secret string) []string {
	quoted := fmt.Sprintf("%q", secret)
	return []string{secret, quoted[1 : len(quoted)-1], fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprint([]byte(secret))}
}

// OneLine holds an error, or a server's text in one, to what a log can take: one line of printable
// characters, and 4096 bytes.
func OneLine(t testing.TB, text string) {
	t.Helper()
	require.LessOrEqual(t, len(text), 4096)
	require.False(t, strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", text)
}
