package swift

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opListContainers = operation[ListContainersInput, ListContainersOutput]{
	Operation: rest.Operation[ListContainersInput, ListContainersOutput]{
		Name: "ListContainers", Method: http.MethodGet, URI: "/",
	},
	encode: func(in *ListContainersInput, r *rest.Request) error { return askFormat(in.Format, r) },
	decode: decodeContainers,
}

// ListContainersInput is the request of [Client.ListContainers].
type ListContainersInput struct {
	// Prefix restricts the listing to names that begin with it.
	Prefix string `url:"prefix,omitempty"`
	// Delimiter rolls up names that have it behind Prefix into one [Subdir] entry.
	Delimiter string `url:"delimiter,omitempty"`
	// Limit is the most entries of one answer. Zero: the server's, 10,000 on
	// OpenStack and 1,000 on KakaoCloud.
	Limit int64 `url:"limit,omitempty"`
	// Marker is the name after which the listing begins, EndMarker the one before
	// which it ends.
	Marker    string `url:"marker,omitempty"`
	EndMarker string `url:"end_marker,omitempty"`
	// Reverse lists from the end.
	Reverse bool `url:"reverse,omitempty"`
	// Format to ask for. Empty: JSON.
	Format Format `url:"format,omitempty"`
}

// Container is an entry of a listing of containers. Plain text tells the name alone.
type Container struct {
	Name string
	// Count is the number of objects, Bytes their size together.
	Count, Bytes int64
	// LastModified is zero where the server does not tell.
	LastModified time.Time
	// Subdir is set, and all else is not, for names that were rolled up to it.
	Subdir string
}

// ListContainersOutput is the answer of [Client.ListContainers].
type ListContainersOutput struct {
	// Containers are the entries, in the order of their names.
	Containers []Container `rest:"-"`
	// ContainerCount, ObjectCount and BytesUsed are of the whole account.
	ContainerCount int64 `header:"X-Account-Container-Count"`
	ObjectCount    int64 `header:"X-Account-Object-Count"`
	BytesUsed      int64 `header:"X-Account-Bytes-Used"`
	// BytesUsedActual is what the account takes on the disks (Ceph RGW, KakaoCloud).
	BytesUsedActual int64 `header:"X-Account-Bytes-Used-Actual"`
	// TempURLKey and TempURLKey2 sign TempURLs and FormPosts. Only the account's owner
	// is told.
	TempURLKey  Secret `header:"X-Account-Meta-Temp-Url-Key" sensitive:"true"`
	TempURLKey2 Secret `header:"X-Account-Meta-Temp-Url-Key-2" sensitive:"true"`
	// Metadata of the account, names in lower case.
	Metadata map[string]string `headers:"X-Account-Meta-"`
	// StoragePolicy tells the numbers by policy, such as "gold-object-count".
	StoragePolicy map[string]string `headers:"X-Account-Storage-Policy-"`
	// Timestamp is when the account was made.
	Timestamp time.Time `header:"X-Timestamp" timestamp:"epoch"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// ListContainers lists the containers of the account, up to Limit of them, in the order of
// their names. [Client.ListContainersPages] goes on to the end. (Object Storage API v1,
// "Show account details and list containers".)
func (c *Client) ListContainers(ctx context.Context, in *ListContainersInput, opts ...func(*Options)) (*ListContainersOutput, error) {
	return invoke(ctx, c, &opListContainers, in, opts)
}

// ListContainersPages yields the pages of [Client.ListContainers], from in's place on. in
// may be nil. After an error it ends.
func (c *Client) ListContainersPages(ctx context.Context, in *ListContainersInput, opts ...func(*Options)) iter.Seq2[*ListContainersOutput, error] {
	return pages("ListContainers", in, func(in *ListContainersInput) (*ListContainersOutput, error) {
		if s, err := c.with(opts); err == nil && s.options.Profile.PrefixAfterLimit && in.Prefix != "" && in.Marker == "" {
			in.Marker = besidePrefix(in.Prefix, in.Reverse)
		}
		return c.ListContainers(ctx, in, opts...)
	}, func(in *ListContainersInput, out *ListContainersOutput) (step, error) {
		// Swift does not tell whether there is more, and a server may cut a page shorter
		// than it was asked for: only a page without entries is the end.
		n := len(out.Containers)
		if n == 0 {
			return past, nil
		}
		e := out.Containers[n-1]
		return advance(&in.Marker, e.Name+e.Subdir, in.Reverse)
	})
}

// besidePrefix is a marker right before the names that begin with prefix; behind them when
// the listing is reversed.
func besidePrefix(prefix string, reverse bool) string {
	const greatest = string(utf8.MaxRune)
	if reverse {
		return prefix + greatest
	}
	r, size := utf8.DecodeLastRuneInString(prefix)
	switch before := prefix[:len(prefix)-size]; {
	case r == 0 || r == utf8.RuneError:
		return before // not quite as near, but never behind
	case !utf8.ValidRune(r - 1):
		return before + "\uD7FF" + greatest // the last one below the surrogates
	default:
		return before + string(r-1) + greatest
	}
}

type jsonContainer struct {
	Name         string    `json:"name"`
	Count        int64     `json:"count"`
	Bytes        int64     `json:"bytes"`
	LastModified timestamp `json:"last_modified"`
	Subdir       string    `json:"subdir"`
}

func scanContainer(s *scanner, e *Container, name []byte) bool {
	switch string(name) {
	case "name":
		return s.string(&e.Name)
	case "count":
		return s.number(&e.Count)
	case "bytes":
		return s.number(&e.Bytes)
	case "last_modified":
		return s.time(&e.LastModified)
	case "subdir":
		return s.string(&e.Subdir)
	}
	return false
}

type xmlAccount struct {
	Containers []xmlContainer `xml:"container"`
	Subdirs    []xmlSubdir    `xml:"subdir"`
}

type xmlContainer struct {
	Name         string    `xml:"name"`
	Count        int64     `xml:"count"`
	Bytes        int64     `xml:"bytes"`
	LastModified time.Time `xml:"last_modified"`
}

type xmlSubdir struct {
	Name string `xml:"name"`
}

func decodeContainers(r *transport.Response, out *ListContainersOutput) error {
	return readListing(r, func(doc []byte) error {
		var err error
		if out.Containers, err = scanEntries(doc, scanContainer); !errors.Is(err, errOtherForm) {
			return err
		}
		var entries list[jsonContainer]
		if err := json.Unmarshal(doc, &entries); err != nil {
			return err
		}
		out.Containers = make([]Container, len(entries))
		for i, e := range entries {
			out.Containers[i] = Container{Name: e.Name, Count: e.Count, Bytes: e.Bytes, LastModified: e.LastModified.Time, Subdir: e.Subdir}
		}
		return nil
	}, func(doc []byte) error {
		var account xmlAccount
		if _, err := rest.UnmarshalXML(doc, &account); err != nil {
			return err
		}
		for _, e := range account.Containers {
			out.Containers = append(out.Containers, Container{Name: e.Name, Count: e.Count, Bytes: e.Bytes, LastModified: e.LastModified})
		}
		for _, e := range account.Subdirs {
			out.Containers = append(out.Containers, Container{Subdir: e.Name})
		}
		sortByName(out.Containers, func(e *Container) string { return e.Name + e.Subdir })
		return nil
	}, func(name string) {
		out.Containers = append(out.Containers, Container{Name: name})
	})
}
