package transfer

import (
	"context"
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/swift"
)

// downloading is one download under way.
type downloading struct {
	client   *swift.Client
	in       swift.GetObjectInput
	options  *DownloadOptions
	resolved swift.Options
	meter    *multipart.Meter

	large    bool
	state    download.Object
	output   DownloadOutput
	parts    []download.Part
	segments []segmentOf // of the parts, where they are segments
	whole    bool        // one request, for all
}

// segmentOf tells of a part that is a segment.
type segmentOf struct {
	etag string // the MD5 to compare with; empty: none
	path string
}

func (r *downloading) failed(err error) error {
	return &DownloadError{Container: r.in.Container, Object: r.in.Object, Err: err}
}

func (r *downloading) check() error {
	switch {
	case r.in.Container == "":
		return &OptionError{Field: "Container", Reason: "is missing"}
	case r.in.Object == "":
		return &OptionError{Field: "Object", Reason: "is missing"}
	case r.in.Range != "":
		return &OptionError{Field: "Range", Reason: "has no meaning for a download of the whole object"}
	case r.in.MultipartManifest != "" || r.in.Format != "":
		return &OptionError{Field: "MultipartManifest", Reason: "is what GetSLOManifest is for"}
	case r.in.Symlink != "":
		return &OptionError{Field: "Symlink", Reason: "has no content"}
	case r.options.VerifySegments && r.resolved.Profile.Support("GetSLOManifest") == swift.Unsupported:
		return &OptionError{Field: "VerifySegments", Reason: "needs manifests that can be read, and " + r.resolved.Profile.Name + " has none"}
	}
	return r.options.check()
}

// head finds out what the object is, and pins it.
func (r *downloading) head(ctx context.Context) error {
	out, err := r.client.HeadObject(ctx, &swift.HeadObjectInput{
		Container: r.in.Container, Object: r.in.Object, VersionID: r.in.VersionID, Newest: r.in.Newest,
		IfMatch: r.in.IfMatch, IfNoneMatch: r.in.IfNoneMatch, IfModifiedSince: r.in.IfModifiedSince, IfUnmodifiedSince: r.in.IfUnmodifiedSince,
	}, r.options.ClientOptions...)
	if err != nil {
		return err
	}
	r.in.IfMatch, r.in.IfNoneMatch, r.in.IfModifiedSince, r.in.IfUnmodifiedSince = "", "", time.Time{}, time.Time{}
	r.large = out.StaticLargeObject || out.ObjectManifest != ""
	r.state = download.Object{
		Size: out.ContentLength, ETag: out.ETag, LastModified: out.LastModified,
		Changed: swift.ErrObjectChanged, Malformed: swift.ErrMalformedAnswer,
	}
	if !r.large {
		r.in.IfMatch = out.ETag // Ceph RGW compares that of a large one with its manifest's
	}
	r.output = DownloadOutput{
		Size: out.ContentLength, ETag: out.ETag, LastModified: out.LastModified, ContentType: out.ContentType, ContentEncoding: out.ContentEncoding,
		ContentDisposition: out.ContentDisposition, StaticLargeObject: out.StaticLargeObject, ObjectManifest: out.ObjectManifest,
		VersionID: out.VersionID, Metadata: out.Metadata,
	}
	return r.cut(ctx)
}

// cut decides on the parts.
func (r *downloading) cut(ctx context.Context) error {
	if r.options.VerifySegments && r.output.StaticLargeObject {
		return r.cutSegments(ctx)
	}
	size := r.options.PartSize
	if size == 0 {
		size = DefaultPartSize
	}
	var err error
	if r.whole = r.state.Size <= size; r.whole {
		r.parts = []download.Part{{Size: r.state.Size}}
	} else {
		r.parts, err = download.Cut(r.state.Size, size)
	}
	return err
}

// cutSegments makes each segment a part.
func (r *downloading) cutSegments(ctx context.Context) error {
	t, err := manifests{r.client, r.options.ClientOptions, r.in.Newest}.tree(ctx, r.in.Container, r.in.Object, r.in.VersionID)
	if err != nil {
		return err
	}
	if t.size() != r.state.Size {
		return fmt.Errorf("%w: it has %d bytes, its manifest %d", swift.ErrObjectChanged, r.state.Size, t.size())
	}
	r.output.Verified = true
	var offset int64
	for i := range t.leaves {
		l := &t.leaves[i]
		r.output.Verified = r.output.Verified && (l.etag != "" || l.path == "")
		if l.size > 0 {
			r.parts = append(r.parts, download.Part{Offset: offset, Size: l.size})
			r.segments = append(r.segments, segmentOf{l.etag, l.path})
		}
		offset += l.size
	}
	if r.state.Size == 0 {
		r.parts, r.whole = []download.Part{{}}, true
	}
	return nil
}

// run fetches the parts. When one fails the others are cancelled, and all have ended before
// it returns.
func (r *downloading) run(ctx context.Context, w io.WriterAt) (_ *DownloadOutput, err error) {
	measured := r.meter.Transfer("download")
	defer func() { measured.End(err) }()
	tracker := track(r.options.Progress, measured)
	defer tracker.Stop()
	tracker.Expect(r.state.Size, len(r.parts))

	compared, err := r.comparable(ctx)
	if err != nil {
		return nil, r.failed(err)
	}
	var back *download.ReadBack
	o := Options{Concurrency: r.options.Concurrency}
	workers, wctx := download.NewWorkers(ctx, schedule.New(schedule.Options{Concurrency: o.parallel(), InFlight: r.meter.InFlight()}).Lane(0))
	if at, ok := w.(io.ReaderAt); ok && compared && !r.whole {
		back = download.NewReadBack(at, r.parts)
		workers.Go(func() error { return r.compare(wctx, back) })
	}
	for i, p := range r.parts {
		if !workers.Fetch(func(*schedule.Slot) (int64, error) {
			n, err := r.fetch(wctx, i, w, tracker)
			if err != nil {
				return n, &DownloadError{Container: r.in.Container, Object: r.in.Object, Offset: p.Offset, Size: p.Size, Err: err}
			}
			tracker.PartDone()
			back.Done(i)
			return n, nil
		}) {
			break
		}
	}
	if err := workers.Wait(); err != nil {
		return nil, r.explain(ctx, err)
	}
	if ctx.Err() != nil {
		return nil, r.failed(transport.Ended(ctx))
	}
	tracker.Finish(r.state.Size, len(r.parts))
	out := r.output
	out.Parts = len(r.parts)
	out.Verified = out.Verified || compared && (r.whole || back != nil) // GetObject compares a whole
	return &out, nil
}

// fetch gets one part into its place.
func (r *downloading) fetch(ctx context.Context, i int, w io.WriterAt, tracker *multipart.Tracker) (int64, error) {
	in, p := r.in, r.parts[i]
	if !r.whole {
		in.Range = p.Range()
	}
	out, err := r.client.GetObject(ctx, &in, r.options.ClientOptions...)
	switch {
	case errors.Is(err, swift.ErrPreconditionFailed), errors.Is(err, swift.ErrRangeNotSatisfiable):
		return 0, fmt.Errorf("%w: %w", swift.ErrObjectChanged, err)
	case err != nil:
		return 0, err
	}
	defer out.Body.Close()
	answer := download.Answer{ETag: out.ETag, LastModified: out.LastModified, ContentLength: out.ContentLength, ContentRange: out.ContentRange}
	if r.whole {
		err = r.state.Whole(answer)
	} else {
		err = r.state.Part(p, answer)
	}
	if err != nil {
		return 0, err
	}
	var digest hash.Hash
	if r.segments != nil && r.segments[i].etag != "" {
		digest = md5.New()
	}
	n, err := download.Copy(w, p, out.Body, func(b []byte) {
		if digest != nil {
			digest.Write(b)
		}
		tracker.Add(int64(len(b)))
	})
	if err == nil && digest != nil {
		if got, s := hex.EncodeToString(digest.Sum(nil)), r.segments[i]; got != s.etag {
			err = fmt.Errorf("%w: segment %q is %s, received MD5 %s", swift.ErrETagMismatch, s.path, s.etag, got)
		}
	}
	if err != nil {
		tracker.Add(-n)
	}
	return n, err
}

// comparable: the ETag is the MD5 of the whole, and is to be compared.
func (r *downloading) comparable(ctx context.Context) (bool, error) {
	if r.large || len(unquoted(r.output.ETag)) != 2*md5.Size || !r.resolved.Profile.ETagMD5 {
		return false, nil
	}
	if r.resolved.ETagCheck == swift.ETagCheckAuto {
		at, err := storageURL(ctx, &r.resolved)
		return err == nil && !strings.HasPrefix(at, "https:"), err
	}
	return r.resolved.ETagCheck == swift.ETagCheckAlways, nil
}

// compare holds what was written against the ETag.
func (r *downloading) compare(ctx context.Context, back *download.ReadBack) error {
	digest := md5.New()
	if err := back.Run(ctx, digest); err != nil {
		return err
	}
	if got, want := hex.EncodeToString(digest.Sum(nil)), unquoted(r.state.ETag); got != want {
		return fmt.Errorf("%w: the ETag is %s, what was written has MD5 %s", swift.ErrETagMismatch, want, got)
	}
	return nil
}

// explain finds out what a failed request may be about: servers break off, or answer some
// error, when a segment is not what the manifest says.
func (r *downloading) explain(ctx context.Context, err error) error {
	var failed *DownloadError
	if !errors.As(err, &failed) {
		if ctx.Err() != nil {
			err = transport.Ended(ctx)
		}
		return r.failed(err)
	}
	if ctx.Err() != nil {
		if !errors.Is(failed.Err, ctx.Err()) || !errors.Is(failed.Err, context.Cause(ctx)) {
			failed.Err = transport.Ended(ctx)
		}
		return failed
	}
	if !r.output.StaticLargeObject || errors.Is(err, swift.ErrObjectChanged) || r.resolved.Profile.Support("GetSLOManifest") == swift.Unsupported {
		return failed
	}
	if wrong := r.changedSegments(ctx, failed.Offset, failed.Size); len(wrong) > 0 {
		failed.Err = &swift.SLOError{Segments: wrong, Err: failed.Err}
	}
	return failed
}

// changedSegments are the segments of a part that are not those of the manifest any more.
func (r *downloading) changedSegments(ctx context.Context, from, size int64) []swift.SLOSegmentError {
	t, err := manifests{r.client, r.options.ClientOptions, false}.tree(ctx, r.in.Container, r.in.Object, r.in.VersionID)
	if err != nil {
		return nil // what failed says more than why nobody knows more
	}
	var wrong []swift.SLOSegmentError
	var offset int64
	for i := range t.leaves {
		l := &t.leaves[i]
		begins := offset
		offset += l.size
		if l.path == "" || offset <= from || begins >= from+size {
			continue
		}
		container, object, _ := strings.Cut(l.path, "/")
		head, err := r.client.HeadObject(ctx, &swift.HeadObjectInput{Container: container, Object: object}, r.options.ClientOptions...)
		reason := ""
		switch {
		case errors.Is(err, swift.ErrNotFound):
			reason = strconv.Itoa(http.StatusNotFound) + " " + http.StatusText(http.StatusNotFound)
		case err == nil:
			reason = differs(segment{size: l.stored, etag: l.storedETag}, head.ContentLength, head.ETag)
		}
		if reason != "" {
			wrong = append(wrong, swift.SLOSegmentError{Path: l.path, Reason: reason})
		}
	}
	return wrong
}
