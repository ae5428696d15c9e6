package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/checkpoint"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// kind is what an object of segments is made by.
type kind string

const (
	kindSLO kind = "slo"
	kindDLO kind = "dlo"
)

// upload is one upload of segments under way: the engine's Store, and its Target once parts
// have begun.
type upload struct {
	uploader *Uploader
	client   *swift.Client
	kind     kind
	in       *swift.CreateObjectInput
	options  *Options
	profile  swift.Profile
	limits   limits
	perList  int // segments of one manifest

	segments   segments
	uploadID   string // of a multipart upload
	deleteAt   time.Time
	checkpoint *checkpointFile // nil: none
	resumed    map[int]segment // that are stored already, by number
	started    atomic.Int64    // the highest number that was sent, or tried
	loose      atomic.Bool     // something was sent whose answer never came
	mu         sync.Mutex      // of nested
	nested     []string        // manifests beside the object's own
	old        []string        // "container/object" of segments to be deleted at the end
	output     UploadOutput
}

// segment is the receipt for a part.
type segment struct {
	number int
	size   int64
	etag   string // without quotes; empty where the server tells none
}

// run checks, uploads and tidies up.
func (u *upload) run(ctx context.Context) (_ multipart.Result, err error) {
	src, err := u.prepare(ctx)
	if err != nil {
		return multipart.Result{}, err
	}
	defer u.checkpoint.Close()
	m := u.uploader.meter.Transfer("upload")
	defer func() { m.End(err) }()
	o := u.options.engine(u.engineLimits(src), track(u.options.Progress, m))
	o.InFlight = u.uploader.meter.InFlight()
	if u.checkpoint != nil {
		o.LeavePartsOnError = true
		if u.checkpoint.Loaded {
			o.PartSize, o.Threshold = u.checkpoint.Header.PartSize, -1
		}
	}
	var store multipart.Store[segment] = u
	if u.kind == kindMultipart {
		store = &parts{upload: u}
	}
	result, err := multipart.Upload(ctx, src, store, o)
	if err != nil {
		return result, err
	}
	if err := u.tidy(ctx); err != nil {
		return result, &completedError{err}
	}
	return result, nil
}

// prepare checks what can be checked before anything is sent, and asks for the limits.
func (u *upload) prepare(ctx context.Context) (multipart.Source, error) {
	if err := u.check(); err != nil {
		return multipart.Source{}, err
	}
	src, err := source(u.in)
	if err != nil {
		return src, err
	}
	checkpointed := u.options.Checkpoint != "" && src.Size() != 0 && !checkpoint.Empty(u.in.Body)
	if checkpointed && src.Buffered() {
		return src, &OptionError{Field: "Checkpoint", Reason: "needs a body that can be read again: a file, a bytes.Reader, strings.Reader or io.SectionReader"}
	}
	u.limits, err = u.uploader.limits.get(ctx, u.client, u.options.ClientOptions)
	if err != nil {
		return src, err
	}
	if u.kind == kindSLO && !u.limits.slo {
		return src, fmt.Errorf("%w: the server has no static large objects", swift.ErrUnsupported)
	}
	if u.kind != kindMultipart {
		u.segments = segments{container: u.options.SegmentContainer}
		if u.segments.container == "" {
			u.segments.container = u.in.Container + "_segments"
		}
	}
	if u.in.DeleteAfter > 0 {
		u.deleteAt = u.uploader.now().Add(time.Duration(u.in.DeleteAfter) * time.Second)
	} else {
		u.deleteAt = u.in.DeleteAt
	}
	u.perList = u.manifestLimit()
	if checkpointed {
		err = u.openCheckpoint(ctx, src)
	}
	return src, err
}

func (u *upload) check() error {
	if err := u.options.check(); err != nil {
		return err
	}
	u.profile = resolve(u.client, u.options.ClientOptions).Profile
	switch {
	case u.in.Container == "":
		return &OptionError{Field: "Container", Reason: "is missing"}
	case u.in.Object == "":
		return &OptionError{Field: "Object", Reason: "is missing"}
	case u.in.ObjectManifest != "":
		return &OptionError{Field: "ObjectManifest", Reason: "is the uploader's own"}
	case u.in.SymlinkTarget != "":
		return &OptionError{Field: "SymlinkTarget", Reason: "is of an object without content"}
	case u.in.DeleteAfter < 0:
		return &OptionError{Field: "DeleteAfter", Reason: "is negative"}
	case u.in.IfNoneMatch != "" && u.in.IfNoneMatch != "*":
		return &OptionError{Field: "IfNoneMatch", Reason: `a PUT takes "*" and nothing else`}
	case u.kind == kindMultipart && (u.uploader.multipart == nil || u.profile.Support("CreateMultipartUpload") == swift.Unsupported):
		return fmt.Errorf("%w: %s has no multipart uploads", swift.ErrUnsupported, u.profile.Name)
	case u.options.DeleteOldSegments && u.profile.Support("GetSLOManifest") == swift.Unsupported:
		return &OptionError{Field: "DeleteOldSegments", Reason: "needs manifests that can be read, and " + u.profile.Name + " has none"}
	}
	return nil
}

// engineLimits are those for segments.
func (u *upload) engineLimits(src multipart.Source) multipart.Limits {
	switch u.kind {
	case kindDLO:
		return u.limits.segments(maxNumber)
	case kindMultipart:
		return u.limits.multipart(u.uploader.leastPart)
	}
	most := u.perList
	// Nested manifests cost requests to read, so an object without need gets larger
	// segments in their stead.
	need := u.options.PartSize > 0 || src.Buffered() || src.Size()/int64(most) >= u.limits.maxFile
	if u.profile.NestedManifests && need {
		most = min(most*most, maxNumber)
	}
	return u.limits.segments(most)
}

// requestOptions are the options of every request; body is nil for those without one.
func (u *upload) requestOptions(body *multipart.Body) []func(*swift.Options) {
	if body == nil {
		return u.options.ClientOptions
	}
	return append(slices.Clip(u.options.ClientOptions), func(o *swift.Options) {
		o.Progress = body.Progress(o.Progress)
	})
}

// PutWhole sends the whole object by one request.
func (u *upload) PutWhole(ctx context.Context, body multipart.Body) error {
	if err := u.rememberOld(ctx); err != nil {
		return err
	}
	in := *u.in
	in.Body, in.ContentLength = body.SectionReader, ptr(body.Size())
	out, err := u.client.CreateObject(ctx, &in, u.requestOptions(&body)...)
	if err != nil {
		return err
	}
	u.output.ETag, u.output.LastModified, u.output.VersionID = out.ETag, out.LastModified, out.VersionID
	return nil
}

func ptr[T any](v T) *T { return &v }

// Begin finds or makes the place for the segments.
func (u *upload) Begin(ctx context.Context, plan multipart.Plan) (multipart.Target[segment], error) {
	if u.in.ETag != "" {
		return nil, &OptionError{Field: "ETag", Reason: "has no meaning for an object that goes in parts; raise Threshold"}
	}
	if u.checkpoint != nil && u.checkpoint.Loaded {
		return u, left(u.resume(ctx, plan))
	}
	if err := u.makeContainer(ctx); err != nil {
		return nil, err
	}
	u.segments.prefix = newPrefix(u.in.Object, u.kind, u.limits.maxName, u.uploader.now())
	if u.checkpoint != nil {
		return u, u.beginCheckpoint(plan)
	}
	return u, nil
}

// UploadPart sends one segment.
func (u *upload) UploadPart(ctx context.Context, number int, body multipart.Body) (segment, error) {
	if s, ok := u.resumed[number]; ok {
		return s, nil
	}
	u.note(number)
	in := &swift.CreateObjectInput{
		Container: u.segments.container, Object: u.segments.name(number), ContentType: "application/octet-stream",
		Body: body.SectionReader, ContentLength: ptr(body.Size()), DeleteAt: u.deleteAt,
	}
	out, err := u.client.CreateObject(ctx, in, u.requestOptions(&body)...)
	if err != nil {
		if !answered(err) {
			u.loose.Store(true)
		}
		return segment{}, err
	}
	s := segment{number: number, size: body.Size(), etag: unquoted(out.ETag)}
	return s, u.checkpoint.Add(s.noted())
}

// note keeps the highest number.
func (u *upload) note(number int) {
	for {
		high := u.started.Load()
		if int64(number) <= high || u.started.CompareAndSwap(high, int64(number)) {
			return
		}
	}
}

// Complete makes the object of the segments.
func (u *upload) Complete(ctx context.Context, receipts []segment) error {
	if err := u.rememberOld(ctx); err != nil {
		return err
	}
	if u.kind == kindDLO {
		return u.completeDLO(ctx, receipts)
	}
	return u.completeSLO(ctx, receipts)
}

// tidy is what comes after the object is in its place.
func (u *upload) tidy(ctx context.Context) error {
	return errors.Join(u.checkpoint.Remove(), u.removeOld(ctx))
}

func unquoted(etag string) string { return strings.ToLower(strings.Trim(etag, `"`)) }
