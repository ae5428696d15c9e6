package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/stowage-go/stowage/internal/checkpoint"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// noContent stands for a body of which only the length is known.
type noContent struct{}

func (noContent) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }

// Plan begins a multipart upload that several processes or hosts will send. in is what
// [Manager.Upload] takes; of the body the length is all that is needed: in.Body may be nil when
// ContentLength tells it. A Body that is given must be readable at offsets; nothing but samples
// of it is read. Options choose the part size and the integrity as for Upload. An object of no
// bytes has no parts: that is an [OptionError].
//
// The upload stays until [Manager.CompletePlan] or [Manager.AbortPlan] ends it; when the plan is
// lost, [Manager.AbortIncomplete] finds it.
//
// Errors are *[UploadError].
func (m *Manager) Plan(ctx context.Context, in *s3.PutObjectInput, fns ...func(*Options)) (*Plan, error) {
	o := m.optionsOf(fns)
	if in == nil {
		return nil, &UploadError{Err: &OptionError{Field: "input", Reason: "is nil"}}
	}
	p, err := m.plan(ctx, *in, &o)
	if err != nil {
		return nil, uploadError(ctx, in.Bucket, in.Key, "", err)
	}
	return p, nil
}

func (m *Manager) plan(ctx context.Context, in s3.PutObjectInput, o *Options) (*Plan, error) {
	sizeOnly := in.Body == nil && in.ContentLength != nil && *in.ContentLength > 0
	if sizeOnly {
		in.Body = io.NewSectionReader(noContent{}, 0, *in.ContentLength)
	}
	if err := o.noCheckpoint(); err != nil {
		return nil, err
	}
	up, src, err := m.prepare(&in, o)
	switch {
	case err != nil:
		return nil, err
	case src.Size() == 0:
		return nil, &OptionError{Field: "Body", Reason: "is empty: an object of no bytes has no parts; use Upload"}
	case src.Buffered():
		return nil, &OptionError{Field: "Body", Reason: notReadableAgain}
	}
	known := checkpoint.Source{Size: src.Size()}
	if !sizeOnly {
		if known, err = checkpoint.SourceOf(in.Body, src.Size()); err != nil {
			return nil, err
		}
	}
	cut, err := multipart.NewPlan(src.Size(), o.engine(up.profile, m.shared, nil))
	if err != nil {
		return nil, err
	}
	if err := up.wholeOnly(); err != nil {
		return nil, err
	}
	if err := up.create(ctx); err != nil {
		return nil, err
	}
	p := newPlan(&in, up.protection, known)
	p.UploadId, p.PartSize = up.part.UploadId, cut.PartSize
	return &p, nil
}

// planned is the upload of a plan that was begun.
func (m *Manager) planned(p *Plan, o *Options) (*upload, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	switch {
	case p.UploadId == "":
		return nil, &OptionError{Field: "Plan", Reason: "has no upload id"}
	case p.CustomerKey && p.SSECustomerKey == "":
		return nil, &OptionError{Field: "SSECustomerKey", Reason: keyMissing}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := o.noCheckpoint(); err != nil {
		return nil, err
	}
	in := &s3.PutObjectInput{ChecksumAlgorithm: p.ChecksumAlgorithm, SSECustomerKey: p.SSECustomerKey}
	p.fill(in)
	resolved := m.resolve(o)
	up, err := m.newUpload(in, o, &resolved, p.Integrity, false)
	if err != nil {
		return nil, err
	}
	if most := up.profile.MaxParts; most > 0 && p.Parts() > int(most) {
		return nil, &SizeError{Limit: string(multipart.LimitMaxParts), Allowed: int64(most), Asked: int64(p.Parts())}
	}
	up.goOnWith(p.UploadId)
	return up, nil
}

// failed is the error of a plan's upload.
func (p *Plan) failed(ctx context.Context, err error) error {
	if p == nil {
		p = new(Plan)
	}
	return uploadError(ctx, p.Bucket, p.Key, p.UploadId, err)
}

// UploadShare sends parts of a plan, in parallel, with the retries, the progress and the limits
// of [Manager.Upload]; Options.Progress counts the share alone. body is read at the object's
// offsets, and nowhere but in the share's range ([Plan.Range]), so a host needs to hold no more
// of it; what it has there is not compared with the plan's source, see [Plan.VerifySource].
//
// A share can be sent again, here or elsewhere. What the server has is listed first, and a part
// of the right size is not sent if its content is proven: the server's checksum of it, or else
// its ETag, is that of the bytes in body, which are read for that. Neither a size alone nor an
// ETag that is no MD5 is trusted.
//
// The receipts are needed to complete the upload. Beside an error they are those of the parts
// that are through. Errors are *[UploadError]; nothing is aborted.
func (m *Manager) UploadShare(ctx context.Context, p *Plan, s Share, body io.ReaderAt, fns ...func(*Options)) (Receipts, error) {
	o := m.optionsOf(fns)
	t := &shareTarget{share: s}
	err := m.uploadShare(ctx, p, t, body, &o)
	if err != nil {
		err = p.failed(ctx, err)
	}
	return t.result(p), err
}

func (m *Manager) uploadShare(ctx context.Context, p *Plan, t *shareTarget, body io.ReaderAt, o *Options) (err error) {
	up, err := m.planned(p, o)
	if err != nil {
		return err
	}
	if err := p.checkShare(t.share); err != nil {
		return err
	}
	if body == nil {
		return &OptionError{Field: "body", Reason: "is nil"}
	}
	t.upload, t.partSize = up, p.PartSize
	offset, size := p.Range(t.share)
	src, err := multipart.SectionSource(body, offset, size)
	if err != nil {
		return err
	}
	track := m.begin(OperationUpload, p.Bucket, p.Key, o)
	defer func() { track.end(err) }()
	e := o.engine(up.profile, m.shared, track.Tracker)
	e.PartSize, e.Threshold, e.LeavePartsOnError = p.PartSize, -1, true
	_, err = multipart.Upload(ctx, src, t, e)
	inObject(err, t.share.First-1, offset, p.Size)
	return err
}

// inObject makes of an error's place in a share its place in the object.
func inObject(err error, parts int, bytes, size int64) {
	var part *multipart.PartError
	if errors.As(err, &part) {
		part.Number += parts
		part.Offset += bytes
	}
	var read *multipart.ReadError
	if errors.As(err, &read) {
		read.Offset += bytes
	}
	var length *multipart.LengthError
	if errors.As(err, &length) {
		length.Want = size
		length.Got += bytes
	}
}

// shareTarget is the engine's Store and Target for one share: its parts are the plan's, from
// another number on, and nothing is made of them.
type shareTarget struct {
	*upload

	share    Share
	partSize int64

	mu       sync.Mutex
	receipts []Receipt
}

// PutWhole is for no share.
func (t *shareTarget) PutWhole(context.Context, multipart.Body) error {
	return errors.New("a share goes in parts")
}

// Begin looks at what is there.
func (t *shareTarget) Begin(ctx context.Context, cut multipart.Plan) (multipart.Target[receipt], error) {
	if cut.PartSize != t.partSize {
		return nil, &OptionError{Field: "Plan", Reason: "has parts that the server does not take"}
	}
	listed, err := t.listParts(ctx)
	t.listed = listed
	return t, err
}

// UploadPart sends a part under its number in the plan.
func (t *shareTarget) UploadPart(ctx context.Context, number int, body multipart.Body) (receipt, error) {
	r, err := t.upload.UploadPart(ctx, t.share.First-1+number, body)
	if err == nil {
		t.mu.Lock()
		t.receipts = append(t.receipts, r.public())
		t.mu.Unlock()
	}
	return r, err
}

// Complete leaves the parts as they are.
func (t *shareTarget) Complete(context.Context, []receipt) error { return nil }

// Abort leaves them too.
func (t *shareTarget) Abort(context.Context) error { return nil }

func (t *shareTarget) result(p *Plan) Receipts {
	if p == nil {
		return Receipts{}
	}
	slices.SortFunc(t.receipts, func(a, b Receipt) int { return a.PartNumber - b.PartNumber })
	return Receipts{UploadId: p.UploadId, Parts: t.receipts}
}

// CompletePlan makes the object of the parts. receipts are those of all shares, as [Plan.Merge]
// joins them. First every part is looked for on the server, and compared with its receipt by
// size, by ETag, and by checksum where it has one: parts that are missing, or others, are a
// [MissingPartsError], and nothing is changed. Then it verifies as [Manager.Upload] does: the
// object's size, ETag and checksum, and what became of it when the answer is lost. Called again
// after it succeeded, it finds the object and succeeds.
//
// Errors are *[UploadError]; nothing is aborted.
func (m *Manager) CompletePlan(ctx context.Context, p *Plan, receipts Receipts, fns ...func(*Options)) (*UploadOutput, error) {
	o := m.optionsOf(fns)
	up, err := m.planned(p, &o)
	if err == nil {
		err = up.completePlan(ctx, p, receipts)
	}
	if err != nil {
		return nil, p.failed(ctx, err)
	}
	out := up.output
	out.Bucket, out.Key, out.UploadId, out.Integrity = p.Bucket, p.Key, p.UploadId, up.protection.mode
	out.Size, out.Parts, out.PartSize = p.Size, p.Parts(), min(p.PartSize, p.Size)
	return &out, nil
}

func (u *upload) completePlan(ctx context.Context, p *Plan, given Receipts) error {
	all, err := p.Merge(given)
	if err != nil {
		return err
	}
	if missing := p.Missing(all); len(missing) > 0 {
		return &MissingPartsError{missing}
	}
	receipts := make([]receipt, len(all.Parts))
	for i, r := range all.Parts {
		receipts[i] = r.receipt()
	}
	listed, err := u.listParts(ctx)
	if gone(err) {
		made, lookErr := u.isMade(ctx, receipts)
		switch {
		case made:
			return nil
		case lookErr != nil:
			return lookErr
		}
		return fmt.Errorf("%w: %w", s3.ErrNoSuchUpload, err)
	}
	if err != nil {
		return err
	}
	have := make(map[int]bool, len(receipts))
	for _, r := range receipts {
		have[int(r.number)] = u.agrees(r, listed)
	}
	if missing := p.without(have); len(missing) > 0 {
		return &MissingPartsError{missing}
	}
	if err := u.Complete(ctx, receipts); err != nil {
		left := multipart.CleanupLeft
		if errors.Is(err, multipart.ErrAmbiguous) {
			left = multipart.CleanupUnknown
		}
		return &multipart.UploadError{Err: err, Cleanup: left}
	}
	return nil
}

// AbortPlan ends a plan's upload: the server deletes the parts. An upload that is over is no
// error; an object that was made of it stays. Errors are *[UploadError].
func (m *Manager) AbortPlan(ctx context.Context, p *Plan, fns ...func(*Options)) error {
	o := m.optionsOf(fns)
	up, err := m.planned(p, &o)
	if err == nil {
		up.loose.Store(true) // nobody knows what other processes have under way
		if err = up.Abort(ctx); err != nil {
			err = &multipart.UploadError{Err: err, Cleanup: multipart.CleanupUnknown}
		}
	}
	if err != nil {
		return p.failed(ctx, err)
	}
	return nil
}
