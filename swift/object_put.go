package swift

import (
	"context"
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateObject = operation[CreateObjectInput, CreateObjectOutput]{
	Operation: rest.Operation[CreateObjectInput, CreateObjectOutput]{
		Name: "CreateObject", Method: http.MethodPut, URI: "/{Container}/{Object+}",
	},
	encode: func(in *CreateObjectInput, r *rest.Request) error {
		if in.IfNoneMatch != "" && in.IfNoneMatch != "*" {
			return errors.New(`swift: IfNoneMatch: a PUT takes "*" and nothing else`)
		}
		if in.ETag != "" && !isMD5(strings.Trim(in.ETag, `"`)) {
			return errors.New("swift: ETag is no MD5 in hex")
		}
		if err := checkExpiry(in.DeleteAt, in.DeleteAfter); err != nil {
			return err
		}
		if err := setPath(r, "X-Object-Manifest", "ObjectManifest", in.ObjectManifest); err != nil {
			return err
		}
		return setPath(r, "X-Symlink-Target", "SymlinkTarget", in.SymlinkTarget)
	},
}

// CreateObjectInput is the request of [Client.CreateObject].
type CreateObjectInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the object's name: any UTF-8, up to 1,024 bytes on OpenStack and 396 on
	// KakaoCloud, used byte for byte.
	Object string `label:"Object" required:"true"`
	// Body is the content; nil means an empty object. It is read from where it stands.
	// An io.Seeker is rewound to there for a retry; after any other reader has been
	// read from, the request is not retried.
	Body io.Reader `payload:"body"`
	// ContentLength is the length of Body in bytes. Nil: found out by seeking or from
	// Body's Len method; a Body that has neither is sent chunked.
	ContentLength *int64 `header:"Content-Length"`
	// ETag is the MD5 of Body in hex: other bytes are refused with [ErrUnprocessable].
	ETag string `header:"ETag"`
	// ContentType is the media type stored with the object; empty leaves the choice to
	// the server, which goes by the name's extension or takes application/octet-stream.
	ContentType string `header:"Content-Type"`
	// DetectContentType has the server go by the name's extension (X-Detect-Content-Type).
	DetectContentType bool `header:"X-Detect-Content-Type"`
	// ContentEncoding and ContentDisposition are stored and answered by GetObject.
	ContentEncoding    string `header:"Content-Encoding"`
	ContentDisposition string `header:"Content-Disposition"`
	// DeleteAt and DeleteAfter (in seconds) are when the object ends.
	DeleteAt    time.Time `header:"X-Delete-At" timestamp:"epoch"`
	DeleteAfter int64     `header:"X-Delete-After"`
	// IfNoneMatch "*" writes only where no object is: [ErrPreconditionFailed] else.
	IfNoneMatch string `header:"If-None-Match"`
	// ObjectManifest makes the object a Dynamic Large Object of all objects that begin
	// with it: "container/prefix", not escaped.
	ObjectManifest string `rest:"-"`
	// SymlinkTarget makes the object a symlink to "container/object", not escaped.
	// SymlinkTargetAccount is for one in another account, and SymlinkTargetETag pins the
	// target (a static link): another is refused with [ErrConflict].
	SymlinkTarget        string `rest:"-"`
	SymlinkTargetAccount string `header:"X-Symlink-Target-Account"`
	SymlinkTargetETag    string `header:"X-Symlink-Target-Etag"`
	// Metadata of the object.
	Metadata map[string]string `headers:"X-Object-Meta-"`
}

// CreateObjectOutput is the answer of [Client.CreateObject].
type CreateObjectOutput struct {
	// ETag is the MD5 of what was stored, in hex.
	ETag         string    `header:"Etag"`
	LastModified time.Time `header:"Last-Modified"`
	// VersionID is that of the new version, where the container keeps versions.
	VersionID string `header:"X-Object-Version-Id"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// CreateObject uploads an object in one request, up to 5 GiB; larger ones go by UploadSLO.
// What was there before is replaced with its metadata.
//
// [ErrNotFound]: there is no such container. [ErrTooLarge]: a quota or the limit.
// [ErrUnprocessable], [ErrETagMismatch]: other bytes arrived than were sent.
// [ErrBodyConsumed]: the token was refused when the body was under way. (Object Storage API
// v1, "Create or replace object".)
func (c *Client) CreateObject(ctx context.Context, in *CreateObjectInput, opts ...func(*Options)) (*CreateObjectOutput, error) {
	return invoke(ctx, c, &opCreateObject, in, opts)
}

// isMD5 tells an ETag that is a digest from others.
func isMD5(etag string) bool {
	_, err := hex.DecodeString(etag)
	return err == nil && len(etag) == 2*md5.Size
}

// checkExpiry refuses ends of an object's life that contradict each other.
func checkExpiry(at time.Time, after int64) error {
	if after != 0 && !at.IsZero() {
		return errors.New("swift: DeleteAt and DeleteAfter exclude each other")
	}
	return nil
}
