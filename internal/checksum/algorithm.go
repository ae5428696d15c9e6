package checksum

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"net/textproto"

	"github.com/minio/crc64nvme"
)

// Algorithm is a ChecksumAlgorithm of the S3 API, in its spelling.
type Algorithm string

// The algorithms that [New] computes. The S3 API also names XXHASH64, XXHASH3
// and XXHASH128.
const (
	CRC32     Algorithm = "CRC32"
	CRC32C    Algorithm = "CRC32C"
	CRC64NVME Algorithm = "CRC64NVME"
	SHA1      Algorithm = "SHA1"
	SHA256    Algorithm = "SHA256"
	SHA512    Algorithm = "SHA512"
	MD5       Algorithm = "MD5"
)

// ErrUnsupported is matched by the error for an algorithm that can't be
// computed, or can't be combined in the way asked for.
var ErrUnsupported = errors.New("checksum: unsupported algorithm")

func unsupported(a Algorithm) error {
	return fmt.Errorf("%w %q", ErrUnsupported, string(a))
}

// New returns a fresh hash, or an error matching [ErrUnsupported]. Sum gives the
// CRCs in big-endian order, as the wire has them.
func New(a Algorithm) (hash.Hash, error) {
	switch a {
	case CRC32:
		return crc32.NewIEEE(), nil
	case CRC32C:
		return crc32.New(crc32.MakeTable(crc32.Castagnoli)), nil
	case CRC64NVME:
		return crc64nvme.New(), nil
	case SHA1:
		return sha1.New(), nil
	case SHA256:
		return sha256.New(), nil
	case SHA512:
		return sha512.New(), nil
	case MD5:
		return md5.New(), nil
	default:
		return nil, unsupported(a)
	}
}

// Size returns the bytes of a sum, 0 for an algorithm that New doesn't know.
func Size(a Algorithm) int {
	switch a {
	case CRC32, CRC32C:
		return crc32.Size
	case CRC64NVME:
		return crc64nvme.Size
	case SHA1:
		return sha1.Size
	case SHA256:
		return sha256.Size
	case SHA512:
		return sha512.Size
	case MD5:
		return md5.Size
	default:
		return 0
	}
}

// EncodedSize returns the characters of a sum as [Encode] writes it.
func EncodedSize(a Algorithm) int {
	return base64.StdEncoding.EncodedLen(Size(a))
}

// Header returns the canonical name of the header or trailer that carries the
// sum, such as X-Amz-Checksum-Crc32c. For MD5 this is X-Amz-Checksum-Md5 and
// not Content-MD5, which is another header with the same value.
func Header(a Algorithm) string {
	return textproto.CanonicalMIMEHeaderKey("x-amz-checksum-" + string(a))
}

// Encode returns a sum as headers and documents carry it: base64 with padding.
func Encode(sum []byte) string {
	return base64.StdEncoding.EncodeToString(sum)
}

// Decode is the reverse of [Encode] and checks that the length is that of the
// algorithm's sums.
func Decode(a Algorithm, encoded string) ([]byte, error) {
	size := Size(a)
	if size == 0 {
		return nil, unsupported(a)
	}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, fmt.Errorf("checksum: decoding %s: %w", a, err)
	}
	if len(sum) != size {
		return nil, fmt.Errorf("checksum: decoding %s: got %d bytes, not %d", a, len(sum), size)
	}
	return sum, nil
}
