package swift

import (
	"context"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opDeleteSLO = operation[DeleteSLOInput, DeleteSLOOutput]{
	Operation: rest.Operation[DeleteSLOInput, DeleteSLOOutput]{
		Name: "DeleteSLO", Method: http.MethodDelete, URI: "/{Container}/{Object+}?multipart-manifest=delete",
	},
	encode: func(in *DeleteSLOInput, r *rest.Request) error {
		r.Header["Accept"] = acceptJSON
		if in.Async {
			r.RawQuery = "async=on&" + r.RawQuery
		}
		return nil
	},
	decode: func(r *transport.Response, out *DeleteSLOOutput) error {
		if r.StatusCode == http.StatusNoContent || len(r.Document) == 0 {
			return nil // KakaoCloud, and a deletion that goes on by itself
		}
		report, err := readSLOReport(r)
		if err != nil {
			return err
		}
		out.NumberDeleted, out.NumberNotFound = report.NumberDeleted, report.NumberNotFound
		if err := report.failure(r); err != nil {
			return err
		}
		return report.notDeleted(r)
	},
}

// DeleteSLOInput is the request of [Client.DeleteSLO].
type DeleteSLOInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the large object.
	Object string `label:"Object" required:"true"`
	// Async lets the server delete the segments after it has answered, where its
	// administrator allows that (Swift 2.25, "allow_async_delete" of section slo in
	// [Client.Info]); elsewhere it means nothing.
	Async bool `rest:"-"`
}

// DeleteSLOOutput is the answer of [Client.DeleteSLO].
type DeleteSLOOutput struct {
	// NumberDeleted counts the segments and manifests that are gone now, NumberNotFound
	// those that were gone before. Both are zero where the server does not tell.
	NumberDeleted  int `rest:"-"`
	NumberNotFound int `rest:"-"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// DeleteSLO deletes a Static Large Object with its segments, those of nested manifests too,
// and also those that other objects are made of. A server that could not delete all of it
// says so in a 200: that is a [*SLOError], which lists what is left, and the manifest may
// be among it. [ErrNotFound] when there is no such object (Ceph RGW: [ErrBadRequest]). Ceph
// RGW 16 does not find segments with a percent sign in their names: it counts them under
// NumberNotFound, and leaves them.
// (Object Storage API v1, "Delete object", multipart-manifest; KakaoCloud, Object Storage,
// "Swift API", "Delete Object".)
func (c *Client) DeleteSLO(ctx context.Context, in *DeleteSLOInput, opts ...func(*Options)) (*DeleteSLOOutput, error) {
	return invoke(ctx, c, &opDeleteSLO, in, opts)
}
