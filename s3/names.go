package s3

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"
)

// KeyForms are forms of keys that servers with a file system below, or a path cleaner on the
// way, take for other keys. They are bits: KeyLeadingSlash | KeyDoubleSlash.
type KeyForms uint8

// The forms of keys.
const (
	// KeyLeadingSlash: "/a" would be "a".
	KeyLeadingSlash KeyForms = 1 << iota
	// KeyDoubleSlash: "a//b" would be "a/b".
	KeyDoubleSlash
	// KeyDotSegment: "a/./b" would be "a/b", and "a/../b" would be "b".
	KeyDotSegment
	// KeyBackslash: "a\b" would be "a/b".
	KeyBackslash
	// KeyQuestionMark: "a?b" would be "a".
	KeyQuestionMark
)

// formsOf finds the forms that a key has.
func formsOf(key string) KeyForms {
	var forms KeyForms
	if strings.HasPrefix(key, "/") {
		forms |= KeyLeadingSlash
	}
	if strings.Contains(strings.TrimLeft(key, "/"), "//") {
		forms |= KeyDoubleSlash
	}
	if strings.Contains(key, `\`) {
		forms |= KeyBackslash
	}
	if strings.Contains(key, "?") {
		forms |= KeyQuestionMark
	}
	// Mostly there is no dot behind a slash, and then nothing to cut.
	if strings.HasPrefix(key, ".") || strings.Contains(key, "/.") {
		for segment := range strings.SplitSeq(key, "/") {
			if segment == "." || segment == ".." {
				forms |= KeyDotSegment
			}
		}
	}
	return forms
}

// The codes by which servers refuse the same, so that callers need not tell who has found it.
const (
	errKeyTooLong       Code = "KeyTooLongError"
	errMetadataTooLarge Code = "MetadataTooLarge"
)

// memberError names the member that something is wrong with.
func memberError(member string, err error) error { return fmt.Errorf("s3: %s: %w", member, err) }

func badBucket(format string, args ...any) error {
	return fmt.Errorf("s3: Bucket: %w: "+format, append([]any{ErrInvalidBucketName}, args...)...)
}

// checkKey refuses what is no key anywhere, what is too long for the profile's server, and
// what it would take for another key.
func (s *settings) checkKey(key string) error {
	p := &s.options.Profile
	switch {
	case !utf8.ValidString(key):
		return errors.New("is not UTF-8")
	case strings.IndexByte(key, 0) >= 0:
		return errors.New("holds a NUL")
	case p.MaxKeyLength > 0 && len(key) > p.MaxKeyLength:
		return fmt.Errorf("%w: has %d bytes, more than the %d of %s", errKeyTooLong, len(key), p.MaxKeyLength, p.Name)
	case p.RewrittenKeys == 0 || s.options.AllowUnsupported:
		return nil
	}
	var form string
	switch found := formsOf(key) & p.RewrittenKeys; {
	case found&KeyLeadingSlash != 0:
		form = "a leading slash"
	case found&KeyDoubleSlash != 0:
		form = "two slashes in a row"
	case found&KeyDotSegment != 0:
		form = "a segment . or .."
	case found&KeyBackslash != 0:
		form = "a backslash"
	case found&KeyQuestionMark != 0:
		form = "a question mark"
	default:
		return nil
	}
	return fmt.Errorf("%w: %s may take a key with %s for another one (Profile.RewrittenKeys)", ErrUnsupported, p.Name, form)
}

// checkBucket refuses names that no bucket has, whenever it was made.
func (s *settings) checkBucket(name string) error {
	switch {
	case strings.HasPrefix(name, "arn:"):
		return badBucket("it is an ARN, which takes an endpoint of its own: give an access point by its alias")
	case name == "." || name == "..":
		return badBucket("%q is none", name)
	case len(name) > 255:
		return badBucket("it has %d bytes, more than 255", len(name))
	}
	for i := range len(name) {
		if !plainNameByte(name[i]) && strings.IndexByte(s.options.Profile.BucketNameChars, name[i]) < 0 {
			return badBucket("%q is none with %s: it holds %q", name, s.options.Profile.Name, string([]rune(name[i:])[0]))
		}
	}
	return nil
}

// plainNameByte: old buckets, and those of Swift, have upper case and '_' too.
func plainNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '-' || c == '.' || c == '_'
}

// checkNewBucket refuses names under which no bucket can be made any more (Amazon S3 User
// Guide, "General purpose bucket naming rules").
func (s *settings) checkNewBucket(name string) error {
	if !s.options.Profile.DNSBucketNames {
		return nil
	}
	if extra := s.options.Profile.BucketNameChars; extra != "" {
		name = name[strings.LastIndexAny(name, extra)+1:]
	}
	if len(name) < 3 || len(name) > 63 {
		return badBucket("that of a new bucket has 3 to 63 characters, not %d", len(name))
	}
	for label := range strings.SplitSeq(name, ".") {
		ok := label != "" && label[0] != '-' && label[len(label)-1] != '-'
		for i := range len(label) {
			c := label[i]
			ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
		}
		if !ok {
			return badBucket("that of a new bucket is made of lower-case letters, digits, '-' and '.', a letter or a digit first, last and beside every '.', unlike %q", name)
		}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return badBucket("%q is an IP address", name)
	}
	return nil
}

// checkSource checks the form of "bucket/key", percent-encoded, and the key in it. What has
// the name of an access point in front is the server's to judge.
func (s *settings) checkSource(member, source string) error {
	for i := range len(source) {
		if source[i] >= utf8.RuneSelf {
			return memberError(member, errors.New("is not percent-encoded"))
		}
	}
	if strings.HasPrefix(source, "arn:") {
		return nil
	}
	source, _, _ = strings.Cut(source, "?")
	bucket, key, _ := strings.Cut(strings.TrimPrefix(source, "/"), "/")
	if bucket == "" || key == "" {
		return memberError(member, errors.New("is not bucket/key"))
	}
	plain, err := url.PathUnescape(key)
	if err != nil {
		return memberError(member, errors.New("is not percent-encoded"))
	}
	if err := s.checkKey(plain); err != nil {
		return memberError(member, err)
	}
	return nil
}

// checkPartSource is checkSource of a part.
func (s *settings) checkPartSource(source string) error {
	if err := s.checkSource("CopySource", source); err != nil {
		return err
	}
	path, _, _ := strings.Cut(source, "?")
	if s.options.Profile.PartCopyDecodesTwice && !s.options.AllowUnsupported && (strings.Contains(path, "%25") || strings.Contains(strings.ToUpper(path), "%3F")) {
		return memberError("CopySource", fmt.Errorf("%w: %s may take the source of a part for another one if its key has %% or ? (Profile.PartCopyDecodesTwice)", ErrUnsupported, s.options.Profile.Name))
	}
	return nil
}
