// Package integration runs the library against real servers: OpenStack Swift with its s3api
// and its own API, Keystone, Ceph RGW, MinIO, versitygw and Alluxio, each over http and over https.
//
// The tests have the build tag integration. They read where a server is from the exports that
// testdata/backends/NAME/up.sh leaves in $STOWAGE_BACKENDS/NAME/env (/tmp/backends by default);
// `make integration` starts the servers, runs the tests and stops what it started.
// BACKENDS="minio ceph" picks servers; minio-tls is a MinIO that ends TLS itself, without which
// it takes no customer keys. One that was picked and is not up fails: nothing is skipped.
//
// What a server refuses, or does otherwise than Amazon S3, is written down in servers_test.go and
// asserted, so that a server that learns it is noticed.
package integration
