package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// DownloadOptions tune downloads. The zero value of each field is its documented default.
type DownloadOptions struct {
	// PartSize of one request in bytes. Zero: 16 MiB. It has no part in memory: that is
	// 256 KiB for each request in flight.
	PartSize int64
	// Concurrency is the greatest number of requests in flight. Zero: 4; negative: 1.
	Concurrency int
	// VerifySegments compares the MD5 of each segment of an SLO with its manifest; one
	// request then is for one segment, whatever PartSize is. Segments of which the
	// manifest takes a part are not compared. It is refused where manifests can't be read
	// (Ceph RGW), and means nothing for objects that are no SLO.
	VerifySegments bool
	// Progress is called, one call at a time, when bytes have been written, and when
	// parts are done.
	Progress func(Progress)
	// ClientOptions are applied to every request of the download.
	ClientOptions []func(*swift.Options)
}

func (o *DownloadOptions) check() error {
	if o.PartSize < 0 {
		return &OptionError{Field: "PartSize", Reason: "is negative"}
	}
	return nil
}

// Downloader downloads objects of any size and kind, in parallel. It is safe for concurrent
// use.
type Downloader struct {
	client  *swift.Client
	options DownloadOptions
	meter   *multipart.Meter // nil: nothing is measured
}

// NewDownloader makes a downloader over a client. It sends nothing.
func NewDownloader(client *swift.Client, fns ...func(*DownloadOptions)) (*Downloader, error) {
	if client == nil {
		return nil, &OptionError{Field: "client", Reason: "is nil"}
	}
	d := &Downloader{client: client}
	for _, fn := range fns {
		fn(&d.options)
	}
	if err := d.options.check(); err != nil {
		return nil, err
	}
	var err error
	if d.meter, err = measure(client); err != nil {
		return nil, err
	}
	return d, nil
}

// DownloadOutput tells what was written.
type DownloadOutput struct {
	// Size of the object in bytes, and the number of requests that it came by.
	Size  int64
	Parts int
	// Verified: the MD5 of the whole object, or of every segment of an SLO, is that which
	// the server has. Without it the length has been enforced, and that all of it is of
	// one object.
	Verified bool
	// The rest is the server's answer, as HeadObjectOutput has it.
	ETag               string
	LastModified       time.Time
	ContentType        string
	ContentEncoding    string
	ContentDisposition string
	StaticLargeObject  bool
	ObjectManifest     string
	VersionID          string
	Metadata           map[string]string
}

// DownloadError is any failure of a download. errors.Is and errors.As find what caused it: an
// *swift.Error, swift.ErrObjectChanged when the object was replaced in the midst of it,
// swift.ErrETagMismatch when other bytes came than were stored, an *swift.SLOError that lists
// segments that are not those of the manifest any more, an [OptionError], the error of the
// writer, or the context's.
type DownloadError struct {
	Container, Object string
	// Offset and Size of the part that failed, in bytes; Size is 0 when it was none.
	Offset, Size int64
	Err          error
}

// Error is one line: object, part and the cause.
func (e *DownloadError) Error() string {
	var b strings.Builder
	b.WriteString("download of container " + strconv.Quote(e.Container) + ", object " + strconv.Quote(e.Object))
	if e.Size > 0 {
		fmt.Fprintf(&b, ", %d bytes at %d", e.Size, e.Offset)
	}
	b.WriteString(": " + e.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (e *DownloadError) Unwrap() error { return e.Err }

// Download writes an object to w, from offset 0. The members of in name the object, its
// version, and the conditions that are put to it once, at the start; Range,
// MultipartManifest, Format and Symlink are refused. All requests are for one and the same
// state of the object: by If-Match, or by what the answers say where that is not understood.
//
// The MD5 of an object that is no large one is compared as swift.Options.ETagCheck says: it is
// read back from w, which must be an io.ReaderAt for that, as a file is. After an error w
// holds some of the object.
//
// Errors are *[DownloadError].
func (d *Downloader) Download(ctx context.Context, w io.WriterAt, in *swift.GetObjectInput, fns ...func(*DownloadOptions)) (*DownloadOutput, error) {
	r, err := d.prepare(ctx, in, fns)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, r.failed(&OptionError{Field: "writer", Reason: "is nil"})
	}
	return r.run(ctx, w)
}

// DownloadFile writes an object to a file of that name. It goes to a temporary file in the
// same directory, as long as the object from the start, which takes the name when all of it
// is there and compared: so the name never shows half an object, and what was there before
// is replaced at once. After an error the temporary file is deleted.
//
// Errors are *[DownloadError].
func (d *Downloader) DownloadFile(ctx context.Context, name string, in *swift.GetObjectInput, fns ...func(*DownloadOptions)) (*DownloadOutput, error) {
	r, err := d.prepare(ctx, in, fns)
	if err != nil {
		return nil, err
	}
	root, base, err := download.OpenDir(name)
	if err != nil {
		return nil, r.failed(err)
	}
	defer root.Close()
	f, err := download.Create(root, base)
	if err != nil {
		return nil, r.failed(err)
	}
	var out *DownloadOutput
	if err = f.Truncate(r.state.Size); err == nil {
		out, err = r.run(ctx, f)
	}
	if err == nil {
		err = f.Commit(false)
	}
	if err == nil {
		return out, nil
	}
	if derr := f.Discard(); derr != nil {
		err = fmt.Errorf("%w; delete the temporary file: %w", err, derr)
	}
	var failed *DownloadError
	if !errors.As(err, &failed) {
		err = r.failed(err)
	}
	return nil, err
}

// prepare looks at the object.
func (d *Downloader) prepare(ctx context.Context, in *swift.GetObjectInput, fns []func(*DownloadOptions)) (*downloading, error) {
	o := d.options
	o.ClientOptions = slices.Clip(o.ClientOptions)
	for _, fn := range fns {
		fn(&o)
	}
	if in == nil {
		in = new(swift.GetObjectInput)
	}
	r := &downloading{client: d.client, in: *in, options: &o, resolved: resolve(d.client, o.ClientOptions), meter: d.meter}
	if err := r.check(); err != nil {
		return nil, r.failed(err)
	}
	if err := r.head(ctx); err != nil {
		return nil, r.failed(err)
	}
	return r, nil
}
