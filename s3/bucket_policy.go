package s3

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetBucketPolicy = rest.Operation[GetBucketPolicyInput, GetBucketPolicyOutput]{
	Name: "GetBucketPolicy", Method: http.MethodGet, URI: "/{Bucket}?policy",
}

// GetBucketPolicyInput is the request of [Client.GetBucketPolicy].
type GetBucketPolicyInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketPolicyInput) operation() rest.Descriptor { return &opGetBucketPolicy }

// GetBucketPolicyOutput is the answer of [Client.GetBucketPolicy].
type GetBucketPolicyOutput struct {
	// Policy is the policy, a JSON document.
	Policy string `payload:"text"`
}

// GetBucketPolicy answers the policy of a bucket as it was put.
//
// Test with errors.Is for Code("NoSuchBucketPolicy") (404).
//
// Source: GetBucketPolicy (Amazon S3 API Reference).
func (c *Client) GetBucketPolicy(ctx context.Context, in *GetBucketPolicyInput, opts ...func(*Options)) (*GetBucketPolicyOutput, error) {
	return invoke(ctx, c, &opGetBucketPolicy, in, opts)
}

var opPutBucketPolicy = rest.Operation[PutBucketPolicyInput, PutBucketPolicyOutput]{
	Name: "PutBucketPolicy", Method: http.MethodPut, URI: "/{Bucket}?policy",
	ChecksumRequired: true,
}

// PutBucketPolicyInput is the request of [Client.PutBucketPolicy].
type PutBucketPolicyInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Policy is the policy, a JSON document. It is sent as it is.
	Policy string `payload:"text" required:"true"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ConfirmRemoveSelfBucketAccess agrees to a policy that takes from the
	// caller the right to change it.
	ConfirmRemoveSelfBucketAccess bool `header:"x-amz-confirm-remove-self-bucket-access"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutBucketPolicyInput) operation() rest.Descriptor { return &opPutBucketPolicy }

// PutBucketPolicyOutput is the answer of [Client.PutBucketPolicy]. It has no
// members.
type PutBucketPolicyOutput struct{}

// PutBucketPolicy replaces the policy of a bucket, up to 20 KB.
//
// Test with errors.Is for Code("MalformedPolicy") (400) and
// [ErrAccessDenied] (403, also for a public policy that the public access
// block forbids).
//
// Source: PutBucketPolicy (Amazon S3 API Reference).
func (c *Client) PutBucketPolicy(ctx context.Context, in *PutBucketPolicyInput, opts ...func(*Options)) (*PutBucketPolicyOutput, error) {
	return invoke(ctx, c, &opPutBucketPolicy, in, opts)
}

var opDeleteBucketPolicy = rest.Operation[DeleteBucketPolicyInput, DeleteBucketPolicyOutput]{
	Name: "DeleteBucketPolicy", Method: http.MethodDelete, URI: "/{Bucket}?policy",
}

// DeleteBucketPolicyInput is the request of [Client.DeleteBucketPolicy].
type DeleteBucketPolicyInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*DeleteBucketPolicyInput) operation() rest.Descriptor { return &opDeleteBucketPolicy }

// DeleteBucketPolicyOutput is the answer of [Client.DeleteBucketPolicy]. It
// has no members.
type DeleteBucketPolicyOutput struct{}

// DeleteBucketPolicy deletes the policy of a bucket. None being there is not
// an error.
//
// Source: DeleteBucketPolicy (Amazon S3 API Reference).
func (c *Client) DeleteBucketPolicy(ctx context.Context, in *DeleteBucketPolicyInput, opts ...func(*Options)) (*DeleteBucketPolicyOutput, error) {
	return invoke(ctx, c, &opDeleteBucketPolicy, in, opts)
}

var opGetBucketPolicyStatus = rest.Operation[GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput]{
	Name: "GetBucketPolicyStatus", Method: http.MethodGet, URI: "/{Bucket}?policyStatus",
}

// GetBucketPolicyStatusInput is the request of
// [Client.GetBucketPolicyStatus].
type GetBucketPolicyStatusInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetBucketPolicyStatusInput) operation() rest.Descriptor { return &opGetBucketPolicyStatus }

// GetBucketPolicyStatusOutput is the answer of
// [Client.GetBucketPolicyStatus].
type GetBucketPolicyStatusOutput struct {
	// PolicyStatus is the answer.
	PolicyStatus *PolicyStatus `payload:"xml" xml:"PolicyStatus"`
}

// GetBucketPolicyStatus answers whether the policy of a bucket makes it
// public.
//
// Test with errors.Is for Code("NoSuchBucketPolicy") (404).
//
// Source: GetBucketPolicyStatus (Amazon S3 API Reference).
func (c *Client) GetBucketPolicyStatus(ctx context.Context, in *GetBucketPolicyStatusInput, opts ...func(*Options)) (*GetBucketPolicyStatusOutput, error) {
	return invoke(ctx, c, &opGetBucketPolicyStatus, in, opts)
}

// PolicyStatus says what a bucket's policy means.
type PolicyStatus struct {
	// IsPublic: the policy lets anyone in.
	IsPublic bool `xml:"IsPublic"`
}
