package swift

import (
	"context"
	"crypto/md5" // Swift's ETag
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/stowage-go/stowage/internal/transport"
)

// getObject is GetObject with a body that survives its connection.
func (c *Client) getObject(ctx context.Context, in *GetObjectInput, opts []func(*Options)) (*GetObjectOutput, error) {
	out, resp, err := do(ctx, c, &opGetObject, in, opts)
	if err != nil {
		return nil, err
	}
	out.ContentLength = resp.ContentLength
	b := &objectBody{ctx: ctx, client: c, opts: opts, in: *in, src: out.Body, etag: out.ETag, size: resp.ContentLength}
	b.resumable = b.size >= 0 && out.ETag != ""
	b.large = out.StaticLargeObject || out.ObjectManifest != ""
	if resp.StatusCode == http.StatusPartialContent {
		var ok bool
		b.from, ok = rangeStart(out.ContentRange)
		b.resumable = b.resumable && ok
	} else if b.comparable(out, resp) {
		b.digest = md5.New()
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
	in     GetObjectInput

	src       io.ReadCloser
	etag      string
	from      int64 // where in the object the body begins
	size      int64 // of the body; negative: not known
	read      int64
	stalls    int // connections in a row that gave nothing
	resumable bool
	large     bool // a SLO or DLO
	closed    bool

	digest hash.Hash // nil: nothing to compare
	err    error     // what every further Read answers
}

// comparable: the ETag is the MD5 of the body, and is to be compared.
func (b *objectBody) comparable(out *GetObjectOutput, r *transport.Response) bool {
	s, err := b.client.with(b.opts)
	if err != nil || !s.options.Profile.ETagMD5 || b.in.MultipartManifest != "" {
		return false
	}
	switch s.options.ETagCheck {
	case ETagCheckNever:
		return false
	case ETagCheckAuto:
		if r.Request != nil && r.Request.URL.Scheme == "https" {
			return false
		}
	}
	etag := strings.Trim(out.ETag, `"`)
	return len(etag) == 2*md5.Size && !out.StaticLargeObject && out.ObjectManifest == ""
}

// Read implements io.Reader. io.EOF comes after the last byte and never before.
func (b *objectBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	for b.err == nil {
		n, err := b.src.Read(p)
		b.read += int64(n)
		if b.digest != nil {
			b.digest.Write(p[:n])
		}
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

// complete is the end of the body: io.EOF, unless the ETag says otherwise.
func (b *objectBody) complete() error {
	if b.digest == nil {
		return io.EOF
	}
	if got, want := hex.EncodeToString(b.digest.Sum(nil)), strings.ToLower(strings.Trim(b.etag, `"`)); got != want {
		return b.fail(fmt.Errorf("%w: the ETag is %s, received MD5 %s", ErrETagMismatch, want, got))
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
	if b.ctx.Err() != nil {
		return b.fail(ended(b.ctx))
	}
	b.stalls++
	s, err := b.client.with(b.opts)
	if err != nil {
		return b.fail(err)
	}
	attempts := s.options.MaxAttempts
	if attempts == 0 {
		attempts = transport.DefaultMaxAttempts
	}
	if !b.resumable || b.stalls >= attempts {
		return b.fail(cause)
	}
	in := b.in
	in.IfNoneMatch, in.IfMatch = "", b.etag
	if b.large {
		in.IfMatch = "" // Ceph RGW compares it with the manifest's ETag; the answer tells
	}
	in.Range = "bytes=" + strconv.FormatInt(b.from+b.read, 10) + "-" + strconv.FormatInt(b.from+b.size-1, 10)
	out, resp, err := do(b.ctx, b.client, &opGetObject, &in, b.opts)
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
	if resp.StatusCode != http.StatusPartialContent || !ok || start != b.from+b.read {
		out.Body.Close()
		return b.fail(fmt.Errorf("%w; the server answered status %d and %q to %q", cause, resp.StatusCode, out.ContentRange, in.Range))
	}
	return nil
}

// ended is the end of a context with its cause.
func ended(ctx context.Context) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); !errors.Is(cause, err) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

func (b *objectBody) fail(err error) error {
	return operationError(opGetObject.Name, fmt.Errorf("container %q, object %q: %w", b.in.Container, b.in.Object, err))
}

// Format hides the client and the context from package fmt.
func (b *objectBody) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "body of %q, %d of %d bytes read", b.in.Object, b.read, b.size)
}

// Close releases the connection. What has not been read is not read any more.
func (b *objectBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	return b.src.Close()
}
