package s3

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetObjectLockConfiguration = rest.Operation[GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput]{
	Name: "GetObjectLockConfiguration", Method: http.MethodGet, URI: "/{Bucket}?object-lock",
}

// GetObjectLockConfigurationInput is the request of
// [Client.GetObjectLockConfiguration].
type GetObjectLockConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*GetObjectLockConfigurationInput) operation() rest.Descriptor {
	return &opGetObjectLockConfiguration
}

// GetObjectLockConfigurationOutput is the answer of
// [Client.GetObjectLockConfiguration].
type GetObjectLockConfigurationOutput struct {
	// ObjectLockConfiguration is the bucket's setting.
	ObjectLockConfiguration *ObjectLockConfiguration `payload:"xml" xml:"ObjectLockConfiguration"`
}

// GetObjectLockConfiguration answers the Object Lock setting of a bucket.
//
// Test with errors.Is for Code("ObjectLockConfigurationNotFoundError")
// (404).
//
// Source: GetObjectLockConfiguration (Amazon S3 API Reference).
func (c *Client) GetObjectLockConfiguration(ctx context.Context, in *GetObjectLockConfigurationInput, opts ...func(*Options)) (*GetObjectLockConfigurationOutput, error) {
	return invoke(ctx, c, &opGetObjectLockConfiguration, in, opts)
}

var opPutObjectLockConfiguration = rest.Operation[PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput]{
	Name: "PutObjectLockConfiguration", Method: http.MethodPut, URI: "/{Bucket}?object-lock",
	ChecksumRequired: true,
}

// PutObjectLockConfigurationInput is the request of
// [Client.PutObjectLockConfiguration].
type PutObjectLockConfigurationInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// ObjectLockConfiguration is the new setting.
	ObjectLockConfiguration *ObjectLockConfiguration `payload:"xml" xml:"ObjectLockConfiguration"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// Token allows Object Lock on a bucket that was made without; the
	// provider's support hands it out where it is asked for.
	Token string `header:"x-amz-bucket-object-lock-token"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutObjectLockConfigurationInput) operation() rest.Descriptor {
	return &opPutObjectLockConfiguration
}

// PutObjectLockConfigurationOutput is the answer of
// [Client.PutObjectLockConfiguration].
type PutObjectLockConfigurationOutput struct {
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// PutObjectLockConfiguration turns Object Lock on for a bucket with
// versioning, or changes the retention that new objects get by default. It
// can't be turned off.
//
// Test with errors.Is for Code("InvalidBucketState") (409) and
// [ErrMalformedXML] (400).
//
// Source: PutObjectLockConfiguration (Amazon S3 API Reference).
func (c *Client) PutObjectLockConfiguration(ctx context.Context, in *PutObjectLockConfigurationInput, opts ...func(*Options)) (*PutObjectLockConfigurationOutput, error) {
	return invoke(ctx, c, &opPutObjectLockConfiguration, in, opts)
}

var opGetObjectLegalHold = rest.Operation[GetObjectLegalHoldInput, GetObjectLegalHoldOutput]{
	Name: "GetObjectLegalHold", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?legal-hold",
}

// GetObjectLegalHoldInput is the request of [Client.GetObjectLegalHold].
type GetObjectLegalHoldInput struct {
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

func (*GetObjectLegalHoldInput) operation() rest.Descriptor { return &opGetObjectLegalHold }

// GetObjectLegalHoldOutput is the answer of [Client.GetObjectLegalHold].
type GetObjectLegalHoldOutput struct {
	// LegalHold is the hold.
	LegalHold *ObjectLockLegalHold `payload:"xml" xml:"LegalHold"`
}

// GetObjectLegalHold answers the legal hold of an object version.
//
// Test with errors.Is for Code("NoSuchObjectLockConfiguration") (404).
//
// Source: GetObjectLegalHold (Amazon S3 API Reference).
func (c *Client) GetObjectLegalHold(ctx context.Context, in *GetObjectLegalHoldInput, opts ...func(*Options)) (*GetObjectLegalHoldOutput, error) {
	return invoke(ctx, c, &opGetObjectLegalHold, in, opts)
}

var opPutObjectLegalHold = rest.Operation[PutObjectLegalHoldInput, PutObjectLegalHoldOutput]{
	Name: "PutObjectLegalHold", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?legal-hold",
	ChecksumRequired: true,
}

// PutObjectLegalHoldInput is the request of [Client.PutObjectLegalHold].
type PutObjectLegalHoldInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// LegalHold is the new state.
	LegalHold *ObjectLockLegalHold `payload:"xml" xml:"LegalHold"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutObjectLegalHoldInput) operation() rest.Descriptor { return &opPutObjectLegalHold }

// PutObjectLegalHoldOutput is the answer of [Client.PutObjectLegalHold].
type PutObjectLegalHoldOutput struct {
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// PutObjectLegalHold puts a legal hold on an object version, or takes it
// off.
//
// Test with errors.Is for Code("InvalidRequest") (400, a bucket without
// Object Lock).
//
// Source: PutObjectLegalHold (Amazon S3 API Reference).
func (c *Client) PutObjectLegalHold(ctx context.Context, in *PutObjectLegalHoldInput, opts ...func(*Options)) (*PutObjectLegalHoldOutput, error) {
	return invoke(ctx, c, &opPutObjectLegalHold, in, opts)
}

var opGetObjectRetention = rest.Operation[GetObjectRetentionInput, GetObjectRetentionOutput]{
	Name: "GetObjectRetention", Method: http.MethodGet, URI: "/{Bucket}/{Key+}?retention",
}

// GetObjectRetentionInput is the request of [Client.GetObjectRetention].
type GetObjectRetentionInput struct {
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

func (*GetObjectRetentionInput) operation() rest.Descriptor { return &opGetObjectRetention }

// GetObjectRetentionOutput is the answer of [Client.GetObjectRetention].
type GetObjectRetentionOutput struct {
	// Retention is the retention.
	Retention *ObjectLockRetention `payload:"xml" xml:"Retention"`
}

// GetObjectRetention answers the retention of an object version.
//
// Test with errors.Is for Code("NoSuchObjectLockConfiguration") (404).
//
// Source: GetObjectRetention (Amazon S3 API Reference).
func (c *Client) GetObjectRetention(ctx context.Context, in *GetObjectRetentionInput, opts ...func(*Options)) (*GetObjectRetentionOutput, error) {
	return invoke(ctx, c, &opGetObjectRetention, in, opts)
}

var opPutObjectRetention = rest.Operation[PutObjectRetentionInput, PutObjectRetentionOutput]{
	Name: "PutObjectRetention", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?retention",
	ChecksumRequired: true,
}

// PutObjectRetentionInput is the request of [Client.PutObjectRetention].
type PutObjectRetentionInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// Retention is the new retention; one without members lifts it.
	Retention *ObjectLockRetention `payload:"xml" xml:"Retention"`
	// RequestPayer set to [RequestPayerRequester] agrees to pay for the request
	// on a bucket whose owner doesn't.
	RequestPayer RequestPayer `header:"x-amz-request-payer"`
	// VersionId is the version; empty means the current one.
	VersionId string `url:"versionId,omitempty"`
	// BypassGovernanceRetention changes a GOVERNANCE retention, for callers
	// with the permission to do so.
	BypassGovernanceRetention bool `header:"x-amz-bypass-governance-retention"`
	// ContentMD5 is the base64 MD5 of the document; empty means that the client
	// computes it.
	ContentMD5 string `header:"Content-MD5"`
	// ChecksumAlgorithm makes the client send a checksum of the document:
	// CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.
	ChecksumAlgorithm ChecksumAlgorithm `header:"x-amz-sdk-checksum-algorithm"`
	// ExpectedBucketOwner is the account id that must own the bucket; another
	// owner makes the server answer 403. With a [Profile] whose server ignores
	// it the call fails with [ErrUnsupported].
	ExpectedBucketOwner string `header:"x-amz-expected-bucket-owner"`
}

func (*PutObjectRetentionInput) operation() rest.Descriptor { return &opPutObjectRetention }

// PutObjectRetentionOutput is the answer of [Client.PutObjectRetention].
type PutObjectRetentionOutput struct {
	// RequestCharged is "requester" when the caller was charged for the
	// request.
	RequestCharged RequestCharged `header:"x-amz-request-charged"`
}

// PutObjectRetention sets the retention of an object version. It can be made
// longer at any time; to shorten or lift one in GOVERNANCE mode takes
// BypassGovernanceRetention, and one in COMPLIANCE mode nobody can.
//
// Test with errors.Is for [ErrAccessDenied] (403) and Code("InvalidRequest")
// (400, a bucket without Object Lock).
//
// Source: PutObjectRetention (Amazon S3 API Reference).
func (c *Client) PutObjectRetention(ctx context.Context, in *PutObjectRetentionInput, opts ...func(*Options)) (*PutObjectRetentionOutput, error) {
	return invoke(ctx, c, &opPutObjectRetention, in, opts)
}

// ObjectLockConfiguration is the Object Lock setting of a bucket.
type ObjectLockConfiguration struct {
	// ObjectLockEnabled is Enabled.
	ObjectLockEnabled ObjectLockEnabled `xml:"ObjectLockEnabled"`
	// Rule is the retention of new objects; zero means none.
	Rule ObjectLockRule `xml:"Rule"`
}

// ObjectLockRule is the rule for new objects.
type ObjectLockRule struct {
	// DefaultRetention is their retention.
	DefaultRetention DefaultRetention `xml:"DefaultRetention"`
}

// DefaultRetention is the retention that new objects get.
type DefaultRetention struct {
	// Mode is GOVERNANCE or COMPLIANCE.
	Mode ObjectLockRetentionMode `xml:"Mode"`
	// Days is for how many days. It excludes Years.
	Days int32 `xml:"Days"`
	// Years is for how many years.
	Years int32 `xml:"Years"`
	// DefaultEventHold is the event hold that new objects get.
	DefaultEventHold EventHoldDuration `xml:"DefaultEventHold"`
}

// EventHoldDuration is how long a version stays protected after its event
// hold is released.
type EventHoldDuration struct {
	// Days is the duration in days, 1 to 36,500. It excludes Years.
	Days int32 `xml:"Days"`
	// Years is the duration in years, 1 to 100.
	Years int32 `xml:"Years"`
}

// ObjectLockLegalHold is the legal hold of an object version.
type ObjectLockLegalHold struct {
	// Status is ON or OFF.
	Status ObjectLockLegalHoldStatus `xml:"Status"`
}

// ObjectLockRetention is the retention of an object version.
type ObjectLockRetention struct {
	// Mode is GOVERNANCE or COMPLIANCE.
	Mode ObjectLockRetentionMode `xml:"Mode"`
	// RetainUntilDate is when it ends.
	RetainUntilDate time.Time `xml:"RetainUntilDate"`
	// EventHold is whether an event hold is on the version.
	EventHold ObjectLockEventHold `xml:"EventHold"`
	// EventHoldDuration is how long the version stays protected after its event
	// hold is released.
	EventHoldDuration EventHoldDuration `xml:"EventHoldDuration"`
}
