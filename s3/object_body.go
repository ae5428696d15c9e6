package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/hidden"
	"github.com/stowage-go/stowage/internal/transport"
)

// getObject is GetObject with a body that survives its connection.
func (c *Client) getObject(ctx context.Context, in *GetObjectInput, opts []func(*Options)) (*GetObjectOutput, error) {
	out, resp, err := do(ctx, c, &opGetObject, in, opts)
	if err != nil {
		return nil, operationError(opGetObject.Name, err)
	}
	b := &objectBody{ctx: ctx, client: c, opts: opts, in: hidden.Of(*in), src: out.Body, etag: out.ETag, version: out.VersionId, size: resp.ContentLength}
	b.resumable = b.size >= 0 && out.ETag != ""
	if resp.StatusCode == http.StatusPartialContent || in.PartNumber != 0 {
		var ok bool
		b.from, ok = rangeStart(out.ContentRange)
		b.resumable = b.resumable && (ok || resp.StatusCode == http.StatusOK)
	} else {
		b.sum.expect(resp.Header)
	}
	out.Body = b
	return out, nil
}

// rangeStart reads the first offset of "bytes 0-9/100".
func rangeStart(contentRange string) (int64, bool) {
	spec, ok := strings.CutPrefix(contentRange, "bytes ")
	if !ok {
		return 0, false
	}
	first, _, ok := strings.Cut(spec, "-")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(first), 10, 64)
	return n, err == nil && n >= 0
}

// objectBody reads an object and, when its connection breaks, goes on from there over
// another: Range for the rest, If-Match so that it is the rest of the same object.
type objectBody struct {
	ctx    context.Context
	client *Client
	opts   []func(*Options)
	in     hidden.Value[GetObjectInput] // a customer key may be in it

	src       io.ReadCloser
	etag      string
	version   string // that was answered; empty in a bucket without versions
	from      int64  // where in the object the body begins
	size      int64  // of the body; negative: not known
	read      int64
	stalls    int // connections in a row that gave nothing
	resumable bool
	closed    bool

	sum bodyChecksum
	err error // what every further Read answers
}

// Read implements io.Reader. io.EOF comes after the last byte and never before.
func (b *objectBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	for b.err == nil {
		n, err := b.src.Read(p)
		b.read += int64(n)
		b.sum.write(p[:n])
		if n > 0 {
			b.stalls = 0
		}
		switch {
		case err == nil:
			return n, nil
		case err == io.EOF && (b.size < 0 || b.read == b.size):
			b.err = b.complete()
		case b.size >= 0 && b.read > b.size:
			b.err = b.fail(fmt.Errorf("the server sent more than the %d bytes it announced", b.size))
		default:
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			b.err = b.resume(err)
		}
		if n > 0 || b.err != nil {
			return n, b.err
		}
	}
	return 0, b.err
}

// complete is the end of the body: io.EOF, unless the checksum says otherwise.
func (b *objectBody) complete() error {
	if err := b.sum.verify(); err != nil {
		return b.fail(err)
	}
	return io.EOF
}

// resume opens the rest of the body, and returns nil when it could.
func (b *objectBody) resume(cause error) error {
	b.src.Close()
	if b.read == b.size {
		// All is here; only the connection's end was rough.
		return b.complete()
	}
	if err := b.ctx.Err(); err != nil {
		if why := context.Cause(b.ctx); !errors.Is(why, err) {
			err = fmt.Errorf("%w: %w", err, why)
		}
		return b.fail(err)
	}
	b.stalls++
	s, err := b.client.with(b.opts)
	if err != nil {
		return b.fail(err)
	}
	if !b.resumable || b.stalls >= s.options.MaxAttempts {
		return b.fail(cause)
	}
	in := b.in()
	in.PartNumber, in.IfNoneMatch, in.IfMatch = 0, "", b.etag
	in.Range = "bytes=" + strconv.FormatInt(b.from+b.read, 10) + "-" + strconv.FormatInt(b.from+b.size-1, 10)
	out, resp, err := do(b.ctx, b.client, &opGetObject, &in, b.opts)
	if errors.Is(err, ErrPreconditionFailed) && in.VersionId == "" && b.version != "" {
		// Replaced, but in a versioned bucket it is still there under its version. Not
		// asked for at once, since that takes a permission of its own.
		in.VersionId = b.version
		out, resp, err = do(b.ctx, b.client, &opGetObject, &in, b.opts)
	}
	switch {
	case errors.Is(err, ErrPreconditionFailed):
		return b.fail(fmt.Errorf("%w, %d of %d bytes in: %w", ErrObjectChanged, b.read, b.size, err))
	case err != nil:
		return b.fail(fmt.Errorf("%w; resume after %d of %d bytes: %w", cause, b.read, b.size, err))
	case out.ETag != b.etag:
		// Some servers overlook If-Match.
		out.Body.Close()
		return b.fail(fmt.Errorf("%w, %d of %d bytes in", ErrObjectChanged, b.read, b.size))
	}
	b.src = out.Body
	start, ok := rangeStart(out.ContentRange)
	switch {
	case resp.StatusCode == http.StatusPartialContent && ok && start == b.from+b.read:
		return nil
	case resp.StatusCode == http.StatusPartialContent:
		out.Body.Close()
		return b.fail(fmt.Errorf("the server answered %q to %q", out.ContentRange, in.Range))
	}
	// The server, or a cache before it, sent the whole object: skip to the place.
	if _, err := io.CopyN(io.Discard, out.Body, b.from+b.read); err != nil {
		if err == io.EOF { //nolint:errorlint // io.CopyN's own
			err = io.ErrUnexpectedEOF
		}
		return b.resume(err)
	}
	if b.from+b.size < resp.ContentLength {
		// It goes on past the range that was asked for.
		b.src = &limitedBody{io.LimitReader(out.Body, b.size-b.read), out.Body}
	}
	return nil
}

// limitedBody reads a part of a body and closes all of it.
type limitedBody struct {
	io.Reader
	io.Closer
}

func (b *objectBody) fail(err error) error {
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
	fmt.Fprintf(f, "s3: body of bucket %q, key %q, %d of %d bytes read", in.Bucket, in.Key, b.read, b.size)
}

// Close ends the connection, or gives it back when the body was read to its end.
func (b *objectBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	return b.src.Close()
}

var _ io.ReadCloser = (*objectBody)(nil)

// expiresString lets the output carry the Expires header as it came, since what
// stands there is often no date.
func expiresString(r *transport.Response) {
	if v := r.Header["Expires"]; v != nil {
		r.Header["Expiresstring"] = v
	}
}
