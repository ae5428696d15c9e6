package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
)

// hmacMax is the longest message hmacSHA256 takes without a larger buffer: a
// string to sign is five or six short lines, and a key's derivation less.
const hmacMax = 512

// hmacSHA256 is RFC 2104 over SHA-256. It is written out, because hmac.New
// allocates two digests for what are two hashes of a few blocks on the stack.
func hmacSHA256(key, msg []byte) [sha256.Size]byte {
	var block [sha256.BlockSize]byte
	if len(key) > len(block) {
		sum := sha256.Sum256(key)
		copy(block[:], sum[:])
	} else {
		copy(block[:], key)
	}

	var stack [sha256.BlockSize + hmacMax]byte
	inner := stack[:0]
	for _, b := range block {
		inner = append(inner, b^0x36)
	}
	inner = append(inner, msg...)
	sum := sha256.Sum256(inner)

	var outer [sha256.BlockSize + sha256.Size]byte
	for i, b := range block {
		outer[i] = b ^ 0x5c
	}
	copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:])
}

// deriveKey makes the signing key of one secret for one day, region and service.
func deriveKey(secret, date, region, service string) [sha256.Size]byte {
	var stack [128]byte
	key := append(append(stack[:0], "AWS4"...), secret...)
	sum := hmacSHA256(key, []byte(date))
	sum = hmacSHA256(sum[:], []byte(region))
	sum = hmacSHA256(sum[:], []byte(service))
	return hmacSHA256(sum[:], []byte("aws4_request"))
}

// appendHashHex appends the SHA-256 of data in lower-case hexadecimal.
func appendHashHex(dst, data []byte) []byte {
	sum := sha256.Sum256(data)
	return hex.AppendEncode(dst, sum[:])
}
