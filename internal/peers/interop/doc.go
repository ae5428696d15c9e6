// Package interop is a second opinion on real servers: what this module writes is read by other
// clients, and what they write is read by it, byte for byte with everything that is stored beside
// the bytes; and the links and forms that it signs are used by programs that know nothing of it.
//
// The clients are aws-sdk-go-v2, minio-go, boto3 and the AWS command line for S3, gophercloud and
// ncw/swift for Swift, and curl and Chromium for links and forms. make interop starts the servers,
// installs what is missing, and compares what it finds with docs/interop.md.
package interop
