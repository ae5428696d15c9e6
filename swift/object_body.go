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
	"strings"

	"github.com/stowage-go/stowage/internal/ranged"
	"github.com/stowage-go/stowage/internal/transport"
)

// getObject is GetObject with a body that survives its connection.
func (c *Client) getObject(ctx context.Context, in *GetObjectInput, opts []func(*Options)) (*GetObjectOutput, error) {
	out, resp, err := do(ctx, c, &opGetObject, in, opts)
	if err != nil {
		return nil, err
	}
	out.ContentLength = resp.ContentLength
	b := &objectBody{ctx: ctx, client: c, opts: opts, in: *in, etag: out.ETag, size: resp.ContentLength}
	b.resumable = b.size >= 0 && out.ETag != ""
	b.large = out.StaticLargeObject || out.ObjectManifest != ""
	if resp.StatusCode == http.StatusPartialContent {
		span, ok := ranged.ParseContentRange(out.ContentRange)
		if ok {
			b.from = span.First
		}
		b.resumable = b.resumable && ok
	} else if b.comparable(out, resp) {
		b.digest = md5.New()
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
	in     GetObjectInput

	etag      string
	from      int64 // where in the object the body begins
	size      int64 // of the body; negative: not known
	resumable bool
	large     bool      // a SLO or DLO
	digest    hash.Hash // nil: nothing to compare
}

var _ ranged.Source = (*objectBody)(nil)

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

// Hash implements ranged.Source.
func (b *objectBody) Hash(p []byte) {
	if b.digest != nil {
		b.digest.Write(p)
	}
}

// Verify implements ranged.Source: the ETag is that of the bytes.
func (b *objectBody) Verify() error {
	if b.digest == nil {
		return nil
	}
	if got, want := hex.EncodeToString(b.digest.Sum(nil)), strings.ToLower(strings.Trim(b.etag, `"`)); got != want {
		return fmt.Errorf("%w: the ETag is %s, received MD5 %s", ErrETagMismatch, want, got)
	}
	return nil
}

// Attempts implements ranged.Source.
func (b *objectBody) Attempts() (int, error) {
	s, err := b.client.with(b.opts)
	switch {
	case err != nil || !b.resumable:
		return 1, err
	case s.options.MaxAttempts == 0:
		return transport.DefaultMaxAttempts, nil
	}
	return s.options.MaxAttempts, nil
}

// Reopen implements ranged.Source.
func (b *objectBody) Reopen(read int64, cause error) (rest io.ReadCloser, skip int64, err error) {
	in := b.in
	in.IfNoneMatch, in.IfMatch = "", b.etag
	if b.large {
		in.IfMatch = "" // Ceph RGW compares it with the manifest's ETag; the answer tells
	}
	in.Range = ranged.Header(b.from+read, b.size-read)
	out, resp, err := do(b.ctx, b.client, &opGetObject, &in, b.opts)
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
	if resp.StatusCode != http.StatusPartialContent || !ok || span.First != b.from+read {
		out.Body.Close()
		return nil, 0, fmt.Errorf("%w; the server answered status %d and %q to %q", cause, resp.StatusCode, out.ContentRange, in.Range)
	}
	return out.Body, 0, nil
}

// Fail implements ranged.Source.
func (b *objectBody) Fail(err error) error {
	return operationError(opGetObject.Name, fmt.Errorf("container %q, object %q: %w", b.in.Container, b.in.Object, err))
}

// Format hides the client and the context from package fmt.
func (b *objectBody) Format(f fmt.State, _ rune) {
	read, size := b.Progress()
	_, _ = fmt.Fprintf(f, "body of %q, %d of %d bytes read", b.in.Object, read, size)
}
