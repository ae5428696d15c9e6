package swift

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/stowage-go/stowage/internal/apierr"
	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opInfo = operation[InfoInput, InfoOutput]{
	Operation: rest.Operation[InfoInput, InfoOutput]{
		Name: "Info", Method: http.MethodGet, URI: "/info",
	},
	decode: decodeInfo,
}

// InfoInput is the request of [Client.Info].
type InfoInput struct{}

// InfoOutput is the answer of [Client.Info]: what the server can do, and up to where.
type InfoOutput struct {
	// Version of the server.
	Version string `rest:"-"`
	// MaxFileSize bounds one object, in bytes; zero: not told. So with all limits.
	MaxFileSize            int64 `rest:"-"`
	MaxMetaNameLength      int   `rest:"-"`
	MaxMetaValueLength     int   `rest:"-"`
	MaxMetaCount           int   `rest:"-"`
	MaxMetaOverallSize     int   `rest:"-"`
	MaxObjectNameLength    int   `rest:"-"`
	MaxContainerNameLength int   `rest:"-"`
	MinContainerNameLength int   `rest:"-"`
	ContainerListingLimit  int64 `rest:"-"`
	AccountListingLimit    int64 `rest:"-"`
	// Policies are the storage policies, the default first.
	Policies []string `rest:"-"`
	// SLO is nil where there are no Static Large Objects, and so with the others.
	SLO        *SLOInfo        `rest:"-"`
	TempURL    *TempURLInfo    `rest:"-"`
	FormPost   *TempURLInfo    `rest:"-"`
	BulkDelete *BulkDeleteInfo `rest:"-"`
	// Capabilities are all sections of the document, names in lower case, as they came.
	Capabilities map[string]json.RawMessage `rest:"-"`
}

// SLOInfo are the limits of Static Large Objects.
type SLOInfo struct {
	MaxManifestSegments int   `json:"max_manifest_segments"`
	MaxManifestSize     int64 `json:"max_manifest_size"`
	MinSegmentSize      int64 `json:"min_segment_size"`
}

// TempURLInfo tells which methods and digests TempURL, or FormPost, takes.
type TempURLInfo struct {
	Methods           []string `json:"methods"`
	AllowedDigests    []Digest `json:"allowed_digests"`
	DeprecatedDigests []Digest `json:"deprecated_digests"`
}

// BulkDeleteInfo are the limits of BulkDelete.
type BulkDeleteInfo struct {
	MaxDeletesPerRequest int `json:"max_deletes_per_request"`
	MaxFailedDeletes     int `json:"max_failed_deletes"`
}

// Info asks the server for its capabilities (List Capability): at /info beside the API, which
// is /swift/info on Ceph RGW. It takes no token where the server wants none. in may be nil.
// (Object Storage API v1, "List activated capabilities".)
func (c *Client) Info(ctx context.Context, in *InfoInput, opts ...func(*Options)) (*InfoOutput, error) {
	return invoke(ctx, c, &opInfo, in, opts)
}

// Has reports whether the server has a section of that name, such as "symlink".
func (o *InfoOutput) Has(capability string) bool {
	_, ok := o.Capabilities[strings.ToLower(capability)]
	return ok
}

// decodeInfo reads the document whatever the case of its keys: KakaoCloud has
// "Account_listing_limit". encoding/json matches fields so; sections are folded here.
func decodeInfo(r *transport.Response, out *InfoOutput) error {
	var sections map[string]json.RawMessage
	if err := json.Unmarshal(r.Document, &sections); err != nil {
		return malformed(fmt.Sprintf("no JSON object in %d bytes of %s: %v", len(r.Document), apierr.OneLine(r.Header.Get("Content-Type")), apierr.JSONError(err)))
	}
	out.Capabilities = make(map[string]json.RawMessage, len(sections))
	for name, section := range sections {
		out.Capabilities[strings.ToLower(name)] = section
	}
	var core struct {
		Version                string `json:"version"`
		MaxFileSize            int64  `json:"max_file_size"`
		MaxMetaNameLength      int    `json:"max_meta_name_length"`
		MaxMetaValueLength     int    `json:"max_meta_value_length"`
		MaxMetaCount           int    `json:"max_meta_count"`
		MaxMetaOverallSize     int    `json:"max_meta_overall_size"`
		MaxMetaLength          int    `json:"max_meta_length"` // KakaoCloud's word for it
		MaxObjectNameLength    int    `json:"max_object_name_length"`
		MaxObjectNameSize      int    `json:"max_object_name_size"` // Ceph RGW's word for it
		MaxContainerNameLength int    `json:"max_container_name_length"`
		MinContainerNameLength int    `json:"min_container_name_length"`
		ContainerListingLimit  int64  `json:"container_listing_limit"`
		AccountListingLimit    int64  `json:"account_listing_limit"`
		Policies               []struct {
			Name    string `json:"name"`
			Default bool   `json:"default"`
		} `json:"policies"`
	}
	for _, s := range []struct {
		name string
		into any
	}{{"swift", &core}, {"slo", &out.SLO}, {"tempurl", &out.TempURL}, {"formpost", &out.FormPost}, {"bulk_delete", &out.BulkDelete}} {
		section, ok := out.Capabilities[s.name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(section, s.into); err != nil {
			return malformed(fmt.Sprintf("section %s: %v", s.name, apierr.JSONError(err)))
		}
	}
	out.Version, out.MaxFileSize = core.Version, core.MaxFileSize
	out.MaxMetaNameLength, out.MaxMetaValueLength = core.MaxMetaNameLength, core.MaxMetaValueLength
	out.MaxMetaCount, out.MaxMetaOverallSize = core.MaxMetaCount, cmp.Or(core.MaxMetaOverallSize, core.MaxMetaLength)
	out.MaxObjectNameLength = cmp.Or(core.MaxObjectNameLength, core.MaxObjectNameSize)
	out.MaxContainerNameLength, out.MinContainerNameLength = core.MaxContainerNameLength, core.MinContainerNameLength
	out.ContainerListingLimit, out.AccountListingLimit = core.ContainerListingLimit, core.AccountListingLimit
	for _, p := range core.Policies {
		if p.Default {
			out.Policies = append([]string{p.Name}, out.Policies...)
		} else {
			out.Policies = append(out.Policies, p.Name)
		}
	}
	return nil
}
