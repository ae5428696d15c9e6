package s3

import (
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/internal/checksum"
)

// bodyChecksum is the checksum that an answer tells of its body, and the one that is being
// made of it. The zero value has nothing to compare.
type bodyChecksum struct {
	digest     hash.Hash
	name, want string
}

// verified are the algorithms in the order of their cost: an answer with several is
// compared by one.
var verified = [...]checksum.Algorithm{
	checksum.CRC64NVME, checksum.CRC32C, checksum.CRC32, checksum.SHA256, checksum.SHA1, checksum.SHA512, checksum.MD5,
}

// checksumHeaders are their headers.
var checksumHeaders = func() (names [len(verified)]string) {
	for i, a := range verified {
		names[i] = checksum.Header(a)
	}
	return names
}()

// expect takes note of the stored checksum of the whole. One of checksums ("...-7") says
// nothing about a single pass.
func (c *bodyChecksum) expect(h http.Header) {
	if only(h["X-Amz-Checksum-Type"]) == string(ChecksumTypeComposite) {
		return
	}
	for i, name := range checksumHeaders {
		want := only(h[name])
		if want == "" || strings.Contains(want, "-") {
			continue
		}
		if digest, err := checksum.New(verified[i]); err == nil {
			c.digest, c.name, c.want = digest, strings.ToLower(name), want
		}
		return
	}
}

func (c *bodyChecksum) write(b []byte) {
	if c.digest != nil {
		c.digest.Write(b)
	}
}

// verify is for the end of the body.
func (c *bodyChecksum) verify() error {
	if c.digest == nil {
		return nil
	}
	if got := checksum.Encode(c.digest.Sum(nil)); got != c.want {
		return fmt.Errorf("%w: %s is %s, received %s", ErrChecksumMismatch, c.name, c.want, got)
	}
	return nil
}

// checkedBody is a body whose checksum is compared at its end.
type checkedBody struct {
	io.ReadCloser
	sum  bodyChecksum
	fail func(error) error
}

// Read implements io.Reader. io.EOF comes only after the right bytes.
func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sum.write(p[:n])
	if err == io.EOF { //nolint:errorlint // io.Reader's own
		if bad := b.sum.verify(); bad != nil {
			err = b.fail(bad)
		}
	}
	return n, err
}
