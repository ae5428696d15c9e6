package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opExtractArchive = operation[ExtractArchiveInput, ExtractArchiveOutput]{
	Operation: rest.Operation[ExtractArchiveInput, ExtractArchiveOutput]{
		Name: "ExtractArchive", Method: http.MethodPut, URI: "/",
	},
	encode: encodeArchive,
	decode: func(r *transport.Response, out *ExtractArchiveOutput) error {
		a, err := readBulk(r)
		if err == nil {
			out.NumberFilesCreated = a.NumberFilesCreated
		}
		return err
	},
}

// ArchiveFormat is a form of archive that servers unpack.
type ArchiveFormat string

// The forms of archives. Ceph RGW takes plain tar alone, without PAX or GNU headers, which
// names above 100 bytes need, and in PAX all that are not ASCII: it stores such files under
// other names. Of package archive/tar choose tar.FormatGNU.
const (
	ArchiveTar    ArchiveFormat = "tar"
	ArchiveTarGz  ArchiveFormat = "tar.gz"
	ArchiveTarBz2 ArchiveFormat = "tar.bz2"
)

// ExtractArchiveInput is the request of [Client.ExtractArchive].
type ExtractArchiveInput struct {
	// Container takes the files. Empty: the first segment of each name in the archive is
	// its container, which is made where it is not there; only some servers can, see
	// Profile.ExtractNeedsContainer.
	Container string `rest:"-"`
	// Prefix is put before the names, with a slash between: "photos" and "cat.jpg" make
	// the object "photos/cat.jpg". It needs a Container.
	Prefix string `rest:"-"`
	// Format of the archive. Required.
	Format ArchiveFormat `url:"extract-archive"`
	// Body is the archive, of any length. It is read from where it stands, and sent
	// again only if it is an io.Seeker. Required.
	Body io.Reader `payload:"body"`
	// ContentLength is the length of Body in bytes. Nil: found out by seeking or from
	// Body's Len method; a Body that has neither is sent chunked, which Ceph RGW refuses
	// with [ErrBadRequest].
	ContentLength *int64 `header:"Content-Length"`
	// DeleteAt and DeleteAfter (in seconds) are when the objects end, Metadata is what
	// each is stored with. Ceph RGW ignores them.
	DeleteAt    time.Time         `header:"X-Delete-At" timestamp:"epoch"`
	DeleteAfter int64             `header:"X-Delete-After"`
	Metadata    map[string]string `headers:"X-Object-Meta-"`
}

// ExtractArchiveOutput is the answer of [Client.ExtractArchive].
type ExtractArchiveOutput struct {
	// NumberFilesCreated is how many objects were written.
	NumberFilesCreated int64 `rest:"-"`
	// TransID identifies the request for the provider's support.
	TransID string `header:"X-Trans-Id"`
}

// ExtractArchive uploads an archive that the server unpacks: each regular file becomes an
// object of its name, up to 5 GiB; directories and links are left out. Objects that are there
// are replaced.
//
// When some files can't be stored, the others are all the same: the error is a [*BulkError]
// that names each. OpenStack gives up after 1,000, and at a broken archive; what was stored by
// then stays. (Object Storage API v1, "Extract archive"; Swift documentation, "Bulk".)
func (c *Client) ExtractArchive(ctx context.Context, in *ExtractArchiveInput, opts ...func(*Options)) (*ExtractArchiveOutput, error) {
	s, err := c.with(opts)
	if err != nil {
		return nil, operationError(opExtractArchive.Name, err)
	}
	p := &s.options.Profile
	if p.ExtractNeedsContainer && !s.options.AllowUnsupported && in != nil && in.Container == "" {
		return nil, operationError(opExtractArchive.Name, fmt.Errorf("%w: %s has no ExtractArchive without Container", ErrUnsupported, p.Name))
	}
	return invoke(ctx, c, &opExtractArchive, in, opts)
}

func encodeArchive(in *ExtractArchiveInput, r *rest.Request) error {
	switch {
	case in.Format == "":
		return errors.New("swift: Format is missing")
	case in.Format != ArchiveTar && in.Format != ArchiveTarGz && in.Format != ArchiveTarBz2:
		return fmt.Errorf("swift: Format %q is none of tar, tar.gz and tar.bz2", string(in.Format))
	case in.Body == nil:
		return errors.New("swift: Body is missing")
	case in.Container == "" && in.Prefix != "":
		return errors.New("swift: Prefix needs a Container")
	}
	r.Header["Accept"] = []string{"application/json"}
	// Ceph RGW answers a bad archive twice; the second answer would be taken for that of
	// the next request on the connection.
	r.Header["Connection"] = []string{"close"}
	if in.Container == "" {
		return nil
	}
	if err := checkContainerName(in.Container); err != nil {
		return err
	}
	r.Path = "/" + in.Container
	if prefix := strings.TrimSuffix(in.Prefix, "/"); prefix != "" {
		r.Path += "/" + prefix
	}
	r.RawPath = escapePath(r.Path)
	return nil
}
