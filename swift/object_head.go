package swift

import (
	"context"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opHeadObject = operation[HeadObjectInput, HeadObjectOutput]{
	Operation: rest.Operation[HeadObjectInput, HeadObjectOutput]{
		Name: "HeadObject", Method: http.MethodHead, URI: "/{Container}/{Object+}",
	},
	encode: func(in *HeadObjectInput, r *rest.Request) error { return checkManifest(in.MultipartManifest, "") },
}

// HeadObjectInput is the request of [Client.HeadObject]. The members are those of
// [GetObjectInput].
type HeadObjectInput struct {
	Container         string    `label:"Container" required:"true"`
	Object            string    `label:"Object" required:"true"`
	IfMatch           string    `header:"If-Match"`
	IfNoneMatch       string    `header:"If-None-Match"`
	IfModifiedSince   time.Time `header:"If-Modified-Since"`
	IfUnmodifiedSince time.Time `header:"If-Unmodified-Since"`
	VersionID         string    `url:"version-id,omitempty"`
	MultipartManifest string    `url:"multipart-manifest,omitempty"`
	Symlink           string    `url:"symlink,omitempty"`
	Newest            bool      `header:"X-Newest"`
}

// HeadObjectOutput is the answer of [Client.HeadObject]. The members are those of
// [GetObjectOutput].
type HeadObjectOutput struct {
	ContentLength        int64             `header:"Content-Length"`
	ContentType          string            `header:"Content-Type"`
	ContentEncoding      string            `header:"Content-Encoding"`
	ContentDisposition   string            `header:"Content-Disposition"`
	ETag                 string            `header:"Etag"`
	LastModified         time.Time         `header:"Last-Modified"`
	DeleteAt             time.Time         `header:"X-Delete-At" timestamp:"epoch"`
	StaticLargeObject    bool              `header:"X-Static-Large-Object"`
	ObjectManifest       string            `header:"X-Object-Manifest"`
	ManifestETag         string            `header:"X-Manifest-Etag"`
	SymlinkTarget        string            `header:"X-Symlink-Target"`
	SymlinkTargetAccount string            `header:"X-Symlink-Target-Account"`
	SymlinkTargetETag    string            `header:"X-Symlink-Target-Etag"`
	VersionID            string            `header:"X-Object-Version-Id"`
	Metadata             map[string]string `headers:"X-Object-Meta-"`
	Timestamp            time.Time         `header:"X-Timestamp" timestamp:"epoch"`
	TransID              string            `header:"X-Trans-Id"`
}

// HeadObject tells an object's size and metadata; [ErrNotFound] when it is not there. The
// size of a large object is that of its content. (Object Storage API v1, "Show object
// metadata".)
func (c *Client) HeadObject(ctx context.Context, in *HeadObjectInput, opts ...func(*Options)) (*HeadObjectOutput, error) {
	return invoke(ctx, c, &opHeadObject, in, opts)
}
