package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // S3's ETag
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// lookTimeout bounds the look at the object when the answer to Complete was lost.
const lookTimeout = 30 * time.Second

// Complete joins the parts, and makes sure that what came of it is what was sent.
func (u *upload) Complete(ctx context.Context, receipts []receipt) error {
	in, err := u.completeInput(receipts)
	if err != nil {
		return err
	}
	want := expected{size: sizeOf(receipts), etag: u.expectedETag(receipts), checksum: checksumOf(in, u.protection.algorithm)}
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
	size           int64
	etag, checksum string
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
	for _, a := range algorithms {
		setChecksum(in, a, "")
	}
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

// expectedETag is S3's ETag of an object in parts: the MD5 of the parts' MD5s and
// their number. It is empty where part ETags are no MD5s.
func (u *upload) expectedETag(receipts []receipt) string {
	if !u.protection.etags {
		return ""
	}
	h := md5.New() //nolint:gosec // S3's ETag
	for _, r := range receipts {
		b, ok := md5OfETag(r.etag)
		if !ok {
			return ""
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)) + "-" + strconv.Itoa(len(receipts))
}

// verify compares the completed object: by its checksum if the answer has one, else by
// its size.
func (u *upload) verify(ctx context.Context, in *s3.CompleteMultipartUploadInput, want expected) error {
	if got := checksumOf(&u.output, u.protection.algorithm); got != "" && want.checksum != "" {
		if got != want.checksum {
			return fmt.Errorf("%w: %s is %s, sent %s", ErrIncomplete, u.protection.algorithm, got, want.checksum)
		}
		u.output.SizeVerified = combinable(u.protection.algorithm)
	}
	if got := strings.Trim(u.output.ETag, `"`); want.etag != "" && len(got) == len(want.etag) && strings.Contains(got, "-") && got != want.etag {
		return fmt.Errorf("%w: ETag is %s, the parts make %s", ErrIncomplete, got, want.etag)
	}
	if u.output.SizeVerified {
		return nil
	}
	head, err := u.head(ctx, in, u.output.VersionId)
	if err != nil {
		var refused *s3.Error
		if errors.As(err, &refused) && (refused.StatusCode == http.StatusForbidden || refused.StatusCode == http.StatusMethodNotAllowed) {
			// May write, may not read: the object is complete all the same.
			return nil
		}
		return fmt.Errorf("look at the completed object: %w", multipartAmbiguous(err))
	}
	switch etag := strings.Trim(u.output.ETag, `"`); {
	case head.ContentLength == want.size:
		u.output.SizeVerified = true
		if etag == "" {
			// Ceph RGW leaves it out of its first answer.
			u.output.ETag = head.ETag
		}
		return nil
	case etag != "" && etag != strings.Trim(head.ETag, `"`):
		// Someone else has written the key since.
		return nil
	}
	return fmt.Errorf("%w: it has %d bytes, sent %d", ErrIncomplete, head.ContentLength, want.size)
}

// multipartAmbiguous keeps the engine from aborting what may well be complete.
func multipartAmbiguous(err error) error {
	return fmt.Errorf("%w: %w: %w", multipart.ErrAmbiguous, ErrAmbiguous, err)
}

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
// gone may be gone because an attempt before, whose answer was lost, succeeded.
func ambiguous(err error) bool {
	var refused *s3.Error
	if !errors.As(err, &refused) {
		return !errors.Is(err, s3.ErrUnsupported)
	}
	return refused.StatusCode >= 500 || refused.StatusCode < 300 ||
		refused.Code == string(s3.ErrNoSuchUpload) || refused.Code == string(s3.ErrRequestTimeout)
}

// look decides an ambiguous Complete by what is there: our object, or still the upload.
func (u *upload) look(ctx context.Context, in *s3.CompleteMultipartUploadInput, want expected, cause error) error {
	// The caller's context may be what cut the answer off.
	lctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	head, err := u.head(lctx, in, "")
	if err == nil && head.ContentLength == want.size {
		etag := strings.Trim(head.ETag, `"`)
		sum := checksumOf(head, u.protection.algorithm)
		if want.etag != "" && etag == want.etag || want.checksum != "" && sum == want.checksum {
			copyFields(&u.output, head)
			u.output.SizeVerified = true
			return nil
		}
	}
	parts := new(s3.ListPartsInput)
	copyFields(parts, in)
	parts.MaxParts = 1
	if _, err := u.client.ListParts(lctx, parts, u.requestOptions(nil)...); err == nil {
		return cause // the upload is still there, so it was not completed
	}
	return multipartAmbiguous(cause)
}
