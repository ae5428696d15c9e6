package s3

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateSession = rest.Operation[CreateSessionInput, CreateSessionOutput]{
	Name: "CreateSession", Method: http.MethodGet, URI: "/{Bucket}?session",
}

// CreateSessionInput is the request of [Client.CreateSession].
type CreateSessionInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// SessionMode is ReadWrite or ReadOnly; empty means ReadWrite.
	SessionMode SessionMode `header:"x-amz-create-session-mode"`
	// ServerSideEncryption is the encryption of what the session writes; empty
	// means the bucket's default.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// SSEKMSKeyId is the KMS key for aws:kms; it must be the bucket's. It is
	// redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// SSEKMSEncryptionContext is base64 of a JSON object of strings that KMS
	// binds to the encryption. It is redacted in logs.
	SSEKMSEncryptionContext string `header:"x-amz-server-side-encryption-context" sensitive:"true"`
	// BucketKeyEnabled is always on for directory buckets; nil leaves it out.
	BucketKeyEnabled *bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
}

func (*CreateSessionInput) operation() rest.Descriptor { return &opCreateSession }

// CreateSessionOutput is the answer of [Client.CreateSession].
type CreateSessionOutput struct {
	// Credentials are what the session's requests are signed with.
	Credentials SessionCredentials `xml:"Credentials" required:"true"`
	// ServerSideEncryption is the encryption of what the session writes.
	ServerSideEncryption ServerSideEncryption `header:"x-amz-server-side-encryption"`
	// SSEKMSKeyId is the KMS key. It is redacted in logs.
	SSEKMSKeyId string `header:"x-amz-server-side-encryption-aws-kms-key-id" sensitive:"true"`
	// SSEKMSEncryptionContext is the base64 JSON context. It is redacted in
	// logs.
	SSEKMSEncryptionContext string `header:"x-amz-server-side-encryption-context" sensitive:"true"`
	// BucketKeyEnabled tells that an S3 Bucket Key serves the encryption.
	BucketKeyEnabled bool `header:"x-amz-server-side-encryption-bucket-key-enabled"`
}

// CreateSession opens a session on a directory bucket and answers
// credentials for it, which live five minutes. It is sent to the zone's
// endpoint, which Options.Endpoint has to name, such as
// https://s3express-usw2-az1.us-west-2.amazonaws.com.
//
// Source: CreateSession (Amazon S3 API Reference).
func (c *Client) CreateSession(ctx context.Context, in *CreateSessionInput, opts ...func(*Options)) (*CreateSessionOutput, error) {
	return invoke(ctx, c, &opCreateSession, in, opts)
}

// SessionCredentials are temporary keys for one directory bucket. However
// they are printed, only AccessKeyId and Expiration show.
type SessionCredentials struct {
	// AccessKeyId names the keys.
	AccessKeyId string `xml:"AccessKeyId" required:"true"`
	// SecretAccessKey signs requests.
	SecretAccessKey string `xml:"SecretAccessKey" required:"true" sensitive:"true"`
	// SessionToken goes with each request as x-amz-s3session-token.
	SessionToken string `xml:"SessionToken" required:"true" sensitive:"true"`
	// Expiration is when they end.
	Expiration time.Time `xml:"Expiration" required:"true"`
}

// String names the keys and their end. The secret and the token stay out.
func (c SessionCredentials) String() string {
	return "s3.SessionCredentials(" + c.AccessKeyId + ", until " + c.Expiration.UTC().Format(time.RFC3339) + ")"
}

// Format writes String for every verb: package fmt would print the fields as they are.
func (c SessionCredentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }
