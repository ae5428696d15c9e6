package swift

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opListObjects = operation[ListObjectsInput, ListObjectsOutput]{
	Operation: rest.Operation[ListObjectsInput, ListObjectsOutput]{
		Name: "ListObjects", Method: http.MethodGet, URI: "/{Container}",
	},
	encode: func(in *ListObjectsInput, r *rest.Request) error { return askFormat(in.Format, r) },
	decode: decodeObjects,
}

// ListObjectsInput is the request of [Client.ListObjects].
type ListObjectsInput struct {
	// Container is the container's name.
	Container string `label:"Container" required:"true"`
	// Prefix restricts the listing to names that begin with it.
	Prefix string `url:"prefix,omitempty"`
	// Delimiter rolls up names that have it behind Prefix into one Subdir entry.
	Delimiter string `url:"delimiter,omitempty"`
	// Path lists a directory without its subdirectories, where directories are objects
	// of their own; it takes the place of Prefix and Delimiter.
	Path string `url:"path,omitempty"`
	// Limit is the most entries of one answer. Zero: the server's, 10,000 on
	// OpenStack and 1,000 on KakaoCloud.
	Limit int64 `url:"limit,omitempty"`
	// Marker is the name after which the listing begins, EndMarker the one before
	// which it ends.
	Marker    string `url:"marker,omitempty"`
	EndMarker string `url:"end_marker,omitempty"`
	// Versions lists every version of the objects, where the container keeps them
	// (VersionsEnabled). VersionMarker is the version after Marker to go on from.
	Versions      bool   `url:"versions,omitempty"`
	VersionMarker string `url:"version_marker,omitempty"`
	// Reverse lists from the end.
	Reverse bool `url:"reverse,omitempty"`
	// Newest asks all replicas and answers the newest (X-Newest): slow, and rarely needed.
	Newest bool `header:"X-Newest"`
	// Format to ask for. Empty: JSON.
	Format Format `url:"format,omitempty"`
}

// Object is an entry of a listing of objects. Plain text tells the name alone.
type Object struct {
	Name string
	// Bytes is the size; of a DLO's manifest it is the manifest's own, zero.
	Bytes int64
	// Hash is the ETag without quotes. Of a SLO it is that of the list of its segments.
	Hash         string
	ContentType  string
	LastModified time.Time
	// Subdir is set, and all else is not, for names that were rolled up to it.
	Subdir string
	// SLOETag is the ETag that GET answers for a SLO, which Hash is not.
	SLOETag string
	// SymlinkPath is what a symlink leads to.
	SymlinkPath string
	// VersionID and IsLatest tell versions apart, when those were asked for.
	VersionID string
	IsLatest  bool
}

// ListObjectsOutput is the answer of [Client.ListObjects].
type ListObjectsOutput struct {
	// Objects are the entries, in the order of their names.
	Objects []Object `rest:"-"`
	// ObjectCount and BytesUsed are of the whole container, and lag behind by some seconds.
	ObjectCount   int64  `header:"X-Container-Object-Count"`
	BytesUsed     int64  `header:"X-Container-Bytes-Used"`
	StoragePolicy string `header:"X-Storage-Policy"`
	// TempURLKey and TempURLKey2 sign TempURLs and FormPosts of the container. Only its
	// owner is told.
	TempURLKey  Secret `header:"X-Container-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2 Secret `header:"X-Container-Meta-Temp-Url-Key-2" sensitive:"true"`
	// Metadata of the container, names in lower case.
	Metadata map[string]string `headers:"X-Container-Meta-"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// ListObjects lists the objects of a container, up to Limit of them, in the order of their
// names. [Client.ListObjectsPages] goes on to the end. (Object Storage API v1, "Show
// container details and list objects".)
func (c *Client) ListObjects(ctx context.Context, in *ListObjectsInput, opts ...func(*Options)) (*ListObjectsOutput, error) {
	return invoke(ctx, c, &opListObjects, in, opts)
}

// ListObjectsPages yields the pages of [Client.ListObjects], from in's place on. After an
// error it ends.
func (c *Client) ListObjectsPages(ctx context.Context, in *ListObjectsInput, opts ...func(*Options)) iter.Seq2[*ListObjectsOutput, error] {
	return pages("ListObjects", in, func(in *ListObjectsInput) (*ListObjectsOutput, error) {
		return c.ListObjects(ctx, in, opts...)
	}, func(in *ListObjectsInput, out *ListObjectsOutput) (step, error) {
		n := len(out.Objects)
		if n == 0 {
			return past, nil
		}
		e := out.Objects[n-1]
		if in.Versions && e.Name == in.Marker && e.VersionID != in.VersionMarker {
			in.VersionMarker = e.VersionID
			return more, nil
		}
		in.VersionMarker = e.VersionID
		return advance(&in.Marker, e.Name+e.Subdir, in.Reverse)
	})
}

type jsonObject struct {
	Name         string    `json:"name"`
	Bytes        int64     `json:"bytes"`
	Hash         string    `json:"hash"`
	ContentType  string    `json:"content_type"`
	LastModified timestamp `json:"last_modified"`
	Subdir       string    `json:"subdir"`
	SLOETag      string    `json:"slo_etag"`
	SymlinkPath  string    `json:"symlink_path"`
	VersionID    string    `json:"version_id"`
	IsLatest     bool      `json:"is_latest"`
}

func scanObject(s *scanner, e *Object, name []byte) bool {
	switch string(name) {
	case "name":
		return s.string(&e.Name)
	case "bytes":
		return s.number(&e.Bytes)
	case "hash":
		return s.string(&e.Hash)
	case "content_type":
		return s.again("content_type", &e.ContentType)
	case "last_modified":
		return s.time(&e.LastModified)
	case "subdir":
		return s.string(&e.Subdir)
	}
	return false
}

type xmlContainerListing struct {
	Objects []xmlObject `xml:"object"`
	Subdirs []xmlSubdir `xml:"subdir"`
}

type xmlObject struct {
	Name         string    `xml:"name"`
	Bytes        int64     `xml:"bytes"`
	Hash         string    `xml:"hash"`
	ContentType  string    `xml:"content_type"`
	LastModified time.Time `xml:"last_modified"`
}

func decodeObjects(r *transport.Response, out *ListObjectsOutput) error {
	return readListing(r, func(doc []byte) error {
		var err error
		if out.Objects, err = scanEntries(doc, scanObject); !errors.Is(err, errOtherForm) {
			return err
		}
		var entries list[jsonObject]
		if err := json.Unmarshal(doc, &entries); err != nil {
			return err
		}
		out.Objects = make([]Object, len(entries))
		for i := range entries {
			e := &entries[i]
			out.Objects[i] = Object{
				Name: e.Name, Bytes: e.Bytes, Hash: e.Hash, ContentType: e.ContentType, LastModified: e.LastModified.Time,
				Subdir: e.Subdir, SLOETag: strings.Trim(e.SLOETag, `"`), SymlinkPath: e.SymlinkPath, VersionID: e.VersionID, IsLatest: e.IsLatest,
			}
		}
		return nil
	}, func(doc []byte) error {
		var listing xmlContainerListing
		if _, err := rest.UnmarshalXML(doc, &listing); err != nil {
			return err
		}
		for _, e := range listing.Objects {
			out.Objects = append(out.Objects, Object{Name: e.Name, Bytes: e.Bytes, Hash: e.Hash, ContentType: e.ContentType, LastModified: e.LastModified})
		}
		for _, e := range listing.Subdirs {
			out.Objects = append(out.Objects, Object{Subdir: e.Name})
		}
		sortByName(out.Objects, func(e *Object) string { return e.Name + e.Subdir })
		return nil
	}, func(name string) {
		out.Objects = append(out.Objects, Object{Name: name})
	})
}
