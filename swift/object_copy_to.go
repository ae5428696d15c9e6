package swift

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCopyObjectTo = operation[CopyObjectToInput, CopyObjectOutput]{
	Operation: rest.Operation[CopyObjectToInput, CopyObjectOutput]{
		Name: "CopyObjectTo", Method: "COPY", URI: "/{Container}/{Object+}",
	},
	storesType: true,
	encode: func(in *CopyObjectToInput, r *rest.Request) error {
		if in.Destination == "" {
			return errors.New("swift: Destination is missing")
		}
		if in.MultipartManifest != "" && in.MultipartManifest != "get" {
			return errors.New(`swift: MultipartManifest: only "get" has a meaning here`)
		}
		if err := checkExpiry(in.DeleteAt, in.DeleteAfter); err != nil {
			return err
		}
		return setPath(r, "Destination", "Destination", "/"+strings.TrimPrefix(in.Destination, "/"))
	},
}

// CopyObjectToInput is the request of [Client.CopyObjectTo]. Members that are not explained
// are those of [CopyObjectInput].
type CopyObjectToInput struct {
	// Container and Object name the source.
	Container string `label:"Container" required:"true"`
	Object    string `label:"Object" required:"true"`
	// Destination is the copy, "container/object", not escaped. Required.
	Destination string `rest:"-"`
	// DestinationAccount is the copy's account where it is another.
	DestinationAccount string            `header:"Destination-Account"`
	VersionID          string            `url:"version-id,omitempty"`
	FreshMetadata      bool              `header:"X-Fresh-Metadata"`
	MultipartManifest  string            `url:"multipart-manifest,omitempty"`
	Symlink            string            `url:"symlink,omitempty"`
	IfMatch            string            `header:"If-Match"`
	IfNoneMatch        string            `header:"If-None-Match"`
	IfModifiedSince    time.Time         `header:"If-Modified-Since"`
	IfUnmodifiedSince  time.Time         `header:"If-Unmodified-Since"`
	ContentType        string            `header:"Content-Type"`
	ContentEncoding    string            `header:"Content-Encoding"`
	ContentDisposition string            `header:"Content-Disposition"`
	DeleteAt           time.Time         `header:"X-Delete-At" timestamp:"epoch"`
	DeleteAfter        int64             `header:"X-Delete-After"`
	Metadata           map[string]string `headers:"X-Object-Meta-"`
}

// CopyObjectTo copies an object within the store by the method COPY: the request is about the
// source and names the copy, where that of [Client.CopyObject], which every provider has, is
// about the copy. It is for those who may write into an account that they can't address
// otherwise, and for proxies that go by the source. (Object Storage API v1, "Copy object".)
func (c *Client) CopyObjectTo(ctx context.Context, in *CopyObjectToInput, opts ...func(*Options)) (*CopyObjectOutput, error) {
	return invoke(ctx, c, &opCopyObjectTo, in, opts)
}
