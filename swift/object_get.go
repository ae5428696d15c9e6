package swift

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opGetObject = operation[GetObjectInput, GetObjectOutput]{
	Operation: rest.Operation[GetObjectInput, GetObjectOutput]{
		Name: "GetObject", Method: http.MethodGet, URI: "/{Container}/{Object+}",
	},
	encode: func(in *GetObjectInput, r *rest.Request) error { return checkManifest(in.MultipartManifest, in.Format) },
}

// GetObjectInput is the request of [Client.GetObject].
type GetObjectInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the object's name.
	Object string `label:"Object" required:"true"`
	// Range is the part of the object to get, in the form bytes=0-1023, bytes=1024- or
	// bytes=-512. One that is outside is [ErrRangeNotSatisfiable].
	Range string `header:"Range"`
	// IfMatch and IfUnmodifiedSince fail with [ErrPreconditionFailed], IfNoneMatch and
	// IfModifiedSince with [ErrNotModified].
	IfMatch           string    `header:"If-Match"`
	IfNoneMatch       string    `header:"If-None-Match"`
	IfModifiedSince   time.Time `header:"If-Modified-Since"`
	IfUnmodifiedSince time.Time `header:"If-Unmodified-Since"`
	// VersionID is the version to get, where the container keeps versions.
	VersionID string `url:"version-id,omitempty"`
	// MultipartManifest "get" gets the manifest of a large object and not its content.
	// With Format "raw" it is in the form in which it was put.
	MultipartManifest string `url:"multipart-manifest,omitempty"`
	Format            string `url:"format,omitempty"`
	// Symlink "get" gets the symlink itself, which is empty, and not its target.
	Symlink string `url:"symlink,omitempty"`
	// Newest asks all replicas and answers the newest (X-Newest): slow, and rarely needed.
	Newest bool `header:"X-Newest"`
}

// GetObjectOutput is the answer of [Client.GetObject].
type GetObjectOutput struct {
	// Body is the content; it must be closed. It goes on after a broken connection, and
	// ends with io.EOF only after ContentLength bytes.
	Body io.ReadCloser `payload:"body"`
	// ContentLength is the length of Body; -1 when the server does not tell.
	ContentLength      int64  `rest:"-"`
	ContentRange       string `header:"Content-Range"`
	ContentType        string `header:"Content-Type"`
	ContentEncoding    string `header:"Content-Encoding"`
	ContentDisposition string `header:"Content-Disposition"`
	// ETag is the MD5 of the content in hex; of a large object, in quotes, the MD5 of
	// its segments' ETags.
	ETag         string    `header:"Etag"`
	LastModified time.Time `header:"Last-Modified"`
	DeleteAt     time.Time `header:"X-Delete-At" timestamp:"epoch"`
	// StaticLargeObject: the object is a SLO. ObjectManifest is the "container/prefix" of
	// a DLO, escaped as the server has it.
	StaticLargeObject bool   `header:"X-Static-Large-Object"`
	ObjectManifest    string `header:"X-Object-Manifest"`
	// ManifestETag is the ETag of a SLO's manifest.
	ManifestETag string `header:"X-Manifest-Etag"`
	// SymlinkTarget is what a symlink leads to, escaped; told for Symlink "get" only.
	SymlinkTarget        string `header:"X-Symlink-Target"`
	SymlinkTargetAccount string `header:"X-Symlink-Target-Account"`
	SymlinkTargetETag    string `header:"X-Symlink-Target-Etag"`
	// VersionID is the version that was answered, where the container keeps versions.
	VersionID string `header:"X-Object-Version-Id"`
	// Metadata of the object, names in lower case.
	Metadata  map[string]string `headers:"X-Object-Meta-"`
	Timestamp time.Time         `header:"X-Timestamp" timestamp:"epoch"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// GetObject reads an object, or a part of it. The content of an object that is no large one
// is compared with its ETag as Options.ETagCheck says: [ErrETagMismatch] comes in the place
// of io.EOF. A connection that breaks is continued with Range and If-Match, and
// [ErrObjectChanged] is what Read answers if the object is another by then. (Object Storage
// API v1, "Get object content and metadata".)
func (c *Client) GetObject(ctx context.Context, in *GetObjectInput, opts ...func(*Options)) (*GetObjectOutput, error) {
	out, err := c.getObject(ctx, in, opts)
	if err != nil {
		return nil, operationError(opGetObject.Name, err)
	}
	return out, nil
}

// checkManifest refuses what would get something else than was meant.
func checkManifest(manifest, format string) error {
	if manifest != "" && manifest != "get" {
		return errors.New(`swift: MultipartManifest: only "get" has a meaning here`)
	}
	if format != "" && (format != "raw" || manifest == "") {
		return errors.New(`swift: Format: only "raw" has a meaning, with MultipartManifest "get"`)
	}
	return nil
}
