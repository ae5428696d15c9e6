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
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// download is one download under way.
type download struct {
	client   *swift.Client
	in       swift.GetObjectInput
	options  *DownloadOptions
	resolved swift.Options

	size   int64
	large  bool
	output DownloadOutput
	parts  []part
	whole  bool // one request, for all
}

// part is what one request is for.
type part struct {
	offset, size int64
	etag         string // the MD5 to compare with; empty: none
	segment      string // whose MD5 that is
}

func (r *download) failed(err error) error {
	return &DownloadError{Container: r.in.Container, Object: r.in.Object, Err: err}
}

func (r *download) check() error {
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
func (r *download) head(ctx context.Context) error {
	out, err := r.client.HeadObject(ctx, &swift.HeadObjectInput{
		Container: r.in.Container, Object: r.in.Object, VersionID: r.in.VersionID, Newest: r.in.Newest,
		IfMatch: r.in.IfMatch, IfNoneMatch: r.in.IfNoneMatch, IfModifiedSince: r.in.IfModifiedSince, IfUnmodifiedSince: r.in.IfUnmodifiedSince,
	}, r.options.ClientOptions...)
	if err != nil {
		return err
	}
	r.in.IfMatch, r.in.IfNoneMatch, r.in.IfModifiedSince, r.in.IfUnmodifiedSince = "", "", time.Time{}, time.Time{}
	r.size, r.large = out.ContentLength, out.StaticLargeObject || out.ObjectManifest != ""
	if !r.large {
		r.in.IfMatch = out.ETag // Ceph RGW compares that of a large one with its manifest's
	}
	r.output = DownloadOutput{
		Size: r.size, ETag: out.ETag, LastModified: out.LastModified, ContentType: out.ContentType, ContentEncoding: out.ContentEncoding,
		ContentDisposition: out.ContentDisposition, StaticLargeObject: out.StaticLargeObject, ObjectManifest: out.ObjectManifest,
		VersionID: out.VersionID, Metadata: out.Metadata,
	}
	return r.cut(ctx)
}

// cut decides on the parts.
func (r *download) cut(ctx context.Context) error {
	if r.options.VerifySegments && r.output.StaticLargeObject {
		return r.cutSegments(ctx)
	}
	size := r.options.PartSize
	if size == 0 {
		size = DefaultPartSize
	}
	if r.size <= size {
		r.parts, r.whole = []part{{size: r.size}}, true
		return nil
	}
	for offset := int64(0); offset < r.size; offset += size {
		r.parts = append(r.parts, part{offset: offset, size: min(size, r.size-offset)})
	}
	return nil
}

// cutSegments makes each segment a part.
func (r *download) cutSegments(ctx context.Context) error {
	t, err := manifests{r.client, r.options.ClientOptions, r.in.Newest}.tree(ctx, r.in.Container, r.in.Object, r.in.VersionID)
	if err != nil {
		return err
	}
	if t.size() != r.size {
		return fmt.Errorf("%w: it has %d bytes, its manifest %d", swift.ErrObjectChanged, r.size, t.size())
	}
	r.output.Verified = true
	var offset int64
	for i := range t.leaves {
		l := &t.leaves[i]
		r.output.Verified = r.output.Verified && (l.etag != "" || l.path == "")
		if l.size > 0 {
			r.parts = append(r.parts, part{offset: offset, size: l.size, etag: l.etag, segment: l.path})
		}
		offset += l.size
	}
	if r.size == 0 {
		r.parts, r.whole = []part{{}}, true
	}
	return nil
}

// run fetches the parts. When one fails the others are cancelled, and all have ended before
// it returns.
func (r *download) run(ctx context.Context, w io.WriterAt) (*DownloadOutput, error) {
	tracker := track(r.options.Progress)
	defer tracker.Stop()
	tracker.Expect(r.size, len(r.parts))

	compared, err := r.comparable(ctx)
	if err != nil {
		return nil, r.failed(err)
	}
	var back *readBack
	if at, ok := w.(io.ReaderAt); ok && compared && !r.whole {
		back = newReadBack(at, r.parts, unquoted(r.output.ETag))
	}
	workers, wctx := errgroup.WithContext(ctx)
	if back != nil {
		workers.Go(func() error { return back.run(wctx) })
	}
	o := Options{Concurrency: r.options.Concurrency}
	slots := make(chan struct{}, o.parallel())
fetch:
	for i := range r.parts {
		select {
		case slots <- struct{}{}:
		case <-wctx.Done():
			break fetch
		}
		workers.Go(func() error {
			defer func() { <-slots }()
			p := &r.parts[i]
			if err := r.fetch(wctx, p, w, tracker); err != nil {
				return &DownloadError{Container: r.in.Container, Object: r.in.Object, Offset: p.offset, Size: p.size, Err: err}
			}
			tracker.PartDone()
			back.done(i)
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		return nil, r.explain(ctx, err)
	}
	if ctx.Err() != nil {
		return nil, r.failed(context.Cause(ctx))
	}
	tracker.Finish(r.size, len(r.parts))
	out := r.output
	out.Parts = len(r.parts)
	out.Verified = out.Verified || compared && (r.whole || back != nil) // GetObject compares a whole
	return &out, nil
}

var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// fetch gets one part into its place.
func (r *download) fetch(ctx context.Context, p *part, w io.WriterAt, tracker *multipart.Tracker) error {
	in := r.in
	if !r.whole {
		in.Range = "bytes=" + strconv.FormatInt(p.offset, 10) + "-" + strconv.FormatInt(p.offset+p.size-1, 10)
	}
	out, err := r.client.GetObject(ctx, &in, r.options.ClientOptions...)
	switch {
	case errors.Is(err, swift.ErrPreconditionFailed), errors.Is(err, swift.ErrRangeNotSatisfiable):
		return fmt.Errorf("%w: %w", swift.ErrObjectChanged, err)
	case err != nil:
		return err
	}
	defer out.Body.Close()
	if err := r.same(p, out); err != nil {
		return err
	}
	sink := &sink{w: io.NewOffsetWriter(w, p.offset), tracker: tracker}
	if p.etag != "" {
		sink.digest = md5.New()
	}
	buf := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buf)
	n, err := io.CopyBuffer(sink, out.Body, buf[:])
	if err == nil && n != p.size {
		err = fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, n, p.size)
	}
	if err == nil && sink.digest != nil {
		if got := hex.EncodeToString(sink.digest.Sum(nil)); got != p.etag {
			err = fmt.Errorf("%w: segment %q is %s, received MD5 %s", swift.ErrETagMismatch, p.segment, p.etag, got)
		}
	}
	if err != nil {
		tracker.Add(-n)
	}
	return err
}

// same makes sure that an answer is of the object that the download began with, and of the
// part that was asked for.
func (r *download) same(p *part, out *swift.GetObjectOutput) error {
	switch {
	case out.ETag != r.output.ETag:
		return fmt.Errorf("%w: ETag %s, now %s", swift.ErrObjectChanged, r.output.ETag, out.ETag)
	case !out.LastModified.Equal(r.output.LastModified):
		return fmt.Errorf("%w: last modified %v, now %v", swift.ErrObjectChanged, r.output.LastModified, out.LastModified)
	case out.ContentLength >= 0 && out.ContentLength != p.size:
		if r.whole {
			return fmt.Errorf("%w: %d bytes, now %d", swift.ErrObjectChanged, r.size, out.ContentLength)
		}
		return fmt.Errorf("%w: %d bytes for a range of %d", swift.ErrMalformedAnswer, out.ContentLength, p.size)
	case r.whole:
		return nil
	}
	span, total, _ := strings.Cut(strings.TrimPrefix(out.ContentRange, "bytes "), "/")
	switch {
	case span != fmt.Sprintf("%d-%d", p.offset, p.offset+p.size-1):
		return fmt.Errorf("%w: range %q for the %d bytes at %d", swift.ErrMalformedAnswer, out.ContentRange, p.size, p.offset)
	case total != strconv.FormatInt(r.size, 10) && total != "*":
		return fmt.Errorf("%w: %d bytes, now %s", swift.ErrObjectChanged, r.size, total)
	}
	return nil
}

// sink writes a part, and counts and hashes it.
type sink struct {
	w       io.Writer
	tracker *multipart.Tracker
	digest  hash.Hash
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if s.digest != nil {
		s.digest.Write(p[:n])
	}
	s.tracker.Add(int64(n))
	return n, err
}

// comparable: the ETag is the MD5 of the whole, and is to be compared.
func (r *download) comparable(ctx context.Context) (bool, error) {
	if r.large || len(unquoted(r.output.ETag)) != 2*md5.Size || !r.resolved.Profile.ETagMD5 {
		return false, nil
	}
	if r.resolved.ETagCheck == swift.ETagCheckAuto {
		at, err := storageURL(ctx, &r.resolved)
		return err == nil && !strings.HasPrefix(at, "https:"), err
	}
	return r.resolved.ETagCheck == swift.ETagCheckAlways, nil
}

// readBack hashes what has been written, in order, as soon as it is there.
type readBack struct {
	at    io.ReaderAt
	parts []part
	etag  string
	ready []chan struct{}
}

func newReadBack(at io.ReaderAt, parts []part, etag string) *readBack {
	b := &readBack{at: at, parts: parts, etag: etag, ready: make([]chan struct{}, len(parts))}
	for i := range b.ready {
		b.ready[i] = make(chan struct{})
	}
	return b
}

func (b *readBack) done(i int) {
	if b != nil {
		close(b.ready[i])
	}
}

func (b *readBack) run(ctx context.Context) error {
	digest := md5.New()
	buf := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buf)
	for i := range b.parts {
		select {
		case <-b.ready[i]:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		p := &b.parts[i]
		n, err := io.CopyBuffer(digestWriter{digest}, io.NewSectionReader(b.at, p.offset, p.size), buf[:])
		if err == nil && n != p.size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("read back what was written: %w", err)
		}
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != b.etag {
		return fmt.Errorf("%w: the ETag is %s, what was written has MD5 %s", swift.ErrETagMismatch, b.etag, got)
	}
	return nil
}

// digestWriter hides all but Write.
type digestWriter struct{ io.Writer }

// explain finds out what a failed request may be about: servers break off, or answer some
// error, when a segment is not what the manifest says.
func (r *download) explain(ctx context.Context, err error) error {
	var failed *DownloadError
	if !errors.As(err, &failed) {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return r.failed(err)
	}
	if ctx.Err() != nil {
		if cause := context.Cause(ctx); !errors.Is(failed.Err, ctx.Err()) || !errors.Is(failed.Err, cause) {
			failed.Err = fmt.Errorf("%w: %w", ctx.Err(), cause)
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
func (r *download) changedSegments(ctx context.Context, from, size int64) []swift.SLOSegmentError {
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
