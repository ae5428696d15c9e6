package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // S3's ETag and Content-MD5
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stowage-go/stowage/internal/checksum"
	"github.com/stowage-go/stowage/internal/multipart"
	"github.com/stowage-go/stowage/s3"
)

// upload is one Upload under way: the engine's Store, and its Target once parts have
// begun.
type upload struct {
	client     Client
	in         *s3.PutObjectInput
	options    *Options
	profile    s3.Profile
	protection protection
	began      time.Time

	plan   multipart.Plan
	part   s3.UploadPartInput // what all parts have in common
	output UploadOutput
}

// receipt is what the server gave for a part.
type receipt struct {
	number   int32
	size     int64
	etag     string
	checksum string
}

func (u *upload) uploadID() string { return u.part.UploadId }

// requestOptions are the options of every request; body is nil for those without one.
func (u *upload) requestOptions(body *multipart.Body) []func(*s3.Options) {
	return append(u.options.ClientOptions[:len(u.options.ClientOptions):len(u.options.ClientOptions)], func(o *s3.Options) {
		if body == nil {
			return
		}
		o.SignPayload = u.protection.sign
		o.Progress = body.Sent
	})
}

// PutWhole sends the whole object by one request.
func (u *upload) PutWhole(ctx context.Context, body multipart.Body) error {
	in := *u.in
	in.Body = body.SectionReader
	if err := u.protectBody(&body, &in.ContentMD5, &in.ChecksumAlgorithm, func(v string) { setChecksum(&in, u.protection.algorithm, v) }, checksumOf(&in, u.protection.algorithm)); err != nil {
		return err
	}
	in.ContentLength = ptr(body.Size())
	out, err := u.client.PutObject(ctx, &in, u.requestOptions(&body)...)
	if err != nil {
		return err
	}
	if err := u.compareETag(in.ContentMD5, out.ETag); err != nil {
		return err
	}
	copyFields(&u.output, out)
	return nil
}

func ptr[T any](v T) *T { return &v }

// Begin creates the multipart upload.
func (u *upload) Begin(ctx context.Context, plan multipart.Plan) (multipart.Target[receipt], error) {
	if err := u.wholeOnly(); err != nil {
		return nil, err
	}
	var in s3.CreateMultipartUploadInput
	copyFields(&in, u.in)
	in.ChecksumAlgorithm = ""
	if u.protection.mode == IntegrityChecksum {
		in.ChecksumAlgorithm, in.ChecksumType = u.protection.algorithm, u.checksumType()
	}
	out, err := u.client.CreateMultipartUpload(ctx, &in, u.requestOptions(nil)...)
	if err != nil {
		return nil, err
	}
	if out.UploadId == "" {
		return nil, fmt.Errorf("the server answered CreateMultipartUpload without an upload id")
	}
	u.plan = plan
	copyFields(&u.part, u.in)
	u.part.Body, u.part.ContentLength, u.part.ContentMD5, u.part.ChecksumAlgorithm = nil, nil, "", ""
	for _, a := range algorithms {
		setChecksum(&u.part, a, "")
	}
	u.part.UploadId = out.UploadId
	copyFields(&u.output, out)
	return u, nil
}

func (u *upload) checksumType() s3.ChecksumType {
	if combinable(u.protection.algorithm) {
		return s3.ChecksumTypeFullObject
	}
	return s3.ChecksumTypeComposite
}

// wholeOnly refuses what has no meaning for an object in parts.
func (u *upload) wholeOnly() error {
	const hint = "has no meaning for an object that goes in parts"
	if u.in.ContentMD5 != "" {
		return &OptionError{Field: "ContentMD5", Reason: hint + "; give a ChecksumCRC64NVME, CRC32C or CRC32, or raise Threshold"}
	}
	if u.in.WriteOffsetBytes != nil {
		return &OptionError{Field: "WriteOffsetBytes", Reason: hint}
	}
	if a, value := givenChecksum(u.in); value != "" && !combinable(a) {
		return &OptionError{Field: "Checksum" + string(a), Reason: "can't be checked for an object that goes in parts; give a ChecksumCRC64NVME, CRC32C or CRC32"}
	}
	return nil
}

// UploadPart sends one part.
func (u *upload) UploadPart(ctx context.Context, number int, body multipart.Body) (receipt, error) {
	in := u.part
	in.PartNumber = int32(number) //nolint:gosec // at most Profile.MaxParts, an int32
	in.Body = body.SectionReader
	in.ContentLength = ptr(body.Size())
	if err := u.protectBody(&body, &in.ContentMD5, &in.ChecksumAlgorithm, func(v string) { setChecksum(&in, u.protection.algorithm, v) }, ""); err != nil {
		return receipt{}, err
	}
	sent := checksumOf(&in, u.protection.algorithm)
	out, err := u.client.UploadPart(ctx, &in, u.requestOptions(&body)...)
	if err != nil {
		return receipt{}, err
	}
	if err := u.compareETag(in.ContentMD5, out.ETag); err != nil {
		return receipt{}, err
	}
	r := receipt{number: in.PartNumber, size: body.Size(), etag: out.ETag}
	if u.protection.mode == IntegrityChecksum {
		// The client has compared a value that it computed itself.
		r.checksum = checksumOf(out, u.protection.algorithm)
		switch {
		case r.checksum == "":
			r.checksum = sent
		case sent != "" && sent != r.checksum:
			return receipt{}, fmt.Errorf("%w: part %d: sent %s %s, the server has %s", s3.ErrChecksumMismatch, number, u.protection.algorithm, sent, r.checksum)
		}
		if r.checksum == "" {
			return receipt{}, fmt.Errorf("part %d has no %s checksum", number, u.protection.algorithm)
		}
	}
	return r, nil
}

// protectBody puts the digest that the protection asks for on one request. given is a
// checksum that the caller brought for this very body.
func (u *upload) protectBody(body *multipart.Body, contentMD5 *string, algorithm *s3.ChecksumAlgorithm, set func(string), given string) error {
	switch u.protection.mode {
	case IntegrityChecksum:
		b := body.Bytes()
		if given != "" {
			return nil
		}
		*algorithm = u.protection.algorithm
		if b == nil {
			// The client hashes it on its way.
			return nil
		}
		value, err := digest(checksum.Algorithm(u.protection.algorithm), b)
		if err != nil {
			return err
		}
		set(value)
	case IntegrityMD5:
		if *contentMD5 != "" {
			return nil
		}
		h := md5.New() //nolint:gosec // S3's Content-MD5
		if b := body.Bytes(); b != nil {
			h.Write(b)
		} else if _, err := io.Copy(h, io.NewSectionReader(body, 0, body.Size())); err != nil {
			return err
		}
		*contentMD5 = base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	return nil
}

// compareETag holds the server to the MD5 that was sent, where its ETags are MD5s.
func (u *upload) compareETag(contentMD5, etag string) error {
	if contentMD5 == "" || !u.protection.etags {
		return nil
	}
	want, err := base64.StdEncoding.DecodeString(contentMD5)
	if err != nil {
		return fmt.Errorf("ContentMD5 is not base64: %w", err)
	}
	if got, ok := md5OfETag(etag); ok && string(got) != string(want) {
		return fmt.Errorf("%w: sent MD5 %x, the server has %x", s3.ErrChecksumMismatch, want, got)
	}
	return nil
}

// md5OfETag is the MD5 that an ETag is, quoted or not; ok is false when it is none.
func md5OfETag(etag string) ([]byte, bool) {
	b, err := hex.DecodeString(strings.Trim(etag, `"`))
	return b, err == nil && len(b) == md5.Size
}

// Abort gives the upload up.
func (u *upload) Abort(ctx context.Context) error {
	var in s3.AbortMultipartUploadInput
	copyFields(&in, &u.part)
	_, err := u.client.AbortMultipartUpload(ctx, &in, u.requestOptions(nil)...)
	return err
}
