package swift

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opUpdateObject = operation[UpdateObjectInput, UpdateObjectOutput]{
	Operation: rest.Operation[UpdateObjectInput, UpdateObjectOutput]{
		Name: "UpdateObject", Method: http.MethodPost, URI: "/{Container}/{Object+}",
	},
	storesType: true,
	encode: func(in *UpdateObjectInput, r *rest.Request) error {
		if in.RemoveDeleteAt {
			if !in.DeleteAt.IsZero() || in.DeleteAfter != 0 {
				return errors.New("swift: RemoveDeleteAt: DeleteAt or DeleteAfter is set")
			}
			r.Header["X-Remove-Delete-At"] = []string{"x"}
		}
		if err := checkExpiry(in.DeleteAt, in.DeleteAfter); err != nil {
			return err
		}
		return setPath(r, "X-Object-Manifest", "ObjectManifest", in.ObjectManifest)
	},
}

// UpdateObjectInput is the request of [Client.UpdateObject].
type UpdateObjectInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the object's name.
	Object string `label:"Object" required:"true"`
	// ContentType, ContentEncoding and ContentDisposition replace the object's; what is
	// empty stays, but for the encoding and disposition, which go.
	ContentType        string `header:"Content-Type"`
	ContentEncoding    string `header:"Content-Encoding"`
	ContentDisposition string `header:"Content-Disposition"`
	// DeleteAt and DeleteAfter (in seconds) are when the object ends. An update without
	// either leaves the object without an end.
	DeleteAt       time.Time `header:"X-Delete-At" timestamp:"epoch"`
	DeleteAfter    int64     `header:"X-Delete-After"`
	RemoveDeleteAt bool      `rest:"-"`
	// ObjectManifest is "container/prefix" of a Dynamic Large Object, not escaped: without
	// it OpenStack makes an empty object of one.
	ObjectManifest string `rest:"-"`
	// Metadata of the object from now on: what it does not name goes.
	Metadata map[string]string `headers:"X-Object-Meta-"`
}

// UpdateObjectOutput is the answer of [Client.UpdateObject].
type UpdateObjectOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// UpdateObject replaces all of an object's metadata: Swift keeps none that the request does
// not name. A DLO's manifest is kept, since the server has it apart from metadata. (Object
// Storage API v1, "Create or update object metadata".)
func (c *Client) UpdateObject(ctx context.Context, in *UpdateObjectInput, opts ...func(*Options)) (*UpdateObjectOutput, error) {
	return invoke(ctx, c, &opUpdateObject, in, opts)
}
