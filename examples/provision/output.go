package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stowage-go/stowage/sigv4"
)

// format is how keys are printed. It is a flag.Value.
type format string

const (
	formatExport  format = "" // the default
	formatProfile format = "profile"
	formatJSON    format = "json"
)

func (f *format) String() string { return string(*f) }

func (f *format) Set(s string) error {
	switch s {
	case "export":
		*f = formatExport
	case "profile", "json":
		*f = format(s)
	default:
		return errors.New("there are export, profile and json")
	}
	return nil
}

// print writes the keys at once: all of them, or an error.
func (o *options) print(w io.Writer, keys sigv4.Credentials) error {
	var (
		document []byte
		err      error
	)
	switch o.format {
	case formatProfile:
		document, err = profileSection(o.profile, keys)
	case formatJSON:
		document, err = processDocument(keys)
	default:
		document, err = exportLines(keys)
	}
	if err != nil {
		return err
	}
	if _, err := w.Write(document); err != nil {
		return fmt.Errorf("the keys can't be printed: %w", err)
	}
	return nil
}

// exportLines are commands of a POSIX shell. They take away what the variables held
// before: a session token does not go with other keys.
func exportLines(keys sigv4.Credentials) ([]byte, error) {
	var b bytes.Buffer
	for _, v := range [...]struct{ name, value string }{
		{"AWS_ACCESS_KEY_ID", keys.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", keys.SecretAccessKey},
		{"AWS_SESSION_TOKEN", keys.SessionToken},
		{"AWS_CREDENTIAL_EXPIRATION", expiration(keys)},
	} {
		switch {
		case strings.ContainsRune(v.value, 0):
			return nil, fmt.Errorf("%s: a variable can't hold a zero byte", v.name)
		case v.value == "":
			fmt.Fprintf(&b, "unset %s\n", v.name)
		default:
			fmt.Fprintf(&b, "export %s=%s\n", v.name, quote(v.value))
		}
	}
	return b.Bytes(), nil
}

// quote makes a word of a shell, in which nothing is special.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// profileSection is a section of ~/.aws/credentials.
func profileSection(name string, keys sigv4.Credentials) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "[%s]\n", name)
	if !keys.Expires.IsZero() {
		fmt.Fprintf(&b, "# until %s\n", expiration(keys))
	}
	for _, v := range [...]struct{ name, value string }{
		{"aws_access_key_id", keys.AccessKeyID},
		{"aws_secret_access_key", keys.SecretAccessKey},
		{"aws_session_token", keys.SessionToken},
	} {
		switch {
		case v.value == "":
		case strings.ContainsFunc(v.value, notPlain):
			// Readers of these files disagree on quotes and comments.
			return nil, fmt.Errorf("%s has a character that a profile can't hold for sure; choose another -format", v.name)
		default:
			fmt.Fprintf(&b, "%s = %s\n", v.name, v.value)
		}
	}
	return b.Bytes(), nil
}

func notPlain(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"'#;\`, r) }

// sectionName tells whether a section may be called so.
func sectionName(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@+") == ""
}

// processDocument is what a credential_process prints (AWS SDKs and Tools Reference
// Guide, "Process credential provider").
func processDocument(keys sigv4.Credentials) ([]byte, error) {
	document, err := json.MarshalIndent(struct {
		Version         int
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string `json:",omitempty"`
		Expiration      string `json:",omitempty"`
	}{1, keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken, expiration(keys)}, "", "  ")
	return append(document, '\n'), err
}

// expiration is when the keys end (RFC 3339, UTC); empty: never.
func expiration(keys sigv4.Credentials) string {
	if keys.Expires.IsZero() {
		return ""
	}
	return keys.Expires.UTC().Format(time.RFC3339)
}
