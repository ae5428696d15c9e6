package s3test

import (
	"net/http"
	"slices"
	"strings"
)

// AccountID is the account that all buckets belong to, as ExpectedBucketOwner and
// ExpectedSourceBucketOwner name it.
const AccountID = "123456789012"

// knownHeaders are the X-Amz-* headers that are honoured, or that ask for nothing. Any other one is
// refused: what ignored it would promise something and not do it.
var knownHeaders = map[string]bool{
	"X-Amz-Date": true, "X-Amz-Content-Sha256": true, "X-Amz-Security-Token": true, "X-Amz-User-Agent": true,
	"X-Amz-Decoded-Content-Length": true, "X-Amz-Trailer": true,
	"X-Amz-Checksum-Crc32": true, "X-Amz-Checksum-Crc32c": true, "X-Amz-Checksum-Crc64nvme": true,
	"X-Amz-Checksum-Sha1": true, "X-Amz-Checksum-Sha256": true,
	"X-Amz-Checksum-Algorithm": true, "X-Amz-Checksum-Mode": true, "X-Amz-Checksum-Type": true, "X-Amz-Sdk-Checksum-Algorithm": true,
	"X-Amz-Tagging": true, "X-Amz-Tagging-Directive": true, "X-Amz-Metadata-Directive": true,
	"X-Amz-Copy-Source": true, "X-Amz-Copy-Source-Range": true, "X-Amz-Copy-Source-If-Match": true, "X-Amz-Copy-Source-If-None-Match": true,
	"X-Amz-Copy-Source-If-Modified-Since": true, "X-Amz-Copy-Source-If-Unmodified-Since": true,
	"X-Amz-Mp-Object-Size": true, "X-Amz-Expected-Bucket-Owner": true, "X-Amz-Source-Expected-Bucket-Owner": true,
	"X-Amz-Acl": true, "X-Amz-Storage-Class": true, "X-Amz-Server-Side-Encryption": true,

	customerPrefix + "Algorithm": true, customerPrefix + "Key": true, customerPrefix + "Key-Md5": true,
	sourcePrefix + "Algorithm": true, sourcePrefix + "Key": true, sourcePrefix + "Key-Md5": true,
}

// signatureFields are those of a presigned query and of a form that belong to the signature.
var signatureFields = map[string]bool{
	"X-Amz-Algorithm": true, "X-Amz-Credential": true, "X-Amz-Date": true, "X-Amz-Expires": true,
	"X-Amz-Signedheaders": true, "X-Amz-Signature": true, "X-Amz-Security-Token": true,
}

// storageClasses are those whose objects can be read at once.
var storageClasses = []string{"STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY"}

// refuseHeader says that a header, or its value, asks for what is not here.
func refuseHeader(name string) *answer {
	return refuse(http.StatusNotImplemented, "NotImplemented", "s3test does not do what this header asks for: "+strings.ToLower(name))
}

// checkHeaders refuses what the headers of a request, or the fields of a form, ask for in vain.
func checkHeaders(h http.Header) *answer {
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-") && !knownHeaders[name] && !strings.HasPrefix(name, "X-Amz-Meta-") {
			return refuseHeader(name)
		}
	}
	switch h.Get("X-Amz-Acl") {
	case "", "private", "bucket-owner-full-control": // which is how it is
	default:
		return refuseHeader("X-Amz-Acl")
	}
	switch h.Get("X-Amz-Server-Side-Encryption") {
	case "", "AES256":
	default:
		return refuseHeader("X-Amz-Server-Side-Encryption")
	}
	switch class := h.Get("X-Amz-Storage-Class"); {
	case class == "GLACIER" || class == "DEEP_ARCHIVE": // whose objects must be restored first
		return refuseHeader("X-Amz-Storage-Class")
	case class != "" && !slices.Contains(storageClasses, class):
		return refuse(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid")
	}
	for _, name := range []string{"X-Amz-Expected-Bucket-Owner", "X-Amz-Source-Expected-Bucket-Owner"} {
		if id := h.Get(name); id != "" && id != AccountID {
			return refuse(http.StatusForbidden, "AccessDenied", "Access Denied")
		}
	}
	return nil
}

// hoist takes headers out of a presigned query, where SDKs may have put them.
func (q *request) hoist() {
	q.hoisted = map[string]bool{}
	for name, value := range q.query {
		name = http.CanonicalHeaderKey(name)
		if strings.HasPrefix(name, "X-Amz-") && !signatureFields[name] && q.Header.Get(name) == "" {
			q.Header.Set(name, value)
			q.hoisted[name] = true
		}
	}
}
