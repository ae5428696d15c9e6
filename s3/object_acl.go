package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetObjectAcl = rest.Operation[GetObjectAclInput, GetObjectAclOutput]{
	Name: "GetObjectAcl", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?acl",
}

// GetObjectAclInput is the request of [Client.GetObjectAcl].
type GetObjectAclInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetObjectAclInput) operation() rest.Descriptor { return &opGetObjectAcl }

// GetObjectAclOutput is the answer of [Client.GetObjectAcl].
type GetObjectAclOutput struct {
	// Owner is the object's owner.
	Owner Owner `xml:"Owner"`
	// Grants are the permissions and who has them.
	Grants []Grant `xml:"AccessControlList>Grant"`
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// GetObjectAcl answers the ACL of an object.
//
// Test with errors.Is for [ErrNoSuchKey] (404) and [ErrAccessDenied] (403,
// without the READ_ACP permission).
//
// Source: GetObjectAcl (Amazon S3 API Reference).
func (c *Client) GetObjectAcl(ctx context.Context, in *GetObjectAclInput, opts ...func(*Options)) (*GetObjectAclOutput, error) {
	return invoke(ctx, c, &opGetObjectAcl, in, opts)
}

var opPutObjectAcl = rest.Operation[PutObjectAclInput, PutObjectAclOutput]{
	Name: "PutObjectAcl", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?acl",
	ChecksumRequired: true,
}

// PutObjectAclInput is the request of [Client.PutObjectAcl].
type PutObjectAclInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// ACL is a ready-made ACL. It excludes AccessControlPolicy and the Grant
	// members.
	ACL ObjectCannedACL `header:"x-amz-acl"`
	// AccessControlPolicy is the whole new ACL as a document. It excludes ACL
	// and the Grant members.
	AccessControlPolicy *AccessControlPolicy `payload:"xml" xml:"AccessControlPolicy"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// GrantFullControl lists who gets READ, READ_ACP and WRITE_ACP on the
	// object, as comma-separated id="...", uri="..." or emailAddress="..."
	// pairs.
	GrantFullControl string `header:"x-amz-grant-full-control"`
	// GrantRead lists who may read the object and its metadata, in the form of
	// GrantFullControl.
	GrantRead string `header:"x-amz-grant-read"`
	// GrantReadACP lists who may read the object's ACL, in the form of
	// GrantFullControl.
	GrantReadACP string `header:"x-amz-grant-read-acp"`
	// GrantWrite has no effect on objects.
	GrantWrite string `header:"x-amz-grant-write"`
	// GrantWriteACP lists who may write the object's ACL, in the form of
	// GrantFullControl.
	GrantWriteACP string `header:"x-amz-grant-write-acp"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutObjectAclInput) operation() rest.Descriptor { return &opPutObjectAcl }

// PutObjectAclOutput is the answer of [Client.PutObjectAcl].
type PutObjectAclOutput struct {
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// PutObjectAcl replaces the ACL of an object with one of three forms: a
// ready-made ACL, the Grant members, or a document.
//
// Test with errors.Is for [ErrNoSuchKey] (404), [ErrAccessDenied] (403) and
// Code("AccessControlListNotSupported") (400, the bucket's ownership is
// BucketOwnerEnforced).
//
// Source: PutObjectAcl (Amazon S3 API Reference).
func (c *Client) PutObjectAcl(ctx context.Context, in *PutObjectAclInput, opts ...func(*Options)) (*PutObjectAclOutput, error) {
	return invoke(ctx, c, &opPutObjectAcl, in, opts)
}
