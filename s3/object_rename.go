package s3

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opRenameObject = rest.Operation[RenameObjectInput, RenameObjectOutput]{
	Name: "RenameObject", Method: http.MethodPut, URI: "/{Bucket}/{Key+}?renameObject",
}

// RenameObjectInput is the request of [Client.RenameObject].
type RenameObjectInput struct {
	// Bucket is the bucket's name.
	Bucket string `label:"Bucket" required:"true"`
	// Key is the object's key, used byte for byte.
	Key string `label:"Key" required:"true"`
	// RenameSource is the object to rename, as bucket/key or /key with the key
	// URL-encoded.
	RenameSource string `header:"x-amz-rename-source" required:"true"`
	// DestinationIfMatch renames only when the destination that is there has
	// this ETag.
	DestinationIfMatch string `header:"If-Match"`
	// DestinationIfNoneMatch set to * renames only when the destination doesn't
	// exist.
	DestinationIfNoneMatch string `header:"If-None-Match"`
	// DestinationIfModifiedSince renames only when the destination changed
	// after this time.
	DestinationIfModifiedSince time.Time `header:"If-Modified-Since"`
	// DestinationIfUnmodifiedSince renames only when the destination has not
	// changed after this time.
	DestinationIfUnmodifiedSince time.Time `header:"If-Unmodified-Since"`
	// SourceIfMatch renames only when the source's ETag is this one.
	SourceIfMatch string `header:"x-amz-rename-source-if-match"`
	// SourceIfNoneMatch renames only when the source's ETag is another one.
	SourceIfNoneMatch string `header:"x-amz-rename-source-if-none-match"`
	// SourceIfModifiedSince renames only when the source changed after this
	// time.
	SourceIfModifiedSince time.Time `header:"x-amz-rename-source-if-modified-since"`
	// SourceIfUnmodifiedSince renames only when the source has not changed
	// after this time.
	SourceIfUnmodifiedSince time.Time `header:"x-amz-rename-source-if-unmodified-since"`
	// ClientToken tells one rename from another, up to 64 characters; empty
	// means that the client makes a random one.
	ClientToken string `header:"x-amz-client-token"`
}

func (*RenameObjectInput) operation() rest.Descriptor { return &opRenameObject }

// RenameObjectOutput is the answer of [Client.RenameObject]. It has no
// members.
type RenameObjectOutput struct{}

// RenameObject renames an object of a directory bucket in one step, within
// the bucket. A repeated attempt carries the same ClientToken, so that it is
// not done twice.
//
// Test with errors.Is for [ErrNoSuchKey] (404), [ErrPreconditionFailed]
// (412) and Code("IdempotencyParameterMismatch") (400).
//
// Source: RenameObject (Amazon S3 API Reference).
func (c *Client) RenameObject(ctx context.Context, in *RenameObjectInput, opts ...func(*Options)) (*RenameObjectOutput, error) {
	return invoke(ctx, c, &opRenameObject, in.withToken(), opts)
}

// withToken is the input with a ClientToken. The caller's own stays as it is.
func (in *RenameObjectInput) withToken() *RenameObjectInput {
	if in == nil || in.ClientToken != "" {
		return in
	}
	marked := *in
	marked.ClientToken = rand.Text()
	return &marked
}
