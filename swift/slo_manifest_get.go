package swift

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
)

// ErrNotSLO: the object is there, but is no Static Large Object.
var ErrNotSLO = errors.New("not a static large object")

// maxManifest bounds what is read of a manifest: servers take 8 MiB, and tell it longer.
const maxManifest = 64 << 20

var opGetSLOManifest = operation[GetSLOManifestInput, sloManifest]{
	Operation: rest.Operation[GetSLOManifestInput, sloManifest]{
		Name: "GetSLOManifest", Method: http.MethodGet, URI: "/{Container}/{Object+}?multipart-manifest=get",
	},
	encode: func(in *GetSLOManifestInput, r *rest.Request) error {
		if in.Raw {
			r.RawQuery = "format=raw&" + r.RawQuery
		}
		return nil
	},
}

// GetSLOManifestInput is the request of [Client.GetSLOManifest].
type GetSLOManifestInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Object is the name of the large object.
	Object string `label:"Object" required:"true"`
	// Raw asks for the manifest in the form in which it was put: without ContentType,
	// LastModified and SubSLO of the segments.
	Raw bool `rest:"-"`
	// VersionID is the version to get, where the container keeps versions.
	VersionID string `url:"version-id,omitempty"`
	// Newest asks all replicas and answers the newest (X-Newest).
	Newest bool `header:"X-Newest"`
}

// GetSLOManifestOutput is the answer of [Client.GetSLOManifest].
type GetSLOManifestOutput struct {
	// Segments in the order of the content. One may be a SLO itself (SubSLO).
	Segments []SLOSegment
	// ManifestETag is the MD5 of the manifest as the server keeps it; not the object's
	// ETag. It is empty with Raw.
	ManifestETag string
	// LastModified, VersionID and Metadata are the object's.
	LastModified time.Time
	VersionID    string
	Metadata     map[string]string
	// TransID identifies the request for the provider's support.
	TransID string
}

// sloManifest is the answer before its body is read, which is not done for an object that is
// no SLO: it would be the content.
type sloManifest struct {
	Body              io.ReadCloser     `payload:"body"`
	StaticLargeObject bool              `header:"X-Static-Large-Object"`
	ETag              string            `header:"Etag"`
	LastModified      time.Time         `header:"Last-Modified"`
	VersionID         string            `header:"X-Object-Version-Id"`
	Metadata          map[string]string `headers:"X-Object-Meta-"`
	TransID           string            `header:"X-Trans-Id"`
}

// GetSLOManifest reads the manifest of a Static Large Object. [ErrNotSLO] when the object is
// none, [ErrNotFound] when there is none. [ErrUnsupported] on Ceph RGW, which answers
// nothing. (Object Storage API v1, "Get object content and metadata", multipart-manifest.)
func (c *Client) GetSLOManifest(ctx context.Context, in *GetSLOManifestInput, opts ...func(*Options)) (*GetSLOManifestOutput, error) {
	out, err := c.getSLOManifest(ctx, in, opts)
	if err != nil {
		return nil, operationError(opGetSLOManifest.Name, err)
	}
	return out, nil
}

func (c *Client) getSLOManifest(ctx context.Context, in *GetSLOManifestInput, opts []func(*Options)) (*GetSLOManifestOutput, error) {
	answer, resp, err := do(ctx, c, &opGetSLOManifest, in, opts)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if !answer.StaticLargeObject {
		return nil, apierr.Failed(resp.Response, fmt.Errorf("%w: container %q, object %q", ErrNotSLO, in.Container, in.Object))
	}
	doc, err := io.ReadAll(io.LimitReader(answer.Body, maxManifest+1))
	switch {
	case err != nil:
		return nil, apierr.Failed(resp.Response, fmt.Errorf("manifest of container %q, object %q, %d bytes in: %w", in.Container, in.Object, len(doc), err))
	case len(doc) > maxManifest:
		return nil, apierr.Failed(resp.Response, malformed(fmt.Sprintf("a manifest of more than %d bytes", maxManifest)))
	}
	out := &GetSLOManifestOutput{
		LastModified: answer.LastModified, VersionID: answer.VersionID, Metadata: answer.Metadata, TransID: answer.TransID,
	}
	if !in.Raw {
		out.ManifestETag = strings.Trim(answer.ETag, `"`)
	}
	if out.Segments, err = decodeManifest(doc); err != nil {
		return nil, apierr.Failed(resp.Response, err)
	}
	return out, nil
}

// keptSegment is a segment in either form.
type keptSegment struct {
	rawSegment

	Name         string    `json:"name"`
	Hash         string    `json:"hash"`
	Bytes        int64     `json:"bytes"`
	ContentType  string    `json:"content_type"`
	LastModified timestamp `json:"last_modified"`
	SubSLO       bool      `json:"sub_slo"`
}

// decodeManifest reads both forms of a manifest: the raw one and the one that is kept, which
// has other names for the same.
func decodeManifest(doc []byte) ([]SLOSegment, error) {
	var entries list[keptSegment]
	doc = bytes.TrimSpace(doc)
	if err := json.Unmarshal(doc, &entries); err != nil {
		return nil, malformed(fmt.Sprintf("manifest of %d bytes: %v", len(doc), apierr.JSONError(err)))
	}
	segments := make([]SLOSegment, len(entries))
	for i := range entries {
		e := &entries[i]
		segments[i] = SLOSegment{
			Path: strings.TrimPrefix(e.Path+e.Name, "/"), ETag: strings.Trim(e.ETag+e.Hash, `"`), SizeBytes: e.SizeBytes + e.Bytes,
			Range: e.Range, Data: e.Data, ContentType: e.ContentType, LastModified: e.LastModified.Time, SubSLO: e.SubSLO,
		}
		switch s := &segments[i]; {
		case s.Path == "" && len(s.Data) == 0:
			return nil, malformed(fmt.Sprintf("segment %d of the manifest has no name", i+1))
		case s.SizeBytes < 0: // or the sum is too large
			return nil, malformed(fmt.Sprintf("segment %d of the manifest has no size", i+1))
		}
	}
	return segments, nil
}
