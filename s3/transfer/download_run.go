package transfer

import (
	"context"
	"errors"
	"io"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/download"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/schedule"
	"github.com/stowage-go/stowage/s3"
)

// objectDownload is one download under way.
type objectDownload struct {
	*fetch
	target  target
	partial *download.Partial // what is there from before; nil: nothing
	// outdated: that is of another state of the object than the server has.
	outdated bool

	w       io.WriterAt
	parts   []download.Part
	missing []int // parts, by their index
	content content
	back    *download.ReadBack
	tracker *multipart.Tracker
	output  DownloadOutput
}

func (f *fetch) partSize() int64 {
	if f.options.PartSize > 0 {
		return f.options.PartSize
	}
	return DefaultPartSize
}

// run fetches the object. When a part fails the others are cancelled, and all have ended
// before it returns.
func (d *objectDownload) run(ctx context.Context) (_ *DownloadOutput, err error) {
	t := d.begun()
	defer func() { t.end(err) }()
	d.tracker = t.Tracker
	workers, wctx := download.NewWorkers(ctx, d.lane)
	defer workers.Wait() // on every way out; what fails is told below
	if err := d.takeUp(wctx); err != nil {
		return nil, err
	}
	slot, err := d.lane.Acquire(wctx)
	if err != nil {
		return nil, err
	}
	first, err := d.begin(wctx, slot)
	if err != nil {
		slot.Done(0, err)
		return nil, err
	}
	workers.FetchIn(slot, func(*schedule.Slot) (int64, error) { return d.save(wctx, d.missing[0], first) })
	if d.content.pending || d.back != nil {
		workers.Go(func() error { return d.compare(wctx) })
	}
	for _, i := range d.missing[1:] {
		if !workers.Fetch(func(slot *schedule.Slot) (int64, error) { return d.fetchPart(wctx, slot, i) }) {
			break
		}
	}
	if err := workers.Wait(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	verified, err := d.content.verify(d.parts)
	if err != nil {
		return nil, err
	}
	if verified != "" {
		d.output.Verified = verified
	}
	d.tracker.Finish(d.output.Size, d.output.Parts)
	return &d.output, nil
}

// takeUp reads what is there from before.
func (d *objectDownload) takeUp(ctx context.Context) error {
	if d.partial == nil {
		return nil
	}
	s := d.partial.State()
	d.state.Size, d.state.ETag, d.state.LastModified = s.Size, s.ETag, s.LastModified
	d.parts = d.partial.Parts()
	d.partial.LeaveOne() // to ask for: the server is still to say that the object is the same
	d.tracker.Expect(s.Size, len(d.parts))
	d.content.sums = make([]map[checksum.Algorithm][]byte, len(d.parts))
	d.content.pending = d.wantsChecksum()
	sum := d.content.begin()
	err := d.partial.Check(ctx, sum.write, func(i int, ok bool) {
		if ok {
			d.content.end(i, sum)
			d.output.Resumed += d.parts[i].Size
			d.tracker.Add(d.parts[i].Size)
			d.tracker.PartDone()
		}
		sum.reset()
	})
	if err != nil {
		return err
	}
	for i := range d.parts {
		if !d.partial.Has(i) {
			d.missing = append(d.missing, i)
		}
	}
	return nil
}

// begin asks for the first part that is missing, and makes ready for all.
func (d *objectDownload) begin(ctx context.Context, slot *schedule.Slot) (*s3.GetObjectOutput, error) {
	out, err := d.firstAnswer(ctx, slot)
	if err != nil {
		return nil, err
	}
	if err := d.ready(ctx, out); err != nil {
		out.Body.Close()
		return nil, err
	}
	return out, nil
}

func (d *objectDownload) firstAnswer(ctx context.Context, slot *schedule.Slot) (*s3.GetObjectOutput, error) {
	if d.partial == nil {
		return d.first(ctx, slot, d.partSize())
	}
	if d.in.IfMatch != "" && d.in.IfMatch != d.state.ETag {
		d.outdated = true
		return nil, s3.ErrObjectChanged
	}
	out, err := d.part(ctx, slot, d.parts[d.missing[0]])
	// A server that knows no ranges can't give the rest either.
	d.outdated = errors.Is(err, s3.ErrObjectChanged) || errors.Is(err, errMalformed)
	if err == nil {
		d.pinned(out)
	}
	return out, err
}

// ready plans the parts, and how they are compared, by the first answer.
func (d *objectDownload) ready(ctx context.Context, out *s3.GetObjectOutput) (err error) {
	size := d.partSize()
	switch {
	case d.partial != nil:
	case d.whole:
		size = max(d.state.Size, 1)
		d.parts = []download.Part{{Size: -1}} // the client holds it against its length
	default:
		if d.parts, err = download.Cut(d.state.Size, size); err != nil {
			return err
		}
	}
	if d.w, err = d.target.begin(d.state, size); err != nil {
		return err
	}
	copyFields(&d.output, out)
	d.output.Size, d.output.Parts = d.state.Size, len(d.parts)
	if d.partial == nil {
		d.missing = make([]int, len(d.parts))
		for i := range d.missing {
			d.missing[i] = i
		}
		d.content.sums = make([]map[checksum.Algorithm][]byte, len(d.parts))
		d.tracker.Expect(d.state.Size, len(d.parts))
	}
	return d.plan(ctx)
}

// plan decides how the content is compared.
func (d *objectDownload) plan(ctx context.Context) error {
	c := &d.content
	c.ordered, c.pending = len(d.parts) == 1, false
	if d.whole {
		// GetObject compares it.
		d.output.Verified = s3.ChecksumAlgorithm(storedChecksum(&d.output).algorithm)
	} else {
		copyChecksums(&d.output, new(DownloadOutput)) // of a range, if anything
	}
	at, readable := d.w.(io.ReaderAt)
	switch {
	case d.options.Integrity == IntegrityMD5:
		if c.ordered || readable {
			c.want = d.etagMD5(&d.output)
		}
	case d.whole || !d.wantsChecksum():
	case !c.ordered:
		c.pending = true
	case d.options.Integrity == IntegrityChecksum:
		stored, err := d.stored(ctx)
		if err != nil {
			return err
		}
		c.want = storedChecksum(stored)
		copyChecksums(&d.output, stored)
	}
	if !c.ordered && readable && (c.want.algorithm != "" || c.pending && d.options.Integrity == IntegrityChecksum) {
		d.back = download.NewReadBack(at, d.parts)
		for i := range d.parts {
			if c.sums[i] != nil {
				d.back.Done(i)
			}
		}
	}
	return nil
}

// compare finds out what to expect, and reads back what was written where it must.
func (d *objectDownload) compare(ctx context.Context) error {
	c := &d.content
	want := c.want
	if c.pending {
		stored, err := d.stored(ctx)
		if err != nil {
			return err
		}
		want = storedChecksum(stored)
		copyChecksums(&d.output, stored)
		c.expect(want)
	}
	if d.back == nil || want.algorithm == "" || combinable(s3.ChecksumAlgorithm(want.algorithm)) {
		return nil
	}
	h, err := checksum.New(want.algorithm)
	if err != nil {
		return err
	}
	c.read = h
	return d.back.Run(ctx, h)
}

// fetchPart gets part i into its place.
func (d *objectDownload) fetchPart(ctx context.Context, slot *schedule.Slot, i int) (int64, error) {
	out, err := d.part(ctx, slot, d.parts[i])
	if err != nil {
		return 0, d.partFailed(i, err)
	}
	return d.save(ctx, i, out)
}

// save writes the answer that is part i.
func (d *objectDownload) save(ctx context.Context, i int, out *s3.GetObjectOutput) (int64, error) {
	defer out.Body.Close()
	sum := d.content.begin()
	n, err := download.Copy(d.w, d.parts[i], d.body(ctx, out), func(b []byte) {
		sum.write(b)
		d.tracker.Add(int64(len(b)))
	})
	if err == nil && d.whole {
		d.parts[i].Size, d.output.Size = n, n
	}
	if err == nil {
		err = d.target.done(i, d.content.end(i, sum))
	}
	if err != nil {
		d.tracker.Add(-n)
		return n, d.partFailed(i, err)
	}
	d.tracker.PartDone()
	d.back.Done(i)
	return n, nil
}

func (d *objectDownload) partFailed(i int, err error) error {
	e := &DownloadError{Bucket: d.in.Bucket, Key: d.in.Key, Err: err}
	if p := d.parts[i]; len(d.parts) > 1 {
		e.Offset, e.Size = p.Offset, p.Size
	}
	return e
}

// spoilt: what has come is of no use to a later download.
func spoilt(err error) bool {
	return errors.Is(err, s3.ErrChecksumMismatch) || errors.Is(err, s3.ErrObjectChanged)
}
