package checksum

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/minio/crc64nvme"
)

// A CRC is the remainder of the message, taken as a polynomial over GF(2). The
// messages A and B one after the other are A times x^(8 len(B)) plus B, so
//
//	crc(A||B) = crc(A) * x^(8 len(B)) mod P  xor  crc(B)
//
// The initial and the final complement of these three CRCs cancel out in it.
// Square and multiply gives the power in O(log len(B)) steps and needs no table.
//
// All three are reflected: the top bit of a value is the coefficient of x^0.

type word interface{ ~uint32 | ~uint64 }

// field is the ring of polynomials modulo P.
type field[W word] struct {
	poly W // reflected, without its leading term
	one  W // the polynomial 1: only the top bit
}

var (
	ieee       = field[uint32]{poly: crc32.IEEE, one: 1 << 31}
	castagnoli = field[uint32]{poly: crc32.Castagnoli, one: 1 << 31}
	nvme       = field[uint64]{poly: crc64nvme.NVME, one: 1 << 63}
)

// multiply returns a * b mod P.
func (f field[W]) multiply(a, b W) W {
	var product W
	for bit := f.one; a != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
			a ^= bit
		}
		carry := b & 1
		b >>= 1
		if carry != 0 {
			b ^= f.poly
		}
	}
	return product
}

// combine returns the CRC of A||B, where B has n bytes.
func (f field[W]) combine(a, b W, n int64) W {
	for power := f.one >> 8; n != 0; n >>= 1 { // x^8, x^16, x^32, ...
		if n&1 != 0 {
			a = f.multiply(power, a)
		}
		power = f.multiply(power, power)
	}
	return a ^ b
}

// Combine returns the sum of A||B from the sums of A and of B and the length of
// B in bytes, without looking at either. It takes CRC32, CRC32C and CRC64NVME;
// others give an error matching [ErrUnsupported].
func Combine(alg Algorithm, a, b []byte, lenB int64) ([]byte, error) {
	if !combines(alg) {
		return nil, unsupported(alg)
	}
	if size := Size(alg); len(a) != size || len(b) != size {
		return nil, fmt.Errorf("checksum: combining %s: sums of %d and %d bytes, not %d", alg, len(a), len(b), size)
	}
	if lenB < 0 {
		return nil, fmt.Errorf("checksum: combining %s: negative length %d", alg, lenB)
	}
	be := binary.BigEndian
	switch alg {
	case CRC32:
		return be.AppendUint32(nil, ieee.combine(be.Uint32(a), be.Uint32(b), lenB)), nil
	case CRC32C:
		return be.AppendUint32(nil, castagnoli.combine(be.Uint32(a), be.Uint32(b), lenB)), nil
	default:
		return be.AppendUint64(nil, nvme.combine(be.Uint64(a), be.Uint64(b), lenB)), nil
	}
}

func combines(a Algorithm) bool {
	return a == CRC32 || a == CRC32C || a == CRC64NVME
}
