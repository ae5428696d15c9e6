package transfer

import (
	"context"
	"crypto/md5" // S3's ETag
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/internal/transport"
	"github.com/stowage-go/stowage/s3"
)

// lookTimeout bounds the look at the object when the answer to Complete was lost.
const lookTimeout = 30 * time.Second

// looksUnanswered is how often an upload that is still there is looked at, with
// abortSettle in between, before its Complete, which had no answer, counts as failed.
const looksUnanswered = 5

// looksCancelled is the same for a caller who wants to go.
const looksCancelled = 3

// Complete joins the parts, and makes sure that what came of it is what was sent.
func (u *upload) Complete(ctx context.Context, receipts []receipt) error {
	if err := u.join(ctx, receipts); err != nil {
		return err
	}
	return u.tag(ctx)
}

func (u *upload) join(ctx context.Context, receipts []receipt) error {
	if u.made {
		return nil
	}
	in, err := u.completeInput(receipts)
	if err != nil {
		return err
	}
	want := u.expect(in, receipts)
	// What can't be found carries no part and costs nothing.
	_ = u.sweepRepeats(ctx)
	u.joining = true
	out, err := u.client.CompleteMultipartUpload(ctx, in, u.requestOptions(nil)...)
	if err != nil {
		if !ambiguous(err) {
			return err
		}
		return u.look(ctx, in, want, err)
	}
	copyFields(&u.output, out)
	return u.verify(ctx, in, want)
}

// expected is what the finished object must look like; empty fields are not known.
type expected struct {
	size int64
	// etag is S3's of an object in parts. Where it is the object's, that proves it;
	// where it is not, that proves something only with etagMD5.
	etag     string
	etagMD5  bool
	checksum string
}

func (u *upload) expect(in *s3.CompleteMultipartUploadInput, receipts []receipt) expected {
	want := expected{size: sizeOf(receipts), checksum: checksumOf(in, u.protection.algorithm)}
	want.etag, want.etagMD5 = etagOfParts(receipts)
	return want
}

// isOurs reports whether an object is proven to be the one.
func (u *upload) isOurs(head *s3.HeadObjectOutput, want expected) bool {
	return want.etag != "" && unquoted(head.ETag) == want.etag ||
		want.checksum != "" && checksumOf(head, u.protection.algorithm) == want.checksum
}

func sizeOf(receipts []receipt) (n int64) {
	for _, r := range receipts {
		n += r.size
	}
	return n
}

func (u *upload) completeInput(receipts []receipt) (*s3.CompleteMultipartUploadInput, error) {
	in := new(s3.CompleteMultipartUploadInput)
	copyFields(in, u.in)
	in.UploadId = u.part.UploadId
	in.MultipartUpload = &s3.CompletedMultipartUpload{Parts: make([]s3.CompletedPart, len(receipts))}
	for i, r := range receipts {
		part := s3.CompletedPart{PartNumber: r.number, ETag: r.etag}
		if r.checksum != "" {
			setChecksum(&part, u.protection.algorithm, r.checksum)
		}
		in.MultipartUpload.Parts[i] = part
	}
	if u.protection.mode != IntegrityChecksum {
		return in, nil
	}
	in.ChecksumType = u.checksumType()
	in.MpuObjectSize = ptr(sizeOf(receipts))
	value, err := objectChecksum(u.protection.algorithm, receipts)
	if err != nil {
		return nil, err
	}
	if _, given := givenChecksum(u.in); given != "" && given != value {
		return nil, fmt.Errorf("%w: the body has %s %s, Checksum%s is %s", s3.ErrChecksumMismatch, u.protection.algorithm, value, u.protection.algorithm, given)
	}
	setChecksum(in, u.protection.algorithm, value)
	return in, nil
}

// etagOfParts is S3's ETag of an object in parts: the MD5 of the parts' MD5s and their
// number; empty where a part's ETag is none. all tells that every one is known to be.
func etagOfParts(receipts []receipt) (etag string, all bool) {
	h := md5.New() // S3's ETag
	all = true
	for _, r := range receipts {
		b, ok := md5OfETag(r.etag)
		if !ok {
			return "", false
		}
		all = all && r.etagMD5
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)) + "-" + strconv.Itoa(len(receipts)), all
}

// isPartsETag tells the form of an ETag of an object in parts: an MD5, "-", a number.
func isPartsETag(etag string) bool {
	sum, count, _ := strings.Cut(etag, "-")
	_, ok := md5OfETag(sum)
	_, err := strconv.Atoi(count)
	return ok && err == nil
}

func unquoted(etag string) string { return strings.Trim(etag, `"`) }

// verify compares the completed object: by its checksum if the answer has one, else by
// its size.
func (u *upload) verify(ctx context.Context, in *s3.CompleteMultipartUploadInput, want expected) error {
	algorithm := u.protection.algorithm
	if err := u.compare(&u.output, want); err != nil {
		return err
	}
	if combinable(algorithm) && checksumOf(&u.output, algorithm) == want.checksum {
		u.output.SizeVerified = true
		return nil
	}
	head, err := u.head(ctx, in, u.output.VersionId)
	if errors.Is(err, s3.ErrNotFound) {
		return settled{fmt.Errorf("%w: it is not there: %w", ErrIncomplete, err)}
	}
	if err != nil {
		// The server has said that the object is complete. Who may write may not be
		// allowed to read, and who is told of a failure sends all of it again.
		return nil
	}
	if made, there := unquoted(u.output.ETag), unquoted(head.ETag); u.profile.ETagMD5 && made != "" && there != "" && made != there {
		// Someone else has written the key since.
		return nil
	}
	var seen UploadOutput
	copyFields(&seen, head)
	if err := u.compare(&seen, want); err != nil {
		return err
	}
	if head.ContentLength != want.size {
		return settled{fmt.Errorf("%w: it has %d bytes, sent %d", ErrIncomplete, head.ContentLength, want.size)}
	}
	u.output.SizeVerified = true
	if u.output.ETag == "" {
		// Ceph RGW leaves it out of its first answer.
		u.output.ETag = head.ETag
	}
	if checksumOf(&u.output, algorithm) == "" {
		setChecksum(&u.output, algorithm, checksumOf(&seen, algorithm))
	}
	return nil
}

// compare finds a contradiction between the object that the server tells of and what
// was sent.
func (u *upload) compare(got *UploadOutput, want expected) error {
	if sum := checksumOf(got, u.protection.algorithm); contradicts(sum, want.checksum) {
		return settled{fmt.Errorf("%w: %w: %s is %s, sent %s", ErrIncomplete, s3.ErrChecksumMismatch, u.protection.algorithm, sum, want.checksum)}
	}
	if etag := unquoted(got.ETag); want.etagMD5 && isPartsETag(etag) && etag != want.etag {
		return settled{fmt.Errorf("%w: ETag is %s, the parts make %s", ErrIncomplete, etag, want.etag)}
	}
	return nil
}

// settled is a failure of Complete after which the engine must not abort: the parts are
// joined, or may be.
type settled struct{ error }

func (e settled) Unwrap() error { return e.error }

// Is makes it what the engine leaves alone.
func (settled) Is(target error) bool { return target == multipart.ErrAmbiguous }

func (u *upload) head(ctx context.Context, in *s3.CompleteMultipartUploadInput, version string) (*s3.HeadObjectOutput, error) {
	head := &s3.HeadObjectInput{VersionId: version}
	copyFields(head, in)
	head.IfMatch, head.IfNoneMatch = "", ""
	if u.protection.mode == IntegrityChecksum {
		head.ChecksumMode = s3.ChecksumModeEnabled
	}
	return u.client.HeadObject(ctx, head, u.requestOptions(nil)...)
}

// ambiguous: the failure does not tell whether the parts were joined. An upload that is
// gone, and a condition that fails or parts that are missing on a repeated attempt, may come
// of an attempt before whose answer was lost.
func ambiguous(err error) bool {
	var refused *s3.Error
	if !errors.As(err, &refused) {
		return !errors.Is(err, s3.ErrUnsupported)
	}
	return refused.StatusCode >= 500 || refused.StatusCode < 300 || refused.Code == string(s3.ErrNoSuchUpload) ||
		refused.Code == string(s3.ErrRequestTimeout) || conditionAfterRetry(err) || partsAfterRetry(err)
}

// partsAfterRetry: parts are missing on a repeated attempt, as while an attempt before it is
// joining them. MinIO then says InvalidPart, or NotFound of what it no longer finds of them.
func partsAfterRetry(err error) bool {
	var repeated *transport.AttemptsError
	return (errors.Is(err, s3.ErrInvalidPart) || errors.Is(err, partsNotFound)) && errors.As(err, &repeated) && repeated.Ambiguous
}

// partsNotFound is no code of the S3 API's: an upload that is gone is NoSuchUpload.
const partsNotFound = s3.Code("NotFound")

func conditionAfterRetry(err error) bool {
	var repeated *transport.AttemptsError
	return errors.Is(err, s3.ErrPreconditionFailed) && errors.As(err, &repeated)
}

// look decides an ambiguous Complete by what is there: our object, or still the upload.
// With both, the object may be an older one with the same content, or the server may be
// behind: then an abort could destroy what was made, and nothing is done.
func (u *upload) look(ctx context.Context, in *s3.CompleteMultipartUploadInput, want expected, cause error) error {
	looks := 1
	switch {
	case answered(cause) && !partsAfterRetry(cause):
	case ctx.Err() != nil:
		looks = looksCancelled
	default:
		looks = looksUnanswered // the server may be joining the parts right now
	}
	// The caller's context may be what cut the answer off.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	for n := 1; ; n++ {
		parts := &s3.ListPartsInput{MaxParts: 1}
		copyFields(parts, in)
		_, err := u.client.ListParts(ctx, parts, u.requestOptions(nil)...)
		open := err == nil
		if open && conditionAfterRetry(cause) {
			return cause // a refusal after all
		}
		head, err := u.head(ctx, in, "")
		ours := err == nil && u.isOurs(head, want)
		switch {
		case ours && !open && head.ContentLength != want.size:
			return settled{fmt.Errorf("%w: it has %d bytes, sent %d: %w", ErrIncomplete, head.ContentLength, want.size, cause)}
		case ours && !open:
			copyFields(&u.output, head)
			u.output.SizeVerified = true
			return nil
		case open && !ours && n < looks:
			if u.wait(ctx) {
				continue
			}
		case open && !ours:
			return cause
		}
		return settled{fmt.Errorf("%w: %w", ErrAmbiguous, cause)}
	}
}
