package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stowage-go/stowage/internal/apierr"
)

// OpenObject opens an object for reading at any place: one HeadObject, which learns the
// size and the ETag. Every request after it is pinned to them with If-Match, so that what
// is read is never a mix of two objects.
//
// The members of in go into each request: VersionId, the SSECustomer members,
// RequestPayer, ExpectedBucketOwner and the Response members; ChecksumMode has a read of
// the whole object in one request compared with its checksum. IfMatch, IfNoneMatch,
// IfModifiedSince and IfUnmodifiedSince are asked of the object as it is opened. Range and
// PartNumber are refused.
//
// The handle keeps ctx, since the methods of package io take none: when it ends, reads
// fail with its error. [ObjectHandle.WithContext] makes a handle for another.
//
// Test with errors.Is for [ErrNotFound] (404, also fs.ErrNotExist), [ErrForbidden] (403,
// also fs.ErrPermission), [ErrPreconditionFailed] (412) and [ErrNotModified] (304).
func (c *Client) OpenObject(ctx context.Context, in *GetObjectInput, opts ...func(*Options)) (*ObjectHandle, error) {
	s, err := c.with(opts)
	if in == nil {
		in = new(GetObjectInput) // HeadObject names what it lacks
	}
	switch {
	case err != nil:
	case in.Range != "":
		err = errors.New("s3: Range is refused: a handle is for the whole object")
	case in.PartNumber != 0:
		err = errors.New("s3: PartNumber is refused: a handle is for the whole object")
	}
	if err != nil {
		return nil, operationError("OpenObject", err)
	}
	head, resp, err := do(ctx, c, &opHeadObject, headOf(in), opts)
	if err == nil && (resp.Header.Get("Content-Length") == "" || head.ContentLength < 0) {
		err = apierr.Failed(resp.Response, fmt.Errorf("the server does not tell the size of bucket %q, key %q", in.Bucket, in.Key))
	}
	if err != nil {
		return nil, operationError(opHeadObject.Name, err)
	}
	pinned := *in
	pinned.IfNoneMatch, pinned.IfModifiedSince, pinned.IfUnmodifiedSince = "", time.Time{}, time.Time{}
	if head.ETag != "" {
		pinned.IfMatch = head.ETag
	}
	return newObjectHandle(ctx, &objectPin{client: c, opts: opts, in: pinned, head: *head, readAhead: s.options.ReadAhead}), nil
}

// headOf is the HeadObject of what a GetObject would get.
func headOf(in *GetObjectInput) *HeadObjectInput {
	return &HeadObjectInput{
		Bucket: in.Bucket, Key: in.Key, VersionId: in.VersionId,
		IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch,
		IfModifiedSince: in.IfModifiedSince, IfUnmodifiedSince: in.IfUnmodifiedSince,
		ResponseCacheControl: in.ResponseCacheControl, ResponseContentDisposition: in.ResponseContentDisposition,
		ResponseContentEncoding: in.ResponseContentEncoding, ResponseContentLanguage: in.ResponseContentLanguage,
		ResponseContentType: in.ResponseContentType, ResponseExpires: in.ResponseExpires,
		SSECustomerAlgorithm: in.SSECustomerAlgorithm, SSECustomerKey: in.SSECustomerKey, SSECustomerKeyMD5: in.SSECustomerKeyMD5,
		RequestPayer: in.RequestPayer, ExpectedBucketOwner: in.ExpectedBucketOwner, ChecksumMode: in.ChecksumMode,
	}
}

// ObjectHandle reads one object as a file is read. [Client.OpenObject] opens it. It
// implements io.Reader, io.ReaderAt, io.Seeker, io.WriterTo, io.Closer and fs.File.
//
// Read fetches more than it is asked for: 256 KiB after a Seek, then twice as much each
// time that reading goes on, up to [Options.ReadAhead] (default 4 MiB), and from the second
// window on the next is fetched while one is read. Seek sends nothing. A Read within what
// is held costs no request; one elsewhere drops it. A handle holds at most two windows,
// 8 MiB by default, and never more than the object.
//
// ReadAt is one request for the very bytes, unless the window of Read holds them. WriteTo,
// and so io.Copy, streams the rest of the object in one request, and goes on after a broken
// connection. An empty object is never asked for.
//
// When the object was replaced since it was opened, reads fail with [ErrObjectChanged],
// which is also [ErrPreconditionFailed], unless the bucket has versions and the caller may
// read the one that was opened: then they go on with that. Where a server tells no ETag,
// Last-Modified (to the second) and the size of every answer are compared in its place,
// which misses a replacement of the same size within the same second. An object that was
// deleted gives [ErrNotFound].
//
// ReadAt is safe for concurrent use, beside all other methods too. Read, Seek and WriteTo
// share one offset and wait for each other.
type ObjectHandle struct {
	*objectPin

	ctx    context.Context
	cancel context.CancelCauseFunc

	mu     sync.Mutex // of offset and window
	offset int64
	window window
}

// objectPin is the object as it was opened.
type objectPin struct {
	client    *Client
	opts      []func(*Options)
	in        GetObjectInput // of every request
	head      HeadObjectOutput
	readAhead int64
	replaced  atomic.Bool // another version is the current one
}

func newObjectHandle(ctx context.Context, pin *objectPin) *ObjectHandle {
	o := &ObjectHandle{objectPin: pin}
	o.ctx, o.cancel = context.WithCancelCause(ctx)
	o.window = window{fetch: o.fill, size: pin.head.ContentLength, most: pin.readAhead}
	return o
}

// WithContext makes another handle on the same object, at offset 0 and with a context of
// its own. It sends nothing. Each handle has to be closed.
func (o *ObjectHandle) WithContext(ctx context.Context) *ObjectHandle {
	return newObjectHandle(ctx, o.objectPin)
}

// Size is the object's size in bytes.
func (o *ObjectHandle) Size() int64 { return o.head.ContentLength }

// Head is the answer to the HeadObject that opened the object.
func (o *ObjectHandle) Head() HeadObjectOutput { return o.head }

// Stat describes the object as it was opened; it sends nothing. Name is what follows the
// key's last slash, Sys a *[HeadObjectOutput]. The error is always nil.
func (o *ObjectHandle) Stat() (fs.FileInfo, error) {
	head := o.head
	return headInfo(path.Base(o.in.Key), &head), nil
}

// Read implements io.Reader.
func (o *ObjectHandle) Read(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.ended(); err != nil {
		return 0, err
	}
	rest := o.Size() - o.offset
	switch {
	case len(p) == 0:
		return 0, nil
	case rest <= 0:
		return 0, io.EOF
	}
	if o.readAhead < 0 {
		n, err := o.fill(o.ctx, p[:min(int64(len(p)), rest)], o.offset)
		o.offset += int64(n)
		return n, o.failure(err)
	}
	held, err := o.window.at(o.ctx, o.offset)
	n := copy(p, held)
	o.offset += int64(n)
	return n, o.failure(err)
}

// ReadAt implements io.ReaderAt: io.EOF comes with the bytes that end the object when
// fewer than len(p) are left.
func (o *ObjectHandle) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("s3: ReadAt: offset %d is negative", off)
	}
	if err := o.ended(); err != nil {
		return 0, err
	}
	rest := o.Size() - off
	switch {
	case len(p) == 0:
		return 0, nil
	case rest <= 0:
		return 0, io.EOF
	case rest >= int64(len(p)):
		n, err := o.readAt(p, off)
		return n, o.failure(err)
	}
	n, err := o.readAt(p[:rest], off)
	if err == nil {
		err = io.EOF
	}
	return n, o.failure(err)
}

func (o *ObjectHandle) readAt(p []byte, off int64) (int, error) {
	// Who holds the lock may be waiting for the server: not waited for.
	if o.mu.TryLock() {
		held := o.window.held(off)
		n := 0
		if len(held) >= len(p) {
			n = copy(p, held)
		}
		o.mu.Unlock()
		if n > 0 {
			return n, nil
		}
	}
	return o.fill(o.ctx, p, off)
}

// Seek implements io.Seeker. An offset beyond the end is valid; Read there answers io.EOF.
func (o *ObjectHandle) Seek(offset int64, whence int) (int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.ended(); err != nil {
		return 0, err
	}
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += o.offset
	case io.SeekEnd:
		offset += o.Size()
	default:
		return 0, fmt.Errorf("s3: Seek: whence %d is not known", whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("s3: Seek: offset %d is negative", offset)
	}
	o.offset = offset
	return offset, nil
}

// WriteTo implements io.WriterTo: it writes the object from the offset on to its end.
func (o *ObjectHandle) WriteTo(w io.Writer) (int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.ended(); err != nil {
		return 0, err
	}
	from := o.offset
	if held := o.window.held(o.offset); len(held) > 0 {
		n, err := w.Write(held)
		o.offset += int64(n)
		if err != nil {
			return o.offset - from, err
		}
	}
	if o.offset >= o.Size() {
		return o.offset - from, nil
	}
	o.window.drop()
	want := o.Size() - o.offset
	body, err := o.get(o.ctx, o.offset, want)
	if err != nil {
		return o.offset - from, o.failure(err)
	}
	defer body.Close()
	n, err := io.Copy(w, body)
	o.offset += n
	if err == nil && n != want {
		err = o.readError(io.ErrUnexpectedEOF)
	}
	return o.offset - from, o.failure(err)
}

// Close ends requests under way and what is fetched ahead. Reads fail with fs.ErrClosed
// from then on. It waits for nothing, its error is always nil, and it may be called again.
func (o *ObjectHandle) Close() error {
	o.cancel(fs.ErrClosed)
	return nil
}

// Format names the object for every verb: package fmt would print unexported fields as
// they are, an SSE-C key among them.
func (o *ObjectHandle) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "s3.ObjectHandle(bucket %q, key %q, %d bytes)", o.in.Bucket, o.in.Key, o.Size())
}

// ended is the error of a handle that was closed, or whose context ended.
func (o *ObjectHandle) ended() error {
	err := o.ctx.Err()
	if err == nil {
		return nil
	}
	if cause := context.Cause(o.ctx); errors.Is(cause, fs.ErrClosed) {
		err = fs.ErrClosed
	} else if !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return o.readError(err)
}

// failure puts the end of the handle in the place of what it led to.
func (o *ObjectHandle) failure(err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // io.EOF is not wrapped
		return err
	}
	if ended := o.ended(); ended != nil {
		return ended
	}
	return err
}

// fill reads len(p) bytes, which are all in the object and not none.
func (o *objectPin) fill(ctx context.Context, p []byte, off int64) (int, error) {
	body, err := o.get(ctx, off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	defer body.Close()
	n, err := io.ReadFull(body, p)
	switch {
	case err == io.EOF, err == io.ErrUnexpectedEOF: //nolint:errorlint // io.ReadFull's own
		return n, o.readError(io.ErrUnexpectedEOF)
	case err != nil:
		return n, err
	}
	// At its end the body says whether its checksum is right.
	if _, err := body.Read(make([]byte, 1)); err != nil && err != io.EOF {
		return n, err
	}
	return n, nil
}

// get asks for n bytes from off on and makes sure that they are the object's that was
// opened. More may come after them.
func (o *objectPin) get(ctx context.Context, off, n int64) (io.ReadCloser, error) {
	in := o.in
	if n < o.head.ContentLength {
		in.Range = "bytes=" + strconv.FormatInt(off, 10) + "-" + strconv.FormatInt(off+n-1, 10)
	}
	if o.replaced.Load() {
		in.VersionId = o.head.VersionId
	}
	out, err := o.client.GetObject(ctx, &in, o.opts...)
	if refusesPin(err) {
		if in.VersionId == "" && o.head.VersionId != "" {
			// Not asked for at once, since that takes a permission of its own.
			in.VersionId = o.head.VersionId
			out, err = o.client.GetObject(ctx, &in, o.opts...)
			o.replaced.Store(err == nil)
		}
		if err != nil {
			return nil, fmt.Errorf("s3: %w: %w", ErrObjectChanged, err)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := o.place(out, off, n); err != nil {
		out.Body.Close()
		return nil, err
	}
	return out.Body, nil
}

// refusesPin: the condition does not hold, or, where it is overlooked, the range is no
// longer in the object.
func refusesPin(err error) bool {
	e, ok := asError(err)
	return ok && (e.StatusCode == http.StatusPreconditionFailed || e.StatusCode == http.StatusRequestedRangeNotSatisfiable)
}

// place checks that an answer is of the object that was opened, since some servers
// overlook If-Match, and moves its body to off.
func (o *objectPin) place(out *GetObjectOutput, off, n int64) error {
	size := out.ContentLength
	span, total, ranged := strings.Cut(out.ContentRange, "/")
	switch {
	case ranged && total == "*":
		size = o.head.ContentLength
	case ranged:
		size, _ = strconv.ParseInt(total, 10, 64) // what is no number is no size
	}
	if !o.same(out, size) {
		return o.readError(ErrObjectChanged)
	}
	if ranged {
		if want := fmt.Sprintf("bytes %d-%d", off, off+n-1); span != want {
			return o.readError(fmt.Errorf("the server answered with %q in place of %q", span, want))
		}
		return nil
	}
	// The server, or a cache before it, sent the whole object.
	_, err := io.CopyN(io.Discard, out.Body, off)
	if err == io.EOF { //nolint:errorlint // io.CopyN's own
		err = io.ErrUnexpectedEOF
	}
	return o.readError(err)
}

func (o *objectPin) readError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("s3: read bucket %q, key %q: %w", o.in.Bucket, o.in.Key, err)
}

// same compares an answer with the object as it was opened.
func (o *objectPin) same(out *GetObjectOutput, size int64) bool {
	if o.head.ETag != "" && out.ETag != "" {
		return strings.Trim(out.ETag, `"`) == strings.Trim(o.head.ETag, `"`)
	}
	return out.LastModified.Equal(o.head.LastModified) && size == o.head.ContentLength
}

var (
	_ io.ReaderAt   = (*ObjectHandle)(nil)
	_ io.ReadSeeker = (*ObjectHandle)(nil)
	_ io.WriterTo   = (*ObjectHandle)(nil)
	_ fs.File       = (*ObjectHandle)(nil)
)
