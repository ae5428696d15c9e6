// Package identity opens object stores: Keystone tokens, EC2 credentials, STS, and the
// providers of credentials that package s3 signs with.
package identity
