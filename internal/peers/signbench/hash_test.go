package signbench

import (
	"crypto/md5"
	"crypto/sha256"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"testing"

	"github.com/minio/crc64nvme"
)

func BenchmarkHash(b *testing.B) {
	buf := make([]byte, 1<<20)
	for _, c := range []struct {
		n string
		h hash.Hash
	}{
		{"crc32", crc32.NewIEEE()},
		{"crc32c", crc32.New(crc32.MakeTable(crc32.Castagnoli))},
		{"crc64nvme-asm", crc64nvme.New()},
		{"crc64-std", crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))},
		{"sha256", sha256.New()},
		{"md5", md5.New()},
	} {
		b.Run(c.n, func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				c.h.Write(buf)
			}
		})
	}
}
