package swift

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the only digest of Ceph RGW and of old Swifts
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"
)

func (d Digest) check() error {
	switch d {
	case "", DigestSHA1, DigestSHA256, DigestSHA512:
		return nil
	}
	return fmt.Errorf("swift: Digest %q is none of sha1, sha256 and sha512", string(d))
}

// sign is the HMAC of a message: in hex, which servers tell apart by its length, or in
// base64 behind the digest's name.
func (d Digest) sign(key Secret, message string, inBase64 bool) string {
	var h func() hash.Hash
	switch d {
	case DigestSHA1:
		h = sha1.New
	case DigestSHA512:
		h = sha512.New
	default:
		h = sha256.New
	}
	mac := hmac.New(h, []byte(key))
	mac.Write([]byte(message))
	sum := mac.Sum(nil)
	if inBase64 {
		return string(d) + ":" + base64.RawURLEncoding.EncodeToString(sum)
	}
	return hex.EncodeToString(sum)
}

// digests in the order that they are chosen in.
var digests = []Digest{DigestSHA256, DigestSHA512, DigestSHA1}

// choose is the best digest that a section of /info allows. One that says nothing of digests
// is from before there were any but SHA-1.
func (i *TempURLInfo) choose() (Digest, error) {
	if i.AllowedDigests == nil {
		return DigestSHA1, nil
	}
	for _, d := range digests {
		if slices.Contains(i.AllowedDigests, d) {
			return d, nil
		}
	}
	return "", fmt.Errorf("%w: the server takes none of the digests %v", ErrUnsupported, digests)
}

// checkExpires refuses times that no server takes: past ones, and years of five digits.
func checkExpires(expires, now time.Time) error {
	switch {
	case expires.IsZero():
		return errors.New("swift: Expires is missing")
	case expires.Unix() <= now.Unix():
		return fmt.Errorf("swift: Expires %s is past", expires.UTC().Format(time.RFC3339))
	case expires.UTC().Year() > 9999:
		return errors.New("swift: Expires is after the year 9999")
	}
	return nil
}

// checkSigned checks the members that TempURL and FormPost share.
func checkSigned(key Secret, container string, expires, now time.Time, d Digest) error {
	if key == "" {
		return errors.New("swift: Key is missing")
	}
	if err := checkContainerName(container); err != nil {
		return err
	}
	if err := checkExpires(expires, now); err != nil {
		return err
	}
	return d.check()
}
