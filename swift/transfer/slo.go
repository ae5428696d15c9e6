package transfer

import (
	"context"
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/swift"
)

// manifestLimit is how many segments one manifest takes: as many as the server and the
// option say, and as fit into the server's size of a manifest.
func (u *upload) manifestLimit() int {
	most := max(u.limits.maxSegments, 2)
	if asked := u.options.MaxManifestSegments; asked > 0 {
		most = min(most, asked)
	}
	if size := u.limits.maxManifestSize; size > 0 {
		longest := segments{u.segments.container, base(u.in.Object, u.kind, u.limits.maxName) + strings.Repeat("0", idLength)}
		path, _ := json.Marshal(longest.container + "/" + longest.manifest(1, 1)) //nolint:errchkjson // a string
		const rest = `{"path":,"etag":"","size_bytes":},` + "0123456789abcdef0123456789abcdef" + "9223372036854775807"
		most = min(most, max(int(size)/(len(path)+len(rest)), 2))
	}
	return most
}

// completeSLO puts the manifest, and before it those that it names when one does not hold
// all segments.
func (u *upload) completeSLO(ctx context.Context, receipts []segment) error {
	if !u.profile.SegmentETags {
		if err := u.compare(ctx, receipts); err != nil {
			return err
		}
	}
	entries := make([]swift.SLOSegment, len(receipts))
	for i, s := range receipts {
		entries[i] = swift.SLOSegment{Path: u.segments.container + "/" + u.segments.name(s.number), ETag: s.etag, SizeBytes: s.size}
	}
	u.output.Manifests = 1
	for level := 1; len(entries) > u.perList; level++ {
		var err error
		if entries, err = u.nest(ctx, level, entries); err != nil {
			return err
		}
		u.output.Manifests += len(entries)
	}
	return u.putManifest(ctx, entries)
}

// nest puts manifests of as many segments as one takes, and returns them as segments.
func (u *upload) nest(ctx context.Context, level int, entries []swift.SLOSegment) ([]swift.SLOSegment, error) {
	lists := (len(entries) + u.perList - 1) / u.perList
	above := make([]swift.SLOSegment, lists)
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(u.options.parallel())
	for i := range lists {
		part := entries[i*u.perList : min((i+1)*u.perList, len(entries))]
		name := u.segments.manifest(level, i+1)
		workers.Go(func() error {
			u.mu.Lock()
			u.nested = append(u.nested, name)
			u.mu.Unlock()
			in := &swift.CreateSLOManifestInput{
				Container: u.segments.container, Object: name, Segments: part, Heartbeat: true,
				ContentType: "application/octet-stream", DeleteAt: u.deleteAt,
			}
			out, err := u.client.CreateSLOManifest(ctx, in, u.options.ClientOptions...)
			if err != nil {
				if !answered(err) {
					u.loose.Store(true)
				}
				return fmt.Errorf("manifest %d of %d: %w", i+1, lists, err)
			}
			above[i] = swift.SLOSegment{Path: u.segments.container + "/" + name, ETag: unquoted(out.ETag)}
			for _, s := range part {
				above[i].SizeBytes += s.SizeBytes
			}
			return nil
		})
	}
	return above, workers.Wait()
}

// etagOf is the ETag that an SLO of these segments has; empty where one is not known.
func etagOf(entries []swift.SLOSegment) string {
	h := md5.New()
	for i := range entries {
		if entries[i].ETag == "" {
			return ""
		}
		_, _ = io.WriteString(h, entries[i].ETag)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// putManifest makes the object.
func (u *upload) putManifest(ctx context.Context, entries []swift.SLOSegment) error {
	in := &swift.CreateSLOManifestInput{
		Container: u.in.Container, Object: u.in.Object, Segments: entries, Heartbeat: true,
		ContentType: u.in.ContentType, DetectContentType: u.in.DetectContentType, ContentEncoding: u.in.ContentEncoding,
		ContentDisposition: u.in.ContentDisposition, DeleteAt: u.deleteAt, IfNoneMatch: u.in.IfNoneMatch, Metadata: u.in.Metadata,
	}
	want := etagOf(entries)
	var out *swift.CreateSLOManifestOutput
	asked, err := u.settle(ctx, func(ctx context.Context) (err error) {
		out, err = u.client.CreateSLOManifest(ctx, in, u.options.ClientOptions...)
		return err
	})
	if err != nil {
		if !asked || !ambiguous(err) {
			return err
		}
		return u.look(ctx, err, func(ctx context.Context) (bool, error) { return u.publishedSLO(ctx, want) })
	}
	u.output.ETag, u.output.LastModified, u.output.VersionID = out.ETag, out.LastModified, out.VersionID
	switch got := unquoted(out.ETag); {
	case got == want && want != "":
		u.output.Verified = true
	case got != "" && want != "":
		return &completedError{fmt.Errorf("%w: ETag is %s, the segments make %s", ErrIncomplete, got, want)}
	}
	return nil
}

// settle makes the request that makes the object. Once it is sent it outlasts the caller's
// context, by half a second, since an answer that nobody waits for leaves the object in doubt;
// asked is false when the context had ended before.
func (u *upload) settle(ctx context.Context, request func(context.Context) error) (asked bool, err error) {
	if ctx.Err() != nil {
		return false, transport.Ended(ctx)
	}
	longer, cancel := multipart.Outlast(ctx)
	defer cancel()
	return true, request(longer)
}

// ambiguous: the failure does not tell whether the object was made. A server that answers
// 5xx may have made it on some of its disks.
func ambiguous(err error) bool {
	var refused *swift.Error
	if !errors.As(err, &refused) {
		return !errors.Is(err, swift.ErrUnsupported)
	}
	return refused.StatusCode >= 500 || refused.StatusCode < 300 || errors.Is(err, swift.ErrPreconditionFailed)
}

const (
	// lookTimeout bounds the look at the object when the answer to its manifest was lost.
	lookTimeout = 30 * time.Second
	// looks is how often it is looked at when there was no answer at all: the server may
	// be at work on the manifest.
	looks = 5
	// looksCancelled is the same for a caller who wants to go.
	looksCancelled = 2
)

// look decides an ambiguous manifest by what is there.
func (u *upload) look(ctx context.Context, cause error, published func(context.Context) (bool, error)) error {
	rounds := 1
	switch {
	case answered(cause):
	case ctx.Err() != nil:
		rounds = looksCancelled
	default:
		rounds = looks
	}
	// The caller's context may be what cut the answer off.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	for n := 1; ; n++ {
		ours, err := published(ctx)
		switch {
		case ours:
			return nil
		case err == nil && answered(cause):
			return cause // a refusal after all
		case n < rounds && u.uploader.wait(ctx):
			continue
		}
		return settled{fmt.Errorf("%w: %w", ErrAmbiguous, cause)}
	}
}

// publishedSLO reports whether the object that is there is made of this upload's segments,
// and fills in the output from it.
func (u *upload) publishedSLO(ctx context.Context, want string) (bool, error) {
	opts := u.options.ClientOptions
	head, err := u.client.HeadObject(ctx, &swift.HeadObjectInput{Container: u.in.Container, Object: u.in.Object, Newest: true}, opts...)
	switch {
	case errors.Is(err, swift.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	ours := head.StaticLargeObject && (want == "" || unquoted(head.ETag) == want)
	if ours && u.profile.Support("GetSLOManifest") != swift.Unsupported {
		// The same content, in segments of the same size, has the same ETag.
		m, err := u.client.GetSLOManifest(ctx, &swift.GetSLOManifestInput{Container: u.in.Container, Object: u.in.Object, Newest: true}, opts...)
		if err != nil {
			return false, err
		}
		ours = len(m.Segments) > 0 && u.segments.holds(m.Segments[0].Path)
	}
	if ours {
		u.output.ETag, u.output.LastModified, u.output.VersionID = head.ETag, head.LastModified, head.VersionID
		u.output.Verified = want != ""
	}
	return ours, nil
}

// wait gives the server time to settle; false when ctx ends before.
func (u *Uploader) wait(ctx context.Context) bool {
	t := time.NewTimer(u.pause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// compare holds the server to what it said of each segment, where the manifest does not.
func (u *upload) compare(ctx context.Context, receipts []segment) error {
	listed, err := u.list(ctx)
	if err != nil {
		return err
	}
	wrong, err := u.differences(ctx, receipts, listed)
	if err == nil && len(wrong) > 0 {
		err = &swift.SLOError{Segments: wrong, Err: ErrIncomplete}
	}
	return err
}

// differences are the segments that the server has not as they were sent. A listing may lag
// behind: what it does not show, or shows as it was before, is looked at.
func (u *upload) differences(ctx context.Context, receipts []segment, listed map[string]swift.Object) ([]swift.SLOSegmentError, error) {
	reasons := make([]string, len(receipts))
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(u.options.parallel())
	for i, s := range receipts {
		name := u.segments.name(s.number)
		if o, ok := listed[name]; ok && differs(s, o.Bytes, o.Hash) == "" {
			continue
		}
		workers.Go(func() error {
			head, err := u.client.HeadObject(ctx, &swift.HeadObjectInput{Container: u.segments.container, Object: name}, u.options.ClientOptions...)
			switch {
			case errors.Is(err, swift.ErrNotFound):
				reasons[i] = "404 Not Found"
			case err != nil:
				return fmt.Errorf("segment %d: %w", s.number, err)
			default:
				reasons[i] = differs(s, head.ContentLength, head.ETag)
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		return nil, err
	}
	var wrong []swift.SLOSegmentError
	for i, reason := range reasons {
		if reason != "" {
			wrong = append(wrong, swift.SLOSegmentError{Path: u.segments.container + "/" + u.segments.name(receipts[i].number), Reason: reason})
		}
	}
	return wrong, nil
}

// differs says in Swift's words what of a segment is another, or nothing.
func differs(s segment, size int64, etag string) string {
	etag = unquoted(etag)
	switch {
	case size != s.size:
		return "Size Mismatch"
	case etag != "" && s.etag != "" && etag != s.etag:
		return "Etag Mismatch"
	}
	return ""
}
