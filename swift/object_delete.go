package swift

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opDeleteObject = operation[DeleteObjectInput, DeleteObjectOutput]{
	Operation: rest.Operation[DeleteObjectInput, DeleteObjectOutput]{
		Name: "DeleteObject", Method: http.MethodDelete, URI: "/{Container}/{Object+}",
	},
	encode: func(in *DeleteObjectInput, r *rest.Request) error {
		switch in.MultipartManifest {
		case "":
		case "delete":
			r.Header["Accept"] = []string{"application/json"}
		default:
			return errors.New(`swift: MultipartManifest: only "delete" has a meaning here`)
		}
		return nil
	},
	decode: decodeSegmentsDeleted,
}

// DeleteObjectInput is the request of [Client.DeleteObject].
type DeleteObjectInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the object's name.
	Object string `label:"Object" required:"true"`
	// VersionID deletes one version for good, where the container keeps versions.
	VersionID string `url:"version-id,omitempty"`
	// MultipartManifest "delete" deletes a SLO with all its segments.
	MultipartManifest string `url:"multipart-manifest,omitempty"`
}

// DeleteObjectOutput is the answer of [Client.DeleteObject].
type DeleteObjectOutput struct {
	// VersionID is that of the delete marker, or of the version that is gone.
	VersionID string `header:"X-Object-Version-Id"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// DeleteObject deletes an object; of a large one the manifest alone, unless
// MultipartManifest says otherwise. [ErrNotFound] when it is not there. (Object Storage API
// v1, "Delete object".)
func (c *Client) DeleteObject(ctx context.Context, in *DeleteObjectInput, opts ...func(*Options)) (*DeleteObjectOutput, error) {
	return invoke(ctx, c, &opDeleteObject, in, opts)
}

// decodeSegmentsDeleted finds the failure in an answer of status 200: where segments are
// deleted too, OpenStack Swift and Ceph RGW tell in the document what came of it.
func decodeSegmentsDeleted(r *transport.Response, _ *DeleteObjectOutput) error {
	if r.StatusCode != http.StatusOK || !strings.Contains(r.Request.URL.RawQuery, "multipart-manifest=delete") || len(r.Document) == 0 {
		return nil
	}
	var answer struct {
		Status string     `json:"Response Status"`
		Body   string     `json:"Response Body"`
		Errors [][]string `json:"Errors"` // name and status
	}
	if err := json.Unmarshal(r.Document, &answer); err != nil {
		// Text, to whoever does not look at Accept.
		head, failed, _ := strings.Cut(string(r.Document), "\nErrors:")
		for line := range strings.Lines(head) {
			if status, ok := strings.CutPrefix(line, "Response Status: "); ok {
				answer.Status = status
			}
		}
		for line := range strings.Lines(strings.TrimSpace(failed)) {
			answer.Errors = append(answer.Errors, []string{line})
		}
	}
	number, _, _ := strings.Cut(answer.Status, " ")
	status, err := strconv.Atoi(number)
	if err != nil {
		return malformed("Response Status is " + strconv.Quote(oneLine(answer.Status)))
	}
	if status < 300 && len(answer.Errors) == 0 {
		return nil
	}
	e := newError(status, r.Header)
	e.Message = answer.Body
	for _, failed := range answer.Errors {
		e.Message += " " + strings.Join(failed, ": ")
	}
	e.Message = oneLine(e.Message)
	return e
}
