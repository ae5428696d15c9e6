package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/stowage-go/stowage/internal/checkpoint"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/swift"
)

// openCheckpoint reads the checkpoint and holds it against what is asked for, or prepares a
// new one.
func (u *upload) openCheckpoint(ctx context.Context, src multipart.Source) error {
	account, err := account(ctx, u.client, u.options.ClientOptions)
	if err != nil {
		return err
	}
	want := checkpointHeader{
		Version: checkpointVersion, Kind: u.kind, Account: account, Container: u.in.Container, Object: u.in.Object,
		SegmentContainer: u.segments.container, DeleteAt: u.deleteAt, Concurrency: min(u.options.parallel(), maxInFlight),
	}
	if want.Source, err = checkpoint.SourceOf(u.in.Body, src.Size()); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	c, err := readCheckpoint(u.options.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		u.checkpoint = checkpoint.New[checkpointHeader, checkpointPart](u.options.Checkpoint, want)
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.Header.same(&want); err != nil {
		return err
	}
	// The segments that are there end when they were to, so the rest does.
	u.deleteAt, u.segments.prefix = c.Header.DeleteAt, c.Header.Prefix
	c.Header.Concurrency = max(c.Header.Concurrency, want.Concurrency)
	u.checkpoint = c
	return nil
}

// account names the account that a client works in.
func account(ctx context.Context, client *swift.Client, fns []func(*swift.Options)) (string, error) {
	o := resolve(client, fns)
	if o.Account != "" {
		return o.Account, nil
	}
	at, err := storageURL(ctx, &o)
	return accountOf(at), err
}

// storageURL is where a client with these options goes.
func storageURL(ctx context.Context, o *swift.Options) (string, error) {
	if o.StorageURL != "" {
		return o.StorageURL, nil
	}
	_, at, err := o.Auth.Authenticate(ctx)
	if err != nil {
		return "", fmt.Errorf("authenticate: %w", err)
	}
	return at, nil
}

// same refuses to go on with another upload, or another body.
func (h *checkpointHeader) same(want *checkpointHeader) error {
	for _, f := range []struct{ name, got, want string }{
		{"account", h.Account, want.Account},
		{"container", h.Container, want.Container},
		{"object", h.Object, want.Object},
		{"kind", string(h.Kind), string(want.Kind)},
		{"segment container", h.SegmentContainer, want.SegmentContainer},
	} {
		if f.got != f.want {
			return &OptionError{Field: "Checkpoint", Reason: fmt.Sprintf("is of another upload: its %s is %q, not %q", f.name, f.got, f.want)}
		}
	}
	if what := h.Changed(want.Source); what != "" {
		return fmt.Errorf("%w: %s", ErrSourceChanged, what)
	}
	return nil
}

// beginCheckpoint writes the file before there is anything that only it knows of.
func (u *upload) beginCheckpoint(plan multipart.Plan) error {
	u.checkpoint.Header.Prefix, u.checkpoint.Header.PartSize = u.segments.prefix, plan.PartSize
	return u.checkpoint.Write()
}

// resume finds out which segments need not be sent again.
func (u *upload) resume(ctx context.Context, plan multipart.Plan) error {
	c := u.checkpoint
	if err := fits(c, plan); err != nil {
		return err
	}
	if err := u.makeContainer(ctx); err != nil {
		return err
	}
	noted := make([]segment, 0, len(c.Receipts))
	for number, p := range c.Receipts {
		_, size := plan.Part(number)
		noted = append(noted, segment{number, size, p.ETag})
	}
	listed, err := u.list(ctx)
	if err != nil {
		return err
	}
	wrong, err := u.differences(ctx, noted, listed)
	if err != nil {
		return err
	}
	again := make(map[string]bool, len(wrong))
	for _, w := range wrong {
		again[w.Path] = true
	}
	u.resumed = make(map[int]segment, len(noted))
	for _, s := range noted {
		if again[u.segments.container+"/"+u.segments.name(s.number)] {
			delete(c.Receipts, s.number)
			continue
		}
		u.resumed[s.number] = s
	}
	return c.Write()
}

// left tells that segments of before are there, when the engine has not sent any yet.
func left(err error) error {
	var option *OptionError
	if err == nil || errors.As(err, &option) {
		return err
	}
	return &multipart.UploadError{Err: err, Cleanup: multipart.CleanupLeft}
}

// fits refuses to go on where the parts would have to be others.
func fits(c *checkpointFile, plan multipart.Plan) error {
	if plan.PartSize == c.Header.PartSize {
		return nil
	}
	return &OptionError{Field: "Checkpoint", Reason: fmt.Sprintf("has parts of %d bytes, and the server would need parts of %d now", c.Header.PartSize, plan.PartSize)}
}

// Abort ends an upload by its checkpoint: it deletes the segments that were sent, and then
// the file. When the object is made of them already, which a process may not have lived to
// note, only the file is deleted. An error that is fs.ErrNotExist: there is no such file.
// After any other error Abort can be called again.
func (u *Uploader) Abort(ctx context.Context, checkpoint string, fns ...func(*Options)) error {
	o := u.options
	for _, fn := range fns {
		fn(&o)
	}
	c, err := readCheckpoint(checkpoint)
	if err != nil {
		return err
	}
	h := &c.Header
	up := &upload{
		uploader: u, client: u.client, kind: h.Kind, options: &o, checkpoint: c,
		in: &swift.CreateObjectInput{Container: h.Container, Object: h.Object}, segments: segments{h.SegmentContainer, h.Prefix},
		profile: resolve(u.client, o.ClientOptions).Profile, uploadID: h.UploadID,
	}
	failed := &UploadError{
		Container: h.Container, Object: h.Object, SegmentContainer: h.SegmentContainer, SegmentPrefix: h.Prefix, UploadId: h.UploadID, Parts: PartsUnknown,
	}
	at, err := account(ctx, u.client, o.ClientOptions)
	if err == nil && at != h.Account {
		err = &OptionError{Field: "Checkpoint", Reason: fmt.Sprintf("is of another upload: its account is %q, not %q", h.Account, at)}
	}
	if err == nil {
		err = up.abandon(ctx)
	}
	if err == nil {
		err = c.Remove()
	}
	if err != nil {
		failed.Err = err
		return failed
	}
	return nil
}

// abandon deletes what a checkpoint knows of, unless the object is made of it.
func (u *upload) abandon(ctx context.Context) error {
	var made bool
	var err error
	switch u.kind {
	case kindMultipart:
		if u.uploader.multipart == nil {
			return swift.ErrUnsupported
		}
		return (&parts{upload: u}).Abort(ctx)
	case kindDLO:
		made, err = u.publishedDLO(ctx)
	default:
		made, err = u.madeOfNoted(ctx)
	}
	if err != nil || made {
		return err
	}
	numbers := sent(u.checkpoint)
	paths := make([]string, len(numbers))
	for i, n := range numbers {
		paths[i] = u.segments.container + "/" + u.segments.name(n)
	}
	if _, err := u.remove(ctx, paths); err != nil {
		return err
	}
	return u.sweep(ctx)
}

// madeOfNoted reports whether the SLO that is there is made of this upload's segments. Where
// manifests can't be read the ETag tells: nothing but a complete upload has it.
func (u *upload) madeOfNoted(ctx context.Context) (bool, error) {
	if u.profile.Support("GetSLOManifest") != swift.Unsupported {
		return u.publishedSLO(ctx, "")
	}
	h := &u.checkpoint.Header
	last := h.Parts()
	if len(u.checkpoint.Receipts) < last {
		return false, nil
	}
	entries := make([]swift.SLOSegment, last)
	for i := range entries {
		entries[i].ETag = u.checkpoint.Receipts[i+1].ETag
	}
	return u.publishedSLO(ctx, etagOf(entries))
}
