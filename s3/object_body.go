package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/internal/ranged"
	"github.com/stowage-go/stowage/internal/transport"
)

// getObject is GetObject with a body that survives its connection.
func (c *Client) getObject(ctx context.Context, in *GetObjectInput, opts []func(*Options)) (*GetObjectOutput, error) {
	out, resp, err := do(ctx, c, &opGetObject, in, opts)
	if err != nil {
		return nil, operationError(opGetObject.Name, err)
	}
	b := &objectBody{ctx: ctx, client: c, opts: opts, in: hidden.Of(*in), etag: out.ETag, version: out.VersionId, size: resp.ContentLength}
	b.resumable = b.size >= 0 && out.ETag != ""
	if resp.StatusCode == http.StatusPartialContent || in.PartNumber != 0 {
		span, ok := ranged.ParseContentRange(out.ContentRange)
		if ok {
			b.from = span.First
		}
		b.resumable = b.resumable && (ok || resp.StatusCode == http.StatusOK)
	} else {
		b.sum.expect(resp.Header)
	}
	b.Open(ctx, b, out.Body, b.size)
	out.Body = b
	return out, nil
}

// objectBody reads an object and, when its connection breaks, goes on from there over
// another: Range for the rest, If-Match so that it is the rest of the same object.
type objectBody struct {
	ranged.Body

	ctx    context.Context
	client *Client
	opts   []func(*Options)
	in     hidden.Value[GetObjectInput] // a customer key may be in it

	etag      string
	version   string // that was answered; empty in a bucket without versions
	from      int64  // where in the object the body begins
	size      int64  // of the body; negative: not known
	resumable bool
	sum       bodyChecksum
}

var _ ranged.Source = (*objectBody)(nil)

// Hash implements ranged.Source.
func (b *objectBody) Hash(p []byte) { b.sum.write(p) }

// Verify implements ranged.Source.
func (b *objectBody) Verify() error { return b.sum.verify() }

// Attempts implements ranged.Source.
func (b *objectBody) Attempts() (int, error) {
	s, err := b.client.with(b.opts)
	if err != nil || !b.resumable {
		return 1, err
	}
	return s.options.MaxAttempts, nil
}

// Reopen implements ranged.Source.
func (b *objectBody) Reopen(read int64, cause error) (rest io.ReadCloser, skip int64, err error) {
	in := b.in()
	in.PartNumber, in.IfNoneMatch, in.IfMatch = 0, "", b.etag
	in.Range = ranged.Header(b.from+read, b.size-read)
	out, resp, err := do(b.ctx, b.client, &opGetObject, &in, b.opts)
	if errors.Is(err, ErrPreconditionFailed) && in.VersionId == "" && b.version != "" {
		// Replaced, but in a versioned bucket it is still there under its version. Not
		// asked for at once, since that takes a permission of its own.
		in.VersionId = b.version
		out, resp, err = do(b.ctx, b.client, &opGetObject, &in, b.opts)
	}
	switch {
	case errors.Is(err, ErrPreconditionFailed):
		return nil, 0, fmt.Errorf("%w, %d of %d bytes in: %w", ErrObjectChanged, read, b.size, err)
	case err != nil:
		return nil, 0, fmt.Errorf("%w; resume after %d of %d bytes: %w", cause, read, b.size, err)
	case out.ETag != b.etag:
		// Some servers overlook If-Match.
		out.Body.Close()
		return nil, 0, fmt.Errorf("%w, %d of %d bytes in", ErrObjectChanged, read, b.size)
	}
	span, ok := ranged.ParseContentRange(out.ContentRange)
	switch {
	case resp.StatusCode == http.StatusPartialContent && ok && span.First == b.from+read:
		return out.Body, 0, nil
	case resp.StatusCode == http.StatusPartialContent:
		out.Body.Close()
		return nil, 0, fmt.Errorf("the server answered %q to %q", out.ContentRange, in.Range)
	}
	// The server, or a cache before it, sent the whole object.
	rest = out.Body
	if b.from+b.size < resp.ContentLength {
		// It goes on past the range that was asked for.
		rest = &limitedBody{io.LimitReader(out.Body, b.from+b.size), out.Body}
	}
	return rest, b.from + read, nil
}

// limitedBody reads a part of a body and closes all of it.
type limitedBody struct {
	io.Reader
	io.Closer
}

// Fail implements ranged.Source.
func (b *objectBody) Fail(err error) error {
	var known *Error
	if !errors.As(err, &known) {
		in := b.in()
		err = fmt.Errorf("read body of bucket %q, key %q: %w", in.Bucket, in.Key, err)
	}
	return operationError(opGetObject.Name, err)
}

// Format names the object for every verb: package fmt would print unexported fields as
// they are, an SSE-C key among them.
func (b *objectBody) Format(f fmt.State, _ rune) {
	in := b.in()
	read, size := b.Progress()
	fmt.Fprintf(f, "s3: body of bucket %q, key %q, %d of %d bytes read", in.Bucket, in.Key, read, size)
}

var _ io.ReadCloser = (*objectBody)(nil)

// expiresString lets the output carry the Expires header as it came, since what
// stands there is often no date.
func expiresString(r *transport.Response) {
	if v := r.Header["Expires"]; v != nil {
		r.Header["Expiresstring"] = v
	}
}
