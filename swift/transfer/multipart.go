package transfer

import (
	"context"
	"crypto/md5" // the ETag of an object in parts
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/swift"
)

// kindMultipart is KakaoCloud's multipart upload.
const kindMultipart kind = "multipart"

// multipart are the limits of KakaoCloud, and of S3, whose operations these are.
func (l *limits) multipart(least int64) multipart.Limits {
	return multipart.Limits{
		MinPartSize: least, MaxPartSize: l.maxFile, MaxParts: multipart.DefaultMaxParts, MaxPutSize: l.maxFile, MaxObjectSize: math.MaxInt64,
	}
}

// multipartClient are the operations of a multipart upload. A part is listed by its number.
type multipartClient interface {
	create(ctx context.Context, container, object string, opts []func(*swift.Options)) (id string, err error)
	put(ctx context.Context, container, object, id string, number int, body io.Reader, size int64, opts []func(*swift.Options)) (etag string, err error)
	list(ctx context.Context, container, object, id string, opts []func(*swift.Options)) (map[int]segment, error)
	complete(ctx context.Context, container, object, id string, parts []segment, opts []func(*swift.Options)) (etag string, err error)
	abort(ctx context.Context, container, object, id string, opts []func(*swift.Options)) error
}

// UploadMultipart is [Uploader.UploadSLO] with KakaoCloud's multipart upload, which needs no
// segments of its own: parts of 5 MiB to 5 GiB, 10,000 of them. Of an object in parts only
// the name can be told; ContentType, Metadata and all else is an [OptionError] then
// (swift.Client.UpdateObject sets them afterwards). swift.ErrUnsupported on all other servers.
// (KakaoCloud, Object Storage, "Swift API", "Initiate Multipart Upload" and following.)
func (u *Uploader) UploadMultipart(ctx context.Context, in *swift.CreateObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
	return u.upload(ctx, kindMultipart, in, fns)
}

// parts is an upload of parts: the engine's Store, and its Target once they have begun.
type parts struct {
	*upload

	joining bool // Complete was tried
}

// nameOnly refuses what a multipart upload can't carry.
func (p *parts) nameOnly() error {
	in := p.in
	for _, m := range []struct {
		name string
		set  bool
	}{
		{"ETag", in.ETag != ""},
		{"ContentType", in.ContentType != ""},
		{"DetectContentType", in.DetectContentType},
		{"ContentEncoding", in.ContentEncoding != ""},
		{"ContentDisposition", in.ContentDisposition != ""},
		{"DeleteAt", !in.DeleteAt.IsZero()},
		{"DeleteAfter", in.DeleteAfter != 0},
		{"IfNoneMatch", in.IfNoneMatch != ""},
		{"Metadata", len(in.Metadata) > 0},
	} {
		if m.set {
			return &OptionError{Field: m.name, Reason: "can't be told for an object that goes in parts of a multipart upload"}
		}
	}
	return nil
}

// Begin creates the multipart upload, or goes on with the checkpoint's.
func (p *parts) Begin(ctx context.Context, plan multipart.Plan) (multipart.Target[segment], error) {
	if err := p.nameOnly(); err != nil {
		return nil, err
	}
	c := p.checkpoint
	if c != nil && c.Loaded {
		return p, left(p.resume(ctx, plan))
	}
	id, err := p.create(ctx)
	if err != nil {
		return nil, err
	}
	p.uploadID = id
	if c == nil {
		return p, nil
	}
	c.Header.UploadID, c.Header.PartSize = id, plan.PartSize
	if err := c.Write(); err != nil {
		// Nobody else knows of it.
		return nil, errors.Join(err, p.Abort(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// create begins an upload. When nobody knows whether it has, the error tells so.
func (p *parts) create(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", transport.Ended(ctx)
	}
	ctx, cancel := multipart.Outlast(ctx)
	defer cancel()
	id, err := p.uploader.multipart.create(ctx, p.in.Container, p.in.Object, p.options.ClientOptions)
	if err != nil && transport.MayHaveWorked(err) {
		return "", &multipart.UploadError{Err: err, Cleanup: multipart.CleanupUnknown}
	}
	return id, err
}

// resume finds out which parts need not be sent again.
func (p *parts) resume(ctx context.Context, plan multipart.Plan) error {
	c := p.checkpoint
	if err := fits(c, plan); err != nil {
		return err
	}
	p.uploadID = c.Header.UploadID
	stored, err := p.uploader.multipart.list(ctx, p.in.Container, p.in.Object, p.uploadID, p.options.ClientOptions)
	if errors.Is(err, swift.ErrNotFound) {
		return &OptionError{Field: "Checkpoint", Reason: "is of an upload that is over: it was completed or aborted; delete the file"}
	}
	if err != nil {
		return err
	}
	p.resumed = map[int]segment{}
	for number, part := range c.Receipts {
		_, size := plan.Part(number)
		s := segment{number, size, part.ETag}
		if there, ok := stored[number]; !ok || differs(s, there.size, there.etag) != "" {
			delete(c.Receipts, number)
			continue
		}
		p.resumed[number] = s
	}
	return c.Write()
}

// UploadPart sends one part.
func (p *parts) UploadPart(ctx context.Context, number int, body multipart.Body) (segment, error) {
	if s, ok := p.resumed[number]; ok {
		return s, nil
	}
	etag, err := p.uploader.multipart.put(ctx, p.in.Container, p.in.Object, p.uploadID, number, body.SectionReader, body.Size(), p.requestOptions(&body))
	if err != nil {
		return segment{}, err
	}
	s := segment{number: number, size: body.Size(), etag: unquoted(etag)}
	return s, p.checkpoint.Add(s.noted())
}

// Complete joins the parts, and looks at what came of it.
func (p *parts) Complete(ctx context.Context, receipts []segment) error {
	if err := p.rememberOld(ctx); err != nil {
		return err
	}
	want, size := etagOfParts(receipts), int64(0)
	for _, s := range receipts {
		size += s.size
	}
	p.joining = true
	asked, err := p.settle(ctx, func(ctx context.Context) (err error) {
		p.output.ETag, err = p.uploader.multipart.complete(ctx, p.in.Container, p.in.Object, p.uploadID, receipts, p.options.ClientOptions)
		return err
	})
	if err != nil {
		if !asked || !ambiguous(err) && !errors.Is(err, swift.ErrNotFound) {
			return err
		}
		return p.look(ctx, err, func(ctx context.Context) (bool, error) { return p.joined(ctx, want, size) })
	}
	// Who may write may not be allowed to look.
	head, err := p.client.HeadObject(ctx, &swift.HeadObjectInput{Container: p.in.Container, Object: p.in.Object, Newest: true}, p.options.ClientOptions...)
	switch {
	case err != nil:
		return nil
	case head.ContentLength != size:
		return &completedError{fmt.Errorf("%w: it has %d bytes, sent %d", ErrIncomplete, head.ContentLength, size)}
	}
	p.output.ETag, p.output.LastModified, p.output.VersionID, p.output.Verified = head.ETag, head.LastModified, head.VersionID, true
	return nil
}

// etagOfParts is the ETag of an object in parts: the MD5 of the parts' MD5s, and their
// number; empty where one is not known.
func etagOfParts(receipts []segment) string {
	h := md5.New()
	for _, s := range receipts {
		b, err := hex.DecodeString(s.etag)
		if err != nil || len(b) != md5.Size {
			return ""
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)) + "-" + strconv.Itoa(len(receipts))
}

// joined reports whether the object that is there is the one of these parts. When it is not,
// and the upload is gone, nothing tells what became of them: that is an error.
func (p *parts) joined(ctx context.Context, want string, size int64) (bool, error) {
	opts := p.options.ClientOptions
	_, open := p.uploader.multipart.list(ctx, p.in.Container, p.in.Object, p.uploadID, opts)
	head, err := p.client.HeadObject(ctx, &swift.HeadObjectInput{Container: p.in.Container, Object: p.in.Object, Newest: true}, opts...)
	switch {
	case err == nil && open != nil && want != "" && unquoted(head.ETag) == want && head.ContentLength == size:
		p.output.ETag, p.output.LastModified, p.output.VersionID, p.output.Verified = head.ETag, head.LastModified, head.VersionID, true
		return true, nil
	case open != nil:
		return false, open
	case err != nil && !errors.Is(err, swift.ErrNotFound):
		return false, err
	}
	return false, nil
}

// Abort gives the upload up. One that is gone already has nothing left, unless it is gone
// because the parts were joined after all.
func (p *parts) Abort(ctx context.Context) error {
	err := p.uploader.multipart.abort(ctx, p.in.Container, p.in.Object, p.uploadID, p.options.ClientOptions)
	if errors.Is(err, swift.ErrNotFound) && !p.joining {
		return nil
	}
	return err
}
