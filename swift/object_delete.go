package swift

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
)

var opDeleteObject = operation[DeleteObjectInput, DeleteObjectOutput]{
	Operation: rest.Operation[DeleteObjectInput, DeleteObjectOutput]{
		Name: "DeleteObject", Method: http.MethodDelete, URI: "/{Container}/{Object+}",
	},
}

// DeleteObjectInput is the request of [Client.DeleteObject].
type DeleteObjectInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the object's name.
	Object string `label:"Object" required:"true"`
	// VersionID deletes one version for good, where the container keeps versions.
	VersionID string `url:"version-id,omitempty"`
}

// DeleteObjectOutput is the answer of [Client.DeleteObject].
type DeleteObjectOutput struct {
	// VersionID is that of the delete marker, or of the version that is gone.
	VersionID string `header:"X-Object-Version-Id"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// DeleteObject deletes an object; of a large one the manifest alone, and [Client.DeleteSLO]
// the segments too. [ErrNotFound] when it is not there. (Object Storage API v1, "Delete
// object".)
func (c *Client) DeleteObject(ctx context.Context, in *DeleteObjectInput, opts ...func(*Options)) (*DeleteObjectOutput, error) {
	return invoke(ctx, c, &opDeleteObject, in, opts)
}
