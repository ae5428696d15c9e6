package transfer

import (
	"context"
	"errors"

	"github.com/stowage-go/stowage/swift"
)

// completeDLO puts the object that names the prefix.
func (u *upload) completeDLO(ctx context.Context, receipts []segment) error {
	listed, err := u.awaitListing(ctx, receipts)
	if err != nil {
		return err
	}
	in := *u.in
	in.Body, in.ContentLength, in.ETag = nil, ptr(int64(0)), ""
	in.DeleteAt, in.DeleteAfter = u.deleteAt, 0
	in.ObjectManifest = u.segments.container + "/" + u.segments.prefix
	var out *swift.CreateObjectOutput
	asked, err := u.settle(ctx, func(ctx context.Context) (err error) {
		out, err = u.client.CreateObject(ctx, &in, u.options.ClientOptions...)
		return err
	})
	if err != nil {
		if !asked || !ambiguous(err) {
			return err
		}
		return u.look(ctx, err, u.publishedDLO)
	}
	// Its ETag is that of nothing.
	u.output.LastModified, u.output.VersionID, u.output.Verified = out.LastModified, out.VersionID, listed
	return nil
}

// awaitListing reports whether the server lists all segments, as they were sent, and gives it
// some time to do so. A segment that is another is an error.
func (u *upload) awaitListing(ctx context.Context, receipts []segment) (bool, error) {
	for n := 1; ; n++ {
		listed, err := u.list(ctx)
		if err != nil {
			return false, err
		}
		all := true
		for _, s := range receipts {
			o, ok := listed[u.segments.name(s.number)]
			all = all && ok && differs(s, o.Bytes, o.Hash) == ""
		}
		switch {
		case all:
			return true, nil
		case n < looks && u.uploader.wait(ctx):
			continue
		case ctx.Err() != nil:
			return false, ctx.Err()
		}
		wrong, err := u.differences(ctx, receipts, listed)
		if err == nil && len(wrong) > 0 {
			err = &swift.SLOError{Segments: wrong, Err: ErrIncomplete}
		}
		return false, err
	}
}

// publishedDLO reports whether the object that is there names this upload's segments.
func (u *upload) publishedDLO(ctx context.Context) (bool, error) {
	head, err := u.client.HeadObject(ctx, &swift.HeadObjectInput{Container: u.in.Container, Object: u.in.Object, Newest: true}, u.options.ClientOptions...)
	switch {
	case errors.Is(err, swift.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	container, prefix, ok := manifestOf(head.ObjectManifest)
	if !ok || container != u.segments.container || prefix != u.segments.prefix {
		return false, nil
	}
	u.output.LastModified, u.output.VersionID = head.LastModified, head.VersionID
	return true, nil
}
