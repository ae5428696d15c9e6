//go:build integration

package interop

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/minio/crc64nvme"
)

// object is what a client writes, and what it tells of what it has read.
type object struct {
	Body                                                                            []byte
	ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage string
	Metadata, Tags                                                                  map[string]string
	// Algorithm of the checksum to store, and Checksum as the server tells it.
	Algorithm, Checksum string
	ETag                string
}

// place is where an object is.
type place struct{ bucket, key string }

// differences tells what of want is another in got. What want says nothing about is not looked
// at, since servers and clients add defaults of their own.
func differences(want, got object) error {
	var all []string
	if !bytes.Equal(want.Body, got.Body) {
		all = append(all, fmt.Sprintf("%d bytes for %d", len(got.Body), len(want.Body)))
	}
	member := func(name, want, got string) {
		switch {
		case want == "" || got == want:
		case got == "":
			all = append(all, "no "+name)
		default:
			all = append(all, fmt.Sprintf("%s %q", name, got))
		}
	}
	member("Content-Type", want.ContentType, got.ContentType)
	member("Cache-Control", want.CacheControl, got.CacheControl)
	member("Content-Disposition", want.ContentDisposition, got.ContentDisposition)
	member("Content-Encoding", want.ContentEncoding, got.ContentEncoding)
	member("Content-Language", want.ContentLanguage, got.ContentLanguage)
	for _, name := range slices.Sorted(maps.Keys(want.Metadata)) {
		member("metadata "+name, want.Metadata[name], got.Metadata[name])
	}
	for name := range got.Metadata {
		if _, ok := want.Metadata[name]; !ok && want.Metadata != nil {
			all = append(all, "metadata "+name+" too many")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.Tags)) {
		member("tag "+name, want.Tags[name], got.Tags[name])
	}
	member("ETag", want.ETag, strings.Trim(got.ETag, `"`))
	member("checksum", want.Checksum, got.Checksum)
	if len(all) > 0 {
		return finding(strings.Join(all, ", "))
	}
	return nil
}

// finding is a difference, in words that a cell can hold.
type finding string

func (f finding) Error() string { return string(f) }

// data is n bytes that nobody can compress or guess, the same for the same n.
func data(n int) []byte {
	var seed [32]byte
	copy(seed[:], fmt.Sprint("interop ", n))
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(seed).Read(b) // never fails
	return b
}

// checksum is what a server has to keep, computed here and not by any of the clients.
func checksum(algorithm string, body []byte) string {
	var sum []byte
	switch algorithm {
	case "CRC32C":
		sum = binary.BigEndian.AppendUint32(nil, crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
	case "CRC64NVME":
		sum = binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(body))
	case "SHA256":
		hash := sha256.Sum256(body)
		sum = hash[:]
	}
	return base64.StdEncoding.EncodeToString(sum)
}

// etag is that of an object sent by one request.
func etag(body []byte) string {
	sum := md5.Sum(body)
	return hex.EncodeToString(sum[:])
}
