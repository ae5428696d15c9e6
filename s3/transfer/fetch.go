package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/internal/ranged"
	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/s3"
)

// fetch is an object that is read by ranges, all of one and the same state of it.
type fetch struct {
	manager  *Manager
	client   Client
	lane     *schedule.Lane
	in       s3.GetObjectInput // for every request; what differs is set on a copy
	options  *Options
	resolved s3.Options

	state   download.Object
	version string // that the first answer told; empty in a bucket without versions
	// whole: the first answer is all of the object, and there are no others.
	whole bool
}

// errMalformed: the answer is for something else than was asked.
var errMalformed = fmt.Errorf("%w: the server answered another range than was asked for", s3.ErrMalformedAnswer)

// newFetch checks what can be checked before anything is sent.
func (m *Manager) newFetch(in *s3.GetObjectInput, o *Options) (*fetch, error) {
	if in == nil {
		in = new(s3.GetObjectInput)
	}
	f := &fetch{manager: m, client: m.client, lane: m.shared.Lane(o.Concurrency), in: *in, options: o, resolved: m.resolve(o)}
	f.state.Changed, f.state.Malformed = s3.ErrObjectChanged, errMalformed
	return f, f.check()
}

// begun registers it with the manager.
func (f *fetch) begun() *transferring {
	return f.manager.begin(OperationDownload, f.in.Bucket, f.in.Key, f.options)
}

func (f *fetch) check() error {
	const whole = "has no meaning for a download of the whole object"
	p := &f.resolved.Profile
	switch {
	case f.in.Bucket == "":
		return &OptionError{Field: "Bucket", Reason: "is missing"}
	case f.in.Key == "":
		return &OptionError{Field: "Key", Reason: "is missing"}
	case f.in.Range != "":
		return &OptionError{Field: "Range", Reason: whole}
	case f.in.PartNumber != 0:
		return &OptionError{Field: "PartNumber", Reason: whole}
	case f.options.Integrity == IntegrityChecksum && len(p.Checksums) == 0:
		return &OptionError{Field: "Integrity", Reason: "is checksum, but " + p.Name + " stores none"}
	case f.options.Integrity == IntegrityMD5 && !p.ETagMD5:
		return &OptionError{Field: "Integrity", Reason: "is md5, but " + p.Name + "'s ETags are none"}
	}
	return f.options.check()
}

// first asks for the first size bytes, and pins the object to the state that answers. All of
// it is asked for where it is known to be no longer: then the answer tells its checksum.
func (f *fetch) first(ctx context.Context, slot *schedule.Slot, size int64) (*s3.GetObjectOutput, error) {
	in := f.in
	if f.options.size == nil || *f.options.size > size {
		in.Range = ranged.Header(0, size)
	}
	out, err := f.get(ctx, slot, &in)
	if in.Range != "" && (unsatisfiable(err) || err == nil && emptyRange(out)) {
		// There is no first byte: it is empty. Alluxio answers a range all the same.
		if err == nil {
			out.Body.Close()
		}
		in.Range = ""
		out, err = f.get(ctx, slot, &in)
	}
	if err != nil {
		return nil, err
	}
	f.pinned(out)
	f.state.Size, f.state.ETag, f.state.LastModified = out.ContentLength, out.ETag, out.LastModified
	if f.whole = out.ContentRange == ""; f.whole {
		// It was asked for, or the server, or a cache before it, knows no ranges.
		return out, nil
	}
	span, _ := ranged.ParseContentRange(out.ContentRange)
	f.state.Size = span.Size
	if err := f.state.Part(download.Part{Size: min(size, span.Size)}, answerOf(out)); err != nil || span.Size < 0 {
		out.Body.Close()
		return nil, fmt.Errorf("%w: %q to %q", errMalformed, out.ContentRange, in.Range)
	}
	return out, nil
}

// pinned: the caller's conditions have been put, and hold for no other request.
func (f *fetch) pinned(out *s3.GetObjectOutput) {
	f.in.IfMatch, f.in.IfNoneMatch, f.in.IfModifiedSince, f.in.IfUnmodifiedSince = "", "", time.Time{}, time.Time{}
	f.version = out.VersionId
}

func (f *fetch) get(ctx context.Context, slot *schedule.Slot, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	if f.wantsChecksum() {
		in.ChecksumMode = s3.ChecksumModeEnabled // of use in an answer without a range
	}
	return f.client.GetObject(ctx, in, append(slices.Clip(f.options.ClientOptions), observed(slot.Retried))...)
}

// part asks for a part of the object that was pinned.
func (f *fetch) part(ctx context.Context, slot *schedule.Slot, p download.Part) (*s3.GetObjectOutput, error) {
	in := f.in
	in.Range, in.IfMatch = p.Range(), f.condition()
	out, err := f.get(ctx, slot, &in)
	if f.versioned(err) {
		in.VersionId = f.version
		replaced := err
		if out, err = f.get(ctx, slot, &in); errors.Is(err, s3.ErrNotFound) || errors.Is(err, s3.ErrForbidden) {
			err = fmt.Errorf("%w; version %s: %w", replaced, f.version, err)
		}
	}
	switch {
	case errors.Is(err, s3.ErrPreconditionFailed), unsatisfiable(err):
		return nil, fmt.Errorf("%w: %w", s3.ErrObjectChanged, err)
	case err != nil:
		return nil, err
	}
	if err := f.state.Part(p, answerOf(out)); err != nil {
		out.Body.Close()
		return nil, err
	}
	return out, nil
}

// condition is the ETag for If-Match, which a weak one never satisfies.
func (f *fetch) condition() string {
	if strings.HasPrefix(f.state.ETag, "W/") {
		return ""
	}
	return f.state.ETag
}

// versioned: the object was replaced, but in a versioned bucket it is still there under its
// version. Not asked for at once, since that takes a permission of its own.
func (f *fetch) versioned(err error) bool {
	return errors.Is(err, s3.ErrPreconditionFailed) && f.in.VersionId == "" && f.version != ""
}

func answerOf(out *s3.GetObjectOutput) download.Answer {
	return download.Answer{ETag: out.ETag, LastModified: out.LastModified, ContentLength: out.ContentLength, ContentRange: out.ContentRange}
}

// emptyRange: the answer is a range of no bytes.
func emptyRange(out *s3.GetObjectOutput) bool {
	return strings.HasPrefix(out.ContentRange, "bytes ") && strings.HasSuffix(out.ContentRange, "/0")
}

func unsatisfiable(err error) bool {
	var e *s3.Error
	return errors.As(err, &e) && e.StatusCode == http.StatusRequestedRangeNotSatisfiable
}

// body is that of an answer at no more than the manager's bandwidth.
func (f *fetch) body(ctx context.Context, out *s3.GetObjectOutput) io.Reader {
	return f.manager.limiter(f.options).Reader(ctx, out.Body)
}
