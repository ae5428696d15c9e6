package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// Uploader uploads bodies of any size. It is safe for concurrent use.
type Uploader struct {
	client  *swift.Client
	options Options
	limits  *limitsCache
	meter   *multipart.Meter // nil: nothing is measured

	multipart multipartClient  // nil: the client has none
	leastPart int64            // of it: multipart.DefaultMinPartSize, but in tests
	pause     time.Duration    // settlePause, but in tests
	now       func() time.Time // time.Now, but in tests
}

// settlePause is how long to wait between looks at a server that may still be at work on a
// request whose answer was lost.
const settlePause = 250 * time.Millisecond

// NewUploader makes an uploader over a client. It sends nothing; the first upload asks the
// server for its limits ([swift.Client.Info]).
func NewUploader(client *swift.Client, fns ...func(*Options)) (*Uploader, error) {
	if client == nil {
		return nil, &OptionError{Field: "client", Reason: "is nil"}
	}
	u := &Uploader{
		client: client, limits: new(limitsCache), multipart: newMultipartClient(client), leastPart: multipart.DefaultMinPartSize,
		pause: settlePause, now: time.Now,
	}
	for _, fn := range fns {
		fn(&u.options)
	}
	if err := u.options.check(); err != nil {
		return nil, err
	}
	var err error
	if u.meter, err = measure(client); err != nil {
		return nil, err
	}
	return u, nil
}

// UploadOutput tells what was stored.
type UploadOutput struct {
	Container, Object string
	// Size of the object and of its parts but the last, in bytes, and the number of
	// parts. Parts and PartSize are 0 when the object went by one CreateObject.
	Size, PartSize int64
	Parts          int
	// Manifests of the SLO: 1, or more when they are nested.
	Manifests int
	// SegmentContainer and SegmentPrefix tell where the segments of the SLO or DLO lie.
	SegmentContainer, SegmentPrefix string
	// UploadId of KakaoCloud's multipart upload.
	UploadId string
	// Verified: the server confirmed what the object is made of: for an SLO the ETag of
	// all segments, for a DLO the size and ETag of each; for a multipart upload the size.
	// It is false after a CreateObject, whose ETag swift.Options.ETagCheck is about, for
	// a DLO whose segments the server does not list yet, and where ETags are no MD5s.
	Verified bool
	// ETag of the object as the server sends it: in quotes for a large one. A DLO's is
	// empty, since it follows its segments.
	ETag         string
	LastModified time.Time
	// VersionID is that of the new version, where the container keeps versions.
	VersionID string
}

// UploadSLO stores in.Body under in.Container and in.Object as a Static Large Object, and
// what fits into one part by CreateObject. Every other member of the input has the meaning
// that it has for CreateObject: IfNoneMatch is checked when the manifest is put. DeleteAt and
// DeleteAfter are the end of the segments too, DeleteAfter counted from now.
//
// A body is read from where it stands. *os.File, *bytes.Reader, *strings.Reader and
// *io.SectionReader are read at offsets, in parallel, without a copy, and their position
// does not move; other readers are read once, in order, by the calling goroutine. The
// length is that of the body, or ContentLength, or, when that is nil or negative, unknown:
// such a stream may be as long as the number of segments and the memory allow; beyond that
// it fails with a [SizeError] and its segments are deleted, never cut off.
//
// With [Options].Checkpoint, which asks for a body that is read at offsets, the file of
// that name tells which segments are stored. When there is such a file already, the upload
// goes on with it: segments that are listed, with the size and the ETag that the file has,
// are not sent again. It must be of the same account, names, size, modification time and
// content (of which 64 samples are compared): [ErrSourceChanged], or an [OptionError]. The
// file is removed when the object is complete. Two uploads must not have the same file at
// the same time. An upload that is not to be taken up again is ended by [Uploader.Abort].
//
// Errors are *[UploadError]. After a cancellation errors.Is finds the context's error
// and its cause. A manifest that the server refuses because of its segments is a
// *swift.SLOError that lists them. swift.ErrUnsupported: the server has no SLO.
func (u *Uploader) UploadSLO(ctx context.Context, in *swift.CreateObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
	return u.upload(ctx, kindSLO, in, fns)
}

// UploadDLO is [Uploader.UploadSLO] with a Dynamic Large Object: all objects whose names
// begin with one prefix. Servers list new segments with delay, so that such an object may be
// short for seconds after the upload ([UploadOutput].Verified), and nothing pins what a
// segment is. It may have any number of segments. Prefer an SLO where there is one.
func (u *Uploader) UploadDLO(ctx context.Context, in *swift.CreateObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
	return u.upload(ctx, kindDLO, in, fns)
}

func (u *Uploader) upload(ctx context.Context, k kind, in *swift.CreateObjectInput, fns []func(*Options)) (*UploadOutput, error) {
	o := u.options
	o.ClientOptions = slices.Clip(o.ClientOptions) // an append is this upload's own
	for _, fn := range fns {
		fn(&o)
	}
	if in == nil {
		return nil, &UploadError{Err: &OptionError{Field: "input", Reason: "is nil"}}
	}
	up := &upload{uploader: u, client: u.client, kind: k, in: in, options: &o}
	result, err := up.run(ctx)
	if err != nil {
		failed := &UploadError{
			Container: in.Container, Object: in.Object,
			SegmentContainer: up.segments.container, SegmentPrefix: up.segments.prefix, UploadId: up.uploadID,
		}
		failed.settle(ctx, err)
		return nil, failed
	}
	out := up.output
	out.Container, out.Object = in.Container, in.Object
	out.Size, out.Parts, out.PartSize, out.UploadId = result.Size, result.Parts, result.PartSize, up.uploadID
	if result.Parts > 0 {
		out.SegmentContainer, out.SegmentPrefix = up.segments.container, up.segments.prefix
	}
	return &out, nil
}

// source makes the engine's source of the body.
func source(in *swift.CreateObjectInput) (multipart.Source, error) {
	var body io.Reader = strings.NewReader("")
	if in.Body != nil {
		body = in.Body
	}
	length := int64(-1)
	if in.ContentLength != nil {
		length = *in.ContentLength
	}
	src, err := multipart.ReaderSource(body, length)
	if errors.Is(err, multipart.ErrOptions) {
		err = &OptionError{Field: "Body", Reason: fmt.Sprintf("is a nil %T", body)}
	}
	return src, err
}
