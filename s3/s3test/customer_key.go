package s3test

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

// The headers of customers' keys, of the object and of the source of a copy ("Using server-side
// encryption with customer-provided keys").
const (
	customerPrefix = "X-Amz-Server-Side-Encryption-Customer-"
	sourcePrefix   = "X-Amz-Copy-Source-Server-Side-Encryption-Customer-"
)

// customerKey reads a customer's key. What is kept of it, and compared, is its MD5; empty: there is
// no key.
func (q *request) customerKey(h http.Header, prefix string) (sum string, bad *answer) {
	algorithm, key, given := h.Get(prefix+"Algorithm"), h.Get(prefix+"Key"), h.Get(prefix+"Key-Md5")
	if algorithm == "" && key == "" && given == "" {
		return "", nil
	}
	invalid := func(why string) (string, *answer) { return "", refuse(http.StatusBadRequest, "InvalidArgument", why) }
	raw, err := base64.StdEncoding.DecodeString(key)
	md := md5.Sum(raw)
	sum = base64.StdEncoding.EncodeToString(md[:])
	const requests = "Requests specifying Server Side Encryption with Customer provided keys must "
	switch {
	case q.TLS == nil:
		return "", refuse(http.StatusBadRequest, "InvalidRequest", requests+"be made over a secure connection.")
	case algorithm == "":
		return invalid(requests + "provide a valid encryption algorithm.")
	case algorithm != "AES256":
		return "", refuse(http.StatusBadRequest, "InvalidEncryptionAlgorithmError", "The encryption request that you specified is not valid. The valid value is AES256.")
	case key == "":
		return invalid(requests + "provide an appropriate secret key.")
	case err != nil || len(raw) != sha256.Size:
		return invalid("The secret key was invalid for the specified algorithm.")
	case given == "":
		return invalid(requests + "provide the client calculated MD5 of the secret key.")
	case given != sum:
		return invalid("The calculated MD5 hash of the key did not match the hash that was provided.")
	case prefix == customerPrefix && h.Get("X-Amz-Server-Side-Encryption") != "":
		return invalid("Server Side Encryption with Customer provided key is incompatible with the encryption method specified")
	}
	return sum, nil
}

// unlock holds the key of a read against the object's.
func (q *request) unlock(o *object, prefix string) *answer {
	sum, bad := q.customerKey(q.Header, prefix)
	switch {
	case bad != nil:
		return bad
	case sum == o.customerKey:
		return nil
	case sum == "":
		return refuse(http.StatusBadRequest, "InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")
	case o.customerKey == "":
		return refuse(http.StatusBadRequest, "InvalidRequest", "The encryption parameters are not applicable to this object.")
	}
	return refuse(http.StatusForbidden, "AccessDenied", "Access Denied")
}

// unlockUpload holds the key of a request about an upload against the one that it began with. Only
// those that bring a part must have it.
func (q *request) unlockUpload(u *upload, must bool) *answer {
	sum, bad := q.customerKey(q.Header, customerPrefix)
	invalid := func(why string) *answer { return refuse(http.StatusBadRequest, "InvalidRequest", why) }
	switch {
	case bad != nil:
		return bad
	case sum == u.customerKey, sum == "" && !must:
		return nil
	case sum == "":
		return invalid("The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
	case u.customerKey == "":
		return invalid("The multipart upload initiate did not request encryption.")
	}
	return invalid("The provided encryption parameters did not match the ones used originally.")
}

// encrypted tells how something is encrypted: by the server's key, if that was asked for, or by the
// customer's.
func encrypted(a *answer, header http.Header, customerKey string) *answer {
	a.Set("X-Amz-Server-Side-Encryption", header.Get("X-Amz-Server-Side-Encryption"))
	if customerKey != "" {
		a.Set(customerPrefix+"Algorithm", "AES256").Set(customerPrefix+"Key-Md5", customerKey)
	}
	return a
}
