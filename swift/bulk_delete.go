package swift

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/stowage-go/stowage/internal/rest"
	"github.com/stowage-go/stowage/internal/transport"
)

var opBulkDelete = operation[BulkDeleteInput, BulkDeleteOutput]{
	Operation: rest.Operation[BulkDeleteInput, BulkDeleteOutput]{
		Name: "BulkDelete", Method: http.MethodPost, URI: "/?bulk-delete",
	},
	encode: func(in *BulkDeleteInput, r *rest.Request) error {
		r.Document, r.DocumentType = bulkLines(in.Paths), "text/plain"
		r.Header["Accept"] = []string{"application/json"}
		return nil
	},
	decode: func(r *transport.Response, out *BulkDeleteOutput) error {
		a, err := readBulk(r)
		if err == nil {
			out.NumberDeleted, out.NumberNotFound = a.NumberDeleted, a.NumberNotFound
		}
		return err
	},
}

// BulkDeleteInput is the request of [Client.BulkDelete].
type BulkDeleteInput struct {
	// Paths are the objects and containers to delete, up to Profile.MaxBulkDeletes.
	// Objects are deleted before containers, in whatever order they stand.
	Paths []Path `rest:"-"`
}

// BulkDeleteOutput is the answer of [Client.BulkDelete] and of [Client.BulkDeleteAll].
type BulkDeleteOutput struct {
	// NumberDeleted is how many are gone, NumberNotFound how many were not there. When
	// the request had to be sent again, what the first one deleted was not there.
	NumberDeleted, NumberNotFound int64 `rest:"-"`
	// TransID identifies the request for the provider's support. BulkDeleteAll has none.
	TransID string `header:"X-Trans-Id"`
}

// BulkDelete deletes objects, and containers that are empty, with one request. Of large objects
// the manifests alone are deleted. Paths that are not there are no failures.
//
// When some can't be deleted, the others are all the same: the error is a [*BulkError] that
// names each. OpenStack gives up after 1,000 failures (BulkDeleteInfo.MaxFailedDeletes), and may
// refuse all of a request for one path of more than 1,282 bytes, in which blanks, control and
// percent characters count thrice; BulkDeleteAll sends those by themselves.
//
// A server without bulk delete is [ErrMalformedAnswer]; [Client.Info] tells. (Object Storage API
// v1, "Bulk delete".)
func (c *Client) BulkDelete(ctx context.Context, in *BulkDeleteInput, opts ...func(*Options)) (*BulkDeleteOutput, error) {
	var paths []Path
	if in != nil {
		paths = in.Paths
	}
	if err := c.checkBulk(paths, opts); err != nil {
		return nil, operationError(opBulkDelete.Name, err)
	}
	out, err := invoke(ctx, c, &opBulkDelete, in, opts)
	if e := asBulkError(err); e != nil {
		e.rename(paths)
	}
	if err == nil && out.NumberDeleted+out.NumberNotFound < int64(len(paths)) {
		err = operationError(opBulkDelete.Name, malformed(fmt.Sprintf("%d paths are accounted for of the %d sent",
			out.NumberDeleted+out.NumberNotFound, len(paths))))
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *Client) checkBulk(paths []Path, opts []func(*Options)) error {
	s, err := c.with(opts)
	if err != nil {
		return err
	}
	p := &s.options.Profile
	switch most := p.maxBulkDeletes(); {
	case len(paths) == 0:
		return errors.New("swift: Paths is empty")
	case len(paths) > most:
		return fmt.Errorf("swift: Paths has %d paths, more than %s's %d: use BulkDeleteAll", len(paths), p.Name, most)
	}
	for _, path := range paths {
		if err := path.check(p); err != nil {
			return err
		}
	}
	return nil
}

func (p *Profile) maxBulkDeletes() int {
	if p.MaxBulkDeletes > 0 {
		return p.MaxBulkDeletes
	}
	return 1000
}

// rename gives the failures the names that were sent. OpenStack escapes names in its answer and
// Ceph RGW does not, so one with a percent sign can be read in two ways.
func (e *BulkError) rename(sent []Path) {
	known := make(map[Path]bool, len(sent))
	for _, p := range sent {
		known[p] = true
	}
	for i := range e.Failures {
		if f := &e.Failures[i]; !known[f.Path] && known[f.raw] {
			f.Path = f.raw
		}
	}
}

// bulkLines is the document of a bulk delete: objects before containers, which Ceph RGW
// deletes as they come.
func bulkLines(paths []Path) []byte {
	var objects, containers []byte
	for _, p := range paths {
		if p.Object == "" {
			containers = appendBulkLine(containers, p)
		} else {
			objects = appendBulkLine(objects, p)
		}
	}
	return append(objects, containers...)
}

// maxBulkLine is what OpenStack takes, which reads as much at a time. A longer line may, by where
// it lies, fail the whole request.
const maxBulkLine = 1024 + 256 + 2

// appendBulkLine escapes what would end the line, be trimmed, or be taken for an escape, and
// nothing else, so that all but the oddest names fit into maxBulkLine.
func appendBulkLine(dst []byte, p Path) []byte {
	dst = append(dst, '/')
	dst = appendBulkName(dst, p.Container)
	if p.Object != "" {
		dst = append(dst, '/')
		dst = appendBulkName(dst, p.Object)
	}
	return append(dst, '\n')
}

func appendBulkName(dst []byte, name string) []byte {
	const upperHex = "0123456789ABCDEF"
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c == '%' || c == 0x7f {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}
