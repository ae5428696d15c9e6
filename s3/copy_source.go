package s3

import (
	"errors"
	"net/url"
	"strings"
)

// CopySource names an object as the CopySource of CopyObject and UploadPartCopy wants it:
// bucket/key, percent-encoded but for the slashes, and with a versionID that is not empty
// ?versionId= behind it.
func CopySource(bucket, key, versionID string) string {
	escape := strings.NewReplacer("+", "%20", "%2F", "/")
	source := url.PathEscape(bucket) + "/" + escape.Replace(url.QueryEscape(key))
	if versionID != "" {
		source += "?versionId=" + url.QueryEscape(versionID)
	}
	return source
}

// ParseCopySource takes a CopySource apart: the reverse of [CopySource]. A slash at the
// beginning is allowed. An ARN is refused, since it names no bucket.
func ParseCopySource(source string) (bucket, key, versionID string, err error) {
	if strings.HasPrefix(source, "arn:") {
		return "", "", "", memberError("CopySource", errors.New("is an ARN, which names no bucket"))
	}
	path, query, _ := strings.Cut(source, "?")
	bucket, key, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if bucket == "" || key == "" {
		return "", "", "", memberError("CopySource", errors.New("is not bucket/key"))
	}
	values, queryErr := url.ParseQuery(query)
	bucket, bucketErr := url.PathUnescape(bucket)
	key, keyErr := url.PathUnescape(key)
	if errors.Join(queryErr, bucketErr, keyErr) != nil {
		return "", "", "", memberError("CopySource", errors.New("is not percent-encoded"))
	}
	for name := range values {
		if name != "versionId" {
			return "", "", "", memberError("CopySource", errors.New("has a query that is no versionId; a ? in a key is %3F"))
		}
	}
	return bucket, key, values.Get("versionId"), nil
}
