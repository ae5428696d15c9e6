package gocloudblob

import (
	"context"
	"io"

	"gocloud.dev/blob/driver"

	"github.com/stowage-go/stowage/s3"
	"github.com/stowage-go/stowage/s3/transfer"
)

// NewTypedWriter stores what is written when the writer is closed.
func (b *bucket) NewTypedWriter(ctx context.Context, key, contentType string, o *driver.WriterOptions) (driver.Writer, error) {
	in := &s3.PutObjectInput{
		Bucket: b.name, Key: b.keys.escape(key), ContentType: contentType,
		CacheControl: o.CacheControl, ContentDisposition: o.ContentDisposition,
		ContentEncoding: o.ContentEncoding, ContentLanguage: o.ContentLanguage,
		Metadata: escapeMetadata(o.Metadata),
	}
	if o.IfNotExist {
		in.IfNoneMatch = "*"
	}
	options := []func(*transfer.Options){func(t *transfer.Options) {
		if o.BufferSize > 0 {
			// Between what the server takes for a part.
			t.PartSize = min(max(int64(o.BufferSize), b.profile.MinPartSize), b.profile.MaxPartSize)
		}
		if o.MaxConcurrency > 0 {
			t.Concurrency = o.MaxConcurrency
		}
	}}
	if err := before(o.BeforeWrite, pointer(in), pointer(&options)); err != nil {
		return nil, err
	}
	w, err := b.manager.NewWriter(ctx, in.Bucket, in.Key, options...)
	if err != nil {
		return nil, err
	}
	w.Input = *in
	return &writer{Writer: w, manager: b.manager, ctx: ctx, options: options}, nil
}

// writer implements driver.Writer and driver.Uploader.
type writer struct {
	*transfer.Writer

	manager *transfer.Manager
	ctx     context.Context
	options []func(*transfer.Options)

	uploaded bool
	err      error // of the upload
}

var _ driver.Uploader = (*writer)(nil)

// Upload stores r, and reads it at offsets and in parallel if it can be.
func (w *writer) Upload(r io.Reader) error {
	in := w.Input
	in.Body = r
	w.uploaded = true
	_, w.err = w.manager.Upload(w.ctx, &in, w.options...)
	return w.err
}

// Close stores what was written.
func (w *writer) Close() error {
	if w.uploaded {
		return w.err
	}
	return w.Writer.Close()
}
