package transfer

import (
	"context"
	"crypto/md5" // S3's ETag
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

// Resume goes on with the upload of a checkpoint file ([Options].Checkpoint), for callers that
// have nothing else: Bucket, Key, the conditions, RequestPayer, ExpectedBucketOwner and the
// object's checksum are the file's where in leaves them empty. in.Body is the body of before, and
// SSECustomerKey must be given again. What else in has, metadata or content type, counts for
// nothing: it went with the upload that was begun.
//
// That is why Resume never begins anew, as [Manager.Upload] does with the same checkpoint and the
// whole of its input: an upload that the server has no more, and that did not become the object,
// is s3.ErrNoSuchUpload. An error that is fs.ErrNotExist: there is no such file. Errors are
// *[UploadError].
func (m *Manager) Resume(ctx context.Context, checkpoint string, in *s3.PutObjectInput, fns ...func(*Options)) (*UploadOutput, error) {
	if in == nil {
		return nil, &UploadError{Err: &OptionError{Field: "input", Reason: "is nil"}}
	}
	c, err := readCheckpoint(checkpoint)
	if err != nil {
		return nil, uploadError(ctx, in.Bucket, in.Key, "", err)
	}
	filled := *in
	c.Header.Plan.fill(&filled)
	return m.Upload(ctx, &filled, append(slices.Clip(fns), func(o *Options) {
		o.Checkpoint, o.resumeOnly = checkpoint, true
	})...)
}

// AbortCheckpoint ends the upload of a checkpoint file: the server deletes the parts, and then the
// file goes. When the object was made of them already, which a process may not have lived to note,
// the object stays and the file goes. An error that is fs.ErrNotExist: there is no such file.
// After any other error, a *[UploadError], it can be called again.
func (m *Manager) AbortCheckpoint(ctx context.Context, checkpoint string, fns ...func(*Options)) error {
	o := m.optionsOf(fns)
	o.Checkpoint = ""
	c, err := readCheckpoint(checkpoint)
	if err != nil {
		return uploadError(ctx, "", "", "", err)
	}
	h := &c.Header
	in, resolved := new(s3.PutObjectInput), m.resolve(&o)
	h.Plan.fill(in)
	if err := h.isAt(resolved.Endpoint); err != nil {
		return uploadError(ctx, in.Bucket, in.Key, h.Plan.UploadId, err)
	}
	u := m.bareUpload(in, &o, &resolved)
	u.checkpoint = c
	if err := u.abandon(ctx); err != nil {
		return uploadError(ctx, in.Bucket, in.Key, h.Plan.UploadId, &multipart.UploadError{Err: err, Cleanup: multipart.CleanupUnknown})
	}
	return nil
}

// abandon aborts what a checkpoint knows of.
func (u *upload) abandon(ctx context.Context) error {
	h := &u.checkpoint.Header
	if h.Plan.UploadId == "" {
		h.lose()
	} else {
		u.goOnWith(h.Plan.UploadId)
		u.loose.Store(true) // a process that was killed may have had parts under way
		if err := u.Abort(ctx); err != nil {
			return err
		}
	}
	if err := u.sweepLost(ctx); err != nil && !errors.Is(err, s3.ErrUnsupported) {
		return err
	}
	return u.checkpoint.Remove()
}

// giveUp ends the upload of a checkpoint whose parts are of no use: the server has them all and
// refuses to join them for their checksums, or does not find what it knew of them, each time anew.
// MinIO does when a connection broke in the midst of a Complete before, since it has then forgotten
// how the parts are to be summed up.
func (u *upload) giveUp(ctx context.Context, err error) error {
	if u.checkpoint == nil || !u.joining ||
		!errors.Is(err, s3.ErrBadDigest) && !errors.Is(err, s3.Code("XAmzContentChecksumMismatch")) && !errors.Is(err, partsNotFound) {
		return err
	}
	given := &multipart.UploadError{Err: err, Cleanup: multipart.CleanupAborted}
	var whole *multipart.UploadError
	if errors.As(err, &whole) {
		given.Err = whole.Err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultAbortTimeout)
	defer cancel()
	given.AbortErr = u.abandon(ctx)
	switch {
	case given.AbortErr != nil:
		given.Cleanup = multipart.CleanupFailed
	case u.checkpoint.Loaded && !u.options.resumeOnly:
		given.Err = outlived{given.Err}
	}
	return given
}

// outlived is why an upload of a call before was given up: this one can begin its own.
type outlived struct{ error }

func (o outlived) Unwrap() error { return o.error }

// goOnWith makes the upload of that id the one whose parts are sent.
func (u *upload) goOnWith(id string) {
	copyFields(&u.part, u.in)
	u.part.UploadId = id
}

// resume goes on with the upload of the checkpoint, or begins one that it knows of.
func (u *upload) resume(ctx context.Context, cut multipart.Plan) (multipart.Target[receipt], error) {
	c := u.checkpoint
	p := &c.Header.Plan
	if c.Loaded && cut.PartSize != p.PartSize {
		return nil, &OptionError{Field: "Checkpoint", Reason: "has parts that the server does not take"}
	}
	if p.UploadId != "" {
		u.goOnWith(p.UploadId)
		listed, err := u.listParts(ctx)
		switch {
		case err == nil:
			u.keep(listed)
			return u, left(c.Write())
		case !gone(err):
			return nil, left(err)
		}
		if made, lookErr := u.wasMade(ctx); made || lookErr != nil {
			return u, left(lookErr)
		}
		if u.options.resumeOnly {
			return nil, fmt.Errorf("%w: %w", s3.ErrNoSuchUpload, err)
		}
	} else if u.options.resumeOnly {
		return nil, s3.ErrNoSuchUpload
	}
	p.PartSize = cut.PartSize
	return u, u.beginNoted(ctx)
}

// left tells that parts of before are there, when the engine has not sent any yet.
func left(err error) error {
	if err == nil {
		return nil
	}
	return &multipart.UploadError{Err: err, Cleanup: multipart.CleanupLeft}
}

// gone reports whether the server has the upload no more. Ceph RGW says NoSuchKey.
func gone(err error) bool {
	return errors.Is(err, s3.ErrNotFound) && !errors.Is(err, s3.ErrNoSuchBucket)
}

// beginNoted creates the upload, noted before and after. When the process dies in between, the
// upload that may be there is lost, and looked for at the end: see sweepLost.
func (u *upload) beginNoted(ctx context.Context) error {
	c := u.checkpoint
	h := &c.Header
	if h.Plan.UploadId == "" {
		h.lose()
	}
	h.Plan.UploadId, h.Begun = "", time.Now().UTC()
	clear(c.Receipts)
	if err := c.Write(); err != nil {
		return err
	}
	if err := u.create(ctx); err != nil {
		if !refusedFor(err) {
			return err // it may be there
		}
		h.Begun = time.Time{}
		settle := c.Write
		if len(h.Lost) == 0 {
			settle = c.Remove
		}
		return both(err, settle())
	}
	h.Plan.UploadId = u.part.UploadId
	if err := c.Write(); err != nil {
		// Nobody else knows of it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultAbortTimeout)
		defer cancel()
		return both(err, u.Abort(ctx))
	}
	return nil
}

// both is a failure, with another behind it if there is one.
func both(err, then error) error {
	if then == nil {
		return err
	}
	return fmt.Errorf("%w; %w", err, then)
}

// lose remembers a beginning without an answer.
func (h *checkpointHeader) lose() {
	if !h.Begun.IsZero() {
		h.Lost = append(h.Lost, h.Begun)
		h.Lost = h.Lost[max(0, len(h.Lost)-maxLost):]
		h.Begun = time.Time{}
	}
}

// refusedFor reports whether the server said that it did nothing.
func refusedFor(err error) bool {
	var refused *s3.Error
	return errors.As(err, &refused) && refused.StatusCode >= 400 && refused.StatusCode < 500 && refused.Code != string(s3.ErrRequestTimeout)
}

// listParts are the parts that the server has, by number. The listing always begins with the
// first: MinIO lists nothing after a number that it has no part of.
func (u *upload) listParts(ctx context.Context) (map[int]s3.Part, error) {
	in := new(s3.ListPartsInput)
	copyFields(in, &u.part)
	parts := map[int]s3.Part{}
	for page, err := range u.client.ListPartsPages(ctx, in, u.requestOptions(nil)...) {
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parts {
			parts[int(p.PartNumber)] = p
		}
	}
	return parts, nil
}

// agrees reports whether the server has the part of a receipt: by size, by checksum if both tell
// one, and by ETag. Where the profile does not trust ETags, one counts only if it looks like an
// MD5 in both places: Alluxio lists none.
func (u *upload) agrees(r receipt, listed map[int]s3.Part) bool {
	there, ok := listed[int(r.number)]
	if !ok || there.Size != r.size || contradicts(checksumOf(&there, u.protection.algorithm), r.checksum) {
		return false
	}
	_, mine := md5OfETag(r.etag)
	_, theirs := md5OfETag(there.ETag)
	comparable := there.ETag != "" && u.profile.ETagMD5 || mine && theirs
	return !comparable || unquoted(there.ETag) == unquoted(r.etag)
}

// keep sorts out what of the checkpoint need not be sent again.
func (u *upload) keep(listed map[int]s3.Part) {
	c := u.checkpoint
	u.listed, u.kept = listed, make(map[int]receipt, len(c.Receipts))
	for number, noted := range c.Receipts {
		r := noted.receipt()
		if !c.Header.Plan.has(noted) || !u.agrees(r, listed) {
			delete(c.Receipts, number)
			continue
		}
		u.kept[number] = r
	}
}

// stored is the receipt of a part that need not be sent: its own, or one for what the server has
// and what is proven, by its checksum or an ETag that is its MD5, to be these bytes.
func (u *upload) stored(number int, body multipart.Body) (receipt, bool, error) {
	if r, ok := u.kept[number]; ok {
		return r, true, nil
	}
	there, ok := u.listed[number]
	if !ok || there.Size != body.Size() {
		return receipt{}, false, nil
	}
	var (
		algorithm = checksum.Algorithm(u.protection.algorithm)
		theirs    = checksumOf(&there, u.protection.algorithm)
		etag, is  = md5OfETag(there.ETag)
		md5sum    = md5.New() // S3's ETag
		sum       hash.Hash
		into      []io.Writer
	)
	if algorithm != "" {
		var err error
		if sum, err = checksum.New(algorithm); err != nil {
			return receipt{}, false, err
		}
		into = append(into, sum)
	}
	if theirs == "" {
		if !is {
			return receipt{}, false, nil
		}
		into = append(into, md5sum)
	}
	if _, err := io.Copy(io.MultiWriter(into...), io.NewSectionReader(body, 0, body.Size())); err != nil {
		return receipt{}, false, err
	}
	r := receipt{number: there.PartNumber, size: there.Size, etag: there.ETag}
	r.etagMD5 = theirs == "" && slices.Equal(etag, md5sum.Sum(nil))
	if sum != nil {
		r.checksum = checksum.Encode(sum.Sum(nil))
	}
	if theirs != r.checksum && theirs != "" || theirs == "" && !r.etagMD5 {
		return receipt{}, false, nil
	}
	return r, true, u.checkpoint.Add(r.public())
}

// wasMade reports whether an upload that is gone became the object, by the checkpoint's receipts:
// without all of them nothing tells.
func (u *upload) wasMade(ctx context.Context) (bool, error) {
	c := u.checkpoint
	p := &c.Header.Plan
	receipts := make([]receipt, 0, len(c.Receipts))
	kept := make(map[int]receipt, len(c.Receipts))
	for number := 1; number <= p.Parts(); number++ {
		r, ok := c.Receipts[number]
		if !ok || !p.has(r) {
			return false, nil
		}
		receipts = append(receipts, r.receipt())
		kept[number] = r.receipt()
	}
	made, err := u.isMade(ctx, receipts)
	if err == nil && !made {
		made, err = u.isBody(ctx)
	}
	if errors.Is(err, s3.ErrForbidden) {
		return false, nil // who may not look sends it again
	}
	if made {
		u.kept = kept
	}
	return made, err
}

// isBody reports whether the object has the body's MD5 for its ETag, as one in parts has on
// Alluxio: a match proves it where the profile says nothing of ETags, and a difference nothing.
// Where the ETag of parts is known to be another, it is somebody else's object.
func (u *upload) isBody(ctx context.Context) (bool, error) {
	if u.profile.ETagMD5 {
		return false, nil
	}
	in := new(s3.CompleteMultipartUploadInput)
	copyFields(in, u.in)
	head, err := u.head(ctx, in, "")
	if errors.Is(err, s3.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	etag, ok := md5OfETag(head.ETag)
	at, readable := u.in.Body.(interface {
		io.ReaderAt
		io.Seeker
	})
	size := u.checkpoint.Header.Plan.Size
	if !ok || !readable || head.ContentLength != size {
		return false, nil
	}
	begin, err := at.Seek(0, io.SeekCurrent)
	if err != nil {
		return false, err
	}
	sum := md5.New() // S3's ETag
	if _, err := io.Copy(sum, readerWhile{ctx, io.NewSectionReader(at, begin, size)}); err != nil {
		return false, err
	}
	if !slices.Equal(etag, sum.Sum(nil)) {
		return false, nil
	}
	copyFields(&u.output, head)
	u.output.SizeVerified, u.made = true, true
	return true, nil
}

// readerWhile ends with its context.
type readerWhile struct {
	ctx context.Context
	io.Reader
}

func (r readerWhile) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, transport.Ended(r.ctx)
	}
	return r.Reader.Read(p)
}

// isMade reports whether the object is the one of these parts.
func (u *upload) isMade(ctx context.Context, receipts []receipt) (bool, error) {
	in, err := u.completeInput(receipts)
	if err != nil {
		return false, err
	}
	want := u.expect(in, receipts)
	head, err := u.head(ctx, in, "")
	if errors.Is(err, s3.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if head.ContentLength != want.size || !u.isOurs(head, want) {
		return false, nil
	}
	copyFields(&u.output, head)
	u.output.SizeVerified, u.made = true, true
	return true, nil
}
