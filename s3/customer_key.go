package s3

import (
	"crypto/md5" // S3's check of a customer key
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// CustomerKey is a 256-bit key of the caller's own (SSE-C; Amazon S3 User Guide, "Using
// server-side encryption with customer-provided keys"), as base64 with padding, 44
// characters: CustomerKey(base64.StdEncoding.EncodeToString(key)) for key of 32 bytes. The
// raw bytes are refused.
//
// However it is printed, logged or marshalled, alone or in an exported field of a struct,
// only "REDACTED" is seen, or nothing when it is empty. Convert it to get the text.
//
// A key alone is enough: the algorithm is then AES256 and the MD5 is computed. An MD5 that is
// given is compared. Keys never go over plain http, nor to a server that the profile says
// ignores them ([ErrUnsupported]): such a call fails before anything is sent.
type CustomerKey string

// String is "REDACTED", or empty.
func (k CustomerKey) String() string {
	if k == "" {
		return ""
	}
	return "REDACTED"
}

// Format writes String for every verb, so that neither %q nor %x shows the key.
func (k CustomerKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue gives slog the same view as String.
func (k CustomerKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText gives encoders (JSON, XML, YAML) the same view as String. It is for logs:
// what it writes can't be read back.
func (k CustomerKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

const (
	customerKeySize   = 32
	customerAlgorithm = "AES256" // the only one that S3 knows
)

// customerKeys are the members by which keys travel.
var customerKeys = [...]struct{ member, algorithm, key, md5 string }{
	{
		"SSECustomer", "X-Amz-Server-Side-Encryption-Customer-Algorithm",
		"X-Amz-Server-Side-Encryption-Customer-Key", "X-Amz-Server-Side-Encryption-Customer-Key-Md5",
	},
	{
		"CopySourceSSECustomer", "X-Amz-Copy-Source-Server-Side-Encryption-Customer-Algorithm",
		"X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key", "X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key-Md5",
	},
}

// prepareCustomerKeys checks the keys in a request's header and completes what belongs to
// them.
func (k *call) prepareCustomerKeys() error {
	h, o := k.request.Header, &k.settings.options
	for i := range customerKeys {
		c := &customerKeys[i]
		key, algorithm, sum := only(h[c.key]), only(h[c.algorithm]), only(h[c.md5])
		if key == "" {
			if algorithm != "" || sum != "" {
				return fmt.Errorf("s3: %sKey is missing beside its algorithm or MD5", c.member)
			}
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil || len(raw) != customerKeySize {
			// Not the decoder's error, which quotes its input.
			return fmt.Errorf("s3: %sKey is no base64 of %d bytes", c.member, customerKeySize)
		}
		if algorithm != "" && algorithm != customerAlgorithm {
			return fmt.Errorf("s3: %sAlgorithm is not %s", c.member, customerAlgorithm)
		}
		digest := md5.Sum(raw)
		want := base64.StdEncoding.EncodeToString(digest[:])
		if sum != "" && sum != want {
			return errors.New("s3: " + c.member + "KeyMD5 is not the MD5 of the key")
		}
		if !k.settings.endpoint.secure() {
			return errors.New("s3: " + c.member + "Key would go in the clear over http: the endpoint must be https")
		}
		if !o.Profile.CustomerKeys && !o.AllowUnsupported {
			return fmt.Errorf("%w: %s ignores %sKey", ErrUnsupported, o.Profile.Name, c.member)
		}
		h[c.algorithm], h[c.md5] = []string{customerAlgorithm}, []string{want}
	}
	return nil
}

func only(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
