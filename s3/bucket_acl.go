package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketAcl = rest.Operation[GetBucketAclInput, GetBucketAclOutput]{
	Name: "GetBucketAcl", Method: http.MethodGet, URI: "/{Bucket}?acl",
}

// GetBucketAclInput is the request of [Client.GetBucketAcl].
type GetBucketAclInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketAclInput) operation() rest.Descriptor { return &opGetBucketAcl }

// GetBucketAclOutput is the answer of [Client.GetBucketAcl].
type GetBucketAclOutput struct {
	// Owner is the bucket's owner.
	Owner Owner `xml:"Owner"`
	// Grants are the permissions and who has them.
	Grants []Grant `xml:"AccessControlList>Grant"`
}

// GetBucketAcl answers the ACL of a bucket. A bucket whose ownership is
// BucketOwnerEnforced answers full control for its owner.
//
// Test with errors.Is for [ErrNoSuchBucket] (404) and [ErrAccessDenied] (403,
// without the READ_ACP permission).
//
// Source: GetBucketAcl (Amazon S3 API Reference).
func (c *Client) GetBucketAcl(ctx context.Context, in *GetBucketAclInput, opts ...func(*Options)) (*GetBucketAclOutput, error) {
	return invoke(ctx, c, &opGetBucketAcl, in, opts)
}

var opPutBucketAcl = rest.Operation[PutBucketAclInput, PutBucketAclOutput]{
	Name: "PutBucketAcl", Method: http.MethodPut, URI: "/{Bucket}?acl",
	ChecksumRequired: true,
}

// PutBucketAclInput is the request of [Client.PutBucketAcl].
type PutBucketAclInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ACL is a ready-made ACL. It excludes AccessControlPolicy and the Grant
	// members.
	ACL BucketCannedACL `header:"x-amz-acl"`
	// AccessControlPolicy is the whole new ACL as a document. It excludes ACL and
	// the Grant members.
	AccessControlPolicy *AccessControlPolicy `payload:"xml" xml:"AccessControlPolicy"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document beside
	// Content-MD5: CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// GrantFullControl lists who gets all permissions on the bucket, as
	// comma-separated id="...", uri="..." or emailAddress="..." pairs.
	GrantFullControl string `header:"x-amz-grant-full-control"`
	// GrantRead lists who may list the bucket, in the form of GrantFullControl.
	GrantRead string `header:"x-amz-grant-read"`
	// GrantReadACP lists who may read the bucket's ACL, in the form of
	// GrantFullControl.
	GrantReadACP string `header:"x-amz-grant-read-acp"`
	// GrantWrite lists who may create objects in the bucket, in the form of
	// GrantFullControl.
	GrantWrite string `header:"x-amz-grant-write"`
	// GrantWriteACP lists who may write the bucket's ACL, in the form of
	// GrantFullControl.
	GrantWriteACP string `header:"x-amz-grant-write-acp"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores it
	// the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketAclInput) operation() rest.Descriptor { return &opPutBucketAcl }

// PutBucketAclOutput is the answer of [Client.PutBucketAcl]. It has no members.
type PutBucketAclOutput struct{}

// PutBucketAcl replaces the ACL of a bucket with one of three forms: a
// ready-made ACL, the Grant members, or a document. It is always sent with
// Content-MD5, and with a checksum beside it where ChecksumAlgorithm asks for
// one.
//
// Test with errors.Is for [ErrNoSuchBucket] (404), [ErrAccessDenied] (403),
// Code("AccessControlListNotSupported") (400, the bucket's ownership is
// BucketOwnerEnforced) and Code("MalformedACLError") (400). More than one form
// in a request is refused with 400.
//
// Source: PutBucketAcl (Amazon S3 API Reference).
func (c *Client) PutBucketAcl(ctx context.Context, in *PutBucketAclInput, opts ...func(*Options)) (*PutBucketAclOutput, error) {
	return invoke(ctx, c, &opPutBucketAcl, in, opts)
}
