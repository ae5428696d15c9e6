// Package checksum computes the checksums that object stores verify, and
// combines those of parts into that of the object.
//
// The names are the ChecksumAlgorithm values of the S3 API. CRC32 and CRC32C
// come from hash/crc32 and CRC64NVME from github.com/minio/crc64nvme, all three
// in hardware where there is any; the rest are the standard library's.
package checksum
