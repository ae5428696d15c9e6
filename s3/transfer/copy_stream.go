package transfer

import (
	"context"
	"fmt"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// stream has the bytes go through this process.
func (c *copying) stream(ctx context.Context, t *multipart.Tracker) (*UploadOutput, error) {
	put, err := c.putInput(ctx)
	if err != nil {
		return nil, err
	}
	put.ContentLength = ptr(c.head.ContentLength)
	c.provide(put)
	if up, plan := c.inRanges(put); up != nil {
		r := &ranges{get: c.getRange, ctx: ctx, size: c.head.ContentLength, partSize: plan.PartSize}
		defer r.close()
		src, err := multipart.ReaderAtSource(r, c.head.ContentLength)
		if err != nil {
			return nil, err
		}
		return up.send(ctx, src, t)
	}
	if c.head.ContentLength > 0 {
		out, err := c.get(ctx, "")
		if err != nil {
			return nil, err
		}
		defer out.Body.Close()
		put.Body = c.manager.limiter(c.options).Reader(ctx, out.Body)
	}
	up, src, err := c.manager.prepare(put, c.options)
	if err != nil {
		return nil, err
	}
	return up.send(ctx, src, t)
}

// provide adds the source's checksum to the upload, which then proves that all of the way
// was good, where it is one that the destination's server takes too.
func (c *copying) provide(put *s3.PutObjectInput) {
	a, value := c.sourceChecksum()
	if value == "" || put.ChecksumAlgorithm != "" && put.ChecksumAlgorithm != a || !c.client.Profile.TakesChecksum(a) {
		return
	}
	if c.options.Integrity == IntegrityAuto || c.options.Integrity == IntegrityChecksum {
		setChecksum(put, a, value)
	}
}

// inRanges is the upload of a body in parts that are each read as they are sent, by a
// request of their own. It is nil where a part would have to be read twice, for its hash,
// or the source takes no ranges, or there are no parts.
func (c *copying) inRanges(put *s3.PutObjectInput) (*upload, multipart.Plan) {
	if c.head.AcceptRanges != "bytes" || c.head.ETag == "" {
		return nil, multipart.Plan{}
	}
	up, err := c.manager.newUpload(put, c.options, &c.client, c.options.Integrity, false)
	if err != nil || !up.onePass(&c.client) {
		return nil, multipart.Plan{}
	}
	o := c.options.engine(up.profile, up.shared, nil)
	plan, err := multipart.NewPlan(c.head.ContentLength, o)
	if err != nil || plan.Parts < 2 || o.Threshold >= c.head.ContentLength {
		return nil, multipart.Plan{}
	}
	return up, plan
}

// onePass: nothing in front of the data depends on it.
func (u *upload) onePass(o *s3.Options) bool {
	signed := o.Credentials != nil && signs(o.Endpoint, u.protection.sign)
	switch u.protection.mode {
	case IntegrityTransport:
		return !signed
	case IntegrityChecksum:
		return !signed && o.Profile.AWSChunked && o.Credentials != nil
	}
	return false
}

// get reads the source, or a range of it.
func (c *copying) get(ctx context.Context, byteRange string) (*s3.GetObjectOutput, error) {
	in := new(s3.GetObjectInput)
	copyFields(in, c.headInput())
	in.Range = byteRange
	if byteRange != "" {
		in.ChecksumMode = ""
	}
	var out *s3.GetObjectOutput
	err := c.pinned(ctx, false, func(version, etag string) (err error) {
		in.VersionId, in.IfMatch = version, etag
		out, err = c.from.GetObject(ctx, in, c.fromOptions...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the source: %w", err)
	}
	if out.ETag != c.head.ETag {
		out.Body.Close()
		return nil, fmt.Errorf("%w: the source has ETag %s, it had %s", s3.ErrObjectChanged, out.ETag, c.head.ETag)
	}
	return out, nil
}
