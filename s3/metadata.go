package s3

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const metadataPrefix = "X-Amz-Meta-"

// checkMetadata refuses what no server keeps as it is.
func (s *settings) checkMetadata(h http.Header) error {
	p, size := &s.options.Profile, 0
	for name, v := range h {
		if !strings.HasPrefix(name, metadataPrefix) {
			continue
		}
		size += len(name) - len(metadataPrefix) + len(v[0])
		if utf8.ValidString(v[0]) && (p.MaxMetadataValue <= 0 || len(encodeMetadata(v[0])) <= p.MaxMetadataValue) {
			continue
		}
		return s.badMetadata(h)
	}
	if p.MaxMetadata > 0 && size > p.MaxMetadata {
		return memberError("Metadata", fmt.Errorf("%w: has %d bytes, more than the %d of %s", errMetadataTooLarge, size, p.MaxMetadata, p.Name))
	}
	return nil
}

// badMetadata names the first value that is wrong.
func (s *settings) badMetadata(h http.Header) error {
	p := &s.options.Profile
	for _, name := range slices.Sorted(maps.Keys(h)) {
		key, ok := strings.CutPrefix(name, metadataPrefix)
		if !ok {
			continue
		}
		member := "Metadata[" + strconv.Quote(strings.ToLower(key)) + "]"
		if value := h[name][0]; !utf8.ValidString(value) {
			return memberError(member, errors.New("is not UTF-8"))
		} else if n := len(encodeMetadata(value)); p.MaxMetadataValue > 0 && n > p.MaxMetadataValue {
			return memberError(member, fmt.Errorf("%w: has %d bytes as it travels, more than the %d of %s", errMetadataTooLarge, n, p.MaxMetadataValue, p.Name))
		}
	}
	return nil
}

// encodeMetadata writes a value beyond ASCII as encoded words (RFC 2047), as Amazon S3 asks
// (Amazon S3 User Guide, "User-defined object metadata"): raw bytes come back changed from
// Amazon S3, OpenStack Swift and MinIO.
func encodeMetadata(value string) string {
	for i := range len(value) {
		if value[i] >= utf8.RuneSelf {
			return mime.BEncoding.Encode("UTF-8", value)
		}
	}
	return value
}

// encodeMetadataHeaders does so with a request's.
func encodeMetadataHeaders(h http.Header) {
	for name, v := range h {
		if strings.HasPrefix(name, metadataPrefix) {
			v[0] = encodeMetadata(v[0])
		}
	}
}

// decodeMetadataHeaders is the reverse, for an answer. What is no encoded word, or in a
// character set that is not known, stays.
func decodeMetadataHeaders(h http.Header) {
	for name, v := range h {
		if !strings.HasPrefix(name, metadataPrefix) {
			continue
		}
		for i := range v {
			if !strings.Contains(v[i], "=?") {
				continue
			}
			if plain, err := new(mime.WordDecoder).DecodeHeader(v[i]); err == nil {
				v[i] = plain
			}
		}
	}
}
