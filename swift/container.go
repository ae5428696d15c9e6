package swift

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
)

var opCreateContainer = operation[CreateContainerInput, CreateContainerOutput]{
	Operation: rest.Operation[CreateContainerInput, CreateContainerOutput]{
		Name: "CreateContainer", Method: http.MethodPut, URI: "/{Container}",
	},
}

// CreateContainerInput is the request of [Client.CreateContainer].
type CreateContainerInput struct {
	// Container is the container's name: any UTF-8 without a slash, up to 256 bytes on
	// OpenStack, 4 to 63 on KakaoCloud.
	Container string `label:"Container" required:"true"`
	// StoragePolicy places the objects; it can't be changed later. Empty: the
	// account's default, or the server's. [Client.Info] lists them.
	StoragePolicy string `header:"X-Storage-Policy"`
	// ReadACL and WriteACL say who else may read and list, and who may write:
	// ".r:*,.rlistings", "project:user". (Object Storage API v1, "Access Control Lists".)
	ReadACL  string `header:"X-Container-Read"`
	WriteACL string `header:"X-Container-Write"`
	// VersionsEnabled keeps every version of the objects under a hidden container
	// (X-Versions-Enabled). A pointer to false turns it off; the versions stay.
	VersionsEnabled *bool `header:"X-Versions-Enabled"`
	// VersionsLocation is the container that the former version of an object moves to,
	// to come back when the object is deleted. HistoryLocation is the same but keeps
	// them there when the object is deleted. One of the three at most.
	VersionsLocation string `header:"X-Versions-Location"`
	HistoryLocation  string `header:"X-History-Location"`
	// QuotaBytes and QuotaCount bound what the container may hold; more is
	// [ErrTooLarge].
	QuotaBytes *int64 `header:"X-Container-Meta-Quota-Bytes"`
	QuotaCount *int64 `header:"X-Container-Meta-Quota-Count"`
	// TempURLKey and TempURLKey2 sign TempURLs and FormPosts of this container alone.
	TempURLKey  Secret `header:"X-Container-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2 Secret `header:"X-Container-Meta-Temp-Url-Key-2" sensitive:"true"`
	// AllowOrigin, MaxAge and ExposeHeaders are the rules of CORS, lists separated by
	// blanks; MaxAge in seconds.
	AllowOrigin   string `header:"X-Container-Meta-Access-Control-Allow-Origin"`
	MaxAge        string `header:"X-Container-Meta-Access-Control-Max-Age"`
	ExposeHeaders string `header:"X-Container-Meta-Access-Control-Expose-Headers"`
	// WebIndex, WebError, WebListings, WebListingsCSS and WebDirectoryType make a
	// static web site of a container that the public may read.
	WebIndex         string `header:"X-Container-Meta-Web-Index"`
	WebError         string `header:"X-Container-Meta-Web-Error"`
	WebListings      *bool  `header:"X-Container-Meta-Web-Listings"`
	WebListingsCSS   string `header:"X-Container-Meta-Web-Listings-Css"`
	WebDirectoryType string `header:"X-Container-Meta-Web-Directory-Type"`
	// SyncTo and SyncKey mirror the container to another, whose SyncKey is the same.
	SyncTo  string `header:"X-Container-Sync-To"`
	SyncKey Secret `header:"X-Container-Sync-Key" sensitive:"true"`
	// Metadata of the container.
	Metadata map[string]string `headers:"X-Container-Meta-"`
}

// CreateContainerOutput is the answer of [Client.CreateContainer].
type CreateContainerOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// CreateContainer makes a container, or changes the metadata of one that is there: that is
// no failure. Another StoragePolicy than the container's is [ErrConflict]. (Object Storage
// API v1, "Create container".)
func (c *Client) CreateContainer(ctx context.Context, in *CreateContainerInput, opts ...func(*Options)) (*CreateContainerOutput, error) {
	return invoke(ctx, c, &opCreateContainer, in, opts)
}

var opHeadContainer = operation[HeadContainerInput, HeadContainerOutput]{
	Operation: rest.Operation[HeadContainerInput, HeadContainerOutput]{
		Name: "HeadContainer", Method: http.MethodHead, URI: "/{Container}",
	},
}

// HeadContainerInput is the request of [Client.HeadContainer].
type HeadContainerInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Newest asks all replicas and answers the newest (X-Newest): slow, and rarely needed.
	Newest bool `header:"X-Newest"`
}

// HeadContainerOutput is the answer of [Client.HeadContainer].
type HeadContainerOutput struct {
	// ObjectCount and BytesUsed lag behind by some seconds.
	ObjectCount int64 `header:"X-Container-Object-Count"`
	BytesUsed   int64 `header:"X-Container-Bytes-Used"`
	// BytesUsedActual is what the container takes on the disks (Ceph RGW, KakaoCloud).
	BytesUsedActual int64  `header:"X-Container-Bytes-Used-Actual"`
	StoragePolicy   string `header:"X-Storage-Policy"`
	// ReadACL, WriteACL, SyncTo, SyncKey and the TempURL keys are told to the owner only.
	ReadACL          string `header:"X-Container-Read"`
	WriteACL         string `header:"X-Container-Write"`
	VersionsEnabled  bool   `header:"X-Versions-Enabled"`
	VersionsLocation string `header:"X-Versions-Location"`
	HistoryLocation  string `header:"X-History-Location"`
	QuotaBytes       *int64 `header:"X-Container-Meta-Quota-Bytes"`
	QuotaCount       *int64 `header:"X-Container-Meta-Quota-Count"`
	TempURLKey       Secret `header:"X-Container-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2      Secret `header:"X-Container-Meta-Temp-Url-Key-2" sensitive:"true"`
	AllowOrigin      string `header:"X-Container-Meta-Access-Control-Allow-Origin"`
	MaxAge           string `header:"X-Container-Meta-Access-Control-Max-Age"`
	ExposeHeaders    string `header:"X-Container-Meta-Access-Control-Expose-Headers"`
	WebIndex         string `header:"X-Container-Meta-Web-Index"`
	WebError         string `header:"X-Container-Meta-Web-Error"`
	WebListings      string `header:"X-Container-Meta-Web-Listings"`
	WebListingsCSS   string `header:"X-Container-Meta-Web-Listings-Css"`
	WebDirectoryType string `header:"X-Container-Meta-Web-Directory-Type"`
	SyncTo           string `header:"X-Container-Sync-To"`
	SyncKey          Secret `header:"X-Container-Sync-Key" sensitive:"true"`
	// Metadata of the container, names in lower case.
	Metadata map[string]string `headers:"X-Container-Meta-"`
	// Timestamp is when the container was made, LastModified when it was last changed.
	Timestamp    time.Time `header:"X-Timestamp" timestamp:"epoch"`
	LastModified time.Time `header:"Last-Modified"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// HeadContainer tells a container's numbers and metadata; [ErrNotFound] when it is not
// there. (Object Storage API v1, "Show container metadata".)
func (c *Client) HeadContainer(ctx context.Context, in *HeadContainerInput, opts ...func(*Options)) (*HeadContainerOutput, error) {
	return invoke(ctx, c, &opHeadContainer, in, opts)
}

var opUpdateContainer = operation[UpdateContainerInput, UpdateContainerOutput]{
	Operation: rest.Operation[UpdateContainerInput, UpdateContainerOutput]{
		Name: "UpdateContainer", Method: http.MethodPost, URI: "/{Container}",
	},
	encode: func(in *UpdateContainerInput, r *rest.Request) error {
		for _, m := range []struct {
			remove, empty bool
			name, header  string
		}{
			{in.RemoveReadACL, true, "RemoveReadACL", "X-Container-Read"},
			{in.RemoveWriteACL, true, "RemoveWriteACL", "X-Container-Write"},
			{in.RemoveVersionsLocation, false, "RemoveVersionsLocation", "X-Versions-Location"},
			{in.RemoveHistoryLocation, false, "RemoveHistoryLocation", "X-History-Location"},
			{in.RemoveSync, false, "RemoveSync", "X-Container-Sync-To"},
			{in.RemoveSync, false, "RemoveSync", "X-Container-Sync-Key"},
		} {
			if !m.remove {
				continue
			}
			if _, both := r.Header[m.header]; both {
				return fmt.Errorf("swift: %s: it is set and removed at once", m.name)
			}
			if m.empty {
				r.Header[m.header] = []string{""} // Ceph RGW overlooks X-Remove-Container-Read
			} else {
				r.Header["X-Remove-"+strings.TrimPrefix(m.header, "X-")] = []string{"x"}
			}
		}
		return removeMetadata("X-Remove-Container-Meta-", in.RemoveMetadata, r)
	},
}

// UpdateContainerInput is the request of [Client.UpdateContainer]. What it does not name
// stays. The members are those of [CreateContainerInput].
type UpdateContainerInput struct {
	Container        string            `label:"Container" required:"true"`
	ReadACL          string            `header:"X-Container-Read"`
	WriteACL         string            `header:"X-Container-Write"`
	VersionsEnabled  *bool             `header:"X-Versions-Enabled"`
	VersionsLocation string            `header:"X-Versions-Location"`
	HistoryLocation  string            `header:"X-History-Location"`
	QuotaBytes       *int64            `header:"X-Container-Meta-Quota-Bytes"`
	QuotaCount       *int64            `header:"X-Container-Meta-Quota-Count"`
	TempURLKey       Secret            `header:"X-Container-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2      Secret            `header:"X-Container-Meta-Temp-Url-Key-2" sensitive:"true"`
	AllowOrigin      string            `header:"X-Container-Meta-Access-Control-Allow-Origin"`
	MaxAge           string            `header:"X-Container-Meta-Access-Control-Max-Age"`
	ExposeHeaders    string            `header:"X-Container-Meta-Access-Control-Expose-Headers"`
	WebIndex         string            `header:"X-Container-Meta-Web-Index"`
	WebError         string            `header:"X-Container-Meta-Web-Error"`
	WebListings      *bool             `header:"X-Container-Meta-Web-Listings"`
	WebListingsCSS   string            `header:"X-Container-Meta-Web-Listings-Css"`
	WebDirectoryType string            `header:"X-Container-Meta-Web-Directory-Type"`
	SyncTo           string            `header:"X-Container-Sync-To"`
	SyncKey          Secret            `header:"X-Container-Sync-Key" sensitive:"true"`
	Metadata         map[string]string `headers:"X-Container-Meta-"`

	// RemoveMetadata names metadata to remove; those with members of their own too,
	// such as "Quota-Bytes", "Temp-URL-Key" and "Web-Index".
	RemoveMetadata []string `rest:"-"`
	// RemoveReadACL, RemoveWriteACL, RemoveVersionsLocation, RemoveHistoryLocation and
	// RemoveSync remove what is no metadata.
	RemoveReadACL          bool `rest:"-"`
	RemoveWriteACL         bool `rest:"-"`
	RemoveVersionsLocation bool `rest:"-"`
	RemoveHistoryLocation  bool `rest:"-"`
	RemoveSync             bool `rest:"-"`
}

// UpdateContainerOutput is the answer of [Client.UpdateContainer].
type UpdateContainerOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// UpdateContainer sets and removes metadata of a container. (Object Storage API v1,
// "Create, update, or delete container metadata".)
func (c *Client) UpdateContainer(ctx context.Context, in *UpdateContainerInput, opts ...func(*Options)) (*UpdateContainerOutput, error) {
	return invoke(ctx, c, &opUpdateContainer, in, opts)
}

var opDeleteContainer = operation[DeleteContainerInput, DeleteContainerOutput]{
	Operation: rest.Operation[DeleteContainerInput, DeleteContainerOutput]{
		Name: "DeleteContainer", Method: http.MethodDelete, URI: "/{Container}",
	},
}

// DeleteContainerInput is the request of [Client.DeleteContainer].
type DeleteContainerInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
}

// DeleteContainerOutput is the answer of [Client.DeleteContainer].
type DeleteContainerOutput struct {
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// DeleteContainer deletes an empty container; one that is not is [ErrConflict]. (Object
// Storage API v1, "Delete container".)
func (c *Client) DeleteContainer(ctx context.Context, in *DeleteContainerInput, opts ...func(*Options)) (*DeleteContainerOutput, error) {
	return invoke(ctx, c, &opDeleteContainer, in, opts)
}
