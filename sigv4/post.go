package sigv4

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// PostPolicy says what a browser may upload with a form ("Browser-Based Uploads
// Using POST" in the S3 API reference).
type PostPolicy struct {
	// Expiration is when the policy ends. Required.
	Expiration time.Time
	// Bucket that takes the upload. Required.
	Bucket string
	// Key is the one key that may be written. ${filename} has no place in it: the
	// server puts the file's name there before it compares, and then nothing matches.
	Key string
	// KeyPrefix, when Key is empty, is what the key has to start with; empty: any
	// key.
	KeyPrefix string
	// Conditions restrict the form's further fields. A form may have no field
	// that is not mentioned here.
	Conditions []PostCondition
}

// PostCondition restricts one field of the form, or the size of the file. Make
// it with [PostEquals], [PostStartsWith] or [PostLengthRange].
type PostCondition struct {
	kind         postKind
	field, value string
	min, max     int64
}

type postKind uint8

const (
	postInvalid postKind = iota
	postEquals
	postStartsWith
	postLength
)

// PostEquals wants a field (such as "acl" or "x-amz-meta-tag") to have exactly
// this value. SignPost includes the field in its answer.
func PostEquals(field, value string) PostCondition {
	return PostCondition{kind: postEquals, field: field, value: value}
}

// PostStartsWith wants a field (such as "Content-Type") to start with prefix; an
// empty prefix allows any value. The form has to supply the field.
func PostStartsWith(field, prefix string) PostCondition {
	return PostCondition{kind: postStartsWith, field: field, value: prefix}
}

// PostLengthRange wants the file to have between min and max bytes, both
// included.
func PostLengthRange(min, max int64) PostCondition {
	return PostCondition{kind: postLength, min: min, max: max}
}

// Field is the name of the field that the condition restricts, empty for
// [PostLengthRange].
func (c PostCondition) Field() string { return c.field }

// Allows tells whether a field of this value meets the condition. That of
// [PostLengthRange] is on the file, and on no field.
func (c PostCondition) Allows(value string) bool {
	switch c.kind {
	case postEquals:
		return value == c.value
	case postStartsWith:
		return strings.HasPrefix(value, c.value)
	}
	return c.kind == postLength
}

// SignPost signs a policy and answers the form's fields: policy, key,
// x-amz-algorithm, x-amz-credential, x-amz-date, x-amz-security-token (if there
// is a token), x-amz-signature, and the field of each PostEquals. With a
// KeyPrefix the field key is the prefix and ${filename}. The form adds the
// fields of PostStartsWith and, last of all, file.
//
// Of the parameters, PayloadHash and SignHeaders have no meaning here. Errors:
// ErrNoCredentials, and mistakes in the policy: no bucket, an expiration not
// after the time of signing, a condition on a field that SignPost sets itself,
// text that is not UTF-8.
func (s *Signer) SignPost(policy PostPolicy, p Params) (map[string]string, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Time.IsZero() {
		p.Time = time.Now()
	}
	if err := policy.check(p.Time); err != nil {
		return nil, err
	}
	at, err := formatTime(p.Time)
	if err != nil {
		return nil, err
	}
	sig := Signature{time: at}
	scope := s.appendScope(append([]byte(p.Credentials.AccessKeyID), '/'), &sig, p.Region)

	fields := map[string]string{
		"key":              policy.Key,
		"x-amz-algorithm":  algorithm,
		"x-amz-credential": string(scope),
		"x-amz-date":       string(at[:]),
	}
	if policy.Key == "" {
		fields["key"] = policy.KeyPrefix + "${filename}"
	}
	if p.Credentials.SessionToken != "" {
		fields["x-amz-security-token"] = p.Credentials.SessionToken
	}
	document := policy.document(fields)
	for _, c := range policy.Conditions {
		if c.kind == postEquals {
			fields[c.field] = c.value
		}
	}
	fields["policy"] = base64.StdEncoding.EncodeToString(document)
	fields["x-amz-signature"] = s.signPolicy(fields["policy"], p, at)
	return fields, nil
}

// signPolicy signs a policy in base64, which is the whole string to sign.
func (s *Signer) signPolicy(encoded string, p Params, at [timeLength]byte) string {
	key := s.key(p, at)
	sum := hmacSHA256(key[:], []byte(encoded))
	return hex.EncodeToString(sum[:])
}

func (policy PostPolicy) check(now time.Time) error {
	switch {
	case policy.Bucket == "":
		return errors.New("sigv4: post policy: bucket is empty")
	case !policy.Expiration.After(now):
		return errors.New("sigv4: post policy: expiration is not after the time of signing")
	case policy.Expiration.UTC().Year() > 9999:
		return errors.New("sigv4: post policy: expiration is out of range")
	case policy.Key != "" && policy.KeyPrefix != "":
		return errors.New("sigv4: post policy: both key and key prefix are set")
	case strings.Contains(policy.Key, "${filename}"):
		return errors.New("sigv4: post policy: key holds ${filename}: give what comes before it as the key prefix")
	case !utf8.ValidString(policy.Bucket), !utf8.ValidString(policy.Key), !utf8.ValidString(policy.KeyPrefix):
		return errors.New("sigv4: post policy: bucket or key is not UTF-8")
	}
	for i, c := range policy.Conditions {
		if err := c.check(); err != nil {
			return fmt.Errorf("sigv4: post policy: condition %d: %w", i, err)
		}
	}
	return nil
}

func (c PostCondition) check() error {
	switch c.kind {
	case postEquals, postStartsWith:
	case postLength:
		if c.min < 0 || c.max < c.min {
			return errors.New("length range is empty or negative")
		}
		return nil
	default:
		return errors.New("was not made by one of the functions for it")
	}
	switch strings.ToLower(c.field) {
	case "":
		return errors.New("field has no name")
	case "bucket", "key", "file", "policy", "x-amz-algorithm", "x-amz-credential",
		"x-amz-date", "x-amz-security-token", "x-amz-signature":
		return fmt.Errorf("field %s is not free", strings.ToLower(c.field))
	}
	if !utf8.ValidString(c.field) || !utf8.ValidString(c.value) {
		return errors.New("text is not UTF-8")
	}
	return nil
}

// document writes the policy. auth are the fields that the signature adds, which
// have to be among the conditions.
func (policy PostPolicy) document(auth map[string]string) []byte {
	b := append([]byte(`{"expiration":`), quote(policy.Expiration.UTC().Format("2006-01-02T15:04:05.000Z"))...)
	b = append(b, `,"conditions":[`...)
	b = appendEquals(b, "bucket", policy.Bucket)
	b = append(b, ',')
	if policy.Key != "" {
		b = appendEquals(b, "key", policy.Key)
	} else {
		b = appendStartsWith(b, "key", policy.KeyPrefix)
	}
	for _, c := range policy.Conditions {
		b = append(b, ',')
		switch c.kind {
		case postEquals:
			b = appendEquals(b, c.field, c.value)
		case postStartsWith:
			b = appendStartsWith(b, c.field, c.value)
		default:
			b = strconv.AppendInt(append(b, `["content-length-range",`...), c.min, 10)
			b = strconv.AppendInt(append(b, ','), c.max, 10)
			b = append(b, ']')
		}
	}
	for _, field := range [...]string{"x-amz-credential", "x-amz-algorithm", "x-amz-date", "x-amz-security-token"} {
		if value, ok := auth[field]; ok {
			b = appendEquals(append(b, ','), field, value)
		}
	}
	return append(b, "]}"...)
}

func appendEquals(b []byte, field, value string) []byte {
	b = append(append(b, '{'), quote(field)...)
	b = append(append(b, ':'), quote(value)...)
	return append(b, '}')
}

func appendStartsWith(b []byte, field, value string) []byte {
	b = append(append(b, `["starts-with",`...), quote("$"+field)...)
	b = append(append(b, ','), quote(value)...)
	return append(b, ']')
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string always marshals
	return b
}
