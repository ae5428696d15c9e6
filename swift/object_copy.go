package swift

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCopyObject = operation[CopyObjectInput, CopyObjectOutput]{
	Operation: rest.Operation[CopyObjectInput, CopyObjectOutput]{
		Name: "CopyObject", Method: http.MethodPut, URI: "/{Container}/{Object+}",
	},
	storesType: true,
	encode: func(in *CopyObjectInput, r *rest.Request) error {
		if in.CopyFrom == "" {
			return errors.New("swift: CopyFrom is missing")
		}
		if in.MultipartManifest != "" && in.MultipartManifest != "get" {
			return errors.New(`swift: MultipartManifest: only "get" has a meaning here`)
		}
		if err := checkExpiry(in.DeleteAt, in.DeleteAfter); err != nil {
			return err
		}
		return setPath(r, "X-Copy-From", "CopyFrom", "/"+strings.TrimPrefix(in.CopyFrom, "/"))
	},
}

// CopyObjectInput is the request of [Client.CopyObject].
type CopyObjectInput struct {
	// Container and Object name the copy.
	Container string `label:"Container" required:"true"`
	Object    string `label:"Object" required:"true"`
	// CopyFrom is the source, "container/object", not escaped. Required.
	CopyFrom string `rest:"-"`
	// CopyFromAccount is the source's account where it is another.
	CopyFromAccount string `header:"X-Copy-From-Account"`
	// VersionID is the version of the source to copy.
	VersionID string `url:"version-id,omitempty"`
	// FreshMetadata takes only the metadata of this request, and none of the source's.
	FreshMetadata bool `header:"X-Fresh-Metadata"`
	// MultipartManifest "get" copies the manifest of a large object, so that both share
	// the segments. Without it the content is copied into one object, 5 GiB at the most.
	MultipartManifest string `url:"multipart-manifest,omitempty"`
	// Symlink "get" copies a symlink, and not its target.
	Symlink string `url:"symlink,omitempty"`
	// IfMatch, IfNoneMatch, IfModifiedSince and IfUnmodifiedSince are about the source.
	IfMatch           string    `header:"If-Match"`
	IfNoneMatch       string    `header:"If-None-Match"`
	IfModifiedSince   time.Time `header:"If-Modified-Since"`
	IfUnmodifiedSince time.Time `header:"If-Unmodified-Since"`
	// ContentType, ContentEncoding, ContentDisposition and Metadata replace the source's.
	ContentType        string            `header:"Content-Type"`
	ContentEncoding    string            `header:"Content-Encoding"`
	ContentDisposition string            `header:"Content-Disposition"`
	DeleteAt           time.Time         `header:"X-Delete-At" timestamp:"epoch"`
	DeleteAfter        int64             `header:"X-Delete-After"`
	Metadata           map[string]string `headers:"X-Object-Meta-"`
}

// CopyObjectOutput is the answer of [Client.CopyObject].
type CopyObjectOutput struct {
	ETag         string    `header:"Etag"`
	LastModified time.Time `header:"Last-Modified"`
	// CopiedFrom is the source, escaped, CopiedFromAccount its account.
	CopiedFrom             string    `header:"X-Copied-From"`
	CopiedFromAccount      string    `header:"X-Copied-From-Account"`
	CopiedFromLastModified time.Time `header:"X-Copied-From-Last-Modified"`
	VersionID              string    `header:"X-Object-Version-Id"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// CopyObject copies an object within the store, by PUT with X-Copy-From, which every
// provider has; [Client.CopyObjectTo] is COPY. (Object Storage API v1, "Copy object".)
func (c *Client) CopyObject(ctx context.Context, in *CopyObjectInput, opts ...func(*Options)) (*CopyObjectOutput, error) {
	return invoke(ctx, c, &opCopyObject, in, opts)
}
